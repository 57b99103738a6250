"""The GCJ-02 offset, by the publicly known formula; only to recognise data that carries it.

Near 121.09°E 30.60°N the offset is about 437 m east and 242 m south, and areas come out about
0.135 % too large (field conventions 3).  Nothing is ever corrected with it.
"""

from __future__ import annotations

from dataclasses import dataclass

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


#: BD-09 is GCJ-02 turned and moved a little once more (the publicly known formula).
_BD_TURN = np.pi * 3000.0 / 180.0
_BD_EAST, _BD_NORTH = 0.0065, 0.006

#: Metres of a degree of latitude, near enough to tell hundreds of metres.
_DEGREE_M = 111_195.0

#: An offset is suspected when the mean displacement lies this near the system's, as a share of it:
#: new surveys of the same land move by metres, the offset by 500 m.
SUSPECT_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Coordinates that lie off as those of ``system`` do: the evidence, in metres east and north.

    ``offset`` is the mean displacement of ``count`` pairs, ``expected`` what the system gives
    there, ``spread`` how far single pairs lie from what is expected of them (root mean square).
    """

    system: str
    count: int
    offset: tuple[float, float]
    expected: tuple[float, float]
    spread: float


def shifted_bd09(lonlat: Floats) -> Floats:
    """Return (n, 2) longitudes and latitudes, degrees, as BD-09 shows them."""
    x, y = shifted(lonlat).T
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_TURN)
    return np.column_stack(
        [radius * np.cos(angle) + _BD_EAST, radius * np.sin(angle) + _BD_NORTH]
    )


def suspicion(existing: Floats, incoming: Floats) -> Suspicion | None:
    """Say whether matched points were displaced as GCJ-02 or BD-09 displaces them.

    ``existing`` and ``incoming`` are (n, 2) longitudes and latitudes in degrees, pair by pair:
    centroids of matched features, say.  ``None`` when the mean displacement is that of neither, or
    there are no pairs.  Nothing is corrected: this only names what is seen.
    """
    finite = np.isfinite(existing).all(axis=1) & np.isfinite(incoming).all(axis=1)
    existing, incoming = existing[finite], incoming[finite]
    if not len(existing):
        return None
    seen = _metres(incoming - existing, existing)
    found = []
    for system, shift in (("GCJ-02", shifted), ("BD-09", shifted_bd09)):
        expected = _metres(shift(existing) - existing, existing)
        mean, wanted = seen.mean(axis=0), expected.mean(axis=0)
        away = float(np.hypot(*(mean - wanted)))
        if away <= SUSPECT_SHARE * float(np.hypot(*wanted)):
            spread = float(np.sqrt(((seen - expected) ** 2).sum(axis=1).mean()))
            pair = (float(mean[0]), float(mean[1])), (float(wanted[0]), float(wanted[1]))
            found.append((away, Suspicion(system, len(seen), *pair, spread)))
    return min(found, key=lambda item: item[0])[1] if found else None


def _metres(degrees: Floats, at: Floats) -> Floats:
    """Return displacements in degrees as metres east and north."""
    east = degrees[:, 0] * _DEGREE_M * np.cos(np.deg2rad(at[:, 1]))
    return np.column_stack([east, degrees[:, 1] * _DEGREE_M])
