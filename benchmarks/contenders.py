"""What a user would pick instead: geopandas, a Geod loop, DuckDB; each returns its answer."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from parcels import PLANE, STORED, Floats, Geometries

Pairs = set[tuple[int, int]]


def geod_loop(degrees: Geometries) -> Floats:
    """Areas along geodesics, one call a polygon."""
    geod = pyproj.CRS(STORED).get_geod()
    assert geod is not None
    return np.array([abs(geod.geometry_area_perimeter(shape)[0]) for shape in degrees])


def geopandas_planar(degrees: Geometries) -> Floats:
    """The area of the wrong kind that most people take."""
    import geopandas

    area: Floats = geopandas.GeoSeries(degrees, crs=STORED).to_crs(PLANE).area.to_numpy()
    return area


def geopandas_from_disk(path: Path) -> Floats:
    """Read a file and take planar areas."""
    import geopandas

    area: Floats = geopandas.read_file(path).to_crs(PLANE).area.to_numpy()
    return area


def geopandas_overlaps(plane: Geometries) -> Pairs:
    """Spatial join on intersects, then the intersections that have an area."""
    import geopandas

    frame = geopandas.GeoDataFrame(geometry=geopandas.GeoSeries(plane, crs=PLANE))
    joined = frame.sjoin(frame, predicate="intersects")
    one, other = joined.index.to_numpy(), joined["index_right"].to_numpy()
    one, other = one[one < other], other[one < other]
    shared = shapely.area(shapely.intersection(plane[one], plane[other])) > 1e-3
    return set(zip(one[shared].tolist(), other[shared].tolist(), strict=True))


def duckdb_connection() -> Any | None:
    """Return a connection with the spatial extension, two threads, or ``None``."""
    packaged = find_spec("duckdb_extension_spatial")
    if packaged is None or packaged.origin is None or find_spec("duckdb") is None:
        return None
    import duckdb

    (extension,) = Path(packaged.origin).parent.rglob("spatial.duckdb_extension")
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"LOAD '{extension}'")
    return connection


def duckdb_load(connection: Any, degrees: Geometries) -> None:
    """Make a table of geometries, latitude first: so wants ST_Area_Spheroid them."""
    import pyarrow

    table = pyarrow.table({"id": np.arange(len(degrees)), "wkb": shapely.to_wkb(degrees)})
    connection.register("given", table)
    connection.execute(
        "CREATE OR REPLACE TABLE parcels AS"
        " SELECT id, ST_FlipCoordinates(ST_GeomFromWKB(wkb)) AS g FROM given"
    )
    connection.unregister("given")


def duckdb_areas(connection: Any) -> Floats:
    """Spheroidal areas, in the order that the parcels came in."""
    found = connection.execute("SELECT ST_Area_Spheroid(g) AS area FROM parcels")
    area: Floats = found.fetchnumpy()["area"]
    return area
