"""Tables for a GIS: the same numbers as the reports, and the file's own columns untouched."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pytest
from cases import Command, box, polygon
from gatework import assessment_of

from gangqu_gis import crs
from gangqu_gis.errors import InputError
from gangqu_gis.fileareas.stored_areas import compare_stored, measure_file
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.frames import file_frame, plan_frame, write_frame

PLANE = "EPSG:4549"


def written(folder: Path) -> Path:
    path = folder / "lots.gpkg"
    shapes = [box(0, 0, 100), box(200, 0, 50, 20), polygon((0, 300), (9, 309), (9, 300), (0, 309))]
    columns = {"DKBH": ["a", "b", "c"], "MJ": [10000.0, 1000.0, 81.25]}
    geopandas.GeoDataFrame(columns, geometry=shapes, crs=PLANE).to_file(path)
    return path


def test_a_plan_as_a_frame(shipped: Path) -> None:
    assessment = assessment_of(shipped)
    frame = plan_frame(assessment)
    assert len(frame) == 24 and frame.crs == crs.storage()
    row = frame.set_index("id").loc["stock-3"]
    assert row["verdicts"] == "indicative" and row["effective_basis"] == "schematic"
    planar = frame.to_crs(PLANE).set_index("id").area
    assert np.allclose(planar, frame.set_index("id")["planar_m2"], rtol=1e-9)


def test_measured_areas_written_and_read_back(tmp_path: Path, command: Command) -> None:
    source, target = written(tmp_path), tmp_path / "out.gpkg"
    run = command(
        "measure", source, "--stated", "MJ", "--unit", "m2", "--output", target, cwd=tmp_path
    )
    assert run.code == 1, "planar areas are not confirmed as ellipsoidal ones"
    back = geopandas.read_file(target)
    assert list(back["DKBH"]) == ["a", "b", "c"] and list(back["MJ"]) == [10000, 1000, 81.25]
    assert back["gq_planar_m2"][0] == pytest.approx(10_000, abs=1e-6)
    assert back["gq_ellipsoidal_m2"][0] == pytest.approx(9997.33, abs=0.01)
    assert np.isnan(back["gq_ellipsoidal_m2"][2]), "a bow-tie has no area"
    assert list(back["gq_verdict"]) == ["differ", "differ", "missing"]
    assert list(back["gq_cause"])[:2] == ["planar", "planar"]
    assert back.crs == geopandas.read_file(source).crs


def test_only_a_geopackage_is_written(tmp_path: Path) -> None:
    file = VectorFile(
        "f",
        "l",
        np.array([box(0, 0, 10)], dtype=object),
        {"MJ": np.array([100.0])},
        crs.named(PLANE),
    )
    measured = measure_file(file, workspace_plane=None)
    stored = compare_stored(measured, column="MJ", unit_name="m2", coordinate_m=0.001)
    with pytest.raises(InputError):
        write_frame(tmp_path / "out.shp", file_frame(measured, stored), layer="l")
    assert list(tmp_path.iterdir()) == []
