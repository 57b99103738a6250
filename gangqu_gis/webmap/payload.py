"""An assessment as one JSON-able dictionary for one language: what the page's script draws.

Pure selection and wording: no area and no verdict is computed here.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from gangqu_gis import crs
from gangqu_gis.assessment import Assessment
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.figures import Figure
from gangqu_gis.findings import Finding
from gangqu_gis.layers import Feature
from gangqu_gis.messages import Text, catalogue, message, plain
from gangqu_gis.schema import Kind
from gangqu_gis.webmap import entries, shapes, style

#: How many of the plan's figures the page shows at its head.
KEY_FIGURES = 6
_BASES = ("surveyed", "digitized", "schematic")

Entry = dict[str, Any]


def index_payload(assessment: Assessment, lang: str) -> Entry:
    """Return everything that the overview page shows, in ``lang``."""
    plan = assessment.plan
    polygons = [k for k in plan.schema.kinds.values() if k.geometry == "polygon"]
    lines = [k for k in plan.schema.kinds.values() if k.geometry == "line"]
    features = [entries.polygon_entry(f, assessment, lang) for f in plan.polygons()]
    reference = [f for kind in lines for f in _of_kind(assessment, kind)]
    return {
        "lang": lang,
        "texts": page_texts(lang),
        "title": title_block(assessment, message("map.index_title"), lang),
        "place": plan.workspace.place.render(lang),
        "warning": _warning(assessment, lang),
        "extent": _extent(plan.polygons(), reference),
        "groups": [_group(k, i, assessment, lang) for i, k in enumerate(polygons)],
        "features": features,
        "base": [_base_group(kind, assessment, lang) for kind in lines],
        "reference": [entries.line_entry(f, assessment, lang) for f in reference],
        "sea": _sea(assessment, lines),
        "land_use": _land_use(polygons, assessment, lang),
        "bases": _bases(plan.polygons(), assessment, lang),
        "key_figures": [_key_figure(f, assessment, lang) for f in key_figures(assessment)],
        "verdicts": _verdicts(assessment, lang),
        "contradictions": _contradictions(assessment, lang),
        "findings": [_finding(finding, lang) for finding in assessment.findings],
        "placeholder": message("map.placeholder_long").render(lang),
    }


def page_texts(lang: str) -> dict[str, str]:
    """Return the words of the page's own controls, by name."""
    named = [(key.partition("."), text) for key, text in catalogue().items()]
    return {
        name.removeprefix("ui_"): text.render(lang)
        for (group, _, name), text in named
        if group == "map" and name.startswith("ui_")
    }


def title_block(assessment: Assessment, page: Text, lang: str) -> Entry:
    """Return the title block: what the sheet is, who made it, from which data, in which CRS."""
    workspace = assessment.plan.workspace
    first, last = workspace.plan_period
    rows = [
        ("authority", plain(workspace.authority)),
        ("version", plain(workspace.plan_version)),
        ("period", plain(f"{first}-{last}")),
        ("date", plain(workspace.data_date)),
        ("crs", message("map.crs_line", planar=crs.label(crs.planar(workspace.planar_crs)))),
        ("area", message("map.area_line")),
    ]
    return {
        "plan": workspace.title.render(lang),
        "page": page.render(lang),
        "document": message("map.page_title", title=workspace.title, page=page).render(lang),
        "authority": workspace.authority,
        "date": workspace.data_date,
        "rows": [
            {"label": message(f"map.block_{name}").render(lang), "value": text.render(lang)}
            for name, text in rows
        ],
        "notice": workspace.draft_notice.render(lang),
    }


def key_figures(assessment: Assessment) -> list[Figure]:
    """Return the figures of the plan period on which most rules rest, in the order of the plan.

    Figures about a single feature stand in its own card and are left out, and of figures that
    state the same quantity of the same subject the first is taken.
    """
    plan = assessment.plan
    period = "-".join(map(str, plan.workspace.plan_period))
    uses = Counter(figure for rule in plan.rules for figure in rule.figures)
    first: dict[tuple[str, str], Figure] = {}
    weight: Counter[str] = Counter()
    for figure in plan.register.figures.values():
        if figure.period == period and figure.subject.feature is None:
            shown = first.setdefault((figure.subject.id, figure.quantity.id), figure)
            weight[shown.id] = max(weight[shown.id], uses[figure.id])
    chosen = {id_ for id_, _ in weight.most_common(KEY_FIGURES)}
    return [figure for figure in first.values() if figure.id in chosen]


def _key_figure(figure: Figure, assessment: Assessment, lang: str) -> Entry:
    disputed = [
        check.title.render(lang)
        for check in assessment.checks
        if check.verdict is Verdict.INCONSISTENT and figure.id in check.figures
    ]
    return {**entries.figure_entry(figure, lang), "disputed": disputed}


