"""The pytest plugin of client teams: doubles of the service as fixtures. Nothing is imported until a test takes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from liverec.doubles import CommandJournal, RecordControl, RecordControlDouble, RecordControlServer

_CONTRACT = "record_control_contract"
_TAKEN: pytest.StashKey[tuple[str, _Double]] = pytest.StashKey()


class _Double(Protocol):
    """What the plugin asks of a double."""

    @property
    def journal(self) -> CommandJournal: ...

    def problems(self) -> list[str]: ...


Double = TypeVar("Double", bound=_Double)


@pytest.fixture
def record_control(request: pytest.FixtureRequest) -> Iterator[RecordControl]:
    """Canned answers to httpx, as scripted: ``record_control.ok().not_found()``."""
    from liverec.doubles import RecordControl  # noqa: PLC0415  # heavy: only when a test takes it

    with RecordControl() as double:
        yield from _watched(request, double)


@pytest.fixture
def record_control_double(request: pytest.FixtureRequest) -> Iterator[RecordControlDouble]:
    """The reference server within the process, for httpx, on a virtual clock."""
    from liverec.doubles import RecordControlDouble  # noqa: PLC0415

    with RecordControlDouble() as double:
        yield from _watched(request, double)


@pytest.fixture
def record_control_server(request: pytest.FixtureRequest) -> Iterator[RecordControlServer]:
    """The reference server on a free loopback port, for any HTTP client, on a virtual clock."""
    from liverec.doubles import RecordControlServer  # noqa: PLC0415

    with RecordControlServer().served() as double:
        yield from _watched(request, double)


@pytest.fixture
def record_control_contract() -> None:
    """Judge the program under test as well: whatever it sends in this test has to keep the contract."""


def _watched(request: pytest.FixtureRequest, double: Double) -> Iterator[Double]:
    stash = cast("pytest.Item", request.node).stash  # pyright: ignore[reportUnknownMemberType]  # pytest: any node
    taken: tuple[str, _Double] = (str(request.fixturename), double)
    if _TAKEN in stash:
        pytest.fail(f"{taken[0]}: the test has taken {stash[_TAKEN][0]} already; take one of them", pytrace=False)
    stash[_TAKEN] = taken
    yield double
    del stash[_TAKEN]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Fail the test for what its double has seen, or show that beside its own failure."""
    try:
        yield
    except BaseException:
        if _TAKEN in item.stash:
            name, double = item.stash[_TAKEN]
            problems = _problems(item, double)
            seen = [str(double.journal)] if double.journal.commands() or not problems else []
            item.add_report_section("call", name, "\n".join([*problems, *seen]))
        raise
    if _TAKEN in item.stash:
        problems = _problems(item, item.stash[_TAKEN][1])
        if problems:
            pytest.fail("\n".join(problems), pytrace=False)


def _problems(item: pytest.Item, double: _Double) -> list[str]:
    problems = double.problems()
    if _CONTRACT in getattr(item, "fixturenames", ()) and double.journal.commands():
        try:
            double.journal.assert_contract_kept()
        except AssertionError as error:
            problems.append(str(error))
    return problems
