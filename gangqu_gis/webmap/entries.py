"""One feature or one check of an assessment as the page's script reads it: words and numbers.

Pure selection and wording.  Every number was measured or judged elsewhere; here it is rounded
half-up and given its unit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gangqu_gis.assessment import Assessment
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.figures import Figure
from gangqu_gis.layers import Feature
from gangqu_gis.messages import Text, message, plain
from gangqu_gis.reconcile import Measured
from gangqu_gis.schema import SIDES, Field
from gangqu_gis.units import shortest, unit
from gangqu_gis.webmap import shapes
from gangqu_gis.webmap.areas import both_areas, hectares
from gangqu_gis.webmap.pinyin import pinyin_keys

#: Fields that a card shows in places of their own, or not at all.
_SHOWN_ELSEWHERE = frozenset(
    (
        "id kind name name_en basis uncertainty_m bounds figures described"
        " note note_en drawing_note drawing_note_en"
    ).split()
)

Entry = dict[str, Any]


def reference_of(feature: Feature, assessment: Assessment) -> str:
    """Return what the page calls a feature: its id where that is unique, else its position."""
    unique = assessment.plan.by_id.get(feature.id) is feature
    return feature.id if unique else f"{feature.layer}#{feature.number}"


def is_placeholder(feature: Feature) -> bool:
    """Whether the plan declares the feature and does not describe it."""
    return feature.properties.get("described") is False


def polygon_entry(
    feature: Feature, assessment: Assessment, lang: str, *, symbols: frozenset[str] = frozenset()
) -> Entry:
    """Return a polygon feature with its areas, stated figures and checks.

    A feature of a kind in ``symbols`` is drawn to show where it is: its area says nothing.
    """
    symbol = feature.kind in symbols
    ref = reference_of(feature, assessment)
    measured = assessment.measured.get(ref)
    entry = line_entry(feature, assessment, lang)
    entry.update(
        at=shapes.label_point(feature.geometry),
        placeholder=is_placeholder(feature),
        symbol=symbol,
        area=None if symbol else both_areas(measured, lang),
        withheld=_withheld(measured, feature, lang),
        tag=message("map.symbol").render(lang) if symbol else _tag(feature, measured, lang),
        figures=[figure_entry(f, lang) for f in _figures_of(feature, assessment)],
        checks=[check_entry(c, lang) for c in _checks_of(feature, ref, assessment)],
        bounds=_bounds(feature, assessment, lang),
    )
    return entry


def line_entry(feature: Feature, assessment: Assessment, lang: str) -> Entry:
    """Return what every feature has: names, kind, basis, geometry, attributes, note."""
    ref = reference_of(feature, assessment)
    basis = basis_of(feature, assessment)
    name, english = feature.name(), feature.name("en")
    return {
        "ref": ref,
        "id": feature.label,
        "kind": feature.kind,
        "name": feature.name(lang),
        "other_name": other_name(feature, lang),
        "keys": list(dict.fromkeys((name, english, feature.label, *pinyin_keys(name)))),
        "basis": basis,
        "basis_label": _basis_label(feature, basis).render(lang),
        "geometry": shapes.geojson(feature.geometry),
        "attributes": _attributes(feature, assessment, lang),
        "note": _note(feature, lang),
        "history": _history(feature, assessment, lang),
    }


def other_name(feature: Feature, lang: str) -> str:
    """Return the name in the other language, where it is another."""
    names = (feature.name(), feature.name("en"))
    return next((name for name in names if name != feature.name(lang)), "")


def _history(feature: Feature, assessment: Assessment, lang: str) -> list[str]:
    """Return the change sets that touched a feature, latest first."""
    ids = frozenset((feature.id,))
    touched = [entry for entry in assessment.plan.history.entries if entry.touches(ids)]
    lines = []
    for entry in reversed(touched):
        provenance = entry.provenance or {}
        basis = str(provenance.get("basis", "schematic"))
        known = basis if basis in ("surveyed", "digitized") else "schematic"
        line = message(
            "map.history_line",
            number=entry.number,
            day=entry.time[:10],
            by=entry.by,
            reason=entry.reason,
            basis=message(f"basis.{known}"),
            reference=provenance.get("reference", ""),
        )
        lines.append(line.render(lang).rstrip())
    return lines


def basis_text(feature: Feature, assessment: Assessment, lang: str) -> str:
    """Return what the packed form says of a feature's basis, as JSON: few features differ."""
    basis = basis_of(feature, assessment)
    label = _basis_label(feature, basis).render(lang)
    return _compact({"basis": basis, "basis_label": label})


def detail_text(
    feature: Feature, checks: list[Check], assessment: Assessment, lang: str, *, stated: bool
) -> str:
    """Return what the packed form says of a feature besides its areas, as JSON.

    A check that only says that nothing is stated is left out: the verdict says it.
    """
    own = _figures_of(feature, assessment) if stated or "figures" in feature.properties else []
    telling = [check for check in checks if check.verdict is not Verdict.UNSTATED]
    measured = assessment.measured.get(reference_of(feature, assessment))
    return _compact(
        {
            "figures": [figure_entry(figure, lang) for figure in own],
            "checks": [check_entry(check, lang) for check in telling],
            "bounds": _bounds(feature, assessment, lang),
            "attributes": _attributes(feature, assessment, lang),
            "note": _note(feature, lang),
            "history": _history(feature, assessment, lang),
            "withheld": _withheld(measured, feature, lang),
        }
    )


