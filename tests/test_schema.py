"""The declaration of kinds and fields: what it accepts of data, and of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cases import SMALL_SCHEMA, SmallWorkspace, gangqu, refusal

from gangqu_gis.attributes import attribute_faults
from gangqu_gis.errors import InputError
from gangqu_gis.schema import Schema, read_schema

FIELDS = """
[[field]]
name = "id"
zh = "编号"
en = "Id"
type = "text"
common = true
required = true
pattern = "[a-z0-9-]+"

[[field]]
name = "basis"
zh = "来源"
en = "Basis"
type = "choice"
choices = ["surveyed", "schematic"]
common = true

[[field]]
name = "uncertainty_m"
zh = "误差"
en = "Uncertainty"
type = "number"
minimum = 0
common = true
required_when = { basis = "schematic" }

[[field]]
name = "storeys"
zh = "层数"
en = "Storeys"
type = "integer"
minimum = 1

[[field]]
name = "renewed"
zh = "已改造"
en = "Renewed"
type = "flag"

[[field]]
name = "figures"
zh = "规划数"
en = "Figures"
type = "list"
common = true

[[field]]
name = "bounds"
zh = "四至"
en = "Bounds"
type = "bounds"
common = true
"""


def read(folder: Path, text: str) -> Schema:
    path = folder / "schema.toml"
    path.write_text(text, encoding="utf-8")
    return read_schema(path, shown="data/schema.toml")


@pytest.fixture
def schema(tmp_path: Path) -> Schema:
    return read(tmp_path, SMALL_SCHEMA + FIELDS)


def test_kinds_stand_in_the_declared_order_with_their_fields(schema: Schema) -> None:
    assert list(schema.kinds) == ["lot", "road"]
    lot, road = schema.kinds["lot"], schema.kinds["road"]
    assert [k.id for k in schema.of_layer("lots")] == ["lot"]
    assert [f.name for f in lot.fields] == [
        "id", "basis", "uncertainty_m", "storeys", "renewed", "figures", "bounds",
    ]  # fmt: skip
    assert "storeys" not in [f.name for f in road.fields]
    assert lot.allows_overlap_with(road) and road.allows_overlap_with(lot)
    assert not lot.allows_overlap_with(lot)


@pytest.mark.parametrize(
    ("attributes", "faulty"),
    [
        ({}, []),
        ({"storeys": 3, "renewed": True, "figures": ["a"], "bounds": {"east": ["r"]}}, []),
        ({"basis": "surveyed"}, []),
        ({"storeys": None, "renewed": ""}, []),
        ({"id": None}, ["id"]),
        ({"id": ""}, ["id"]),
        ({"id": 5}, ["id"]),
        ({"id": "Upper Case"}, ["id"]),
        ({"id": "ok\n"}, ["id"]),
        ({"basis": "guess"}, ["basis"]),
        ({"basis": "schematic"}, ["uncertainty_m"]),
        ({"basis": "schematic", "uncertainty_m": 0}, []),
        ({"uncertainty_m": -0.1}, ["uncertainty_m"]),
        ({"uncertainty_m": "10"}, ["uncertainty_m"]),
        ({"uncertainty_m": True}, ["uncertainty_m"]),
        ({"storeys": 2.5}, ["storeys"]),
        ({"storeys": 0}, ["storeys"]),
        ({"storeys": False}, ["storeys"]),
        ({"renewed": 1}, ["renewed"]),
        ({"renewed": "true"}, ["renewed"]),
        ({"figures": "a"}, ["figures"]),
        ({"figures": [1]}, ["figures"]),
        ({"figures": [["a"]]}, ["figures"]),
        ({"bounds": {"east": "r"}}, ["bounds"]),
        ({"bounds": {"east": 5}}, ["bounds"]),
        ({"bounds": {"east": []}}, ["bounds"]),
        ({"bounds": {"东": ["r"]}}, ["bounds"]),
        ({"bounds": ["r"]}, ["bounds"]),
        ({"colour": "red"}, ["colour"]),
        ({"colour": "red", "storeys": -1, "renewed": 0}, ["colour", "storeys", "renewed"]),
    ],
)
def test_attributes(schema: Schema, attributes: dict[str, Any], faulty: list[str]) -> None:
    given = {"id": "lot-1"} | attributes
    found = list(attribute_faults(schema.kinds["lot"], given))
    assert [name for name, _ in found] == faulty
    for name, text in found:
        assert name in text.zh and name in text.en


BROKEN = [
    ('id = "lot"', "", "id"),
    ('id = "lot"', 'id = "road"', "road"),
    ('layer = "lots"', "layer = 3", "layer"),
    ('geometry = "polygon"', 'geometry = "blob"', "blob"),
    ('zh = "地块"', "", "zh"),
    ('fields = ["storeys", "renewed"]', 'fields = ["colour"]', "colour"),
    ('fields = ["storeys", "renewed"]', "fields = 5", "fields"),
    ('may_overlap = "any"', 'may_overlap = ["sea"]', "sea"),
    ("fields = []", 'fields = []\nwithin = "sea"', "sea"),
    ('type = "flag"', 'type = "colour"', "colour"),
    ('name = "renewed"', 'name = "storeys"', "storeys"),
    ("common = true\nrequired = true", "common = 1\nrequired = true", "common"),
]
BROKEN_FIELDS = [
    ("minimum = 1", 'minimum = "one"', "minimum"),
    ("minimum = 1", "minimum = [1]", "minimum"),
    ('type = "flag"', 'type = "flag"\npattern = "x"', "pattern"),
    ('type = "flag"', 'type = "flag"\nminimum = 1', "minimum"),
    ('pattern = "[a-z0-9-]+"', 'pattern = "["', "pattern"),
    ('required_when = { basis = "schematic" }', 'required_when = "basis"', "required_when"),
]


@pytest.mark.parametrize(
    ("old", "new", "named"), [*BROKEN, *(pytest.param(*b) for b in BROKEN_FIELDS)]
)
def test_a_broken_declaration_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    source = SMALL_SCHEMA + FIELDS
    assert old in source
    with pytest.raises(InputError) as refused:
        read(tmp_path, source.replace(old, new, 1))
    assert refused.value.exit_code == 3
    assert refused.value.file == "data/schema.toml"
    assert refused.value.line is not None
    assert named in refused.value.render("zh") and named in refused.value.render("en")


def test_a_kind_whose_layer_has_no_file_is_refused(small: SmallWorkspace) -> None:
    root = small.write()
    schema = root / "data" / "schema.toml"
    text = schema.read_text(encoding="utf-8").replace('layer = "lots"', 'layer = "plots"')
    schema.write_text(text, encoding="utf-8")
    line = refusal(gangqu("check", cwd=root), 3)
    assert line.startswith("data/workspace.toml") and "plots" in line
