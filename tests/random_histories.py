"""Small histories: written as a script, or drawn at random with the boundaries in their midst."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from brute_force import READINGS, Reading, Window, row
from liverec.history import Action, History, Operation, Outcome, Stream

SIGNS = {Outcome.OK: "+", Outcome.REFUSED: "-", Outcome.INFO: "?", Outcome.TURNED_AWAY: "!"}
STATUS = {Outcome.OK: 200, Outcome.REFUSED: 400, Outcome.INFO: None, Outcome.TURNED_AWAY: 401}
NAMES = ("rehearsal-1", "rehearsal-2")


def stream_named(name: str) -> Stream:
    """Return the stream of that name under one domain and application."""
    return Stream("0123456789abcdef0123456789abcdef", "publish.example.com", "live", name)


def operations_of(script: str) -> tuple[Operation, ...]:
    """Read operations off a script such as ``START+ 0, STOP- 1..3, a STOP+ 4, START? 7, w1.ndjson:b STOP! 8..9``.

    ``+`` is ok, ``-`` refused, ``!`` turned away, ``?`` without outcome; then come the times of invocation and, unless
    it is the same, completion. In front may stand a process, with its file; without one an operation has a process of
    its own. Behind may stand ``@`` and a stream. Operations of one process follow each other as written.
    """
    processes: dict[str, int] = {}
    operations: list[Operation] = []
    for n, words in enumerate(text.split() for text in script.split(",")):
        name, sign = words.pop() if words[-1].startswith("@") else f"@{NAMES[0]}", {v: k for k, v in SIGNS.items()}
        *where, what, times = words
        file, _, process = (where[0] if where else str(n)).rpartition(":")
        invoked, _, completed = times.partition("..")
        outcome = sign[what[-1]]
        operations.append(
            Operation(
                process=processes.setdefault(f"{file}:{process}", len(processes)),
                stream=stream_named(name[1:]),
                action=Action(what[:-1]),
                outcome=outcome,
                invoked=int(invoked),
                completed=None if outcome is Outcome.INFO else int(completed or invoked),
                status=STATUS[outcome],
                file=file,
                index=2 * n,
            )
        )
    return tuple(operations)


def script_of(operations: Iterable[Operation], *, zero: int = 0) -> str:
    """Write *operations* as the script that says the same; times count from *zero*."""
    return ", ".join(
        f"{one.file}:p{one.process} {one.action}{SIGNS[one.outcome]} {one.invoked - zero}"
        f"{'' if one.completed is None else f'..{one.completed - zero}'} @{one.stream.stream}"
        for one in operations
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A command to come: when it is sent, answered and, where it is, carried out."""

    file: str
    process: int
    stream: Stream
    action: Action
    invoked: int
    effect: int
    completed: int


