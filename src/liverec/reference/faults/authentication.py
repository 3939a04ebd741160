"""Faults in who is let in: Table 3's credentials."""

from collections.abc import Iterator
from contextvars import ContextVar
from functools import cached_property
from itertools import count
from typing import Any
from weakref import WeakSet

from starlette.types import ASGIApp, Receive, Scope, Send

from liverec.reference.authentication import Authenticator, Caller, DeniedError
from liverec.reference.faults.fault import Fault
from liverec.reference.request import Request

_SELDOM = 40


class _NoTokens(Authenticator):
    """Turns every token away."""

    def _by_token(self, token: str) -> Caller:  # noqa: ARG002  # as overridden
        raise DeniedError("Incorrect IAM authentication information: decrypt token fail")


class _NowAndThen(Authenticator):
    """Turns a token away once in forty times."""

    @cached_property
    def _turns(self) -> Iterator[int]:
        return count(1)

    def _by_token(self, token: str) -> Caller:
        caller = super()._by_token(token)
        if next(self._turns) % _SELDOM == 0:
            raise DeniedError("Incorrect IAM authentication information: decrypt token fail")
        return caller


class _NoIssuedTokens(Authenticator):
    """Knows the profile's own token only, which alone has no end."""

    def _by_token(self, token: str) -> Caller:
        grant = self.tokens.find(token)
        if grant is not None and grant.expires is not None:
            raise DeniedError("Incorrect IAM authentication information: decrypt token fail")
        return super()._by_token(token)


class _NoSignatures(Authenticator):
    """Turns every signature away."""

    def _by_signature(self, request: Request, authorization: str) -> Caller:  # noqa: ARG002  # as overridden
        raise DeniedError("Incorrect IAM authentication information: verify aksk signature fail")


class _OpenDoor(Authenticator):
    """Checks the credentials that are there, and asks for none."""

    def authenticate(self, request: Request) -> Caller:
        if {"x-auth-token", "authorization"}.isdisjoint(request.headers):
            return Caller(project_id=self.profile.project_id)
        return super().authenticate(request)


class _TwoHeadersDo(Authenticator):
    """Takes X-Sdk-Date and X-Project-Id for a signed request."""

    def authenticate(self, request: Request) -> Caller:
        sent = request.headers.keys()
        if {"x-sdk-date", "x-project-id"} <= sent and sent.isdisjoint({"x-auth-token", "authorization"}):
            return Caller(project_id=self.profile.project_id)
        return super().authenticate(request)


class _AnyToken(Authenticator):
    """Takes every token that it does not know for a good one."""

    def _by_token(self, token: str) -> Caller:
        if token and self.tokens.find(token) is None:
            return Caller(project_id=self.profile.project_id)
        return super()._by_token(token)


class _TokenBeginning(Authenticator):
    """Compares the first 16 characters of a token."""

    def _by_token(self, token: str) -> Caller:
        own = self.profile.credentials.token or ""
        return super()._by_token(own if own and token[:16] == own[:16] else token)


# which connection the request under way came on
_connection: ContextVar[object] = ContextVar("connection", default=None)


def _know_the_connection(app: ASGIApp) -> ASGIApp:
    """Note the connection of each request."""

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        _connection.set(scope.get("liverec.transport"))
        await app(scope, receive, send)

    return faulty


class _OncePerConnection(Authenticator):
    """Asks for credentials until a connection has shown good ones."""

    @cached_property
    def _known(self) -> WeakSet[Any]:
        return WeakSet()

    def authenticate(self, request: Request) -> Caller:
        connection = _connection.get()
        if connection in self._known and {"x-auth-token", "authorization"}.isdisjoint(request.headers):
            return Caller(project_id=self.profile.project_id)
        caller = super().authenticate(request)
        if connection is not None:
            self._known.add(connection)
        return caller


AUTHENTICATION_FAULTS = (
    Fault(
        name="rejects-tokens",
        breaks="authentication/token",
        summary="no token is accepted, not even a valid one",
        authenticator=_NoTokens,
    ),
    Fault(
        name="rejects-tokens-seldom",
        breaks="authentication/token",
        summary="one request in forty with a valid token is turned away",
        authenticator=_NowAndThen,
    ),
    Fault(
        name="rejects-issued-tokens",
        breaks="authentication/token-issued",
        summary="tokens that IAM has issued are not known to the service",
        authenticator=_NoIssuedTokens,
    ),
    Fault(
        name="rejects-signatures",
        breaks="authentication/signature",
        summary="no signature is accepted, not even a valid one",
        authenticator=_NoSignatures,
    ),
    Fault(
        name="open-door",
        breaks="authentication/credentials-mandatory",
        summary="credentials are checked if there are any, but none are needed",
        authenticator=_OpenDoor,
    ),
    Fault(
        name="authorization-optional",
        breaks="authentication/authorization-mandatory",
        summary="X-Sdk-Date and X-Project-Id are enough, without Authorization",
        authenticator=_TwoHeadersDo,
    ),
    Fault(
        name="any-token",
        breaks="authentication/token-wrong",
        summary="a token that nobody issued is accepted",
        authenticator=_AnyToken,
    ),
    Fault(
        name="token-beginning",
        breaks="authentication/token-wrong",
        summary="of a token only the first 16 characters are compared",
        authenticator=_TokenBeginning,
    ),
    Fault(
        name="once-per-connection",
        breaks="authentication/credentials-mandatory",
        summary="a connection that has shown good credentials once needs none any more",
        wrap=_know_the_connection,
        authenticator=_OncePerConnection,
    ),
)
