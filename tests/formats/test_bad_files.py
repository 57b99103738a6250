"""Every bad file: one clear line with the file and the feature or line, in both languages."""

from __future__ import annotations

import contextlib
import json
import random
import re
import shutil
import struct
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from cases import Command, box, in_degrees, refusal
from exchange_builder import Lot, Text, square

from gangqu_gis.errors import GangquError, InputError
from gangqu_gis.formats import read_vector

LOT = box(0, 0, 100)
#: An easting that stands nowhere else in a file, to be replaced by what is no number.
MARK = 604055.125


def layer(path: Path, *shapes: Any, crs: int = 4549, **columns: Any) -> Path:
    names = {"DKBH": [f"p{n}" for n in range(len(shapes))]}
    driver = "KML" if path.suffix == ".kml" else None
    frame = geopandas.GeoDataFrame(names | columns, geometry=list(shapes), crs=crs)
    frame.to_file(path, driver=driver)
    return path


def both(command: Command, path: Path, code: int = 3) -> tuple[str, str]:
    """The one line of a refusal in Chinese and in English; it names the file."""
    zh = refusal(command("measure", path, cwd=path.parent), code)
    en = refusal(command("--lang", "en", "measure", path, cwd=path.parent), code)
    assert zh.startswith(str(path)) and en.startswith(str(path))
    han = re.compile(r"[\u4e00-\u9fff]")
    assert han.search(zh) and not han.search(en.replace(str(path), ""))
    return zh, en


FORMATS = ["gpkg", "shp", "geojson", "fgb", "gml", "kml", "dxf"]


def whole(folder: Path, suffix: str) -> bytes:
    shapes = [box(200 * n, 0, 100) for n in range(60)]
    degrees = [in_degrees(shape) for shape in shapes]
    path = folder / f"whole.{suffix}"
    if suffix == "dxf":
        import ezdxf

        drawing = ezdxf.new()  # type: ignore[attr-defined]
        for shape in shapes:
            drawing.modelspace().add_lwpolyline(list(shape.exterior.coords))
        drawing.saveas(path)
    elif suffix == "kml":
        layer(path, *degrees, crs=4326)
    else:
        layer(path, *shapes)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("share", [0, 0.02, 0.97])
