"""The results of a measurement as a workbook: a row a feature, written part by part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gangqu_gis.drafts import unfinished
from gangqu_gis.errors import UsageError
from gangqu_gis.fileareas.batched import Measurement, Part
from gangqu_gis.fileareas.judgement import Column
from gangqu_gis.messages import message
from gangqu_gis.report.cells import CellWriter
from gangqu_gis.report.sheets import Cell, Form
from gangqu_gis.report.wording import feature_cause_text

#: A sheet has 1 048 576 rows, the heading is one of them.
MOST_ROWS = 2**20 - 1

#: Heading, width in characters, form.
_MEASURED = (
    ("report.feature", 22, Form.PRINTED),
    ("report.ellipsoidal_m2", 18, Form.SQUARE_METRES),
    ("report.planar_m2", 18, Form.SQUARE_METRES),
)
_JUDGED = (
    ("report.stored", 18, Form.PRINTED),
    ("report.difference_m2", 16, Form.DIFFERENCE_M2),
    ("report.tolerance_m2", 14, Form.SQUARE_METRES),
    ("report.verdict", 12, Form.LABEL),
    ("report.cause", 60, Form.TEXT),
)


@contextmanager
def result_workbook(path: Path, measured: Measurement, lang: str) -> Iterator[ResultSheet]:
    """Yield a sheet that takes parts; the workbook appears at ``path`` whole, or not at all.

    Raises
    ------
    UsageError
        There are more features than a sheet has rows.
    InputError
        It cannot be written.
    """
    if measured.count > MOST_ROWS:
        text = message("batches.too_many_rows", count=measured.count, most=MOST_ROWS)
        raise UsageError(text, file=str(path))
    import openpyxl

    with unfinished(path) as draft:
        book = openpyxl.Workbook(write_only=True)
        result = ResultSheet(book, measured.column, lang)
        try:
            yield result
        except BaseException:
            with suppress(Exception):  # what is left open complains when it is collected
                result.sheet.close()
            raise
        book.save(draft)


class ResultSheet:
    """A sheet that takes measured parts."""

    def __init__(self, book: Any, column: Column | None, lang: str) -> None:
        self.column, self.lang = column, lang
        self.sheet = book.create_sheet(message("sheet.measured").render(lang))
        self.writer = CellWriter(lang, " ")
        self.layout = (*_MEASURED, *(_JUDGED if column else ()))
        for at, (_, width, _) in enumerate(self.layout):
            self.sheet.column_dimensions[chr(ord("A") + at)].width = width
        self.sheet.freeze_panes = "B2"
        headings: list[Cell] = [message(key).render(lang) for key, _, _ in self.layout]
        self.sheet.append([self._cell(text, Form.HEADING) for text in headings])

    def add(self, part: Part) -> None:
        """Write the rows of a part."""
        forms = [form for _, _, form in self.layout]
        for i in range(len(part)):
            values = [*_measured(part, i), *(_judged(part, i, self.column, self.lang))]
            row = zip(values, forms, strict=True)
            self.sheet.append([self._cell(value, form) for value, form in row])

    def _cell(self, value: Cell, form: Form) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self.sheet)
        self.writer.put(cell, value, form)
        return cell


def _measured(part: Part, i: int) -> list[Cell]:
    areas = (part.measures.ellipsoidal_m2[i], part.measures.planar_m2[i])
    return [part.label(i), *map(_number, areas)]


def _judged(part: Part, i: int, column: Column | None, lang: str) -> list[Cell]:
    judged = part.judgement
    if column is None or judged is None or part.stated is None:
        return []
    cause = feature_cause_text(judged, i)
    known = judged.stated_m2[i] == judged.stated_m2[i]
    stated = f"{part.stated[i]} {column.unit.label.render(lang)}" if known else None
    difference = part.measures.ellipsoidal_m2[i] - judged.stated_m2[i]
    text = None if cause is None else cause.render(lang)
    return [stated, _number(difference), _number(judged.tolerance_m2[i]), judged.verdicts[i], text]


def _number(value: float) -> float | None:
    return float(value) if value == value else None
