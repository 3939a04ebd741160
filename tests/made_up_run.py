"""A load run as it might have been, for the pages that show one: 400 probes around ten seconds, a stall, a finding."""

from pathlib import Path
from random import Random

from liveload.phase import Phase
from liveload.state import LiveState
from liveload.tally import Probe, Tally, Violation

HOSTILE = "<img src=x onerror=alert(1)>"
SECOND = 1_000_000_000
MILLISECOND = 1_000_000


def a_tally() -> Tally:
    """Return 400 stratified probes, 40 seconds of answers with a stall, three violations, one with a hostile name."""
    random, tally = Random(4), Tally()
    for number in range(400):
        gap = round((9.8 + number * 0.001) * SECOND) + random.randrange(MILLISECOND // 2)
        accepted = gap > 10 * SECOND or number == 150
        tally.probed(Probe(shortest=gap - MILLISECOND, longest=gap + MILLISECOND, accepted=accepted))
    for second in range(40):
        if second in {21, 22}:
            continue
        for _ in range(80 + second * 2):
            stalled = second == 23
            latency = random.lognormvariate(14.2, 0.4) * (300 if stalled else 1)
            tally.answered(
                random.choice(("START 200", "START 400", "STOP 200")), [round(latency) // 1000], second=second
            )
    tally.answered("START no answer", [2 * SECOND // 1000], second=23)
    for lateness in range(1000):
        tally.lateness.add(lateness * 4000)
    tally.dropped = 2
    for number, (requirement, stream) in enumerate(
        (("restart/too-soon", "rehearsal-7"), ("restart/after-interval", HOSTILE), ("request-id/unique", "=cmd()"))
    ):
        tally.violated(
            Violation(
                requirement=requirement,
                stream=f"publish.example.com/live/{stream}" if number < 2 else stream,
                time=(100 + 12 + number * 5) * SECOND,
                why=f"START accepted between 9.949 and 9.951 s after the STOP of {stream}",
                request_id=f"3f0c{number}b7e-1c2d-4e5f-8a9b-0c1d2e3f4a5b-1795689600000-node-{number}",
            )
        )
    return tally


def a_run(folder: Path, *, phase: Phase = Phase.ENDED) -> LiveState:
    """Return a run that broke the contract; its two files are written to *folder*."""
    report, history = folder / "report.html", folder / "worker-0.ndjson"
    report.write_text("<!doctype html><title>made up</title><p>report", encoding="utf-8")
    history.write_text('{"liverec_history":1}\n', encoding="utf-8")
    ended = phase is Phase.ENDED
    return LiveState(
        scenario="boundary",
        run="20261122T230000Z-7f3a",
        target="http://127.0.0.1:8080",
        phase=phase,
        verdict="broken" if ended else "none yet",
        exit_code=10 if ended else None,
        reasons=("restart/too-soon: a START was accepted 9.950 s after the STOP",) if ended else (),
        findings=("restart/too-soon",) if ended else (),
        tally=a_tally(),
        workers_expected=2,
        workers_final=2 if ended else 0,
        interval_s={"refused_up_to": 9.999412, "accepted_from": 10.001087} if ended else {},
        resolution_ns=0,
        zero_ns=100 * SECOND,
        started="2026-11-22T23:00:00Z",
        elapsed_s=40.2,
        files={"report.html": report, "histories/worker-0.ndjson": history},
    )


def nothing_yet() -> LiveState:
    """Return what stands there before any run."""
    return LiveState()
