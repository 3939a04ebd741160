"""Canned answers to httpx: a script that the test writes, and the program under test plays."""

import time
from types import TracebackType
from typing import Self

import httpx

from liverec.document import load_document
from liverec.doubles.canned import CannedAnswer, CannedAnswers
from liverec.doubles.clock import DoubleClock
from liverec.doubles.journal import CommandJournal
from liverec.doubles.routes import Routes, body_of, completed, response_of, scope_of
from liverec.doubles.script import Script
from liverec.doubles.sent_command import CommandsRead
from liverec.reference.answers import Answer, plain_json
from liverec.reference.journal import Entry, Journal
from liverec.reference.request import Request, read_request
from liverec.reference.service import TOKEN_PATH

__tracebackhide__ = True  # pytest shows the line of the test, not ours

NAME = "record_control"
UNSEEN = (
    "respx sees only what goes through httpx, not requests, httpx2, aiohttp or a vendor SDK: for those, take the "
    "fixture record_control_server and give your program its url"
)


class RecordControl:
    """respx routes that answer as scripted, on any host, to any credentials.

    Each call adds one answer, for *stream* or for every stream, and returns the double, so that calls can be chained.
    Every request needs an answer and every answer a request: what is left over fails the test.

    ``clock`` stands still until it is advanced; ``journal`` has what was sent; ``router`` is respx's, for other APIs.
    """

    def __init__(self) -> None:
        document = load_document()
        self.clock = DoubleClock()
        self._answers = CannedAnswers(document)
        self._script = Script()
        self._kept = Journal()
        self._read = CommandsRead(document).read
        self.journal = CommandJournal(self._kept, document=document, unseen=UNSEEN)
        self.router = Routes(document, self._respond, name=NAME)

    def ok(self, stream: str | None = None) -> Self:
        """Answer 200: done."""
        return self._then(self._answers.ok, stream)

    def illegal(self, stream: str | None = None) -> Self:
        """Answer 400, with the document's example."""
        return self._then(self._answers.illegal, stream)

    def not_found(self, stream: str | None = None) -> Self:
        """Answer 404, with the document's example."""
        return self._then(self._answers.not_found, stream)

    def too_soon(self, stream: str | None = None) -> Self:
        """Answer 400 with the code that a START inside the restart interval gets, or one while recording."""
        return self._then(self._answers.too_soon, stream)

    def unauthorized(self, stream: str | None = None) -> Self:
        """Answer 401, as the gateway does."""
        return self._then(self._answers.unauthorized, stream)

    def throttled(self, stream: str | None = None) -> Self:
        """Answer 429, as the gateway does."""
        return self._then(self._answers.throttled, stream)

    def timeout(self, stream: str | None = None) -> Self:
        """Do not answer: httpx raises ``ReadTimeout``, and nobody knows whether the command was carried out."""
        return self._then(self._answers.timeout, stream)

    def answer(
        self, status: int, *, error_code: str | None = None, error_msg: str | None = None, stream: str | None = None
    ) -> Self:
        """Answer with another status or code that the document knows; 400 and 404 begin as its examples.

        Raises:
            CannedAnswerError: the document does not allow it.
        """
        return self._then(self._answers.made_up(status, error_code=error_code, error_msg=error_msg), stream)

    def __enter__(self) -> Self:
        """Begin to catch what goes through httpx."""
        self.router.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let httpx go its way again."""
        self.router.__exit__(kind, error, trace)

    def problems(self) -> list[str]:
        """Return what must fail the test: requests without an answer, answers without a request."""
        unused = self._script.unused()
        if not unused:
            return list(self.router.unmatched)
        why = "take them out of the script, or see why the program sent less"
        if not self.router.unmatched and not self.journal.commands():
            why = f"no command arrived; {UNSEEN}"
        return [*self.router.unmatched, f"answers of {NAME} that nobody asked for: {', '.join(unused)}; {why}"]

    def _then(self, answer: CannedAnswer, stream: str | None) -> Self:
        self._script.add(answer, stream)
        return self

    def _respond(self, sent: httpx.Request) -> httpx.Response:
        request = completed(read_request(scope_of(sent), lambda: body_of(sent)))
        assert request is not None
        if request.path == TOKEN_PATH:
            token = plain_json(201, {"token": {"methods": ["password"]}}, (b"X-Subject-Token", b"canned-token"))
            self._record(request, token, "token")
            return response_of(token.status, token.headers, token.body)
        command = self._read(Entry(0, 0, 0, request, None, None, None))
        canned = self._script.take(command.stream)
        if canned is None:
            raise self.router.refuse(
                f"{command.action} of {command.stream} had no answer in the script of {NAME}; left are "
                f"{', '.join(self._script.unused()) or 'none'}. Add one, for example {NAME}.ok({command.stream!r})"
            )
        answer = canned.make()
        self._record(request, answer, canned.name)
        if answer is None:
            raise httpx.ReadTimeout(f"no answer, as scripted by {NAME}.timeout()", request=sent)
        return response_of(answer.status, answer.headers, answer.body)

    def _record(self, request: Request, answer: Answer | None, outcome: str) -> None:
        self._kept.record(request, answer, clock_ns=self.clock.now(), wall_ns=time.time_ns(), outcome=outcome)
