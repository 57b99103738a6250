"""A parcel's head in the boundary-point format: its fields, found by the ``@`` and not by count."""

from __future__ import annotations

from gangqu_gis.formats.exchange import (
    EXTENDED_FIELDS,
    HEAD_END,
    HEAD_FIELDS,
    LINE,
    POINT,
    POLYGON,
)

_KINDS = (POLYGON, LINE, POINT)
_KIND_AT = HEAD_FIELDS.index("JLTXSX")
_NAME_AT = HEAD_FIELDS.index("DKMC")
#: Fields of the strict form after the name: kind, sheet, use, class.
_TAIL = len(HEAD_FIELDS) - _KIND_AT


def is_head(row: str) -> bool:
    """Whether a row is a parcel's head: it ends with ``@``, or is one that has lost it."""
    bare = row.rstrip(" \t,，\u3000")
    if bare.endswith((HEAD_END, "＠")):
        return True
    fields = [field.strip() for field in _comma_fields(row)]
    return len(fields) >= len(HEAD_FIELDS) and any(f in _KINDS for f in fields[_KIND_AT:])


def head_fields(row: str) -> tuple[dict[str, str], bool]:
    """Return the fields of a head by name, and whether it has the strict form.

    A name that itself holds commas is joined again: the kind of geometry marks where it ends, or,
    where that is empty, the fixed number of fields behind it.
    """
    bare = row.rstrip(" \t,，\u3000")
    ended = bare.endswith((HEAD_END, "＠"))
    raw = _comma_fields(bare[:-1] if ended else bare)
    if ended and raw and not raw[-1].strip():
        raw = raw[:-1]
    fields = [field.strip() for field in raw]
    names = (*HEAD_FIELDS, *EXTENDED_FIELDS)
    end = _end_of_name(fields)
    if end > _KIND_AT:
        fields = [*fields[:_NAME_AT], ",".join(fields[_NAME_AT:end]), *fields[end:]]
    strict = ended and len(raw) in (len(HEAD_FIELDS), len(names)) and "，" not in row
    return dict.fromkeys(HEAD_FIELDS, "") | dict(zip(names, fields, strict=False)), strict


def _end_of_name(fields: list[str]) -> int:
    """Return the index of the kind of geometry, which follows the name."""
    for at in range(_KIND_AT, len(fields)):
        if fields[at] in _KINDS:
            return at
    plain = len(fields) - _TAIL
    longest = len(HEAD_FIELDS) + len(EXTENDED_FIELDS)
    return plain if len(HEAD_FIELDS) < len(fields) < longest - 1 else _KIND_AT


def _comma_fields(row: str) -> list[str]:
    """Split at half-width commas; at full-width ones too where there are too few of the others."""
    fields = row.split(",")
    return fields if len(fields) >= len(HEAD_FIELDS) else row.replace("，", ",").split(",")
