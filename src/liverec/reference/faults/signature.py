"""Faults in what a signature is taken for: Table 3, Authorization and X-Sdk-Date."""

import hmac
import re
from dataclasses import replace
from datetime import datetime, timedelta

from liverec import signing
from liverec.reference.authentication import Authenticator, Caller
from liverec.reference.faults.fault import Fault
from liverec.reference.request import Request


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


class _OtherAlgorithms(Authenticator):
    """Verifies what its own algorithm signed, and lets any other pass."""

    def _by_signature(self, request: Request, authorization: str) -> Caller:
        if authorization.startswith("SDK-HMAC-") and not authorization.startswith(f"{signing.ALGORITHM} "):
            return Caller(project_id=self.profile.project_id)
        return super()._by_signature(request, authorization)


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


SIGNATURE_FAULTS = (
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
        name="other-algorithms",
        breaks="authentication/signature-wrong",
        summary="a signature of an algorithm that nobody names is accepted unverified",
        authenticator=_OtherAlgorithms,
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
)
