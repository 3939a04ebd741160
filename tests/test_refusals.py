"""Servers that let in what they must refuse, or refuse it too late: each is convicted by the requirement it breaks."""

import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from judged_server import judged
from liverec import signing
from liverec.profile_file import reference_profile
from liverec.reference import faults
from liverec.reference.authentication import Authenticator, Caller, DeniedError
from liverec.reference.command import Command, CommandReader, InvalidCommandError
from liverec.reference.faults import Fault
from liverec.reference.recorder import Recorder
from liverec.reference.request import Request
from liverec.reference.streams import StreamName

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


PROVEN = [
    (b"content-type", b"application/json"),
    (b"x-auth-token", str(reference_profile().credentials.token).encode()),
]


class Lenient(Authenticator, ABC):
    """Lets in whoever ``pleases``, besides those who may."""

    def authenticate(self, request: Request) -> Caller:
        try:
            return super().authenticate(request)
        except DeniedError:
            if not self.pleases(request):
                raise
            return Caller(project_id=self.profile.project_id)

    @abstractmethod
    def pleases(self, request: Request) -> bool: ...

    @property
    def token(self) -> str:
        return str(self.profile.credentials.token)

    def sent(self, request: Request) -> str:
        return request.headers.get("x-auth-token", "")


class BeginningOfAToken(Lenient):
    def pleases(self, request: Request) -> bool:
        return bool(self.sent(request)) and self.token.startswith(self.sent(request))


class MoreThanAToken(Lenient):
    def pleases(self, request: Request) -> bool:
        return self.sent(request).startswith(self.token)


class EndOfAToken(Lenient):
    def pleases(self, request: Request) -> bool:
        return bool(self.sent(request)) and self.token.endswith(self.sent(request))


class TokenInAnyCase(Lenient):
    def pleases(self, request: Request) -> bool:
        return self.sent(request).lower() == self.token.lower()


class EmptyToken(Lenient):
    def pleases(self, request: Request) -> bool:
        return "x-auth-token" in request.headers and not self.sent(request)


class AnyBearer(Lenient):
    def pleases(self, request: Request) -> bool:
        return request.headers.get("authorization", "").startswith("Bearer ")


class OpenForStop(Lenient):
    def pleases(self, request: Request) -> bool:
        return "STOP" in request.query and {"x-auth-token", "authorization"}.isdisjoint(request.headers)


class BeginningOfASignature(Lenient):
    def pleases(self, request: Request) -> bool:
        claims, _, given = request.headers.get("authorization", "").partition(", Signature=")
        whole = signing.parse_authorization(f"{claims}, Signature={'0' * 64}")
        made = {expected(self, request, whole)} if whole is not None and "x-sdk-date" in request.headers else set[str]()
        return any(given and each.startswith(given) for each in made)


class NoSignature(Lenient):
    def pleases(self, request: Request) -> bool:
        sent = request.headers.get("authorization", "")
        return f"Access={self.profile.credentials.access_key}," in sent and "Signature=" not in sent


class UnknownKey(Lenient):
    def pleases(self, request: Request) -> bool:
        given = signing.parse_authorization(request.headers.get("authorization", ""))
        unknown = given is not None and given.access_key != self.profile.credentials.access_key
        return (
            given is not None
            and unknown
            and hmac.compare_digest(expected(self, request, given, secret=""), given.signature)
        )


class AnyPath(Lenient):
    def pleases(self, request: Request) -> bool:
        paths = (f"/v1/{project}/record/control" for project in ("f" * 32, self.profile.project_id))
        return any(signed_right(self, replace(request, path=path)) for path in paths)


class AnyMethod(Lenient):
    def pleases(self, request: Request) -> bool:
        return any(signed_right(self, replace(request, method=method)) for method in ("GET", "PUT"))


class AnyHeader(Lenient):
    def pleases(self, request: Request) -> bool:
        return signed_right(self, replace(request, headers={**request.headers, "content-type": "text/plain"}))


