"""The terminal report of a file that is measured on its own."""

from __future__ import annotations

from fractions import Fraction

from rich.console import Group, RenderableType
from rich.text import Text as Rich

from gangqu_gis.crs import fit_for_planar_areas, label
from gangqu_gis.messages import message
from gangqu_gis.report.printer import Printer
from gangqu_gis.report.wording import fixed, stored_cause_text
from gangqu_gis.stored_areas import FileAreas, StoredAreas
from gangqu_gis.units import unit


def measurement(measured: FileAreas, stored: StoredAreas | None, lang: str) -> RenderableType:
    """Return the areas of a file, and the verdicts on its stored area column."""
    p = Printer(lang)
    headings = ["report.feature", "report.ellipsoidal_m2", "report.hectares", "report.planar_m2"]
    right = [1, 2, 3]
    if stored is not None:
        headings += [
            "report.stored",
            "report.difference_m2",
            "report.tolerance_m2",
            "report.verdict",
            "report.cause",
        ]
        right += [4, 5, 6]
    table = p.table(*headings, right=right)
    hectare = unit("ha").factor
    for i, name in enumerate(measured.file.labels()):
        ellipsoidal, planar = measured.areas.ellipsoidal_m2[i], measured.areas.planar_m2[i]
        sound = not measured.withheld[i]
        row: list[RenderableType] = [
            Rich(name),
            fixed(ellipsoidal, 2) if sound else Rich(p.say(_why_withheld(measured, i))),
            fixed(Fraction(ellipsoidal) / hectare, 4) if sound else "",
            fixed(planar, 2) if planar == planar else "",
        ]
        if stored is not None:
            row += _stored_cells(p, stored, i, ellipsoidal)
        table.add_row(*row)
    return Group(_measurement_head(p, measured), table)


def _why_withheld(measured: FileAreas, i: int) -> str:
    geometry = measured.file.geometry[i]
    polygonal = geometry is not None and geometry.geom_type in ("Polygon", "MultiPolygon")
    return "report.withheld" if geometry is None or polygonal else "report.not_polygon"


def _stored_cells(
    p: Printer, stored: StoredAreas, i: int, ellipsoidal: float
) -> list[RenderableType]:
    limit, verdict = stored.tolerance(i), stored.verdicts[i]
    cause = stored_cause_text(stored.causes[i], stored.meant[i])
    known = stored.stated_m2[i] == stored.stated_m2[i]
    difference = ellipsoidal - stored.stated_m2[i]
    stated = f"{stored.stated[i]} {stored.unit.label.render(p.lang)}" if known else ""
    return [
        Rich(stated),
        fixed(difference, 2, signed=True) if difference == difference else "",
        fixed(limit.value_m2, 2) if limit else "",
        p.verdict(verdict),
        Rich(cause.render(p.lang) if cause else ""),
    ]


def _measurement_head(p: Printer, measured: FileAreas) -> RenderableType:
    file = measured.file
    assert file.crs is not None
    plane = p.say("report.no_plane") if measured.plane is None else label(measured.plane)
    if measured.plane is not None and not fit_for_planar_areas(measured.plane):
        plane = p.say("report.unfit_plane", crs=plane)
    edges = "report.edges_planar" if file.crs.is_projected else "report.edges_geodesic"
    line = p.say(
        "report.measured_file",
        file=file.source,
        layer=file.layer,
        count=len(file),
        crs=label(file.crs),
        plane=plane,
        edges=message(edges),
    )
    return Rich(line + "\n")
