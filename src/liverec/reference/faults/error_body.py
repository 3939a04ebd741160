"""Faults in the body of an error: Tables 7 and 9."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from liverec.reference.answers import Answer, Answers
from liverec.reference.faults.fault import Fault


def _labelled(answer: Answer, media_type: bytes, body: bytes) -> Answer:
    """Return *answer* with another body, of another type."""
    given = {b"Content-Type": media_type, b"Content-Length": str(len(body)).encode()}
    headers = tuple((name, given.get(bytes(name), value)) for name, value in answer.headers)
    return replace(answer, headers=headers, body=body)


class _PlainText(Answers):
    """Writes errors for people only."""

    def _refused(self, status: int, code: str, message: str) -> Answer:
        return _labelled(super()._refused(status, code, message), b"text/plain", f"{code} {message}".encode())


class _Mislabelled(Answers):
    """Calls JSON a web page."""

    def _refused(self, status: int, code: str, message: str) -> Answer:
        answer = super()._refused(status, code, message)
        return _labelled(answer, b"text/html; charset=utf-8", answer.body)


class _NumericCode(Answers):
    """Makes a number of the code."""

    def _json(self, status: int, body: Mapping[str, Any], **how: Any) -> Answer:
        if "error_code" in body:
            body = {**body, "error_code": int(body["error_code"].rpartition(".")[2])}
        return super()._json(status, body, **how)


class _NoMessage(Answers):
    """Leaves it at the code."""

    def _json(self, status: int, body: Mapping[str, Any], **how: Any) -> Answer:
        kept = {name: value for name, value in body.items() if name != "error_msg"}
        return super()._json(status, kept, **how)


def _only_on_404(change: Callable[[Answer], Answer]) -> type[Answers]:
    """Return answers of which those with 404 are changed, as where a gateway makes them and the service the others."""

    class Changed(Answers):
        def _refused(self, status: int, code: str, message: str) -> Answer:
            answer = super()._refused(status, code, message)
            return change(answer) if status == 404 else answer

    return Changed


def _empty(answer: Answer) -> Answer:
    return _labelled(answer, b"application/json", b"")


def _untyped(answer: Answer) -> Answer:
    return replace(answer, headers=tuple(header for header in answer.headers if header[0] != b"Content-Type"))


ERROR_BODY_FAULTS = (
    Fault(
        name="plain-text-error",
        breaks="error-body/object",
        summary="an error is a line of text",
        answers=_PlainText,
    ),
    Fault(
        name="numeric-code",
        breaks="error-body/code",
        summary="error_code is a number",
        answers=_NumericCode,
    ),
    Fault(
        name="message-missing",
        breaks="error-body/message",
        summary="an error has no error_msg",
        answers=_NoMessage,
    ),
    Fault(
        name="mislabelled-error",
        breaks="error-body/content-type",
        summary="the JSON of an error is labelled text/html",
        answers=_Mislabelled,
    ),
    Fault(
        name="empty-404",
        breaks="error-body/object",
        summary="a 404 has no body",
        answers=_only_on_404(_empty),
    ),
    Fault(
        name="untyped-404",
        breaks="error-body/content-type",
        summary="a 404 has no Content-Type",
        answers=_only_on_404(_untyped),
    ),
)
