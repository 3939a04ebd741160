"""``liverec check --timeline``: an SVG file that needs nothing else, of bounded size, in which names stay text."""

from itertools import product
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import Page

from chromium import chromium, needs_chromium
from liverec.cli.check import check
from liverec.history import History
from liverec.history.copy import as_file
from random_histories import operations_of

HISTORIES = Path(__file__).parent / "histories"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(path: Path, target: Path, *options: str) -> Result:
    return CliRunner().invoke(check, [str(path), "--timeline", str(target), *options])


def words(target: Path) -> list[str]:
    return [one.text or "" for one in ET.parse(target).iter() if one.tag.rpartition("}")[2] == "text"]


def a_history(path: Path, script: str) -> Path:
    operations = operations_of(script)
    path.write_bytes(as_file(History(operations=operations, interval_ns=10, run="r"), operations[0].file))
    return path


def test_a_finding_is_drawn_with_its_reason_and_its_gap(tmp_path: Path) -> None:
    target = tmp_path / "new" / "picture.svg"

    result = drawn(HISTORIES / "broken-restart-too-soon.ndjson", target)

    said = words(target)
    assert (result.exit_code, result.stderr) == (1, "")
    assert "1. restart/too-soon" in said
    assert any("gap at most 9.903 s, must be more than 10 s" in one for one in said)
    assert "gap at most 9.903 s" in said
    assert "process 0" in said


def test_a_kept_history_is_drawn_by_stream_with_the_measured_interval(tmp_path: Path) -> None:
    drawn(HISTORIES / "kept-restart-after-the-interval.ndjson", tmp_path / "picture.svg")

    said = words(tmp_path / "picture.svg")
    assert {"publish.example.com/live/rehearsal-1", "2 probes of 2 decide it", "accepted from 10.053 s"} <= set(said)


def test_another_interval_is_drawn_as_what_it_is(tmp_path: Path) -> None:
    drawn(HISTORIES / "kept-restart-after-the-interval.ndjson", tmp_path / "picture.svg", "--interval", "9.5")

    assert "accepted after: more than 9.5 s" in words(tmp_path / "picture.svg")


def test_of_a_long_history_a_bounded_part_is_drawn(tmp_path: Path) -> None:
    script = ", ".join(
        f"w:{n} START+ {100 * k} @s{n}, w:{n} STOP+ {100 * k + 1} @s{n}" for n in range(20) for k in range(100)
    )

    result = drawn(a_history(tmp_path / "history.ndjson", script), tmp_path / "picture.svg")

    said = words(tmp_path / "picture.svg")
    assert result.exit_code == 0, result.stderr
    assert said.count("the first 60 of 200 operations") == 12
    assert "and 8 more streams" in said
    assert (tmp_path / "picture.svg").stat().st_size < 1_000_000


def test_names_stay_text(tmp_path: Path) -> None:
    hostile = "</text><script>alert(1)</script>&\x01"
    path = a_history(tmp_path / "history.ndjson", "a START+ 0, a STOP- 5")
    original = path.read_text(encoding="utf-8")
    path.write_text(original.replace("rehearsal-1", hostile.replace("\x01", r"\u0001")), encoding="utf-8")

    result = drawn(path, tmp_path / "picture.svg")

    assert (result.exit_code, result.stderr) == (1, "")
    assert not [one for one in ET.parse(tmp_path / "picture.svg").iter() if one.tag.endswith("script")]
    assert any(r"</text><script>alert(1)</script>&\x01" in one for one in words(tmp_path / "picture.svg"))


@pytest.mark.parametrize("where", ["history.ndjson", "./history.ndjson"])
def test_a_history_is_never_overwritten_by_its_picture(tmp_path: Path, where: str) -> None:
    path = a_history(tmp_path / "history.ndjson", "a START+ 0")
    before = path.read_bytes()

    result = drawn(path, tmp_path / where)

    assert result.exit_code == 64
    assert "expected a file for the result, found one of the histories" in result.stderr
    assert path.read_bytes() == before


def test_a_picture_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = drawn(HISTORIES / "kept-lost-answer.ndjson", tmp_path / "file" / "picture.svg")

    assert (result.exit_code, result.stdout) == (64, "")
    assert "picture.svg: cannot be written: " in result.stderr


@needs_chromium
@pytest.mark.slow
def test_a_browser_shows_it_within_its_edges(tmp_path: Path) -> None:
    wrong = list[str]()
    with chromium() as browser:
        for path, scheme in product(sorted(HISTORIES.iterdir()), SCHEMES):
            target = tmp_path / f"{path.stem}.svg"
            drawn(path, target)
            page = browser.new_page(color_scheme=scheme)
            wrong += [f"{path.stem}, {scheme}: {one}" for one in complaints(page, target.as_uri(), scheme)]
            page.close()

    assert wrong == []


def complaints(page: Page, address: str, scheme: str) -> list[str]:
    """Return what is not right about the picture at *address*: words outside, fetched from elsewhere, unreadable."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    outside = page.evaluate(
        """() => {
            const all = document.documentElement.getBoundingClientRect();
            return [...document.querySelectorAll("text")].filter((one) => {
                const box = one.getBoundingClientRect();
                return box.left < all.left || box.right > all.right + 1 || box.bottom > all.bottom + 1;
            }).map((one) => one.textContent);
        }"""
    )
    ground, ink = (
        page.evaluate(f"() => getComputedStyle(document.querySelector('{one}')).fill") for one in (".sheet", "text")
    )
    readable = (sum(channels(ground)) > sum(channels(ink))) is (scheme == "light")
    return [*outside, *(one for one in asked if one != address), *([] if readable else [f"{ink} on {ground}"])]


def channels(colour: str) -> list[int]:
    """Return red, green and blue of ``rgb(1, 2, 3)``."""
    return [int(one) for one in colour.partition("(")[2].rstrip(")").split(",")]
