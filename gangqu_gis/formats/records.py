"""Tables of records in XLSX and CSV: rows without geometry, read by the headings of their columns.

Every fault of the table is told at once, with its sheet and cell; nothing of a faulty table is
used.  Units are those of the headings, and are converted exactly or refused.
"""

from __future__ import annotations

import zipfile
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gangqu_gis.errors import InputError, TableError, UsageError
from gangqu_gis.formats.columns import ROW_NUMBERS, Column, Heading, read_heading, simplified
from gangqu_gis.formats.entries import CellError, read_entry
from gangqu_gis.formats.sheets import csv_workbook
from gangqu_gis.formats.vector import Note, VectorFile
from gangqu_gis.messages import Text, message

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

#: The headings stand in one of the first rows: titles and remarks may stand above them.
HEADING_ROWS = 20
#: What the first words of a row of totals are.
_TOTALS = ("合计", "总计", "小计", "total")
#: What openpyxl opens.
_SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xltm")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet whose headings were found: their row, and what each column of it is."""

    sheet: Any
    row: int
    headings: Mapping[int, Heading]

    @property
    def columns(self) -> dict[int, Heading]:
        return {at: heading for at, heading in self.headings.items() if heading.column is not None}

    @property
    def names(self) -> set[str]:
        return {h.column.name for h in self.headings.values() if h.column is not None}


def read_records(
    path: Path,
    *,
    columns: Sequence[Column],
    sheet: str | None = None,
    among: Container[str] | None = None,
    passed_over: Sequence[Column] = (),
) -> VectorFile:
    """Read the rows of a spreadsheet or CSV as records, in the terms of ``columns``.

    Where ``sheet`` names none, one of the sheets ``among`` is looked for (``None``: of all);
    ``passed_over`` are columns that are known and not wanted: nothing is said of them.

    The result has no geometry and no CRS; its columns are named by :attr:`Column.name`, empty
    cells are ``None``, and ``lines`` are the rows of the sheet.

    Raises
    ------
    InputError
        The file is missing or is no XLSX workbook and no CSV.
    TableError
        Cells or headings that cannot be used: all of them, each with its place.
    UsageError
        Several sheets could be meant and ``sheet`` names none of them.
    """
    values, formulas = _workbooks(path)
    sheets = [s for s in values.worksheets if among is None or sheet or s.title in among]
    found = _sheet(sheets, columns, sheet, str(path))
    faults = _Faults(str(path), found.sheet.title)
    _check_headings(found, faults)
    _check_merged(found, faults)
    rows, notes = _rows(found, formulas[found.sheet.title], faults)
    faults.raise_if_any()
    own = [heading.column for heading in found.columns.values() if heading.column is not None]
    geometry = np.full(len(rows), None, dtype=object)
    return VectorFile(
        source=str(path),
        layer=found.sheet.title,
        geometry=geometry,
        columns={column.name: _array([r[column.name] for _, r in rows]) for column in own},
        crs=None,
        notes=(*_unknown_columns(found, passed_over), *notes),
        lines=tuple(number for number, _ in rows),
    )


class _Faults:
    """The faults of one sheet, each with its cell."""

    def __init__(self, source: str, sheet: str) -> None:
        self._source, self._sheet = source, sheet
        self._found: list[Text] = []

    def add(self, place: str, text: Text) -> None:
        where = f"{self._sheet}!{place}"
        self._found.append(Text(f"{where}：{text.zh}", f"{where}: {text.en}"))

    def raise_if_any(self) -> None:
        if self._found:
            raise TableError(self._found, file=self._source)


def _begins(path: Path, magic: bytes) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(magic)) == magic


def _workbooks(path: Path) -> tuple[Workbook, Workbook]:
    """Return the workbook twice: with the values that were stored, and with the formulas."""
    import openpyxl

    if not path.exists():
        raise InputError(message("file.missing"), file=str(path))
    if path.is_file() and _begins(path, _OLD_EXCEL):
        raise InputError(message("records.old_excel"), file=str(path))
    if path.is_file() and path.suffix.lower() == ".csv":
        book = csv_workbook(path)
        return book, book
    if not path.is_file() or path.suffix.lower() not in _SUFFIXES:
        raise InputError(message("records.not_xlsx"), file=str(path))
    try:
        return openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, EOFError) as error:
        reason = str(error).split("\n")[0]
        raise InputError(message("records.no_workbook", reason=reason), file=str(path)) from None


