"""Reading polygon files: what each reader returns, and every file that is refused."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas
import pyogrio
import pytest
import shapely
from cases import Command, box, column, in_degrees, refusal

from gangqu_gis.errors import GangquError, InputError, UsageError
from gangqu_gis.formats import read_vector

LOTS = [box(0, 0, 100), box(200, 0, 50)]
FORMATS = ["gpkg", "shp", "geojson", "fgb"]


def frame(shapes: list[Any] = LOTS, *, crs: str | None = "EPSG:4549", **columns: Any) -> Any:
    names = {"DKBH": [f"地块{n}" for n in range(len(shapes))]}
    return geopandas.GeoDataFrame(names | columns, geometry=list(shapes), crs=crs)


def write(folder: Path, name: str, data: Any = None, **options: Any) -> Path:
    path = folder / name
    (frame() if data is None else data).to_file(path, **options)
    return path


def exit_of(path: Path, **options: Any) -> tuple[int, str]:
    with pytest.raises(GangquError) as refused:
        read_vector(path, **options)
    return refused.value.exit_code, refused.value.render("zh")


@pytest.mark.parametrize("name", FORMATS)
def test_shapes_columns_and_crs(name: str, tmp_path: Path) -> None:
    found = read_vector(write(tmp_path, f"lots.{name}"))
    assert found.layer == "lots" and len(found) == 2
    assert found.labels() == found.column("dkbh").tolist()
    assert found.crs is not None and found.crs.to_epsg() == 4549
    shapes = dict(zip(found.labels(), found.geometry, strict=True))
    for n, lot in enumerate(LOTS):
        assert shapely.normalize(shapes[f"地块{n}"]).wkt == shapely.normalize(lot).wkt


@pytest.mark.parametrize("name", ["lots.gml", "lots.geojsonl", "lots.tab"])
def test_other_formats_that_gdal_reads(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    data = frame([in_degrees(s) for s in LOTS], crs="EPSG:4326")
    drivers = {"gml": "GML", "geojsonl": "GeoJSONSeq", "tab": "MapInfo File"}
    data.to_file(path, driver=drivers[path.suffix[1:]])
    found = read_vector(path)
    west, south, _, _ = shapely.total_bounds(found.geometry)
    assert (west, south) == pytest.approx((121.0844, 30.5988), abs=1e-3)


@pytest.mark.parametrize("raised", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("kind", [shapely.Polygon, shapely.MultiPolygon])
def test_gml_of_which_some_features_have_heights(
    raised: tuple[int, ...], kind: Any, tmp_path: Path
) -> None:
    """GDAL declares the dimension of the collection, and of the positions only where it is 3."""
    shapes = [shapely.force_3d(lot, 5.0) if n in raised else lot for n, lot in enumerate(LOTS)]
    if kind is shapely.MultiPolygon:
        shapes[1] = shapely.MultiPolygon([shapes[1]])
    path = tmp_path / "lots.gml"
    frame(shapes, crs="EPSG:4549").to_file(path, driver="GML")
    found = read_vector(path)
    for shape, lot in zip(found.geometry, LOTS, strict=True):
        assert shapely.equals(shape, lot) and not shapely.has_z(shape)
    (note,) = found.notes
    assert note.rule == "geometry.heights" and str(len(raised)) in note.text.render("zh")


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>lots</name><Folder><name>lots</name>
<Placemark><name>甲</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
121.08,30.6,5 121.081,30.6,5 121.081,30.601,5 121.08,30.601,5 121.08,30.6,5
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>点</name><Point><coordinates>121.08,30.6</coordinates></Point></Placemark>
</Folder></Document></kml>
"""


def test_kml(tmp_path: Path) -> None:
    path = tmp_path / "lots.kml"
    path.write_text(KML, encoding="utf-8")
    found = read_vector(path)
    assert [g.geom_type for g in found.geometry] == ["Polygon", "Point"]
    assert not found.geometry[0].has_z
    assert found.crs is not None and found.crs.to_epsg() == 4326


def test_heights_are_dropped_for_areas(tmp_path: Path) -> None:
    raised = shapely.force_3d(LOTS[0], 12.0)
    found = read_vector(write(tmp_path, "raised.gpkg", frame([raised])))
    assert not found.geometry[0].has_z and shapely.equals(found.geometry[0], LOTS[0])


def test_null_and_mixed_geometry_is_kept_as_it_is(tmp_path: Path) -> None:
    line = shapely.LineString([(604000, 3387000), (604009, 3387000)])
    found = read_vector(write(tmp_path, "mixed.gpkg", frame([LOTS[0], None, line])))
    assert found.geometry[1] is None
    assert [g.geom_type for g in found.geometry if g is not None] == ["Polygon", "LineString"]


