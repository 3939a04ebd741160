"""A request that is ready to leave: every byte of it decided."""

from dataclasses import dataclass, field

from liverec.address import Address
from liverec.client.redaction import Headers


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

    def as_bytes(self) -> bytes:
        """Return the request as it stands on the wire, to be changed and sent raw."""
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers)]
        head = "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n"
        if not self.chunked:
            return head + self.body
        framed = (b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in self.chunks if chunk)
        return head + b"".join(framed) + b"0\r\n\r\n"
