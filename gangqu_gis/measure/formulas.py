"""The formulas of an edge's area and of the local plane, in plain arithmetic.

Every function takes arrays, or numbers once compiled: + - * / only, in one order, so that the
compiled form and numpy give the same result to the last digit, whatever else is in the batch.
Angles are radians, s is the sine of a latitude.

An edge between two vertices contributes ∫ q dλ.  In the coordinates (λ, q) area is true, and

    ∫ q dλ = Δλ·(q₁ + q₂)/2 + (q'·λ″ - q″·λ')/12 + O(h⁵)

with derivatives by the edge's parameter at its middle.  With the isometric latitude ψ,
dq = r²·dψ and d(r²)/dψ = -2·s·r² (r = N·cos φ).  An edge that is straight in a conformal plane
z = f(ψ + iλ) obeys w″ = -C·w'² with C = f″/f', hence

    correction = r²/12 · ( 2·s·ψ'²·λ' - (ψ'² + λ'²)·(Re C·λ' + Im C·ψ') ).

A geodesic obeys the same with C = -s; Mercator has C = 0; the transverse Mercator has
C = -tanh w + P'/P, P being the derivative of Krüger's series
(Krüger 1912; Karney, *Transverse Mercator with an accuracy of a few nanometers*, 2011, eq. 35).
"""

from __future__ import annotations

from typing import Any

import numpy as np

#: One degree in radians.
RADIANS = 0.017453292519943295

#: sin x = x + x³·Σ cₖ·x²ᵏ: Taylor, below 3e-19 for latitudes up to 65 degrees; highest first.
_SINE = (
    -1 / 121645100408832000, 1 / 355687428096000, -1 / 1307674368000,
    1 / 6227020800, -1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6,
)  # fmt: skip
#: s/(1 - y) + artanh(√y)·s/√y = s·Σ cₖ·yᵏ; the eighth power of y ≤ 0.0067 is nothing.
_AREA = (1 + 1 / 15, 1 + 1 / 13, 1 + 1 / 11, 1 + 1 / 9, 1 + 1 / 7, 1 + 1 / 5, 1 + 1 / 3, 2.0)
#: tan x = x + x³·Σ cₖ·x²ᵏ, for |x| ≤ 6 degrees.
_TANGENT = (21844 / 6081075, 1382 / 155925, 62 / 2835, 17 / 315, 2 / 15, 1 / 3)


def polynomial(y: Any, coefficients: tuple[float, ...]) -> Any:
    """Return a polynomial of y by Horner's rule; arrays are worked on in place: it is faster."""
    value = coefficients[0] * y
    for coefficient in coefficients[1:-1]:
        value += coefficient
        value *= y
    value += coefficients[-1]
    return value


def sine(x: Any) -> Any:
    """Return sin x, |x| ≤ 65 degrees."""
    y = x * x
    return x + x * y * polynomial(y, _SINE)


def area_function(s: Any, half_b2: float, e2: float) -> Any:
    """Return q(φ) = b²/2·(s/(1 - e²s²) + artanh(e·s)/e), m² per radian (Snyder 1987, eq. 3-12)."""
    return half_b2 * s * polynomial(e2 * (s * s), _AREA)


def parallel_radius2(s: Any, a2: float, e2: float) -> Any:
    """Return r² = (N·cos φ)², m²."""
    y = s * s
    return a2 * (1.0 - y) / (1.0 - e2 * y)


def geodesic_edge(dl: Any, dq: Any, q_mean: Any, s: Any, r2: Any) -> Any:
    """Return ∫ q dλ along a geodesic edge; s and r² at its middle."""
    dpsi = dq / r2
    return dl * (q_mean + r2 * s / 12.0 * (dl * dl + 3.0 * (dpsi * dpsi)))


