"""The groups of a page: kinds with their features and sums, reference lines, sea, legend rows."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from gangqu_gis import landuse
from gangqu_gis.assessment import Assessment
from gangqu_gis.layers import Feature
from gangqu_gis.messages import message
from gangqu_gis.schema import Kind
from gangqu_gis.webmap import areas, entries, shapes, style
from gangqu_gis.webmap.view import View

#: How many of the polygons bounded by a line its card names; it says how many there are beyond.
MOST_BOUNDED = 40

_BASES = ("surveyed", "digitized", "schematic")

Entry = dict[str, Any]


def of_kind(assessment: Assessment, kind: Kind) -> list[Feature]:
    """Return the features of ``kind``, in file order."""
    return [f for f in assessment.plan.features if f.layer == kind.layer and f.kind == kind.id]


def extent(polygons: list[Feature], reference: list[Feature]) -> list[list[float]] | None:
    """Return the extent of the polygons, placeholders among them; else of the reference lines."""
    drawn = [f.geometry for f in polygons]
    return shapes.extent(drawn) or shapes.extent(f.geometry for f in reference)


def group(kind: Kind, view: View, *, listed: bool = True) -> Entry:
    """Return a polygon kind: its look, its features (unless they are packed) and their sums."""
    assessment, lang = view.assessment, view.lang
    colour, _ = landuse.class_of(kind.land_use)
    features = of_kind(assessment, kind)
    position = view.position_of(kind)
    return {
        "id": kind.id,
        "label": kind.label.render(lang),
        "colour": colour,
        "outline": style.outline(position),
        "light": style.covers_an_area(kind),
        "angle": 45 if position % 2 == 0 else -45,
        "features": [entries.reference_of(f, assessment) for f in features] if listed else [],
        "count": len(features),
        "context": kind.id in view.page.context,
        "bases": sorted({entries.basis_of(f, assessment) for f in features}),
        **_sums(kind, features, view),
    }


def _sums(kind: Kind, features: list[Feature], view: View) -> Entry:
    """Return the sums of the measured ellipsoidal areas; none where features overlap by design.

    A placeholder stands for no land and a withheld area is no number: both are left out, and
    the entry says so.
    """
    assessment, lang = view.assessment, view.lang
    if kind.id in view.site.symbols:
        return {"ha": "", "mu": "", "sum_note": message("map.sum_symbols").render(lang)}
    if kind.allows_overlap_with(kind):
        return {"ha": "", "mu": "", "sum_note": message("map.sum_overlapping").render(lang)}
    held = [
        part.ellipsoidal_m2
        for f in features
        if not entries.is_placeholder(f)
        and (part := assessment.measured.get(entries.reference_of(f, assessment))) is not None
        and part.ellipsoidal_m2 is not None
    ]
    out = len(features) - len(held)
    total = sum(held)
    return {
        "ha": areas.hectares(total, 2).render(lang) if held else "",
        "mu": areas.mu(total).render(lang) if held else "",
        "sum_note": message("map.sum_left_out", count=out).render(lang) if out else "",
    }


def base_group(kind: Kind, assessment: Assessment, lang: str) -> Entry:
    """Return a kind of reference lines."""
    features = of_kind(assessment, kind)
    return {
        "id": kind.id,
        "label": kind.label.render(lang),
        "role": style.line_role(kind),
        "count": len(features),
        "error": _error_range(features, lang),
    }


def reference_lines(view: View) -> list[Entry]:
    """Return the reference lines, each with the polygons of the page that name it as a bound."""
    bounded: dict[str, list[str]] = defaultdict(list)
    for feature in view.features:
        sides = feature.properties.get("bounds")
        lines = sides.values() if isinstance(sides, dict) else ()
        named = {line for ids in lines if isinstance(ids, list) for line in map(str, ids)}
        for line in named:
            bounded[line].append(entries.reference_of(feature, view.assessment))
    features = [f for kind in view.lines for f in of_kind(view.assessment, kind)]
    return [
        {
            **entries.line_entry(f, view.assessment, view.lang),
            "bounded": bounded[f.id][:MOST_BOUNDED],
            "bounded_left_out": max(0, len(bounded[f.id]) - MOST_BOUNDED),
        }
        for f in features
    ]


def _error_range(features: list[Feature], lang: str) -> str:
    errors = [e for f in features if (e := f.number_of("uncertainty_m")) is not None]
    if not errors:
        return ""
    low, high = f"{min(errors):g}", f"{max(errors):g}"
    key = "map.error_single" if low == high else "map.error_range"
    params = {"low": low} if low == high else {"low": low, "high": high}
    return message(key, **params).render(lang)


def sea(assessment: Assessment, lines: list[Kind]) -> Entry | None:
    """Return the polygon to tint as sea, on the far side of the first coast."""
    land = [f.geometry for f in assessment.plan.polygons() if f.geometry is not None]
    for kind in lines:
        if style.line_role(kind) != "coast":
            continue
        for feature in of_kind(assessment, kind):
            if feature.geometry is not None:
                return shapes.sea(feature.geometry, land)
    return None


def land_use(polygons: list[Kind], assessment: Assessment, lang: str) -> list[Entry]:
    """Return the land-use classes that are on the map, in code order.

    Classes of one colour share a row: the eye cannot tell them apart.
    """
    rows: dict[str, Entry] = {}
    for code in sorted({kind.land_use for kind in polygons if of_kind(assessment, kind)}):
        colour, name = landuse.class_of(code)
        label = message("map.land_use_code", code=code, name=name).render(lang)
        row = rows.setdefault(colour, {"label": label, "colour": colour, "more": []})
        if row["label"] != label:
            row["more"].append(label)
    return list(rows.values())


def bases(features: list[Feature], assessment: Assessment, lang: str) -> list[Entry]:
    """Return each basis of a geometry with how many features have it."""
    rows = []
    for basis in _BASES:
        own = [f for f in features if entries.basis_of(f, assessment) == basis]
        rows.append(
            {
                "id": basis,
                "label": message(f"basis.{basis}").render(lang),
                "count": len(own),
                "error": _error_range(own, lang) if basis == "schematic" else "",
            }
        )
    return rows


def warning(features: list[Feature], assessment: Assessment, lang: str) -> str:
    """Return the words that say how much of the page is schematic; "" where nothing is."""
    drawn = [f for f in features if f.geometry is not None]
    count = sum(entries.basis_of(f, assessment) == "schematic" for f in drawn)
    if not count:
        return ""
    if count == len(drawn):
        return message("map.all_schematic", count=f"{count:,}").render(lang)
    return message("map.some_schematic", count=f"{count:,}", total=f"{len(drawn):,}").render(lang)
