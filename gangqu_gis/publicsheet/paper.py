"""A sheet of paper to draw on: millimetres from the lower left corner, and words in one font."""

from __future__ import annotations

from typing import Any

from gangqu_gis.report.characters import legal

INK, SOFT, ALARM = "#1b2530", "#4d5966", "#9c2a00"
#: A3 across, mm.
PAPER = (420.0, 297.0)


class Paper:
    """The axes that fill a sheet, 1 unit = 1 mm, and the font that its words are in."""

    def __init__(self, figure: Any, font: Any) -> None:
        self.font = font
        self.axes = figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, PAPER[0])
        self.axes.set_ylim(0, PAPER[1])
        self.axes.set_axis_off()

    def box(self, x: float, y: float, width: float, height: float) -> None:
        """Draw a frame, in mm."""
        xs, ys = [x, x + width, x + width, x, x], [y, y, y + height, y + height, y]
        self.axes.plot(xs, ys, color=INK, linewidth=1.2)

    def words(
        self, x: float, y: float, text: str, size: float, *,
        ha: str = "left", va: str = "baseline", color: str = INK, bold: bool = False,
        halo: bool = False,
    ) -> None:  # fmt: skip
        """Write ``text``; ``halo`` puts a white ground under it."""
        font = self.font.copy()
        font.set_size(size)
        if bold:
            font.set_weight("bold")
        # A white ground and no halo: a halo would turn the words into outlines.
        ground = {"facecolor": "white", "alpha": 0.72, "edgecolor": "none", "pad": 0.6}
        self.axes.text(
            x, y, legal(text), fontproperties=font, parse_math=False, ha=ha, va=va, color=color,
            bbox=ground if halo else None, linespacing=1.3,
        )  # fmt: skip
