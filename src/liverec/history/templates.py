"""What records say beside their time, process and request id: a few things, repeated a million times."""

from collections.abc import Callable
from typing import Annotated, NamedTuple

import msgspec

from liverec.history.columns import ACTIONS, OUTCOMES
from liverec.history.operation import Action, Outcome, Stream, outcome_of
from liverec.history.texts import Texts

_Integer = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]


class Invoke(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="invoke"):
    """A command about to be sent."""

    index: int
    time: _Integer
    process: _Count
    f: Action
    value: tuple[str, str, str, str]


class Answer(msgspec.Struct, frozen=True, gc=False, tag_field="type"):
    """What came of it."""

    index: int
    time: _Integer
    process: _Count
    status: _Integer | None = None
    request_id: str | None = None
    error_code: str | None = None
    error: str | None = None


class _Ok(Answer, frozen=True, gc=False, tag="ok"):
    pass


class _Fail(Answer, frozen=True, gc=False, tag="fail"):
    pass


class _Info(Answer, frozen=True, gc=False, tag="info"):
    pass


_record = msgspec.json.Decoder(Invoke | _Ok | _Fail | _Info)
decode_record: Callable[[bytes], Invoke | Answer] = _record.decode

_TYPES = {Outcome.OK: "ok", Outcome.REFUSED: "fail", Outcome.TURNED_AWAY: "fail", Outcome.INFO: "info"}


class Template(NamedTuple):
    """What a record says that matters to pairing and judging, as numbers: of an answer, its outcome.

    ``fault`` says how an answer's type contradicts its status.
    """

    action: int = -1
    stream: int = -1
    outcome: int = -1
    fault: str = ""


class Templates:
    """Gives each different template a number; ``listed`` has them, and ``streams`` the streams, by number."""

    def __init__(self) -> None:
        self.listed: list[Template] = []
        self.streams: list[Stream] = []
        self._after: dict[bytes, Texts] = {}
        self.heads: list[bytes] = []  # what stands before request ids
        self._numbers: dict[Template, int] = {}
        self._streams: dict[tuple[str, str, str, str], int] = {}

    def after(self, head: bytes) -> Texts:
        """Return the templates by what follows *head* in a line, after its process; -1 if that is no record."""
        if head not in self._after:
            self._after[head] = Texts(lambda text: self._of_text(head + text))
        return self._after[head]

    def _of_text(self, text: bytes) -> int:
        try:
            return self.of_record(decode_record(b'{"index":0,"time":0,"process":0,' + text))
        except (ValueError, RecursionError):
            return -1

    def of_record(self, record: Invoke | Answer) -> int:
        """Return the number of what a record says."""
        template = self._of_invoke(record) if isinstance(record, Invoke) else _of_answer(record)
        number = self._numbers.setdefault(template, len(self.listed))
        if number == len(self.listed):
            self.listed.append(template)
        return number

    def _of_invoke(self, record: Invoke) -> Template:
        stream = self._streams.setdefault(record.value, len(self.streams))
        if stream == len(self.streams):
            self.streams.append(Stream(*record.value))
        return Template(action=ACTIONS.index(record.f), stream=stream)


def _of_answer(record: Answer) -> Template:
    outcome = outcome_of(record.status)
    said, means = type(record).__struct_config__.tag, _TYPES[outcome]
    fault = "" if said == means else f"field type: {means!r} is expected with status {record.status}, found {said!r}"
    return Template(outcome=OUTCOMES.index(outcome), fault=fault)
