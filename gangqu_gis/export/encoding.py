"""Texts in the encoding of a file: what it does not have is refused, never replaced."""

from __future__ import annotations

from gangqu_gis.errors import InputError
from gangqu_gis.export.content import Item
from gangqu_gis.messages import message


def refuse_unencodable(item: Item, text: str, encoding: str) -> None:
    """Refuse a text of ``item`` with a character that ``encoding`` does not have.

    Raises
    ------
    InputError
        It names the feature and the character.
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        bad, feature = text[error.start], item.feature
        values = {"id": item.label, "character": bad, "code": f"U+{ord(bad):04X}"}
        shown = message("export.unencodable", encoding=encoding.upper(), **values)
        raise InputError(shown, file=feature.file, line=feature.line) from None
