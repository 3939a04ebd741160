"""A program in any language that sends commands: started as a process, told what to send, asked what it got to see."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from liverec.profile_file import reference_profile
from liverec_process import Server

PROFILE = reference_profile()
ID_SPELLINGS = ("X-Request-Id", "X-request-id", "x-request-id")
_ENDS_S = 30.0
_TOLD = 3000
_KEPT = ("PATH", "JAVA_HOME", "LANG", "TMPDIR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a program's user gets to see of one answer; ``what`` is the type that carries it.

    ``typed``: code and message are read by the library; or else its user gets the body as text.
    """

    what: str
    typed: bool = True
    status: int | None = None
    code: str | None = None
    message: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One call of a program, and what the server's journal holds about it."""

    shown: Shown
    requests: list[dict[str, Any]]


Send = Callable[[str, str], Shown]


def exchange(server: Server, send: Send, action: str, stream: str = "mystream") -> Exchange:
    """Have one command sent, and look what arrived."""
    before = server.ask("journal")["entries"]
    shown = send(action, stream)
    after = before[-1]["number"] if before else 0
    return Exchange(shown=shown, requests=server.ask(f"journal?after={after}")["entries"])


def environment(url: str, home: str, *, right: bool = True) -> dict[str, str]:
    """Return all that a program gets to know: nothing in it leads anywhere but to *url*.

    *home* is where SDKs may write. With *right* false, secret key and token are not those of the profile.
    """
    wrong = "" if right else "another-"
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "HOME": str(home),
        "ENDPOINT": url,
        "PROJECT_ID": PROFILE.project_id,
        "TOKEN": f"{wrong}{PROFILE.credentials.token}",
        "CLOUD_SDK_AK": str(PROFILE.credentials.access_key),
        "CLOUD_SDK_SK": f"{wrong}{PROFILE.credentials.secret_key}",
        "HUAWEICLOUD_SDK_REGION_LIVE_CN_NORTH_4": url,
        # whoever lacks a project id asks for it here, not in the cloud
        "HUAWEICLOUD_SDK_IAM_ENDPOINT": url,
        "no_proxy": "127.0.0.1",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program of this group, and in what its library is not like the others; ``name`` is that of the table.

    It reads ``ACTION STREAM`` a line, and prints what its user gets to see as a line of JSON (see ``Shown``).
    """

    name: str
    command: Sequence[str]
    signs: bool = True  # or else it sends a token
    id_spellings: tuple[str, ...] = ID_SPELLINGS  # those of ID_SPELLINGS in which it finds the id of a success
    sends_again: bool = False  # when a reply is lost on a connection that was used before

    @contextmanager
    def running(self, environment: dict[str, str]) -> Generator[Send]:
        """Run it for the length of the block."""
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said,
            subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                bufsize=0,  # or what a program that has ended did not take would be written once more at the end
                env=environment,
            ) as process,
        ):
            assert process.stdin is not None
            assert process.stdout is not None
            asked, answers = process.stdin, process.stdout

            def send(action: str, stream: str) -> Shown:
                with suppress(BrokenPipeError):
                    asked.write(f"{action} {stream}\n".encode())
                # an SDK may log between the answers
                answer = next((line for line in answers if line.startswith(b'{"what"')), None)
                if answer is None:
                    said.seek(0)
                    raise AssertionError(f"{self.name} ended without an answer; it said:\n{said.read()[-_TOLD:]}")
                return Shown(**json.loads(answer))

            try:
                yield send
                asked.close()
                assert process.wait(_ENDS_S) == 0
            finally:
                process.kill()
