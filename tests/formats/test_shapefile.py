"""Shapefiles with parts missing, in any encoding, declared rightly, wrongly or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from cases import Command, box, refusal

from gangqu_gis.errors import InputError
from gangqu_gis.formats import read_vector

NAMES = ["地块一", "乍浦镇滨海大道", "plain"]


def lots(folder: Path, encoding: str, values: list[str] | None = None) -> Path:
    """A shapefile whose text is in ``encoding``, and says so nowhere."""
    path = folder / "lots.shp"
    own = values or NAMES
    shapes = [box(200 * n, 0, 100) for n in range(len(own))]
    frame = geopandas.GeoDataFrame({"DKBH": own, "面积": 1.5}, geometry=shapes, crs=4549)
    frame.to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    language(path, 0)
    return path


def language(path: Path, value: int) -> None:
    """Set the DBF's language byte."""
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    raw[29] = value
    path.with_suffix(".dbf").write_bytes(raw)


def rules(found: Any) -> list[str]:
    return [note.rule for note in found.notes]


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_bytes_tell_where_nothing_is_declared(encoding: str, tmp_path: Path) -> None:
    found = read_vector(lots(tmp_path, encoding))
    assert found.column("DKBH").tolist() == NAMES and list(found.columns) == ["DKBH", "面积"]
    assert found.column("面积").tolist() == [1.5] * 3
    (note,) = found.notes
    assert note.rule == "encoding.inferred" and encoding in note.text.zh
    assert note.inferred and not note.asks


@pytest.mark.parametrize("ldid", [0x4D, 0x7A])
def test_the_language_byte_declares_gbk(ldid: int, tmp_path: Path) -> None:
    path = lots(tmp_path, "GB18030")
    language(path, ldid)
    found = read_vector(path)
    assert found.column("DKBH").tolist() == NAMES and found.notes == ()


@pytest.mark.parametrize("ldid", [0x57, 0x00])
def test_these_language_bytes_say_nothing(ldid: int, tmp_path: Path) -> None:
    path = lots(tmp_path, "GB18030")
    language(path, ldid)
    assert rules(read_vector(path)) == ["encoding.inferred"]


@pytest.mark.parametrize(
    ("encoding", "cpg"),
    [("UTF-8", "UTF-8"), ("UTF-8", "65001"), ("UTF-8", "utf8\r\n"), ("GB18030", "GBK"),
     ("GB18030", "936"), ("GB18030", "ANSI 936"), ("GB18030", "GB2312"), ("GB18030", "cp936")],
)  # fmt: skip
def test_the_cpg_is_believed(encoding: str, cpg: str, tmp_path: Path) -> None:
    path = lots(tmp_path, encoding)
    path.with_suffix(".cpg").write_text(cpg)
    language(path, 0x57)
    found = read_vector(path)
    assert found.column("DKBH").tolist() == NAMES and found.notes == ()


@pytest.mark.parametrize(
    ("encoding", "cpg", "rule"),
    [("GB18030", "UTF-8", "encoding.inferred"), ("UTF-8", "GBK", "encoding.contradicted"),
     ("UTF-8", "ISO-8859-1", "encoding.contradicted"), ("GB18030", "???", "encoding.unknown")],
)  # fmt: skip
def test_a_wrong_cpg_is_noticed(encoding: str, cpg: str, rule: str, tmp_path: Path) -> None:
    path = lots(tmp_path, encoding)
    path.with_suffix(".cpg").write_text(cpg)
    found = read_vector(path)
    assert found.column("DKBH").tolist() == NAMES and rule in rules(found)
    assert cpg in found.notes[0].text.zh


def test_the_cpg_comes_before_the_language_byte(tmp_path: Path) -> None:
    path = lots(tmp_path, "UTF-8")
    path.with_suffix(".cpg").write_text("UTF-8")
    language(path, 0x4D)
    found = read_vector(path)
    assert found.column("DKBH").tolist() == NAMES and found.notes == ()


def cut(path: Path, old: bytes, new: bytes) -> None:
    raw = path.with_suffix(".dbf").read_bytes()
    assert raw.count(old) == 1 and len(old) == len(new)
    path.with_suffix(".dbf").write_bytes(raw.replace(old, new))


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_values_cut_in_mid_character(encoding: str, tmp_path: Path) -> None:
    """The widest value fills its field; its last byte is the first of another character."""
    long = "乍浦镇滨海大道"
    path = lots(tmp_path, encoding, ["地块", long + "A"])
    whole = (long + "A").encode(encoding)
    raw = path.with_suffix(".dbf").read_bytes()
    width = raw[32 + 16]
    path = lots(tmp_path, encoding, ["地块", long + "A" * (width - len(whole) + 1)])
    head = "镇".encode(encoding)[:1]
    filled = long.encode(encoding) + b"A" * (width - len(whole) + 1)
    cut(path, filled, filled[:-1] + head)
    found = read_vector(path)
    assert found.column("DKBH").tolist() == ["地块", filled[:-1].decode(encoding)]
    assert "encoding.cut" in rules(found)
    assert any(encoding.upper() in n.text.zh for n in found.notes if n.rule == "encoding.inferred")


