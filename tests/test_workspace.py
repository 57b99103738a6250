"""Workspaces: finding, opening and making one; a broken one; and one of quite another place."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import high_precision as slow
import pytest
import shapely
from cases import ROOT, SMALL_WORKSPACE, Command, SmallWorkspace, refusal

from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.rules import Rule
from gangqu_gis.workspace import bundled_data, find_workspace, open_workspace

MARKER = "data/workspace.toml"

# ------------------------------------------------------------------------ finding and opening


def test_found_from_any_folder_below(shipped: Path) -> None:
    for folder in (shipped, shipped / "data", shipped / "data" / "plan" / "figures"):
        assert find_workspace(folder) == shipped


def test_the_nearest_one_is_found(small: SmallWorkspace, second: Path) -> None:
    inner = second / "maps" / "inner"
    shutil.copytree(small.write(), inner)
    assert find_workspace(inner / "data") == inner


def test_none_is_a_wrong_use(elsewhere: Path, command: Command) -> None:
    with pytest.raises(UsageError):
        find_workspace(elsewhere)
    assert "gangqu init" in refusal(command("check", cwd=elsewhere), 2)


def test_named_folder_that_is_none(elsewhere: Path, command: Command) -> None:
    for folder in (elsewhere, elsewhere / "missing"):
        line = refusal(command("--workspace", folder, "check", cwd=elsewhere), 2)
        assert str(folder) in line


def test_named_folder_wins_over_the_current_one(
    second: Path, shipped: Path, command: Command
) -> None:
    run = command("--workspace", second, "check", "--format", "json", cwd=shipped)
    assert "虚构镇" in run.json()["workspace"]["title"]


def test_relative_folder(second: Path, command: Command) -> None:
    assert command("--workspace", "second", "check", cwd=second.parent).code == 0
    assert command("--workspace", "..", "check", cwd=second / "data").code == 0


def test_shipped_workspace_is_the_plan_of_gangqu() -> None:
    workspace = open_workspace(ROOT)
    assert workspace.planar_crs == "EPSG:4549"
    assert sorted(workspace.expected.values()) == [1, 2, 3, 4, 6, 8]
    assert bundled_data() == ROOT / "data"


# ------------------------------------------------------------------------- a broken marker

TEXTS = ["authority", "title", "place", "plan_version", "data_date", "planar_crs", "draft_notice"]


def line_of(text: str, field: str) -> int:
    rows = text.splitlines()
    return next(n for n, row in enumerate(rows, 1) if row.split("=")[0].strip() == field)


@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize("value", ['""', '"  "', "5", "true", '["a"]', "2026-01-01"])
def test_texts(field: str, value: str, small: SmallWorkspace) -> None:
    text = re.sub(rf"(?m)^{field} = .*$", f"{field} = {value}", SMALL_WORKSPACE)
    small.marker = text
    with pytest.raises(InputError) as refused:
        open_workspace(small.write())
    error = refused.value
    assert (error.exit_code, error.file, error.line) == (3, MARKER, line_of(text, field))
    assert field in error.render("zh") and field in error.render("en")


@pytest.mark.parametrize("field", [*TEXTS, "extent", "plan_period"])
def test_a_missing_field_is_named(field: str, small: SmallWorkspace, command: Command) -> None:
    small.marker = re.sub(rf"(?m)^{field} = .*\n", "", SMALL_WORKSPACE)
    line = refusal(command("check", cwd=small.write()), 3)
    assert line.startswith(MARKER) and field in line


@pytest.mark.parametrize("table", ["expected", "layers", "conventions", "tolerance"])
def test_a_missing_table_is_named(table: str, small: SmallWorkspace, command: Command) -> None:
    small.marker = SMALL_WORKSPACE.replace(f"[{table}]", "[other]")
    line = refusal(command("check", cwd=small.write()), 3)
    assert line.startswith(MARKER) and f"[{table}]" in line


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("extent", "[120.9, 30.5, 121.3]"),
        ("extent", '["120.9", "30.5", "121.3", "30.75"]'),
        ("extent", '"120.9 30.5 121.3 30.75"'),
        ("extent", "[120.9, 30.5, 121.3, true]"),
        pytest.param("extent", "[121.3, 30.5, 120.9, 30.75]"),
        pytest.param("extent", "[nan, 30.5, 121.3, 30.75]"),
        pytest.param("extent", "[604000, 3387000, 605000, 3388000]"),
        ("plan_period", "[2021]"),
        ("plan_period", '["2021", "2025"]'),
        pytest.param("plan_period", "[2021, inf]"),
        pytest.param("plan_period", "[2021.5, 2025]"),
        pytest.param("plan_period", "[2025, 2021]"),
        ("approximate_percent", "1"),
        ("approximate_percent", '"one"'),
        ("approximate_percent", '"-1"'),
        ("point_error_m", "0.05"),
        ("point_error_m", '"NaN"'),
        ("map_error_m", '"Infinity"'),
        ("largest_share", '""'),
        ("stored_coordinate_m", '"1 mm"'),
        ("lots", "5"),
        ("lots", '""'),
        pytest.param("planar_crs", '"EPSG:4490"'),
        pytest.param("planar_crs", '"EPSG:3857"'),
        pytest.param("planar_crs", '"EPSG:99999"'),
        pytest.param("planar_crs", '"EPSG:2385"'),
    ],
)
def test_values(field: str, value: str, small: SmallWorkspace, command: Command) -> None:
    text = re.sub(rf"(?m)^{field} = .*$", f"{field} = {value}", SMALL_WORKSPACE)
    assert text != SMALL_WORKSPACE
    small.marker = text
    line = refusal(command("check", cwd=small.write()), 3)
    assert line.startswith(f"{MARKER}:{line_of(text, field)}: ")


@pytest.mark.parametrize("code", ["EPSG:4490", "EPSG:3857", "EPSG:99999", "港区"])
def test_a_plane_without_areas_is_refused(
    code: str, small: SmallWorkspace, command: Command
) -> None:
    small.marker = SMALL_WORKSPACE.replace("EPSG:4549", code)
    line = refusal(command("reconcile", cwd=small.write()), 3)
    assert line.startswith(MARKER) and code in line


@pytest.mark.parametrize("value", ["-1", "1.5", '"6"', "true"])
def test_expected_numbers(value: str, small: SmallWorkspace, command: Command) -> None:
    small.marker = SMALL_WORKSPACE.replace("[expected]\n", f"[expected]\nlot = {value}\n")
    line = refusal(command("check", cwd=small.write()), 3)
    assert line.startswith(f"{MARKER}:{line_of(small.marker, 'lot')}: ") and "expected.lot" in line


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (SMALL_WORKSPACE.encode("gbk"), 1),
        (SMALL_WORKSPACE.encode("utf-16"), 1),
        (b"authority = \xb8\xdb", 1),
        (SMALL_WORKSPACE.replace("[layers]", "[layers").encode(), line_of(SMALL_WORKSPACE, "lots")),
        (SMALL_WORKSPACE.replace('title = "', "title = “").encode(), 2),
        (SMALL_WORKSPACE.replace("authority", "title", 1).encode(), 2),
    ],
    ids="gbk utf-16 bytes bracket quote twice".split(),
)
def test_a_file_that_is_no_toml(
    raw: bytes, line: int, small: SmallWorkspace, command: Command
) -> None:
    root = small.write()
    (root / MARKER).write_bytes(raw)
    said = refusal(command("check", cwd=root), 3)
    found = re.match(rf"{MARKER}:(\d+): ", said)
    assert found and abs(int(found[1]) - line) <= 1


@pytest.mark.parametrize(
    "name",
    ["schema.toml", "plan/vocabulary.toml", "plan/rules.toml", "plan/enumerations.toml"],
)
def test_a_missing_file_is_named(name: str, second: Path, command: Command) -> None:
    (second / "data" / name).unlink()
    for words in (["check"], ["reconcile"], ["build"]):
        assert refusal(command(*words, cwd=second), 3).startswith(f"data/{name}: ")


# ----------------------------------------------------------------------------- making one


def test_init_writes_a_workspace_that_works(tmp_path: Path, command: Command) -> None:
    target = tmp_path / "新 工作区" / "deep"
    run = command("init", target, cwd=tmp_path)
    assert (run.code, run.err) == (0, "") and str(target) in run.out
    assert command("check", cwd=target).code == 0
    kept = {p.relative_to(target / "data") for p in (target / "data").rglob("*") if p.is_file()}
    source = ROOT / "data"
    assert kept == {p.relative_to(source) for p in source.rglob("*") if p.is_file()}
    for name in kept:
        assert (target / "data" / name).read_bytes() == (source / name).read_bytes()


def test_init_takes_an_empty_folder(elsewhere: Path, command: Command) -> None:
    assert command("init", elsewhere, cwd=elsewhere).code == 0
    assert (elsewhere / MARKER).is_file()


@pytest.mark.parametrize("held", ["note.txt", ".hidden", "data/workspace.toml"])
def test_init_overwrites_nothing(held: str, elsewhere: Path, command: Command) -> None:
    path = elsewhere / held
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine", encoding="utf-8")
    refusal(command("init", elsewhere, cwd=elsewhere), 4)
    files = [p for p in elsewhere.rglob("*") if p.is_file()]
    assert files == [path] and path.read_text(encoding="utf-8") == "mine"


def test_init_over_a_file_is_refused(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "file"
    path.write_text("mine", encoding="utf-8")
    refusal(command("init", path, cwd=tmp_path), 4)
    assert path.read_text(encoding="utf-8") == "mine"


def test_init_where_nothing_can_be_written(tmp_path: Path, command: Command) -> None:
    """Below a file: no permission bits, which an administrator's tests would not feel."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "file" in refusal(command("init", tmp_path / "file" / "ws", cwd=tmp_path), 3)


