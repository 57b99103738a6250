"""The stored layers: round trip, stable bytes, and every way in which a file can be wrong.

A file dropped into ``cases/pass`` must check clean; a folder dropped into ``cases/fail`` holds a
layer and what ``gangqu check`` must say of it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from cases import ROOT, URN, Command, SmallWorkspace, box, feature, in_degrees, layer_text
from hypothesis import given
from hypothesis import strategies as st
from strategies import stored_shapes

from gangqu_gis.errors import InputError
from gangqu_gis.layerfile.geojson import format_layer
from gangqu_gis.layers import Feature, Layer, read_layer
from gangqu_gis.schema import Schema, read_schema
from gangqu_gis.workspace import open_workspace

CASES = Path(__file__).parent / "cases"
EXTENT = (120.9, 30.5, 121.3, 30.75)
SHIPPED = ("districts", "parcels", "reference")

NOT_YET: dict[str, str] = {}


#: Of those, what is wrong in the words only: the same in both languages.
WORDS_ONLY = {"truncated", "nan_attribute"}


def cases(folder: str, *, but: frozenset[str] | set[str] = frozenset()) -> list[Any]:
    found = sorted((CASES / folder).iterdir())
    return [
        pytest.param(
            path,
            id=path.stem,
            marks=(
                [pytest.mark.xfail(strict=True, reason=NOT_YET[path.stem])]
                if path.stem in NOT_YET.keys() - but
                else []
            ),
        )
        for path in found
    ]


@cache
def shipped_schema() -> Schema:
    return read_schema(ROOT / "data" / "schema.toml", shown="data/schema.toml")


@pytest.fixture(scope="module")
def schema() -> Schema:
    return shipped_schema()


def read(path: Path, *, name: str = "parcels", shown: str = "data/x.geojson") -> Layer:
    return read_layer(path, name=name, shown=shown, extent=EXTENT)


def with_road(small: SmallWorkspace) -> Path:
    road = shapely.LineString([(604000, 3387000), (604900, 3387000)])
    small.lines = [feature("road-1", road, kind="road")]
    return small.write()


# --------------------------------------------------------------------- dropped files are tests


@pytest.mark.parametrize("case", cases("pass"))
def test_pass(case: Path, small: SmallWorkspace, command: Command) -> None:
    root = with_road(small)
    (root / "data" / "lots.geojson").write_bytes(case.read_bytes())
    run = command("check", cwd=root)
    assert (run.code, run.err) == (0, ""), run.out + run.err


@pytest.mark.parametrize("case", cases("fail"))
def test_fail(case: Path, small: SmallWorkspace, command: Command) -> None:
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    root = with_road(small)
    target, given_layer = root / "data" / "lots.geojson", case / "lots.geojson"
    target.unlink()
    if given_layer.exists():
        target.write_bytes(given_layer.read_bytes())
    run = command("check", cwd=root)
    assert run.code == expected["exit"], run.err + run.out
    said = run.err if run.code == 3 else run.out
    for fragment in expected["message"]:
        assert fragment in said
    where = "data/lots.geojson" + (f":{expected['line']}" if "line" in expected else "")
    assert where in said
    if run.code == 3:
        assert run.out == "" and len(run.err.splitlines()) == 1
        assert run.err.startswith(where)


@pytest.mark.parametrize("case", cases("fail", but=WORDS_ONLY))
def test_fail_reads_as_english_too(case: Path, small: SmallWorkspace, command: Command) -> None:
    """The same line of the same file in both languages."""
    root = with_road(small)
    target, given_layer = root / "data" / "lots.geojson", case / "lots.geojson"
    target.unlink()
    if given_layer.exists():
        target.write_bytes(given_layer.read_bytes())
    zh, en = (command("--lang", lang, "check", cwd=root) for lang in ("zh", "en"))
    places = [re.findall(r"data/[a-z.]+(?::\d+)?", r.out + r.err) for r in (zh, en)]
    assert zh.code == en.code != 70 and places[0] == places[1] != []


# --------------------------------------------------------------------- round trip and bytes


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_layers_are_written_byte_for_byte_as_they_are(name: str, schema: Schema) -> None:
    path = ROOT / "data" / f"{name}.geojson"
    layer = read(path, name=name)
    assert format_layer(name, layer.features, schema) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_layers_read_in_gdal_with_the_same_coordinates(name: str) -> None:
    path = ROOT / "data" / f"{name}.geojson"
    frame = pyogrio.read_dataframe(path)
    assert frame.crs.to_epsg() == 4490
    ours = [feature.geometry for feature in read(path, name=name).features]
    assert shapely.to_wkb(frame.geometry.to_numpy()).tolist() == shapely.to_wkb(ours).tolist()


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@st.composite
def stored_features(draw: st.DrawFn) -> Feature:
    shape = draw(stored_shapes())
    properties = {
        "id": draw(texts),
        "kind": draw(st.sampled_from(["stock_parcel", "road", "nothing"])),
        "name": draw(texts),
        draw(texts): draw(st.one_of(st.none(), st.booleans(), texts, st.integers(-9, 9))),
        "uncertainty_m": draw(st.floats(0, 1e6, allow_nan=False)),
        "bounds": {"east": [draw(texts)]},
    }
    return Feature("parcels", properties, shape, "data/x.geojson", 1, 1)


@given(features=st.lists(stored_features(), max_size=4))
def test_what_is_written_reads_back_equal(features: list[Feature], tmp_path: Path) -> None:
    schema = shipped_schema()
    path = tmp_path / "x.geojson"
    text = format_layer("parcels", features, schema)
    path.write_text(text, encoding="utf-8", newline="")
    again = read(path).features
    assert [dict(f.properties) for f in again] == [dict(f.properties) for f in features]
    for old, new in zip(features, again, strict=True):
        if old.geometry is None:
            assert new.geometry is None
        else:
            assert new.geometry is not None and old.geometry.geom_type == new.geometry.geom_type
            wrote, got = map(shapely.get_coordinates, (old.geometry, new.geometry))
            assert np.abs(wrote - got).max() <= 0.51e-9
    assert format_layer("parcels", again, schema) == text
    assert [f.line for f in again] == list(range(2, 2 + len(features)))


def test_written_form(schema: Schema) -> None:
    """One feature a line, keys in the order of the schema, 9 decimals, the crs member."""
    properties = {"zz": 1, "name": "甲", "aa": 2, "kind": "stock_parcel", "id": "stock-1"}
    shape = shapely.Polygon([(121, 30.6), (121.1, 30.6), (121.1, 30.7000000004), (121, 30.6)])
    rows = format_layer("parcels", [Feature("parcels", properties, shape, "", 1, 1)] * 2, schema)
    assert rows.endswith("\n]}\n") and rows.count("\n") == 4
    head, first, second, _ = rows.splitlines()
    assert json.loads(head + "]}")["crs"]["properties"]["name"] == URN
    assert first == second + ","
    assert list(json.loads(second)["properties"]) == ["id", "kind", "name", "aa", "zz"]
    assert "[121.100000000,30.700000000]" in second and "甲" in second


def test_written_bytes_do_not_depend_on_the_order_of_keys(schema: Schema) -> None:
    properties = {"id": "a", "kind": "stock_parcel", "name": "甲", "other": 1}
    backwards = dict(reversed(properties.items()))
    both = [
        format_layer("parcels", [Feature("parcels", p, None, "", 1, 1)], schema)
        for p in (properties, backwards)
    ]
    assert both[0] == both[1]


def test_what_json_cannot_hold_is_never_written(schema: Schema) -> None:
    for properties, shape in (
        ({"id": "a", "area": float("nan")}, None),
        ({"id": "a"}, shapely.Point(float("inf"), 30.6)),
    ):
        with pytest.raises(ValueError):
            format_layer("parcels", [Feature("parcels", properties, shape, "", 1, 1)], schema)


@pytest.mark.parametrize("coordinates", [[[[121.1, 30.6, 5.0]] * 4], [[[121.1, 30.6]] * 2]])
def test_a_geometry_that_could_not_be_read_is_not_written_away(
    coordinates: Any, schema: Schema, tmp_path: Path
) -> None:
    row = feature("lot-1", None) | {"geometry": {"type": "Polygon", "coordinates": coordinates}}
    path = tmp_path / "x.geojson"
    path.write_text(layer_text([row]), encoding="utf-8")
    layer = read(path)
    try:
        written = format_layer("lots", layer.features, schema)
    except (InputError, ValueError):
        return
    assert '"geometry":null' not in written


# ------------------------------------------------------------------------------ reading


@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_byte_order_mark_and_line_ends_make_no_difference(
    prefix: bytes, ends: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.geojson"
    text = layer_text([feature("lot-1", box(0, 0, 9)), feature("lot-2", box(20, 0, 9))])
    path.write_bytes(prefix + text.replace("\n", ends).encode())
    assert [(f.id, f.line) for f in read(path).features] == [("lot-1", 2), ("lot-2", 3)]


def test_every_line_is_known_in_an_indented_file(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    rows = [feature(f"lot-{n}", box(20 * n, 0, 9), note="a\nb") for n in range(4)]
    text = json.dumps(json.loads(layer_text(rows)), indent=1, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    lines = text.splitlines()
    for found in read(path).features:
        block = "".join(lines[found.line - 1 : found.line + 5])
        assert lines[found.line - 1].strip() == "{" and f'"{found.id}"' in block


def test_geometry_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    path.write_text(layer_text([feature("lot-1", box(0, 0, 9))]), encoding="utf-8")
    found = read(path).features[0]
    assert shapely.equals_exact(found.geometry, in_degrees(box(0, 0, 9)), 0)
    assert (found.id, found.kind, found.basis) == ("lot-1", "lot", "schematic")


@pytest.mark.parametrize("basis", [None, "", "Surveyed", "实测", 3, ["surveyed"]])
def test_whatever_is_not_declared_is_schematic(basis: object) -> None:
    assert Feature("lots", {"basis": basis}, None, "", 1, 1).basis == "schematic"


def test_a_layer_that_is_a_folder_is_refused(small: SmallWorkspace, command: Command) -> None:
    root = small.write()
    (root / "data" / "lots.geojson").unlink()
    (root / "data" / "lots.geojson").mkdir()
    run = command("check", cwd=root)
    assert run.code == 3 and run.err.startswith("data/lots.geojson: ")


def test_extent_comes_from_the_workspace(small: SmallWorkspace, command: Command) -> None:
    small.lots = [feature("lot-1", box(0, 0, 9))]
    root = small.write()
    assert command("check", cwd=root).code == 0
    marker = root / "data" / "workspace.toml"
    text = marker.read_text(encoding="utf-8").replace("[120.9, ", "[121.2, ")
    marker.write_text(text, encoding="utf-8")
    assert open_workspace(root).extent[0] == 121.2
    run = command("check", cwd=root)
    assert run.code == 3 and "121.2-121.3" in run.err
