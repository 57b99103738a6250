"""What the toolkit takes for a coordinate system, and what it refuses."""

from __future__ import annotations

import pytest
from pyproj import CRS

from gangqu_gis import crs
from gangqu_gis.errors import InputError

ESRI_WEB_MERCATOR = (
    'PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",'
    'SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxiliary_Sphere"],'
    'PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],'
    'PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]'
)
ESRI_GAUSS_KRUGER = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_120E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize("code", ["EPSG:4549", "EPSG:4528", "EPSG:4547", ESRI_GAUSS_KRUGER])
def test_gauss_kruger_is_fit_for_areas(code: str) -> None:
    assert crs.planar(code).is_projected


@pytest.mark.parametrize(
    "code",
    ["EPSG:4490", "EPSG:4479", "EPSG:3857", "ESRI:102100", ESRI_WEB_MERCATOR, "EPSG:2263"],
    ids="degrees geocentric 3857 102100 wkt feet".split(),
)
def test_what_is_not_fit_for_areas_is_refused(code: str) -> None:
    with pytest.raises(InputError) as refused:
        crs.planar(code, file="data/workspace.toml")
    assert refused.value.exit_code == 3
    assert refused.value.render("zh").startswith("data/workspace.toml: ")


@pytest.mark.parametrize("code", ["", "EPSG:999999", "Gauss", "EPSG:"])
def test_unknown_names_are_refused(code: str) -> None:
    with pytest.raises(InputError, match="EPSG:4549"):
        crs.named(code)


def test_transformers_take_east_first() -> None:
    """EPSG defines 4490 as (lat, lon) and 4549 as (north, east); files are east first."""
    x, y = crs.transformer(crs.storage(), crs.named("EPSG:4549")).transform(121.083, 30.6)
    assert (x, y) == pytest.approx((603863.3, 3387127.6), abs=10)
    lon, lat = crs.transformer(crs.named("EPSG:4549"), crs.storage()).transform(x, y)
    assert (lon, lat) == pytest.approx((121.083, 30.6), abs=1e-10)


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        pytest.param(
            "EPSG:4549",
            ESRI_GAUSS_KRUGER,
            True),
        ("EPSG:4326", "OGC:CRS84", True),
        ("EPSG:4549", "EPSG:4528", False),
        ("EPSG:4549", "EPSG:2385", False),
        ("EPSG:4490", "EPSG:4326", False),
    ],
)
def test_same_looks_at_what_a_crs_is_not_at_its_name(a: str, b: str, alike: bool) -> None:
    assert crs.same(CRS(a), CRS(b)) is alike


def test_geographic_base_keeps_the_datum() -> None:
    assert crs.geographic(crs.named("EPSG:4549")).to_epsg() == 4490
    assert crs.geographic(crs.named("EPSG:2385")).to_epsg() == 4610


def test_label_names_the_code() -> None:
    assert crs.label(crs.named("EPSG:4549")).endswith("(EPSG:4549)")
    assert crs.label(crs.named("+proj=laea +lat_0=30 +lon_0=121")) == "unknown"
