"""The samples that the API page prints, taken from its text and made to run; nothing of them is kept here."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from interop.program import PROFILE

REGION = "cn-north-4"
PLACEHOLDERS = {"{project_id}": PROFILE.project_id, "<YOUR REGION>": REGION}
_GUTTER = re.compile(r"^ 1\n(?:^ ?\d+\n)+", re.MULTILINE)  # line numbers, in a column of their own


class PageError(Exception):
    """The text has no such sample, or the sample no such line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One listing of the page: found by its ``first`` line, completed by ``added`` lines, each behind that it names.

    ``{action}`` in an added line is START or STOP.
    """

    first: str
    added: Mapping[str, str] = field(default_factory=dict[str, str])

    def printed(self, page: str) -> str:
        """Return the listing as the page has it.

        Raises:
            PageError: it is not there.
        """
        for gutter in _GUTTER.finditer(page):
            length = gutter[0].count("\n")
            lines = page[gutter.end() :].splitlines()[:length]
            if lines[0] == self.first:
                return "\n".join([*lines, ""])
        raise PageError(f"the text of the page: no listing begins with {self.first!r}")

    def completed(self, page: str, action: str) -> str:
        """Return the listing with its placeholders filled and the added lines in.

        Raises:
            PageError: it is not there, or is another than the added lines are for.
        """
        text = self.printed(page)
        for placeholder in PLACEHOLDERS:
            if text.count(placeholder) != 1:
                raise PageError(f"the text of the page: {self.first!r}: expected one {placeholder}")
        text = filled(text)
        for line, added in self.added.items():
            found = re.findall(rf"^([ \t]*){re.escape(line)}\n", text, re.MULTILINE)
            if len(found) != 1:
                raise PageError(f"the text of the page: {self.first!r}: expected one line {line!r}")
            indented = f"{found[0]}{added.format(action=action)}"
            text = text.replace(f"{found[0]}{line}\n", f"{found[0]}{line}\n{indented}\n")
        return text


def filled(text: str) -> str:
    """Return *text* with the page's placeholders filled."""
    for placeholder, value in PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return text


def difference(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that are gone and those that have come, without their margins."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    gone, come = ([line[2:].strip() for line in lines if line[0] == mark] for mark in "-+")
    return gone, come
