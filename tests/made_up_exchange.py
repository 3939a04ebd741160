"""An exchange that never took place."""

from typing import Any

from liverec.client import Exchange
from liverec.client.redaction import Secrets
from liverec.profile import Credentials


def made_up_exchange(**changes: Any) -> Exchange:
    """Return a POST that nothing is known of but what *changes* say."""
    plain: dict[str, Any] = {
        "method": "POST",
        "url": "http://127.0.0.1/",
        "request_headers": (),
        "request_body": b"",
        "invoked_ns": 0,
        "completed_ns": 1,
        "secrets": Secrets(Credentials()),
    }
    return Exchange(**(plain | changes))
