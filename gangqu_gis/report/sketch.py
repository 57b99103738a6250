"""Small maps of the subjects that do not agree: shapes, labels and a scale bar, ready to draw.

North is up; positions are in the workspace's planar CRS, moved and scaled to the drawing.  A
sketch shows where something lies and is no evidence of anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gangqu_gis import crs
from gangqu_gis.layers import Feature
from gangqu_gis.measure import to_crs
from gangqu_gis.report.labels import Label, Labels
from gangqu_gis.report.model import Report

#: Size of a drawing in its own units.
WIDTH, HEIGHT = 360.0, 250.0
#: The view is this much larger than the subject; wider where no named line would be in it.
_WIDENINGS = (1.7, 2.6, 4.0, 6.5)
_SMALLEST_VIEW_M = 120.0
_BAR_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Shape:
    """One drawn geometry: its SVG path and its class in the style sheet."""

    path: str
    style: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """One small map; ``schematic`` when what it outlines is no evidence."""

    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...]
    bar: float
    bar_text: str
    schematic: bool


class Atlas:
    """The features of a plan in its plane, from which sketches are drawn."""

    def __init__(self, report: Report, lang: str) -> None:
        self.report, self.lang = report, lang
        plan = report.assessment.plan
        self._plane = crs.planar(plan.workspace.planar_crs)
        polygons = [f for f in plan.polygons() if f.geometry is not None]
        chosen = {id(f) for f in polygons}
        lines = [f for f in plan.features if f.geometry is not None and id(f) not in chosen]
        self._polygons = list(zip(polygons, self._moved(polygons), strict=True))
        self._lines = list(zip(lines, self._moved(lines), strict=True))
        self._places = shapely.STRtree([geometry for _, geometry in self._polygons])

    def sketch(self, ids: Sequence[str]) -> Sketch | None:
        """Return the map of the features ``ids``; ``None`` where none of them has a shape."""
        subjects = [(f, g) for f, g in self._polygons if f.id in ids]
        if not subjects:
            return None
        frame = self._frame([g for _, g in subjects])
        labels = Labels(WIDTH, HEIGHT)
        around = self._around(frame, ids)
        shapes = self._ground(frame, around)
        solid = [g for f, g in subjects if not self._is_schematic(f)]
        dashed = [g for f, g in subjects if self._is_schematic(f)]
        shapes += [frame.shape(g, "subject") for g in solid]
        shapes += [frame.shape(g, "subject schematic") for g in dashed]
        shapes += [frame.shape(g, "fault") for g in self._faults(ids)]
        for feature, geometry in subjects:
            labels.inside(frame.drawn(geometry), feature.name(self.lang), "name")
        self._name_ground(frame, around, labels)
        return _finished(frame, shapes, labels, schematic=bool(dashed))

    def comparison(self, rows: Sequence[tuple[str, str, Any, Any]]) -> Sketch:
        """Return one map of features before and after: (id, name, before, after), EPSG:4490.

        A side that does not exist is ``None``.
        """
        ids = {id_ for id_, _, _, _ in rows}
        olds = self._in_plane([before for _, _, before, _ in rows])
        news = self._in_plane([after for _, _, _, after in rows])
        frame = self._frame([g for g in (*olds, *news) if g is not None])
        around = self._around(frame, ids)
        shapes = self._ground(frame, around)
        shapes += [frame.shape(g, _line_or(g, "becomes")) for g in news if g is not None]
        shapes += [frame.shape(g, _line_or(g, "was")) for g in olds if g is not None]
        labels = Labels(WIDTH, HEIGHT)
        for (_, name, _, _), old, new in zip(rows, olds, news, strict=True):
            labels.inside(frame.drawn(old if new is None else new), name, "name")
        self._name_ground(frame, around, labels)
        return _finished(frame, shapes, labels, schematic=False)

    def _around(self, frame: Frame, ids: Collection[str]) -> list[tuple[Feature, BaseGeometry]]:
        """Return the other features in the frame, the larger ones first."""
        within = (self._polygons[at] for at in sorted(self._places.query(frame.box)))
        return sorted((p for p in within if p[0].id not in ids), key=lambda p: -p[1].area)

    def _ground(self, frame: Frame, around: Iterable[tuple[Feature, BaseGeometry]]) -> list[Shape]:
        """Return what the subjects lie upon: other features and named lines."""
        shapes = [frame.shape(g, "near") for _, g in around]
        return shapes + [frame.shape(g, "line") for _, g in self._lines]

    def _name_ground(
        self, frame: Frame, around: Iterable[tuple[Feature, BaseGeometry]], labels: Labels
    ) -> None:
        for feature, geometry in self._lines:
            labels.along(frame.drawn(geometry), feature.name(self.lang), "road")
        for feature, geometry in around:
            labels.inside(frame.drawn(geometry), feature.name(self.lang), "faint", fit=True)

    def _is_schematic(self, feature: Feature) -> bool:
        part = self.report.assessment.measured.get(feature.id)
        return part is None or part.basis == "schematic"

    def _faults(self, ids: Iterable[str]) -> list[BaseGeometry]:
        """Return the shapes of the findings on ``ids``, in the plane."""
        wanted = frozenset(ids)
        found = [
            finding.shape
            for finding in self.report.findings
            if finding.shape is not None and not wanted.isdisjoint(finding.subjects)
        ]
        return self._in_plane(found)

    def _moved(self, features: Iterable[Feature]) -> list[BaseGeometry]:
        return self._in_plane([feature.geometry for feature in features])

    def _in_plane(self, geometries: Sequence[Any]) -> list[BaseGeometry]:
        column = np.empty(len(geometries), dtype=object)
        column[:] = list(geometries)
        return list(to_crs(column, source=crs.storage(), target=self._plane))

    def _frame(self, subjects: Sequence[BaseGeometry]) -> Frame:
        """Return the view: around the subjects, and wide enough to hold a named line."""
        west, south, east, north = shapely.total_bounds(np.array(subjects, dtype=object))
        middle = ((west + east) / 2, (south + north) / 2)
        reach = max(east - west, (north - south) * WIDTH / HEIGHT, _SMALLEST_VIEW_M)
        frames = [Frame(middle, reach * widening) for widening in _WIDENINGS]
        held = [sum(f.box.intersects(line) for _, line in self._lines) for f in frames]
        best = next((f for f, lines in zip(frames, held, strict=True) if lines >= 2), None)
        if best is None:
            best = next((f for f, lines in zip(frames, held, strict=True) if lines), frames[0])
        return best


class Frame:
    """A rectangle of the plane, ``width`` metres wide, and its way onto the drawing."""

    def __init__(self, middle: tuple[float, float], width: float) -> None:
        self.metres = width
        self._scale = WIDTH / width
        self._west = middle[0] - width / 2
        self._north = middle[1] + width * HEIGHT / WIDTH / 2
        self.box = shapely.box(
            self._west, self._north - width * HEIGHT / WIDTH, self._west + width, self._north
        )

    def drawn(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return ``geometry`` in the units of the drawing, cut to the frame."""
        sound = geometry if geometry.is_valid else shapely.make_valid(geometry)
        return shapely.transform(sound.intersection(self.box), self._moved)

    def shape(self, geometry: BaseGeometry, style: str) -> Shape:
        """Return ``geometry`` as a path; its rings are not cut, so no edge is invented."""
        if not shapely.intersects(shapely.envelope(geometry), self.box):
            return Shape("", style)
        return Shape(_path(shapely.transform(geometry, self._moved)), style)

    def bar(self) -> tuple[float, str]:
        """Return the scale bar: its length in the drawing and what it stands for."""
        room = self.metres * _BAR_SHARE
        power = 10.0 ** np.floor(np.log10(room))
        length = max(step * power for step in (1, 2, 5) if step * power <= room)
        text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
        return float(length * self._scale), text

    def _moved(self, xy: Any) -> Any:
        return np.column_stack(
            ((xy[:, 0] - self._west) * self._scale, (self._north - xy[:, 1]) * self._scale)
        )


