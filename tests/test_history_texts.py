"""Texts recognized many at once have the numbers that a dictionary gives them."""

from random import Random

import numpy as np
import pytest

from liverec.history import texts
from liverec.history.texts import MOST_BYTES, Texts

BLOCKS = 20


def some_texts(draw: Random) -> list[bytes]:
    """Return texts of which some differ in their last byte, in zeros at their end, or behind what is looked at."""
    alphabet = b'ab"\0\xff'
    short = [bytes(draw.choices(alphabet, k=draw.choice((0, 1, 7, 8, 9, 40)))) for _ in range(30)]
    long = [bytes(draw.choices(alphabet, k=MOST_BYTES + draw.choice((-1, 0, 1, 500)))) for _ in range(6)]
    return [text + more for text in short + long for more in (b"", b"\0", b"a", b"b")]


@pytest.mark.parametrize("alike", [False, True])
def test_many_at_once_are_what_a_dictionary_says(alike: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where every text has the same hash."""
    if alike:
        monkeypatch.setattr(texts, "_FACTORS", np.zeros(MOST_BYTES // 8, dtype=np.uint64))
    draw = Random(7)
    asked = list[bytes]()

    def meaning(text: bytes) -> int:
        asked.append(text)
        return len(asked) if len(asked) % 3 else -1

    numbers, expected = Texts(meaning), dict[bytes, int]()
    known = some_texts(draw)
    for _ in range(BLOCKS):
        found = draw.choices(known, k=draw.choice((0, 1, 50, 400)))
        at = np.cumsum([3, *(len(text) for text in found)], dtype=np.int64)
        block = b"abc" + b"".join(found) + bytes(MOST_BYTES)
        by_array = numbers.numbers(block, at[:-1], at[1:]).tolist()
        expected |= {text: n if n % 3 else -1 for n, text in enumerate(asked[len(expected) :], len(expected) + 1)}
        assert by_array == [expected[text] for text in found]
    assert len(asked) == len(set(asked)) > 100