@pytest.mark.parametrize("name", FORMATS)
def test_file_without_features(name: str, tmp_path: Path) -> None:
    found = read_vector(write(tmp_path, f"none.{name}", frame().iloc[:0]))
    assert len(found) == 0 and found.labels() == []


# ------------------------------------------------------------------------------- layers


def test_a_file_of_two_layers_needs_one_to_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, "two.gpkg", layer="old")
    write(tmp_path, "two.gpkg", frame([LOTS[1]]), layer="new")
    code, said = exit_of(path)
    assert code == 2 and "old" in said and "new" in said and "--layer" in said
    assert len(read_vector(path, layer="new")) == 1
    code, said = exit_of(path, layer="older")
    assert code == 2 and "older" in said and "new" in said


def test_a_layer_of_a_one_layer_file_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, "lots.gpkg")
    assert len(read_vector(path, layer="lots")) == 2
    assert exit_of(path, layer="plots")[0] == 2


def test_tables_without_geometry_are_no_choice(tmp_path: Path) -> None:
    path = write(tmp_path, "lots.gpkg")
    table = pandas.DataFrame({"a": [1]})
    pyogrio.write_dataframe(table, path, layer="table", driver="GPKG")
    assert read_vector(path).layer == "lots"


# ---------------------------------------------------------------------------------- CRS


def test_file_without_crs_is_not_guessed(tmp_path: Path) -> None:
    path = write(tmp_path, "lots.shp")
    path.with_suffix(".prj").unlink()
    code, said = exit_of(path)
    assert code == 3 and "--crs" in said
    found = read_vector(path, crs="EPSG:4549")
    assert found.crs is not None and found.crs.to_epsg() == 4549


def test_crs_may_repeat_the_declared_one_and_never_override_it(tmp_path: Path) -> None:
    path = write(tmp_path, "lots.gpkg")
    assert len(read_vector(path, crs="EPSG:4549")) == 2
    code, said = exit_of(path, crs="EPSG:4528")
    assert code == 3 and "4528" in said and "4549" in said


def test_unknown_crs_is_refused(tmp_path: Path) -> None:
    code, said = exit_of(write(tmp_path, "lots.gpkg"), crs="EPSG:99999")
    assert code == 3 and "99999" in said


def test_empty_crs_is_refused(tmp_path: Path) -> None:
    assert exit_of(write(tmp_path, "lots.gpkg"), crs="")[0] in (2, 3)


ARCGIS_PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_120E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize("name", ["CGCS2000_3_Degree_GK_CM_120E", "Custom_Gauss_Kruger"])
def test_prj_of_arcgis_is_understood(name: str, tmp_path: Path) -> None:
    path = write(tmp_path, "lots.shp")
    prj = ARCGIS_PRJ.replace("CGCS2000_3_Degree_GK_CM_120E", name)
    path.with_suffix(".prj").write_text(prj, encoding="ascii")
    found = read_vector(path)
    assert found.crs is not None and found.crs.is_projected


def test_crs_may_repeat_a_prj_without_a_code(tmp_path: Path) -> None:
    path = write(tmp_path, "lots.shp")
    prj = ARCGIS_PRJ.replace("CGCS2000_3_Degree_GK_CM_120E", "Custom_Gauss_Kruger")
    path.with_suffix(".prj").write_text(prj, encoding="ascii")
    assert len(read_vector(path, crs="EPSG:4549")) == 2


# ------------------------------------------------------------------------- what is refused


def spoiled(folder: Path, name: str) -> Path:
    """Write a file that cannot be read, of the kind that ``name`` says."""
    path = folder / name
    sound = write(folder, "sound.gpkg").read_bytes()
    contents = {
        "corrupt.gpkg": sound[:5000],
        "zeroed.gpkg": sound[:4096] + bytes(len(sound) - 4096),
        "empty.gpkg": b"",
        "text.shp": b"hello",
        "text.kml": b"hello",
        "text.dxf": b"hello",
        "text.txt": b"hello",
        "half.geojson": b'{"type":"FeatureCollection","features":[{"type":"Fea',
        "html.gml": b"<html><body>404</body></html>",
    }
    path.write_bytes(contents[name])
    return path


@pytest.mark.parametrize(
    "name",
    "corrupt.gpkg zeroed.gpkg empty.gpkg text.shp text.kml text.dxf text.txt half.geojson "
    "html.gml".split(),
)
def test_unreadable_files(name: str, tmp_path: Path, command: Command) -> None:
    path = spoiled(tmp_path, name)
    assert name in refusal(command("measure", path, cwd=tmp_path), 3)


