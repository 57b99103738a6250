"""How things look: land-use colours, outlines of kinds, patterns of a basis, badges of verdicts.

The land-use colours are the planners' own (field conventions 4.2) and are not restyled; kinds are
told apart by their outline, and the basis of a geometry by line and pattern, so that nothing
rests on colour alone.
"""

from __future__ import annotations

from gangqu_gis.checks import Verdict
from gangqu_gis.schema import Kind

#: Outlines of kinds in schema order; distinct in lightness as well, for colour-blind readers.
_OUTLINES = ("#3b4a5f", "#a03c00", "#b0125b", "#00614f", "#5b2fa0", "#0a5c9c", "#6b5200")

#: Verdict: badge colour (white text on it passes AA) and the name of its glyph in the script.
_BADGES: dict[Verdict, tuple[str, str]] = {
    Verdict.AGREE: ("#00674f", "check"),
    Verdict.REVIEW: ("#8a5a00", "question"),
    Verdict.DIFFER: ("#b3261e", "cross"),
    Verdict.INDICATIVE: ("#5a5f8f", "diamond"),
    Verdict.UNSTATED: ("#5f6670", "dash"),
    Verdict.MISSING: ("#5f6670", "empty"),
    Verdict.CONSISTENT: ("#00674f", "check"),
    Verdict.REMAINDER: ("#0b63a5", "plus"),
    Verdict.INCONSISTENT: ("#b3261e", "unequal"),
    Verdict.ACCEPTED: ("#6b4fa0", "signed"),
}


def outline(position: int) -> str:
    """Return the outline colour of the kind at ``position`` among the polygon kinds."""
    return _OUTLINES[position % len(_OUTLINES)]


def covers_an_area(kind: Kind) -> bool:
    """Whether a kind is a whole area with mixed use, drawn light and below the plots.

    Its land-use code then names a first-level class only (two digits).
    """
    return len(kind.land_use) <= 2


def line_role(kind: Kind) -> str:
    """Return how a reference line is drawn: ``coast``, ``road``, ``water`` or ``line``."""
    if kind.id == "coast":
        return "coast"
    return {"12": "road", "17": "water"}.get(kind.land_use[:2], "line")


def badge(verdict: Verdict) -> tuple[str, str]:
    """Return the badge colour of a verdict and the name of its glyph."""
    return _BADGES[verdict]
