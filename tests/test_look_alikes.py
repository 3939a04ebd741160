"""Look-alikes: names that nobody has, one part away from a stream's own."""

import re
from urllib.parse import unquote

import pytest

from liverec.conformance.look_alikes import LookAlike, misread
from liverec.history import Stream

STREAM = Stream("0123456789abcdef0123456789abcdef", "publish.example.com", "live", "rehearsal-7")


@pytest.mark.parametrize("alike", LookAlike)
def test_a_look_alike_differs_in_one_part_alone(alike: LookAlike) -> None:
    found = alike.of(STREAM, seed=0)

    assert sum(mine != theirs for mine, theirs in zip(STREAM, found, strict=True)) == 1


@pytest.mark.parametrize("alike", LookAlike)
def test_the_same_seed_gives_the_same_name_and_no_two_streams_share_one(alike: LookAlike) -> None:
    other = STREAM._replace(stream="rehearsal-8")

    assert alike.of(STREAM, seed=3) == alike.of(STREAM, seed=3)
    assert len({alike.of(STREAM, seed=3), alike.of(STREAM, seed=4), alike.of(other, seed=3)}) == 3


def test_names_begin_or_end_with_the_streams_own() -> None:
    assert LookAlike.LONGER.of(STREAM, seed=0).stream.startswith(STREAM.stream)
    assert LookAlike.PREFIXED.of(STREAM, seed=0).stream.endswith(STREAM.stream)


def test_what_is_misread_is_another_name_and_the_same_to_who_misreads_it() -> None:
    cut, pattern, expression, escaped, path, joined = misread(STREAM)

    assert len({STREAM, cut, pattern, expression, escaped, path, joined}) == 7
    assert cut.stream.partition("\0")[0] == STREAM.stream
    assert re.fullmatch(pattern.stream.replace("_", "."), STREAM.stream)
    assert re.fullmatch(expression.stream, STREAM.stream)
    assert unquote(escaped.stream) == STREAM.stream
    assert path.stream.partition("/")[0] == STREAM.stream
    assert "".join(joined) == "".join(STREAM)
