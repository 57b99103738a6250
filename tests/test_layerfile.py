"""Layers kept as GeoJSON, GeoPackage or GeoParquet hold the same, and every command says the same.

What is written is read back by other libraries: sqlite3, geopandas, fiona.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow
import pyarrow.parquet
import pyogrio
import pytest
import shapely
from cases import ROOT, Command, gangqu, refusal
from gatework import SURVEY, plan_of, proposal_of, rectangle, survey
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from strategies import stored_shapes

from gangqu_gis import layerfile
from gangqu_gis.assessment import assess
from gangqu_gis.differences import between
from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.files import hash_of
from gangqu_gis.layerfile.shapes import rounded
from gangqu_gis.layers import Feature, feature_of
from gangqu_gis.records import stored
from gangqu_gis.replay import fault_of, read_records
from gangqu_gis.schema import read_schema
from gangqu_gis.update import (
    carry_out,
    convert_layer,
    propose_adoption,
    propose_undo,
    restore_layer,
)
from gangqu_gis.update.converting import with_layer_file
from gangqu_gis.workspace import open_workspace

TABLES = (".gpkg", ".parquet")
FORMS = (".geojson", *TABLES)
SCHEMA = read_schema(ROOT / "data" / "schema.toml", shown="schema.toml")
LAYERS = ("districts", "parcels", "reference", "projects", "market", "indicators")


def records(features: list[Feature], form: str, layer: str = "parcels") -> list[Any]:
    """Write features in a form and return what is read of them."""
    raw = layerfile.layer_bytes(layer, features, SCHEMA, suffix=form)
    return layerfile.records_in(raw, name=layer, shown=f"{layer}{form}")


def said(record: Any) -> Any:
    """Return a record without attributes that say nothing, which a table cannot tell from none."""
    properties = {k: v for k, v in record["properties"].items() if v is not None}
    return {**record, "properties": properties}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the shipped plan."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


def converted(root: Path, form: str, *layers: str) -> Path:
    """Keep layers of a workspace in another form."""
    for layer in layers or ("parcels",):
        if form != ".geojson":
            convert_layer(open_workspace(root), layer, form, by="甲", reason="太大")
    return root


# ------------------------------------------------------------------- the same features

numbers = st.one_of(
    st.integers(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 1.0, -2.5, 1e15, 2.0**53, 1e300]),
)
words = st.text(max_size=6)
scalars = st.one_of(st.none(), st.booleans(), numbers, words, st.sampled_from(["[1]", "null", "{"]))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=2)),
    max_leaves=4,
)
#: Names of attributes, among them those that a table has itself, and those that it cannot have.
NAMES = (
    "id ID kind name Name fid geom geometry rowid other_attributes bounds figures note 面积".split()
    + ["uncertainty_m", "a" * 80, "\0", "\ud800", "x\ty", ""]
)
names = st.one_of(words, st.sampled_from(NAMES))


@st.composite
def features(draw: st.DrawFn) -> Feature:
    properties = draw(st.dictionaries(names, values, max_size=5))
    return Feature("parcels", properties, draw(stored_shapes()), "", 1, 1)


ODD = Feature(
    "parcels", {"\ud800": "\udfff", "name": "a\0b", "Name": 1, "fid": [1]}, None, "", 1, 1
)


@pytest.mark.parametrize("form", TABLES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@example(rows=[])
@example(rows=[ODD])
@given(rows=st.lists(features(), max_size=4))
def test_any_features_come_back_from_a_table_as_from_geojson(
    form: str, rows: list[Feature]
) -> None:
    wanted = [said(stored(row.as_record())) for row in rows]
    assert records(rows, form) == wanted
    raw = [layerfile.layer_bytes("parcels", rows, SCHEMA, suffix=form) for _ in range(2)]
    assert raw[0] == raw[1], "equal features make equal bytes"
    read = [feature_of(record, "parcels") for record in wanted]
    assert layerfile.layer_bytes("parcels", read, SCHEMA, suffix=form) == raw[0]


@example(values=[121.1234567885, 0.0000000005, -0.0000000015, 1e9 + 0.5e-9, 1e300])
@given(values=st.lists(st.floats(-1e7, 1e7), min_size=1))
def test_coordinates_are_rounded_as_their_text_is(values: list[float]) -> None:
    found = rounded(np.array(values)).tolist()
    assert found == [float(f"{value:.9f}") for value in values]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("form", TABLES)
def test_every_shipped_layer_goes_there_and_back_to_the_byte(
    root: Path, layer: str, form: str
) -> None:
    path = root / "data" / f"{layer}.geojson"
    before = path.read_bytes()
    entry = convert_layer(open_workspace(root), layer, form, by="甲", reason="太大")
    assert not path.exists() and open_workspace(root).layer_files[layer] == f"{layer}{form}"
    assert entry.changes == () and (root / "data/history/base" / path.name).read_bytes() == before
    convert_layer(open_workspace(root), layer, ".geojson", by="甲", reason="又改回")
    assert path.read_bytes() == before


def test_other_libraries_read_what_was_written(root: Path) -> None:
    """Types, order, labels in words and the CRS, as geopandas and sqlite3 see them."""
    shipped = plan_of(root).layers["parcels"].features
    wanted = [(f.id, f.geometry) for f in shipped]
    for form in TABLES:
        path = plan_of(converted(root, form)).workspace.layer_path("parcels")
        read = geopandas.read_parquet if form == ".parquet" else geopandas.read_file
        table = read(path)
        assert table.crs.to_epsg() == 4490
        assert list(zip(table["id"], table.geometry, strict=True)) == wanted
        assert table["uncertainty_m"].tolist() == [f.number_of("uncertainty_m") for f in shipped]
        bounds = table["bounds"].iloc[0]
        bounds = json.loads(bounds) if isinstance(bounds, str) else bounds
        assert bounds == shipped[0].properties["bounds"]
        if form == ".gpkg":
            with closing(sqlite3.connect(path)) as base:
                rows = base.execute("SELECT column_name, name, mime_type FROM gpkg_data_columns")
                told = {column: (label, kind) for column, label, kind in rows}
                assert base.execute("SELECT fid FROM parcels").fetchall()[0] == (1,)
            assert told["name"] == ("名称", None) and told["bounds"][1] == "application/json"
    meta = json.loads(pyarrow.parquet.read_schema(path).metadata[b"geo"])
    assert meta["version"] == "1.1.0" and meta["columns"]["geometry"]["geometry_types"] == [
        "Polygon"
    ]
    assert (
        meta["columns"]["geometry"]["bbox"]
        == shapely.total_bounds([f.geometry for f in shipped]).tolist()
    )


# ------------------------------------------------------------------ every command the same

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("check",),
    ("check", "--format", "json"),
    ("reconcile",),
    ("reconcile", "--format", "json"),
    ("reconcile", "--gate"),
    ("progress",),
    ("progress", "--format", "json"),
    ("figures", "list"),
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sample workspace, all its layers kept in each form; one parcel is surveyed."""
    roots = {form: tmp_path_factory.mktemp("kept") / "w" for form in FORMS}
    for form, root in roots.items():
        assert gangqu("init", root, "--sample", cwd=root.parent).code == 0
        converted(root, form, *LAYERS)
        survey(root, rectangle(moved_west=2))
    return roots


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("form", TABLES)
def test_commands_say_the_same(
    command: Command, kept: dict[str, Path], form: str, words: tuple[str, ...]
) -> None:
    def told(form: str) -> tuple[int, str]:
        run = command(*words, cwd=kept[form])
        # A line of the file is that of its form; so are its name and its hash.
        text = re.sub(rf"{form}:\d+", ".*", run.out).replace(form, ".*")
        text = re.sub(r'"(line|digest)": .*', "", text)
        return run.code, re.sub(r" +", " ", re.sub(r"[0-9a-f]{64}", "", text))

    assert told(form) == told(".geojson")