def _sheet(
    sheets: Sequence[Worksheet], columns: Sequence[Column], wanted: str | None, source: str
) -> _Sheet:
    if wanted is not None and wanted not in (s.title for s in sheets):
        known = ", ".join(s.title for s in sheets)
        raise UsageError(message("records.no_sheet", name=wanted, known=known), file=source)
    sheets = [s for s in sheets if wanted in (None, s.title)]
    found = [part for part in (_headings(sheet, columns) for sheet in sheets) if part is not None]
    if not found:
        expected = "、".join(column.label.zh for column in columns[:6])
        expected_en = ", ".join(column.label.en for column in columns[:6])
        text = message("records.no_headings", expected=Text(expected, expected_en))
        raise InputError(text, file=source)
    needed = {column.name for column in columns if column.required}
    whole = [part for part in found if needed <= part.names]
    found = whole or found
    if len(found) > 1:
        known = ", ".join(part.sheet.title for part in found)
        raise UsageError(message("records.which_sheet", known=known), file=source)
    return found[0]


def _headings(sheet: Worksheet, columns: Sequence[Column]) -> _Sheet | None:
    """Return the row that holds the most known headings, if it holds two or all there are."""
    best: _Sheet | None = None
    for row in sheet.iter_rows(max_row=min(HEADING_ROWS, sheet.max_row)):
        cells = [c for c in row if isinstance(c.value, str) and c.value.strip()]
        headings = {c.column: read_heading(c.value, columns) for c in cells}
        read = _Sheet(sheet, row[0].row, headings)
        if len(read.columns) > (len(best.columns) if best else min(1, len(columns) - 1)):
            best = read
    return best


def _check_headings(found: _Sheet, faults: _Faults) -> None:
    seen: dict[str, str] = {}
    for at, heading in found.headings.items():
        place = found.sheet.cell(found.row, at).coordinate
        if heading.fault is not None:
            faults.add(place, heading.fault)
        if heading.column is None:
            continue
        other = seen.setdefault(heading.column.name, place)
        if other != place:
            text = message("records.column_twice", label=heading.column.label, other=other)
            faults.add(place, text)


def _check_merged(found: _Sheet, faults: _Faults) -> None:
    """Refuse merged cells among the data: it cannot be told whether they hold for every row."""
    for area in found.sheet.merged_cells.ranges:
        wanted = any(area.min_col <= at <= area.max_col for at in found.columns)
        if wanted and area.max_row > found.row:
            faults.add(str(area), message("records.merged"))


def _rows(
    found: _Sheet, formulas: Worksheet, faults: _Faults
) -> tuple[list[tuple[int, dict[str, Any]]], list[Note]]:
    rows, notes = [], []
    for cells in found.sheet.iter_rows(min_row=found.row + 1):
        own = [cell for cell in cells if cell.column in found.columns]
        written = [formulas[cell.coordinate].value for cell in own]
        if all(value is None or str(value).strip() == "" for value in written):
            continue
        if any(simplified(str(value)).lower().startswith(_TOTALS) for value in written if value):
            text = message("records.total_row", row=cells[0].row)
            notes.append(Note("records.total_row", text, asks=True, line=cells[0].row))
            continue
        record = {
            str(found.columns[cell.column].column.name): _entry(  # type: ignore[union-attr]
                cell, value, found.columns[cell.column], faults
            )
            for cell, value in zip(own, written, strict=True)
        }
        rows.append((cells[0].row, record))
    return rows, notes


def _entry(cell: Any, written: Any, heading: Heading, faults: _Faults) -> Any:
    column = heading.column
    assert column is not None
    if heading.fault is not None:
        return None
    if cell.value is None and isinstance(written, str) and written.startswith("="):
        faults.add(cell.coordinate, message("records.no_result"))
        return None
    try:
        value = read_entry(cell.value, cell.number_format or "", column, heading.unit)
    except CellError as error:
        faults.add(cell.coordinate, error.text)
        return None
    if value is None and column.required:
        faults.add(cell.coordinate, message("records.empty", label=column.label))
    return value


def _unknown_columns(found: _Sheet, passed_over: Sequence[Column]) -> list[Note]:
    unknown = [
        heading.text.strip()
        for heading in found.headings.values()
        if heading.column is None
        and simplified(heading.text).lower() not in ROW_NUMBERS
        and read_heading(heading.text, passed_over).column is None
    ]
    if not unknown:
        return []
    text = message("records.unknown_columns", names="、".join(unknown))
    return [Note("records.unknown_columns", text, asks=True, line=found.row)]


def _array(values: list[Any]) -> Any:
    column = np.empty(len(values), dtype=object)
    for at, value in enumerate(values):
        column[at] = value
    return column
