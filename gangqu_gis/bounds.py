"""Bounds (四至): every stated bound against its named reference line, in the planar CRS.

A feature's *east side* is what is seen of its outer rings from the east, as far as it faces east
rather than north or south: outward normal within 45° of east.  An edge at exactly 45° belongs to
both sides; where nothing faces east, the side is all that is seen.  Holes are never seen; of a
multipolygon a part behind another is hidden.  The other sides are the same after quarter turns.
The side is cut into short pieces, and each is compared with the nearest of the named lines.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis import crs
from gangqu_gis.checks import Verdict
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.layers import Feature
from gangqu_gis.measure import to_crs
from gangqu_gis.messages import Text, joined, message, plain
from gangqu_gis.plan import Plan
from gangqu_gis.schema import GEOMETRY_TYPES, SIDES
from gangqu_gis.soundness import geometry_fault
from gangqu_gis.workspace import ToleranceDefaults

#: A bound holds where at least this share of the side runs along the line: a splay corner or a
#: small recess does not break it, a line that ends half way does.  A convention of this toolkit.
LEAST_SHARE = 0.8
#: A limit above this share of the feature's width, or of the side's extent, cannot tell one side
#: from the next: a line right across the side would be within it for half of the side.
COARSE_SHARE = 0.25
#: Pieces that a side is cut into at least: shares are good to 0.1 %.
PIECES = 1000
#: Slope by which an edge may miss 45° and still belong to both sides (0.1 mm on 1 m, as stored).
TIE_SLOPE = 1e-4

_BASES = ("schematic", "digitized", "surveyed")
_OUTWARD = {"east": (1, 0), "north": (0, 1), "west": (-1, 0), "south": (0, -1)}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BoundCheck:
    """One stated bound and its answer; what could not be determined is ``None``.

    ``verdict`` is agree, differ, indicative or missing; ``what`` is the fault as drawn (side,
    crossing, far, partial), also of an indicative one.  ``mean_m`` and ``largest_m`` are distances
    of the side, ``side_m`` long, from the nearest line; ``share_along`` of it runs along.
    ``limit_m`` is the largest limit of the lines (see ``formula``); above ``room_m`` it is too
    coarse for the side.  ``basis`` is the worst effective one.  ``shape`` is the part of the side
    that does not run along, in the storage CRS.
    """

    feature: Feature
    side: str
    lines: tuple[str, ...]
    verdict: Verdict
    text: Text
    basis: str
    what: str | None = None
    mean_m: float | None = None
    largest_m: float | None = None
    share_along: float | None = None
    limit_m: float | None = None
    side_m: float | None = None
    room_m: float | None = None
    formula: Text = plain("")
    shape: Any = field(default=None, compare=False)


def check_bounds(
    plan: Plan, bases: Mapping[str, str], *, only: frozenset[str] | None = None
) -> list[BoundCheck]:
    """Return the check of every stated bound, in layer and file order, sides in schema order.

    ``bases`` gives the effective basis (what the history proves) of features and lines by id; an
    id it does not hold counts as schematic.  With ``only``, the bounds of those features and those
    along those lines.
    """
    return [
        _check(plan, bases, feature, side, tuple(dict.fromkeys(ids)))
        for feature in plan.features
        if feature.properties.get("bounds")
        for side, ids in _stated(feature)
        if only is None or feature.id in only or not only.isdisjoint(ids)
    ]


def findings_of(bound_checks: Iterable[BoundCheck]) -> list[Finding]:
    """Return the faults among the checks: errors, or notes where the verdict is indicative.

    A missing line or a faulty geometry is already a finding of the validity check.
    """
    return [
        Finding(
            rule=f"bounds.{check.what}",
            severity=Severity.ERROR if check.verdict is Verdict.DIFFER else Severity.NOTE,
            subject=check.feature.label,
            also=check.lines,
            text=check.text,
            remedy=message("bounds.remedy"),
            layer=check.feature.layer,
            file=check.feature.file,
            line=check.feature.line,
            measured=check.mean_m,
            limit=check.limit_m,
            unit="m",
            shape=check.shape,
        )
        for check in bound_checks
        if check.what is not None
    ]


def _stated(feature: Feature) -> Iterator[tuple[str, list[str]]]:
    """Yield (side, line ids); what is no bound is left to the schema check."""
    bounds = feature.properties.get("bounds")
    if not isinstance(bounds, dict):
        return
    for side in SIDES:
        ids = bounds.get(side)
        if isinstance(ids, list) and ids and all(isinstance(i, str) for i in ids):
            yield side, ids


def _check(
    plan: Plan, bases: Mapping[str, str], feature: Feature, side: str, ids: tuple[str, ...]
) -> BoundCheck:
    names = [_name(plan.by_id[id_]) if id_ in plan.by_id else plain(id_) for id_ in ids]
    listed = joined(names, zh="、", en=", ")
    head = message(f"bounds.head_{side}", name=_name(feature), lines=listed)
    basis = min((bases.get(id_, "schematic") for id_ in (feature.id, *ids)), key=_BASES.index)
    check = BoundCheck(feature, side, ids, Verdict.MISSING, head, basis)
    reason = _not_checked(plan, feature, ids)
    if reason is not None:
        return replace(check, text=message("bounds.sentence", head=head, body=reason))
    lines = [plan.by_id[id_] for id_ in ids]
    limits = [limit_of(feature, line, plan.workspace.tolerance) for line in lines]
    check = replace(check, formula=joined([formula for _, formula in limits]))
    plane = crs.planar(plan.workspace.planar_crs)
    shapes = np.array([feature.geometry, *(line.geometry for line in lines)], dtype=object)
    in_plane = to_crs(shapes, source=crs.storage(), target=plane)
    check = _compared(check, in_plane, np.array([limit for limit, _ in limits]))
    rest = to_crs(np.array([check.shape], dtype=object), source=plane, target=crs.storage())
    return _worded(replace(check, shape=rest[0]))


def _not_checked(plan: Plan, feature: Feature, ids: tuple[str, ...]) -> Text | None:
    """Return why a bound cannot be checked, or ``None``."""
    for part, geometry in [(plan.by_id.get(i), "line") for i in ids] + [(feature, "polygon")]:
        if part is None:
            return message("bounds.no_line")
        shape = None if geometry_fault(part) else part.geometry
        if shape is None or shape.is_empty or shape.geom_type not in GEOMETRY_TYPES[geometry]:
            return message("bounds.no_geometry", id=part.label)
    limits = [limit_of(feature, plan.by_id[i], plan.workspace.tolerance)[0] for i in ids]
    return message("bounds.no_error") if np.isnan(limits).any() else None


def limit_of(feature: Feature, line: Feature, defaults: ToleranceDefaults) -> tuple[float, Text]:
    """Return the limit √(u² + v²) in metres, NaN where an error is not declared, and its formula.

    u is the line's ``uncertainty_m``, else its position error; v is the feature's position error
    when it is surveyed or digitized.  A schematic feature adds nothing: it has no position of its
    own that could excuse a distance.  Never below the resolution of stored coordinates.
    """
    declared = line.number_of("uncertainty_m")
    u = _position_error(line, defaults) if declared is None else declared
    v = 0.0 if feature.basis == "schematic" else _position_error(feature, defaults)
    value = max(math.hypot(u, v), float(defaults.stored_coordinate_m))
    shown = {"line": f"{u:g}", "own": f"{v:g}", "value": f"{value:.2f}"}
    return value, message("bounds.limit", name=_name(line), **shown)


def _position_error(feature: Feature, defaults: ToleranceDefaults) -> float:
    """Return the limit of position, metres: 2·m_j surveyed, 0.0003·M digitized, else NaN."""
    if feature.basis == "surveyed":
        own = feature.number_of("point_error_m")
        return 2 * (float(defaults.point_error_m) if own is None else own)
    scale = feature.number_of("map_scale") if feature.basis == "digitized" else None
    return math.nan if scale is None else float(defaults.map_error_m) * scale


def _name(feature: Feature) -> Text:
    return Text(feature.name("zh"), feature.name("en"))


def _worded(check: BoundCheck) -> BoundCheck:
    """Return a compared check in words; a schematic basis makes it indicative."""
    names = ("side_m", "mean_m", "largest_m", "limit_m", "room_m")
    numbers = {name: f"{getattr(check, name):.2f}" for name in names}
    share = f"{100 * (check.share_along or 0.0):.1f}"
    parts = [message(f"bounds.drawn_{check.what or 'along'}")]
    parts += [message("bounds.numbers", share=share, **numbers), check.formula]
    if check.basis == "schematic":
        check = replace(check, verdict=Verdict.INDICATIVE)
        parts.append(message("bounds.schematic"))
    elif check.verdict is Verdict.INDICATIVE:
        parts.append(message("bounds.coarse", **numbers))
    return replace(check, text=message("bounds.sentence", head=check.text, body=joined(parts)))


def _compared(check: BoundCheck, in_plane: Any, limits: Floats) -> BoundCheck:
    """Return ``check`` with what its polygon and lines show, in metres; the side turned to +x."""
    c, s = _OUTWARD[check.side]
    turn, origin = np.array([[c, s], [-s, c]]), shapely.get_coordinates(in_plane[0])[0]
    polygon, *lines = shapely.transform(in_plane, lambda xy: (xy - origin) @ turn.T)
    shells = shapely.get_exterior_ring(shapely.get_parts(polygon))
    body = shapely.union_all(shapely.polygons(shells))
    pieces = _side(body)
    ends, middle = pieces.reshape(-1, 2), pieces.mean(axis=1)
    length = np.hypot(*(pieces[:, 1] - pieces[:, 0]).T)
    share = length / length.sum()
    foot, owner = _nearest(middle, lines)
    distance, limit = np.hypot(*(foot - middle).T), limits[owner]
    room = COARSE_SHARE * min(np.ptp(shapely.get_coordinates(body)[:, 0]), np.ptp(ends[:, 1]))
    reach = np.minimum(limit, room)
    outward = (foot - middle)[:, 0] >= distance / 2
    along = (distance <= limit) & (outward | (distance <= reach))
    inner = body.buffer(-float(reach.max()), join_style="mitre")
    crosses = any(shapely.intersects(inner, line) for line in lines)
    what = _fault(float(share @ along), float(share @ (~along & ~outward)), crosses=crosses)
    verdict = Verdict.AGREE if what is None else Verdict.DIFFER
    if limits.max() > room and share @ (distance <= limit) >= LEAST_SHARE:
        verdict = Verdict.INDICATIVE
    rest = shapely.line_merge(shapely.multilinestrings(pieces[~along]))
    return replace(
        check,
        verdict=verdict,
        what=what,
        mean_m=float(share @ distance),
        largest_m=float(np.hypot(*(_nearest(ends, lines)[0] - ends).T).max()),
        share_along=float(share @ along),
        limit_m=float(limits.max()),
        side_m=float(length.sum()),
        room_m=float(room),
        shape=shapely.transform(rest, lambda xy: xy @ turn + origin) if what else None,
    )


def _fault(along: float, aside: float, *, crosses: bool) -> str | None:
    """Return the fault by the shares that run along, and off which the line is not outward."""
    if along >= LEAST_SHARE:
        return None
    if crosses and aside > 1 - LEAST_SHARE:
        return "crossing"
    if along > 0:
        return "partial"
    return "side" if aside > 0.5 else "far"


def _side(body: Any) -> Floats:
    """Return the side that faces +x in short pieces, as an array (piece, end, coordinate)."""
    edges, _ = _segments(list(shapely.get_exterior_ring(shapely.get_parts(body))))
    edges = edges[edges[:, 0, 1] != edges[:, 1, 1]]
    edges = np.where(edges[:, :1, 1:] < edges[:, 1:, 1:], edges, edges[:, ::-1])
    run, rise = (edges[:, 1] - edges[:, 0]).T
    levels = np.unique(edges[:, :, 1])  # between two levels the edges keep their order in x
    first, last = np.searchsorted(levels, edges[:, :, 1]).T
    count = last - first
    edge = np.repeat(np.arange(len(edges)), count)
    band = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count - first, count)
    y = np.column_stack([levels[band], levels[band + 1]])
    x = edges[edge, :1, 0] + (y - edges[edge, :1, 1]) * (run / rise)[edge, None]
    order = np.lexsort((x.sum(axis=1), band))
    seen = order[np.append(np.diff(band[order]) > 0, True)]
    facing = seen[np.abs(run / rise)[edge[seen]] <= 1 + TIE_SLOPE]
    chosen = facing if len(facing) else seen
    return _cut(np.stack([x[chosen], y[chosen]], axis=2))


def _cut(pieces: Floats) -> Floats:
    """Return segments cut so that none is longer than 1/PIECES of all."""
    step = pieces[:, 1] - pieces[:, 0]
    length = np.hypot(*step.T)
    count = np.ceil(PIECES * length / length.sum()).astype(int)
    at = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    part = np.stack([at, at + 1], axis=1) / np.repeat(count, count)[:, None]
    whole = np.repeat(np.arange(len(pieces)), count)
    cut: Floats = pieces[whole, :1] + part[:, :, None] * step[whole, None]
    return cut


def _nearest(points: Floats, lines: list[Any]) -> tuple[Floats, NDArray[np.intp]]:
    """Return the nearest point of the lines to each point, and the number of its line."""
    segments, owner = _segments(lines)
    found = shapely.STRtree(shapely.linestrings(segments)).nearest(shapely.points(points))
    start, step = segments[found, 0], segments[found, 1] - segments[found, 0]
    squares = np.maximum((step**2).sum(axis=1), np.finfo(float).tiny)
    at = np.clip(((points - start) * step).sum(axis=1) / squares, 0, 1)
    return start + at[:, None] * step, owner[found]


def _segments(lines: list[Any]) -> tuple[Floats, NDArray[np.intp]]:
    """Return every segment of the lines, as (segment, end, coordinate), and its line's number."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    joint = np.flatnonzero(part[1:] == part[:-1])
    return np.stack([xy[joint], xy[joint + 1]], axis=1), owner[part[joint]]
