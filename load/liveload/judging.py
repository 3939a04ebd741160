"""The judgement of a run's histories, had from a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from liveload.judgement import DEADLINE_S
from liverec.assets import asset

_GRACE_S = 120  # to read the files and to write the result
_SAID = 2000


class JudgingFailed(Exception):  # it says what happened
    """The checker did not come to a result; the message says what it said."""


def judge(histories: Sequence[str]) -> dict[str, Any]:
    """Return what ``liveload.judgement`` says of the *histories* of one run.

    Raises:
        JudgingFailed: a file cannot be read, or the checker failed.
    """
    command = [sys.executable, "-m", "liveload.judgement", *histories]
    environment = os.environ | {"PYTHONPATH": str(asset("load"))}
    try:
        done = subprocess.run(  # noqa: S603  # our own program, no shell
            command, capture_output=True, check=False, timeout=DEADLINE_S + _GRACE_S, env=environment
        )
    except subprocess.TimeoutExpired:
        raise JudgingFailed(f"the checker took longer than {DEADLINE_S + _GRACE_S} s") from None
    if done.returncode != 0:
        raise JudgingFailed(f"the histories cannot be judged: {done.stderr.decode(errors='replace')[-_SAID:].strip()}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result
