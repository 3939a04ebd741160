"""Who asks: Table 3's two kinds of credentials, both verified for real."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from liverec import signing
from liverec.profile import Profile
from liverec.reference.request import Request
from liverec.reference.tokens import Tokens


class DeniedError(Exception):
    """The request is turned away before the rules are asked; says how it is answered.

    ``from_gateway``: by the gateway (code APIGW...., three fields) or by the service (code LIVE....).
    """

    def __init__(self, message: str, *, status: int = 401, code: str = "APIGW.0301", from_gateway: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.from_gateway = from_gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose credentials they were: the project that they are for, None if for none."""

    project_id: str | None


class Authenticator:
    """Verifies a token or a signature; replays are legal, for the scheme knows no nonce.

    Where both are sent, the token counts (the page says nothing). Secrets are compared in constant time.
    A fault overrides one of the methods that begin with an underscore.
    """

    def __init__(self, *, profile: Profile, tokens: Tokens, wall_clock: Callable[[], datetime]) -> None:
        self.profile = profile
        self.tokens = tokens
        self.wall_clock = wall_clock
        self._access_key = (profile.credentials.access_key or "").encode()
        self._secret_key = profile.credentials.secret_key or ""
        self._key_holder = Caller(project_id=profile.project_id)

    def authenticate(self, request: Request) -> Caller:
        """Return who sent *request*.

        Raises:
            DeniedError: no credentials, or not good ones.
        """
        token = request.headers.get("x-auth-token")
        if token is not None:
            return self._by_token(token)
        authorization = request.headers.get("authorization")
        if authorization is None:
            raise _denied("x-auth-token not found")
        return self._by_signature(request, authorization)

    def authorize(self, caller: Caller, request: Request, *, project_id: str) -> None:
        """Check that *caller* may ask for the project in the path, and names no other in ``X-Project-Id``.

        Raises:
            DeniedError: the credentials are for another project.
        """
        if self._foreign(caller, request, project_id=project_id):
            raise DeniedError("Project ID verification failed.", code="LIVE.100011015", from_gateway=False)

    def _foreign(self, caller: Caller, request: Request, *, project_id: str) -> bool:
        return caller.project_id != project_id or request.headers.get("x-project-id", project_id) != project_id

    def _by_token(self, token: str) -> Caller:
        grant = self.tokens.find(token)
        if grant is None:
            raise _denied("decrypt token fail")
        if grant.expired(self.wall_clock()):
            raise _denied(f"token expires, expires_at: {grant.expires:%Y-%m-%dT%H:%M:%S.%fZ}")
        return Caller(project_id=grant.project_id)

    def _by_signature(self, request: Request, authorization: str) -> Caller:
        given = signing.parse_authorization(authorization)
        date = signing.parse_date(request.headers.get("x-sdk-date", ""))
        if given is None or date is None or not self._covers_enough(given.signed_headers):
            raise _denied("verify aksk signature fail")
        if self._skewed(date):
            raise _denied("verify aksk signature fail, signature expired")
        known = hmac.compare_digest(given.access_key.encode(), self._access_key)
        right = self._signature_right(request, given)
        if not known:
            raise _denied("Get secretKey failed,ak:******,err:ak not exist")
        if not right:
            raise _denied("verify aksk signature fail")
        return self._key_holder

    def _covers_enough(self, signed_headers: tuple[str, ...]) -> bool:
        """X-Sdk-Date is the one header that must be signed."""
        return "x-sdk-date" in signed_headers

    def _skewed(self, date: datetime) -> bool:
        return abs(self.wall_clock() - date) > signing.MAX_SKEW

    def _signature_right(self, request: Request, given: signing.Authorization) -> bool:
        expected = signing.expected_signature(
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=request.body,
            secret_key=self._secret_key,
            signed_headers=given.signed_headers,
        )
        return hmac.compare_digest(expected, given.signature)


def _denied(reason: str) -> DeniedError:
    return DeniedError(f"Incorrect IAM authentication information: {reason}")