class FutureDates(Authenticator):
    def _skewed(self, date: Any) -> bool:
        return bool(self.wall_clock() - date > signing.MAX_SKEW)


class UnreadableDates(Lenient):
    def pleases(self, request: Request) -> bool:
        date = request.headers.get("x-sdk-date", "")
        return bool(date) and signing.parse_date(date) is None and signed_right(self, request)


class HeaderNamesTheProject(Authenticator):
    def _foreign(self, caller: Caller, request: Request, *, project_id: str) -> bool:  # noqa: ARG002  # as overridden
        return request.headers.get("x-project-id", caller.project_id) != caller.project_id


class OwnProjectAlways(CommandReader):
    def read(self, request: Request, *, project_id: str) -> Command:
        command = super().read(request, project_id=project_id)
        own = "0123456789abcdef0123456789abcdef"
        return replace(command, stream=command.stream._replace(project_id=own))


def expected(
    server: Authenticator, request: Request, given: signing.Authorization, *, secret: str | None = None
) -> str:
    return signing.expected_signature(
        method=request.method,
        path=request.path,
        query=request.query,
        headers=request.headers,
        body=request.body,
        secret_key=str(server.profile.credentials.secret_key) if secret is None else secret,
        signed_headers=given.signed_headers,
    )


def signed_right(server: Authenticator, request: Request) -> bool:
    given = signing.parse_authorization(request.headers.get("authorization", ""))
    return given is not None and hmac.compare_digest(expected(server, request, given), given.signature)


class ElseStop(CommandReader):
    def _action(self, query: str) -> str:
        given = dict(parse_qsl(query, keep_blank_values=True)).get("action")
        return "STOP" if given and given not in self.actions else super()._action(query)


class StopByDefault(CommandReader):
    def _action(self, query: str) -> str:
        return super()._action(query) if "action" in query else "STOP"


class ReadsTheBodyFirst(CommandReader):
    """Takes parameters from wherever they are."""

    def read(self, request: Request, *, project_id: str) -> Command:
        body = self._body(request.body)
        if "action" in body and not request.query:
            return super().read(replace(request, query=f"action={body['action']}"), project_id=project_id)
        merged = {**dict(parse_qsl(request.query)), **body}
        content = json.dumps({name: merged[name] for name in self.fields if name in merged}).encode()
        return super().read(replace(request, body=content), project_id=project_id)


class EncodedTwice(CommandReader):
    def _body(self, body: bytes) -> Any:
        try:
            found = json.loads(body)
        except ValueError:
            raise InvalidCommandError("no JSON") from None
        return super()._body(found.encode() if isinstance(found, str) else body)


class Pairs(CommandReader):
    def _body(self, body: bytes) -> Any:
        try:
            return dict(json.loads(body))
        except (ValueError, TypeError):
            return super()._body(body)


class FirstOfAList(CommandReader):
    def _field(self, body: Any, name: str) -> str:
        match body.get(name):
            case [str() as first, _]:
                return first
            case _:
                return super()._field(body, name)


def server(name: str, breaks: str, **parts: Any) -> Any:
    return pytest.param(Fault(name=name, breaks=breaks, summary=name, **parts), id=name)


class OrderMatters(CommandReader):
    def _body(self, body: bytes) -> Any:
        found = super()._body(body)
        if list(found) != list(self.fields):
            raise InvalidCommandError("its fields are not in order")
        return found


class NoWhiteSpace(CommandReader):
    def _body(self, body: bytes) -> Any:
        if body.startswith(b"\r"):
            raise InvalidCommandError("no object")
        return super()._body(body)


class EndsAtZero(Recorder):
    def _key(self, name: StreamName) -> StreamName:
        return super()._key(name._replace(stream=name.stream.partition("\0")[0]))


class JoinsNames(Recorder):
    def _key(self, name: StreamName) -> StreamName:
        declared = self.table.profile.recordable
        if name.publish_domain + name.app == declared.publish_domain + declared.app:
            name = name._replace(publish_domain=declared.publish_domain, app=declared.app)
        return super()._key(name)