def random_history(seed: int) -> History:
    """Draw a history of at most six operations.

    It is answered at random, or as by a server that has one reading or wavers between two, and then perhaps spoilt.
    Times lie so that gaps of the interval, of one more and one less, touching ends and overlaps are frequent.
    """
    draw = Random(seed)
    interval = draw.choice((10, 10, 10, 10_000_000_000))
    resolution = draw.choice((0, 0, 0, 0, 1, 1, 2, interval // 2, interval + 2))
    # the second is more than a float can count exactly: a machine that has been up for a hundred days
    zero = draw.choice((1000, 2**53 + 1))
    files = draw.choice((("w1.ndjson",), ("w1.ndjson",), ("w1.ndjson", "w2.ndjson")))
    bounds = {file: draw.choice((0, 1, 3, interval // 2)) for file in files}
    calls = _calls(draw, interval=interval, resolution=min(resolution, interval // 2), zero=zero, files=files)
    earliest = min(call.invoked for call in calls) - draw.choice((0, 0, 0, 1, interval))
    terms = History(
        operations=(),
        interval_ns=interval,
        resolution_ns=resolution,
        initial=draw.choice(("idle", "idle", "unknown")),
        interruptions=draw.random() < 0.2,
        earliest=earliest,
        clock_bounds=bounds,
    )
    if draw.random() < 0.45:
        outcomes = [draw.choice((Outcome.OK, Outcome.REFUSED)) for _ in calls]
    else:
        readings = draw.sample(READINGS, k=draw.choice((1, 2)))
        outcomes = _served(draw, calls, terms=terms, readings=readings)
        if draw.random() < 0.5:
            calls, outcomes = _spoilt(draw, calls, outcomes)
    lost = set(draw.sample(range(len(calls)), k=min(len(calls) - 1, draw.choice((0, 0, 0, 0, 1, 1, 2)))))
    if draw.random() < 0.1:
        outcomes[draw.randrange(len(calls))] = Outcome.TURNED_AWAY
    outcomes = [Outcome.INFO if n in lost else outcome for n, outcome in enumerate(outcomes)]
    return replace(terms, operations=_recorded(draw, calls, outcomes, bounds))


def simulated_history(seed: int, *, reading: Reading) -> History:
    """Draw a history whose answers, every one, are those of a server of that reading."""
    draw = Random(seed)
    terms = random_history(seed)
    calls = _calls(draw, interval=terms.interval_ns, resolution=1, zero=1000, files=tuple(terms.clock_bounds))
    terms = replace(terms, earliest=min(call.invoked for call in calls) - max(terms.clock_bounds.values()))
    outcomes = _served(draw, calls, terms=terms, readings=(reading,))
    return replace(terms, operations=_recorded(draw, calls, outcomes, terms.clock_bounds))


def _calls(draw: Random, *, interval: int, resolution: int, zero: int, files: Sequence[str]) -> list[Call]:
    gaps = [0, 0, 1, 2, 3, interval // 2, interval - 1, interval, interval, interval + 1]
    gaps += [interval - resolution, interval + resolution, interval + resolution + 1]
    lengths = (0, 0, 0, 1, 1, 2, interval // 2, interval, interval + 1)
    streams = [stream_named(name) for name in draw.choice((NAMES[:1], NAMES[:1], NAMES))]
    free = {(draw.choice(files), process): zero for process in range(draw.choice((1, 2, 2, 3)))}
    # the first command to a stream is seldom refused: begin with what leads somewhere
    actions = {stream: draw.choice((Action.START, Action.START, Action.STOP)) for stream in streams}
    now, calls = zero, list[Call]()
    for _ in range(draw.choice((1, 3, 4, 5, 5, 6, 6, 6, 6, 6))):
        now += draw.choice(gaps)
        process, stream = draw.choice(list(free)), draw.choice(streams)
        invoked = max(now, free[process])
        free[process] = completed = invoked + draw.choice(lengths)
        effect = draw.choice((invoked, completed, draw.randint(invoked, completed)))
        calls.append(
            Call(
                file=process[0],
                process=process[1],
                stream=stream,
                action=actions[stream],
                invoked=invoked,
                effect=effect,
                completed=completed,
            )
        )
        other = Action.STOP if actions[stream] is Action.START else Action.START
        actions[stream] = draw.choice((other, other, actions[stream]))
    return calls


def _served(draw: Random, calls: Sequence[Call], *, terms: History, readings: Sequence[Reading]) -> list[Outcome]:
    """Answer each call as a server of one of *readings*.

    What happens at one moment happens in random order, of one process as sent.
    """
    rank = {(call.file, call.process): draw.random() for call in calls}
    order = sorted(range(len(calls)), key=lambda n: (calls[n].effect, rank[calls[n].file, calls[n].process]))
    outcomes = [Outcome.TURNED_AWAY] * len(calls)
    for stream in dict.fromkeys(call.stream for call in calls):
        recording, recorded, last_stop = draw.choice(_initial_states(draw, terms))
        for n in (n for n in order if calls[n].stream == stream):
            if recording and terms.interruptions and draw.random() < 0.3:
                recording = False
            now, reading, legal = calls[n].effect, draw.choice(readings), list[tuple[Outcome, bool, bool]]()
            for ok in (True, False):
                found = row(reading, calls[n].action, ok=ok, recording=recording, recorded=recorded)
                gap = None if last_stop is None else now - last_stop
                if found and _agrees(found.window, gap, terms):
                    outcome = Outcome.OK if ok else Outcome.REFUSED
                    legal.append((outcome, found.recording, found.opens_window))
            outcomes[n], recording, opens_window = draw.choice(legal)
            recorded = recorded or recording
            last_stop = now if opens_window else last_stop
    return outcomes


def _initial_states(draw: Random, terms: History) -> list[tuple[bool, bool, int | None]]:
    stopped = terms.earliest - draw.choice((0, 1, terms.interval_ns - 1, terms.interval_ns))
    never_used = (False, False, None)
    return [never_used] if terms.initial == "idle" else [never_used, (True, True, None), (False, True, stopped)]


def _agrees(window: Window, gap: int | None, terms: History) -> bool:
    """Tell whether the window is as a row asks, on a clock that may be as coarse as the resolution."""
    match window:
        case Window.NOT_ASKED:
            return True
        case Window.OVER:
            return gap is None or gap > terms.interval_ns - terms.resolution_ns
        case Window.OPEN:
            return gap is not None and gap <= terms.interval_ns + terms.resolution_ns


def _spoilt(draw: Random, calls: list[Call], outcomes: list[Outcome]) -> tuple[list[Call], list[Outcome]]:
    """Return the same with one answer turned round, one interval narrowed, or all times from one call on put off."""
    chosen = draw.randrange(len(calls))
    match draw.choice(("answer", "answer", "interval", "delay")):
        case "answer":
            turned = Outcome.OK if outcomes[chosen] is Outcome.REFUSED else Outcome.REFUSED
            return calls, [turned if n == chosen else outcome for n, outcome in enumerate(outcomes)]
        case "interval":
            call = calls[chosen]
            end = draw.choice((call.invoked, call.completed))
            narrowed = replace(call, invoked=end, completed=end)
            return [narrowed if n == chosen else one for n, one in enumerate(calls)], outcomes
        case _:
            since = calls[chosen].invoked
            late = [replace(one, invoked=one.invoked + 1, completed=one.completed + 1) for one in calls]
            return [late[n] if one.invoked >= since else one for n, one in enumerate(calls)], outcomes


def _recorded(
    draw: Random, calls: Sequence[Call], outcomes: Sequence[Outcome], bounds: Mapping[str, int]
) -> tuple[Operation, ...]:
    """Write the calls down by their files' clocks; a process that lost an answer is retired."""
    offset = {file: draw.randint(-bound, bound) if len(bounds) > 1 else 0 for file, bound in bounds.items()}
    retired: dict[tuple[str, int], int] = {}
    operations: list[Operation] = []
    lines = dict.fromkeys(bounds, 0)
    for n in sorted(range(len(calls)), key=lambda n: calls[n].invoked):
        call, outcome = calls[n], outcomes[n]
        process = call.process + 10 * retired.get((call.file, call.process), 0)
        if outcome is Outcome.INFO:
            retired[call.file, call.process] = retired.get((call.file, call.process), 0) + 1
        operations.append(
            Operation(
                process=process,
                stream=call.stream,
                action=call.action,
                outcome=outcome,
                invoked=call.invoked + offset[call.file],
                completed=None if outcome is Outcome.INFO else call.completed + offset[call.file],
                status=STATUS[outcome],
                file=call.file,
                index=lines[call.file],
            )
        )
        lines[call.file] += 2
    return tuple(operations)
