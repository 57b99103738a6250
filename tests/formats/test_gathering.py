"""Folders as clerks keep them: parts, copies, versions, and files that are no layers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import geopandas
import pytest
from cases import Command, box, refusal
from exchange_builder import Lot, Text, square, write

from gangqu_gis.errors import InputError
from gangqu_gis.formats.gathering import Gathered, expand

TEXT = Text([Lot([square(0, 0, 100)])]).text()


def layer(path: Path, size: float = 100, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = geopandas.GeoDataFrame({"id": ["a"]}, geometry=[box(0, 0, size)], crs=4549)
    frame.to_file(path, **options)
    return path


def names(found: Gathered) -> list[str]:
    return [path.name for path in found.files]


def rules(found: Gathered) -> list[str]:
    return [note.rule for note in found.notes]


def test_layers_of_a_folder(tmp_path: Path) -> None:
    layer(tmp_path / "一" / "地块.shp")
    layer(tmp_path / "二" / "地块.gpkg", 90)
    layer(tmp_path / "库.gdb", 80, driver="OpenFileGDB")
    write(tmp_path / "界址点.txt", TEXT)
    write(tmp_path / "说明.txt", "本目录由测绘队提供。\n")
    (tmp_path / "图.png").write_bytes(b"x")
    (tmp_path / "~$表.xlsx").write_bytes(b"x")
    (tmp_path / ".隐藏.shp").write_bytes(b"x")
    found = expand([tmp_path])
    assert sorted(names(found)) == sorted(["地块.shp", "地块.gpkg", "库.gdb", "界址点.txt"])
    assert rules(found) == ["gather.no_points", "gather.ignored"]
    assert "说明.txt" in found.notes[0].text.zh
    assert found.notes[1].text.zh == "略过（不是可读的图层）：~$表.xlsx、图.png"


def test_parts_of_layers_are_passed_over_without_a_word(tmp_path: Path) -> None:
    layer(tmp_path / "地块.shp")
    layer(tmp_path / "路.gpkg", 90)
    for part in ("地块.shp.xml", "地块.qml", "路.gpkg-wal", "Thumbs.db", ".DS_Store"):
        (tmp_path / part).write_bytes(b"x")
    assert expand([tmp_path]).notes == ()
    for other in ("地块.docx", "别的.dbf", *(f"{n}.docx" for n in range(9))):
        (tmp_path / other).write_bytes(b"x")
    (note,) = expand([tmp_path]).notes
    assert "略过 11 个文件" in note.text.zh and "别的.dbf" in note.text.zh and not note.asks


def test_a_faulty_file_of_points_is_still_a_layer(tmp_path: Path) -> None:
    write(tmp_path / "界址点.txt", TEXT.replace("J3,1,", "J3,x,y,z,"))
    assert names(expand([tmp_path])) == ["界址点.txt"]


@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_copies_are_read_once(suffix: str, tmp_path: Path) -> None:
    path = layer(tmp_path / f"地块{suffix}")
    for part in list(tmp_path.iterdir()):
        shutil.copy(part, tmp_path / f"最终版2{part.suffix}")
    found = expand([tmp_path])
    assert names(found) == [path.name] and rules(found) == ["gather.copy"]
    assert "最终版2" in found.notes[0].text.zh


def test_versions_are_asked_about_with_their_dates(tmp_path: Path) -> None:
    layer(tmp_path / "地块.gpkg")
    layer(tmp_path / "地块最终版2.gpkg", 90)
    found = expand([tmp_path])
    (note,) = found.notes
    assert len(found.files) == 2 and note.asks and "地块最终版2.gpkg (20" in note.text.zh


def test_numbered_parcels_are_no_versions(tmp_path: Path) -> None:
    for n in range(1, 4):
        layer(tmp_path / f"地块{n}.gpkg", 90 + n)
    found = expand([tmp_path])
    assert len(found.files) == 3 and found.notes == ()


def test_files_are_taken_as_named(tmp_path: Path) -> None:
    path = write(tmp_path / "说明.txt", "没有坐标\n")
    assert expand([path, layer(tmp_path / "a.gpkg")]).files == (path, tmp_path / "a.gpkg")


def test_a_folder_for_one_file(tmp_path: Path, command: Command) -> None:
    assert "没有可读" in refusal(command("measure", tmp_path, cwd=tmp_path), 3)
    layer(tmp_path / "in" / "a.shp")
    assert command("measure", tmp_path, cwd=tmp_path).code == 0
    layer(tmp_path / "in" / "b.shp", 90)
    said = refusal(command("measure", tmp_path, cwd=tmp_path), 2)
    assert "in/a.shp" in said and "in/b.shp" in said


def test_what_is_not_there(tmp_path: Path) -> None:
    for name in ("没有", "http://x/y"):
        with pytest.raises(InputError):
            expand([Path(name)])
