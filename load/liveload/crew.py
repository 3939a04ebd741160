"""The workers as the one who leads the run sees them: in this process, or behind Locust's messages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import gevent
from locust.runners import STATE_MISSING, MasterRunner

from liveload.clock_offset import Offset, complaint, for_run
from liveload.exit_code import LoadExit
from liveload.final import Final, final_of
from liveload.mail import Mail, compared
from liveload.parcel import ParcelLost, fetched
from liveload.plan import Plan
from liveload.station import Readiness, Station, readiness_of
from liveload.tally import Tally, tally_of

_DRAIN_S = 90.0  # an answer may take 10 s, stopping what is recording as long again, an overdue answer 20 s more
_LOOK_S = 0.02


class Crew(Protocol):
    """Everybody who loads."""

    @property
    def size(self) -> int:
        """How many workers there are now."""
        ...

    def begin(self, plans: Sequence[Plan]) -> tuple[Readiness, ...]:
        """Hand out the plans; return what each worker says, or what is said of one that does not."""
        ...

    def tally(self) -> Tally:
        """Return everything counted since the last call."""
        ...

    def drain(self) -> tuple[Final, ...]:
        """Let all of them end in order; return the last word of those that are still there."""
        ...


class LocalCrew:
    """One worker, in this process."""

    size = 1

    def __init__(self, station: Station) -> None:
        self._station = station

    def begin(self, plans: Sequence[Plan]) -> tuple[Readiness, ...]:
        """Hand the plan to the only worker."""
        return tuple(self._station.begin(plan) for plan in plans)

    def tally(self) -> Tally:
        """Return everything counted since the last call."""
        report = self._station.take_report()
        return tally_of(report) if report is not None else Tally()

    def drain(self) -> tuple[Final, ...]:
        """End in order."""
        final = self._station.drain()
        return (final,) if final is not None else ()


class RemoteCrew:
    """Workers in other processes, some perhaps on other machines."""

    def __init__(self, runner: MasterRunner, *, abort: Callable[[str], None]) -> None:
        self._runner = runner
        self._nodes: dict[str, Plan] = {}  # by Locust's name of the worker
        self._finals: dict[int, Final] = {}
        self._tally = Tally()
        self._mail = Mail(runner)
        self._abort = abort
        locust: Any = runner  # its messages and events have no types
        locust.register_message("liverec_final", self._on_final)
        locust.register_message("liverec_abort", self._on_abort)
        locust.environment.events.worker_report.add_listener(self._on_report)

    @property
    def size(self) -> int:
        """How many workers are connected now."""
        return self._runner.worker_count

    def begin(self, plans: Sequence[Plan]) -> tuple[Readiness, ...]:
        """Compare the clocks, send the plans, and wait for the answers."""
        nodes = [client.id for client in self._runner.clients.all if client.state != STATE_MISSING][: len(plans)]
        self._finals, self._tally = {}, Tally()
        self._nodes = {}
        for node, plan in zip(nodes, plans, strict=False):
            clock = compared(self._mail, node)
            if clock is not None:
                relied_on = for_run(clock.offset, same_machine=clock.same_machine, seconds=plan.seconds)
                self._nodes[node] = replace(plan, clock_offset_ns=relied_on.nanoseconds, clock_bound_ns=relied_on.bound)
        waiting = {node: self._mail.post(node, "plan", plan.as_message()) for node, plan in self._nodes.items()}
        said = {self._nodes[node].worker: answer() for node, answer in waiting.items()}
        readiness = {worker: readiness_of(answer) for worker, answer in said.items() if answer is not None}
        # only who has begun has anything to end
        begun = {worker for worker, ready in readiness.items() if not ready.problem}
        self._nodes = {node: plan for node, plan in self._nodes.items() if plan.worker in begun}
        return tuple(readiness.get(plan.worker) or _silent(plan) for plan in plans)

    def tally(self) -> Tally:
        """Return everything that was reported since the last call."""
        tally, self._tally = self._tally, Tally()
        return tally

    def drain(self) -> tuple[Final, ...]:
        """Ask all of them to end, wait for those that live, and have histories brought that are not here."""
        self._runner.send_message("liverec_drain", {})
        deadline = monotonic() + _DRAIN_S
        while monotonic() < deadline and any(self._is_awaited(node) for node in self._nodes):
            gevent.sleep(_LOOK_S)
        return tuple(self._collected(node, plan) for node, plan in self._nodes.items() if plan.worker in self._finals)

    def _is_awaited(self, node: str) -> bool:
        lives = any(client.id == node and client.state != STATE_MISSING for client in self._runner.clients.all)
        return lives and self._nodes[node].worker not in self._finals

    def _collected(self, node: str, plan: Plan) -> Final:
        final = self._finals[plan.worker]
        apart = self._ran_apart(node, plan)
        path = Path(final.file)
        if path.exists() and path.stat().st_size == final.size:
            return replace(final, apart=apart)
        here = Path(plan.folder) / path.name
        try:
            fetched(here, final.size, lambda begin: self._mail.post(node, "part", {"begin": begin})())
        except (ParcelLost, OSError) as lost:
            return replace(final, drained=False, apart=apart, left_recording=f"its history did not arrive: {lost}")
        return replace(final, file=str(here), apart=apart)

    def _ran_apart(self, node: str, plan: Plan) -> str:
        if not plan.clock_bound_ns:
            return ""
        clock = compared(self._mail, node)
        relied_on = Offset(nanoseconds=plan.clock_offset_ns, bound=plan.clock_bound_ns)
        return complaint(relied_on, clock.offset) if clock is not None else "its clock could not be compared at the end"

    def _on_abort(self, msg: Any, **_: Any) -> None:
        self._abort(str(msg.data["why"]))

    def _on_final(self, msg: Any, **_: Any) -> None:
        plan = self._nodes.get(msg.node_id)
        if plan is not None:
            self._finals[plan.worker] = final_of(msg.data["final"])
            self._add(plan, msg.data["tally"])

    def _on_report(self, client_id: str, data: Mapping[str, Any], **_: Any) -> None:
        plan = self._nodes.get(client_id)
        if plan is not None and (report := data.get("liverec")) is not None:
            self._add(plan, report)

    def _add(self, plan: Plan, report: Mapping[str, Any]) -> None:
        tally = tally_of(report)
        tally.violations = [replace(one, time=one.time + plan.clock_offset_ns) for one in tally.violations]
        self._tally.add(tally)


def _silent(plan: Plan) -> Readiness:
    return Readiness(
        worker=plan.worker,
        problem=f"worker {plan.worker} does not answer: is it running this locustfile, of the same version?",
        exit_code=int(LoadExit.REFUSED),
    )
