"""The spreadsheet that records are filled into: headings with units, drop-downs, present rows.

What it holds comes back through ``gangqu update LAYER FILE``; a template that nobody touched
changes nothing.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gangqu_gis import __version__
from gangqu_gis.columns import heading_of, record_columns, record_kind
from gangqu_gis.formats.columns import Column
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan
from gangqu_gis.report.archive import settled, unused_character
from gangqu_gis.report.cells import FONT, SIZE, CellWriter
from gangqu_gis.report.sheets import Form
from gangqu_gis.targets import Target, read_targets
from gangqu_gis.workspace import day_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: The rows that drop-downs reach to.
LAST_ROW = 2000
_WIDTHS = {"text": 20.0, "list": 26.0, "choice": 16.0, "feature": 20.0, "record": 20.0, "mix": 30.0}
#: By field: the values that a column may take, each with what it means.
Lists = dict[str, Sequence[tuple[str, Text]]]


def render_template(plan: Plan, layer: str, *, lang: str) -> bytes:
    """Return the template of a layer of records as XLSX, with its present records in it.

    The same plan gives the same bytes.

    Raises
    ------
    UsageError
        The layer holds no records.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font

    columns = record_columns(plan.schema, layer)
    offered = _lists(plan, columns)
    book = Workbook()
    book._named_styles["Normal"].font = Font(name=FONT, size=SIZE)
    words = [str(v) for f in plan.layers[layer].features for v in f.properties.values()]
    cells = CellWriter(lang, unused_character(words))
    sheet = book.active
    sheet.title = record_kind(plan.schema, layer).label.render(lang)[:31]
    _write_rows(sheet, plan, layer, columns, cells)
    listing = book.create_sheet(message("template.tab_lists").render(lang))
    _write_lists(listing, sheet, columns, offered, cells)
    notes = book.create_sheet(message("template.tab_notes").render(lang))
    _write_notes(notes, columns, cells)
    when = datetime.combine(day_of(plan.workspace), time())
    book.properties.creator = f"gangqu_gis {__version__}"
    book.properties.title = cells.text(sheet.title)
    book.properties.created = when
    target = io.BytesIO()
    book.save(target)
    return settled(target.getvalue(), when, cells.stand_in)


def _write_rows(
    sheet: Worksheet, plan: Plan, layer: str, columns: Sequence[Column], cells: CellWriter
) -> None:
    from openpyxl.utils import get_column_letter as letter

    for at, column in enumerate(columns, 1):
        cells.put(sheet.cell(1, at), heading_of(column, cells.lang), Form.HEADING)
        sheet.column_dimensions[letter(at)].width = _WIDTHS.get(column.type, 14.0)
        # Text keeps what was typed: 2023-05 would become the first of May, 0701 would be 701.
        if column.type not in ("number", "integer"):
            sheet.column_dimensions[letter(at)].number_format = "@"
    sheet.row_dimensions[1].height = 34
    for number, feature in enumerate(plan.layers[layer].features, 2):
        for at, column in enumerate(columns, 1):
            _put(sheet.cell(number, at), feature.properties.get(column.name), column, cells)
    sheet.freeze_panes = "C2"
    sheet.page_setup.orientation = "landscape"
    sheet.print_title_rows = "1:1"


def _put(cell: Any, value: Any, column: Column, cells: CellWriter) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        value = message("template.yes" if value else "template.no").render(cells.lang)
    elif isinstance(value, list):
        value = "、".join(map(str, value))
    number = isinstance(value, int | float) and column.type in ("number", "integer")
    cells.put(cell, value, Form.NUMBER if number else Form.PRINTED)