def straight_edge(dl: Any, dq: Any, q_mean: Any, s: Any, r2: Any, c_re: Any, c_im: Any) -> Any:
    """Return ∫ q dλ along an edge straight in a conformal plane; s, r² and C at its middle."""
    dpsi = dq / r2
    p2 = dpsi * dpsi
    bent = (p2 + dl * dl) * (c_re * dl + c_im * dpsi)
    return dl * q_mean + r2 / 12.0 * (2.0 * s * p2 * dl - bent)


def conformal_sine(s: Any, e2: float) -> Any:
    """Return tanh ψ, the sine of the conformal latitude."""
    y = e2 * (s * s)
    u = e2 * s * (1.0 + y * (1 / 3 + y * (1 / 5 + y * (1 / 7 + y / 9))))
    u2 = u * u
    turned = u * (1.0 - u2 * (1 / 3 - u2 * (2 / 15)))
    return (s - turned) / (1.0 - s * turned)


def tangent(x: Any) -> Any:
    """Return tan x, |x| ≤ 6 degrees."""
    y = x * x
    return x + x * y * polynomial(y, _TANGENT)


def complex_tanh(sine_conformal: Any, tan_longitude: Any) -> tuple[Any, Any]:
    """Return tanh(ψ + iλ) from tanh ψ and tan λ."""
    t2 = tan_longitude * tan_longitude
    s2 = sine_conformal * sine_conformal
    below = 1.0 + s2 * t2
    return sine_conformal * (1.0 + t2) / below, tan_longitude * (1.0 - s2) / below


def series(
    u_re: Any, u_im: Any, c0: float, c1: float, c2: float, c3: float, c4: float
) -> tuple[Any, Any]:
    """Return c₀ + c₁U + c₂U² + c₃U³ + c₄U⁴ of a complex U."""
    o_re = c4 * u_re + c3
    o_im = c4 * u_im
    p_re = o_re * u_re - o_im * u_im + c2
    p_im = o_re * u_im + o_im * u_re
    q_re = p_re * u_re - p_im * u_im + c1
    q_im = p_re * u_im + p_im * u_re
    return q_re * u_re - q_im * u_im + c0, q_re * u_im + q_im * u_re


def product(a_re: Any, a_im: Any, b_re: Any, b_im: Any) -> tuple[Any, Any]:
    """Return a·b of complex numbers."""
    return a_re * b_re - a_im * b_im, a_re * b_im + a_im * b_re


def quotient(a_re: Any, a_im: Any, b_re: Any, b_im: Any) -> tuple[Any, Any]:
    """Return a / b of complex numbers."""
    size = b_re * b_re + b_im * b_im
    return (a_re * b_re + a_im * b_im) / size, (a_im * b_re - a_re * b_im) / size


def curvature(
    s_re: Any, s_im: Any, p0: float, p1: float, p2: float, p3: float, p4: float
) -> tuple[Any, Any]:
    """Return C = f″/f' of the transverse Mercator from S = tanh w.

    With U = S² Krüger's P = p₀ + p₁U + … + p₄U⁴, and C = -S + 2·S·(1 - U)·P_U/P.
    """
    u_re = s_re * s_re - s_im * s_im
    u_im = 2.0 * s_re * s_im
    p_re, p_im = series(u_re, u_im, p0, p1, p2, p3, p4)
    d_re, d_im = series(u_re, u_im, p1, 2.0 * p2, 3.0 * p3, 4.0 * p4, 0.0)
    k_re, k_im = quotient(d_re, d_im, p_re, p_im)
    v_re = s_re * (1.0 - u_re) + s_im * u_im
    v_im = s_im * (1.0 - u_re) - s_re * u_im
    return (
        2.0 * (v_re * k_re - v_im * k_im) - s_re,
        2.0 * (v_re * k_im + v_im * k_re) - s_im,
    )


def isometric_step(s: Any, s0: Any, e2: float) -> Any:
    """Return ψ - ψ₀ of two near latitudes, without the cancellation of their difference."""
    ds = s - s0
    x = ds / (1.0 - s * s0)
    y = x * x
    d = ds / (1.0 - e2 * s * s0)
    round_ = x * (1.0 + y * (1 / 3 + y * (1 / 5 + y / 7)))
    return round_ - e2 * d * (1.0 + e2 * (d * d) / 3.0)


