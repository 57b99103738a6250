"""Many polygons in little room: coordinates as varint deltas, columns with dictionaries, deflate.

For a few thousand polygons a page holds plain GeoJSON; a kind with more goes into this form, which
the page's script unpacks and draws on canvas tiles.  Holes and multipolygons keep their rings.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis.checks import Check, Verdict
from gangqu_gis.layers import Feature
from gangqu_gis.webmap import entries
from gangqu_gis.webmap.pinyin import runs, syllables
from gangqu_gis.webmap.rows import ORDER
from gangqu_gis.webmap.view import View

#: More polygons than this on a page, and its large kinds are packed: beyond it a browser without a
#: graphics card takes longer than a tenth of a second to pan plain layers.
LIMIT = 2000
#: A kind with no more features than this stays as it is, with labels that never collide.
LARGE_KIND = 500
#: 1e-7° is 1 cm.
STEPS_PER_DEGREE = 10_000_000

_POLYGONS = ("Polygon", "MultiPolygon")

Integers = NDArray[np.int64]
Entry = dict[str, Any]


def packed_kinds(view: View) -> frozenset[str]:
    """Return the kinds of the page that are packed; none on a page of ordinary size."""
    if len(view.features) <= LIMIT:
        return frozenset()
    count: dict[str, int] = defaultdict(int)
    for feature in view.features:
        count[feature.kind] += 1
    return frozenset(kind for kind, number in count.items() if number > LARGE_KIND)


def fits(feature: Feature, kinds: frozenset[str]) -> bool:
    """Whether a feature goes into the packed form: of a packed kind, and a polygon at all."""
    shape = feature.geometry
    return feature.kind in kinds and shape is not None and shape.geom_type in _POLYGONS


def pack(view: View, kinds: frozenset[str]) -> Entry | None:
    """Return the features of ``kinds`` in packed form; ``None`` when there are none."""
    features = [f for f in view.features if fits(f, kinds)]
    if not features:
        return None
    columns = _Columns(view, features)
    counts, steps = _geometry([f.geometry for f in features])
    streams = {
        "counts": _varints(counts),
        "steps": _varints(_zigzag(steps)),
        "kind": _varints(columns.indices([f.kind for f in features], columns.kinds)),
        "basis": _varints(columns.indices(columns.basis_labels, columns.bases)),
        "verdict": _varints(columns.indices(columns.verdicts, columns.verdict_ids)),
        "detail": _varints(columns.indices(columns.details, columns.detail_texts)),
        "ellipsoidal": _varints(columns.ellipsoidal),
        "planar": _varints(_zigzag(columns.planar)),
        "ref_sizes": _varints(_sizes(columns.refs)),
        "refs": "".join(columns.refs).encode("utf-8", errors="replace"),
        "name_sizes": _varints(_sizes(columns.names)),
        "names": "".join(columns.names).encode("utf-8", errors="replace"),
        "other_sizes": _varints(_sizes(columns.others)),
        "others": "".join(columns.others).encode("utf-8", errors="replace"),
        "pinyin": columns.pinyin().encode("utf-8"),
    }
    raw = b"".join(streams.values())
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = compressor.compress(raw) + compressor.flush()
    return {
        "count": len(features),
        "per_degree": STEPS_PER_DEGREE,
        "sizes": {name: len(stream) for name, stream in streams.items()},
        "kinds": list(columns.kinds),
        "bases": [json.loads(text) for text in columns.bases],
        "verdicts": list(columns.verdict_ids),
        "details": [json.loads(text) for text in columns.detail_texts],
        "data": base64.b64encode(data).decode("ascii"),
    }


class _Columns:
    """The attributes of features, column by column, each with its dictionary."""

    def __init__(self, view: View, features: Sequence[Feature]) -> None:
        assessment = view.assessment
        judged: dict[str, list[Check]] = defaultdict(list)
        for check in assessment.checks:
            for id_ in check.features:
                judged[id_].append(check)
        stated = {f.subject.feature for f in assessment.plan.register.figures.values()}
        self.kinds: dict[str, int] = {}
        self.bases: dict[str, int] = {}
        self.verdict_ids: dict[str, int] = {}
        self.detail_texts: dict[str, int] = {}
        self.refs = [entries.reference_of(f, assessment) for f in features]
        self.names = [f.name(view.lang) for f in features]
        self.others = [entries.other_name(f, view.lang) for f in features]
        self.basis_labels = [entries.basis_text(f, assessment, view.lang) for f in features]
        self.verdicts = [_worst(judged[ref]) for ref in self.refs]
        self.details = [
            entries.detail_text(f, judged[ref], assessment, view.lang, stated=f.id in stated)
            for f, ref in zip(features, self.refs, strict=True)
        ]
        areas = [assessment.measured.get(ref) for ref in self.refs]
        none = [None if a is None else a.ellipsoidal_m2 for a in areas]
        plane = [None if a is None else a.planar_m2 for a in areas]
        # Hundredths of a square metre, plus one; 0 stands for a withheld area.
        self.ellipsoidal = _hundredths(none)
        planar = _hundredths(plane)
        self.planar = np.where(planar > 0, planar - self.ellipsoidal, 0)

    def pinyin(self) -> str:
        """Return a line for every stretch of Chinese in a name: its characters, their readings.

        From these the page's script makes the same keys as gangqu_gis.webmap.pinyin.
        """
        found = {run for names in (self.names, self.others) for name in names for run in runs(name)}
        return "\n".join(" ".join((run, *syllables(run))) for run in sorted(found))

    @staticmethod
    def indices(values: Iterable[str], dictionary: dict[str, int]) -> Integers:
        """Return the place of each value in ``dictionary``, which grows as needed."""
        return np.array([dictionary.setdefault(v, len(dictionary)) for v in values], np.int64)


def _worst(checks: list[Check]) -> str:
    verdicts = [check.verdict for check in checks] or [Verdict.UNSTATED]
    return min(verdicts, key=ORDER.index).value


def _hundredths(areas: Sequence[float | None]) -> Integers:
    return np.array([0 if a is None else round(a * 100) + 1 for a in areas], np.int64)


def _sizes(texts: Sequence[str]) -> Integers:
    """Return lengths in UTF-16 units, as a script counts them."""
    return np.array([len(t) + sum(ord(c) > 0xFFFF for c in t) for t in texts], np.int64)


def _geometry(shapes: Sequence[Any]) -> tuple[Integers, Integers]:
    """Return ring counts and coordinate steps.

    Counts: polygons of a feature, then rings of each polygon, then vertices of each ring without
    the closing one.  Steps: x and y in turn, each less the vertex before, the first less nothing.
    Shells run one way and holes the other, so that overlapping shells stay filled.
    """
    column = np.empty(len(shapes), dtype=object)
    column[:] = shapes
    column = shapely.orient_polygons(column)
    parts, of_shape = shapely.get_parts(column, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    xy, of_ring = shapely.get_coordinates(rings, return_index=True)
    last = np.append(of_ring[1:] != of_ring[:-1], True)
    xy, of_ring = xy[~last], of_ring[~last]
    parts_of = np.bincount(of_shape, minlength=len(column))
    rings_of = np.bincount(of_part, minlength=len(parts))
    points_of = np.bincount(of_ring, minlength=len(rings))
    counts: list[int] = []
    part = ring = 0
    for number in parts_of:
        counts.append(int(number))
        for _ in range(number):
            inner = int(rings_of[part])
            counts.append(inner)
            counts.extend(int(n) for n in points_of[ring : ring + inner])
            part, ring = part + 1, ring + inner
    steps = np.rint(xy * STEPS_PER_DEGREE).astype(np.int64)
    return np.array(counts, np.int64), np.diff(steps, axis=0, prepend=[[0, 0]]).ravel()


def _zigzag(values: Integers) -> Integers:
    """Return small numbers for small values of either sign: 0, -1, 1, -2 … as 0, 1, 2, 3 …"""
    return np.where(values < 0, -2 * values - 1, 2 * values)


def _varints(values: Integers) -> bytes:
    """Return non-negative numbers in groups of seven bits, lowest first; the last has no flag."""
    if not len(values):
        return b""
    groups = np.ones(len(values), np.int64)
    rest = values >> 7
    while rest.any():
        groups += rest > 0
        rest >>= 7
    offset = np.cumsum(groups) - groups
    out = np.zeros(int(groups.sum()), np.uint8)
    for place in range(int(groups.max())):
        has = groups > place
        bits = (values[has] >> (7 * place)) & 0x7F
        flags = np.where(groups[has] > place + 1, 0x80, 0)
        out[offset[has] + place] = bits | flags
    return out.tobytes()