# -------------------------------------------------------------------- a workspace elsewhere

VERDICTS = {
    "town_sum": "consistent",
    "orchard_sum": "remainder",
    "tree_sum": "inconsistent",
    "orchard_part": "consistent",
    "large_product": "consistent",
    "floor_mix": "consistent",
    "town_in_mu": "consistent",
    "town_twice": "inconsistent",
    "houses_a_year": "consistent",
    "people_more": "consistent",
    "green_enough": "consistent",
    "quarters_counted": "consistent",
    "east_area": "indicative",
    "west_area": "indicative",
    "orchard_area": "indicative",
    "own_area:orchard-pear": "unstated",
    "own_area:orchard-peach": "unstated",
    "own_area:orchard-young": "unstated",
}
#: South-west corner and size of each shape in EPSG:4547, as it was drawn.
DRAWN = {
    "quarter-east": (520000, 2766000, 160, 200),
    "quarter-west": (519900, 2766000, 100, 185),
    "orchard-pear": (520010, 2766010, 90, 100),
    "orchard-peach": (520010, 2766112, 100, 85),
    "orchard-young": (519905, 2766005, 65, 100),
}


def test_it_is_another_place(second: Path) -> None:
    other, ours = (
        tomllib.loads((root / MARKER).read_text(encoding="utf-8")) for root in (second, ROOT)
    )
    assert "虚构" in other["place"] and other["planar_crs"] != ours["planar_crs"]
    assert not set(other["expected"]) & set(ours["expected"])
    assert not set(other["layers"]) & set(ours["layers"])


