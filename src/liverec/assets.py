"""Where the published folders live: openapi/, contracts/ and load/."""

from importlib.resources import files
from pathlib import Path

_INSTALLED = Path(str(files("liverec"))) / "share"
_CHECKOUT = Path(__file__).parents[2]


def asset(name: str) -> Path:
    """Return the folder *name*: packaged under ``share/`` in a wheel, at the top of a checkout."""
    root = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
    return root / name
