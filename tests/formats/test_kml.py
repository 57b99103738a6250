"""KML, KMZ, and the files of 奥维, which lie in GCJ-02."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from cases import Command, refusal

from gangqu_gis.errors import InputError
from gangqu_gis.formats import read_vector

PLACEMARK = """<Placemark><name>甲</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
121.08,30.6,{z} 121.081,30.6,{z} 121.081,30.601,{z} 121.08,30.601,{z} 121.08,30.6,{z}
</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"""


def kml(*, generator: str = "", z: int = 0, folders: int = 1) -> str:
    own = "".join(
        f"<Folder><name>f{n}</name>{PLACEMARK.format(z=z)}</Folder>" for n in range(folders)
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
    return f"{head}<Document>{generator}{own}</Document></kml>"


def archive(path: Path, name: str, text: str) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(name, text)
        packed.writestr("files/icon.png", b"x")
    return path


def test_kmz(tmp_path: Path) -> None:
    found = read_vector(archive(tmp_path / "甲.kmz", "doc.kml", kml()))
    assert found.labels() == ["甲"] and found.notes == ()
    assert found.crs is not None and found.crs.is_geographic


def test_folders_are_layers(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "甲.kml"
    path.write_text(kml(folders=2), encoding="utf-8")
    assert "f0, f1" in refusal(command("measure", path, cwd=tmp_path), 2)
    assert len(read_vector(path, layer="f1")) == 1


def test_heights_are_said(tmp_path: Path) -> None:
    path = tmp_path / "甲.kml"
    path.write_text(kml(z=7), encoding="utf-8")
    assert [n.rule for n in read_vector(path).notes] == ["geometry.heights"]


@pytest.mark.parametrize("name", ["甲.ovkml", "甲.ovkmz", "甲.kml"])
def test_files_of_ovital_are_named_and_not_applied(
    name: str, tmp_path: Path, command: Command
) -> None:
    text = kml(generator="<description>奥维互动地图</description>" if name == "甲.kml" else "")
    path = tmp_path / name
    if name.endswith("kmz"):
        archive(path, "doc.ovkml", text)
    else:
        path.write_text(text, encoding="utf-8")
    said = refusal(command("measure", path, "--yes", cwd=tmp_path), 3)
    assert "GCJ-02" in said and "--crs" in said
    found = read_vector(path, crs="EPSG:4490")
    assert [(n.rule, n.asks) for n in found.notes] == [("crs.ovital", True)]
    assert found.crs is not None and found.crs.to_epsg() == 4490
    said = refusal(command("measure", path, "--crs", "EPSG:4490", "--strict", cwd=tmp_path), 4)
    assert "GCJ-02" in said


@pytest.mark.parametrize("text", ["", "hello", "<kml/>", "<html></html>", kml()[:300]])
def test_text_that_is_no_kml(text: str, tmp_path: Path, command: Command) -> None:
    path = tmp_path / "坏.kml"
    path.write_text(text, encoding="utf-8")
    assert "坏.kml" in refusal(command("measure", path, cwd=tmp_path), 3)


def test_ovital_in_another_plane(tmp_path: Path) -> None:
    path = tmp_path / "甲.ovkml"
    path.write_text(kml(), encoding="utf-8")
    with pytest.raises(InputError):
        read_vector(path, crs="EPSG:4549")
