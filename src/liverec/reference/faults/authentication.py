"""Faults in who is let in: Table 3's credentials."""

import hmac
import re
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from weakref import WeakSet

from starlette.types import ASGIApp, Receive, Scope, Send

from liverec import signing
from liverec.reference.authentication import Authenticator, Caller, DeniedError
from liverec.reference.faults.fault import Fault
from liverec.reference.request import Request


class _NoTokens(Authenticator):
    """Turns every token away."""

    def _by_token(self, token: str) -> Caller:  # noqa: ARG002  # as overridden
        raise DeniedError("Incorrect IAM authentication information: decrypt token fail")


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


class _AnySignature(Authenticator):
    """Does not compare the signature."""

    def _signature_right(self, request: Request, given: signing.Authorization) -> bool:  # noqa: ARG002  # as overridden
        return True


class _UnsignedQuery(Authenticator):
    """Finds a signature right if it is for this request with either action."""

    def _signature_right(self, request: Request, given: signing.Authorization) -> bool:
        right = super()._signature_right
        other = (replace(request, query=f"action={action}") for action in ("START", "STOP"))
        return right(request, given) or any(right(each, given) for each in other)


class _BelievesBodyHash(Authenticator):
    """Takes the hash that a request declares for that of its body."""

    def _signature_right(self, request: Request, given: signing.Authorization) -> bool:
        declared = request.headers.get("x-sdk-content-sha256", "").strip()
        if not re.fullmatch(r"[0-9a-f]{64}", declared):
            return super()._signature_right(request, given)
        canonical = signing.canonical_request(
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=b"",
            signed_headers=given.signed_headers,
        )
        believed = "\n".join([*canonical.split("\n")[:-1], declared])
        date = request.headers["x-sdk-date"].strip()
        expected = signing.signature_of(believed, date=date, secret_key=self._secret_key)
        return hmac.compare_digest(expected, given.signature)


class _AnyDate(Authenticator):
    """Lets a signature hold for ever."""

    def _skewed(self, date: datetime) -> bool:  # noqa: ARG002  # as overridden
        return False


class _Undated(Authenticator):
    """Verifies a signature only where there is a date to verify it with."""

    def _by_signature(self, request: Request, authorization: str) -> Caller:
        given = signing.parse_authorization(authorization)
        known = given is not None and given.access_key == self.profile.credentials.access_key
        if known and "x-sdk-date" not in request.headers:
            return Caller(project_id=self.profile.project_id)
        return super()._by_signature(request, authorization)


class _DateOfNothing(Authenticator):
    """Verifies a signature without X-Sdk-Date as one over an empty date."""

    def _by_signature(self, request: Request, authorization: str) -> Caller:
        given = signing.parse_authorization(authorization)
        if given is not None and "x-sdk-date" not in request.headers and self._is_ours(request, given):
            return Caller(project_id=self.profile.project_id)
        return super()._by_signature(request, authorization)

    def _is_ours(self, request: Request, given: signing.Authorization) -> bool:
        return given.access_key == self.profile.credentials.access_key and self._signature_right(request, given)


class _TokenBeginning(Authenticator):
    """Compares the first 16 characters of a token."""

    def _by_token(self, token: str) -> Caller:
        own = self.profile.credentials.token or ""
        return super()._by_token(own if own and token[:16] == own[:16] else token)


class _AnyAccessKey(Authenticator):
    """Verifies with the one secret that there is, whatever the access key."""

    def _by_signature(self, request: Request, authorization: str) -> Caller:
        given = signing.parse_authorization(authorization)
        own = self.profile.credentials.access_key
        if given is not None and own is not None:
            authorization = authorization.replace(f"Access={given.access_key},", f"Access={own},", 1)
        return super()._by_signature(request, authorization)


class _DateWithinADay(Authenticator):
    """Lets a signature hold for a day."""

    def _skewed(self, date: datetime) -> bool:
        return abs(self.wall_clock() - date) > timedelta(days=1)


class _FutureDate(Authenticator):
    """Asks only whether a signature has grown too old."""

    def _skewed(self, date: datetime) -> bool:
        return self.wall_clock() - date > signing.MAX_SKEW


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
        name="any-signature",
        breaks="authentication/signature-wrong",
        summary="with the right access key every signature is accepted",
        authenticator=_AnySignature,
    ),
    Fault(
        name="unsigned-query",
        breaks="authentication/signature-covers-request",
        summary="a signature for START is accepted for STOP, and the other way round",
        authenticator=_UnsignedQuery,
    ),
    Fault(
        name="believes-body-hash",
        breaks="authentication/signature-covers-request",
        summary="the hash in X-Sdk-Content-Sha256 is taken for that of the body, whatever the body is",
        authenticator=_BelievesBodyHash,
    ),
    Fault(
        name="any-date",
        breaks="authentication/date-skew",
        summary="a signature never grows too old",
        authenticator=_AnyDate,
    ),
    Fault(
        name="undated",
        breaks="authentication/sdk-date-mandatory",
        summary="a signature without X-Sdk-Date is accepted unverified",
        authenticator=_Undated,
    ),
    Fault(
        name="date-of-nothing",
        breaks="authentication/sdk-date-mandatory",
        summary="a signature without X-Sdk-Date is verified over an empty date",
        authenticator=_DateOfNothing,
    ),
    Fault(
        name="token-beginning",
        breaks="authentication/token-wrong",
        summary="of a token only the first 16 characters are compared",
        authenticator=_TokenBeginning,
    ),
    Fault(
        name="any-access-key",
        breaks="authentication/signature-wrong",
        summary="a signature with the right secret is accepted under any access key",
        authenticator=_AnyAccessKey,
    ),
    Fault(
        name="date-within-a-day",
        breaks="authentication/date-skew",
        summary="a signature holds for a day, not for 15 minutes",
        authenticator=_DateWithinADay,
    ),
    Fault(
        name="future-date",
        breaks="authentication/date-skew",
        summary="a signature may be dated in the future, however far",
        authenticator=_FutureDate,
    ),
    Fault(
        name="once-per-connection",
        breaks="authentication/credentials-mandatory",
        summary="a connection that has shown good credentials once needs none any more",
        wrap=_know_the_connection,
        authenticator=_OncePerConnection,
    ),
)
