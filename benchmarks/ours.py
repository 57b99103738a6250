"""What the benchmark times of our own: the functions that the commands call."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from parcels import ROOT, STORED, Floats, Geometries, make_parcels
from shapely.affinity import translate

from gangqu_gis import crs, measure
from gangqu_gis.assessment import Assessment, assess, assess_change
from gangqu_gis.fileareas import batched
from gangqu_gis.formats.batches import arrow_bytes, large_layer
from gangqu_gis.measure import fast, methods
from gangqu_gis.measure.areas import taken_by
from gangqu_gis.measure.ellipsoid import Ellipsoid
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.topology import Thresholds, find_gaps, find_overlaps
from gangqu_gis.topology.matching import Borders
from gangqu_gis.workspace import open_workspace

STORAGE, PLANE = crs.storage(), crs.planar("EPSG:4549")
FIGURE = Ellipsoid.of(STORAGE)
LIMITS = Thresholds()


def area_numpy(degrees: Geometries) -> Floats:
    """Geodesic areas of geometries, numpy only."""
    return taken_by(methods.geodesic(STORAGE, compiled=False), degrees)


def area_fast(degrees: Geometries) -> Floats:
    """The same, compiled where there is enough of it."""
    return measure.geodesic_area(degrees, crs=STORAGE)


def as_arrow(degrees: Geometries) -> Any:
    """Return WKB in an Arrow column."""
    import pyarrow

    return pyarrow.array(shapely.to_wkb(degrees), type=pyarrow.large_binary())


def area_wkb(column: Any) -> Floats:
    """Geodesic areas of WKB in an Arrow column, compiled."""
    data, offset = arrow_bytes(column)
    results, state = fast.wkb_results(data, offset, 0, FIGURE, None)
    assert not (state & ~np.uint8(8)).any()
    area: Floats = results[:, 0]
    return area


def write_gpkg(path: Path, degrees: Geometries, stated: Floats) -> None:
    """Write parcels with a stated area."""
    import geopandas

    table = geopandas.GeoDataFrame({"mj": stated}, geometry=degrees, crs=STORED)
    table.to_file(path, engine="pyogrio", SPATIAL_INDEX="NO")


def from_disk(path: Path) -> dict[str, int]:
    """Return how many parcels of a file got which verdict."""
    layer = large_layer(path, None, least=0)
    assert layer is not None
    stated = batched.Stated("mj", "m2", 0.001)
    measured = batched.of_layer(layer, workspace_plane=PLANE, stated=stated)
    totals = batched.count(measured.parts, lambda done: None)
    return {verdict.value: number for verdict, number in totals.verdicts.items()}


def overlaps_and_gaps(plane: Geometries) -> tuple[list[Any], list[Any]]:
    """Return what the check of a file finds between its polygons."""
    borders = Borders.of(plane, tolerance_m=LIMITS.tolerance_m)
    tree = shapely.STRtree(borders.polygons)
    overlaps = find_overlaps(plane, thresholds=LIMITS, borders=borders, tree=tree)
    return overlaps, find_gaps(plane, thresholds=LIMITS, borders=borders, tree=tree)


def changed_plan(folder: Path, number: int) -> tuple[Plan, Plan, set[str]]:
    """Return a plan of ``number`` parcels, the same with a hundredth moved, and their ids."""
    sys.path.insert(0, str(ROOT / "tests"))
    from cases import SmallWorkspace

    rows = [
        {
            "type": "Feature",
            "properties": {
                "id": f"p-{i:06d}",
                "kind": "lot",
                "name": f"{i}",
                "basis": "schematic",
                "uncertainty_m": 10,
                "source": "benchmark",
            },
            "geometry": shapely.geometry.mapping(shape),
        }
        for i, shape in enumerate(make_parcels(number, faults=max(12, number // 400)).degrees)
    ]
    root = folder / "workspace"
    root.mkdir()
    SmallWorkspace(root, lots=rows).write()
    marker = root / "data" / "workspace.toml"
    text = marker.read_text(encoding="utf-8")
    wide = text.replace("[120.9, 30.5, 121.3, 30.75]", "[119.0, 29.0, 123.0, 32.0]")
    marker.write_text(wide, encoding="utf-8")
    plan = load_plan(open_workspace(root))
    lots = plan.layers["lots"]
    first = len(lots.features) // 3
    chosen = slice(first, first + max(1, number // 100))
    moved = [
        replace(f, geometry=translate(f.geometry, 2e-5, 1e-5)) for f in lots.features[chosen]
    ]
    features = (*lots.features[:first], *moved, *lots.features[chosen.stop :])
    after = replace(plan, layers={**plan.layers, "lots": replace(lots, features=features)})
    return plan, after, {feature.id for feature in moved}


def full_check(plan: Plan) -> None:
    """Check everything in a plan of which nothing is known yet."""
    assess(replace(plan))


def check_change(before: Plan, after: Plan, ids: set[str]) -> None:
    """Check both states around the change, as an update does that has just read the plan."""
    assess_change(replace(before), replace(after), ids)


def same_news(before: Plan, after: Plan, ids: set[str]) -> None:
    """Stop where a change brings other findings than the whole checks tell."""
    near = [_findings(state) for state in assess_change(before, after, ids)]
    whole = [_findings(assess(plan)) for plan in (before, after)]
    if near[1] - near[0] != whole[1] - whole[0]:
        raise SystemExit("the check around a change finds something else")


def _findings(assessment: Assessment) -> Counter[Any]:
    return Counter((f.rule, f.subjects, f.text.zh) for f in assessment.findings)


def write_shapes(path: Path, shapes: Geometries) -> None:
    """Write geometries for a process of its own."""
    import pyarrow.feather

    table = pyarrow.table({"wkb": as_arrow(shapes)})
    pyarrow.feather.write_feather(table, path, compression="uncompressed")


def read_shapes(path: Path) -> Geometries:
    """Read them, a part at a time."""
    import pyarrow.feather

    (column,) = pyarrow.feather.read_table(path, memory_map=True).columns
    parts = [shapely.from_wkb(p.to_numpy(zero_copy_only=False)) for p in column.chunks]
    shapes: Geometries = np.concatenate(parts)
    return shapes


def alone(what: str, path: str) -> None:
    """Do one piece of work on a file in this process and print its peak memory, kB."""
    if what == "disk":
        from_disk(Path(path))
    else:
        overlaps_and_gaps(read_shapes(Path(path)))
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