def test_truncated(suffix: str, share: float, tmp_path: Path, command: Command) -> None:
    raw = whole(tmp_path, suffix)
    path = tmp_path / f"坏.{suffix}"
    for part in tmp_path.glob("whole.*"):
        shutil.copy(part, path.with_suffix(part.suffix))
    path.write_bytes(raw[: int(len(raw) * share)])
    both(command, path)


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb", "geojson", "gml", "kml", "txt", "zip"])
def test_garbage_is_refused_or_read_and_never_crashes(suffix: str, tmp_path: Path) -> None:
    """Bytes changed at random: whatever comes of it, it is an error of the known kind."""
    if suffix == "txt":
        raw = Text([Lot([square(0, 0, 100), square(40, 40, 20)])]).text().encode("gbk")
    elif suffix == "zip":
        whole(tmp_path, "geojson")
        with zipfile.ZipFile(tmp_path / "whole.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(tmp_path / "whole.geojson", "地块.geojson")
        raw = (tmp_path / "whole.zip").read_bytes()
    else:
        raw = whole(tmp_path, suffix)
    path = tmp_path / f"whole.{suffix}"
    chance = random.Random(suffix)
    for _ in range(40):
        own = bytearray(raw)
        for _ in range(chance.choice([1, 3, 30])):
            own[chance.randrange(len(own))] = chance.choice([0, 10, 44, 255, chance.randrange(256)])
        path.write_bytes(own)
        with contextlib.suppress(GangquError):
            read_vector(path)


@pytest.mark.parametrize("suffix", "shp geojson kml dxf txt csv xlsx zip tab".split())
def test_wrong_extension(suffix: str, tmp_path: Path, command: Command) -> None:
    path = tmp_path / f"坏.{suffix}"
    path.write_bytes(whole(tmp_path, "gpkg"))
    zh, en = both(command, path)
    assert "GeoPackage" in zh and f".{suffix}" in en


@pytest.mark.parametrize("raw", [b"%PDF-1.7", b"\x89PNG\r\n", b"Rar!x", b"AC1032"])
def test_files_of_another_kind(raw: bytes, tmp_path: Path, command: Command) -> None:
    path = tmp_path / "坏.geojson"
    path.write_bytes(raw)
    both(command, path)


def test_a_folder_that_is_no_geodatabase(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "坏.gdb"
    path.mkdir()
    (path / "gdb").write_bytes(b"x")
    assert ".gdbtable" in both(command, path)[0]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("suffix", ["gpkg", "shp", "fgb"])
def test_coordinates_that_are_no_numbers(
    suffix: str, value: float, tmp_path: Path, command: Command
) -> None:
    odd = shapely.Polygon([(604000, 3387000), (MARK, 3387000), (604100, 3387100)])
    path = layer(tmp_path / f"坏.{suffix}", LOT, odd)
    raw = path.read_bytes()
    assert struct.pack("<d", MARK) in raw
    path.write_bytes(raw.replace(struct.pack("<d", MARK), struct.pack("<d", value)))
    zh, _ = both(command, path)
    assert "p1" in zh and "不是有限的数" in zh


@pytest.mark.parametrize("word", ["NaN", "Infinity", "1e999"])
def test_json_with_numbers_that_are_none(word: str, tmp_path: Path, command: Command) -> None:
    shape = json.loads(shapely.to_geojson(in_degrees(LOT)))
    shape["coordinates"][0][1][0] = 12345
    one = {"type": "Feature", "properties": {"id": "a"}, "geometry": shape}
    text = json.dumps({"type": "FeatureCollection", "features": [one]})
    path = tmp_path / "坏.geojson"
    path.write_text(text.replace("12345", word), encoding="utf-8")
    both(command, path)


@pytest.mark.parametrize(("west", "east"), [(-100, 100), (0, 180), (-200, 200)])
def test_half_the_globe(west: int, east: int, tmp_path: Path, command: Command) -> None:
    path = layer(tmp_path / "坏.gpkg", in_degrees(LOT), shapely.box(west, 0, east, 40), crs=4490)
    assert "p1" in both(command, path)[0]


def test_beyond_the_plane(tmp_path: Path, command: Command) -> None:
    both(command, layer(tmp_path / "坏.gpkg", shapely.box(-9e6, 3387000, 9e6, 3387100)))
    path = layer(tmp_path / "坏2.gpkg", shapely.box(-2e7, 0, 2e7, 100), crs=3857)
    both(command, path)


def test_a_country_is_no_half_globe(tmp_path: Path) -> None:
    wide = shapely.box(73, 18, 135, 54)
    assert len(read_vector(layer(tmp_path / "a.gpkg", wide, crs=4490))) == 1


def notes(path: Path) -> list[tuple[str, bool]]:
    return [(note.rule, note.asks) for note in read_vector(path).notes]


def test_null_and_empty_geometries_are_named(tmp_path: Path, command: Command) -> None:
    path = layer(tmp_path / "a.gpkg", LOT, None, shapely.Polygon())
    assert notes(path) == [("geometry.null", False), ("geometry.empty", False)]
    run = command("measure", path, cwd=tmp_path)
    assert run.code == 0 and "NULL" in run.err and "p1" in run.err and "p2" in run.err


def test_mixed_types_are_counted(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", LOT, LOT.centroid, shapely.MultiPolygon([LOT]))
    (note,) = read_vector(path).notes
    assert note.rule == "geometry.mixed"
    assert "Point 1" in note.text.zh and "Polygon 2" in note.text.zh


def test_no_polygon_at_all(tmp_path: Path, command: Command) -> None:
    both(command, layer(tmp_path / "bad.gpkg", LOT.centroid))


def test_ids_that_stand_twice_are_named(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", LOT, box(200, 0, 9), DKBH=["甲", "甲"])
    (note,) = read_vector(path).notes
    assert note.rule == "id.repeated" and "甲" in note.text.zh


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson"])
def test_heights_are_said_once(name: str, tmp_path: Path) -> None:
    path = layer(tmp_path / name, shapely.force_3d(LOT, 3.5), shapely.force_3d(LOT, 4.5))
    (note,) = read_vector(path).notes
    assert note.rule == "geometry.heights" and "2 个" in note.text.zh
    flat = layer(tmp_path / f"0{name}", shapely.force_3d(LOT, 0.0))
    assert read_vector(flat).notes == ()


def test_measures_are_said(tmp_path: Path) -> None:
    """A PolygonM shapefile (type 25): the head and one record, made by hand from a plain one."""
    path = layer(tmp_path / "m.shp", LOT)
    raw = path.read_bytes()
    content = bytearray(raw[108:])
    content[0:4] = struct.pack("<i", 25)
    content += struct.pack("<2d", 1, 5) + struct.pack("<5d", 1, 2, 3, 4, 5)
    record = struct.pack(">2i", 1, len(content) // 2) + bytes(content)
    head = bytearray(raw[:100])
    head[24:28] = struct.pack(">i", (100 + len(record)) // 2)
    head[32:36] = struct.pack("<i", 25)
    path.write_bytes(bytes(head) + record)
    path.with_suffix(".shx").unlink()
    found = read_vector(path)
    assert "geometry.measures" in [note.rule for note in found.notes]
    assert shapely.equals(found.geometry[0], LOT)


def test_more_features_than_bytes(tmp_path: Path, command: Command) -> None:
    """A FlatGeobuf whose head claims 2^40 features."""
    path = layer(tmp_path / "坏.fgb", *[box(200 * n, 0, 9) for n in range(77)])
    raw = path.read_bytes()
    own = struct.pack("<Q", 77)
    assert raw.count(own) == 1
    path.write_bytes(raw.replace(own, struct.pack("<Q", 2**40)))
    both(command, path)


@pytest.mark.parametrize(
    "name",
    ["/vsicurl/http://127.0.0.1:9/x.gpkg", "/vsizip/a.zip", "/vsimem/x", "/VSIZIP/a.zip",
     "http://127.0.0.1:9/x.gpkg", "ftp://a/b.shp", "PG:dbname=x", "GPKG:lots.gpkg"],
)  # fmt: skip
def test_what_is_no_local_file(name: str, tmp_path: Path, command: Command) -> None:
    for language, word in (("zh", "只读本机"), ("en", "only local")):
        said = refusal(command("--lang", language, "measure", name, cwd=tmp_path), 3)
        assert word in said


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "kml"])
def test_names_that_libraries_misread(suffix: str, tmp_path: Path) -> None:
    """What a library takes for a sign of its own is a part of the name."""
    shape = in_degrees(LOT) if suffix == "kml" else LOT
    layer(tmp_path / f"plain.{suffix}", shape, crs=4326 if suffix == "kml" else 4549)
    parts = list(tmp_path.iterdir())
    for stem in ("a#1", "a?b", "a!b", "a%20b", "a&b", "a b", "a;b", "a'b", 'a"b', "a:b", "港区（2）"):
        for part in parts:
            shutil.copy(part, tmp_path / f"{stem}{part.suffix}")
        found = read_vector(tmp_path / f"{stem}.{suffix}")
        assert len(found) == 1 and found.source.endswith(f"{stem}.{suffix}")


def test_a_gml_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gml", LOT)
    path.with_suffix(".xsd").unlink()
    assert len(read_vector(path)) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["a.gml"]


def test_links_lead_to_local_files(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", LOT)
    link = tmp_path / "b.gpkg"
    link.symlink_to(path)
    assert len(read_vector(link)) == 1
    link.unlink()
    link.symlink_to("/vsicurl/http:/127.0.0.1/x.gpkg")
    with pytest.raises(InputError):
        read_vector(link)
