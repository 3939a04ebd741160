"""The operations of a history file: one is made when it is asked for."""

import sys
from collections.abc import Iterable, Iterator, Sequence

from liverec.history.columns import ACTIONS, NO_ANSWER, OUTCOMES
from liverec.history.errors import HistoryError
from liverec.history.kept import Kept
from liverec.history.lines import LONGEST_LINE
from liverec.history.operation import Operation
from liverec.history.records import Paired
from liverec.history.source import Source
from liverec.history.templates import Answer, Invoke, decode_record

PLACE_EVERY = 16  # records: of each the place would take more memory than it saves time

_LIMIT = LONGEST_LINE + len(b"\r\n")
_UNANSWERED = Answer(index=0, time=0, process=0, error="no answer recorded")


class Recorded(Kept):
    """The operations of one file, in the order of their invoke lines; what was answered is read from the file again.

    *places* say where in the file each ``PLACE_EVERY``-th record stands.
    """

    def __init__(self, path: str, paired: Paired, places: Sequence[int]) -> None:
        self.columns = paired.columns
        self._path = path
        self._answered = paired.answered
        self._places = places

    def some(self, rows: Iterable[int]) -> Iterator[Operation]:
        """Yield the operations in these rows.

        Raises:
            HistoryError: the file cannot be read any more, or has changed.
        """
        try:
            with Source(self._path) as source:
                upcoming = -PLACE_EVERY  # the record at which the file stands: of a compressed one, going back is slow
                for row in rows:
                    record = int(self._answered[row])
                    yield self._operation(row, self._answer(source, record, upcoming))
                    upcoming = record + 1 if record >= 0 else upcoming
        except ValueError as error:
            raise HistoryError(f"{self._path}: has changed since it was read: {error}") from error

    def _answer(self, source: Source, record: int, upcoming: int) -> Invoke | Answer:
        if record < 0:
            return _UNANSWERED
        if not upcoming <= record < upcoming + PLACE_EVERY:
            source.seek(self._places[record // PLACE_EVERY])
            upcoming = record - record % PLACE_EVERY
        for _ in range(record - upcoming):
            source.line(_LIMIT)
        return decode_record(source.line(_LIMIT))

    def _operation(self, row: int, answer: Invoke | Answer) -> Operation:
        if not isinstance(answer, Answer):
            raise ValueError("expected an answer")  # noqa: TRY004  # as when it is no record
        columns, completed = self.columns, int(self.columns.completed[row])
        return Operation(
            process=int(columns.process[row]),
            stream=columns.streams[int(columns.stream[row])],
            action=ACTIONS[int(columns.action[row])],
            outcome=OUTCOMES[int(columns.outcome[row])],
            invoked=int(columns.invoked[row]),
            completed=None if completed == NO_ANSWER else completed,
            status=answer.status,
            error_code=answer.error_code and sys.intern(answer.error_code),
            request_id=answer.request_id,
            error=answer.error and sys.intern(answer.error),
            file=self._path,
            index=int(columns.index[row]),
        )
