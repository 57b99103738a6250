"""Results depend on the features alone: not on engine, batches, partitions or feature order."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from cases import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from gangqu_gis.crs import planar, storage
from gangqu_gis.engine import delayed
from gangqu_gis.fileareas.batched import Measurement, Stated, of_file, of_layer
from gangqu_gis.fileareas.partitions import Partitions, of_partitions
from gangqu_gis.fileareas.stored_areas import compare_stored, measure_file
from gangqu_gis.formats import batches
from gangqu_gis.formats.batches import large_layer
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.measure import measures
from gangqu_gis.topology import (
    Relation,
    Thresholds,
    find_edge_mismatches,
    find_gaps,
    find_overlaps,
)
from gangqu_gis.topology.partitions import find_faults

sys.path.insert(0, str(ROOT / "benchmarks"))
from parcels import make_parcels  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
PLANE = planar("EPSG:4549")
LIMITS = Thresholds()
EAST, NORTH = 604_000.0, 3_387_000.0
FEW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MANY = settings(FEW, max_examples=80)


@pytest.fixture(autouse=True, scope="module")
def in_threads() -> Iterator[None]:
    import dask.config

    with dask.config.set(scheduler="threads", num_workers=4):
        yield


def array(shapes: list[Any]) -> Any:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def rectangle(x: float, y: float, width: float, height: float) -> Any:
    return shapely.box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


BOW_TIE = translate(shapely.Polygon([(0, 0), (20, 20), (20, 0), (0, 20)]), EAST + 25, NORTH + 25)
squares = st.builds(
    lambda x, y: rectangle(10 * x, 10 * y, 10, 10), st.integers(0, 5), st.integers(0, 5)
)
oblongs = st.builds(
    rectangle, st.integers(0, 50), st.integers(0, 50), st.integers(3, 30), st.integers(3, 30)
)


def faulty_parcels(seed: int) -> list[Any]:
    """Return parcels of a coverage, some left out, dented, moved by a hair or overlaid."""
    chance = np.random.default_rng(seed)
    some = chance.integers(20, 64)
    shapes: list[Any] = make_parcels(64, seed=seed).plane[:some].tolist()
    for at in chance.choice(len(shapes), 8, replace=False).tolist():
        x, y = shapes[at].representative_point().coords[0]
        width = float(chance.uniform(3, 60))
        patch = shapely.box(x, y, x + width, y + width / 2)
        shapes[at], more = (
            lambda p: (None, []),
            lambda p: (p.difference(patch), []),
            lambda p: (p, [patch]),
            lambda p: (p.difference(patch), [translate(patch, 0.01, 0)]),
            lambda p: (translate(p, *chance.uniform(-0.06, 0.06, 2)), []),
            lambda p: (p.segmentize(20), [p]),
        )[chance.integers(0, 6)](shapes[at])
        shapes += more
    return shapes


@st.composite
def layers(draw: st.DrawFn) -> Any:
    """Draw a layer: parcels with planted faults, or squares and oblongs a hair apart."""
    seed = draw(st.integers(0, 2**16))
    if draw(st.booleans()):
        shapes = faulty_parcels(seed)
    else:
        shapes = draw(st.lists(squares | oblongs, min_size=1, max_size=24, unique_by=str))
        shift = np.random.default_rng(seed).uniform(-3e-4, 3e-4, (len(shapes), 2)) * (seed % 2)
        shapes = [translate(s, *by) for s, by in zip(shapes, shift, strict=True)]
    shapes += draw(st.lists(st.sampled_from([None, BOW_TIE, shapely.Polygon()]), max_size=2))
    return array(shapes)


@st.composite
def cuts(draw: st.DrawFn, number: int) -> tuple[Any, list[int]]:
    """Draw an order of features, arbitrary or in strips, and where it is cut: also to nothing."""
    order = np.array(draw(st.permutations(range(number))))
    at = draw(st.lists(st.integers(0, number), max_size=6))
    return order, sorted(at)


def alone(shapes: Any) -> tuple[list[Any], list[Any], list[Any]]:
    overlaps = find_overlaps(shapes, thresholds=LIMITS)
    gaps = find_gaps(shapes, thresholds=LIMITS)
    reported = [o.polygon for o in overlaps] + [g.polygon for g in gaps]
    return overlaps, gaps, find_edge_mismatches(shapes, thresholds=LIMITS, reported=reported)


def partitions(table: Any, at: list[int]) -> Partitions:
    parts = [table.iloc[some] for some in np.split(np.arange(len(table)), at)]
    return Partitions(
        Path("parts"), tuple(delayed(part) for part in parts), PLANE, tuple(table.columns)
    )


def told(found: Any, order: Any) -> tuple[Any, Any, Any]:
    """Return what was found by the features' own numbers, to the last digit."""
    overlaps, gaps, mismatches = found
    names = order.tolist()
    return (
        sorted(
            (*sorted([names[o.first], names[o.second]]), _upper(o, names), o.area_m2.hex(),
             o.width_m.hex(), o.polygon.wkb)
            for o in overlaps
        ),
        [
            (sorted(names[n] for n in g.neighbours), g.area_m2.hex(), g.width_m.hex(), g.sliver,
             g.polygon.wkb)
            for g in gaps
        ],
        sorted(
            (*sorted([names[m.first], names[m.second]]), m.offset_m.hex(), m.points.wkb)
            for m in mismatches
        ),
    )  # fmt: skip


