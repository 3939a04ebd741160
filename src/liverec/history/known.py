"""The operations of one file as they were known by a moment."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import compress

import numpy as np

from liverec.history.columns import INFO, NO_ANSWER, columns_of
from liverec.history.kept import Kept
from liverec.history.operation import Operation, Outcome


class Known(Kept):
    """Those of *whole* that were *invoked* by then; one that was not *answered* by then (nanoseconds) is open."""

    def __init__(self, whole: Sequence[Operation], *, invoked: int, answered: int) -> None:
        columns = columns_of(whole)
        self._whole = whole
        self._is_known = columns.invoked <= invoked
        columns = columns.chosen(self._is_known)
        self._late = (columns.completed != NO_ANSWER) & (columns.completed > answered)
        self.columns = replace(
            columns,
            completed=np.where(self._late, NO_ANSWER, columns.completed),
            outcome=np.where(self._late, np.int8(INFO), columns.outcome),
        )

    def some(self, rows: Iterable[int]) -> Iterator[Operation]:
        """Yield the operations in these rows."""
        places = np.flatnonzero(self._is_known)
        for row in rows:
            yield self._as_known(self._whole[int(places[row])], late=bool(self._late[row]))

    def __iter__(self) -> Iterator[Operation]:
        """Yield them all."""
        known = compress(self._whole, self._is_known.tolist())
        return (self._as_known(one, late=late) for one, late in zip(known, self._late.tolist(), strict=True))

    @staticmethod
    def _as_known(one: Operation, *, late: bool) -> Operation:
        if not late:
            return one
        return replace(
            one,
            outcome=Outcome.INFO,
            completed=None,
            status=None,
            error_code=None,
            request_id=None,
            error="answered after another file breaks off",
        )
