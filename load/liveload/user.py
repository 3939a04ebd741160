"""The Locust user: plays the chosen scenario until the run ends."""

import traceback
from typing import TYPE_CHECKING

from locust import User, task
from locust.exception import StopUser

from liveload.scenarios import SCENARIOS
from liveload.scenarios.scenario import RunEnds

if TYPE_CHECKING:
    from liveload.actor import LoadActor
    from liveload.station import Station


class RecordingUser(User):
    """One logical client of the recording command; --scenario says what it does."""

    station: "Station"  # set once Locust has told this process its part

    @task
    def play(self) -> None:
        """Play the scenario; it ends only with the run."""
        worker = self.station.worker
        actor: LoadActor | None = worker.user() if worker is not None else None
        if worker is None or actor is None:
            raise StopUser
        try:
            actor.sleep_until(worker.begins)
            SCENARIOS[worker.plan.scenario].play(actor)
        except RunEnds:
            pass
        except OSError as error:
            worker.failed(f"{error.filename or 'the history'}: {error.strerror or error}")
        except Exception:  # noqa: BLE001  # whatever it is, Locust would log it and go on
            worker.failed(traceback.format_exc())
        finally:
            worker.user_left(actor)
        raise StopUser
