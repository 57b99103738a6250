"""Drawing the public sheet: A3 across, the map at a round scale, legend and notice beside it."""

from __future__ import annotations

import io
import logging
import warnings
from typing import Any

import shapely

from gangqu_gis.publicsheet.content import Content, Drawn, Look
from gangqu_gis.publicsheet.fonts import chinese_font
from gangqu_gis.publicsheet.lettering import width_of, wrapped
from gangqu_gis.publicsheet.paper import ALARM, INK, PAPER, SOFT, Paper

#: The frame of the map and the column beside it, in mm.
FRAME = (12.0, 14.0, 300.0, 254.0)
COLUMN = (320.0, 14.0, 88.0, 254.0)
SCALES = (
    *(2000, 5000, 10000, 15000, 20000, 25000, 30000, 40000, 50000, 75000),
    *(100000, 200000, 500000, 1000000),
)
DPI = 200
#: Outlines tell kinds apart without colour: dashes of each, in turn.
_DASHES: tuple[Any, ...] = (
    *("-", (0, (5, 2)), (0, (1, 1.5))),
    *((0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1))),
)
#: Lengths of a scale bar, metres, and the longest on paper, mm.
BARS, LONGEST_BAR = (20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50), 70.0


def draw(content: Content, font: str) -> dict[str, bytes]:
    """Return the sheet as PDF and PNG.

    Raises
    ------
    InputError
        No font with Chinese is installed.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Type 3 keeps every glyph's outline, whatever kind of font it came from.
    settings: dict[Any, Any] = {"pdf.fonttype": 3, "axes.unicode_minus": False}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # A character that the font has not is drawn as a box; nobody needs to be warned twice.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
        figure = Figure(figsize=(PAPER[0] / 25.4, PAPER[1] / 25.4))
        FigureCanvasAgg(figure)
        _Sheet(figure, content, chinese_font(font)).draw()
        pdf, png = io.BytesIO(), io.BytesIO()
        nothing = {"CreationDate": None, "Creator": None, "Producer": None}
        figure.savefig(pdf, format="pdf", metadata=nothing)
        figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
    return {"public-sheet.pdf": pdf.getvalue(), "public-sheet.png": png.getvalue()}


def fitting_scale(content: Content) -> int:
    """Return the denominator of the largest round scale at which everything fits the frame."""
    west, south, east, north = _extent(content)
    cell_mm = content.cell_m * 1000
    needed = max((east - west) * cell_mm / FRAME[2], (north - south) * cell_mm / FRAME[3])
    return next((scale for scale in SCALES if scale >= needed), SCALES[-1])


def _extent(content: Content) -> tuple[float, float, float, float]:
    """Return the extent of everything, in cells."""
    shapes = [row.shape for row in content.drawn if row.shape is not None]
    points = [shapely.Point(row.cell) for row in content.drawn]
    if not points:
        return 0.0, 0.0, 1.0, 1.0
    west, south, east, north = shapely.total_bounds([*shapes, *points])
    return west - 1, south - 1, east + 1, north + 1


class _Sheet(Paper):
    """One sheet being drawn; lengths on paper are mm from the lower left corner."""

    def __init__(self, figure: Any, content: Content, font: Any) -> None:
        super().__init__(figure, font)
        self.content = content
        self.looks = {look.kind: look for look in content.looks}
        self.scale = fitting_scale(content)
        self.taken: list[tuple[float, float, float, float]] = []

    def draw(self) -> None:
        """Draw everything, back to front."""
        self._heading()
        for row in self.content.drawn:
            self._feature(row)
        # The smaller the land, the less room there is for its name elsewhere.
        for row in sorted(self.content.drawn, key=lambda r: (self._is_line(r), _size(r))):
            self._label(row)
        self.box(*FRAME)
        self._north()
        self._scale_bar()
        self._column()

    # ------------------------------------------------------------ the map

    def _on_paper(self, xy: Any) -> Any:
        """Return cells as mm on the paper, the middle of the extent in the middle of the frame."""
        west, south, east, north = _extent(self.content)
        step = self.content.cell_m * 1000 / self.scale
        x = FRAME[0] + FRAME[2] / 2 + (xy[:, 0] - (west + east) / 2) * step
        y = FRAME[1] + FRAME[3] / 2 + (xy[:, 1] - (south + north) / 2) * step
        import numpy as np

        return np.column_stack([x, y])

    def _is_line(self, row: Drawn) -> bool:
        return self.looks[row.kind].geometry == "line"

    def _feature(self, row: Drawn) -> None:
        look = self.looks[row.kind]
        if row.shape is None:
            (x, y), *_ = self._on_paper(shapely.get_coordinates(shapely.Point(row.cell)))
            self._symbol(x, y, look)
            self.taken.append((x - 1.5, y - 1.5, 3.0, 3.0))
        elif look.geometry == "line":
            self._line(row, look)
        else:
            self._polygon(row, look)

    def _polygon(self, row: Drawn, look: Look) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        for part in shapely.get_parts(row.shape):
            rings = [part.exterior, *part.interiors]
            paths = [Path(self._on_paper(shapely.get_coordinates(r)), closed=True) for r in rings]
            whole = Path.make_compound_path(*paths)
            style = _DASHES[look.number % len(_DASHES)]
            alpha = 0.18 if look.number == 0 else 0.75
            self.axes.add_patch(
                PathPatch(whole, facecolor=look.colour, alpha=alpha, edgecolor="none")
            )
            self.axes.add_patch(
                PathPatch(whole, fill=False, edgecolor=INK, linewidth=1.2, linestyle=style)
            )

    def _line(self, row: Drawn, look: Look) -> None:
        for part in shapely.get_parts(row.shape):
            xy = self._on_paper(shapely.get_coordinates(part))
            style = "-" if look.number % 2 else (0, (7, 2))
            self.axes.plot(
                xy[:, 0], xy[:, 1], color=look.colour, linewidth=2.2, linestyle=style,
                solid_joinstyle="round", alpha=0.8,
            )  # fmt: skip

    def _symbol(self, x: float, y: float, look: Look) -> None:
        """Draw what has no extent on the sheet: a place (triangle), or land too small (square)."""
        marker = "^" if look.is_place else "s"
        self.axes.plot(
            [x], [y], marker=marker, markersize=7, markerfacecolor=look.colour,
            markeredgecolor=INK, markeredgewidth=1.1, linestyle="none",
        )  # fmt: skip

    def _label(self, row: Drawn) -> None:
        """Write a name, and the plan's figure under it, where no other label stands."""
        shape = row.shape
        at = row.cell if shape is None else _label_cell(shape, line=self._is_line(row))
        (x, y), *_ = self._on_paper(shapely.get_coordinates(shapely.Point(at)))
        size = 7.5 if self._is_line(row) else 8.5
        text = row.name if not row.figure else f"{row.name}\n{row.figure}"
        width = max(width_of(line) for line in text.split("\n")) * size * 0.3528 / 2
        height = size * 0.3528 * 1.3 * (text.count("\n") + 1)
        if shape is None:
            y -= 2.2 + height / 2
        place = self._place((x, y), width, height, at_any_price=not self._is_line(row))
        if place is None:
            return
        self.words(
            *place, text, size, ha="center", va="center", halo=True,
            color=SOFT if self._is_line(row) else INK, bold=not self._is_line(row),
        )  # fmt: skip

    def _place(
        self, at: tuple[float, float], width: float, height: float, *, at_any_price: bool
    ) -> tuple[float, float] | None:
        """Return the nearest free place for a label; a road may go without, land may not."""
        steps = [
            (across * width, up * height / 2)
            for across in ((0.0, -0.7, 0.7, -1.3, 1.3) if at_any_price else (0.0,))
            for up in (range(-14, 15) if at_any_price else range(-2, 3))
        ]
        steps.sort(key=lambda step: (abs(step[0]) + abs(step[1]), step))
        for across, up in steps:
            x, y = at[0] + across, at[1] + up
            box = (x - width, y - height / 2, 2 * width, height)
            if self._is_free(box):
                self.taken.append(box)
                return x, y
        return at if at_any_price else None

    def _is_free(self, box: tuple[float, float, float, float]) -> bool:
        x, y, width, height = box
        inside = FRAME[0] < x and x + width < FRAME[0] + FRAME[2]
        return inside and not any(
            x < a + w and a < x + width and y < b + h and b < y + height
            for a, b, w, h in self.taken
        )

    def _north(self) -> None:
        x, y = FRAME[0] + FRAME[2] - 12, FRAME[1] + FRAME[3] - 24
        self.axes.fill([x, x - 4, x, x + 4], [y + 14, y, y + 3.5, y], color=INK)
        self.words(x, y + 16, self.content.words["north"], 11, ha="center", bold=True)

    def _scale_bar(self) -> None:
        """Draw a bar of a round length, and the scale as a number: true on A3."""
        metres = next((m for m in BARS if m * 1000 / self.scale <= LONGEST_BAR), BARS[-1])
        length, x, y = metres * 1000 / self.scale, FRAME[0] + 8, FRAME[1] + 8
        for at in range(4):
            fill = INK if at % 2 == 0 else "white"
            left = x + at * length / 4
            self.axes.fill(
                [left, left + length / 4, left + length / 4, left], [y, y, y + 1.8, y + 1.8],
                facecolor=fill, edgecolor=INK, linewidth=0.7,
            )  # fmt: skip
        unit, name = (1000, "kilometres") if metres >= 2000 else (1, "metres")
        for share in (0, 0.5, 1):
            number = f"{metres * share / unit:g}"
            self.words(x + share * length, y + 3, number, 8, ha="center", halo=True)
        self.words(x + length + 5, y + 3, self.content.words[name], 8, halo=True)
        self.words(x, y + 9, f"1:{self.scale}", 11, bold=True, halo=True)

    # ------------------------------------------------------------ around it

    def _heading(self) -> None:
        self.words(FRAME[0], 281, self.content.title, 20, bold=True)
        self.words(FRAME[0], 272.5, self.content.subtitle, 12, color=SOFT)
        right = COLUMN[0] + COLUMN[2]
        notice = wrapped(self.content.notice, 44)
        self.words(right, 277, notice, 11, ha="right", color=ALARM, bold=True)

    def _column(self) -> None:
        """Write the legend, then the notice and the title block."""
        x, y, width, height = COLUMN
        self.box(x, y, width, height)
        top = self._legend(x + 5, y + height - 9)
        self.axes.plot([x, x + width], [top, top], color=INK, linewidth=0.8)
        at = top - 8
        self.words(x + 5, at, self.content.words["notes"], 11, bold=True)
        at -= 7
        for label, value in self.content.lines:
            text = wrapped(value, 40)
            self.words(x + 5, at, label, 8, color=SOFT, va="top")
            self.words(x + 5, at - 4, text, 9, va="top")
            at -= 6.5 + 4.4 * (text.count("\n") + 1)

    def _legend(self, x: float, y: float) -> float:
        self.words(x, y, self.content.words["legend"], 11, bold=True)
        for look in self.content.looks:
            y -= 7.5
            symbols = [r for r in self.content.drawn if r.kind == look.kind and r.shape is None]
            shapes = [r for r in self.content.drawn if r.kind == look.kind and r.shape is not None]
            self._swatch(x, y, look, symbol=bool(symbols) and not shapes)
            rows = [*symbols, *shapes]
            tail = ""
            if look.geometry != "line" and all(row.schematic for row in rows):
                key = "symbol" if symbols and not shapes else "schematic"
                tail = self.content.words[key]
            self.words(x + 14, y + 0.6, look.label + tail, 9)
        return y - 7

    def _swatch(self, x: float, y: float, look: Look, *, symbol: bool) -> None:
        if symbol:
            self._symbol(x + 5, y + 1.8, look)
        elif look.geometry == "line":
            style = "-" if look.number % 2 else (0, (7, 2))
            self.axes.plot(
                [x, x + 10], [y + 1.8] * 2, color=look.colour, linewidth=2.2, linestyle=style
            )
        else:
            xs, ys = [x, x + 10, x + 10, x], [y - 0.6, y - 0.6, y + 4.2, y + 4.2]
            alpha = 0.18 if look.number == 0 else 0.75
            self.axes.fill(xs, ys, facecolor=look.colour, alpha=alpha, edgecolor="none")
            style = _DASHES[look.number % len(_DASHES)]
            self.axes.fill(xs, ys, fill=False, edgecolor=INK, linewidth=1.2, linestyle=style)


def _size(row: Drawn) -> float:
    return 0.0 if row.shape is None else float(shapely.area(row.shape))


def _label_cell(shape: Any, *, line: bool) -> tuple[float, float]:
    """Return where the label of a lattice shape goes, in cells."""
    if line:
        longest = max(shapely.get_parts(shape), key=shapely.length)
        point = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    else:
        largest = max(shapely.get_parts(shape), key=shapely.area)
        point = shapely.point_on_surface(largest)
    return float(point.x), float(point.y)
