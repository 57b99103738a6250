"""GeoJSON: the form of layers that a file comparison can read, one feature a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from gangqu_gis.crs import STORAGE_EPSG, STORAGE_URN
from gangqu_gis.documents import decode
from gangqu_gis.errors import InputError
from gangqu_gis.layerfile.rows import Row, StoredFeature, geometry_of, record_of
from gangqu_gis.messages import message
from gangqu_gis.records import framed, record_text
from gangqu_gis.schema import Schema

_ACCEPTED_CRS = re.compile(
    rf"(urn:ogc:def:crs:EPSG:[^:]*:|EPSG:){STORAGE_EPSG}", flags=re.IGNORECASE
)


def rows_in(raw: bytes, *, shown: str) -> list[Row]:
    """Return the features of a layer, each with its line in the file.

    Raises
    ------
    InputError
        No JSON, no FeatureCollection, without the ``crs`` member or with another one.
    """
    source = decode(raw, shown=shown)
    document = _parse(source, shown)
    _check_crs(document, shown)
    entries = document.get("features")
    if not isinstance(entries, list):
        raise InputError(message("layer.no_features"), file=shown)
    lines = _feature_lines(source, len(entries))
    return [
        _row(entry, shown, line, number)
        for number, (entry, line) in enumerate(zip(entries, lines, strict=True), 1)
    ]


def format_layer(name: str, features: Iterable[StoredFeature], schema: Schema) -> str:
    """Return the text of a layer: one feature a line, stable key order, nine decimals."""
    return framed(name, [record_text(record_of(feature), schema) for feature in features])


def _parse(source: str, shown: str) -> dict[str, Any]:
    try:
        document = json.loads(source, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        text = source.strip()
        cut = not text or (text.startswith("{") and not text.endswith("}"))
        key = "layer.truncated" if cut else "layer.not_json"
        raise InputError(message(key, reason=error.msg), file=shown, line=error.lineno) from None
    except _NotFinite as error:
        found = re.search(rf"[\[,:\s]{re.escape(str(error))}\s*[,\]}}]", source)
        line = source.count("\n", 0, found.start() + 1) + 1 if found else None
        raise InputError(message("layer.not_finite", value=error), file=shown, line=line) from None
    except RecursionError:
        raise InputError(message("layer.not_json", reason="nesting"), file=shown) from None
    except ValueError as error:
        raise InputError(message("layer.not_json", reason=error), file=shown) from None
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise InputError(message("layer.no_collection"), file=shown, line=1)
    return document


class _NotFinite(ValueError):
    """NaN or Infinity stands in the file."""


def _refuse_constant(text: str) -> NoReturn:
    raise _NotFinite(text)


def _check_crs(document: Mapping[str, Any], shown: str) -> None:
    member = document.get("crs")
    if member is None:
        raise InputError(message("layer.no_crs", urn=STORAGE_URN), file=shown)
    properties = member.get("properties") if isinstance(member, dict) else None
    declared = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(declared, str) or not _ACCEPTED_CRS.fullmatch(declared):
        raise InputError(
            message("layer.other_crs", declared=str(declared), urn=STORAGE_URN), file=shown
        )


def _feature_lines(source: str, count: int) -> list[int]:
    """Return the line on which each feature begins."""
    decoder = json.JSONDecoder()
    position, lines, line, counted = _start_of_features(source, decoder), [], 1, 0
    for _ in range(count):
        position = _skip(source, position, ",")
        line += source.count("\n", counted, position)
        counted = position
        lines.append(line)
        _, position = decoder.raw_decode(source, position)
    return lines


def _start_of_features(source: str, decoder: json.JSONDecoder) -> int:
    """Return where the list of the top-level key "features" begins: the last one counts."""
    position, start = _skip(source, 0, "{"), 0
    while position < len(source) and source[position] != "}":
        key, position = decoder.raw_decode(source, position)
        position = _skip(source, position, ":")
        if key == "features":
            start = position + 1
        _, position = decoder.raw_decode(source, position)
        position = _skip(source, position, ",")
    return start


def _skip(source: str, position: int, mark: str) -> int:
    """Return the position after white space and ``mark``."""
    while position < len(source) and source[position] in " \t\r\n\ufeff" + mark:
        position += 1
    return position


def _row(entry: Any, shown: str, line: int, number: int) -> Row:
    if not isinstance(entry, dict) or entry.get("type") != "Feature":
        raise InputError(message("layer.no_feature", number=number), file=shown, line=line)
    properties = entry.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise InputError(message("layer.no_properties", number=number), file=shown, line=line)
    raw = entry.get("geometry")
    geometry, fault = geometry_of(raw)
    return Row(properties or {}, geometry, line, fault, raw if geometry is None else None)