@pytest.mark.parametrize(
    "name",
    ["missing.gpkg", "/vsicurl/http://127.0.0.1:9/x.gpkg", "http://127.0.0.1:9/x.gpkg", "/vsimem/x",
     "/vsizip/lots.zip", "PG:dbname=x", "GPKG:lots.gpkg"],
)  # fmt: skip
def test_only_local_files(name: str, tmp_path: Path, command: Command) -> None:
    refusal(command("measure", name, cwd=tmp_path), 3)


def test_folder_that_holds_nothing(tmp_path: Path, command: Command) -> None:
    refusal(command("measure", tmp_path, cwd=tmp_path), 3)


def test_a_vrt_is_refused_for_it_may_point_anywhere(tmp_path: Path) -> None:
    source = write(tmp_path, "lots.gpkg")
    path = tmp_path / "lots.vrt"
    path.write_text(
        '<OGRVRTDataSource><OGRVRTLayer name="lots">'
        f"<SrcDataSource>{source}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        encoding="utf-8",
    )
    assert exit_of(path)[0] == 3


def curved(path: Path, declared: str) -> Path:
    """Turn the first polygon of a GeoPackage into a CurvePolygon: a circle through three points."""
    ring = np.array([604000.0, 3387000, 604050, 3387050, 604100, 3387000, 604050, 3386950])
    circle = np.concatenate([ring, ring[:2]]).astype("<f8").tobytes()
    count = np.array([5], "<u4").tobytes()
    string = b"\x01" + np.array([8], "<u4").tobytes() + count + circle
    wkb = b"\x01" + np.array([10, 1], "<u4").tobytes() + string
    blob = b"GP\x00\x01" + np.array([4549], "<i4").tobytes() + wkb
    with closing(sqlite3.connect(path)) as database, database:
        named = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (trigger,) in database.execute(named).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE lots SET geom = ? WHERE fid = 1", (blob,))
        database.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = ?", (declared,))
        database.execute("PRAGMA writable_schema = ON")
        swap = "UPDATE sqlite_master SET sql = replace(sql, '\"geom\" POLYGON', ?)"
        assert database.execute(swap, (f'"geom" {declared}',)).rowcount > 0
    return path


@pytest.mark.parametrize("declared", ["CURVEPOLYGON", "MULTISURFACE", "GEOMETRY"])
def test_curves_are_found_whatever_the_layer_declares(declared: str, tmp_path: Path) -> None:
    found = read_vector(curved(write(tmp_path, "lots.gpkg"), declared))
    assert found.geometry[0].area == pytest.approx(np.pi * 50**2, abs=1e-4)
    assert [note.rule for note in found.notes] == ["geometry.curves"]


def test_errors_are_of_the_kind_that_the_exit_code_says(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_vector(tmp_path / "missing.gpkg")
    with pytest.raises(UsageError):
        read_vector(write(tmp_path, "lots.gpkg"), layer="x")


# ------------------------------------------------------------------------- columns and labels


def as_geojson(folder: Path, rows: list[dict[str, Any]]) -> Path:
    shape = json.loads(shapely.to_geojson(in_degrees(LOTS[0])))
    features = [{"type": "Feature", "properties": row, "geometry": shape} for row in rows]
    path = folder / "lots.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([{"id": "a", "name": "甲"}, {"id": "b", "name": "乙"}], ["a", "b"]),
        ([{"id": "a", "name": "甲"}, {"id": None, "name": "乙"}], ["甲", "乙"]),
        ([{"ID": 7}, {"ID": 8}], ["7", "8"]),
        ([{"地块编号": "J-1"}, {"地块编号": "J-2"}], ["J-1", "J-2"]),
        ([{"x": 1}, {"x": 2}], ["#1", "#2"]),
    ],
)
def test_features_are_called_by_their_id(
    rows: list[dict[str, Any]], labels: list[str], tmp_path: Path
) -> None:
    assert read_vector(as_geojson(tmp_path, rows)).labels() == labels


def test_missing_column_names_those_there_are(tmp_path: Path) -> None:
    found = read_vector(write(tmp_path, "lots.gpkg", frame(MJ=[1.0, 2.0])))
    with pytest.raises(UsageError) as refused:
        found.column("面积")
    assert "MJ" in refused.value.render("zh")


def test_the_exact_name_of_a_column_comes_first(tmp_path: Path) -> None:
    found = read_vector(as_geojson(tmp_path, [{"MJ": 1, "mj": 2}]))
    assert found.column("mj").tolist() == [2]


def test_paths_with_chinese_and_spaces(tmp_path: Path) -> None:
    source = write(tmp_path, "lots.gpkg")
    folder = tmp_path / "港区 最终版2"
    folder.mkdir()
    target = Path(shutil.copy(source, folder / "地块 1.gpkg"))
    assert len(read_vector(target)) == 2
    assert column(*read_vector(target).geometry).shape == (2,)
