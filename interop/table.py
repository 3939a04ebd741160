"""The table in ``docs/interop.md``: what each program shows its user, as the runs have seen it."""

from collections.abc import Sequence

from interop.installation import ROOT, locked
from interop.program import ID_SPELLINGS, Exchange, Program
from liverec.report.atomic_file import write_whole

DOCUMENT = ROOT / "docs" / "interop.md"
HEAD = "| program | answer | what its user gets | status | code | message | X-request-id | requests |"
LOST = "none: the reply is lost"
ANSWERS = ("200", "400", "401", "404", LOST)
HOW = "see whether that is right, and write it down with: .venv/bin/python -m pytest interop --write-table"

Key = tuple[str, str]


def row(program: Program, exchange: Exchange) -> tuple[Key, str]:
    """Return where a row belongs, and the row."""
    shown, requests = exchange.shown, exchange.requests
    lost = len(requests) > 1 or shown.status is None
    answer = LOST if lost else str(requests[0]["status"])
    found = "yes" if shown.request_id in {one["request_id"] for one in requests} else "no"
    if answer == "200" and program.id_spellings not in {(), ID_SPELLINGS}:
        found = f"only as {', '.join(f'`{spelling}`' for spelling in program.id_spellings)}"
    cells = (
        program.name,
        answer,
        f"`{shown.what}`" if shown.typed or not shown.code else f"`{shown.what}`, its body as text",
        "" if shown.status is None else str(shown.status),
        f"`{shown.code}`" if shown.code else "",
        shown.message if shown.code and shown.message else "",  # without a code it is the library's own
        "" if shown.status is None else found,
        str(len(requests)),
    )
    return (program.name, answer), f"| {' | '.join(cells)} |"


def rows() -> dict[Key, str]:
    """Return the rows that the document has."""
    _, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(HEAD)
    lines = rest.split("\n\n")[0].splitlines()[2:]
    cells = ([cell.strip() for cell in line.split("|")] for line in lines)
    return {(found[1], found[2]): line for found, line in zip(cells, lines, strict=True)}


def write(programs: Sequence[str], new: dict[Key, str]) -> None:
    """Put *new* rows into the document, in the order of *programs*; rows of others are dropped."""
    with locked("table"):
        text, found = DOCUMENT.read_text(encoding="utf-8"), rows() | new
        lines = [found[key] for key in ((one, answer) for one in programs for answer in ANSWERS) if key in found]
        before, _, rest = text.partition(HEAD)
        _, _, after = rest.partition("\n\n")
        whole = "\n".join([HEAD, "|---" * HEAD.count(" | ") + "|---|", *lines])
        write_whole(DOCUMENT, f"{before}{whole}\n\n{after}")
