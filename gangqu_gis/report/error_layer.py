"""The error layer: what is wrong and where, as a GeoPackage for QGIS and ArcGIS.

Layers ``points``, ``lines`` and ``polygons`` hold the findings that have a shape there, and the
polygons of the area checks that block; the table ``no_geometry`` holds the rest.  All four
always exist, with the same fields.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gangqu_gis.checks import Verdict
from gangqu_gis.crs import STORAGE_EPSG
from gangqu_gis.files import write_whole
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.gate import Blocker, run_gate
from gangqu_gis.gdal import Column, Drawn, Target, clock_at, write_layer
from gangqu_gis.report.characters import legal
from gangqu_gis.report.model import Report, data_day

FIELDS = (
    "rule",
    "severity",
    "subject",
    "message",
    "measured",
    "limit",
    "unit",
    "remedy",
    "place",
)
#: Layer, its geometry type, and the dimension of what goes there.
LAYERS = (
    ("points", "MultiPoint", 0),
    ("lines", "MultiLineString", 1),
    ("polygons", "MultiPolygon", 2),
)
TABLE = "no_geometry"
_NUMBERS = ("measured", "limit")

#: What a blocking area check is in the layer's terms: a schematic shape accuses nobody.
SEVERITIES = {
    Verdict.DIFFER: Severity.ERROR,
    Verdict.MISSING: Severity.ERROR,
    Verdict.REVIEW: Severity.WARNING,
    Verdict.INDICATIVE: Severity.NOTE,
}

Row = Mapping[str, Any]


def write_error_layer(path: Path, report: Report, *, lang: str) -> None:
    """Write the error layer of ``report`` to ``path``, whole, in EPSG:4490.

    Without a gate in the report, the checks are those that block the whole plan.

    Raises
    ------
    InputError
        The file cannot be written; an old file is untouched.
    """
    rows = list(_rows(report, lang))
    with tempfile.TemporaryDirectory(prefix="gangqu-") as folder:
        draft = Path(folder) / "findings.gpkg"
        _write(draft, rows, data_day(report))
        write_whole(path, draft.read_bytes())


def _rows(report: Report, lang: str) -> Iterator[tuple[Row, BaseGeometry | None]]:
    """Yield every row with its shape in EPSG:4490."""
    for finding in report.findings:
        yield _of_finding(finding, lang), finding.shape
    gate = report.gate or run_gate(report.assessment)
    by_id = report.assessment.plan.by_id
    for blocker in gate.blockers:
        if blocker.check is not None and blocker.check.kind == "area":
            features = [by_id[id_] for id_ in blocker.check.features if id_ in by_id]
            shapes = [f.geometry for f in features if f.geometry is not None]
            yield _of_blocker(blocker, lang), _together(shapes)


def _of_finding(finding: Finding, lang: str) -> Row:
    values = (
        finding.rule,
        finding.severity.value,
        " ".join(finding.subjects),
        finding.text.render(lang),
        finding.measured,
        finding.limit,
        finding.unit,
        finding.remedy.render(lang),
        finding.place,
    )
    return dict(zip(FIELDS, values, strict=True))


def _of_blocker(blocker: Blocker, lang: str) -> Row:
    """Return the row of an area check: its difference is measured, its tolerance is the limit."""
    check = blocker.check
    assert check is not None
    values = (
        check.rule,
        SEVERITIES[check.verdict].value,
        " ".join(check.features),
        blocker.text.render(lang),
        check.difference_m2,
        check.tolerance.value_m2 if check.tolerance else None,
        "㎡",
        blocker.remedy.render(lang),
        check.place,
    )
    return dict(zip(FIELDS, values, strict=True))


def _together(shapes: list[BaseGeometry]) -> BaseGeometry | None:
    """Return polygons as one multipolygon, as they are drawn: nothing is dissolved or repaired."""
    if not shapes:
        return None
    return shapely.multipolygons([p for shape in shapes for p in shapely.get_parts(shape)])


def _write(path: Path, rows: list[tuple[Row, BaseGeometry | None]], day: date) -> None:
    target, crs = Target(path, "GPKG"), f"EPSG:{STORAGE_EPSG}"
    with clock_at(day):
        for layer, geometry_type, dimension in LAYERS:
            chosen = [
                (row, shape)
                for row, whole in rows
                if whole is not None and (shape := _of_dimension(whole, dimension)) is not None
            ]
            drawn = Drawn([shape for _, shape in chosen], geometry_type, crs)
            write_layer(target, layer, _columns([row for row, _ in chosen]), drawn)
        bare = [row for row, shape in rows if shape is None or shape.is_empty]
        write_layer(target, TABLE, _columns(bare), None)


def _columns(rows: Sequence[Row]) -> list[Column]:
    return [
        Column(
            name,
            "number" if name in _NUMBERS else "text",
            [legal(v) if isinstance(v, str) else v for v in (row[name] for row in rows)],
        )
        for name in FIELDS
    ]


def _of_dimension(shape: BaseGeometry, dimension: int) -> BaseGeometry | None:
    """Return the parts of ``shape`` that are points, lines or polygons."""
    parts = [p for p in _simple_parts(shape) if shapely.get_dimensions(p) == dimension]
    if not parts:
        return None
    build = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[dimension]
    whole: BaseGeometry = build(parts)
    return whole


def _simple_parts(shape: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "GeometryCollection" or part.geom_type.startswith("Multi"):
            yield from _simple_parts(part)
        elif part.geom_type == "LinearRing":
            yield shapely.LineString(part)
        elif not part.is_empty:
            yield part