def _lists(plan: Plan, columns: Sequence[Column]) -> Lists:
    """Return what each drop-down offers, by field: each value with what it means."""
    indicators = read_targets(plan).indicators
    found: Lists = {}
    for column in columns:
        if column.name == "target":
            found["target"] = [(id_, _indicator(target)) for id_, target in indicators.items()]
        elif column.choices:
            found[column.name] = [(choice, Text("", "")) for choice in column.choices]
        elif column.type == "feature":
            found[column.name] = [(f.id, Text(f.name("zh"), f.name("en"))) for f in plan.polygons()]
    return found


def _indicator(target: Target) -> Text:
    """Return an indicator in words, with the unit that its values are given in."""
    own = target.figure.unit.label
    label = target.label
    return Text(f"{label.zh}（{own.zh}）", f"{label.en} ({own.en})")


def _write_lists(
    listing: Worksheet,
    sheet: Worksheet,
    columns: Sequence[Column],
    offered: Lists,
    cells: CellWriter,
) -> None:
    """Write the values of the drop-downs beside one another and tie the columns to them."""
    from openpyxl.utils import get_column_letter as letter
    from openpyxl.worksheet.datavalidation import DataValidation

    at = 1
    for number, column in enumerate(columns, 1):
        where = f"{letter(number)}2:{letter(number)}{LAST_ROW}"
        if column.name in offered:
            rows = offered[column.name]
            cells.put(listing.cell(1, at), column.label.render(cells.lang), Form.HEADING)
            for row, (value, meaning) in enumerate(rows, 2):
                cells.put(listing.cell(row, at), value, Form.PRINTED)
                cells.put(listing.cell(row, at + 1), meaning.render(cells.lang))
            for width in (at, at + 1):
                listing.column_dimensions[letter(width)].width = 24
            source = f"'{listing.title}'!${letter(at)}$2:${letter(at)}${len(rows) + 1}"
            rule = DataValidation("list", formula1=source, allow_blank=True)
            at += 2
        elif column.type in ("number", "integer"):
            kind = "whole" if column.type == "integer" else "decimal"
            least = Decimal("-1e15") if column.name == "value" else Decimal(0)
            rule = DataValidation(
                kind, operator="greaterThanOrEqual", formula1=f"{least:f}", allow_blank=True
            )
        else:
            continue
        rule.showErrorMessage = rule.showInputMessage = True
        rule.promptTitle = column.label.render(cells.lang)[:32]
        rule.prompt = _hint(column).render(cells.lang)[:255]
        rule.error = rule.prompt
        rule.add(where)
        sheet.add_data_validation(rule)


def _hint(column: Column) -> Text:
    """Return how a column is filled in."""
    if column.type == "date":
        return message(
            f"schema.precision_{column.precision}" if column.precision else "schema.type_date"
        )
    type_ = "choice" if column.choices else column.type
    return message(f"template.hint_{type_}")


def _write_notes(notes: Worksheet, columns: Sequence[Column], cells: CellWriter) -> None:
    """Write the general rules, then one row for each column."""
    lang = cells.lang
    for width, letter_ in ((24, "A"), (48, "B"), (16, "C"), (44, "D")):
        notes.column_dimensions[letter_].width = width
    cells.put(notes["A1"], message("template.tab_notes").render(lang), Form.TITLE)
    row = 2
    for key in ("empty", "ids", "units", "dates", "names"):
        cells.put(notes.cell(row, 1), message(f"template.rule_{key}").render(lang))
        notes.merge_cells(start_row=row, start_column=1, end_row=row, end_column=4)
        notes.row_dimensions[row].height = 30
        row += 1
    for at, key in enumerate(("column", "how", "must", "also"), 1):
        cells.put(notes.cell(row, at), message(f"template.note_{key}").render(lang), Form.HEADING)
    for number, column in enumerate(columns, row + 1):
        must = message("template.yes" if column.required else "template.no").render(lang)
        also = "、".join(h for h in column.headings if h != column.label.render(lang))
        content = (heading_of(column, lang), _hint(column).render(lang), must, also)
        for at, value in enumerate(content, 1):
            cells.put(notes.cell(number, at), value)
