"""The terminal report of a file that is measured on its own: its features, and all together."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from fractions import Fraction
from operator import itemgetter

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text as Rich

from gangqu_gis.checks import Verdict
from gangqu_gis.crs import fit_for_planar_areas
from gangqu_gis.fileareas.batched import Measurement, Part, Totals, disagrees
from gangqu_gis.fileareas.judgement import Column
from gangqu_gis.fileareas.stored_areas import POLYGONS
from gangqu_gis.messages import message
from gangqu_gis.report.printer import Printer
from gangqu_gis.report.wording import feature_cause_text, fixed, stored_cause_text
from gangqu_gis.units import half_up, unit
from gangqu_gis.zones import crs_title

Row = list[RenderableType]

_JUDGED = ("report.stored", "report.difference_m2", "report.tolerance_m2", "report.verdict",
           "report.cause")  # fmt: skip


#: Which verdicts are listed first.
_GRAVITY = {verdict: n for n, verdict in enumerate(
    (Verdict.DIFFER, Verdict.MISSING, Verdict.REVIEW, Verdict.INDICATIVE)
)}  # fmt: skip

#: Where a feature stands in a listing: gravity, excess (negative), number in the file.
_Key = tuple[int, float, int]


class Listing:
    """The features to be shown, picked from parts as they come.

    With ``differing`` only those whose stated area is not confirmed are shown, the worst first.  Of
    more than ``most`` the first are shown and the others counted; ``written`` says that a file has
    them all.
    """

    def __init__(
        self, column: Column | None, lang: str, *, differing: bool, most: int, written: bool
    ) -> None:
        self.column, self.lang, self.differing, self.most = column, lang, differing, most
        self.written = written
        self.kept: list[tuple[_Key, Row]] = []
        self.wanted = 0

    def add(self, part: Part) -> None:
        """Pick the features of a part; of those picked before, none is kept beyond ``most``."""
        if not self.most:
            self.wanted += len(part)
            return
        keys = self._keys(part)
        self.wanted += len(keys)
        entering = heapq.nsmallest(self.most, keys)
        if len(self.kept) == self.most:
            entering = [key for key in entering if key < self.kept[-1][0]]
        p = Printer(self.lang)
        rows = [(key, _row(p, part, key[2] - part.first, self.column)) for key in entering]
        self.kept = heapq.nsmallest(self.most, [*self.kept, *rows], key=itemgetter(0))

    def _keys(self, part: Part) -> list[_Key]:
        judged, first = part.judgement, part.first
        if not self.differing or judged is None:
            return [(0, 0.0, number) for number in range(first, first + len(part))]
        away = np.abs(part.measures.ellipsoidal_m2 - judged.stated_m2) / judged.tolerance_m2
        excess = np.nan_to_num(away).tolist()
        return [
            (_GRAVITY[verdict], -excess[i], first + i)
            for i, verdict in enumerate(judged.verdicts)
            if disagrees(verdict)
        ]

    def rendered(self) -> Iterator[RenderableType]:
        """Yield the table, and how much is left out."""
        p = Printer(self.lang)
        if self.kept:
            headings = ["report.feature", "report.ellipsoidal_m2", "report.hectares",
                        "report.planar_m2", *(_JUDGED if self.column else ())]  # fmt: skip
            table = p.table(*headings, right=[1, 2, 3, *([4, 5, 6] if self.column else [])])
            for _, row in self.kept:
                table.add_row(*row)
            yield table
        if more := self.wanted - len(self.kept):
            worst = "batches.less" if self.differing else "batches.more"
            key = worst if self.kept else "batches.unlisted"
            elsewhere = "" if self.written else message("batches.elsewhere")
            yield Rich(p.say(key, count=more, elsewhere=elsewhere))


def measurement(measured: Measurement, listing: Listing, totals: Totals) -> RenderableType:
    """Return the report of a file: what it is, the features that are listed, the totals."""
    p = Printer(listing.lang)
    shown = list(listing.rendered())
    return Group(
        Rich(_head(p, measured) + "\n"), *shown, *([Rich("")] if shown else []), *_totals(p, totals)
    )


def _row(p: Printer, part: Part, i: int, column: Column | None) -> Row:
    ellipsoidal, planar = part.measures.ellipsoidal_m2[i], part.measures.planar_m2[i]
    sound = ellipsoidal == ellipsoidal
    row: Row = [
        Rich(part.label(i)),
        fixed(ellipsoidal, 2) if sound else Rich(p.say(_why_withheld(int(part.drawn.kind[i])))),
        fixed(Fraction(ellipsoidal) / unit("ha").factor, 4) if sound else "",
        fixed(planar, 2) if planar == planar else "",
    ]
    return row if column is None else row + _stored_cells(p, part, i, column)


def _why_withheld(kind: int) -> str:
    return "report.withheld" if kind < 0 or kind in POLYGONS else "report.not_polygon"


def _stored_cells(p: Printer, part: Part, i: int, column: Column) -> Row:
    judged, limit = part.judgement, part.tolerance(i, column)
    assert judged is not None and part.stated is not None
    cause = feature_cause_text(judged, i)
    known = judged.stated_m2[i] == judged.stated_m2[i]
    difference = part.measures.ellipsoidal_m2[i] - judged.stated_m2[i]
    return [
        Rich(f"{part.stated[i]} {column.unit.label.render(p.lang)}" if known else ""),
        fixed(difference, 2, signed=True) if difference == difference else "",
        fixed(limit.value_m2, 2) if limit else "",
        p.verdict(judged.verdicts[i]),
        Rich(cause.render(p.lang) if cause else ""),
    ]


def _head(p: Printer, measured: Measurement) -> str:
    plane = measured.plane
    named = message("report.no_plane") if plane is None else crs_title(plane)
    if plane is not None and not fit_for_planar_areas(plane):
        named = message("report.unfit_plane", crs=named)
    edges = "report.edges_planar" if measured.crs.is_projected else "report.edges_geodesic"
    return p.say(
        "report.measured_file",
        file=measured.source,
        layer=measured.layer,
        count=measured.count,
        crs=crs_title(measured.crs),
        plane=named,
        edges=message(edges),
    )


def _totals(p: Printer, totals: Totals) -> Iterator[RenderableType]:
    withheld = message("batches.withheld", count=totals.withheld)
    planar = message("batches.planar", area=half_up(totals.planar_mm2 / 1e6, 2))
    yield Rich(
        p.say(
            "batches.totals",
            count=totals.features,
            ellipsoidal=half_up(totals.ellipsoidal_mm2 / 1e6, 2),
            planar=planar if totals.in_plane else "",
            withheld=withheld if totals.withheld else "",
        )
    )
    for verdict, number in sorted(totals.verdicts.items()):
        yield Rich("  ").append(p.verdict(verdict)).append(p.say("batches.number", count=number))
    for (cause, meant), number in sorted(totals.causes.items(), key=lambda c: (-c[1], str(c[0]))):
        text = stored_cause_text(cause, meant)
        assert text is not None
        yield Rich(f"    {text.render(p.lang)}{p.say('batches.number', count=number)}")
