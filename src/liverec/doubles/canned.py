"""Canned answers: the document's own examples, and whatever else a test makes up, if the document allows it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import jsonschema_rs

from liverec.document import Document
from liverec.reference.answers import Answer, Answers
from liverec.reference.dialect import Dialect
from liverec.reference.identity import RequestIds
from liverec.reference.recorder import Decision

__tracebackhide__ = True  # pytest shows the line of the test, not ours


class CannedAnswerError(ValueError):
    """The document does not allow the answer; says what it allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedAnswer:
    """An answer by name; *make* gives it anew for each request, for no two share a request id. None: no answer."""

    name: str
    make: Callable[[], Answer | None]


class CannedAnswers:
    """The answers that a script is made of, each held against the document when it is loaded.

    Raises:
        CannedAnswerError: an example of the document contradicts the document.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._answers = answers = Answers(document=document, dialect=Dialect(), request_ids=RequestIds("ms"))
        self.ok = self._checked("ok", lambda: answers.decided(Decision.DONE))
        self.illegal = self._checked("illegal", lambda: self._refused(400))
        self.not_found = self._checked("not_found", lambda: self._refused(404))
        self.too_soon = self._checked("too_soon", lambda: answers.decided(Decision.TOO_SOON))
        denied = "Incorrect IAM authentication information: verify aksk signature fail"
        self.unauthorized = self._checked("unauthorized", lambda: answers.gateway(401, "APIGW.0301", denied))
        throttled = "The throttling threshold has been reached: policy user over ratelimit,limit:300"
        self.throttled = self._checked("throttled", lambda: answers.gateway(429, "APIGW.0308", throttled))
        self.timeout = CannedAnswer(name="timeout", make=lambda: None)

    def made_up(self, status: int, *, error_code: str | None, error_msg: str | None) -> CannedAnswer:
        """Return an answer of the test's own.

        Raises:
            CannedAnswerError: the document does not allow it.
        """
        if status == 200:
            if (error_code, error_msg) != (None, None):
                raise CannedAnswerError("canned answer 200: the document gives it no body; leave the error away")
            return self.ok
        return self._checked(f"answer({status})", lambda: self._refused(status, error_code, error_msg))

    def _refused(self, status: int, error_code: str | None = None, error_msg: str | None = None) -> Answer:
        example = self._document.error_examples.get(status, {})
        code = example.get("error_code", "") if error_code is None else error_code
        return self._answers.denied(status, code, example.get("error_msg", "") if error_msg is None else error_msg)

    def _checked(self, name: str, make: Callable[[], Answer]) -> CannedAnswer:
        answer = make()
        problem = self._problem(answer)
        if problem is not None:
            raise CannedAnswerError(f"canned answer {answer.status}: {problem}")
        return CannedAnswer(name=name, make=make)

    def _problem(self, answer: Answer) -> str | None:
        document = self._document
        raw = document.raw
        response = raw["paths"][document.path_template][document.method.lower()]["responses"]
        known = document.error_codes.get(answer.error_code or "")
        if answer.status not in document.statuses and (known is None or answer.status not in known.statuses):
            codes = sorted(code for code, row in document.error_codes.items() if answer.status in row.statuses)
            also = f"with {answer.status} only the codes {', '.join(codes)}" if codes else f"and no {answer.status}"
            listed = ", ".join(map(str, document.statuses))
            return (
                f"the document lists {listed}, {also}, found code {answer.error_code!r}; to see what your program does "
                "with an answer outside the contract, take respx_mock instead of record_control"
            )
        if answer.status in document.statuses and not document.request_id_pattern.fullmatch(answer.request_id or ""):
            return f"{document.request_id_header}: {answer.request_id!r} has not the pattern of the document"
        documented = answer.status if answer.status in document.statuses else 400
        content = _resolved(raw, response[str(documented)]).get("content")
        if content is None:
            return None if not answer.body else "the document gives it no body"
        schema = content["application/json"]["schema"]
        validator = jsonschema_rs.validator_for({**schema, "components": raw["components"]})
        error = next(validator.iter_errors(json.loads(answer.body)), None)
        return None if error is None else f"at {'/'.join(map(str, error.instance_path)) or 'the body'}: {error.message}"


def _resolved(raw: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a local reference, if *node* is one."""
    if "$ref" not in node:
        return node
    found: Any = raw
    for key in str(node["$ref"]).removeprefix("#/").split("/"):
        found = found[key]
    return cast("Mapping[str, Any]", found)
