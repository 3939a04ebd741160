"""Texts that come again and again in blocks of bytes, each with a number: many are recognized at once."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from liverec.history.columns import Int64

MOST_BYTES = 256  # of a text that is recognized with others; a longer one is looked up by itself

_Words = npt.NDArray[np.uint64]
_WORD, _SLOT_BITS, _UNKNOWN = 8, 18, -2
_MASKS = (np.arange(MOST_BYTES) < np.arange(MOST_BYTES + 1)[:, None]) * np.uint8(255)  # by length
_FACTORS = np.multiply.accumulate(np.full(MOST_BYTES // _WORD, 0x9E3779B97F4A7C15, dtype=np.uint64))
_SHIFT = np.uint64(64 - _SLOT_BITS)


class Texts:
    """Numbers of texts. A hash says which known one each may be, and then every byte is compared.

    *meaning* gives the number of a text that is met for the first time.
    """

    def __init__(self, meaning: Callable[[bytes], int]) -> None:
        self._meaning = meaning
        self._known: dict[bytes, int] = {}
        self._rows = np.zeros((1, MOST_BYTES), dtype=np.uint8)
        self._lengths, self._numbers = np.array([-1]), np.array([_UNKNOWN])
        self._used = 1  # the first row is no text
        self._slots = np.zeros(1 << _SLOT_BITS, dtype=np.int32)  # by hash, the row of the first text that has it

    def number(self, text: bytes) -> int:
        """Return the number of one text."""
        number = self._known.get(text)
        if number is None:
            number = self._known[text] = self._meaning(text)
        return number

    def numbers(self, block: bytes, at: Int64, ends: Int64) -> Int64:
        """Return the numbers of the texts from *at* to before *ends*, which the block goes ``MOST_BYTES`` beyond."""
        lengths = ends - at
        short = np.clip(lengths, 0, MOST_BYTES)
        width = max(int(short.max(initial=0)) + _WORD - 1 & -_WORD, _WORD)
        words = words_at(np.frombuffer(block, dtype=np.uint8), 1, width, at)
        words &= words_at(_MASKS, MOST_BYTES, width, short)
        slots = (words @ _FACTORS[: width // _WORD] >> _SHIFT).astype(np.int64)
        rows = self._slots[slots]
        numbers = np.where(self._lengths[rows] == lengths, self._numbers[rows], _UNKNOWN)
        differing = np.flatnonzero(words != words_at(self._rows, MOST_BYTES, width, rows))
        numbers[differing // (width // _WORD)] = _UNKNOWN
        missing = np.flatnonzero(numbers == _UNKNOWN)
        if len(missing):
            places = zip(at[missing].tolist(), ends[missing].tolist(), strict=True)
            numbers[missing] = [self.number(block[first:beyond]) for first, beyond in places]
            new = missing[(self._slots[slots[missing]] == 0) & (lengths[missing] <= MOST_BYTES)]
            new = new[np.unique(slots[new], return_index=True)[1]] if len(new) else new
            self._learn(words[new], lengths[new], numbers[new], slots[new])
        return numbers

    def _learn(self, words: _Words, lengths: Int64, numbers: Int64, slots: Int64) -> None:
        first, self._used = self._used, self._used + len(words)
        if self._used > len(self._rows):
            more = max(self._used, 2 * len(self._rows))
            self._rows, self._lengths, self._numbers = (
                np.concatenate((known, np.zeros((more - first, *known.shape[1:]), dtype=known.dtype)))
                for known in (self._rows[:first], self._lengths[:first], self._numbers[:first])
            )
        rows = slice(first, self._used)
        self._rows[rows, : words.shape[1] * _WORD] = words.view(np.uint8)
        self._lengths[rows], self._numbers[rows] = lengths, numbers
        self._slots[slots] = np.arange(first, self._used)


def words_at(bytes_: npt.NDArray[np.uint8], apart: int, width: int, places: npt.NDArray[np.integer]) -> _Words:
    """Return *width* bytes as words, from each of some places that are so many bytes *apart*."""
    count = (bytes_.size - width) // apart + 1
    every = np.ndarray((count,), dtype=f"V{width}", buffer=bytes_, strides=(apart,))
    words: _Words = every[places].view("<u8").reshape(len(places), width // _WORD)
    return words