@pytest.mark.parametrize("form", TABLES)
def test_exports_and_maps_are_the_same(
    command: Command, kept: dict[str, Path], form: str, tmp_path: Path
) -> None:
    for suffix in ("geojson", "txt", "gpkg"):
        made = []
        for name in (form, ".geojson"):
            path = tmp_path / f"{name[1:]}-{suffix}" / f"parcels.{suffix}"
            path.parent.mkdir()
            run = command("export", "parcels", path, cwd=kept[name])
            assert run.code == 0, run.err
            made.append(path.read_bytes())
        assert made[0] == made[1], suffix
    pages = []
    for name in (form, ".geojson"):
        assert command("map", cwd=kept[name]).code == 0
        pages.append(
            {path.name: path.read_text("utf-8") for path in (kept[name] / "maps").glob("*")}
        )
    assert pages[0].keys() == pages[1].keys() and len(pages[0]) > 4
    for page, text in pages[0].items():
        lengths = [len(told.replace(form, ".geojson")) for told in (text, pages[1][page])]
        assert lengths[0] == lengths[1], page


@pytest.mark.parametrize("form", TABLES)
def test_the_life_of_a_layer(root: Path, form: str) -> None:
    """Update, diff, undo, foreign edit, adoption, loss and restoring, and the history holds."""
    converted(root, form)
    workspace = open_workspace(root)
    path = workspace.layer_path("parcels")
    start = read_records(workspace, "parcels")
    survey(root, rectangle())
    found = between(plan_of(root), "1", "now", layers=["parcels"])
    assert [d.change.id for d in found] == ["stock-3"]
    assert found[0].after is not None and round(found[0].after.planar_m2 or 0, 1) == 25400.0
    carry_out(propose_undo(plan_of(root), 2), by="乙", reason="误")
    assert read_records(workspace, "parcels") == start
    survey(root, rectangle(moved_west=1))
    _rename_elsewhere(path, "new-1", "改名")
    with pytest.raises(RefusedError, match="adopt"):
        proposal_of(root, rectangle())
    proposal = propose_adoption(plan_of(root), "parcels")
    assert [c.id for c in proposal.changes] == ["new-1"]
    carry_out(proposal, by="乙", reason="接收")
    plan = plan_of(root)
    assert (
        plan.by_id["new-1"].name() == "改名"
        and fault_of(workspace, plan.history, "parcels") is None
    )
    whole = path.read_bytes()
    path.unlink()
    assert restore_layer(workspace, "parcels") is None and path.read_bytes() == whole
    path.write_bytes(whole[: len(whole) // 2])
    damaged = restore_layer(workspace, "parcels")
    assert damaged is not None and path.read_bytes() == whole
    assert assess(plan_of(root)).findings == assess(plan).findings


def _rename_elsewhere(path: Path, id_: str, name: str) -> None:
    """Rename a feature as another program would, which writes the file in its own way."""
    if path.suffix == ".gpkg":
        meta, rows = pyogrio.raw.read_arrow(path, layer="parcels")
        called = rows.column("name").to_pylist()
        called[rows.column("id").to_pylist().index(id_)] = name
        at = rows.schema.get_field_index("name")
        rows = rows.set_column(at, "name", pyarrow.array(called))
        path.unlink()
        pyogrio.raw.write_arrow(
            rows,
            path,
            layer="parcels",
            driver="GPKG",
            geometry_type=meta["geometry_type"],
            geometry_name=meta["geometry_name"],
            crs=meta["crs"],
        )
    else:
        table = geopandas.read_parquet(path)
        table.loc[table["id"] == id_, "name"] = name
        table.to_parquet(path)


def test_a_change_set_prepared_before_a_conversion_is_made_on_the_new_file(root: Path) -> None:
    proposal = proposal_of(root, rectangle())
    converted(root, ".gpkg")
    entry = carry_out(proposal, by="甲", reason="测量")
    plan = plan_of(root)
    assert entry.number == 2 and plan.workspace.layer_path("parcels").suffix == ".gpkg"
    assert plan.by_id["stock-3"].basis == "surveyed"
    assert not plan.history.drifted("parcels", hash_of(plan.workspace.layer_path("parcels")))
    assert not (root / "data" / "parcels.geojson").exists()


# ------------------------------------------------------------------------ converting


def test_empty_attributes_become_absent_and_the_history_says_so(root: Path) -> None:
    path = root / "data" / "parcels.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][2]["properties"]["note"] = None
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    entry = convert_layer(open_workspace(root), "parcels", ".gpkg", by="甲", reason="太大")
    (change,) = entry.changes
    assert change.id == "stock-3" and change.whlx == 2
    assert change.before is not None and change.after is not None
    assert "note" in change.before["properties"] and "note" not in change.after["properties"]
    plan = plan_of(root)
    assert fault_of(plan.workspace, plan.history, "parcels") is None
    with pytest.raises(UsageError, match="convert parcels geojson"):
        propose_undo(plan, 1)


def test_converting_refuses_what_it_would_lose(root: Path, command: Command) -> None:
    def convert(*words: str) -> Any:
        return command("convert", *words, "--by", "甲", "--reason", "试", cwd=root)

    assert "districts" in refusal(convert("nowhere", "gpkg"), 2)
    assert "GeoJSON" in refusal(convert("parcels", "geojson"), 2)
    assert "by" in refusal(command("convert", "parcels", "gpkg", cwd=root), 2)
    (root / "data" / "parcels.gpkg").write_bytes(b"somebody's own")
    refusal(convert("parcels", "gpkg"), 4)
    assert (root / "data" / "parcels.gpkg").read_bytes() == b"somebody's own"
    (root / "data" / "parcels.gpkg").unlink()
    marker = root / "data" / "workspace.toml"
    text = marker.read_text(encoding="utf-8")
    marker.write_text(text.replace("districts.geojson", "parcels.gpkg"), encoding="utf-8")
    shutil.copyfile(root / "data" / "districts.geojson", root / "data" / "parcels.gpkg")
    refusal(convert("parcels", "gpkg"), 3)
    marker.write_text(text, encoding="utf-8")
    (root / "data" / "parcels.gpkg").unlink()
    survey(root, rectangle())
    path = root / "data" / "parcels.geojson"
    path.write_text(path.read_text(encoding="utf-8").replace("存量", "改名"), encoding="utf-8")
    assert "adopt" in refusal(convert("parcels", "gpkg"), 4)


def test_a_geometry_that_only_geojson_keeps_is_not_converted(root: Path) -> None:
    path = root / "data" / "parcels.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][1]["geometry"] = {"type": "Polygon", "coordinates": [[[121, 30.6]]]}
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match="stock-2"):
        convert_layer(open_workspace(root), "parcels", ".parquet", by="甲", reason="试")
    assert path.exists() and not (root / "data" / "parcels.parquet").exists()


MARKERS = {
    "aligned": '[layers]\na = "a.geojson"\nbb   = "b.geojson"   # note\n',
    "single quotes": "[layers]\r\n'bb' = 'b.geojson'\r\na = 'a.geojson'\r\n",
    "another table": '[other]\nbb = "b.geojson"\n[layers]\nbb = "b.geojson"\na = "a.geojson"\n',
}


@pytest.mark.parametrize("name", MARKERS)
def test_only_the_layers_own_line_changes(name: str) -> None:
    text = MARKERS[name]
    changed = with_layer_file(text, "bb", "b.gpkg")
    old, new = text.splitlines(keepends=True), changed.splitlines(keepends=True)
    differing = [at for at, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    assert len(differing) == 1 and '"b.gpkg"' in new[differing[0]]
    assert new[differing[0]].endswith(old[differing[0]].split("geojson")[1][1:])


@pytest.mark.parametrize(
    "text",
    [
        'layers = { bb = "b.geojson" }\n',
        'layers.bb = "b.geojson"\n',
        '[layers]\nbb = """b.geojson"""\n',
        '["layers"]\nbb = "b.geojson"\n',
    ],
)
def test_layers_named_in_another_way_are_left_to_their_writer(text: str) -> None:
    with pytest.raises(InputError, match="bb"):
        with_layer_file(text, "bb", "b.gpkg")


def test_nothing_is_written_where_the_marker_could_not_be(root: Path) -> None:
    marker = root / "data" / "workspace.toml"
    text = marker.read_text(encoding="utf-8").replace("[layers]", '["layers"]')
    marker.write_text(text, encoding="utf-8")
    before = sorted(path for path in root.rglob("*") if path.name != ".lock")
    with pytest.raises(InputError, match="parcels"):
        convert_layer(open_workspace(root), "parcels", ".gpkg", by="甲", reason="太大")
    assert sorted(path for path in root.rglob("*") if path.name != ".lock") == before


# -------------------------------------------------------------------------- bad files


def test_a_geopackage_that_a_gis_has_open_is_not_replaced(root: Path) -> None:
    converted(root, ".gpkg")
    path = root / "data" / "parcels.gpkg"
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode = wal")  # as QGIS does when an edit begins
        base.execute("SELECT count(*) FROM gpkg_contents").fetchall()
        begun = path.read_bytes()
        with pytest.raises(RefusedError, match="parcels.gpkg-"):
            carry_out(propose_adoption(plan_of(root), "parcels"), by="甲", reason="接收")
        base.execute("UPDATE gpkg_contents SET description = 'edited'")
        base.commit()
        with pytest.raises(InputError, match="parcels.gpkg-wal"):
            plan_of(root)
        assert path.read_bytes() == begun
    assert path.read_bytes() != begun, "closing puts the journal into the file"
    proposal = propose_adoption(plan_of(root), "parcels")
    assert proposal.changes == ()
    carry_out(proposal, by="甲", reason="接收")
    assert not plan_of(root).history.drifted("parcels", hash_of(path))


def test_what_else_a_geopackage_holds_is_not_dropped(root: Path) -> None:
    converted(root, ".gpkg")
    path = root / "data" / "parcels.gpkg"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY)")
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles')"
        )
        base.commit()
    proposal = propose_adoption(plan_of(root), "parcels")
    with pytest.raises(RefusedError, match="layer_styles"):
        carry_out(proposal, by="甲", reason="接收")


