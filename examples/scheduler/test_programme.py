"""Reading a programme: nothing is sent, so nothing is judged."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scheduler import main, read_programme


@pytest.fixture
def programme(tmp_path: Path) -> Path:
    """A copy of the programme that comes with the program."""
    path = tmp_path / "programme.toml"
    path.write_text(Path(__file__).with_name("programme.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return path


def test_what_is_over_is_left_out(programme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_TOKEN", "secret")
    now = datetime(2026, 12, 1, 21, 0, 1, tzinfo=UTC)

    service, commands = read_programme(programme, now=now, monotonic=1000.0)

    assert [(one.action, one.due) for one in commands] == [("START", 999.0), ("STOP", 5499.0)]
    assert "secret" not in repr(service)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("CLOUD_TOKEN", "NOT_SET", "'NOT_SET' is missing"),
        ("app = ", "apple = ", "'app' is missing"),
        ("ends = 2026-12-01T21:00:00Z", "ends = 21", "unsupported operand"),
        ("[[broadcast]]", "[[broadcast", "line 7"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(
    programme: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    old: str,
    new: str,
    told: str,
) -> None:
    monkeypatch.setenv("CLOUD_TOKEN", "secret")
    programme.write_text(programme.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["scheduler.py", str(programme)])

    code = main()

    (line,) = capsys.readouterr().err.splitlines()
    assert code == 2
    assert str(programme) in line
    assert told in line
