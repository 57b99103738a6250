"""What a format cannot hold: each loss, and which features it befalls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import shapely

from gangqu_gis.export.content import NESTED, TEXTUAL, Content, Item, as_json
from gangqu_gis.messages import Text, message
from gangqu_gis.report.characters import legal

#: Bytes of a text in a DBF file; characters of a text in one cell of a workbook.
LONGEST_DBF_TEXT, LONGEST_CELL = 254, 32_767


@dataclass(frozen=True, slots=True)
class Loss:
    """One loss; ``befalls`` says of which features.

    Without ``befalls`` the loss is one of form (a type, an order, a name) that no value suffers
    from: it stands in the documentation and is not reported.
    """

    id: str
    befalls: Callable[[Content, Item], bool] | None = None

    @property
    def words(self) -> Text:
        """The loss in words, as the documentation has it."""
        return message(f"export.loss_{self.id}")


@dataclass(frozen=True, slots=True)
class Suffered:
    """A loss that befell features of an export, by their labels."""

    loss: Loss
    labels: tuple[str, ...]
    all_of_them: bool


def suffered(losses: tuple[Loss, ...], content: Content) -> list[Suffered]:
    """Return which of ``losses`` befell which features of ``content``."""
    found = []
    for loss in losses:
        befalls = loss.befalls
        if befalls is None:
            continue
        labels = tuple(item.label for item in content.items if befalls(content, item))
        if labels:
            found.append(Suffered(loss, labels, len(labels) == len(content.items)))
    return found


def texts(content: Content, item: Item) -> Iterator[str]:
    """Yield every attribute of ``item`` that is written as text."""
    for field in content.fields:
        yield from _as_texts(content.value(item, field), field.type)


def _as_texts(value: Any, type_: str) -> Iterator[str]:
    if value is not None and type_ in (*TEXTUAL, *NESTED):
        yield value if isinstance(value, str) else as_json(value)


def _any_text(test: Callable[[str], bool]) -> Callable[[Content, Item], bool]:
    return lambda content, item: any(test(text) for text in texts(content, item))


def _too_long_for_dbf(encoding: str) -> Callable[[str], bool]:
    return lambda text: len(text.encode(encoding, "replace")) > LONGEST_DBF_TEXT


def _too_long_for_a_cell(text: str) -> bool:
    return len(text.encode("utf-16-le", "replace")) // 2 > LONGEST_CELL


def _beyond_dbf(content: Content, item: Item) -> bool:
    """Whether a number has more decimals than a DBF column of 24 characters keeps."""
    values = [content.value(item, field) for field in content.fields if field.type == "number"]
    return any(v is not None and float(f"{v:.15f}"[:24]) != float(v) for v in values)


def _has_holes(_: Content, item: Item) -> bool:
    return any(shapely.get_num_interior_rings(part) > 0 for part in parts(item))


def _outside_the_table(content: Content, item: Item) -> bool:
    """Whether a record has attributes that the table of its kind has no column for."""
    if not content.plan.schema.holds_records(content.layer):
        return False
    declared = {field.name: field for field in item.kind.fields} if item.kind else {}
    types = {field.name: field.type for field in content.fields}
    return any(
        name not in declared or types[name] != declared[name].type
        for name, value in item.feature.properties.items()
        if value is not None
    )


def parts(item: Item) -> list[Any]:
    """Return the parts of an item's geometry, none where it has none."""
    return [] if item.geometry is None else list(shapely.get_parts(item.geometry))


def every(_: Content, __: Item) -> bool:
    """Every feature suffers it."""
    return True


NAMES = Loss("names", every)
ATTRIBUTES = Loss("attributes", every)
TENTH_MM = Loss("tenth_mm", every)
TXT_ATTRIBUTES = Loss("txt_attributes", every)
MILLIMETRE = Loss("millimetre", every)
CONTROLS = Loss("controls", _any_text(lambda text: legal(text) != text))
NEWLINES = Loss("newlines", _any_text(lambda text: "\r" in text))
EMPTY_TEXT = Loss("empty_text", _any_text(lambda text: text == ""))
BLANKS = Loss("blanks", _any_text(lambda text: text != text.strip(" ") and text != ""))
CUT_UTF8 = Loss("cut_dbf", _any_text(_too_long_for_dbf("utf-8")))
CUT_GBK = Loss("cut_dbf", _any_text(_too_long_for_dbf("gbk")))
CUT_CELL = Loss("cut_cell", _any_text(_too_long_for_a_cell))
DECIMALS = Loss("decimals", _beyond_dbf)
HOLES = Loss("holes", _has_holes)
PARTS = Loss("parts", lambda _, item: len(parts(item)) > 1)
NOT_DRAWN = Loss("not_drawn", lambda _, item: item.geometry is None)
UNDECLARED = Loss("undeclared", _outside_the_table)
LINES = Loss("lines", lambda _, item: any(p.geom_type == "LineString" for p in parts(item)))

JSON_TEXT, AS_TEXT, FLAGS = Loss("json_text"), Loss("as_text"), Loss("flags")
PARTS_AND_HOLES = Loss("parts_and_holes")
MULTI, RINGS, EDGES = Loss("multi"), Loss("rings"), Loss("edges")
