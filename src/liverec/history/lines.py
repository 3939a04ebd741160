"""The lines that our own writer writes, read by array operations, many at once.

Whatever deviates from its form by a byte is not known here: it may still be a record, and is decoded by itself.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from liverec.history.columns import Int64
from liverec.history.templates import Templates
from liverec.history.texts import words_at

LONGEST_LINE = 64 * 1024  # bytes, without the line ending
PADDING = 1024  # bytes that must follow the lines: as far as one that breaks off is looked for

_Words = npt.NDArray[np.uint64]
_Flags = npt.NDArray[np.bool_]
_ZEROS, _HIGH, _ONES, _ABOVE_9 = (np.uint64(byte * 0x0101010101010101) for byte in (0x30, 0x80, 0x01, 0x76))
_QUOTES, _BACKSLASHES, _SPACES = (np.uint64(byte * 0x0101010101010101) for byte in b'"\\ ')
_ONE = np.uint64(1)
_LAST = np.array([2**64 - 2 ** (64 - 8 * count) for count in range(9)], dtype=np.uint64)  # so many bytes of eight
_PARTS = (  # two digits, four, eight
    (np.uint64(10), np.uint64(8), np.uint64(0x00FF00FF00FF00FF)),
    (np.uint64(100), np.uint64(16), np.uint64(0x0000FFFF0000FFFF)),
    (np.uint64(10_000), np.uint64(32), np.uint64(0xFFFFFFFF)),
)
_PLACES = np.arange(4, dtype=np.uint64)
_FOUR_DIGITS: _Words = np.bitwise_or.reduce(  # as text
    (np.arange(10_000, dtype=np.uint64)[:, None] // 10 ** (3 - _PLACES) % 10 + ord("0")) << 8 * _PLACES, axis=1
)
_MOST_TIME_DIGITS, _MOST_PROCESS_DIGITS, _MOST_HEADS = 18, 8, 16
_ID_WORDS, _MOST_ID_WORDS = 5, 25  # looked at at once, and at most
_LONGEST_HEAD = 256
_REQUEST_ID = b',"request_id":"'


class Lines(NamedTuple):
    """Lines as columns; of those that are not ``known`` the rest means nothing."""

    known: _Flags
    time: Int64
    process: Int64
    template: Int64


class LineReader:
    """Reads lines of one block of bytes, which ends with so many more bytes as ``PADDING`` says."""

    def __init__(self, block: bytes, templates: Templates) -> None:
        self._text = block
        self._bytes = np.frombuffer(block, dtype=np.uint8)
        # every eight bytes as a number, whatever their place
        self._words: _Words = np.ndarray((len(block) - 7,), dtype="<u8", buffer=block, strides=(1,))
        self._templates = templates

    def lines(self, starts: Int64, ends: Int64, index: int) -> Lines:
        """Read the lines from *starts* to before *ends*, where the newlines are; the first must have that *index*."""
        known = self._says(starts, b'{"index":') & (ends - starts <= LONGEST_LINE)
        at, is_next = self._after_index(starts + len(b'{"index":'), index)
        known &= is_next & self._says(at, b',"time":')
        at += len(b',"time":')
        digits = self._digits(at, 3)
        known &= self._is_number(at, digits, _MOST_TIME_DIGITS)
        at += digits
        time = self._number(at, digits)
        known &= self._says(at, b',"process":')
        at += len(b',"process":')
        digits = self._digits(at, 2)
        known &= self._is_number(at, digits, _MOST_PROCESS_DIGITS)
        at += digits
        process = self._number(at, digits)
        known &= self._says(at, b',"type":')
        return Lines(known, time, process, self._template(at + 1, ends, known))

    def _says(self, at: Int64, text: bytes) -> _Flags:
        """Whether this text stands there."""
        words = words_at(self._bytes, 1, len(text) + 7 & -8, at)
        says = np.ones(len(at), dtype=bool)
        for number, word in enumerate(np.frombuffer(text.ljust(words.shape[1] * 8, b"\0"), dtype="<u8")):
            here = words[:, number]
            says &= (here if len(text) >= 8 * number + 8 else here & ~_LAST[8 * number + 8 - len(text)]) == word
        return says

    def _after_index(self, at: Int64, index: int) -> tuple[Int64, _Flags]:
        """Return where the lines go on after their index, and whether it is the next one each time."""
        numbers = np.arange(index, index + len(at))
        digits = np.searchsorted(10 ** np.arange(1, 8), numbers, side="right") + 1
        at = at + digits
        upper = numbers // 10_000
        text = _FOUR_DIGITS[upper] | _FOUR_DIGITS[numbers - 10_000 * upper] << np.uint64(32)
        return at, (self._words[at - 8] ^ text) & _LAST[digits] == 0

    def _digits(self, at: Int64, words: int) -> Int64:
        """Return how many digits stand there: at most eight for each of so many words."""
        digits = np.zeros(len(at), dtype=np.int64)
        for number in range(words):
            left = digits == 8 * number
            if not left.any():
                break
            apart = self._words[at + 8 * number] ^ _ZEROS
            digits += np.where(left, _before_flag((apart + _ABOVE_9) | apart), 0)
        return digits

    def _is_number(self, at: Int64, digits: Int64, most: int) -> _Flags:
        leading_zero: _Flags = self._bytes[at] == ord("0")
        return (digits > 0) & (digits <= most) & ~(leading_zero & (digits > 1))

    def _number(self, end: Int64, digits: Int64) -> Int64:
        """Return the number of so many digits that ends before *end*; some number if they are no digits."""
        number = np.zeros(len(end), dtype=np.uint64)
        for part in reversed(range(int(digits.max(initial=0)) + 7 >> 3)):
            here = np.minimum(np.maximum(digits - 8 * part, 0), 8)
            apart = (self._words[np.maximum(end - 8 * (part + 1), 0)] ^ _ZEROS) & _LAST[here]
            for times, down, mask in _PARTS:
                apart = (apart * times + (apart >> down)) & mask
            number = number * np.uint64(10**8) + apart
        return number.astype(np.int64)

    def _template(self, at: Int64, ends: Int64, known: _Flags) -> Int64:
        """Return the template of what stands from there to the end, and take from *known* what has none."""
        template = np.full(len(at), -1)
        invokes = known & self._says(at + len(b'"type":'), b'"invoke"')
        chosen = np.flatnonzero(invokes)
        template[chosen] = self._numbered(at[chosen], ends[chosen])
        chosen = np.flatnonzero(known & ~invokes)
        template[chosen] = self._of_answers(at[chosen], ends[chosen])
        known &= template >= 0
        return template

    def _numbered(self, at: Int64, ends: Int64, head: bytes = b"") -> Int64:
        """Return the template of each text, which *head* precedes."""
        return self._templates.after(head).numbers(self._text, at, ends)

    def _of_answers(self, at: Int64, ends: Int64) -> Int64:
        """Return the templates of answers: what stands before a request id is one of a few texts, which are learnt."""
        template = np.full(len(at), -1)
        left = np.arange(len(at))
        for head in self._templates.heads:
            left = self._with_head(head, left, at, ends, template)
        without_id, learnt = list[int](), dict[bytes, None]()
        for number in left.tolist():
            text = self._text[at[number] : ends[number]]
            cut = text.find(_REQUEST_ID)
            if cut < 0:
                without_id.append(number)
            elif cut <= _LONGEST_HEAD:
                learnt[text[: cut + len(_REQUEST_ID)]] = None
        template[without_id] = self._numbered(at[without_id], ends[without_id])
        for head in list(learnt)[: _MOST_HEADS - len(self._templates.heads)]:
            self._templates.heads.append(head)
            left = self._with_head(head, left, at, ends, template)
        return template

    def _with_head(self, head: bytes, left: Int64, at: Int64, ends: Int64, template: Int64) -> Int64:
        """Write the templates of the answers that begin so; return which of those that were *left* still are."""
        says = self._says(at[left], head)
        mine = left[says]
        quote = self._closing_quote(at[mine] + len(head))
        mine, quote = mine[quote >= 0], quote[quote >= 0]
        last = (ends[mine] - quote == len(b'"}')) & (self._bytes[quote + 1] == ord("}"))
        if last.any():
            template[mine[last]] = self._templates.after(head).number(b'"}')
        template[mine[~last]] = self._numbered(quote[~last], ends[mine[~last]], head)
        return left[~says]

    def _closing_quote(self, at: Int64) -> Int64:
        """Return where the plain text that begins there is closed; -1 if it is not plain, or long."""
        quote = np.full(len(at), -1)
        left = np.arange(len(at))
        for first in range(0, _MOST_ID_WORDS, _ID_WORDS):
            begins = at[left] + 8 * first
            words = words_at(self._bytes, 1, 8 * _ID_WORDS, begins)
            quotes, backslashes = words ^ _QUOTES, words ^ _BACKSLASHES
            flags = (
                ((quotes - _ONES) & ~quotes)
                | ((backslashes - _ONES) & ~backslashes)
                | ((words - _SPACES) & ~words)
                | words
            ) & _HIGH
            plain = np.full(len(left), 8 * _ID_WORDS)
            for number in reversed(range(_ID_WORDS)):
                if flags[:, number].any():
                    plain = np.where(flags[:, number], 8 * number + _before_flag(flags[:, number]), plain)
            found = plain < 8 * _ID_WORDS
            quote[left[found]] = begins[found] + plain[found]
            left = left[~found]
            if not len(left):
                break
        quote[self._bytes[quote] != ord('"')] = -1
        return quote


def _before_flag(flags: _Words) -> Int64:
    """Return how many bytes stand before the first one whose highest bit is set; 8 if none is."""
    flags = flags & _HIGH
    return (np.bitwise_count((flags & (~flags + _ONE)) - _ONE) >> 3).astype(np.int64)
