"""The same seed gives the same requests: what a run sends is a function of its seed and of the answers."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from judged_server import judged
from liverec.clock import VirtualClock
from liverec.conformance import scheduled
from liverec.conformance.budget import SHORT
from liverec.conformance.exploration import explored
from liverec.conformance.folder import Events
from liverec.conformance.schedule import Schedule
from liverec.conformance.session import Session
from liverec.conformance.setting import Setting
from liverec.conformance.trial import Trial
from liverec.history import Action, Stream
from liverec.profile_file import reference_profile
from liverec.reference.request import Request
from liverec.reference.serving import Running, running
from liverec.reference.settings import Settings
from liverec.target import resolve_target

MOMENTARY = {"host", "x-sdk-date"}  # differs from run to run, and so does whatever proves who asks
PROOFS = {"authorization", "x-auth-token"}
UUID_LENGTH = 36


def essence(request: Request) -> tuple[Any, ...]:
    """Return everything about *request* but times, signatures and tokens; that there is one counts."""
    headers = {name: "" if name in PROOFS else value for name, value in request.headers.items()}
    if "x-request-id" in headers:
        headers["x-request-id"] = headers["x-request-id"][:UUID_LENGTH]  # the time comes after it
    kept = sorted((name, value) for name, value in headers.items() if name not in MOMENTARY)
    return request.method, request.path, request.query, request.body, *kept


def sent(folder: Path, *, seed: int) -> Counter[tuple[Any, ...]]:
    """Run the whole suite against an unused server, and return what arrived there."""
    arrived: Counter[tuple[Any, ...]] = Counter()

    def keep(server: Running) -> None:
        journal = server.app.service.journal
        assert journal.forgotten == 0
        arrived.update(essence(entry.request) for entry in journal.kept())

    judged(folder, seed=seed, generated="few", afterwards=keep)
    return arrived


@pytest.mark.long
@pytest.mark.slow
def test_the_seed_decides_what_is_sent(tmp_path: Path) -> None:
    for name in ("first", "second", "other"):
        (tmp_path / name).mkdir()
    first = sent(tmp_path / "first", seed=7)
    second = sent(tmp_path / "second", seed=7)
    other = sent(tmp_path / "other", seed=8)

    assert sum(first.values()) > 300
    assert (first - second, second - first) == (Counter(), Counter())
    assert len(first.keys() - other.keys()) > 100


def test_made_up_names_are_the_seed_s_and_never_the_same_twice(tmp_path: Path) -> None:
    with running(Settings(profile=reference_profile(), clock=VirtualClock())) as server:
        target = resolve_target(server.url)
        names: list[list[object]] = []
        for number, seed in enumerate((1, 1, 2)):
            (tmp_path / str(number)).mkdir()
            trial = Trial(Setting(target=target, folder=tmp_path / str(number), run="rehearsal", seed=seed))
            names.append([trial.streams.made_up() for _ in range(100)])
            trial.close()
    one, again, other = names

    assert one == again
    assert len({*one, *other}) == 200


def test_whose_turn_it_is_rests_on_the_request_alone(tmp_path: Path) -> None:
    kinds: list[dict[Stream, str]] = []
    with running(Settings(profile=reference_profile(), clock=VirtualClock())) as server:
        target = resolve_target(server.url)
        for number, backwards in enumerate((False, True)):
            folder = tmp_path / str(number)
            folder.mkdir()
            trial = Trial(Setting(target=target, folder=folder, run="rehearsal", seed=0))
            streams = [trial.streams.recordable() for _ in range(12)]
            if backwards:
                streams.reverse()
            seen = {stream: kind_of(trial, stream) for stream in streams}
            again = {stream: kind_of(trial, stream) for stream in streams}
            assert all(seen[stream] != again[stream] for stream in streams)
            kinds.append(seen)
            trial.close()

    assert kinds[0] == kinds[1]
    assert set(kinds[0].values()) == {"token", "signature"}


def kind_of(trial: Trial, stream: Stream) -> str:
    exchange = trial.command(Action.STOP, stream)
    return "token" if "x-auth-token" in {name.lower() for name, _ in exchange.request_headers} else "signature"


def test_schedules_take_their_streams_before_any_test_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would be a matter of luck which streams are whose, and how many are left for the schedules."""

    def late(*arguments: Any, **options: Any) -> tuple[Schedule, ...]:
        time.sleep(0.3)  # while a test could take some
        return explored(*arguments, **options)

    monkeypatch.setattr(scheduled, "explored", late)
    settings = Settings(profile=reference_profile())
    with running(settings) as server:
        trial = Trial(Setting(target=resolve_target(server.url), folder=tmp_path, run="rehearsal", seed=0))
        session = Session(trial=trial, events=Events(tmp_path), scheduled=True, isolates=False)
        session.begin()
        free = trial.streams.free
        session.close()

    assert free < 1000 - SHORT.probed - SHORT.explored
