"""Running the page's samples: one process a command, whose printed lines are what its user gets to see."""

import subprocess
from collections.abc import Callable, Mapping, Sequence

from interop.page import PLACEHOLDERS, Sample, difference, filled
from interop.program import Send, Shown

PATIENCE_S = 60.0


def check_completed(sample: Sample, page: str, *added: str) -> None:
    """Check that a completed sample differs from the page's in its two placeholders and the lines *added*."""
    gone, come = difference(sample.printed(page), sample.completed(page, "START"))

    assert [any(one in line for one in PLACEHOLDERS) for line in gone] == [True, True]
    assert sorted(come) == sorted([*map(filled, gone), *added])


def sending(commands: Mapping[str, Sequence[str]], environment: dict[str, str], reads: Callable[[str], Shown]) -> Send:
    """Return what runs the sample made for an action; the samples know no stream but the page's own."""

    def send(action: str, stream: str) -> Shown:
        assert stream == "mystream"
        ended = run(commands[action], environment)
        assert ended.returncode == 0, ended.stderr
        return reads(ended.stdout)

    return send


def run(command: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a sample to its end."""
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False, env=environment, timeout=PATIENCE_S
    )


def four_lines(printed: str) -> Shown:
    """Read what the samples for Python and Java print of a refusal: status, request id, code and message."""
    status, request_id, code, message = printed.splitlines()
    return Shown(what="printed", status=int(status), code=code, message=message, request_id=request_id)