def _finished(frame: Frame, shapes: Iterable[Shape], labels: Labels, *, schematic: bool) -> Sketch:
    bar, text = frame.bar()
    drawn = tuple(shape for shape in shapes if shape.path)
    return Sketch(drawn, tuple(labels.placed), bar, text, schematic)


def _line_or(geometry: BaseGeometry, style: str) -> str:
    """Return the class of a changed shape: a line has no inside."""
    return f"{style} open" if "LineString" in geometry.geom_type else style


def _path(geometry: BaseGeometry) -> str:
    """Return an SVG path of every ring, line and point of ``geometry``."""
    pieces = []
    for part in shapely.get_parts(geometry, return_index=False):
        if part.geom_type == "Polygon":
            rings = [part.exterior, *part.interiors]
            pieces += [_steps(ring.coords[:-1]) + "Z" for ring in rings]
        elif part.geom_type == "Point":
            x, y = part.coords[0]
            pieces.append(f"M{x - 3:.1f} {y:.1f}h6M{x:.1f} {y - 3:.1f}v6")
        elif part.geom_type == "LineString":
            pieces.append(_steps(part.coords))
        else:
            pieces.append(_path(part))
    return "".join(pieces)


def _steps(points: Iterable[Any]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ((p[0], p[1]) for p in points))
