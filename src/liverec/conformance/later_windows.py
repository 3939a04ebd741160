"""Windows after the first: who counts that one right may lose track of those that follow."""

from liverec.conformance.schedule import Schedule, Step, at
from liverec.history import Action

_OFFS = {2: (0.03, 0.06, 0.12, 0.25, 0.5)}  # seconds before and after the end of the second window
_LATER_OFFS = (0.06, 0.5)
_LAST = 10
_ORDINALS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def later_windows(interval_ns: int, *, until_ns: int) -> tuple[Schedule, ...]:
    """Return the schedules that ask on both sides of a later window's end: the second's, and those over by *until_ns*.

    Every window before it is waited out.
    """
    windows = (
        (number, _window(number, off, apart_ns=at(0.03) * turn, interval_ns=interval_ns))
        for number in range(2, _LAST + 1)
        for turn, off in enumerate(_OFFS.get(number, _LATER_OFFS))
    )
    return tuple(one for number, one in windows if number == 2 or one.steps[-1].at_ns <= until_ns)


def _window(number: int, off: float, *, apart_ns: int, interval_ns: int) -> Schedule:
    round_ns = interval_ns + at(0.5)
    stops = [at(0.1) + apart_ns + turn * round_ns for turn in range(number)]
    steps = [Step(at_ns=stops[0], action=Action.STOP)]
    for stop in stops[1:]:
        steps += [Step(at_ns=stop - at(0.3), action=Action.START), Step(at_ns=stop, action=Action.STOP)]
    ends = stops[-1] + interval_ns
    steps += [Step(at_ns=ends + side * at(off), action=Action.START) for side in (-1, 1)]
    return Schedule(title=f"the {_ORDINALS[number - 2]} window, {off:g} s before and after its end", steps=tuple(steps))