def local_step(
    dw_re: Any, dw_im: Any, k1r: Any, k1i: Any, k2r: Any, k2i: Any, k3r: Any, k3i: Any,
    f_re: Any, f_im: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """Return (north, east) from the origin: f'·dw·(1 + k₁dw + k₂dw² + k₃dw³), metres."""
    a_re = k3r * dw_re - k3i * dw_im + k2r
    a_im = k3r * dw_im + k3i * dw_re + k2i
    b_re = a_re * dw_re - a_im * dw_im + k1r
    b_im = a_re * dw_im + a_im * dw_re + k1i
    c_re = b_re * dw_re - b_im * dw_im + 1.0
    c_im = b_re * dw_im + b_im * dw_re
    g_re = f_re * dw_re - f_im * dw_im
    g_im = f_re * dw_im + f_im * dw_re
    return c_re * g_re - c_im * g_im, c_re * g_im + c_im * g_re


def origin_terms(
    s: Any, t: Any, e2: float, scale_m: float, p0: float, p1: float, p2: float, p3: float, p4: float
) -> tuple[Any, Any, Any, Any, Any, Any, Any, Any]:
    """Return f' and k₁, k₂, k₃ of :func:`local_step` at an origin: its sine and tan(λ - λ₀).

    f' = k₀·A·sech w·P; k₁ = C/2, k₂ = (C' + C²)/6, k₃ = (C″ + 3·C·C' + C³)/24.  In C″ the part
    of P is left out: it adds 1e-14 to a kilometre.
    """
    s_re, s_im = complex_tanh(conformal_sine(s, e2), t)
    u_re, u_im = s_re * s_re - s_im * s_im, 2.0 * s_re * s_im
    v_re, v_im = 1.0 - u_re, -u_im
    p_re, p_im = series(u_re, u_im, p0, p1, p2, p3, p4)
    d_re, d_im = series(u_re, u_im, p1, 2.0 * p2, 3.0 * p3, 4.0 * p4, 0.0)
    dd_re, dd_im = series(u_re, u_im, 2.0 * p2, 6.0 * p3, 12.0 * p4, 0.0, 0.0)
    c_re, c_im = curvature(s_re, s_im, p0, p1, p2, p3, p4)
    # P″/P = (1 - U)·(4·U·(1 - U)·P_UU + 2·(1 - 3U)·P_U)/P
    m_re, m_im = product(u_re, u_im, v_re, v_im)
    m_re, m_im = product(4.0 * m_re, 4.0 * m_im, dd_re, dd_im)
    n_re, n_im = product(2.0 - 6.0 * u_re, -6.0 * u_im, d_re, d_im)
    m_re, m_im = product(m_re + n_re, m_im + n_im, v_re, v_im)
    m_re, m_im = quotient(m_re, m_im, p_re, p_im)
    own_re, own_im = c_re + s_re, c_im + s_im
    own2_re, own2_im = product(own_re, own_im, own_re, own_im)
    c1_re, c1_im = m_re - own2_re - v_re, m_im - own2_im - v_im
    cc_re, cc_im = product(c_re, c_im, c_re, c_im)
    c2_re, c2_im = product(2.0 * s_re, 2.0 * s_im, v_re, v_im)
    tail_re, tail_im = product(c_re, c_im, 3.0 * c1_re + cc_re, 3.0 * c1_im + cc_im)
    size = np.sqrt(v_re * v_re + v_im * v_im)
    root_re = np.sqrt((size + v_re) / 2.0)
    f_re, f_im = product(root_re, v_im / (2.0 * root_re), p_re, p_im)
    return (
        c_re / 2.0, c_im / 2.0,
        (c1_re + cc_re) / 6.0, (c1_im + cc_im) / 6.0,
        (c2_re + tail_re) / 24.0, (c2_im + tail_im) / 24.0,
        scale_m * f_re, scale_m * f_im,
    )  # fmt: skip
