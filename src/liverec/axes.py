"""Choices of the form ``AXIS=VALUE``, by which a command line names one reading of what the page leaves open."""

from collections.abc import Iterable, Mapping


class AxisError(ValueError):
    """A choice names no axis, or no value of its axis, or an axis twice; the message says what exists."""


def read_choices(choices: Iterable[str], axes: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Read *choices* among *axes*, the values by axis.

    Raises:
        AxisError: an unknown axis or value, or an axis chosen twice.
    """
    chosen: dict[str, str] = {}
    for choice in choices:
        axis, separator, value = choice.partition("=")
        if not separator:
            raise AxisError(f"{choice!r}: expected AXIS=VALUE, for example stop_while_idle=accepted")
        if axis not in axes:
            raise AxisError(f"{choice!r}: no axis {axis!r}; there are {', '.join(axes)}")
        if value not in axes[axis]:
            raise AxisError(f"{choice!r}: no value {value!r}; {axis} takes {', '.join(axes[axis])}")
        if axis in chosen:
            raise AxisError(f"{choice!r}: {axis} is already {chosen[axis]!r}; give each axis once")
        chosen[axis] = value
    return chosen
