"""A request that is ready to leave: every byte of it decided."""

import re
from dataclasses import dataclass, field

from liverec.address import Address
from liverec.client.exchange import Exchange
from liverec.client.redaction import Headers, Secrets

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TARGET = re.compile(r"[!-~]+")
_VALUE = re.compile(r"(?:[^\x00-\x20\x7f](?:[^\x00-\x08\x0a-\x1f\x7f]*[^\x00-\x20\x7f])?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRequest:
    """A request as it will be sent; ``chunks`` is the body, chunked on the wire if ``chunked``."""

    method: str
    address: Address
    target: str  # path and query, verbatim
    headers: Headers = field(repr=False)  # may hold secrets
    chunks: tuple[bytes, ...] = field(default=(), repr=False)
    chunked: bool = False

    @property
    def body(self) -> bytes:
        """The body without its framing."""
        return b"".join(self.chunks)

    @property
    def url(self) -> str:
        """Where it goes, as one text."""
        return f"{self.address.scheme}://{self.address.authority}{self.target}"

    @property
    def closes(self) -> bool:
        """Whether it asks for the connection to be closed behind it."""
        return any(name.lower() == "connection" and "close" in value.lower() for name, value in self.headers)

    def begun(self, invoked_ns: int, secrets: Secrets) -> Exchange:
        """Return the exchange that it begins, still without an answer."""
        return Exchange(
            method=self.method,
            url=self.url,
            request_headers=self.headers,
            request_body=self.body,
            invoked_ns=invoked_ns,
            completed_ns=invoked_ns,
            secrets=secrets,
        )

    def as_bytes(self) -> bytes:
        """Return the request as it stands on the wire.

        Raises:
            ValueError: HTTP/1.1 cannot carry it; the message tells no value.
        """
        right = {
            "its method": _TOKEN.fullmatch(self.method),
            "its target": _TARGET.fullmatch(self.target),
            **{f"a header's name {name!r}": _TOKEN.fullmatch(name) for name, _ in self.headers},
            **{f"the value of {name}": _VALUE.fullmatch(value) for name, value in self.headers},
        }
        wrong = [what for what, match in right.items() if match is None]
        if wrong:
            raise ValueError(f"HTTP/1.1 cannot carry this request: {wrong[0]}")
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers)]
        head = "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n"
        if not self.chunked:
            return head + self.body
        framed = (b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in self.chunks if chunk)
        return head + b"".join(framed) + b"0\r\n\r\n"
