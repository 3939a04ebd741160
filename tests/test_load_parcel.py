"""A history comes from another machine whole, or it is said how much of it came."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from liveload.parcel import PART, ParcelLost, fetched, part


def history(folder: Path, size: int) -> Path:
    path = folder / "sent.ndjson"
    path.write_bytes(bytes(number * 7 % 251 for number in range(size)))
    return path


@pytest.mark.parametrize("size", [0, 1, PART, 2 * PART + 17])
def test_every_byte_arrives(tmp_path: Path, size: int) -> None:
    sent = history(tmp_path, size)

    arrived = fetched(tmp_path / "arrived.ndjson", size, lambda begin: part(sent, begin))

    assert arrived.read_bytes() == sent.read_bytes()


def test_a_part_that_is_late_torn_or_wrong_is_asked_for_again(tmp_path: Path) -> None:
    sent = history(tmp_path, PART + 5)
    troubles = iter([None, {"begin": 9, "data": b"x", "sha256": ""}, {**part(sent, 0), "data": b"torn"}])

    def ask(begin: int) -> Mapping[str, Any] | None:
        return next(troubles, part(sent, begin))

    arrived = fetched(tmp_path / "arrived.ndjson", PART + 5, ask)

    assert arrived.read_bytes() == sent.read_bytes()


def test_what_came_before_a_worker_fell_silent_is_kept_and_its_length_told(tmp_path: Path) -> None:
    sent = history(tmp_path, 3 * PART)

    with pytest.raises(ParcelLost, match=f"{PART} of {3 * PART} bytes"):
        fetched(tmp_path / "arrived.ndjson", 3 * PART, lambda begin: part(sent, begin) if begin == 0 else None)

    assert (tmp_path / "arrived.ndjson").stat().st_size == PART