def _upper(overlap: Any, names: list[int]) -> Any:
    """Return the feature that contains the other, or the name of the relation."""
    holder = {Relation.FIRST_CONTAINS: overlap.first, Relation.SECOND_CONTAINS: overlap.second}
    at = holder.get(overlap.relation)
    return overlap.relation.value if at is None else str(names[at])


@pytest.mark.parametrize("seed", [1, 2])
def test_the_parcels_that_are_drawn_hold_every_kind_of_fault(seed: int) -> None:
    overlaps, gaps, mismatches = alone(array(faulty_parcels(seed)))
    assert len(overlaps) > 2 and len(gaps) > 1 and mismatches


@st.composite
def stated_layers(draw: st.DrawFn) -> geopandas.GeoDataFrame:
    """Draw parcels in degrees with stated areas: right, in another unit, planar, off, or none."""
    seed = draw(st.integers(0, 2**16))
    chance = np.random.default_rng(seed)
    shapes = make_parcels(64, seed=seed).degrees[: draw(st.integers(3, 24))]
    plane = geopandas.GeoSeries(shapes, crs=4490).to_crs(4549)
    true, flat = measures(shapes, crs=storage(), plane=None).ellipsoidal_m2, plane.area.to_numpy()
    kinds = draw(st.lists(st.integers(0, 4), min_size=len(shapes), max_size=len(shapes)))
    off = true + chance.uniform(-50, 50, len(shapes))
    stated = np.choose(kinds, [true, flat, true * 15 / 10_000, off, np.full(len(shapes), np.nan)])
    at = draw(st.integers(0, len(shapes) - 1))
    shapes[at] = draw(st.sampled_from([shapes[at], DEGREES_BOW_TIE, WIDE]))
    names = [f"DK{n:02d}" for n in range(len(shapes))]
    columns = {"DKBH": names, "mj": np.round(stated, draw(st.integers(0, 3)))}
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs=4490)


DEGREES_BOW_TIE = shapely.Polygon([(121, 30), (121.01, 30.01), (121.01, 30), (121, 30.01)])
#: Its edges are so long that they are measured in another way than those of parcels.
WIDE = shapely.box(121, 30, 121.2, 30.2)
STATED = Stated("MJ", "m2", 0.001)


def by_name(measured: Measurement) -> dict[str, Any]:
    """Return the results of every feature, to the last digit."""
    found = {}
    for part in measured.parts:
        for i in range(len(part)):
            judged, measures_ = part.judgement, part.measures
            assert judged is not None
            found[part.label(i)] = (
                float(measures_.ellipsoidal_m2[i]).hex(), float(measures_.planar_m2[i]).hex(),
                float(judged.stated_m2[i]).hex(), float(judged.tolerance_m2[i]).hex(),
                judged.verdicts[i], judged.causes[i], judged.meant[i],
            )  # fmt: skip
    return found


@settings(FEW, max_examples=12)
@given(st.data())
def test_areas_and_verdicts_are_those_of_the_features_alone(data: st.DataObject) -> None:
    """Whole, in batches of any size, in partitions cut anywhere, in any order."""
    table = data.draw(stated_layers())
    order, at = data.draw(cuts(len(table)))
    shapes = np.asarray(table.geometry.values, dtype=object)
    values = {name: table[name].to_numpy() for name in ("DKBH", "mj")}
    file = VectorFile("lots", "lots", shapes, values, storage())
    measured = measure_file(file, workspace_plane=PLANE)
    stored = compare_stored(measured, column="mj", unit_name="m2", coordinate_m=0.001)
    expected = by_name(of_file(measured, stored))
    turned = table.iloc[order]
    source = replace(partitions(turned, at), crs=storage())
    assert by_name(of_partitions(source, workspace_plane=PLANE, stated=STATED)) == expected
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "BATCH", data.draw(st.integers(1, 30)))
        path = Path(folder) / "lots.parquet"
        turned.to_parquet(path, geometry_encoding="WKB")
        layer = large_layer(path, None, least=0)
        assert layer is not None
        assert by_name(of_layer(layer, workspace_plane=PLANE, stated=STATED)) == expected


def hold_together(data: st.DataObject) -> None:
    shapes = data.draw(layers())
    order, at = data.draw(cuts(len(shapes)))
    expected = told(alone(shapes), np.arange(len(shapes)))
    found = alone(shapes[order])
    assert told(found, order) == expected
    table = geopandas.GeoDataFrame(geometry=shapes[order], crs=4549)
    spread = find_faults(partitions(table, at), plane=PLANE, thresholds=LIMITS)
    assert told((spread.overlaps, spread.gaps, spread.mismatches), order) == expected
    firsts = [(o.first, o.second, o.relation) for o in spread.overlaps]
    assert firsts == [(o.first, o.second, o.relation) for o in found[0]]
    assert [g.neighbours for g in spread.gaps] == [g.neighbours for g in found[1]]


@FEW
@given(st.data())
def test_faults_are_those_of_the_polygons_alone(data: st.DataObject) -> None:
    hold_together(data)


@pytest.mark.slow
@MANY
@given(st.data())
def test_faults_are_those_of_the_polygons_alone_in_many_layers(data: st.DataObject) -> None:
    hold_together(data)