def _of_kind(assessment: Assessment, kind: Kind) -> list[Feature]:
    return [f for f in assessment.plan.features if f.layer == kind.layer and f.kind == kind.id]


def _extent(polygons: list[Feature], reference: list[Feature]) -> list[list[float]] | None:
    """Return the extent of the described features; of everything where there are none."""
    described = [f.geometry for f in polygons if not entries.is_placeholder(f)]
    return shapes.extent(described) or shapes.extent(f.geometry for f in reference)


def _group(kind: Kind, position: int, assessment: Assessment, lang: str) -> Entry:
    colour, _ = style.land_use(kind.land_use)
    features = _of_kind(assessment, kind)
    return {
        "id": kind.id,
        "label": kind.label.render(lang),
        "colour": colour,
        "outline": style.outline(position),
        "light": style.covers_an_area(kind),
        "angle": 45 if position % 2 == 0 else -45,
        "features": [entries.reference_of(f, assessment) for f in features],
        "bases": sorted({entries.basis_of(f, assessment) for f in features}),
        **_sums(kind, features, assessment, lang),
    }


def _sums(kind: Kind, features: list[Feature], assessment: Assessment, lang: str) -> Entry:
    """Return the sums of the measured ellipsoidal areas; none where features overlap by design.

    A placeholder stands for no land and a withheld area is no number: both are left out, and
    the entry says so.
    """
    if kind.allows_overlap_with(kind):
        return {"ha": "", "mu": "", "sum_note": message("map.sum_overlapping").render(lang)}
    areas = [
        part.ellipsoidal_m2
        for f in features
        if not entries.is_placeholder(f)
        and (part := assessment.measured.get(entries.reference_of(f, assessment))) is not None
        and part.ellipsoidal_m2 is not None
    ]
    out = len(features) - len(areas)
    total = sum(areas)
    return {
        "ha": entries.hectares(total, 2).render(lang) if areas else "",
        "mu": entries.mu(total).render(lang) if areas else "",
        "sum_note": message("map.sum_left_out", count=out).render(lang) if out else "",
    }


def _base_group(kind: Kind, assessment: Assessment, lang: str) -> Entry:
    features = _of_kind(assessment, kind)
    return {
        "id": kind.id,
        "label": kind.label.render(lang),
        "role": style.line_role(kind),
        "count": len(features),
        "error": _error_range(features, lang),
    }


def _error_range(features: list[Feature], lang: str) -> str:
    errors = [e for f in features if (e := f.number_of("uncertainty_m")) is not None]
    if not errors:
        return ""
    low, high = f"{min(errors):g}", f"{max(errors):g}"
    key = "map.error_single" if low == high else "map.error_range"
    params = {"low": low} if low == high else {"low": low, "high": high}
    return message(key, **params).render(lang)


def _sea(assessment: Assessment, lines: list[Kind]) -> Entry | None:
    land = [f.geometry for f in assessment.plan.polygons() if f.geometry is not None]
    for kind in lines:
        if style.line_role(kind) != "coast":
            continue
        for feature in _of_kind(assessment, kind):
            if feature.geometry is not None:
                return shapes.sea(feature.geometry, land)
    return None


def _land_use(polygons: list[Kind], assessment: Assessment, lang: str) -> list[Entry]:
    """Return the land-use classes that are on the map, in code order."""
    present = sorted({kind.land_use for kind in polygons if _of_kind(assessment, kind)})
    rows = []
    for code in present:
        colour, name = style.land_use(code)
        label = message("map.land_use_code", code=code, name=name).render(lang)
        rows.append({"code": code, "label": label, "colour": colour})
    return rows


def _bases(features: list[Feature], assessment: Assessment, lang: str) -> list[Entry]:
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


def _warning(assessment: Assessment, lang: str) -> str:
    drawn = [f for f in assessment.plan.polygons() if f.geometry is not None]
    count = sum(entries.basis_of(f, assessment) == "schematic" for f in drawn)
    if not count:
        return ""
    if count == len(drawn):
        return message("map.all_schematic", count=count).render(lang)
    return message("map.some_schematic", count=count, total=len(drawn)).render(lang)


def _verdicts(assessment: Assessment, lang: str) -> list[Entry]:
    rows = []
    for verdict, count in assessment.verdicts.items():
        colour, glyph = style.badge(verdict)
        label = verdict.label.render(lang)
        rows.append(
            {"id": verdict.value, "label": label, "count": count, "colour": colour, "glyph": glyph}
        )
    return rows


def _contradictions(assessment: Assessment, lang: str) -> list[Entry]:
    open_: list[Check] = [c for c in assessment.checks if c.verdict is Verdict.INCONSISTENT]
    return [entries.check_entry(check, lang) for check in open_]


def _finding(finding: Finding, lang: str) -> Entry:
    return {
        "severity": finding.severity.value,
        "subject": finding.subject,
        "text": finding.text.render(lang),
        "remedy": finding.remedy.render(lang),
        "place": finding.place,
    }
