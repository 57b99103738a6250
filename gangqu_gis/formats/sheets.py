"""The cells of XLSX and CSV files as text, with merged cells filled and rows numbered."""

from __future__ import annotations

import csv
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gangqu_gis.errors import InputError
from gangqu_gis.formats.archives import refuse_hostile
from gangqu_gis.formats.decoding import read_lines
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from openpyxl import Workbook

#: A sheet of points has no more cells than this; a stray cell in the last row claims 10^10.
_MOST_CELLS = 5_000_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, and its rows as (row number, cells); empty rows are left out."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_sheets(path: Path) -> list[Sheet]:
    """Return the sheets of an XLSX, or the one of a CSV.

    Raises
    ------
    InputError
        The file cannot be read, or claims more cells than it can hold.
    """
    if path.suffix.lower() == ".csv":
        return [Sheet(path.stem, tuple(_csv_rows(path)))]
    return _workbook(path)


def csv_workbook(path: Path) -> Workbook:
    """Return a CSV as a workbook of one sheet, its rows where the file has them, all as text.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = re.sub(r"[\\/*?:\[\]]", "_", path.stem)[:31] or "CSV"
    for number, cells in _csv_rows(path):
        for column, text in enumerate(cells, 1):
            cell = sheet.cell(number, column)
            cell.value, cell.data_type = text, "s"
    return book


def _csv_rows(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    lines = read_lines(path)
    counts = {mark: sum(line.count(mark) for line in lines[:50]) for mark in ",\t;，"}
    mark = max(counts, key=lambda m: counts[m])
    try:
        # A cell may hold several lines: their ends belong to it.
        reader = csv.reader((line.replace("\0", "") + "\n" for line in lines), delimiter=mark)
        return [
            (reader.line_num, tuple(cell.strip() for cell in row))
            for row in reader
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise _unreadable(path, error) from error


def _workbook(path: Path) -> list[Sheet]:
    import openpyxl

    refuse_hostile(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, data_only=True)
    except Exception as error:  # openpyxl lets through whatever its XML and zip readers raise
        raise _unreadable(path, error) from error
    return [_sheet(path, own) for own in book.worksheets if own.sheet_state == "visible"]


def _sheet(path: Path, own: Any) -> Sheet:
    if own.max_row * own.max_column > _MOST_CELLS:
        text = message("table.too_large", sheet=own.title, rows=own.max_row, columns=own.max_column)
        raise InputError(text, file=str(path))
    merged = {}
    for area in own.merged_cells.ranges:
        value = own.cell(area.min_row, area.min_col).value
        for row, column in area.cells:
            merged[row, column] = value
    rows = []
    for number, cells in enumerate(own.iter_rows(values_only=True), 1):
        texts = tuple(
            _text(merged.get((number, column), value)) for column, value in enumerate(cells, 1)
        )
        if any(texts):
            rows.append((number, texts))
    return Sheet(own.title, tuple(rows))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


def _unreadable(path: Path, error: Exception) -> InputError:
    reason = (str(error).splitlines() or [""])[0] or type(error).__name__
    return InputError(message("measure.unreadable", reason=reason), file=str(path))
