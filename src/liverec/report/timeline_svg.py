"""Pictures with their words as one SVG file, which needs nothing else and can be read on light and dark screens."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from xml.etree import ElementTree as ET

from markupsafe import Markup

from liverec.report.text import legible

_WIDTH = 1000
_MARGIN = 24
_CHARACTERS = 140  # of a sentence, in one line
_LINE = 18
_OWN_STYLE = """
.sheet { fill: var(--card); } .frame { font: 13px system-ui, "Segoe UI", Arial, sans-serif; }
.frame > text { fill: var(--ink); } .frame > text.title { font-size: 17px; font-weight: 650; } .frame > text.broken { fill: var(--broken); }
.frame > text.soft { fill: var(--soft); font-size: 12px; }
"""  # noqa: E501  # as in the other style sheets, a line for each thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing to show: a title, sentences, pictures of the same width, and what is to be read below them.

    ``kind`` is a class of the title: ``broken``, or nothing.
    """

    title: str
    sentences: Sequence[str] = ()
    pictures: Sequence[Markup] = ()
    below: str = ""
    kind: str = ""


def as_svg(parts: Sequence[Part], *, label: str) -> str:
    """Return *parts* below one another as an SVG document."""
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "aria-label": legible(label)})
    ET.SubElement(root, "style").text = _style()
    ET.SubElement(root, "rect", {"class": "sheet", "width": "100%", "height": "100%"})
    frame = ET.SubElement(root, "g", {"class": "frame"})
    y = float(_MARGIN)
    for part in parts:
        y = _text(frame, y + _LINE, part.title, f"title {part.kind}".strip()) + 4
        for sentence in part.sentences:
            y = _text(frame, y + _LINE, sentence, "")
        y += 8
        for picture in part.pictures:
            y = _picture(frame, y, picture)
        if part.below:
            y = _text(frame, y + _LINE, part.below, "soft")
        y += _MARGIN
    width, height = _WIDTH + 2 * _MARGIN, f"{y:g}"
    root.set("viewBox", f"0 0 {width} {height}")
    root.set("width", str(width))
    root.set("height", height)
    return ET.tostring(root, encoding="unicode") + "\n"


def _style() -> str:
    return files("liverec.report").joinpath("templates", "picture.css").read_text(encoding="utf-8") + _OWN_STYLE


def _text(frame: ET.Element, y: float, text: str, kind: str) -> float:
    """Write *text* with its first base line at *y*, in as many lines as it takes; return the last base line."""
    lines = textwrap.wrap(legible(text), _CHARACTERS) or [""]
    for number, line in enumerate(lines):
        place = {"x": str(_MARGIN), "y": f"{y + number * _LINE:g}", "class": kind}
        ET.SubElement(frame, "text", place).text = line
    return y + (len(lines) - 1) * _LINE


def _picture(frame: ET.Element, y: float, picture: Markup) -> float:
    drawn = ET.fromstring(str(picture))  # noqa: S314  # our own
    height = float(drawn.get("viewBox", "0 0 0 0").split()[3])
    drawn.set("x", str(_MARGIN))
    drawn.set("y", f"{y:g}")
    drawn.set("width", str(_WIDTH))
    drawn.set("height", f"{height:g}")
    drawn.set("style", f"width: {_WIDTH}px")  # the style sheet's is that of a page
    frame.append(drawn)
    return y + height
