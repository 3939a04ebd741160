"""How a program of this group is told what to send, and says what its user gets."""

import json
import sys
from collections.abc import Callable
from typing import Any

Shown = dict[str, Any]


def loop(send: Callable[[str, str], Shown]) -> None:
    """Read ``ACTION STREAM`` a line, have it sent, and print what came of it."""
    for line in sys.stdin:
        action, stream = line.split()
        print(json.dumps(send(action, stream)), flush=True)


def from_text(body: str | bytes) -> Shown:
    """Read the body of an error, where the library leaves that to its user."""
    failure = json.loads(body)
    return {"typed": False, "code": failure["error_code"], "message": failure["error_msg"]}
