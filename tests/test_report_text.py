"""Text for people hides nothing and moves no cursor; a file is whole or not there."""

import os
from pathlib import Path

import pytest

from liverec.report.atomic_file import write_whole
from liverec.report.text import counted, legible, legible_value, seconds


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\x00b\x7f", "a\\x00b\\x7f"),
        ("line\r\nnext\tcell", "line\\x0d\nnext\tcell"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("ze\u200bro", "ze\\u200bro"),
        ("\udc80\ufffe", "\\udc80\\ufffe"),
        ("späte Antwort \ufffd 録画 🎬", "späte Antwort \ufffd 録画 🎬"),
    ],
    ids=["escape", "null", "return", "c1", "direction", "zero width", "surrogate", "harmless"],
)
def test_characters_that_hide_or_move_are_written_out(text: str, shown: str) -> None:
    assert legible(text) == shown


def test_a_value_is_legible_all_through() -> None:
    value = {"a\x1b": [1, None, ("b\x00", {"c": "\x07"})]}

    assert legible_value(value) == {"a\\x1b": [1, None, ["b\\x00", {"c": "\\x07"}]]}


@pytest.mark.parametrize(
    ("value", "shown"), [(10.0, "10 s"), (9.9870, "9.987 s"), (0.0000004, "0 s"), (100.0, "100 s")]
)
def test_seconds_have_no_needless_digits(value: float, shown: str) -> None:
    assert seconds(value) == shown


def test_one_is_singular() -> None:
    assert [counted(0, "request"), counted(1, "request"), counted(2, "request")] == [
        "0 requests",
        "1 request",
        "2 requests",
    ]


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "result.json"
    path.write_text("old")

    def full(self: Path, data: bytes) -> int:
        self.write_text(data[:1].decode())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "new")

    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.html"

    write_whole(path, "old")
    write_whole(path, "new")

    assert (path.read_text(), list(path.parent.iterdir())) == ("new", [path])


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("old")
    link.symlink_to(file)

    write_whole(link, "new")

    assert link.is_symlink()
    assert file.read_text() == "new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    write_whole(pipe, "told")

    said = os.read(reader, 100)
    os.close(reader)
    assert (said, pipe.is_fifo()) == (b"told", True)
