"""What an office says on a public sheet: ``[public]`` of data/workspace.toml."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from gangqu_gis.documents import read_toml
from gangqu_gis.messages import Text
from gangqu_gis.plan import Plan
from gangqu_gis.workspace import MARKER

#: The distance that is declared where the office names none, and the least that it may name.
DEFAULT_DISTANCE_M, LEAST_DISTANCE_M = Decimal(50), Decimal(25)
_FIELDS = ("distance_m", "period", "contact", "sheet_number", "note", "note_en", "font")


@dataclass(frozen=True, slots=True)
class Settings:
    """The notice of a public sheet; "" is what the office has not filled in.

    ``distance_m``: boundaries cannot be recovered to better than this.
    """

    distance_m: Decimal
    period: str
    contact: str
    sheet_number: str
    note: Text
    font: str

    @property
    def cell_m(self) -> float:
        """The side of a cell of the lattice: a corner lies anywhere within one."""
        return float(2 * self.distance_m)

    @property
    def is_complete(self) -> bool:
        """Whether the period of display and the contact are filled in."""
        return bool(self.period and self.contact)


def read_settings(plan: Plan) -> Settings:
    """Read ``[public]``; all of it is optional.

    Raises
    ------
    InputError
        A field is not known or of the wrong type, or the distance is too small.
    """
    document = read_toml(plan.workspace.root / MARKER, shown=MARKER.as_posix())
    if "public" not in document.root:
        return Settings(DEFAULT_DISTANCE_M, "", "", "", Text("", ""), "")
    table = document.root.table("public")
    table.only(_FIELDS)
    distance = table.decimal("distance_m") if "distance_m" in table else DEFAULT_DISTANCE_M
    if distance < LEAST_DISTANCE_M:
        raise table.fault("distance_m", "public.too_fine", least=LEAST_DISTANCE_M)
    texts = {}
    for name in ("period", "contact", "sheet_number", "note", "note_en", "font"):
        value = table.get(name, "")
        if not isinstance(value, str):
            raise table.fault(name, "file.needs_text", name=f"public.{name}")
        texts[name] = value.strip()
    return Settings(
        distance,
        texts["period"],
        texts["contact"],
        texts["sheet_number"],
        Text(texts["note"], texts["note_en"] or texts["note"]),
        texts["font"],
    )
