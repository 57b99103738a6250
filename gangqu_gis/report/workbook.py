"""The reconciliation as an XLSX workbook for the office.

Text of a plan is written by cell type and never as a formula: a cell that begins with = + - @
keeps every character, is stored as a string and carries quotePrefix, so that editing it does not
make it a formula either.  The same report gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime, time
from typing import TYPE_CHECKING

from gangqu_gis import __version__
from gangqu_gis.messages import message
from gangqu_gis.report.archive import settled, unused_character
from gangqu_gis.report.cells import FONT, SIZE, CellWriter
from gangqu_gis.report.characters import legal
from gangqu_gis.report.model import Report, conventions, counts, data_day, gate_answer, title_rows
from gangqu_gis.report.sheets import Cell, Form, Tab, tabs

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: Width of a character of the default font, and of a printed A4 landscape page, in mm.
_CHARACTER_MM, _PAGE_MM = 2.1, 277.0
#: Heights in points: a line of text, the space around it, the tallest row Excel allows.
_LINE, _SPACE, _TALLEST = 12.5, 4.0, 409.0
_LABEL_WIDTH, _VALUE_WIDTH = 22.0, 110.0


def render_workbook(report: Report, *, lang: str) -> bytes:
    """Return ``report`` as the bytes of an XLSX file in ``lang`` ("zh" or "en")."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    sheets = tabs(report, lang)
    book = Workbook()
    # Column widths count characters of the Normal style.
    book._named_styles["Normal"].font = Font(name=FONT, size=SIZE)
    cells = CellWriter(lang, _stand_in(sheets, report, lang))
    summary = book.active
    summary.title = message("sheet.tab_summary").render(lang)
    _write_summary(summary, report, cells)
    for tab in sheets:
        sheet = book.create_sheet(tab.title.render(lang))
        _write_tab(sheet, tab, cells)
        _set_page(sheet, report, lang, tab)
    _set_page(summary, report, lang)
    when = datetime.combine(data_day(report), time())
    properties = book.properties
    properties.creator = f"gangqu_gis {__version__}"
    properties.title = cells.text(report.assessment.plan.workspace.title.render(lang))
    properties.created = when
    target = io.BytesIO()
    book.save(target)
    return settled(target.getvalue(), when, cells.stand_in)


def _write_tab(sheet: Worksheet, tab: Tab, cells: CellWriter) -> None:
    """Write a table with its heading frozen, filtered and repeated on every page."""
    from openpyxl.utils import get_column_letter as letter

    for at, column in enumerate(tab.columns, 1):
        heading = message(column.heading).render(cells.lang)
        cells.put(sheet.cell(1, at), heading, Form.HEADING)
        sheet.column_dimensions[letter(at)].width = column.width
    sheet.row_dimensions[1].height = _row_height(
        (message(column.heading).render(cells.lang) for column in tab.columns), tab
    )
    for number, row in enumerate(tab.rows, 2):
        for at, (value, column) in enumerate(zip(row, tab.columns, strict=True), 1):
            cells.put(sheet.cell(number, at), value, column.form)
        sheet.row_dimensions[number].height = _row_height(row, tab)
    if not tab.rows:
        cells.put(sheet.cell(2, 1), message("sheet.nothing").render(cells.lang))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{letter(len(tab.columns))}{max(len(tab.rows) + 1, 2)}"
    sheet.print_title_rows = "1:1"
    if tab.left is not None:
        sheet.print_title_cols = "A:A"


def _write_summary(sheet: Worksheet, report: Report, cells: CellWriter) -> None:
    """Write the title block, the notice, the gate's answer and the counts."""
    lang, gate, workspace = cells.lang, report.gate, report.assessment.plan.workspace
    sheet.column_dimensions["A"].width = _LABEL_WIDTH
    sheet.column_dimensions["B"].width = _VALUE_WIDTH
    cells.put(sheet["A1"], report.title.render(lang), Form.TITLE)
    cells.put(sheet["A2"], workspace.draft_notice.render(lang), Form.NOTICE)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("A2:B2")
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 32, 20
    rows: list[tuple[Cell, Cell]] = []
    if gate is not None:
        rows.append((message("sheet.result").render(lang), gate_answer(gate).render(lang)))
    rows += [(label.render(lang), value.render(lang)) for label, value in title_rows(report)]
    if gate is not None and gate.unconfirmed:
        label = message("sheet.unconfirmed").render(lang)
        rows.append((label, " ".join(gate.unconfirmed)))
    rows.append((message("sheet.counts").render(lang), counts(report).render(lang)))
    rows += list(report.verdicts.items())
    rows.append((message("sheet.conventions").render(lang), conventions(report).render(lang)))
    for number, (name, content) in enumerate(rows, 3):
        cells.put(sheet.cell(number, 1), name)
        cells.put(sheet.cell(number, 2), content)
        lines = -(-_columns(str(content)) // int(_VALUE_WIDTH))
        sheet.row_dimensions[number].height = _LINE * max(1, lines) + _SPACE


def _set_page(sheet: Worksheet, report: Report, lang: str, tab: Tab | None = None) -> None:
    """Set A4 landscape, the header and footer of each page, and where the page breaks."""
    from openpyxl.worksheet.pagebreak import Break

    workspace = report.assessment.plan.workspace
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.7
    margins.header = margins.footer = 0.3
    date_label = message("sheet.data_date").render(lang)
    sheet.oddHeader.left.text = _page_field(workspace.title.render(lang))
    sheet.oddHeader.center.text = "&A"
    sheet.oddHeader.right.text = _page_field(f"{date_label} {workspace.data_date}")
    sheet.oddFooter.left.text = _page_field(workspace.draft_notice.render(lang))
    sheet.oddFooter.right.text = "&P / &N"
    if tab is None or tab.left is None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToHeight = 0
        return
    widths = [column.width for column in tab.columns]
    widest = max(sum(widths[: tab.left]), widths[0] + sum(widths[tab.left :]))
    sheet.page_setup.scale = min(100, int(100 * _PAGE_MM / (widest * _CHARACTER_MM)))
    sheet.col_breaks.append(Break(id=tab.left))


def _page_field(value: str) -> str:
    """Return ``value`` for a page header, where & begins a code and 80 characters suffice."""
    return " ".join(legal(value).split())[:80].replace("&", "&&")


def _row_height(row: Iterable[Cell], tab: Tab) -> float:
    """Return the height in points that the longest cell of a row needs when it wraps."""
    lines = 1
    for value, column in zip(row, tab.columns, strict=True):
        if column.form is not Form.LABEL and isinstance(value, str):
            room = int(column.width * 1.05)
            lines = max(lines, sum(max(1, -(-_columns(p) // room)) for p in value.split("\n")))
    return min(_LINE * lines + _SPACE, _TALLEST)


def _columns(text: str) -> int:
    """Return how many columns ``text`` takes: Chinese takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _stand_in(sheets: list[Tab], report: Report, lang: str) -> str:
    """Return a character that stands nowhere in the report."""
    used = [v for tab in sheets for row in tab.rows for v in row if isinstance(v, str)]
    used += [text.render(lang) for pair in title_rows(report) for text in pair]
    return unused_character([*used, report.assessment.plan.workspace.draft_notice.render(lang)])