def test_bytes_of_no_encoding(tmp_path: Path, command: Command) -> None:
    path = lots(tmp_path, "GB18030")
    cut(path, "地块一".encode("gbk"), b"\xff\xff\x80\x20\xb0\x30")
    said = refusal(command("measure", path, cwd=tmp_path), 3)
    assert "lots.dbf" in said and "DKBH" in said and "第 1 行" in said


def test_ascii_needs_no_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    geopandas.GeoDataFrame({"id": ["a"]}, geometry=[box(0, 0, 9)], crs=4549).to_file(path)
    path.with_suffix(".cpg").unlink()
    assert read_vector(path).notes == ()


# ---------------------------------------------------------------------------- missing parts


def test_without_shx(tmp_path: Path) -> None:
    path = lots(tmp_path, "UTF-8")
    path.with_suffix(".shx").unlink()
    before = sorted(tmp_path.iterdir())
    tmp_path.chmod(0o555)
    found = read_vector(path)
    tmp_path.chmod(0o755)
    assert rules(found)[0] == "shapefile.no_shx" and found.column("DKBH").tolist() == NAMES
    assert sorted(tmp_path.iterdir()) == before
    assert shapely.equals(found.geometry[0], box(0, 0, 100))


def test_without_dbf(tmp_path: Path) -> None:
    path = lots(tmp_path, "UTF-8")
    path.with_suffix(".dbf").unlink()
    found = read_vector(path)
    assert rules(found) == ["shapefile.no_dbf"] and found.labels() == ["#1", "#2", "#3"]


def test_the_shp_alone(tmp_path: Path) -> None:
    path = lots(tmp_path, "UTF-8")
    for suffix in (".shx", ".dbf", ".prj"):
        path.with_suffix(suffix).unlink()
    found = read_vector(path, crs="EPSG:4549")
    assert len(found) == 3 and rules(found) == ["shapefile.no_dbf", "shapefile.no_shx"]


def test_parts_in_capitals(tmp_path: Path) -> None:
    path = lots(tmp_path, "UTF-8")
    path.with_suffix(".cpg").write_text("UTF-8")
    for own in list(tmp_path.iterdir()):
        own.rename(own.with_suffix(own.suffix.upper()))
    found = read_vector(path.with_suffix(".SHP"))
    assert found.column("DKBH").tolist() == NAMES and found.notes == ()


@pytest.mark.parametrize("suffix", [".dbf", ".shx", ".prj", ".cpg"])
def test_a_part_in_place_of_the_shp(suffix: str, tmp_path: Path) -> None:
    path = lots(tmp_path, "UTF-8")
    path.with_suffix(".cpg").write_text("UTF-8")
    with pytest.raises(InputError, match="请给出 lots.shp"):
        read_vector(path.with_suffix(suffix))
    path.unlink()
    with pytest.raises(InputError, match="缺 lots.shp"):
        read_vector(path.with_suffix(suffix))


def test_more_rows_than_shapes(tmp_path: Path) -> None:
    path = lots(tmp_path, "UTF-8")
    more = tmp_path / "more"
    more.mkdir()
    shutil.copy(lots(more, "UTF-8", [*NAMES, "四"]).with_suffix(".dbf"), path.with_suffix(".dbf"))
    with pytest.raises(InputError, match="对不上"):
        read_vector(path)


def test_deleted_rows_are_passed_over(tmp_path: Path) -> None:
    path = lots(tmp_path, "UTF-8")
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    start, width = (int.from_bytes(raw[at : at + 2], "little") for at in (8, 10))
    raw[start + width] = ord("*")
    path.with_suffix(".dbf").write_bytes(raw)
    assert read_vector(path).column("DKBH").tolist() == [NAMES[0], NAMES[2]]


@pytest.mark.parametrize("suffix", [".shp", ".dbf"])
@pytest.mark.parametrize("keep", [0, 20, 60, 0.7])
def test_cut_files(suffix: str, keep: float, tmp_path: Path, command: Command) -> None:
    path = lots(tmp_path, "UTF-8")
    own = path.with_suffix(suffix)
    raw = own.read_bytes()
    own.write_bytes(raw[: int(keep if keep > 1 else keep * len(raw))])
    assert f"lots{suffix}" in refusal(command("measure", path, cwd=tmp_path), 3)


def test_a_gigabyte_claimed_in_a_kilobyte(tmp_path: Path, command: Command) -> None:
    path = lots(tmp_path, "UTF-8")
    raw = bytearray(path.read_bytes())
    raw[24:28] = (500_000_000).to_bytes(4, "big")
    path.write_bytes(raw)
    assert "1000000000" in refusal(command("measure", path, cwd=tmp_path), 3)
    path = lots(tmp_path, "UTF-8")
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    raw[4:8] = (100_000_000).to_bytes(4, "little")
    path.with_suffix(".dbf").write_bytes(raw)
    assert "lots.dbf" in refusal(command("measure", path, cwd=tmp_path), 3)


def test_heights_and_measures_are_said(tmp_path: Path) -> None:
    path = tmp_path / "z.shp"
    raised = shapely.force_3d(box(0, 0, 100), 3.5)
    geopandas.GeoDataFrame({"id": ["a"]}, geometry=[raised], crs=4549).to_file(path)
    found = read_vector(path)
    assert rules(found) == ["geometry.heights"] and not found.geometry[0].has_z
