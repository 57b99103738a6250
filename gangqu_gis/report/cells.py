"""Cells of the workbook: text by cell type, numbers as numbers, one look per form."""

from __future__ import annotations

import re
from copy import copy
from typing import Any

from gangqu_gis.checks import Verdict
from gangqu_gis.findings import Severity
from gangqu_gis.messages import message
from gangqu_gis.report.characters import legal
from gangqu_gis.report.palette import FILLS, SEVERITY_FILLS
from gangqu_gis.report.sheets import Cell, Form

#: Excel refuses a longer text in one cell, counted in UTF-16 units.
LONGEST_TEXT = 32_767
FONT, SIZE = "Microsoft YaHei", 9
#: Cells that begin like this are formulas to a spreadsheet that is not told otherwise.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
#: Excel reads _x0041_ as "A".
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_FORMATS = {
    Form.PRINTED: "@",
    Form.SQUARE_METRES: "#,##0.00",
    Form.HECTARES: "#,##0.0000",
    Form.METRES: "0.000",
    Form.DIFFERENCE: "+#,##0.0000;-#,##0.0000;0",
    Form.DIFFERENCE_M2: "+#,##0.00;-#,##0.00;0.00",
}
_SMALL_DIFFERENCE = "+0.000000;-0.000000;0"
_LEFT = (Form.TEXT, Form.LABEL, Form.TITLE, Form.NOTICE)
_LINE_COLOUR, _HEADING_FILL, _NOTICE_COLOUR = "BFC7CF", "2F4B66", "9C2A00"


class CellWriter:
    """Writes cells in one language.

    ``stand_in`` is a character that stands nowhere else; it is written for a carriage return,
    which XML would turn into a line feed, until the file is put together.
    """

    def __init__(self, lang: str, stand_in: str) -> None:
        self.lang, self.stand_in = lang, stand_in
        self._looks: dict[tuple[Form, str, str, bool], Any] = {}

    def text(self, value: str) -> str:
        """Return ``value`` as a cell can hold it: legal in XML and not too long."""
        found = legal(value)
        if _utf16_length(found) > LONGEST_TEXT:
            tail = message("sheet.cut", count=len(value)).render(self.lang)
            room = (LONGEST_TEXT - _utf16_length(tail)) * 2
            found = found.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + tail
        return found.replace("\r", self.stand_in)

    def put(self, cell: Any, value: Cell, form: Form = Form.TEXT) -> None:
        """Write one value into ``cell``."""
        fill = ""
        if isinstance(value, Verdict):
            fill = FILLS[value]
            value = value.label.render(self.lang)
        elif isinstance(value, Severity):
            fill = SEVERITY_FILLS[value]
            value = message(f"sheet.severity_{value.value}").render(self.lang)
        if isinstance(value, str) and value:
            # Past openpyxl's setter, which takes "=…" for a formula and counts an escape's length.
            cell._value, cell.data_type = _ESCAPE.sub("_x005F_", self.text(value)), "s"
        elif isinstance(value, bool):
            cell.value = value
        elif isinstance(value, int | float):
            # openpyxl would write 16 digits; a double needs 17.
            cell._value, cell.data_type = repr(value), "n"
        quoted = isinstance(value, str) and value.startswith(_FORMULA_STARTS)
        self._dress(cell, form, _format(value, form), fill, quoted)

    def _dress(self, cell: Any, form: Form, number_format: str, fill: str, quoted: bool) -> None:
        """Give ``cell`` its look; each look is made once, for openpyxl is slow at it."""
        key = (form, number_format, fill, quoted)
        if key not in self._looks:
            _style(cell, form, fill)
            cell.number_format = number_format
            cell.quotePrefix = quoted
            self._looks[key] = copy(cell._style)
        else:
            cell._style = copy(self._looks[key])


def _style(cell: Any, form: Form, fill: str) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    heading, label = form is Form.HEADING, bool(fill)
    sizes = {Form.TITLE: 16, Form.NOTICE: 10}
    colours = {Form.HEADING: "FFFFFF", Form.NOTICE: _NOTICE_COLOUR}
    plain = form in (Form.TITLE, Form.NOTICE)
    cell.font = Font(
        name=FONT,
        size=sizes.get(form, SIZE),
        bold=heading or label or plain,
        color=colours.get(form, "000000"),
    )
    if heading or fill:
        cell.fill = PatternFill("solid", start_color=_HEADING_FILL if heading else fill)
    across = "center" if heading or label else "left" if form in _LEFT else "right"
    down = "center" if heading or plain else "top"
    cell.alignment = Alignment(horizontal=across, vertical=down, wrap_text=not plain)
    if not plain:
        line = Side(style="thin", color=_LINE_COLOUR)
        cell.border = Border(left=line, right=line, top=line, bottom=line)


def _format(value: Cell, form: Form) -> str:
    if form is Form.DIFFERENCE and isinstance(value, float) and 0 < abs(value) < 0.01:
        return _SMALL_DIFFERENCE
    return _FORMATS.get(form, "General")


def _utf16_length(text: str) -> int:
    return len(text) + sum(ord(character) > 0xFFFF for character in text)
