"""The zones of CGCS2000 against PROJ's own names and parameters."""

from __future__ import annotations

import pytest
from pyproj import CRS

from gangqu_gis import crs
from gangqu_gis.zones import Zone, crs_title, zone_of

ALL = [
    Zone(degrees, number, prefixed)
    for degrees, numbers in ((3, range(25, 46)), (6, range(13, 24)))
    for number in numbers
    for prefixed in (False, True)
]


@pytest.mark.parametrize("zone", ALL, ids=str)
def test_every_zone_is_what_proj_calls_it(zone: Zone) -> None:
    name = zone.crs.name
    if zone.prefixed:
        assert name.lower().endswith(f"zone {zone.number}")
    else:
        assert name.endswith(f"CM {zone.central_meridian}E")
    assert ("3-degree" in name) is (zone.degrees == 3) and name.startswith("CGCS2000 /")
    assert zone_of(zone.crs) == zone
    assert zone.with_prefix().prefixed and not zone.with_prefix(False).prefixed


def test_a_zone_is_known_by_what_it_is_and_not_by_its_name() -> None:
    esri = CRS.from_wkt(CRS.from_epsg(4528).to_wkt("WKT1_ESRI").replace("Zone_40", "mine"))
    assert esri.name.endswith("mine") and zone_of(esri) == Zone(3, 40, True)


@pytest.mark.parametrize("code", [4326, 4490, 3857, 32651, 2385, 2437])
def test_other_systems_are_no_zones(code: int) -> None:
    assert zone_of(CRS.from_epsg(code)) is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("EPSG:4490", "CGCS2000 经纬度 (EPSG:4490)"),
        ("EPSG:4549", "CGCS2000 / 3 度带 中央经线 120°E (EPSG:4549)"),
        ("EPSG:4528", "CGCS2000 / 3 度带 第 40 带 中央经线 120°E 横坐标带带号 (EPSG:4528)"),
        ("EPSG:4509", "CGCS2000 / 6 度带 中央经线 117°E (EPSG:4509)"),
        ("EPSG:4326", "WGS 84 (EPSG:4326)"),
    ],
)
def test_a_report_names_a_crs_by_its_parameters(code: str, said: str) -> None:
    title = crs_title(crs.named(code))
    assert title.zh == said and title.en == crs.label(crs.named(code))


def test_a_plane_of_an_office_is_named_by_its_own_meridian() -> None:
    own = CRS.from_user_input(
        "+proj=tmerc +lon_0=120.75 +x_0=400000 +k=1 +ellps=GRS80 +units=m +type=crs"
    )
    base = crs.named("EPSG:4549").to_json_dict()
    parameters = base["conversion"]["parameters"]
    for parameter in parameters:
        parameter["value"] = {
            "Longitude of natural origin": 120.75,
            "False easting": 400000,
        }.get(parameter["name"], parameter["value"])
    del base["id"]
    title = crs_title(CRS.from_json_dict(base))
    assert title.zh == "CGCS2000 / 高斯-克吕格 中央经线 120.75°E 横坐标加 400000 米"
    assert "高斯" not in crs_title(own).zh, "no datum, no CGCS2000"
