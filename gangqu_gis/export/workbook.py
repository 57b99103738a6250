"""XLSX for the office: the attributes, the table of boundary points (界址点成果表), the notes.

Texts are texts and never formulas; the same content gives the same bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gangqu_gis import __version__
from gangqu_gis.export.content import Content, Item
from gangqu_gis.export.rings import NumberedPoint, numbered_rings
from gangqu_gis.export.tables import text_of
from gangqu_gis.messages import Text, message, plain
from gangqu_gis.report.archive import settled, unused_character
from gangqu_gis.report.cells import FONT, SIZE, CellWriter
from gangqu_gis.report.sheets import Cell, Form
from gangqu_gis.report.template import render_template
from gangqu_gis.units import field_unit, half_up
from gangqu_gis.zones import crs_title

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_NARROWEST, _WIDEST = 9.0, 44.0
#: Heights in points: a line of text, the space around it, the tallest row Excel allows.
_LINE, _SPACE, _TALLEST = 12.5, 4.0, 409.0
_FORMS = {"area": Form.SQUARE_METRES, "number": Form.NUMBER, "integer": Form.NUMBER}
#: Columns of the table of points: key of the heading, width, form.
_POINT_COLUMNS = (
    ("point_number", 7.0, Form.NUMBER),
    ("point_id", 18.0, Form.TEXT),
    ("point_name", 22.0, Form.TEXT),
    ("point_ring", 9.0, Form.NUMBER),
    ("point", 9.0, Form.TEXT),
    ("point_x", 15.0, Form.METRES),
    ("point_y", 16.0, Form.METRES),
    ("point_side", 11.0, Form.METRES),
    ("point_planar", 13.0, Form.HECTARES),
    ("point_ellipsoidal", 13.0, Form.HECTARES),
    ("point_note", 34.0, Form.TEXT),
)


@dataclass(frozen=True, slots=True)
class _Table:
    """One sheet: headings with widths and forms, rows, and the rows after which a page ends.

    A ``wide`` one runs over several pages side by side, its first column on each.
    """

    title: Text
    headings: Sequence[tuple[str, float, Form]]
    rows: Sequence[Sequence[Cell]]
    breaks: Sequence[int] = ()
    wide: bool = False


def write(content: Content, path: Path) -> None:
    """Write ``content``, in metres, to ``path``; records as the table they are filled into."""
    plan = content.plan
    if plan.schema.holds_records(content.layer):
        kept = replace(
            plan.layers[content.layer], features=tuple(item.feature for item in content.items)
        )
        only = replace(plan, layers={**plan.layers, content.layer: kept})
        path.write_bytes(render_template(only, content.layer, lang=content.lang))
        return
    _write_features(content, path)


def _write_features(content: Content, path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    tables = [_attributes(content)]
    if any(_has_polygon(item) for item in content.items):
        tables.append(_points(content))
    tables.append(_notes(content))
    book = Workbook()
    book._named_styles["Normal"].font = Font(name=FONT, size=SIZE)
    book.remove(book.active)
    stand_in = unused_character(
        text for table in tables for row in table.rows for text in row if isinstance(text, str)
    )
    cells = CellWriter(content.lang, stand_in)
    for table in tables:
        _write_table(book.create_sheet(table.title.render(content.lang)), table, content, cells)
    when = datetime.combine(content.day, time())
    book.properties.creator = f"gangqu_gis {__version__}"
    book.properties.created = when
    target = io.BytesIO()
    book.save(target)
    path.write_bytes(settled(target.getvalue(), when, stand_in))


def _attributes(content: Content) -> _Table:
    """Return one row per feature, one column per field."""
    rows = [
        [_cell(content.value(item, field)) for field in content.fields] for item in content.items
    ]
    headings = []
    for at, field in enumerate(content.fields):
        label = content.aliases[field.name]
        unit = "" if field.unit is None else field_unit(field.unit).label.render(content.lang)
        name = f"{label}({unit})" if unit else label
        longest = max([_columns(name), *(_columns(str(row[at] or "")) for row in rows)])
        width = min(max(longest + 2.0, _NARROWEST), _WIDEST)
        headings.append((name, width, _FORMS.get(field.type, Form.TEXT)))
    return _Table(message("export.sheet_attributes"), headings, rows, wide=True)


def _points(content: Content) -> _Table:
    """Return the boundary points of every polygon, a page for each feature."""
    rows: list[list[Cell]] = []
    breaks = []
    for item in filter(_has_polygon, content.items):
        rows += _rows_of(content, item, before=len(rows))
        breaks.append(len(rows))
    headings = [
        (message(f"export.{key}").render(content.lang), width, form)
        for key, width, form in _POINT_COLUMNS
    ]
    return _Table(message("export.sheet_points"), headings, rows, breaks[:-1])


def _rows_of(content: Content, item: Item, *, before: int) -> Iterator[list[Cell]]:
    """Yield the rows of one feature; its first carries the areas and what the geometry is."""
    name = item.feature.name(content.lang)
    areas: list[Cell] = [_hectares(item.planar_m2), _hectares(item.ellipsoidal_m2)]
    note: Cell = item.basis_words.render(content.lang)
    for ring in numbered_rings(item, strict=False):
        for point, after in zip(ring, [*ring[1:], None], strict=True):
            before += 1
            side = None if after is None else _side(point, after)
            place: list[Cell] = [before, item.label, name, point.ring, point.name]
            yield [*place, float(point.x), float(point.y), side, *areas, note]
            areas, note = [None, None], None


def _side(a: NumberedPoint, b: NumberedPoint) -> float:
    """Return the length of a side in the plane, metres to the millimetre."""
    return float(half_up(math.hypot(float(b.x - a.x), float(b.y - a.y)), 3))


def _notes(content: Content) -> _Table:
    """Return what the numbers are: plan, date, CRS, kinds of area, what is schematic."""
    workspace = content.plan.workspace
    schematic = [item.label for item in content.items if item.schematic]
    values: list[tuple[str, Text]] = [
        ("title", workspace.title),
        ("authority", workspace.authority),
        ("version", plain(workspace.plan_version)),
        ("date", plain(workspace.data_date)),
        ("count", plain(len(content.items))),
        ("crs", crs_title(content.crs)),
        ("areas", message("export.areas_are", plane=workspace.planar_crs)),
        ("schematic", plain(", ".join(schematic) or "-")),
        ("notice", workspace.draft_notice),
    ]
    rows = [
        [message(f"export.note_{key}").render(content.lang), value.render(content.lang)]
        for key, value in values
    ]
    heads = [
        (message("export.note_item").render(content.lang), 22.0, Form.TEXT),
        (message("export.note_value").render(content.lang), 100.0, Form.TEXT),
    ]
    return _Table(message("export.sheet_notes"), heads, rows)


def _write_table(sheet: Worksheet, table: _Table, content: Content, cells: CellWriter) -> None:
    from openpyxl.utils import get_column_letter as letter
    from openpyxl.worksheet.pagebreak import Break

    for at, (name, width, _) in enumerate(table.headings, 1):
        cells.put(sheet.cell(1, at), name, Form.HEADING)
        sheet.column_dimensions[letter(at)].width = width
    for number, row in enumerate(table.rows, 2):
        for at, (value, (_, _, form)) in enumerate(zip(row, table.headings, strict=True), 1):
            cells.put(sheet.cell(number, at), value, form)
        sheet.row_dimensions[number].height = _height(row, table)
    sheet.freeze_panes = "B2" if table.wide else "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    if table.wide:
        sheet.print_title_cols = "A:A"
    else:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToHeight = 0
    for row_number in table.breaks:
        sheet.row_breaks.append(Break(id=row_number + 1))
    workspace = content.plan.workspace
    sheet.oddHeader.center.text = "&A"
    sheet.oddHeader.left.text = _page_field(workspace.title.render(content.lang))
    sheet.oddFooter.left.text = _page_field(workspace.draft_notice.render(content.lang))
    sheet.oddFooter.right.text = message("export.page").render(content.lang)


def _height(row: Sequence[Cell], table: _Table) -> float:
    """Return the height in points that the longest text of a row needs when it wraps."""
    lines = 1
    for value, (_, width, _) in zip(row, table.headings, strict=True):
        if isinstance(value, str):
            wrapped = [max(1, -(-_columns(part) // int(width))) for part in value.split("\n")]
            lines = max(lines, sum(wrapped))
    return min(_LINE * lines + _SPACE, _TALLEST)


def _page_field(value: str) -> str:
    """Return a text of a page's header, where & begins a code."""
    return " ".join((text_of(value) or "").split())[:80].replace("&", "&&")


def _cell(value: Any) -> Cell:
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, str | int | float | None) else text_of(value)


def _hectares(area_m2: Decimal | None) -> float | None:
    return None if area_m2 is None else float(half_up(area_m2 / Decimal(10_000), 4))


def _has_polygon(item: Item) -> bool:
    return item.geometry is not None and item.geometry.geom_type.endswith("Polygon")


def _columns(text: str) -> int:
    """Return how many columns ``text`` takes: Chinese takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
