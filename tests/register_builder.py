"""Small plans for tests: writes a data/plan folder and reads it through the public readers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from gangqu_gis.checks import Check
from gangqu_gis.consistency import check_rule
from gangqu_gis.figures import Register
from gangqu_gis.register import read_register
from gangqu_gis.rulebook import read_rules
from gangqu_gis.rules import Rule

SHOWN = "data/plan"

#: The width of 约 in every test that does not say otherwise.
ONE_PERCENT = Decimal("1")

VOCABULARY = """\
[[subject]]
id = "town"
zh = "镇"
en = "town"
feature = "town-1"

[[subject]]
id = "village"
zh = "村"
en = "village"

[[quantity]]
id = "amount"
zh = "数量"
en = "amount"

[[quantity]]
id = "extent"
zh = "面积"
en = "extent"
dimension = "area"
"""


def figure(
    id_: str,
    printed: str,
    unit: str,
    *,
    qualifier: str = "",
    subject: str = "town",
    quantity: str = "amount",
) -> str:
    """Return one ``[[place.figure]]`` block."""
    fields = {"id": id_, "printed": printed, "unit": unit}
    if qualifier:
        fields["qualifier"] = qualifier
    fields |= {"subject": subject, "quantity": quantity}
    return _block("place.figure", fields)


def rule(kind: str, **keys: object) -> str:
    """Return one ``[[rule]]`` block; ``from_`` stands for the key ``from``."""
    fields: dict[str, object] = {"id": "the_rule", "kind": kind, "title": "规则"}
    fields |= {"because": "理由"}
    fields |= {name.rstrip("_"): value for name, value in keys.items()}
    return _block("rule", fields)


def enumeration(id_: str, items: Iterable[str]) -> str:
    """Return one ``[[enumeration]]`` block."""
    fields = {"id": id_, "chapter": "一", "zh": "名单", "en": "list", "items": list(items)}
    return _block("enumeration", fields)


def _block(name: str, fields: Mapping[str, object]) -> str:
    rows = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    return "\n".join([f"[[{name}]]", *rows, ""])


def write_plan(
    folder: Path, figures: Iterable[str], *, rules: str = "", enumerations: str = ""
) -> Path:
    """Write a data/plan folder with one file of figures; return the folder."""
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    place = '[[place]]\nchapter = "一"\nsection = "（一）"\nat = "表1"\n'
    (folder / "figures" / "1-all.toml").write_text(
        "\n".join([place, *figures]), encoding="utf-8", newline="\n"
    )
    for name, text in (
        ("vocabulary.toml", VOCABULARY),
        ("rules.toml", rules),
        ("enumerations.toml", enumerations),
    ):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return folder


def read_plan(folder: Path) -> tuple[Register, tuple[Rule, ...]]:
    """Read the register and the rules of ``folder`` as the command line does."""
    register = read_register(folder, shown=SHOWN, approximate_percent=ONE_PERCENT)
    path = folder / "rules.toml"
    return register, read_rules(path, shown=f"{SHOWN}/rules.toml", register=register)


def plan_of(
    folder: Path, figures: Iterable[str], rules: str, *, enumerations: str = ""
) -> tuple[Register, tuple[Rule, ...]]:
    """Write a plan and read it back."""
    return read_plan(write_plan(folder, figures, rules=rules, enumerations=enumerations))


def answer(folder: Path, figures: Iterable[str], rule_: str, *, enumerations: str = "") -> Check:
    """Return the check of the only rule of a small plan."""
    register, rules = plan_of(folder, figures, rule_, enumerations=enumerations)
    (only,) = rules
    return check_rule(only, register)


def line_with(text: str, marker: str) -> int:
    """Return the 1-based number of the only line of ``text`` that holds ``marker``."""
    (number,) = [n for n, row in enumerate(text.split("\n"), 1) if marker in row]
    return number