def _compact(value: Entry) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def basis_of(feature: Feature, assessment: Assessment) -> str:
    """Return the basis that counts: a claimed survey without provenance is schematic."""
    measured = assessment.measured.get(reference_of(feature, assessment))
    return feature.basis if measured is None else measured.basis


def figure_entry(figure: Figure, lang: str) -> Entry:
    """Return a stated figure as printed, with its place in the plan."""
    return {
        "id": figure.id,
        "subject": figure.subject.label.render(lang),
        "label": figure.quantity.label.render(lang),
        "period": figure.period,
        "stated": figure.stated,
        "place": str(figure.place),
        "note": figure.note,
    }


def check_entry(check: Check, lang: str) -> Entry:
    """Return a check: verdict, title, what is stated, formula, cause, note, place."""
    return {
        "rule": check.rule,
        "kind": check.kind,
        "verdict": check.verdict.value,
        "title": check.title.render(lang),
        "features": list(check.features),
        "quantity": check.quantity.render(lang),
        "stated": check.stated_text or "",
        "place": check.place,
        "because": check.because.render(lang),
        "formula": check.formula.render(lang),
        "difference": _difference(check, lang),
        "tolerance": check.tolerance.formula.render(lang) if check.tolerance else "",
        "cause": check.cause.text.render(lang) if check.cause else "",
        "note": "\n".join(t.render(lang) for t in (check.reading, check.note) if t),
    }


def _withheld(measured: Measured | None, feature: Feature, lang: str) -> str:
    fault = feature.geometry_fault if measured is None else measured.withheld
    return fault.render(lang) if fault else ""


def _tag(feature: Feature, measured: Measured | None, lang: str) -> str:
    """Return the second line of the label on the map."""
    if is_placeholder(feature):
        return message("map.placeholder").render(lang)
    if measured is None or measured.ellipsoidal_m2 is None:
        return ""
    area = hectares(measured.ellipsoidal_m2, 2)
    if measured.basis != "schematic":
        return area.render(lang)
    basis = message(f"basis.{measured.basis}")
    return message("map.area_and_basis", area=area, basis=basis).render(lang)


def _basis_label(feature: Feature, basis: str) -> Text:
    declared = message(f"basis.{feature.basis}")
    if basis != feature.basis:
        return message("map.basis_unproven", basis=declared)
    error = feature.number_of("uncertainty_m")
    if error is None:
        return declared
    return message("map.basis_with_error", basis=declared, metres=f"{error:g}")


def _figures_of(feature: Feature, assessment: Assessment) -> list[Figure]:
    """Return the figures about the feature, and those that it names itself."""
    register = assessment.plan.register
    named = feature.properties.get("figures")
    named = [n for n in named if isinstance(n, str)] if isinstance(named, list) else []
    found = register.of_feature(feature.id) if feature.id else []
    found += [register.figures[name] for name in named if name in register.figures]
    return list({figure.id: figure for figure in found}.values())


def _checks_of(feature: Feature, ref: str, assessment: Assessment) -> list[Check]:
    """Return the checks that measure the feature, then those between figures about it."""
    own = {f.id for f in _figures_of(feature, assessment)}
    measuring = assessment.of_feature(ref)
    between = [c for c in assessment.checks if not c.features and own.intersection(c.figures)]
    return measuring + between


def _bounds(feature: Feature, assessment: Assessment, lang: str) -> list[Entry]:
    sides = feature.properties.get("bounds")
    if not isinstance(sides, Mapping):
        return []
    by_id = assessment.plan.by_id
    rows = []
    for side in SIDES:
        ids = sides.get(side)
        if not isinstance(ids, list) or not ids:
            continue
        names = [by_id[i].name(lang) if i in by_id else i for i in map(str, ids)]
        rows.append({"side": message(f"map.bounds_{side}").render(lang), "lines": names})
    return rows


def _attributes(feature: Feature, assessment: Assessment, lang: str) -> list[Entry]:
    kind = assessment.plan.schema.kinds.get(feature.kind)
    if kind is None:
        return []
    shown = [field for field in kind.fields if field.name not in _SHOWN_ELSEWHERE]
    rows = [(field, feature.properties.get(field.name)) for field in shown]
    return [
        {"label": field.label.render(lang), "value": attribute_value(field, value).render(lang)}
        for field, value in rows
        if value not in (None, "", [])
    ]


def attribute_value(field: Field, value: Any) -> Text:
    """Return the value of an attribute in words, with its unit."""
    if isinstance(value, bool):
        return message("map.yes" if value else "map.no")
    if isinstance(value, int | float):
        text = f"{value:g}" if abs(value) < 1e6 else str(value)
        return message("map.metres", value=text) if field.unit == "m" else plain(text)
    if isinstance(value, list):
        return plain(" ".join(map(str, value)))
    return plain(value)


def _note(feature: Feature, lang: str) -> str:
    """Return what the layer remarks on a feature: how it was drawn, and whatever else."""
    remarks = []
    for name in ("drawing_note", "note"):
        english = feature.properties.get(f"{name}_en") if lang == "en" else None
        remarks.append(str(english or feature.properties.get(name) or ""))
    return " ".join(filter(None, remarks)) if lang == "en" else "".join(remarks)


def _difference(check: Check, lang: str) -> str:
    if check.difference is None or check.unit is None:
        return ""
    sign = "+" if check.difference > 0 else ""
    label = unit(check.unit).label.render(lang)
    return f"{sign}{shortest(check.difference, digits=6)} {label}".strip()
