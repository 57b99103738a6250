"""The GCJ-02 offset, by the publicly known formula; only to recognise data that carries it.

Near 121.09°E 30.60°N the offset is about 437 m east and 242 m south, and areas come out about
0.135 % too large (field conventions 3).  Nothing is ever corrected with it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Krassovsky 1940, which the formula uses: semi-major axis in metres, first eccentricity squared.
_A, _E2 = 6378245.0, 0.00669342162296594323


def shifted(lonlat: Floats) -> Floats:
    """Return (n, 2) longitudes and latitudes, degrees, as GCJ-02 shows them."""
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    common = (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    latitude = np.deg2rad(lonlat[:, 1])
    magic = 1.0 - _E2 * np.sin(latitude) ** 2
    per_lat = _A * (1.0 - _E2) / (magic * np.sqrt(magic))
    per_lon = _A / np.sqrt(magic) * np.cos(latitude)
    return np.column_stack(
        [lonlat[:, 0] + np.rad2deg(east / per_lon), lonlat[:, 1] + np.rad2deg(north / per_lat)]
    )
