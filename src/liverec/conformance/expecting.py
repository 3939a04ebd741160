"""What pytest makes of declared deviations: a test that shows one as declared does not fail, and a stale one does."""

from collections.abc import Iterable
from datetime import date

from liverec.conformance.exceptions import Deviation
from liverec.conformance.outcomes import Outcomes
from liverec.conformance.verdicts import Violation
from liverec.requirements import foundations
from liverec.verdict import Verdict


class Expecting:
    """The *deviations* that are expected *today*."""

    def __init__(self, deviations: Iterable[Deviation], *, today: date) -> None:
        self._declared = {one.id: one for one in deviations}
        self._today = today

    def excuse(self, failure: BaseException | None) -> str | None:
        """Return why a test may fail like this: it shows a declared deviation, or what follows from one."""
        if not isinstance(failure, Violation):
            return None
        for identifier in (failure.identifier, *foundations(failure.identifier)):
            one = self._declared.get(identifier)
            if one is not None and (one.until is None or self._today <= one.until):
                return f"declared: {identifier}: {one.reason}"
        return None

    def stale(self, outcomes: Outcomes) -> list[str]:
        """Return what to tell of each deviation that was declared, but is kept by all that was said."""
        return [
            f"{one.id} was declared as a known deviation ({one.reason}), but is kept: take it out of the file"
            for one in self._declared.values()
            if (said := outcomes.of(one.id)) and said[0].verdict is Verdict.KEPT
        ]