def test_check_of_the_other_place(second: Path, command: Command) -> None:
    run = command("check", cwd=second)
    assert (run.code, run.err) == (0, "") and "quarter-east" in run.out


def test_reconcile_of_the_other_place(second: Path, command: Command) -> None:
    run = command("reconcile", "--format", "json", cwd=second)
    document = run.json()
    assert (run.code, run.err) == (1, ""), "two contradictions were put in"
    checks = {c["rule"]: c for c in document["checks"]}
    assert {rule: check["verdict"] for rule, check in checks.items()} == VERDICTS
    assert {f["rule"] for f in document["findings"]} == {"evidence.unproven"}
    assert checks["tree_sum"]["cause_code"] == "misprint"
    assert "250" in checks["tree_sum"]["cause"] and "205" in checks["tree_sum"]["cause"]
    assert checks["orchard_sum"]["difference"] == pytest.approx(-0.75)
    assert checks["town_in_mu"]["computed"] == pytest.approx(75.75)
    assert checks["orchard_area"]["interval"] == pytest.approx([2.45, 2.55]), "约 is 2 % here"
    assert document["workspace"]["planar_crs"] == "EPSG:4547"
    measured = {c["features"][0]: c for c in checks.values() if len(c["features"]) == 1}
    for id_, (x, y, width, height) in DRAWN.items():
        true = slow.polygon_area(shapely.box(x, y, x + width, y + height))
        assert measured[id_]["ellipsoidal_m2"] == pytest.approx(true, abs=0.05)
        assert measured[id_]["planar_m2"] == pytest.approx(width * height, abs=0.05)


def test_reconcile_text_of_the_other_place(second: Path, command: Command) -> None:
    run = command("reconcile", cwd=second)
    assert (run.code, run.err) == (1, "")
    for fragment in ("虚构镇果园与住房规划", "EPSG:4547", "3.20公顷", "约2.50公顷", "矛盾 (2)"):
        assert fragment in run.out


def test_figures_of_the_other_place(second: Path, command: Command) -> None:
    listed = command("figures", "list", "--format", "json", cwd=second).json()
    assert len(listed) == 26
    assert listed[1]["printed"] == "3.20" and listed[1]["place"] == "一、街坊 第一段"
    assert "75.75亩" in command("figures", "list", cwd=second).out


@pytest.mark.parametrize("words", [["map"], ["build"]])
def test_map_of_the_other_place(words: list[str], second: Path, command: Command) -> None:
    run = command(*words, cwd=second)
    assert (run.code, run.err) == (0, "")
    page = (second / "maps" / "index.html").read_bytes()
    assert "虚构镇".encode() in page and "港区".encode() not in page
    again = command(*words, cwd=second)
    assert again.code == 0 and (second / "maps" / "index.html").read_bytes() == page


def test_measure_in_the_other_place(second: Path, command: Command) -> None:
    path = second / "data" / "orchards.geojson"
    run = command("measure", path, "--format", "json", cwd=second)
    checks = {c["subject"]: c for c in run.json()["checks"]}
    assert run.code == 0 and len(checks) == 3
    assert checks["orchard-pear"]["planar_m2"] == pytest.approx(9000, abs=0.05)
    assert "EPSG:4547" in run.json()["summary"]["planar_crs"]


def test_every_kind_of_rule_is_used_there(second: Path) -> None:
    source = (second / "data" / "plan" / "rules.toml").read_text(encoding="utf-8")
    kinds = {rule["kind"] for rule in tomllib.loads(source)["rule"]}

    def below(cls: type[Rule]) -> set[str]:
        own: Any = getattr(cls, "kind", None)
        return {own} - {None} | {k for sub in cls.__subclasses__() for k in below(sub)}

    assert kinds == below(Rule)
