"""How the load's own pages look: the report's style sheet, and what only they need on top."""

from importlib.resources import files


def stylesheet() -> str:
    """Return the style sheet that the live page, ``report.html`` and the section in Locust's report share."""
    base = files("liverec.report") / "templates" / "report.css"
    own = files("liveload") / "load.css"
    return base.read_text(encoding="utf-8") + own.read_text(encoding="utf-8")
