"""Units of the plan's figures, and exact conversion between them.

Values are :class:`fractions.Fraction`, so that 1 亩 = 2000/3 m² is exact and every round trip
returns what went in.  1 公顷 = 10 000 m² = 15 亩 (field conventions 2.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from gangqu_gis.messages import Text


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its dimension and its size in the dimension's base unit."""

    id: str
    dimension: str
    factor: Fraction
    label: Text

    @property
    def counts_whole_things(self) -> bool:
        """Whether a printed value is an exact count (套, 户, 人 …) and not a rounded one (万人)."""
        return self.dimension in COUNTED and self.factor == 1


#: Dimensions whose values are counted, not measured.
COUNTED = frozenset({"dwellings", "households", "people", "items", "vehicles", "calendar_year"})

_ROWS: tuple[tuple[str, str, str | int | Fraction, str, str, tuple[str, ...]], ...] = (
    # id, dimension, factor, Chinese, English, other spellings
    ("m2", "area", 1, "㎡", "㎡", ("㎡", "平方米", "m²", "平米")),
    ("ha", "area", 10_000, "公顷", "ha", ("公顷", "hm2", "hm²")),
    ("km2", "area", 1_000_000, "平方公里", "sq km", ("平方公里", "km²", "平方千米")),
    ("mu", "area", Fraction(2000, 3), "亩", "mu", ("亩",)),
    ("10k_m2", "area", 10_000, "万平方米", "× 10,000 ㎡", ("万平方米", "万m2", "万㎡", "万m²")),
    ("m2_per_person", "area_per_person", 1, "平方米/人", "㎡ per person", ("平方米/人",)),
    ("dwelling", "dwellings", 1, "套", "dwellings", ("套",)),
    ("10k_dwellings", "dwellings", 10_000, "万套", "× 10,000 dwellings", ("万套",)),
    ("household", "households", 1, "户", "households", ("户",)),
    ("person", "people", 1, "人", "people", ("人",)),
    ("10k_people", "people", 10_000, "万人", "× 10,000 people", ("万人",)),
    ("item", "items", 1, "个", "", ("个", "项", "片区")),
    ("vehicle", "vehicles", 1, "辆", "parking places", ("辆", "个车位")),
    ("100m_yuan", "money", 100_000_000, "亿元", "× 100 million yuan", ("亿元",)),
    ("10k_yuan", "money", 10_000, "万元", "× 10,000 yuan", ("万元",)),
    ("yuan", "money", 1, "元", "yuan", ("元",)),
    ("yuan_per_m2", "price", 1, "元/平方米", "yuan/㎡", ("元/平方米", "元/㎡", "元/m2")),
    ("percent", "ratio", Fraction(1, 100), "%", "%", ("%", "％")),
    ("percentage_point", "ratio", Fraction(1, 100), "个百分点", "percentage points", ("个百分点",)),
    ("times", "ratio", 1, "倍", "times", ("倍",)),
    ("one", "ratio", 1, "", "", ("1",)),
    ("month", "duration", 1, "个月", "months", ("个月", "月")),
    ("year", "calendar_year", 1, "年", "", ("年",)),
)


def _table() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for id_, dimension, factor, zh, en, spellings in _ROWS:
        unit = Unit(id_, dimension, Fraction(factor), Text(zh, en))
        for name in (id_, *spellings):
            units[name] = unit
    return units


_UNITS = _table()

#: Units that ``gangqu measure --unit`` takes.
AREA_UNITS = ("m2", "ha", "mu", "km2")


def unit(name: str) -> Unit:
    """Return the unit called ``name``, in any spelling the plan uses.

    Raises
    ------
    KeyError
        No such unit is known.
    """
    return _UNITS[name.strip()]


def field_unit(name: str) -> Unit:
    """Return the unit of a schema's field: one that no figure has is of a dimension of its own."""
    found = _UNITS.get(name.strip())
    return found or Unit(name, name, Fraction(1), Text(name, name))


def known_units() -> list[str]:
    """Return every accepted spelling."""
    return sorted(_UNITS)


def convert(value: Fraction, source: Unit, target: Unit) -> Fraction:
    """Return ``value`` of unit ``source`` in unit ``target``, exactly.

    Raises
    ------
    ValueError
        The units are of different dimensions.
    """
    if source.dimension != target.dimension:
        raise ValueError(f"{source.id} and {target.id} are of different dimensions")
    return value * source.factor / target.factor


def half_up(value: Fraction | Decimal | float, places: int) -> Decimal:
    """Return ``value`` rounded half away from zero to ``places`` decimals (四舍五入).

    The input is taken exactly: a float stands for the binary number that it is.
    """
    exact = Fraction(value)
    scaled = abs(exact) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    rounded = Decimal(whole).scaleb(-places)
    if exact < 0 and whole:
        rounded = -rounded
    return rounded.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _digits_before_point(value: Fraction) -> int:
    """Return how many digits stand before the point; for 0.001, minus the zeros after it: -2."""
    if abs(value) >= 1:
        return len(str(abs(int(value))))
    zeros = 0
    scaled = abs(value) * 10
    while 0 < scaled < 1:
        scaled *= 10
        zeros += 1
    return -zeros


def shortest(value: Fraction, *, digits: int = 12) -> str:
    """Return ``value`` in plain decimals: exact when that is short, else ``digits`` significant."""
    places = 0
    denominator = value.denominator
    for factor in (2, 5):
        power = 0
        while denominator % factor == 0:
            denominator //= factor
            power += 1
        places = max(places, power)
    if denominator != 1 or places > digits:
        places = max(0, digits - _digits_before_point(value))
    text = format(half_up(value, places), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
