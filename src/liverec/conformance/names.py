"""Names and spellings that the page allows, and that a server may stumble over."""

import json
from collections.abc import Mapping

from hypothesis import strategies as st

NOBODYS = "nobody.invalid"  # under a top-level domain that nobody can have
_PLAIN = ("rehearsal-1", "live", "mystream", "A1_b-2")
_ODD_ENDS = (
    " ",
    "\t",
    "\n",
    "\0",
    "/",
    "/..",
    "\\",
    ".",
    "--",
    "%",
    "%00",
    "%2F",
    "?",
    "#",
    "&",
    ";",
    '"',
    "'",
    "\u200b",
    "\u202e",
)
_ODD_NAMES = (
    "..",
    "null",
    "true",
    "0",
    "-1",
    "1e400",
    "NaN",
    "START",
    "{n}",
    "%s",
    "${x}",
    "<b>",
    "' OR '1'='1",
    "\ufeffname",
)
_LOOK_ALIKES = str.maketrans({"a": "\u0430", "e": "\u0435", "i": "\u0456", "m": "\uff4d", "-": "\u2010"})
_ACCENTS = ("\u00e9", "e\u0301", "\ufb01", "\u6d41", "\U0001f3a5", "\u0130", "\u00df")
_LENGTHS = (64, 255, 256, 257, 1024, 4096)


def odd_names() -> st.SearchStrategy[str]:
    """Return names as no profile has them: any text, odd beginnings and ends, other letter case, look-alikes, long."""
    plain = st.sampled_from(_PLAIN)
    end = st.sampled_from(_ODD_ENDS)
    return st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
        st.builds(str.__add__, plain, end),
        st.builds(str.__add__, end, plain),
        plain.map(str.swapcase),
        plain.map(lambda name: name.translate(_LOOK_ALIKES)),
        st.sampled_from(_ODD_NAMES + _ACCENTS),
        st.builds(str.__mul__, st.sampled_from(("a", "-", *_ACCENTS)), st.sampled_from(_LENGTHS)),
    )


def spellings(fields: Mapping[str, str]) -> dict[str, bytes]:
    """Return JSON texts that all say *fields*, each with what is particular about it."""
    turned = {name: fields[name] for name in reversed(list(fields))}
    escaped = ",".join(f'"{_escaped(name)}":"{_escaped(value)}"' for name, value in fields.items())
    return {
        "with white space": f"\r\n\t{json.dumps(fields, indent=2)} \n".encode(),
        "with its fields in another order": json.dumps(turned).encode(),
        "with every character escaped": f"{{{escaped}}}".encode(),
    }


def _escaped(text: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02X}" for at in range(0, len(units), 2))
