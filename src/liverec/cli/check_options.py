"""What the options of ``liverec check`` mean; what makes no sense is refused in one sentence."""

from collections.abc import Callable, Sequence

import click

from liverec.axes import AxisError, read_choices
from liverec.clock import NANOSECONDS
from liverec.model import AXES, dialects_with

_MOST_SECONDS = 1_000_000_000  # some thirty years: what is larger is a mistake


def nanoseconds(*, unit_ns: int, least_ns: int) -> Callable[[click.Context, click.Parameter, float | None], int | None]:
    """Return what turns an option's number of units into nanoseconds, or refuses it."""

    def converted(_ctx: click.Context, _param: click.Parameter, number: float | None) -> int | None:
        if number is None:
            return None
        # not (a <= x <= b) also holds for nan
        if not least_ns <= number * unit_ns <= _MOST_SECONDS * NANOSECONDS:
            expected = "0 or more" if least_ns == 0 else "more than 0"
            raise click.BadParameter(f"expected {expected} and at most {_MOST_SECONDS} s, found {number:g}")
        return round(number * unit_ns)

    return converted


def a_file(_ctx: click.Context, _param: click.Parameter, path: str | None) -> str | None:
    """Refuse - for a picture: standard output has the words."""
    if path in {"-", ""}:
        raise click.BadParameter("expected the name of a file to write")
    return path


def pinned(_ctx: click.Context, _param: click.Parameter, choices: Sequence[str]) -> dict[str, str]:
    """Read ``AXIS=VALUE`` choices, or refuse them."""
    try:
        chosen = read_choices(choices, AXES)
    except AxisError as error:
        raise click.BadParameter(str(error)) from None
    if not dialects_with(chosen):
        raise click.BadParameter(
            "refused_stop_restarts=yes needs stop_while_idle=refused: "
            f"with stop_while_idle={chosen['stop_while_idle']} no such STOP is refused"
        )
    return chosen
