"""Charts as plain shapes: planned and reported by the year, and gauges of targets.

A drawing is a list of SVG shapes with presentation attributes only, so that a report writes it as
markup and a map page builds it node by node.  Planned is an outline, reported a filled bar: they
differ without colour, and every bar carries its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

#: Blue of the palette that colour-blind readers tell from grey (Okabe and Ito 2008).
REPORTED, OUTLINE, DUE, WORDS, FAINT = "#0072B2", "#1c2126", "#7a4a00", "#1c2126", "#59626b"
WIDTH = 420.0
_LABEL, _ROW, _BAR, _TOP = 52.0, 44.0, 12.0, 8.0
_RIGHT = 8.0
#: What the longest bar leaves for its number.
_WORDS_ROOM = 132.0
_FONT = "12"


@dataclass(frozen=True, slots=True)
class Shape:
    """One SVG element: its tag, its attributes, its text."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart: its size in user units, its shapes, and what it shows in words."""

    width: float
    height: float
    title: str
    description: str
    shapes: tuple[Shape, ...] = ()

    def svg(self) -> str:
        """Return the drawing as SVG markup, every text escaped."""
        from html import escape

        def attributes(values: dict[str, str]) -> str:
            return "".join(f' {name}="{escape(value)}"' for name, value in values.items())

        parts = [
            f"<{s.tag}{attributes(s.attributes)}>{escape(s.text)}</{s.tag}>" for s in self.shapes
        ]
        label = escape(f"{self.title}. {self.description}")
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(self.width)} '
            f'{_n(self.height)}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart; ``None`` is no figure, or no report, and ``words`` say which."""

    label: str
    planned: Fraction | None
    reported: Fraction | None
    planned_words: str
    reported_words: str


@dataclass(frozen=True, slots=True)
class Gauge:
    """One target of a dashboard: the share reported, and from where to where it should be."""

    label: str
    words: str
    share: Fraction | None
    due: tuple[Fraction, Fraction] | None = None


@dataclass
class _Canvas:
    shapes: list[Shape] = field(default_factory=list)

    def rect(self, x: float, y: float, width: float, height: float, **style: str) -> None:
        place = {"x": _n(x), "y": _n(y), "width": _n(max(width, 0)), "height": _n(height)}
        self.shapes.append(Shape("rect", place | _dashed(style)))

    def line(self, x1: float, y1: float, x2: float, y2: float, **style: str) -> None:
        place = {"x1": _n(x1), "y1": _n(y1), "x2": _n(x2), "y2": _n(y2)}
        self.shapes.append(Shape("line", place | _dashed(style)))

    def words(self, x: float, y: float, text: str, **style: str) -> None:
        look = {"font-size": _FONT, "fill": WORDS} | _dashed(style)
        self.shapes.append(Shape("text", {"x": _n(x), "y": _n(y)} | look, text))


def bar_chart(title: str, bars: Sequence[Bar]) -> Drawing:
    """Return horizontal pairs of bars, one pair a row, with their numbers beside them."""
    canvas = _Canvas()
    room = WIDTH - _LABEL - _RIGHT
    longest = room - _WORDS_ROOM
    most = max((v for b in bars for v in (b.planned, b.reported) if v is not None), default=None)
    for at, bar in enumerate(bars):
        top = _TOP + at * _ROW
        canvas.words(0, top + 19, bar.label, font_weight="bold")
        rows = ((bar.planned, bar.planned_words), (bar.reported, bar.reported_words))
        for number, (value, words) in enumerate(rows):
            y = top + number * (_BAR + 6)
            length = 0.0 if value is None or not most else float(value / most) * longest
            if value is not None:
                _bar(canvas, _LABEL, y, length, reported=bool(number))
            _bar_words(canvas, y, length, room, words, reported=bool(number) and value is not None)
    height = _TOP + len(bars) * _ROW
    canvas.line(_LABEL, 2, _LABEL, height - 4, stroke=FAINT, stroke_width="1")
    described = "; ".join(f"{b.label}: {b.planned_words}, {b.reported_words}" for b in bars)
    return Drawing(WIDTH, height, title, described, tuple(canvas.shapes))


def _bar(canvas: _Canvas, x: float, y: float, length: float, *, reported: bool) -> None:
    if reported:
        canvas.rect(x, y, length, _BAR, fill=REPORTED)
    else:
        look = {"fill": "#ffffff", "stroke": OUTLINE, "stroke_width": "1.5"}
        canvas.rect(x, y + 0.75, length, _BAR - 1.5, stroke_dasharray="5 3", **look)


def _bar_words(
    canvas: _Canvas, y: float, length: float, room: float, words: str, *, reported: bool
) -> None:
    """Write a bar's number behind it, or within it where there is no room."""
    width = sum(12.0 if ord(c) > 0x2E7F else 6.8 for c in words)
    if length + width + 6 <= room:
        canvas.words(_LABEL + length + 5, y + 10.5, words)
    else:
        colour = "#ffffff" if reported else WORDS
        x = _LABEL + length - 5
        if not reported:
            canvas.rect(x - width - 2, y + 1.8, width + 4, _BAR - 3.6, fill="#ffffff")
        canvas.words(x, y + 10.5, words, text_anchor="end", fill=colour)


def gauges(title: str, rows: Sequence[Gauge]) -> Drawing:
    """Return one gauge a row: the share as a bar of 0 to 100 %, what is due as a bracket."""
    canvas = _Canvas()
    room, step = WIDTH - 2.0, 46.0
    for at, row in enumerate(rows):
        top = _TOP + at * step
        canvas.words(0, top + 10, row.label, font_weight="bold")
        canvas.words(WIDTH, top + 10, row.words, text_anchor="end")
        canvas.rect(1, top + 17, room, _BAR, fill="#ffffff", stroke=FAINT, stroke_width="1")
        if row.share is not None:
            length = min(float(row.share), 1.0) * room
            canvas.rect(1, top + 17, length, _BAR, fill=REPORTED)
        if row.due is not None:
            _bracket(canvas, top + 17, [1 + min(float(end), 1.0) * room for end in row.due])
    height = _TOP + len(rows) * step
    described = "; ".join(f"{row.label}: {row.words}" for row in rows)
    return Drawing(WIDTH, height, title, described, tuple(canvas.shapes))


def _bracket(canvas: _Canvas, y: float, ends: list[float]) -> None:
    low, high = ends
    style = {"stroke": DUE, "stroke_width": "2"}
    canvas.line(low, y - 3, low, y + _BAR + 5, **style)
    if high - low > 1:
        canvas.line(high, y - 3, high, y + _BAR + 5, **style)
        canvas.line(low, y + _BAR + 5, high, y + _BAR + 5, **style)


def _dashed(style: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in style.items()}


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
