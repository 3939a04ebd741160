"""The requirements in miniature, for a service on a virtual clock: each says whether it is kept."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from liverec.clock import NANOSECONDS
from liverec.reference.answers import Answer
from liverec.reference.request import Request
from liverec.reference.service import Service
from reference_requests import BODY, NOW, PROJECT, advance, request, signed

Promise = Callable[[Service], bool]
DATED = {"x-sdk-date": "20261122T120000Z", "x-project-id": PROJECT}
OTHER_RULE = {**BODY, "publish_domain": "continuous.example.com", "stream": "continuous-1"}
INVALID = ("action=START", b"")
UNKNOWN = ("action=START", {**BODY, "stream": "nowhere"})
MISSING = ("action=STOP", {**BODY, "stream": "nowhere"})
TRAILING = request().body + b"}"
SINGLE_QUOTES = request().body.replace(b'"', b"'")
ESCAPED = json.dumps(BODY).replace("rehearsal", r"\u0072ehearsal").encode()
CHARSET = {"content-type": "application/json; charset=UTF-8"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def ask(target: Service, query: str = "action=START", body: bytes | Mapping[str, Any] = BODY, **how: Any) -> Answer:
    """Send a request with a token; with a signature, if tokens are turned away."""
    answer = target.answer(request(query, body, **how))
    return answer if answer.status != 401 or "path" in how else target.answer(signed(query, body, **how))


def accepted(target: Service, *parts: Any, **how: Any) -> bool:
    return ask(target, *parts, **how).status < 300


def refused(*parts: Any, **how: Any) -> Promise:
    return lambda target: not accepted(target, *parts, **how)


def did(target: Service, *actions: str, stream: str = "rehearsal-1") -> list[bool]:
    return [accepted(target, f"action={action}", {**BODY, "stream": stream}) for action in actions]


def let_in(make: Callable[[], Request]) -> Promise:
    return lambda target: target.answer(make()).status not in {401, 403}


def kept_out(make: Callable[[], Request]) -> Promise:
    return lambda target: target.answer(make()).status in {401, 403}


def issued_token_is_let_in(target: Service) -> bool:
    token, _ = target.tokens.issue(project_id=PROJECT)
    return let_in(lambda: request(token=token))(target)


def altered_request_is_kept_out(target: Service) -> bool:
    body = request(body={**BODY, "stream": "rehearsal-2"}).body
    hashed = signed(headers={"x-sdk-content-sha256": sha256(request().body).hexdigest()})
    altered = (
        replace(signed("action=STOP"), query="action=START"),
        replace(signed(), body=body),
        replace(hashed, body=body),
    )
    return {target.answer(each).status for each in altered} <= {401, 403}


def undated() -> Request:
    sent = signed()
    return replace(sent, headers={name: value for name, value in sent.headers.items() if name != "x-sdk-date"})


def of_the_fields() -> Iterator[tuple[str, Promise]]:
    for field, value in BODY.items():
        name = field.replace("_", "-")
        yield f"body/{name}-mandatory", refused(body={key: BODY[key] for key in BODY if key != field})
        yield f"body/{name}-string", refused(body={**BODY, field: [value]})


def ends_for_good(target: Service) -> bool:
    """No window is so long that it could refuse the next START."""
    ended = did(target, "START", "STOP")
    advance(target, 25)
    return [*ended, *did(target, "START")] == [True, True, True]


def stays_with_its_stream(target: Service) -> bool:
    others = ("rehearsal-10", "rehearsal-2")
    begun = [did(target, "START", stream=stream) for stream in others]
    if begun == [[True], [False]]:
        return False
    stopped = did(target, "START", "STOP") == [True, True]
    return not stopped or [did(target, "STOP", stream=stream) for stream in others] == [[True]] * 2


def interrupted(seconds: float, *, resumed: bool, survives: bool) -> Promise:
    def promise(target: Service) -> bool:
        name = target.name(**BODY)
        did(target, "START")
        target.recorder.interrupt(name)
        advance(target, seconds)
        if resumed:
            target.recorder.resume(name)
        return did(target, "STOP") == [survives]

    return promise


def waits_for_the_interval(target: Service) -> bool:
    """Gaps up to the interval after long recordings, their whole seconds early in the gap; and a second window."""
    gaps = {"rehearsal-21": 0.1, "rehearsal-22": 5.0, "rehearsal-23": 9.5, "rehearsal-24": 10.0}
    restarted: list[bool] = []
    for stream in ("rehearsal-1", *gaps):
        did(target, "START", stream=stream)
    for stream, gap in gaps.items():
        advance(target, 20.7 - target.clock.now() % NANOSECONDS / NANOSECONDS)
        stopped = did(target, "STOP", stream=stream) == [True]
        advance(target, gap)
        restarted.append(did(target, "START", stream=stream) == [True] and stopped)
    did(target, "STOP")
    advance(target, 10.5)
    return not any([*restarted, *did(target, "START", "STOP", "START")[2:]])


def restarts_after_the_interval(target: Service) -> bool:
    did(target, "START", "STOP")
    advance(target, 10.5)
    return did(target, "START") == [True]


def starts_another_stream(target: Service) -> bool:
    did(target, "START", "STOP")
    return did(target, "START", stream="rehearsal-2") == [True]


def refusal_has_no_effect(target: Service) -> bool:
    did(target, "START")
    ask(target, "")
    return did(target, "STOP") == [True]


def refuses_as_documented(target: Service) -> bool:
    found = {ask(target, f"action={action}").status for action in ("START", "START", "STOP", "START")}
    return {status for status in found if status >= 300} <= {400, 404}


def reads_one_way(target: Service) -> bool:
    did(target, "START")
    return len(set(did(target, "START", "START", "START"))) == 1


def request_id(target: Service, *parts: Any) -> str | None:
    headers = {bytes(name): value.decode() for name, value in ask(target, *parts).headers}
    return headers.get(b"X-Request-Id")


def carries_request_id(*parts: Any) -> Promise:
    return lambda target: request_id(target, *parts) is not None


def in_request_id(right: Callable[[re.Match[str]], bool]) -> Promise:
    """Judge the parts of a request id that has them."""

    def promise(target: Service) -> bool:
        parts = re.fullmatch(r"(?P<id>.+)-(?P<time>\d{10,})-(?P<host>.*)", request_id(target) or "")
        return parts is None or right(parts)

    return promise


def request_id_has_its_form(target: Service) -> bool:
    found = request_id(target)
    return found is None or re.fullmatch(r".+-\d{10,}-.*", found) is not None


def request_ids_differ(target: Service) -> bool:
    found = [made for _ in range(4) if (made := request_id(target))]
    return len(set(found)) == len(found)


def in_error(right: Callable[[dict[str, Any]], bool]) -> Promise:
    """Judge the body of an error that is an object."""

    def promise(target: Service) -> bool:
        body = ask(target, *INVALID).body
        return not body.startswith(b"{") or right(json.loads(body))

    return promise


PROMISES: Mapping[str, Promise] = {
    "constraints/command-record": refused(body=OTHER_RULE),
    "uri/project-id": refused(path="/v1/no-such-project/record/control"),
    "uri/foreign-project": refused(path=f"/v1/{'f' * 32}/record/control"),
    "query/action-mandatory": refused(""),
    "query/action-options": lambda target: not (accepted(target, "action=PAUSE") or accepted(target, "action=STARTED")),
    "authentication/token": let_in(request),
    "authentication/token-issued": issued_token_is_let_in,
    "authentication/token-wrong": kept_out(lambda: request(token="made-up")),
    "authentication/signature": let_in(signed),
    "authentication/credentials-mandatory": kept_out(lambda: request(token=None)),
    "authentication/authorization-mandatory": kept_out(lambda: request(token=None, headers=DATED)),
    "authentication/sdk-date-mandatory": kept_out(undated),
    "authentication/signature-wrong": kept_out(lambda: signed(secret_key="another")),
    "authentication/signature-covers-request": altered_request_is_kept_out,
    "authentication/date-skew": kept_out(lambda: signed(date=NOW - timedelta(minutes=20))),
    **dict(of_the_fields()),
    "body/json": lambda target: (
        not (accepted(target, body=TRAILING) or accepted(target, body=SINGLE_QUOTES)) and accepted(target, body=ESCAPED)
    ),
    "body/content-type-charset": lambda target: accepted(target, headers=CHARSET),
    "recording/start": lambda target: did(target, "START", "STOP") == [True, True],
    "recording/stop": ends_for_good,
    "recording/specific-stream": stays_with_its_stream,
    "recording/interruption": interrupted(4, resumed=False, survives=False),
    "recording/short-interruption": interrupted(2, resumed=True, survives=True),
    "recording/no-resume": interrupted(4, resumed=True, survives=False),
    "restart/too-soon": waits_for_the_interval,
    "restart/after-interval": restarts_after_the_interval,
    "restart/same-stream": starts_another_stream,
    "status/200": lambda target: ask(target).status == 200,
    "status/400": lambda target: ask(target, *INVALID).status == 400,
    "status/404": refused(*UNKNOWN),
    "status/documented": refuses_as_documented,
    "status/no-effect": refusal_has_no_effect,
    "request-id/present-200": carries_request_id(),
    "request-id/present-400": carries_request_id(*INVALID),
    "request-id/present-404": carries_request_id(*UNKNOWN),
    "request-id/format": request_id_has_its_form,
    "request-id/uuid": in_request_id(lambda parts: UUID.fullmatch(parts["id"]) is not None),
    "request-id/timestamp": in_request_id(lambda parts: int(parts["time"]) > 1_700_000_000_000),
    "request-id/hostname": in_request_id(lambda parts: parts["host"] != ""),
    "request-id/unique": request_ids_differ,
    "error-body/object": lambda target: all(ask(target, *one).body.startswith(b"{") for one in (INVALID, MISSING)),
    "error-body/code": in_error(lambda body: isinstance(body.get("error_code"), str)),
    "error-body/message": in_error(lambda body: isinstance(body.get("error_msg"), str)),
    "error-body/content-type": lambda target: all(
        (b"Content-Type", b"application/json") in ask(target, *one).headers for one in (INVALID, MISSING)
    ),
    "http/no-server-error": lambda target: all(
        ask(target, body={**BODY, "stream": odd}).status < 500 for odd in ("søndag", "x" * 300)
    ),
    "consistency/one-reading": reads_one_way,
}
