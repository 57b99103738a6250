"""What a source file brings: columns in the schema's words, values as its types, repairs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from cases import SmallWorkspace, box, column, polygon
from hypothesis import given
from hypothesis import strategies as st
from layerwork import proposal, reopened, source, told, write

from gangqu_gis import crs
from gangqu_gis.errors import InputError, RefusedError
from gangqu_gis.files import hash_of
from gangqu_gis.formats.vector import Note, VectorFile
from gangqu_gis.messages import plain
from gangqu_gis.update import carry_out, propose

ONE = box(0, 0, 100)
BOW_TIE = polygon((0, 0), (100, 100), (100, 0), (0, 100))


def after(small: SmallWorkspace, **columns: Any) -> dict[str, Any]:
    """Return the attributes of the only lot after an update with these columns."""
    plan = write(small, {"lot-1": ONE}, lot_1={"note": "旧", "storeys": 3, "aliases": ["A"]})
    rows = {name: [value] for name, value in columns.items()}
    found = proposal(plan, source(small, {"lot-1": box(0, 0, 101, 100)}, **rows))
    (change,) = found.changes
    assert change.after is not None
    return dict(change.after["properties"])


@pytest.mark.parametrize("name", ["note", "NOTE", "BZ", "bz", "备注", "Note"])
def test_a_column_is_known_by_name_synonym_and_label_in_any_case(
    small: SmallWorkspace, name: str
) -> None:
    assert after(small, **{name: "新"})["note"] == "新"


@pytest.mark.parametrize("empty", [None, "", "  ", float("nan")])
def test_an_empty_cell_says_nothing(small: SmallWorkspace, empty: Any) -> None:
    assert after(small, note=empty)["note"] == "旧"


def test_values_come_as_the_types_of_the_fields(small: SmallWorkspace) -> None:
    found = after(
        small, storeys=np.float64(7.0), renewed="是", aliases='["A","B"]', bounds='{"east":["r"]}'
    )
    assert found["storeys"] == 7 and isinstance(found["storeys"], int)
    assert found["renewed"] is True
    assert found["aliases"] == ["A", "B"] and found["bounds"] == {"east": ["r"]}


def test_a_number_in_a_text_field_keeps_all_its_digits(small: SmallWorkspace) -> None:
    assert after(small, note=np.float64(330482202603.0))["note"] == "330482202603"


def test_what_does_not_fit_is_named_by_the_schema_and_blocks(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    found = proposal(plan, source(small, {"lot-1": box(0, 0, 101, 100)}, storeys=["三层"]))
    assert found.blocked
    assert [f.rule for f in found.new_findings if f.severity == "error"] == ["schema.storeys"]


@pytest.mark.parametrize("name", ["basis", "uncertainty_m", "map_scale", "point_error_m", "source"])
def test_no_column_says_what_a_geometry_is_worth(small: SmallWorkspace, name: str) -> None:
    plan = write(small, {"lot-1": ONE})
    value: Any = {"basis": "surveyed", "source": "伪造"}.get(name, 1)
    moved = source(small, {"lot-1": box(0, 0, 101, 100)}, **{name: [value]})
    found = proposal(plan, moved, provenance=None)
    (change,) = found.changes
    assert change.after is not None
    properties = change.after["properties"]
    assert properties["basis"] == "schematic" and properties["source"] == "试验"
    assert properties.get("uncertainty_m") == 10
    assert "point_error_m" not in properties and "map_scale" not in properties


def test_columns_that_nobody_knows_are_named(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    file = source(small, {"lot-1": ONE}, 容积率=[2.0], Shape_Area=[1.0], TQMJ=[3.0])
    assert proposal(plan, file, provenance=None).unread == ("容积率",)


def test_only_the_geometry_or_only_the_attributes(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    file = source(small, {"lot-1": box(0, 0, 101, 100)}, note=["新"])
    attributes = proposal(plan, file, only="attributes", provenance=None)
    assert told(attributes) == {"lot-1": ("attributes", "id")}
    (change,) = proposal(plan, file, only="geometry").changes
    assert change.after is not None and "note" not in change.after["properties"]


def test_attributes_of_a_survey_change_and_it_stays_a_survey(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    first = proposal(plan, source(small, {"lot-1": box(0, 0, 101, 100)}))
    carry_out(first, by="甲", reason="测量")
    table = VectorFile(
        str(small.root / "survey.txt"),
        "t",
        column(None),
        {"DKBH": column("lot-1"), "BZ": column("新")},
        None,
    )
    found = proposal(reopened(small.root), table, provenance=None)
    assert told(found) == {"lot-1": ("attributes", "id")}
    carry_out(found, by="甲", reason="备注")
    plan = reopened(small.root)
    assert plan.by_id["lot-1"].basis == "surveyed"
    assert found.after.measured["lot-1"].basis == "surveyed", "its evidence still counts"


# ------------------------------------------------------------------------------- repairs


def test_a_repair_is_proposed_with_its_effect_and_made_only_when_asked(
    small: SmallWorkspace,
) -> None:
    plan = write(small, {"lot-1": box(0, 0, 100)})
    file = source(small, {"lot-1": BOW_TIE})
    with pytest.raises(InputError, match=r"--repair.*2 块.*5000\.00"):
        proposal(plan, file)
    found = proposal(plan, file, repair=True)
    assert found.after.measured["lot-1"].planar_m2 == pytest.approx(5000, abs=0.05)
    entry = carry_out(found, by="甲", reason="修复")
    (record,) = entry.content["repairs"]
    assert record["id"] == "lot-1" and record["method"].startswith("make_valid")
    assert record["area_after"] == pytest.approx(5000)
    assert shapely.from_wkt(record["shape_before"]).equals_exact(BOW_TIE, 1e-6)


def test_a_sound_geometry_is_never_repaired(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    found = proposal(plan, source(small, {"lot-1": box(0, 0, 101, 100)}), repair=True)
    assert [o.arrival.repair for o in found.outcomes if o.arrival] == [None]


# ------------------------------------------------------------------------------- noise


@given(st.lists(st.floats(-0.0004, 0.0004), min_size=8, max_size=8), st.integers(0, 3))
def test_noise_below_a_millimetre_and_another_start_of_the_ring_are_no_change(
    tmp_path_factory: pytest.TempPathFactory, noise: list[float], start: int
) -> None:
    small = SmallWorkspace(tmp_path_factory.mktemp("small"))
    plan = write(small, {"lot-1": ONE})
    corners = np.array(ONE.exterior.coords)[:-1] + np.array(noise).reshape(4, 2)
    shape = shapely.Polygon(np.roll(corners, start, axis=0)[::-1])
    assert proposal(plan, source(small, {"lot-1": shape}), provenance=None).changes == ()


def test_a_corner_that_moves_by_two_millimetres_is_a_change(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    corners = np.array(ONE.exterior.coords)[:-1]
    corners[0] += [0.002, 0]
    found = proposal(plan, source(small, {"lot-1": shapely.Polygon(corners)}), provenance=None)
    assert told(found) == {"lot-1": ("geometry", "id")}


# ------------------------------------------------------------------------------- what is kept


def test_the_history_knows_file_line_and_datum_shift(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    file = source(small, {"lot-1": box(0, 0, 101, 100)})
    file = VectorFile(
        file.source,
        file.layer,
        file.geometry,
        file.columns,
        file.crs,
        notes=(Note("encoding.cut", plain("x")),),
        lines=(17,),
        transform_sha256="ab" * 32,
    )
    entry = carry_out(proposal(plan, file), by="甲", reason="测量")
    assert entry.sources == (
        {
            "name": "survey.txt",
            "sha256": hash_of(small.root / "survey.txt"),
            "transform_sha256": "ab" * 32,
        },
    )
    assert entry.changes[0].origin == {"file": "survey.txt", "line": 17, "label": "lot-1"}
    assert entry.content["notes"] == ["encoding.cut"]


def test_wgs84_is_used_and_said(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    own = source(small, {"lot-1": ONE})
    moved = shapely.box(121.0846, 30.5988, 121.0856, 30.5997)
    file = VectorFile(own.source, "s", column(moved), own.columns, crs.named("EPSG:4326"))
    found = proposal(plan, file, provenance=None)
    assert [note.rule for _, note in found.noticed if note.asks] == ["crs.wgs84"]
    with pytest.raises(RefusedError, match="CGCS2000"):
        proposal(plan, file)


def test_a_file_in_gcj02_is_suspected_and_nothing_is_applied(small: SmallWorkspace) -> None:
    from gangqu_gis.gcj02 import shifted

    plan = write(small, {"lot-1": ONE, "lot-2": box(300, 0, 100)})
    shapes = {f.id: shapely.transform(f.geometry, shifted) for f in plan.layers["lots"].features}
    own = source(small, shapes)
    file = VectorFile(own.source, "s", own.geometry, own.columns, crs.storage())
    found = proposal(plan, file, provenance=None)
    ((_, note),) = [row for row in found.noticed if row[1].rule == "crs.displaced"]
    assert note.asks and "GCJ-02" in note.text.zh
    after = found.after.plan.by_id["lot-1"].geometry
    assert after is not None and shapely.hausdorff_distance(after, shapes["lot-1"]) < 1e-8


# ------------------------------------------------------------------------- wrong files


def test_two_copies_of_one_lot_in_two_files_say_so(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    new = source(small, {"lot-1": box(0, 0, 101, 100)})
    old = VectorFile("旧.shp", "s", new.geometry, new.columns, new.crs)
    with pytest.raises(InputError, match="另一个文件.*移走旧的一份"):
        proposal(plan, new, old)


def test_a_feature_of_another_layer_is_told_its_layer(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    line = shapely.LineString([(604000, 3387000), (604100, 3387000)])
    with pytest.raises(RefusedError, match="gangqu update lots"):
        propose(plan, "lines", [source(small, {"lot-1": line})], provenance=None)
