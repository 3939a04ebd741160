"""How the reference server reads what the page leaves open: axes as data, the first value its own pick."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal, get_args, get_type_hints

from liverec.axes import AxisError, read_choices

Choice = Literal["no", "yes"]
RefusedFirst = Literal["400", "404"]
MissingFirst = Literal["404", "400"]


class DialectError(ValueError):
    """A choice names no axis, no value of its axis, or goes with no other choice; the message says what exists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One reading of the page: a value for each axis.

    The first four axes decide what happens (design section 5); the others decide how it is answered
    (what the page leaves open). The page itself never depends on them.
    """

    start_while_recording: Literal["refused", "accepted"] = "refused"
    stop_while_idle: Literal["refused", "accepted", "accepted_restarts", "accepted_once_recorded"] = "refused"
    refused_start_restarts: Choice = "no"
    refused_stop_restarts: Choice = "no"
    too_soon_status: RefusedFirst = "400"
    start_while_recording_status: RefusedFirst = "400"
    stop_while_idle_status: MissingFirst = "404"
    unknown_status: MissingFirst = "404"
    unpushed_status: RefusedFirst = "400"
    other_rule_status: RefusedFirst = "400"
    ok_body: Literal["empty", "object"] = "empty"
    extra_fields: Literal["ignored", "refused"] = "ignored"
    action_case: Literal["exact", "any"] = "exact"
    content_type: Literal["json_only", "any"] = "json_only"
    request_id_timestamp: Literal["ms", "s"] = "ms"

    def __post_init__(self) -> None:
        """Refuse the one combination that means nothing."""
        if self.refused_stop_restarts == "yes" and self.stop_while_idle != "refused":
            raise DialectError(
                "refused_stop_restarts=yes needs stop_while_idle=refused: "
                f"with stop_while_idle={self.stop_while_idle} no such STOP is refused"
            )

    def as_dict(self) -> dict[str, str]:
        """Return the value of every axis."""
        return asdict(self)


AXES: Mapping[str, tuple[str, ...]] = {axis: get_args(values) for axis, values in get_type_hints(Dialect).items()}


def read_dialect(choices: Iterable[str]) -> Dialect:
    """Read choices of the form ``AXIS=VALUE``; an axis not named takes its first value.

    Raises:
        DialectError: an unknown axis or value, an axis chosen twice, or choices that exclude one another.
    """
    try:
        chosen = read_choices(choices, AXES)
    except AxisError as error:
        raise DialectError(str(error)) from None
    return Dialect(**chosen)  # type: ignore[arg-type]  # each value was looked up among those of its axis
