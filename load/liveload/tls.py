"""TLS over bytes: what a connection feeds with what it receives, and asks for what it has to send."""

import contextlib
import ssl


def verifying_context() -> ssl.SSLContext:
    """Return a context that believes only the system's authorities, and only in the name that was asked for."""
    return ssl.create_default_context()


class Tls:
    """The client's side of one TLS session with *host*; knows no socket."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._session = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    def shake_hands(self, received: bytes = b"") -> tuple[bool, bytes]:
        """Take what was *received*; return whether the session stands, and what has to be sent.

        Raises:
            ssl.SSLError: the server is not who it should be, or no TLS server at all.
        """
        self._incoming.write(received)
        try:
            self._session.do_handshake()
        except ssl.SSLWantReadError:
            return False, self._outgoing.read()
        return True, self._outgoing.read()

    def encrypted(self, data: bytes) -> bytes:
        """Return *data* as it has to be sent."""
        self._session.write(data)
        return self._outgoing.read()

    def decrypted(self, received: bytes) -> tuple[bytes, bool]:
        """Take what was *received*; return what it says, and whether the server has ended the session.

        Raises:
            ssl.SSLError: it is not of this session.
        """
        self._incoming.write(received)
        said = bytearray()
        try:
            while part := self._session.read(16 * 1024):
                said += part
        except ssl.SSLWantReadError:
            return bytes(said), False
        except ssl.SSLZeroReturnError:
            pass
        return bytes(said), True

    def ended(self) -> bytes:
        """Return what tells the server that nothing more will be sent."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self._session.unwrap()
        return self._outgoing.read()
