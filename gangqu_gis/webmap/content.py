"""The tables and sums of a page, as data/maps.toml declares them: figures as printed.

No arithmetic: the only numbers made here are the lengths of the bars of a sum.
"""

from __future__ import annotations

from typing import Any

from gangqu_gis.assessment import Assessment
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.figures import Figure, Term
from gangqu_gis.layers import Feature
from gangqu_gis.messages import Text, message, plain
from gangqu_gis.webmap import areas, entries, style
from gangqu_gis.webmap.pages import Block, Part, stated
from gangqu_gis.webmap.view import View

Entry = dict[str, Any]


def blocks(view: View) -> list[Entry]:
    """Return the page's blocks; one without any content is left out."""
    makers = {"features": _feature_table, "matrix": _matrix, "sum": _sum}
    made = [makers[block.form](block, view) for block in view.page.blocks]
    return [entry for entry in made if entry is not None]


def year_section(view: View) -> list[Entry]:
    """Return what the plan states for each year of its period; nothing where it states nothing."""
    plan, site = view.assessment.plan, view.site
    first, last = plan.workspace.plan_period
    found = []
    for year in map(str, range(first, last + 1)):
        figures = [
            figure
            for quantity in site.year_quantities
            for figure in stated(plan, site.year_subject, quantity, year)
        ]
        marks = [f for f in plan.register.figures.values() if _is_milestone(f, year)]
        cards = [_typeset(cell) for cell in _cells(figures, view)]
        found.append({"year": year, "figures": cards, "marks": _cells(marks, view)})
    return [{"years": found}] if any(entry["figures"] for entry in found) else []


def _typeset(cell: Entry) -> Entry:
    """Return a card's figure with ㎡ where a table of the plan could only write m2."""
    return {**cell, "stated": cell["stated"].replace("m2", "㎡")}


def disputed(figure: Figure, assessment: Assessment) -> list[Check]:
    """Return the checks that find a figure in contradiction with others."""
    checks = assessment.checks
    return [c for c in checks if c.verdict is Verdict.INCONSISTENT and figure.id in c.figures]


def _is_milestone(figure: Figure, year: str) -> bool:
    return figure.quantity.dimension == "calendar_year" and figure.printed == year


def _cells(figures: list[Figure], view: View) -> list[Entry]:
    """Return figures that say the same only once."""
    cells = {f.stated: f for f in reversed(figures)} if len(figures) > 1 else None
    shown = figures if cells is None else [f for f in figures if cells.get(f.stated) is f]
    return [
        {
            **entries.figure_entry(f, view.lang),
            "disputed": [view.say(c.title) for c in disputed(f, view.assessment)],
        }
        for f in shown
    ]


def _table(block: Block, view: View, columns: list[Text], rows: list[Entry]) -> Entry | None:
    if not rows:
        return None
    return {
        "form": "table",
        "title": view.say(block.title),
        "note": view.say(block.note),
        "columns": [view.say(column) for column in columns],
        "rows": rows,
    }


def _matrix(block: Block, view: View) -> Entry | None:
    """Return subjects against quantities; what the plan does not state stays empty."""
    plan = view.assessment.plan
    found = {
        (subject, quantity): stated(plan, subject, quantity)
        for subject in block.subjects
        for quantity in block.quantities
    }
    used = [q for q in block.quantities if any(found[s, q] for s in block.subjects)]
    terms = {figure.quantity.id: figure.quantity for row in found.values() for figure in row}
    rows = []
    for subject in block.subjects:
        figures = [figure for q in used for figure in found[subject, q]]
        if not figures:
            continue
        term = figures[0].subject
        cells = [{"figures": _cells(found[subject, q], view)} for q in used]
        rows.append({"ref": _ref(term, view), "head": view.say(term.label), "cells": cells})
    return _table(block, view, [terms[q].label for q in used], rows)


