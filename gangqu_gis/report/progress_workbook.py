"""The evaluation as an XLSX workbook: one sheet a table, numbers as numbers."""

from __future__ import annotations

import io
from datetime import datetime, time
from typing import TYPE_CHECKING

from gangqu_gis import __version__
from gangqu_gis.report.archive import settled, unused_character
from gangqu_gis.report.cells import FONT, SIZE, CellWriter
from gangqu_gis.report.progress_cells import Cell, Table
from gangqu_gis.report.progress_model import ProgressReport
from gangqu_gis.report.progress_tables import Tables
from gangqu_gis.report.sheets import Form

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_WIDEST = 60.0


def render_progress_workbook(report: ProgressReport, *, lang: str) -> bytes:
    """Return the evaluation as the bytes of an XLSX file; the same evaluation, the same bytes."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    tables = Tables(report, lang).all()
    book = Workbook()
    book._named_styles["Normal"].font = Font(name=FONT, size=SIZE)
    head, notice = report.head.render(lang), report.notice.render(lang)
    words = [head, notice, *(c.words for t in tables for row in t.rows for c in row)]
    cells = CellWriter(lang, unused_character([*words, *(n for t in tables for n in t.notes)]))
    book.remove(book.active)
    for table in tables:
        _write(book.create_sheet(table.title[:31]), table, head, notice, cells)
    when = datetime.combine(report.progress.as_of, time())
    book.properties.creator = f"gangqu_gis {__version__}"
    book.properties.title = cells.text(head)
    book.properties.created = when
    target = io.BytesIO()
    book.save(target)
    return settled(target.getvalue(), when, cells.stand_in)


def _write(sheet: Worksheet, table: Table, head: str, notice: str, cells: CellWriter) -> None:
    """Write the heading of the report, the table, and the lines that stand under it."""
    from openpyxl.utils import get_column_letter as letter

    cells.put(sheet["A1"], head, Form.TITLE)
    cells.put(sheet["A2"], notice, Form.NOTICE)
    last = letter(max(len(table.headings), 2))
    sheet.merge_cells(f"A1:{last}1")
    sheet.merge_cells(f"A2:{last}2")
    sheet.row_dimensions[1].height = 32
    for at, heading in enumerate(table.headings, 1):
        cells.put(sheet.cell(3, at), heading, Form.HEADING)
        texts = [heading, *(row[at - 1].words for row in table.rows)]
        longest = max(_columns(text) for text in texts)
        sheet.column_dimensions[letter(at)].width = min(max(longest + 2, 9), _WIDEST)
    for number, row in enumerate(table.rows, 4):
        for at, cell in enumerate(row, 1):
            _put(sheet, number, at, cell, cells)
    for number, note in enumerate(table.notes, len(table.rows) + 5):
        cells.put(sheet.cell(number, 1), note)
        sheet.merge_cells(f"A{number}:{last}{number}")
    sheet.freeze_panes = "A4"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    sheet.print_title_rows = "1:3"


def _put(sheet: Worksheet, row: int, at: int, cell: Cell, cells: CellWriter) -> None:
    """Write a number as a number, but a figure as the plan prints it and a share as a share."""
    target = sheet.cell(row, at)
    if cell.number is None:
        cells.put(target, cell.words)
    elif cell.words.endswith("%") and cell.words != "%":
        target.value = float(cell.number)
        target.number_format = "0.0%"
    elif cell.words.replace(".", "").replace("-", "").isdigit():
        target.value = float(cell.number)
    else:
        cells.put(target, cell.words, Form.PRINTED)


def _columns(text: str) -> int:
    return max(sum(2 if ord(c) > 0x2E7F else 1 for c in line) for line in (text or " ").split("\n"))