def acting_anyway(app: ASGIApp) -> ASGIApp:
    """Return a server that carries out what it has turned away."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        body = [await receive()]
        while body[-1].get("more_body", False):
            body.append(await receive())
        said: list[Any] = []
        for headers in (scope["headers"], PROVEN):
            parts = iter(body)

            async def again(parts: Iterator[Any] = parts) -> Any:
                return next(parts)

            async def keep(message: Any) -> None:
                said.append(message)

            await app({**scope, "headers": headers}, again, keep)
            if said[0]["status"] != 401:
                break
        for message in said[:2]:
            await send(message)

    return serve


BROKEN = [
    server("beginning-of-a-token", "authentication/token-wrong", authenticator=BeginningOfAToken),
    server("more-than-a-token", "authentication/token-wrong", authenticator=MoreThanAToken),
    server("end-of-a-token", "authentication/token-wrong", authenticator=EndOfAToken),
    server("token-in-any-case", "authentication/token-wrong", authenticator=TokenInAnyCase),
    server("empty-token", "authentication/credentials-mandatory", authenticator=EmptyToken),
    server("any-bearer", "authentication/credentials-mandatory", authenticator=AnyBearer),
    server("open-for-stop", "authentication/credentials-mandatory", authenticator=OpenForStop),
    server("beginning-of-a-signature", "authentication/signature-wrong", authenticator=BeginningOfASignature),
    server("no-signature", "authentication/signature-wrong", authenticator=NoSignature),
    server("unknown-key", "authentication/signature-wrong", authenticator=UnknownKey),
    server("any-path", "authentication/signature-covers-request", authenticator=AnyPath),
    server("any-method", "authentication/signature-covers-request", authenticator=AnyMethod),
    server("any-header", "authentication/signature-covers-request", authenticator=AnyHeader),
    server("future-dates", "authentication/date-skew", authenticator=FutureDates),
    server("unreadable-dates", "authentication/date-skew", authenticator=UnreadableDates),
    server(
        "header-names-the-project", "uri/foreign-project", authenticator=HeaderNamesTheProject, reader=OwnProjectAlways
    ),
    server("else-stop", "query/action-options", reader=ElseStop),
    server("stop-by-default", "query/action-mandatory", reader=StopByDefault),
    server("action-in-the-body", "query/action-mandatory", reader=ReadsTheBodyFirst),
    server("stream-in-the-query", "body/stream-mandatory", reader=ReadsTheBodyFirst),
    server("encoded-twice", "body/json", reader=EncodedTwice),
    server("pairs", "body/json", reader=Pairs),
    server("order-matters", "body/json", reader=OrderMatters),
    server("no-white-space", "body/json", reader=NoWhiteSpace),
    server("ends-at-zero", "recording/specific-stream", recorder=EndsAtZero),
    server("joins-names", "recording/specific-stream", recorder=JoinsNames),
    server("acting-anyway", "status/no-effect", wrap=acting_anyway),
    server("first-of-a-list", "body/app-string", reader=FirstOfAList),
]


@pytest.mark.parametrize("broken", BROKEN)
def test_broken_server_is_convicted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Fault) -> None:
    monkeypatch.setitem(faults.FAULTS, broken.name, broken)

    result = judged(tmp_path, faults=(broken.name,), generated="none", only=(broken.breaks,))

    assert result.findings == (broken.breaks,), [(one.id, one.verdict, one.why) for one in result.judgements]


@pytest.mark.parametrize("name", ["unprocessable", "request-id-missing-on-invalid", "crashes-on-odd-names"])
def test_what_all_answers_have_in_common_is_judged_on_all_that_is_sent_also_alone(tmp_path: Path, name: str) -> None:
    broken = faults.FAULTS[name].breaks

    result = judged(tmp_path, faults=(name,), generated="few", only=(broken,))

    assert (result.findings, [row.id for row in result.judgements]) == ((broken,), [broken])