def _gpkg(path: Path, *, shape: Any, crs: int = 4490, twice: bool = False) -> None:
    """Write a GeoPackage as geopandas does."""
    frame = geopandas.GeoDataFrame({"id": ["a"]}, geometry=[shape], crs=4490).to_crs(crs)
    for layer in ("one", "two") if twice else ("one",):
        frame.to_file(path, driver="GPKG", engine="pyogrio", layer=layer, append=path.exists())


def _described(path: Path, table: Any, change: Callable[[Any], None]) -> None:
    """Write a table with another description of its geometry."""
    meta = json.loads(table.schema.metadata[b"geo"])
    change(meta)
    told = {b"geo": json.dumps(meta).encode()}
    pyarrow.parquet.write_table(table.replace_schema_metadata(told), path)


def _own(meta: Any) -> Any:
    return meta["columns"]["geometry"]


def _drawn(path: Path, table: Any, wkb: bytes) -> None:
    """Write a table in which every geometry is ``wkb``."""
    at, column = table.num_columns - 1, pyarrow.array([wkb] * table.num_rows)
    table = table.set_column(at, table.schema.field("geometry"), column)
    pyarrow.parquet.write_table(table, path)


def _with(path: Path, table: Any, name: str, value: Any) -> None:
    """Write a table with one more column."""
    column = pyarrow.array([value] * table.num_rows)
    pyarrow.parquet.write_table(table.append_column(name, column), path)


