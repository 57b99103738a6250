"""A page as one JSON-able dictionary for one language: what the page's script draws.

Pure selection and wording: no area and no verdict is computed here.
"""

from __future__ import annotations

from typing import Any

from gangqu_gis.assessment import Assessment
from gangqu_gis.messages import catalogue, message
from gangqu_gis.webmap import entries, groups, packed, plane, style
from gangqu_gis.webmap.basemap import NO_BASEMAP, Basemap
from gangqu_gis.webmap.pages import Page, read_site
from gangqu_gis.webmap.sections import sections
from gangqu_gis.webmap.titleblock import title_block
from gangqu_gis.webmap.view import View

Entry = dict[str, Any]


def index_payload(assessment: Assessment, lang: str) -> Entry:
    """Return everything that the overview page shows, in ``lang``."""
    site = read_site(assessment.plan)
    return page_payload(View(assessment, site, site.pages[0], lang), [site.pages[0]])


def page_payload(view: View, pages: list[Page], basemap: Basemap = NO_BASEMAP) -> Entry:
    """Return everything that a page shows; ``pages`` are those that it links to."""
    assessment, lang = view.assessment, view.lang
    plan = assessment.plan
    large = packed.packed_kinds(view)
    plain = [f for f in view.features if not packed.fits(f, large)]
    reference = [f for kind in view.lines for f in groups.of_kind(assessment, kind)]
    return {
        "lang": lang,
        "page": view.page.id,
        "layout": view.page.layout,
        "judges": view.judges,
        "pages": navigation(pages, view.page, lang),
        "texts": page_texts(lang),
        "title": title_block(view, tiles=basemap.name != "none"),
        "place": view.say(plan.workspace.place),
        "warning": groups.warning(view.features, assessment, lang),
        "extent": groups.extent(view.features, reference),
        "groups": [groups.group(kind, view, listed=kind.id not in large) for kind in view.polygons],
        "features": [
            entries.polygon_entry(f, assessment, lang, symbols=view.site.symbols)
            for f in plain
        ],
        "packed": packed.pack(view, large),
        "base": [groups.base_group(kind, assessment, lang) for kind in view.lines],
        "reference": groups.reference_lines(view),
        "sea": None if basemap.layers else groups.sea(assessment, view.lines),
        "land_use": groups.land_use(view.coloured, assessment, lang),
        "bases": groups.bases(view.features, assessment, lang),
        "verdicts": _verdicts(assessment, lang),
        "placeholder": view.say(message("map.placeholder_long")),
        "plane": plane.parameters(plan.workspace.planar_crs, lang),
        "basemap": basemap.entry(lang),
        "sections": sections(view),
    }


def navigation(pages: list[Page], current: Page, lang: str) -> list[Entry]:
    """Return the links between the pages, the current one marked."""
    return [
        {
            "file": page.file,
            "label": page.short.render(lang),
            "title": page.title.render(lang),
            "current": page.id == current.id,
        }
        for page in pages
    ]


def page_texts(lang: str) -> dict[str, str]:
    """Return the words of the page's own controls, by name."""
    named = [(key.partition("."), text) for key, text in catalogue().items()]
    return {
        name.removeprefix("ui_"): text.render(lang)
        for (group, _, name), text in named
        if group == "map" and name.startswith("ui_")
    }


def _verdicts(assessment: Assessment, lang: str) -> list[Entry]:
    rows_ = []
    for verdict, count in assessment.verdicts.items():
        colour, glyph = style.badge(verdict)
        label = verdict.label.render(lang)
        rows_.append(
            {"id": verdict.value, "label": label, "count": count, "colour": colour, "glyph": glyph}
        )
    return rows_
