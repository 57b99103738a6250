"""Areas in words: hectares, 亩 and square metres, rounded half-up, each with its unit."""

from __future__ import annotations

from fractions import Fraction

from gangqu_gis.messages import Text, message
from gangqu_gis.reconcile import Measured
from gangqu_gis.units import half_up, unit


def hectares(area_m2: float, places: int = 4) -> Text:
    """Return an area in hectares, with its unit."""
    value = half_up(Fraction(area_m2) / unit("ha").factor, places)
    return message("map.hectares", value=f"{value:,f}")


def mu(area_m2: float) -> Text:
    """Return an area in 亩, 2 decimals, with its unit."""
    value = half_up(Fraction(area_m2) / unit("mu").factor, 2)
    return message("map.mu", value=f"{value:,f}")


def _square_metres(area_m2: float) -> Text:
    return message("map.square_metres", value=f"{half_up(area_m2, 2):,f}")


def both_areas(measured: Measured | None, lang: str) -> dict[str, dict[str, str] | None] | None:
    """Return the ellipsoidal and the planar area; ``None`` where the area is withheld."""
    if measured is None or measured.ellipsoidal_m2 is None:
        return None
    return {
        "ellipsoidal": _one_area(measured.ellipsoidal_m2, lang),
        "planar": None if measured.planar_m2 is None else _one_area(measured.planar_m2, lang),
    }


def _one_area(area_m2: float, lang: str) -> dict[str, str]:
    return {
        "m2": _square_metres(area_m2).render(lang),
        "ha": hectares(area_m2).render(lang),
        "mu": mu(area_m2).render(lang),
    }
