"""What the contract asks of a program that calls the API, judged by what it sent.

Only what the page says is judged. A command whose outcome the caller cannot know (no answer, or a server's error) is
taken to have been carried out: it may have been.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from liverec.clock import NANOSECONDS
from liverec.doubles.sent_command import SentCommand

Rule = Literal["restart interval", "sent twice", "credentials", "document"]
_AGAIN_NS = NANOSECONDS  # a signature is made for a second: what is the same message within one was not meant anew


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerViolation:
    """What the caller did, with the commands that show it (the last is the one at fault), and what to do about it."""

    rule: Rule
    commands: tuple[SentCommand, ...]
    found: str
    expected: str
    advice: str

    def __str__(self) -> str:
        """Return it in as many lines as it has parts."""
        shown = "\n".join(f"    {command}" for command in self.commands)
        return f"{self.rule}: {self.found}\n{shown}\n  expected: {self.expected}\n  to do: {self.advice}"


def too_soon(commands: Sequence[SentCommand], *, interval_ns: int) -> Iterator[CallerViolation]:
    """Yield each START that was sent no more than the interval after a STOP of its stream (Table 2, action)."""
    ended: dict[tuple[str | None, ...], SentCommand] = {}
    for command in _about_streams(commands):
        if command.action == "STOP" and not command.refused:
            ended[command.subject] = command
        last = ended.get(command.subject)
        if command.action != "START" or last is None or command.sent_ns - last.sent_ns > interval_ns:
            continue
        gap, interval = f"{(command.sent_ns - last.sent_ns) / NANOSECONDS:.9f} s", f"{interval_ns / NANOSECONDS:g} s"
        yield CallerViolation(
            rule="restart interval",
            commands=(last, command),
            found=f"START of {command.stream} was sent {gap} after its STOP",
            expected=f"more than {interval} between them; exactly {interval} is too early (Table 2, action)",
            advice=f"wait a little longer than {interval} from the answer to the STOP on, on the double's clock: give "
            "your program its clock.sleep and clock.monotonic in place of time.sleep and time.monotonic",
        )


def sent_twice(commands: Sequence[SentCommand]) -> Iterator[CallerViolation]:
    """Yield each command that is the one before it about its stream, byte for byte or by its signature, sent blindly.

    So a transport re-sends behind its user's back, on another connection or after no answer. What was refused may be
    sent again, for nothing had happened; and whoever has seen the answer knows what he does.
    """
    before: dict[tuple[str | None, ...], SentCommand] = {}
    for command in _about_streams(commands):
        last = before.get(command.subject)
        before[command.subject] = command
        if last is None or last.refused or command.message != last.message:
            continue
        elsewhere = command.connection != last.connection
        answered = last.status is not None and last.status < 500
        if command.sent_ns - last.sent_ns >= _AGAIN_NS or (answered and not elsewhere):
            continue
        where = " on two connections" if elsewhere else ""
        same = "with the same signature" if command.credentials == "signature" else "byte for byte"
        yield CallerViolation(
            rule="sent twice",
            commands=(last, command),
            found=f"{command.action} of {command.stream} was sent twice, {same}{where}",
            expected="each command is sent once; a POST is not repeated while nobody knows what became of the first",
            advice="turn off the retries of your HTTP library for POST (OkHttp repeats one whose pooled connection was "
            "closed: keep no idle connections); after a lost answer, 400 LIVE.100011022 to a START means: recording",
        )


def wrong_credentials(commands: Sequence[SentCommand]) -> Iterator[CallerViolation]:
    """Yield each command that does not prove who sends it (Table 3)."""
    for command in commands:
        if command.credentials_problem is not None:
            yield CallerViolation(
                rule="credentials",
                commands=(command,),
                found=command.credentials_problem,
                expected="X-Auth-Token with a valid token, or Authorization, X-Sdk-Date and X-Project-Id with a "
                "signature over what is sent (Table 3)",
                advice="give your program its credentials (a double has its own: token, or access_key and secret_key; "
                "and project_id), and sign path, query and body exactly as they leave",
            )


def not_as_documented(commands: Sequence[SentCommand], *, actions: Sequence[str]) -> Iterator[CallerViolation]:
    """Yield each request that the document does not allow: path, query, body or content type (Tables 1, 2 and 4)."""
    for command in commands:
        if command.document_problem is not None:
            yield CallerViolation(
                rule="document",
                commands=(command,),
                found=command.document_problem,
                expected=f"POST /v1/{{project_id}}/record/control?action={'|'.join(actions)}, Content-Type "
                "application/json, and an object with publish_domain, app and stream (Tables 1, 2 and 4)",
                advice="send what openapi/record-control.yaml says; liverec where openapi prints where it lies",
            )


def _about_streams(commands: Sequence[SentCommand]) -> Iterator[SentCommand]:
    """Leave out what names no stream: that is judged by the document alone."""
    return (command for command in commands if command.action is not None and None not in command.subject)
