"""IAM, which gives a token for the profile's user (Table 3: how a token is had)."""

import threading
from collections.abc import Callable

from liverec.address import Address, parse_address
from liverec.client.credentials import CredentialsRefused, login_body
from liverec.client.exchange import Exchange
from liverec.client.outgoing import OutgoingRequest
from liverec.client.redaction import Secrets
from liverec.target import Target

_IAM_PATH = "/v3/auth/tokens"


class TokenIssuer:
    """Asks for tokens, and keeps the one that commands are sent with; safe to share between threads.

    *exchange* sends a request and returns what came back; *observed* is called with it once its token is a secret.
    """

    def __init__(
        self,
        target: Target,
        *,
        secrets: Secrets,
        exchange: Callable[[OutgoingRequest], Exchange],
        observed: Callable[[Exchange], Exchange],
    ) -> None:
        self._credentials = target.profile.credentials
        self._project_id = target.profile.project_id
        self._secrets = secrets
        self._exchange = exchange
        self._observed = observed
        self._token = self._credentials.token
        self._lock = threading.Lock()

    def issue(self) -> tuple[Exchange, str | None]:
        """Return what IAM answered, and the token if there is one.

        Raises:
            ValueError: the profile names no IAM.
        """
        if self._credentials.iam_url is None:
            raise ValueError("the profile has no iam_url to ask for a token")
        body = login_body(self._credentials, self._project_id)
        exchange = self._exchange(_login(parse_address(self._credentials.iam_url), body))
        token = exchange.header("X-Subject-Token") if exchange.status == 201 else None
        self._secrets.learn(token, "$TOKEN")
        return self._observed(exchange), token

    def current(self) -> str:
        """Return the profile's own token, or the one that IAM gave when it was asked first.

        Raises:
            CredentialsRefused: IAM gave none.
            ValueError: the profile names no IAM.
        """
        with self._lock:
            if self._token is None:
                exchange, self._token = self.issue()
                if self._token is None:
                    found = exchange.error or f"status {exchange.status}, without X-Subject-Token"
                    raise CredentialsRefused(
                        f"no token from {self._credentials.iam_url}: expected status 201 with X-Subject-Token, found "
                        f"{self._secrets.mask(found)}; check iam_url, user, domain and password of the profile"
                    )
            return self._token


def _login(address: Address, body: bytes) -> OutgoingRequest:
    return OutgoingRequest(
        method="POST",
        address=address,
        target=address.prefix + _IAM_PATH,
        headers=(
            ("Host", address.authority),
            ("Accept", "*/*"),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
        ),
        chunks=(body,),
    )