def _zeros(raw: bytes, at: float, length: int) -> bytes:
    start = int(len(raw) * at)
    return raw[:start] + b"\0" * length + raw[start + length :]


SQUARE = shapely.box(121, 30.6, 121.1, 30.7)
WITH_M = shapely.to_wkb(
    shapely.from_wkt("POLYGON M ((121 30.6 1, 121.1 30.6 1, 121.1 30.7 1, 121 30.6 1))"),
    flavor="iso",
)


def _blob_as_text(path: Path, raw: bytes) -> None:
    """Put bytes that are no UTF-8 where a name stands: SQLite's columns take any type."""
    path.write_bytes(raw)
    with closing(sqlite3.connect(path)) as base:
        for (trigger,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            base.execute(f'DROP TRIGGER "{trigger}"')
        base.execute("UPDATE parcels SET name = CAST(x'FFFE41' AS TEXT)")
        base.commit()


#: Bad files by name: the form, how the good file is spoilt, and a word of what is said.
Spoil = Callable[[Path, bytes, Any], object]
BAD: dict[str, tuple[str, Spoil, str]] = {
    "empty": (".gpkg", lambda p, raw, t: p.write_bytes(b""), "已损坏"),
    "cut": (".gpkg", lambda p, raw, t: p.write_bytes(raw[:9000]), "已损坏"),
    "no database": (".gpkg", lambda p, raw, t: p.write_bytes(b"x" * 5000), "已损坏"),
    "pages of zeros": (".gpkg", lambda p, raw, t: p.write_bytes(_zeros(raw, 0.75, 9000)), "已损坏"),
    "another CRS": (".gpkg", lambda p, raw, t: _gpkg(p, shape=SQUARE, crs=4326), "EPSG:4326"),
    "two layers": (".gpkg", lambda p, raw, t: _gpkg(p, shape=SQUARE, twice=True), "one, two"),
    "no UTF-8": (".gpkg", lambda p, raw, t: _blob_as_text(p, raw), "name"),
    "no Parquet": (".parquet", lambda p, raw, t: p.write_bytes(b"PAR1" * 9), "已损坏"),
    "cut Parquet": (".parquet", lambda p, raw, t: p.write_bytes(raw[:-9]), "已损坏"),
    "zeros": (".parquet", lambda p, raw, t: p.write_bytes(_zeros(raw, 0.2, 3000)), "已损坏"),
    "no CRS": (
        ".parquet",
        lambda p, raw, t: _described(p, t, lambda m: _own(m).pop("crs")),
        "4490",
    ),
    "unknown CRS": (
        ".parquet",
        lambda p, raw, t: _described(p, t, lambda m: _own(m).update(crs=None)),
        "4490",
    ),
    "another encoding": (
        ".parquet",
        lambda p, raw, t: _described(p, t, lambda m: _own(m).update(encoding="point")),
        "point",
    ),
    "no columns": (
        ".parquet",
        lambda p, raw, t: _described(p, t, lambda m: m.pop("columns")),
        "已损坏",
    ),
    "no GeoParquet": (
        ".parquet",
        lambda p, raw, t: pyarrow.parquet.write_table(t.replace_schema_metadata(), p),
        "GeoParquet",
    ),
    "bytes": (".parquet", lambda p, raw, t: _with(p, t, "photo", b"x"), "photo"),
    "not a number": (".parquet", lambda p, raw, t: _with(p, t, "x", float("nan")), "nan"),
    "no geometry": (".parquet", lambda p, raw, t: _drawn(p, t, b"\1\2"), "第 1 个图形"),
    "measures": (".parquet", lambda p, raw, t: _drawn(p, t, WITH_M), "M 值"),
}


def test_reading_a_layer_leaves_no_threads_behind(root: Path) -> None:
    """pyarrow's threads that are still starting when a command ends abort it, now and then."""
    path = plan_of(converted(root, ".parquet")).workspace.layer_path("parcels")
    code = (
        "import sys, psutil, pyarrow.parquet; from pathlib import Path;"
        "from gangqu_gis.layerfile import geoparquet;"
        "raw, own = Path(sys.argv[1]).read_bytes(), psutil.Process();"
        "before = own.num_threads(); geoparquet.rows_in(raw, shown='');"
        "print(own.num_threads() - before)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "0"


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_a_layer_is_refused_in_one_line(
    name: str, root: Path, command: Command
) -> None:
    form, spoil, word = BAD[name]
    path = plan_of(converted(root, form)).workspace.layer_path("parcels")
    raw = path.read_bytes()
    table = pyarrow.parquet.read_table(path) if form == ".parquet" else None
    path.unlink()
    spoil(path, raw, table)
    told = refusal(command("check", cwd=root), 3)
    assert f"data/parcels{form}" in told and word in told
    told = refusal(command("--lang", "en", "check", cwd=root), 3)
    assert f"data/parcels{form}" in told and not any("一" <= mark <= "鿿" for mark in told)


def test_a_text_in_a_numeric_column_is_not_taken_for_a_number(root: Path) -> None:
    """SQLite keeps it, GDAL reads 12abc as 12."""
    converted(root, ".gpkg")
    path = root / "data" / "parcels.gpkg"
    with closing(sqlite3.connect(path)) as base:
        for trigger in base.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            base.execute(f'DROP TRIGGER "{trigger[0]}"')  # they call functions that are GDAL's
        base.execute("UPDATE parcels SET uncertainty_m = '12abc' WHERE id = 'stock-2'")
        base.commit()
    with pytest.raises(InputError, match="uncertainty_m.*12abc") as told:
        plan_of(root)
    assert told.value.line == 2


def test_verify_and_restore_of_what_is_no_layer_file(root: Path, command: Command) -> None:
    converted(root, ".gpkg")
    path = root / "data" / "parcels.gpkg"
    whole = path.read_bytes()
    path.write_bytes(whole[:5000])
    told = command("history", "verify", cwd=root)
    assert told.code == 1 and "history restore parcels" in told.out and "adopt" not in told.out
    (root / "data" / "parcels.gpkg.damaged").write_bytes(b"earlier")
    assert "parcels.gpkg.damaged" in refusal(command("history", "restore", "parcels", cwd=root), 4)
    (root / "data" / "parcels.gpkg.damaged").unlink()
    path.unlink()
    path.mkdir()
    refusal(command("history", "restore", "parcels", cwd=root), 3)
    path.rmdir()
    assert command("history", "restore", "parcels", cwd=root).code == 0
    assert path.read_bytes() == whole


def test_two_layers_need_two_files(root: Path, command: Command) -> None:
    marker = root / "data" / "workspace.toml"
    text = marker.read_text(encoding="utf-8").replace('"parcels.geojson"', '"districts.geojson"')
    marker.write_text(text, encoding="utf-8")
    line = text.split("\n").index('parcels   = "districts.geojson"') + 1
    told = refusal(command("check", cwd=root), 3)
    assert f"data/workspace.toml:{line}:" in told and "districts" in told


def test_an_index_that_pandas_added_is_no_attribute(root: Path) -> None:
    """Sorted with geopandas and adopted: nothing but what was changed is in the history."""
    path = plan_of(converted(root, ".parquet")).workspace.layer_path("parcels")
    table = geopandas.read_parquet(path)
    table.loc[table["id"] == "stock-3", "name"] = "新名"
    table.sort_values("name").to_parquet(path, write_covering_bbox=True)
    assert {"__index_level_0__", "bbox"} < set(pyarrow.parquet.read_schema(path).names)
    entry = carry_out(propose_adoption(plan_of(root), "parcels"), by="甲", reason="改名")
    (change,) = entry.changes
    assert change.id == "stock-3"
    assert "__index_level_0__" not in plan_of(root).by_id["stock-3"].properties


def test_a_layer_file_of_another_kind_is_refused_at_its_line(root: Path, command: Command) -> None:
    marker = root / "data" / "workspace.toml"
    text = marker.read_text(encoding="utf-8").replace("parcels.geojson", "parcels.shp")
    marker.write_text(text, encoding="utf-8")
    line = text.split("\n").index('parcels   = "parcels.shp"') + 1
    assert f"data/workspace.toml:{line}:" in refusal(command("check", cwd=root), 3)


def test_wrong_data_in_a_table_is_left_to_the_checks_with_its_row(root: Path) -> None:
    """A NULL geometry, a point, heights, a text in a number: read as they are, and found."""
    converted(root, ".gpkg")
    path = root / "data" / "parcels.gpkg"
    plan = plan_of(root)
    rows = list(plan.layers["parcels"].features)
    flat = rows[1].geometry
    assert flat is not None
    raised = json.loads(shapely.to_geojson(shapely.force_3d(flat, 5.0)))
    spoilt = [
        Feature("parcels", rows[0].properties, None, "", 0, 0),
        Feature("parcels", rows[1].properties, None, "", 0, 0, None, raised),
        Feature(
            "parcels", rows[2].properties, None, "", 0, 0, None,
            {"type": "Point", "coordinates": [121.0, 30.6]},
        ),
        Feature(
            "parcels", {**rows[3].properties, "uncertainty_m": "许多"}, rows[3].geometry, "", 0, 0
        ),
        *rows[4:],
    ]  # fmt: skip
    path.write_bytes(layerfile.layer_bytes("parcels", spoilt, plan.schema, suffix=".gpkg"))
    found = {(f.subjects[0], f.line) for f in assess(plan_of(root)).findings if f.subjects}
    assert {("stock-1", 1), ("stock-2", 2), ("stock-3", 3), ("new-1", 4)} <= found
    again = plan_of(root).layers["parcels"].features
    assert again[1].unread_geometry == raised
    assert (
        layerfile.layer_bytes("parcels", again, plan.schema, suffix=".gpkg") == path.read_bytes()
    ), "and nothing of it is lost by writing"


def test_survey_provenance_is_kept_in_tables(root: Path) -> None:
    converted(root, ".parquet")
    survey(root, rectangle())
    feature = plan_of(root).by_id["stock-3"]
    assert feature.basis == "surveyed"
    assert plan_of(root).history.entries[-1].provenance == SURVEY.as_record()