def _feature_table(block: Block, view: View) -> Entry | None:
    """Return one row a feature: attributes, stated figures, measured area, verdicts."""
    plan = view.assessment.plan
    features = [f for f in plan.polygons() if f.kind in block.kinds]
    fields = {field.name: field for kind in view.all_polygons for field in kind.fields}
    columns = [fields[name].label for name in block.attributes]
    columns += [message("map.column_stated")] if block.quantities else []
    measured = not set(block.kinds) <= view.site.symbols
    columns += [message("map.column_measured")] if measured else []
    rows = []
    for feature in features:
        cells: list[Entry] = [
            {"text": str(feature.properties.get(name) or "")} for name in block.attributes
        ]
        if block.quantities:
            own = [f for f in _about(feature, view) if f.quantity.id in block.quantities]
            cells.append({"figures": _cells(own, view), "none": view.say(_unstated(feature))})
        if measured:
            cells.append(_measured_cell(feature, view))
        ref = entries.reference_of(feature, view.assessment)
        rows.append({"ref": ref, "head": feature.name(view.lang), "cells": cells})
    return _table(block, view, columns, rows)


def _about(feature: Feature, view: View) -> list[Figure]:
    return view.assessment.plan.register.of_feature(feature.id) if feature.id else []


def _unstated(feature: Feature) -> Text:
    placeholder = entries.is_placeholder(feature)
    return message("map.placeholder_short" if placeholder else "map.no_own_figure")


def _measured_cell(feature: Feature, view: View) -> Entry:
    measured = view.assessment.measured.get(entries.reference_of(feature, view.assessment))
    if measured is None or measured.ellipsoidal_m2 is None or entries.is_placeholder(feature):
        return {"text": "-"}
    area = areas.hectares(measured.ellipsoidal_m2, 2)
    basis = message(f"basis.{measured.basis}")
    return {"text": view.say(area), "small": view.say(basis)}


def _ref(term: Term, view: View) -> str | None:
    return term.feature if term.feature in view.assessment.plan.by_id else None


def _sum(block: Block, view: View) -> Entry | None:
    plan = view.assessment.plan
    totals = stated(plan, *block.total)
    parts = [(part, stated(plan, part.subject, part.quantity)) for part in block.parts]
    if not totals or not all(figures for _, figures in parts):
        return None
    total = totals[0]
    firsts = {figures[0].id for _, figures in parts}
    checks = [
        c
        for c in view.assessment.checks
        if not c.features and total.id in c.figures and firsts <= set(c.figures)
    ]
    return {
        "form": "sum",
        "title": view.say(block.title),
        "note": view.say(block.note),
        "total": _cells([total], view)[0],
        "parts": [_part(part, figures[0], total, view) for part, figures in parts],
        "beside": [_beside(part, view) for part in block.beside],
        "checks": [entries.check_entry(check, view.lang) for check in checks],
    }


def _share(figure: Figure, total: Figure) -> float:
    whole = float(total.base_value)
    return round(float(figure.base_value) / whole, 4) if whole > 0 else 0.0


def _part(part: Part, figure: Figure, total: Figure, view: View) -> Entry:
    """Return a part of a sum with its pieces; a piece without a figure has no length of its own."""
    plan = view.assessment.plan
    pieces = []
    for feature in (f for f in plan.polygons() if f.kind in part.kinds):
        own = [f for f in _about(feature, view) if f.quantity.id == part.quantity]
        pieces.append(
            {
                "ref": entries.reference_of(feature, view.assessment),
                "label": feature.name(view.lang),
                "stated": own[0].stated if own else "",
                "place": str(own[0].place) if own else "",
                "share": _share(own[0], total) if own else None,
            }
        )
    kind = next((k for k in view.all_polygons if k.id in part.kinds), None)
    colour = style.outline(view.position_of(kind)) if kind else style.outline(0)
    return {
        **entries.figure_entry(figure, view.lang),
        "share": _share(figure, total),
        "colour": colour,
        "pieces": pieces,
        "none": view.say(message("map.no_own_figure")),
    }


def _beside(part: Part, view: View) -> Entry:
    figures = stated(view.assessment.plan, part.subject, part.quantity)
    ref = _ref(figures[0].subject, view) if figures else None
    label = figures[0].subject.label if figures else plain(part.subject)
    return {
        "label": view.say(label),
        "figures": _cells(figures, view),
        "note": view.say(part.note),
        "ref": ref,
    }
