"""Who may use the control plane: programs on this machine, and whoever has the key."""

import hmac
import ipaddress

from liverec.reference.request import Request


def admits(request: Request, *, key: str | None) -> bool:
    """Return whether *request* may reach the control plane.

    The right key always may. Without one the peer must be on this machine, and must not be a web page from elsewhere:
    Host names this machine (else a page's own name could have been pointed here), and Origin, if any, is this server.
    """
    given = request.headers.get("x-reference-key")
    if given is not None:
        return key is not None and hmac.compare_digest(given.encode(), key.encode())
    host = request.headers.get("host", "")
    own_origin = request.headers.get("origin", f"http://{host}") == f"http://{host}"
    return request.peer is not None and _is_loopback(request.peer[0]) and own_origin and _names_this_machine(host)


def _names_this_machine(host: str) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return name.lower() == "localhost" or _is_loopback(name.strip("[]"))


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
