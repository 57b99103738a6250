"""The zones of CGCS2000 against PROJ's own names and parameters."""

from __future__ import annotations

import pytest
from pyproj import CRS

from gangqu_gis.zones import Zone, zone_of

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
