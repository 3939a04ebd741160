"""A base URL, read so strictly that no two programs can read it differently; and whether it stays on this machine."""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST = 2048
_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<prefix>(?:/[A-Za-z0-9._~-]+)*)/?"
)

Resolver = Callable[[str], Iterable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server is: ``host`` without brackets, ``prefix`` empty or a path without a slash at its end."""

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @property
    def authority(self) -> str:
        """Return the value of Host: with the port, unless it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        """Return the base URL, without a slash at its end."""
        return f"{self.scheme}://{self.authority}{self.prefix}"


def parse_address(text: str) -> Address:
    """Read a base URL.

    Raises:
        ValueError: it is not of the form ``http(s)://host[:port][/path]``. User information, a query and a fragment
            are refused; the message never repeats *text*, which may hold a password.
    """
    match = _URL.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError("expected http(s)://host[:port][/path], without user, query or fragment")
    scheme = match["scheme"]
    port = int(match["port"]) if match["port"] else _DEFAULT_PORTS[scheme]
    if not 1 <= port <= 65535:
        raise ValueError("expected a port from 1 to 65535")
    host = match["host"].strip("[]")
    if ":" in host:
        _check_ipv6(host)
    return Address(scheme=scheme, host=host, port=port, prefix=match["prefix"])


def resolve(host: str) -> tuple[str, ...]:
    """Return every address that *host* stands for; empty if it stands for none."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(str(entry[4][0]) for entry in found)


def is_loopback(address: Address, *, resolver: Resolver = resolve) -> bool:
    """Tell whether *address* is this machine and nothing else: 127.0.0.0/8, ::1, or a name for only those."""
    addresses = [_ip(found) for found in resolver(address.host)]
    return bool(addresses) and all(ip is not None and ip.is_loopback for ip in addresses)


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _check_ipv6(host: str) -> None:
    if _ip(host) is None:
        raise ValueError("expected an IPv6 address between the brackets")
