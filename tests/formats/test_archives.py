"""Zipped data, honest and hostile."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from cases import Command, box, in_degrees, refusal
from exchange_builder import Lot, Text, square

from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.formats import read_vector

LOT = box(0, 0, 100)


def frame(name: str = "a") -> Any:
    return geopandas.GeoDataFrame({"DKBH": [name]}, geometry=[LOT], crs=4549)


def zipped(target: Path, files: dict[str, bytes], *, encoding: str = "utf-8") -> Path:
    """An archive of files; with GBK the names lack the UTF-8 flag, as Windows writes them."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if encoding == "gbk":
                name = name.encode("gbk").decode("cp437")
            archive.writestr(name, content)
    if encoding == "gbk":
        target.write_bytes(without_utf8_flag(target.read_bytes(), files))
    return target


def without_utf8_flag(raw: bytes, files: dict[str, bytes]) -> bytes:
    """zipfile flags every name beyond ASCII as UTF-8 and writes it so; put GBK in its place."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name.encode("gbk").hex())
            archive.writestr(info, content)
    raw = out.getvalue()
    for name in files:
        own = name.encode("gbk")
        padded = own + b"_" * (len(own.hex()) - len(own))
        assert len(padded) == len(own.hex())
        raw = raw.replace(own.hex().encode(), padded)
    return raw


def shapefile(folder: Path, stem: str = "地块") -> dict[str, bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    frame(stem).to_file(folder / f"{stem}.shp")
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.stem == stem}


@pytest.mark.parametrize("inside", ["", "成果/", "a b/c/"])
def test_a_zipped_shapefile(inside: str, tmp_path: Path) -> None:
    files = {inside + n: raw for n, raw in shapefile(tmp_path / "s").items()}
    found = read_vector(zipped(tmp_path / "包.zip", files))
    assert found.labels() == ["地块"] and found.layer == "地块"
    assert found.source == f"{tmp_path}/包.zip/{inside}地块.shp"
    assert found.crs is not None and found.crs.to_epsg() == 4549
    assert shapely.equals(found.geometry[0], LOT)


def test_names_in_gbk(tmp_path: Path) -> None:
    files = {"甲.geojson": shapely.to_geojson(in_degrees(LOT)).encode()}
    raw = without_utf8_flag(b"", files)
    path = tmp_path / "包.zip"
    path.write_bytes(raw)
    with pytest.raises(InputError):  # the padded name ends in underscores, not .geojson
        read_vector(path)
    files = {"甲" + "乙" * 11 + ".geojson": files["甲.geojson"]}
    with zipfile.ZipFile(path, "w") as archive:
        name = next(iter(files))
        archive.writestr("x" * len(name.encode("gbk")), files[name])
    path.write_bytes(path.read_bytes().replace(b"x" * len(name.encode("gbk")), name.encode("gbk")))
    assert read_vector(path).layer == name.removesuffix(".geojson")


def test_several_layers_are_asked_about(tmp_path: Path, command: Command) -> None:
    files = shapefile(tmp_path / "s", "新") | shapefile(tmp_path / "s", "旧")
    path = zipped(tmp_path / "两个.zip", files)
    said = refusal(command("measure", path, cwd=tmp_path), 2)
    assert "新" in said and "旧" in said and "--layer" in said
    assert read_vector(path, layer="旧").labels() == ["旧"]
    with pytest.raises(UsageError):
        read_vector(path, layer="中")


def test_one_name_in_two_folders(tmp_path: Path) -> None:
    own = shapefile(tmp_path / "s")
    files = {f"{n}/{name}": raw for n in "12" for name, raw in own.items()}
    path = zipped(tmp_path / "包.zip", files)
    with pytest.raises(UsageError, match="1/地块.shp"):
        read_vector(path)
    assert len(read_vector(path, layer="2/地块.shp")) == 1


def test_layers_within_a_file_within(tmp_path: Path) -> None:
    for name in "ab":
        frame(name).to_file(tmp_path / "two.gpkg", layer=name)
    two = (tmp_path / "two.gpkg").read_bytes()
    path = zipped(tmp_path / "包.zip", {"two.gpkg": two})
    assert read_vector(path, layer="b").labels() == ["b"]
    path = zipped(tmp_path / "包.zip", {"two.gpkg": two, **shapefile(tmp_path / "s")})
    assert read_vector(path, layer="two:b").labels() == ["b"]


def test_a_zipped_file_geodatabase(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "库.gdb", driver="OpenFileGDB", layer="lots")
    files = {p.name: p.read_bytes() for p in (tmp_path / "库.gdb").iterdir()}
    inside = zipped(tmp_path / "甲.zip", {f"库.gdb/{n}": raw for n, raw in files.items()})
    loose = zipped(tmp_path / "乙.zip", files)
    for path in (tmp_path / "库.gdb", inside, loose):
        found = read_vector(path)
        assert found.layer == "lots" and found.labels() == ["a"]


def test_a_zipped_boundary_file_beside_a_readme(tmp_path: Path) -> None:
    text = Text([Lot([square(0, 0, 100)])]).text().encode("gbk")
    path = zipped(tmp_path / "包.zip", {"界址点.txt": text})
    assert read_vector(path).labels() == ["GQ-01"]
    path = zipped(tmp_path / "包.zip", {"说明.txt": b"hello", **shapefile(tmp_path / "s")})
    assert read_vector(path).labels() == ["地块"]


def test_faults_inside_name_the_file_inside(tmp_path: Path) -> None:
    text = Text([Lot([square(0, 0, 100)])]).text().replace("J3,1", "J3,x,y,z,1")
    path = zipped(tmp_path / "包.zip", {"深/界址点.txt": text.encode("gbk")})
    with pytest.raises(InputError) as refused:
        read_vector(path)
    assert "包.zip/深/界址点.txt:16:" in refused.value.render("zh")


@pytest.mark.parametrize(
    "name", ["../a.geojson", "/etc/a.geojson", "x/../../a.geojson", "..\\a.geojson",
             "C:\\a.geojson", "C:/a.geojson"],
)  # fmt: skip
def test_paths_that_leave_the_folder(name: str, tmp_path: Path, command: Command) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = zipped(folder / "包.zip", {name: b"{}"})
    said = refusal(command("measure", path, cwd=folder), 3)
    assert "指向文件夹之外" in said
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "包.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("a.geojson")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(InputError, match="指向文件夹之外"):
        read_vector(path)


def claiming(path: Path, size: int) -> Path:
    """An archive of 1 KB whose only member claims ``size`` bytes."""
    zipped(path, {"a.geojson": b"x" * 900})
    raw = path.read_bytes()
    own = (900).to_bytes(4, "little")
    assert raw.count(own) == 2
    path.write_bytes(raw.replace(own, size.to_bytes(4, "little")))
    return path


@pytest.mark.parametrize("suffix", [".zip", ".kmz"])
def test_a_gigabyte_claimed_in_a_kilobyte(suffix: str, tmp_path: Path, command: Command) -> None:
    path = claiming(tmp_path / f"包{suffix}", 1_000_000_000)
    said = refusal(command("measure", path, cwd=tmp_path), 3)
    assert "1000000000" in said


def test_a_bomb_of_zeros_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "包.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a.geojson", "w") as member:
            for _ in range(60):
                member.write(bytes(1_000_000))
    with pytest.raises(InputError, match="不予解压"):
        read_vector(path)


def test_a_false_claim_below_the_limit(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_vector(claiming(tmp_path / "包.zip", 500_000))


def broken(kind: str, whole: bytes) -> bytes:
    at = whole.index(b"PK\x01\x02") // 2
    return {
        "empty": b"",
        "text": b"hello",
        "cut": whole[: len(whole) // 2],
        "damaged": whole[:at] + bytes(b ^ 0x55 for b in whole[at : at + 20]) + whole[at + 20 :],
        "encrypted": whole.replace(b"PK\x03\x04\x14\0\0\0", b"PK\x03\x04\x14\0\x01\0").replace(
            b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\x01\0"
        ),
    }[kind]


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "damaged", "encrypted"])
def test_broken_archives(kind: str, tmp_path: Path, command: Command) -> None:
    whole = zipped(tmp_path / "好.zip", {"a.geojson": bytes(range(256)) * 9}).read_bytes()
    path = tmp_path / "坏.zip"
    path.write_bytes(broken(kind, whole))
    said = refusal(command("measure", path, cwd=tmp_path), 3)
    assert "坏.zip" in said and ("密码" in said) == (kind == "encrypted")


def test_nothing_to_read_inside(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有可读"):
        read_vector(zipped(tmp_path / "包.zip", {"图.png": b"x", "__MACOSX/a.shp": b"x"}))


@pytest.mark.parametrize("name", ["a.rar", "a.7z", "a.dwg", "a.xls"])
def test_formats_that_are_named_and_refused(name: str, tmp_path: Path, command: Command) -> None:
    (tmp_path / name).write_bytes(b"Rar!...")
    assert name in refusal(command("measure", tmp_path / name, cwd=tmp_path), 3)
