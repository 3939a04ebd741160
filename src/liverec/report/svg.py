"""Drawing: an SVG picture in the page's own colours, and the scale from seconds to places on it."""

from dataclasses import dataclass
from math import ceil, floor, log10
from xml.etree import ElementTree as ET

from markupsafe import Markup

from liverec.report.text import legible

CHARACTER = 7.0  # width of a bold character of the pictures' text, in their units
_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Maps seconds from *low* to *high* onto places from *left* to *right*."""

    low: float
    high: float
    left: float
    right: float

    def at(self, value: float) -> float:
        """Return the place of *value*; what lies outside lands on the nearest edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.left + share * (self.right - self.left), 2)

    def holds(self, value: float) -> bool:
        """Whether *value* lies on the scale."""
        return self.low <= value <= self.high

    def ticks(self, wanted: int = 8) -> tuple[float, ...]:
        """Return about *wanted* round values on the scale, in order."""
        rough = (self.high - self.low) / wanted
        power = 10.0 ** floor(log10(rough))
        step = next(factor * power for factor in _STEPS if factor * power >= rough * (1 - 1e-9))
        first = ceil(self.low / step - 1e-9)
        last = floor(self.high / step + 1e-9)
        return tuple(round(number * step, 9) for number in range(first, last + 1))


class Picture:
    """An SVG picture that grows by shapes; text in it is escaped, colours come from the page by class."""

    def __init__(self, *, width: float, label: str) -> None:
        self._width = width
        self._root = ET.Element("svg", {"role": "img", "aria-label": legible(label), "class": "picture"})

    def rect(self, x: float, y: float, width: float, height: float, kind: str, *, tip: str = "") -> None:
        """Draw a rectangle of class *kind*; *tip* shows under the pointer."""
        self._add("rect", {"x": x, "y": y, "width": width, "height": height, "class": kind}, tip=tip)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """Draw a line of class *kind*."""
        self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "class": kind})

    def circle(self, x: float, y: float, radius: float, kind: str, *, tip: str = "") -> None:
        """Draw a circle around (*x*, *y*)."""
        self._add("circle", {"cx": x, "cy": y, "r": radius, "class": kind}, tip=tip)

    def polygon(self, points: tuple[tuple[float, float], ...], kind: str, *, tip: str = "") -> None:
        """Draw a closed shape through *points*."""
        self._add("polygon", {"points": " ".join(f"{x:g},{y:g}" for x, y in points), "class": kind}, tip=tip)

    def text(self, x: float, y: float, text: str, kind: str = "", *, anchor: str = "start") -> None:
        """Write *text* with its base line at *y*; *anchor* is SVG's start, middle or end."""
        self._add("text", {"x": x, "y": y, "class": kind, "text-anchor": anchor}, text=text)

    def axis(self, scale: Scale, top: float, bottom: float) -> None:
        """Draw the lines of a time axis from *top* to *bottom*, its numbers below."""
        for value in scale.ticks():
            x = scale.at(value)
            self.line(x, top, x, bottom, "grid")
            self.text(x, bottom + 14, f"{value:g} s", "tick", anchor="middle")

    def markup(self, height: float) -> Markup:
        """Return the picture, *height* units high."""
        self._root.set("viewBox", f"0 0 {self._width:g} {height:g}")
        drawn = ET.tostring(self._root, encoding="unicode")
        return Markup(drawn)  # noqa: S704  # ElementTree has escaped every text and attribute in it

    def _add(self, name: str, attributes: dict[str, float | str], *, text: str = "", tip: str = "") -> None:
        said = {
            key: value if isinstance(value, str) else f"{value:.6g}" for key, value in attributes.items() if value != ""
        }
        element = ET.SubElement(self._root, name, said)
        if tip:
            ET.SubElement(element, "title").text = legible(tip)
        elif text:
            element.text = legible(text)
