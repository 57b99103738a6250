"""What stands on a public sheet: shapes in cells, names, the plan's own figures, the notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gangqu_gis import crs, landuse
from gangqu_gis.assessment import Assessment
from gangqu_gis.layers import Feature
from gangqu_gis.measure import to_crs
from gangqu_gis.messages import Text, message
from gangqu_gis.publicsheet.lattice import cell_of, meeting, on_lattice
from gangqu_gis.publicsheet.settings import Settings
from gangqu_gis.schema import Kind
from gangqu_gis.soundness import geometry_fault
from gangqu_gis.webmap.pages import Site, read_site
from gangqu_gis.webmap.titleblock import notice


@dataclass(frozen=True, slots=True)
class Drawn:
    """One feature: its lattice shape (``None``: a symbol at ``cell``), its words, its kind."""

    kind: str
    shape: Any | None
    cell: tuple[float, float]
    name: str
    figure: str
    schematic: bool


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind is drawn and what the legend calls it."""

    kind: str
    label: str
    geometry: str
    colour: str
    number: int
    is_place: bool


@dataclass(frozen=True, slots=True)
class Content:
    """A whole sheet in one language; shapes are in cells of ``cell_m`` metres."""

    title: str
    subtitle: str
    notice: str
    authority: str
    lang: str
    cell_m: float
    drawn: tuple[Drawn, ...]
    looks: tuple[Look, ...]
    lines: tuple[tuple[str, str], ...]
    words: dict[str, str]


def sheet_content(assessment: Assessment, settings: Settings, lang: str) -> Content:
    """Return what the sheet of ``assessment`` shows."""
    plan = assessment.plan
    site = read_site(plan)
    kinds = [kind for kind in plan.schema.kinds.values() if not kind.is_record]
    drawn = [*_lines(assessment, settings, lang), *_polygons(assessment, site, settings, lang)]
    present = {row.kind for row in drawn}
    looks = [
        _look(kind, number, site, lang) for number, kind in enumerate(kinds) if kind.id in present
    ]
    workspace = plan.workspace
    notices = _notices(assessment, settings)
    if any(row.shape is None and row.kind not in site.symbols for row in drawn):
        notices.append((message("public.small_label"), message("public.small")))
    absent = [f.name(lang) for f in plan.polygons() if _is_undescribed(f)]
    if absent:
        names = "、".join(absent) if lang == "zh" else ", ".join(absent)
        notices.append((message("public.absent_label"), message("public.absent", names=names)))
    return Content(
        title=workspace.title.render(lang),
        subtitle=message("public.subtitle").render(lang),
        notice=notice(plan, site).render(lang),
        authority=workspace.authority.render(lang),
        lang=lang,
        cell_m=settings.cell_m,
        drawn=tuple(drawn),
        looks=tuple(looks),
        lines=tuple((a.render(lang), b.render(lang)) for a, b in notices),
        words={
            name: message(f"public.{name}").render(lang)
            for name in ("legend", "schematic", "symbol", "north", "notes", "metres", "kilometres")
        },
    )


def _polygons(
    assessment: Assessment, site: Site, settings: Settings, lang: str
) -> list[Drawn]:
    """Return the polygons, larger kinds first; what the plan does not describe is left out."""
    found = []
    for feature in assessment.plan.polygons():
        part = assessment.measured.get(feature.id)
        if part is None or part.in_plane is None or part.withheld is not None:
            continue
        if _is_undescribed(feature):
            continue
        symbol = feature.kind in site.symbols
        shape = None if symbol else on_lattice(part.in_plane, settings.cell_m)
        found.append(
            Drawn(
                kind=feature.kind,
                shape=shape,
                cell=cell_of(part.in_plane, settings.cell_m),
                name=feature.name(lang),
                figure="" if symbol else _figure(assessment, feature),
                schematic=part.basis == "schematic",
            )
        )
    return _with_common_borders(found)


def _with_common_borders(drawn: Sequence[Drawn]) -> list[Drawn]:
    """Return polygons of which neighbours of one kind share their border on the lattice."""
    found = list(drawn)
    for kind in dict.fromkeys(row.kind for row in drawn):
        own = [i for i, row in enumerate(drawn) if row.kind == kind and row.shape is not None]
        for i, shape in zip(own, meeting([drawn[i].shape for i in own]), strict=True):
            found[i] = replace(drawn[i], shape=shape)
    return found


def _is_undescribed(feature: Feature) -> bool:
    """Whether the plan declares a feature and does not describe it."""
    return feature.properties.get("described") is False


def _figure(assessment: Assessment, feature: Feature) -> str:
    """Return the area that the plan states for a feature, as printed: never a measured one."""
    stated = assessment.plan.register.of_feature(feature.id)
    areas = [figure for figure in stated if figure.unit.dimension == "area" and not figure.note]
    own = [f for f in areas if f.quantity.id in ("total_area", "land_area")]
    return own[0].stated if own else ""


def _lines(assessment: Assessment, settings: Settings, lang: str) -> list[Drawn]:
    """Return the reference lines: roads, waters, coast."""
    import numpy as np

    plan = assessment.plan
    kinds = plan.schema.kinds
    features = [
        f
        for f in plan.drawn
        if f.kind in kinds and kinds[f.kind].geometry == "line" and not geometry_fault(f)
    ]
    shapes = np.empty(len(features), dtype=object)
    shapes[:] = [feature.geometry for feature in features]
    plane = to_crs(
        shapes, source=crs.storage(), target=crs.planar(plan.workspace.planar_crs)
    )
    return [
        Drawn(f.kind, shape, cell_of(line, settings.cell_m), f.name(lang), "", True)
        for f, line in zip(features, plane, strict=True)
        if (shape := on_lattice(line, settings.cell_m)) is not None
    ]


def _look(kind: Kind, number: int, site: Site, lang: str) -> Look:
    colour, _ = landuse.class_of(kind.land_use)
    label, is_place = kind.label.render(lang), kind.id in site.symbols
    return Look(kind.id, label, kind.geometry, colour, number, is_place)


def _notices(assessment: Assessment, settings: Settings) -> list[tuple[Text, Text]]:
    """Return the lines of the notice and of the title block; what is not filled in says so."""
    workspace = assessment.plan.workspace
    first, last = workspace.plan_period
    unknown = message("public.to_be_filled")

    def given(value: str) -> Text:
        return Text(value, value) if value else unknown

    rows = [
        (message("public.period"), given(settings.period)),
        (message("public.contact"), given(settings.contact)),
    ]
    if settings.note:
        rows.append((message("public.note"), settings.note))
    rows += [
        (message("public.precision"), _precision(settings)),
        (message("public.authority"), workspace.authority),
        (message("public.plan_period"), given(f"{first}-{last}")),
        (message("public.version"), given(workspace.plan_version)),
        (message("public.date"), given(workspace.data_date)),
    ]
    if settings.sheet_number:
        rows.append((message("public.sheet_number"), given(settings.sheet_number)))
    return rows


def _precision(settings: Settings) -> Text:
    return message(
        "public.declared", cell=f"{settings.cell_m:g}", distance=f"{settings.distance_m:f}"
    )
