"""Printed sheets, read back from the PDF itself: pages, words, lines, ink."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from playwright.sync_api import Page

#: A point of paper, metres; the sizes of the sheets, points.
POINT_M = 0.0254 / 72
SIZES = {"a3": (1191, 842), "a4": (595, 842)}
#: An inch of paper is 96 CSS pixels or 72 points.
POINTS_PER_PIXEL = 72 / 96

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Sheet:
    """The one page of a printed sheet."""

    page: Any

    @property
    def text(self) -> str:
        """The words on it, without line ends."""
        words: str = self.page.get_textpage().get_text_bounded()
        return words.replace("\r", "").replace("\n", "")

    def lines(self, colour: str) -> list[Points]:
        """Return the vertices, in points, of every path drawn with a pen of ``colour``."""
        wanted = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return [_points(path) for path in self._paths() if _pen(path) == wanted]

    def ink(self, dots_per_point: float = 2) -> Any:
        """Return the sheet as rows of (red, green, blue)."""
        return self.page.render(scale=dots_per_point).to_numpy()[:, :, ::-1]

    def _paths(self) -> Any:
        objects = self.page.get_objects(max_depth=10)
        return [o for o in objects if o.type == pdfium.FPDF_PAGEOBJ_PATH]


def printed(page: Page, paper: str) -> Sheet:
    """Print a page; it must fill exactly one sheet of the right size."""
    classes = "document.documentElement.classList"
    page.evaluate(f"{classes}.remove('paper-a3', 'paper-a4'); {classes}.add('paper-{paper}')")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    width, height = document[0].get_size()
    assert abs(width - SIZES[paper][0]) < 1 and abs(height - SIZES[paper][1]) < 1
    return Sheet(document[0])


def length(points: Points) -> float:
    """Return the length of a line on paper, points."""
    steps = zip(points, points[1:], strict=False)
    total: float = sum(((c - a) ** 2 + (d - b) ** 2) ** 0.5 for (a, b), (c, d) in steps)
    return total


def height(points: Points) -> float:
    """Return how far a line reaches up the paper, points."""
    levels = [y for _, y in points]
    return max(levels) - min(levels)


def _points(path: Any) -> Points:
    matrix = path.get_matrix()
    found = []
    for number in range(pdfium.FPDFPath_CountSegments(path.raw)):
        segment = pdfium.FPDFPath_GetPathSegment(path.raw, number)
        x, y = ctypes.c_float(), ctypes.c_float()
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        found.append(matrix.on_point(x.value, y.value))
    return found


def _pen(path: Any) -> tuple[int, ...] | None:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path.raw, fill, stroke)
    if not stroke.value:
        return None
    parts = [ctypes.c_uint() for _ in range(4)]
    pdfium.FPDFPageObj_GetStrokeColor(path.raw, *parts)
    return tuple(part.value for part in parts[:3])
