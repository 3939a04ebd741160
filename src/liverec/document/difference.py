"""One way in which a document breaks what an older one promises."""

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from liverec.document.node import Node


class Side(Enum):
    """Who writes what a schema describes: callers must be let to write what they did, and be spared what is new."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where it stands in the newer document, and what has changed; the line of what held it, if it is gone."""

    file: Path
    line: int
    place: str
    change: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.file}:{self.line}: {self.place}: {self.change}"


def difference(node: Node, *keys: str, change: str) -> Difference:
    """Return a difference at *keys* below *node* of the newer document, where there may be nothing."""
    place = replace(node, place=(*node.place, *keys))
    return Difference(file=node.file, line=place.line, place=place.name, change=change)


def was_is(old: object, new: object) -> str:
    """Say what a value was and is, each within 80 characters; None is nothing."""
    was, now = ("nothing" if value is None else f"{value}"[:80] for value in (old, new))
    return f"was {was}, is {now}"
