"""What ``make test`` runs a part of, and ``make deep`` all of it, with as many other histories as one likes."""

import os
from typing import Any

import pytest

FIRST = 1_000_000 * int(os.environ.get("SEED", "0"))  # the first history's seed


def chunks(usual: int, *, deep: int) -> list[Any]:
    """Return the numbers of *usual* and *deep* chunks of histories, as parameters of a test."""
    return [*range(usual), *(pytest.param(number, marks=pytest.mark.deep) for number in range(usual, usual + deep))]
