"""What the program under test sent, in order; and sentences about it that a test can assert."""

from collections.abc import Iterator, Sequence

from liverec.document import Document
from liverec.doubles.caller import CallerViolation, not_as_documented, sent_twice, too_soon, wrong_credentials
from liverec.doubles.sent_command import CommandsRead, SentCommand
from liverec.reference.authentication import Authenticator
from liverec.reference.journal import Journal

__tracebackhide__ = True  # pytest shows the line of the test, not ours

_SHOWN = 20


class CommandJournal:
    """The commands that a double has received, oldest first; requests for tokens are left out.

    Each assertion names the commands, what was expected and what to do. About nothing it claims nothing: where no
    command was sent at all, it fails.
    """

    def __init__(
        self, journal: Journal, *, document: Document, authenticator: Authenticator | None = None, unseen: str
    ) -> None:
        """*unseen* says what to do where nothing arrived though something was sent."""
        self._journal = journal
        self._document = document
        self._read = CommandsRead(document, authenticator).read
        self._unseen = unseen
        self.looked_at = False

    def commands(self, stream: str | None = None, *, action: str | None = None) -> tuple[SentCommand, ...]:
        """Return what was sent, about *stream* and with *action* alone if they are given."""
        self.looked_at = True
        return tuple(
            command
            for command in self._commands()
            if stream in {None, command.stream} and action in {None, command.action}
        )

    def violations(self) -> tuple[CallerViolation, ...]:
        """Return everything in which the caller did not keep the contract."""
        commands = self.commands()
        return (
            *not_as_documented(commands, actions=self._document.actions),
            *wrong_credentials(commands),
            *too_soon(commands, interval_ns=self._document.interval_ns),
            *sent_twice(commands),
        )

    def assert_never_too_soon(self) -> None:
        """Assert that each START came more than the restart interval after the STOP before it.

        Raises:
            AssertionError: one did not, or nothing was sent.
        """
        self._assert_none(too_soon(self._some(), interval_ns=self._document.interval_ns))

    def assert_nothing_sent_twice(self) -> None:
        """Assert that no command was repeated by the same message while it may have been carried out.

        Raises:
            AssertionError: one was, or nothing was sent.
        """
        self._assert_none(sent_twice(self._some()))

    def assert_credentials_right(self) -> None:
        """Assert that each command came with a valid token, or was signed right.

        Raises:
            AssertionError: one did not, or nothing was sent.
        """
        self._assert_none(wrong_credentials(self._some()))

    def assert_as_documented(self) -> None:
        """Assert that path, query, body and content type of each request are what the document says.

        Raises:
            AssertionError: they are not, or nothing was sent.
        """
        self._assert_none(not_as_documented(self._some(), actions=self._document.actions))

    def assert_contract_kept(self) -> None:
        """Assert all of the above.

        Raises:
            AssertionError: with every violation, or nothing was sent.
        """
        self._some()
        self._assert_none(self.violations())

    def __str__(self) -> str:
        """Return the latest commands, a line each."""
        commands = self._commands()
        left_out = len(commands) - _SHOWN
        lines = [f"({left_out} earlier ones)"] if left_out > 0 else []
        return "\n".join([*lines, *map(str, commands[-_SHOWN:])]) or f"no command arrived; {self._unseen}"

    def _commands(self) -> tuple[SentCommand, ...]:
        return tuple(self._read(entry) for entry in self._journal.kept() if entry.outcome != "token")

    def _some(self) -> Sequence[SentCommand]:
        commands = self.commands()
        if not commands:
            raise AssertionError(f"no command arrived, so that there is nothing to judge; {self._unseen}")
        if self._journal.forgotten:
            raise AssertionError(
                f"the journal keeps the latest {len(self._journal.kept())} requests; {self._journal.forgotten} before "
                "them cannot be judged: send fewer in one test"
            )
        return commands

    def _assert_none(self, found: Sequence[CallerViolation] | Iterator[CallerViolation]) -> None:
        violations = tuple(found)
        if violations:
            raise AssertionError(listed(violations))


def listed(violations: Sequence[CallerViolation]) -> str:
    """Return the violations as a numbered list."""
    lines = [f"{number}. {violation}" for number, violation in enumerate(violations, start=1)]
    return "\n".join(["the caller did not keep the contract", *lines])
