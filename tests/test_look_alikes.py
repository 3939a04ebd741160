"""Look-alikes: names that nobody has, one part away from a stream's own."""

import functools
import re
from collections.abc import Callable
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


def as_pattern(text: str) -> str:
    signs = {"_": ".", "%": ".*", r"\*": ".*", r"\[": "[", r"\]": "]"}
    return functools.reduce(lambda pattern, sign: pattern.replace(sign, signs[sign]), signs, re.escape(text))


MISREADERS: dict[str, Callable[[Stream], bool]] = {
    "ends at a zero byte": lambda one: tuple(part.partition("\0")[0] for part in one) == STREAM,
    "is a pattern": lambda one: all(
        re.fullmatch(as_pattern(theirs), mine) for mine, theirs in zip(STREAM, one, strict=True)
    ),
    "is a regular expression": lambda one: re.fullmatch(one.stream, STREAM.stream) is not None,
    "is escaped": lambda one: tuple(map(unquote, one)) == STREAM,
    "is a path": lambda one: "/".join(one[1:]).startswith("/".join(STREAM[1:])) and "/" in one.stream,
    "is a path in part": lambda one: tuple(part.partition("/")[0] for part in one) == STREAM,
    "is part of a URL": lambda one: one.stream.startswith(STREAM.stream) and one.stream[len(STREAM.stream)] in "?#;",
    "is joined without a mark": lambda one: "".join(one) == "".join(STREAM),
    "is joined with a hyphen": lambda one: "-".join(one) == "-".join(STREAM),
    "has it at the beginning": lambda one: all(map(str.startswith, one, STREAM)),
    "has it at the end": lambda one: all(map(str.endswith, one, STREAM)),
}


@pytest.mark.parametrize("misreads", MISREADERS.values(), ids=MISREADERS)
def test_who_misreads_takes_some_for_the_stream(misreads: Callable[[Stream], bool]) -> None:
    assert any(map(misreads, misread(STREAM)))


def test_what_is_misread_is_another_name_and_the_same_to_somebody_who_misreads_it() -> None:
    found = misread(STREAM)

    assert len({STREAM, *found}) == len(found) + 1
    assert [one for one in found if not any(misreads(one) for misreads in MISREADERS.values())] == []
