"""The ellipsoid and the plane that a measurement is taken on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gangqu_gis import crs as crs_module
from gangqu_gis.measure.rings import Floats

if TYPE_CHECKING:
    from pyproj import CRS


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """Semi-axes in metres."""

    a: float
    b: float

    @classmethod
    def of(cls, crs: CRS) -> Ellipsoid:
        """Return the ellipsoid under ``crs``."""
        found = crs.ellipsoid
        if found is None:
            raise ValueError(f"{crs.name} has no ellipsoid")
        return cls(found.semi_major_metre, found.semi_minor_metre)

    @property
    def e2(self) -> float:
        """The first eccentricity squared."""
        return 1.0 - (self.b / self.a) ** 2

    @property
    def is_earth_like(self) -> bool:
        """Whether the series of :mod:`gangqu_gis.measure.formulas` are long enough for it."""
        return 0.0 <= self.e2 < 0.0069

    def largest_radius(self, latitude: Floats) -> Floats:
        """Return the larger of M and N·cos φ at latitudes φ in radians: metres of a radian.

        M = a(1 - e²)/(1 - e²sin²φ)^(3/2) along the meridian, N = a/√(1 - e²sin²φ) across it.
        """
        w = np.sqrt(1.0 - self.e2 * np.sin(latitude) ** 2)
        radius: Floats = self.a * np.maximum((1.0 - self.e2) / w**3, np.cos(latitude) / w)
        return radius


@dataclass(frozen=True, slots=True)
class TransverseMercator:
    """A transverse Mercator plane: its meridian, k₀·A in metres, and Krüger's P as a polynomial.

    P = dζ/dζ' = 1 + Σ 2j·αⱼ·cos 2jζ' with cos 2ζ' = 1 - 2U becomes p₀ + p₁U + … + p₄U⁴
    (αⱼ: Krüger 1912, to n⁴).
    """

    meridian: float
    scale_m: float
    p: tuple[float, float, float, float, float]

    @classmethod
    def on(cls, ellipsoid: Ellipsoid, *, meridian: float, k0: float = 1.0) -> TransverseMercator:
        """Return the plane around ``meridian``, degrees."""
        n = (ellipsoid.a - ellipsoid.b) / (ellipsoid.a + ellipsoid.b)
        radius = ellipsoid.a / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
        a1 = 2 * (n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180)
        a2 = 4 * (13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440)
        a3 = 6 * (61 * n**3 / 240 - 103 * n**4 / 140)
        a4 = 8 * (49561 * n**4 / 161280)
        p = (
            1 + a1 + a2 + a3 + a4,
            -2 * a1 - 8 * a2 - 18 * a3 - 32 * a4,
            8 * a2 + 48 * a3 + 160 * a4,
            -32 * a3 - 256 * a4,
            128 * a4,
        )
        return cls(meridian, k0 * radius, p)

    @classmethod
    def of(cls, crs: CRS) -> TransverseMercator | None:
        """Return the plane of ``crs``, or ``None`` where it is of another kind.

        Origin and false coordinates move a polygon and change no area.
        """
        operation, base = crs.coordinate_operation, crs.geodetic_crs
        if operation is None or operation.method_name != "Transverse Mercator":
            return None
        ellipsoid = Ellipsoid.of(crs)
        if not ellipsoid.is_earth_like or base is None or not _is_plain(crs, base):
            return None
        named = {parameter.name: parameter.value for parameter in operation.params}
        return cls.on(
            ellipsoid,
            meridian=float(named["Longitude of natural origin"]),
            k0=float(named["Scale factor at natural origin"]),
        )


def _is_plain(crs: CRS, base: CRS) -> bool:
    """Whether the plane is in metres, over degrees from Greenwich."""
    in_metres = all(axis.unit_conversion_factor == 1.0 for axis in crs.axis_info[:2])
    return in_metres and crs_module.in_plain_degrees(base)
