"""Ellipsoidal areas to 40 digits: slow, independent of PROJ and of the package under test.

Gauss-Krüger is conformal: with isometric latitude ψ and longitude λ from the central meridian,
w = ψ + iλ is an analytic function of z = (northing + i·easting).  On the central meridian it is
known in closed form; its Fourier coefficients, found numerically, continue it into the plane
(Krüger's series without his expansions in n).  The area of a ring is ∮ q(φ) dλ with the exact
dλ = Im(w'(z) dz), by Gauss-Legendre on pieces of each straight edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from mpmath import mp, mpc, mpf

DIGITS = 40
#: Terms of the series: the n-th is of the order of 0.0017ⁿ.
TERMS = 14
NODES = 10
#: Edges are cut to this length, metres.
PIECE_M = 1000

A = mpf(6378137)
FALSE_EASTING = 500000

Point = tuple[float, float]
Ring = Sequence[Point]


@cache
def _flattening() -> Any:
    with mp.workdps(DIGITS):
        return 1 / mpf("298.257222101")


@cache
def _e2() -> Any:
    with mp.workdps(DIGITS):
        return _flattening() * (2 - _flattening())


def _isometric(phi: Any) -> Any:
    e = mp.sqrt(_e2())
    return mp.asinh(mp.tan(phi)) - e * mp.atanh(e * mp.sin(phi))


def _meridian_arc(phi: Any) -> Any:
    s, c = mp.sin(phi), mp.cos(phi)
    return A * (mp.ellipe(phi, _e2()) - _e2() * s * c / mp.sqrt(1 - _e2() * s * s))


@cache
def _quadrant() -> Any:
    with mp.workdps(DIGITS):
        return A * mp.ellipe(_e2())


def _latitude_of_arc(mu: Any) -> Any:
    target = mu * 2 / mp.pi * _quadrant()
    phi = mu
    for _ in range(12):
        radius = A * (1 - _e2()) / mp.power(1 - _e2() * mp.sin(phi) ** 2, mpf(3) / 2)
        step = (_meridian_arc(phi) - target) / radius
        phi -= step
        if abs(step) < mpf(10) ** (3 - DIGITS):
            break
    return phi


@cache
def _coefficients() -> tuple[Any, ...]:
    """Return c with χ(μ) = μ + Σ cⱼ sin 2jμ: conformal from rectifying latitude."""
    with mp.workdps(DIGITS):
        count = 2 * TERMS + 2
        samples = []
        for k in range(1, count):
            mu = mp.pi / 2 * k / count
            chi = mp.atan(mp.sinh(_isometric(_latitude_of_arc(mu))))
            samples.append((mu, chi - mu))
        return tuple(
            2 * mp.fsum(d * mp.sin(2 * j * mu) for mu, d in samples) / count
            for j in range(1, TERMS + 1)
        )


def _latitude(psi: Any) -> Any:
    e = mp.sqrt(_e2())
    phi = mp.atan(mp.sinh(psi))
    for _ in range(40):
        following = mp.atan(mp.sinh(psi + e * mp.atanh(e * mp.sin(phi))))
        step = abs(following - phi)
        phi = following
        if step < mpf(10) ** (3 - DIGITS):
            break
    return phi


def _conformal(east: Any, north: Any) -> tuple[Any, Any]:
    """Return w = ψ + iλ and dw/dz at a point of the plane."""
    radius = 2 * _quadrant() / mp.pi
    zeta = mpc(north, east - FALSE_EASTING) / radius
    chi, slope = zeta, mpf(1)
    for j, c in enumerate(_coefficients(), 1):
        chi += c * mp.sin(2 * j * zeta)
        slope += 2 * j * c * mp.cos(2 * j * zeta)
    return mp.atanh(mp.sin(chi)), slope / mp.cos(chi) / radius


def geographic(east: float, north: float, *, central_meridian: int = 120) -> tuple[Any, Any]:
    """Return (longitude, latitude) in degrees of a point in 3° Gauss-Krüger, no zone prefix."""
    with mp.workdps(DIGITS):
        w, _ = _conformal(mpf(east), mpf(north))
        return central_meridian + mp.degrees(w.imag), mp.degrees(_latitude(w.real))


def area_function(phi: Any) -> Any:
    """Return q(φ): the area between the equator and φ, m² per radian of longitude."""
    e, s = mp.sqrt(_e2()), mp.sin(phi)
    b2 = A**2 * (1 - _e2())
    return b2 / 2 * (s / (1 - _e2() * s * s) + mp.atanh(e * s) / e)


def area_function_by_quadrature(phi: Any) -> Any:
    """Return q(φ) as the plain integral of M·N·cos φ, to check :func:`area_function`."""

    def element(t: Any) -> Any:
        return A**2 * (1 - _e2()) * mp.cos(t) / (1 - _e2() * mp.sin(t) ** 2) ** 2

    return mp.quad(element, [0, phi])


@cache
def _nodes() -> tuple[tuple[Any, Any], ...]:
    """Return the Gauss-Legendre nodes and weights on [0, 1]."""
    with mp.workdps(DIGITS):
        roots = []
        for k in range(1, NODES + 1):
            x = mp.cos(mp.pi * (k - mpf(1) / 4) / (NODES + mpf(1) / 2))
            for _ in range(8):  # Newton: quadratic from a start that is good to 1e-4
                value = mp.legendre(NODES, x)
                slope = NODES * (mp.legendre(NODES - 1, x) - x * value) / (1 - x * x)
                x -= value / slope
            roots.append(((1 + x) / 2, 1 / ((1 - x * x) * slope**2)))
        return tuple(roots)


def ring_area(ring: Ring) -> Any:
    """Return the ellipsoidal area, m², of a ring with edges straight in Gauss-Krüger."""
    with mp.workdps(DIGITS):
        points = [(mpf(x), mpf(y)) for x, y in ring]
        if points[0] == points[-1]:
            points.pop()
        total = mpf(0)
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
            count = max(1, int(mp.ceil(mp.hypot(x1 - x0, y1 - y0) / PIECE_M)))
            dz = mpc(y1 - y0, x1 - x0) / count
            for piece in range(count):
                for node, weight in _nodes():
                    t = (piece + node) / count
                    w, slope = _conformal(x0 + t * (x1 - x0), y0 + t * (y1 - y0))
                    total += weight * area_function(_latitude(w.real)) * (slope * dz).imag
        return abs(total)


def polygon_area(polygon: Any) -> float:
    """Return the ellipsoidal area of a shapely (multi)polygon: shells less holes."""
    total = mpf(0)
    for part in getattr(polygon, "geoms", [polygon]):
        total += ring_area(part.exterior.coords)
        for hole in part.interiors:
            total -= ring_area(hole.coords)
    return float(total)


def planar_area(ring: Ring) -> Fraction:
    """Return the shoelace area of a ring in exact rationals."""
    points = [(Fraction(x), Fraction(y)) for x, y in ring]
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum((x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs), Fraction(0))) / 2
