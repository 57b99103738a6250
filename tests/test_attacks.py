"""Ways to a pass that is no evidence, or to a lost edit: each was tried, and each is shut."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cases import ROOT, Command
from gatework import (
    EXAMPLE,
    SURVEY,
    assessment_of,
    file_of,
    plan_of,
    proposal_of,
    rectangle,
    survey,
)

from gangqu_gis import approval, store
from gangqu_gis.checks import Verdict
from gangqu_gis.decisions import amend_figure
from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.gate import run_gate
from gangqu_gis.people import is_blank, same_person
from gangqu_gis.update import Provenance, carry_out, propose

COARSE = Provenance("digitized", "大比例尺草图", map_scale=500_000)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new, 1), encoding="utf-8")


def edit_feature(root: Path, id_: str, change: Callable[[dict[str, object]], None]) -> None:
    path = root / "data" / "parcels.geojson"
    rows = path.read_text(encoding="utf-8").split("\n")
    at = next(n for n, row in enumerate(rows) if f'"id":"{id_}"' in row)
    comma = rows[at].endswith(",")
    feature = json.loads(rows[at].rstrip(","))
    change(feature["properties"])
    rows[at] = json.dumps(feature, ensure_ascii=False, separators=(",", ":")) + "," * comma
    path.write_text("\n".join(rows), encoding="utf-8")


def clear(root: Path, *ids: str) -> bool:
    return run_gate(assessment_of(root), ids or ("stock-3",)).clear


# ------------------------------------------------------------------ a pass without evidence


@pytest.mark.parametrize(
    "more", ['tolerance = "surveyed"', "map_scale = 500", 'tolerance = "same_coordinates"']
)
def test_no_rule_makes_a_coarse_map_fine(plan: Path, more: str) -> None:
    survey(plan, rectangle(), provenance=COARSE)
    edit(
        plan / "data" / "plan" / "rules.toml",
        'id = "stock_3_geometry"\n',
        f'id = "stock_3_geometry"\n{more}\n',
    )
    check = next(c for c in assessment_of(plan).checks if c.rule == "stock_3_geometry")
    assert check.verdict is Verdict.INDICATIVE
    assert not clear(plan)


@pytest.mark.parametrize("standard", ["surveyed", "same_coordinates"])
def test_no_office_makes_a_coarse_map_fine(plan: Path, standard: str) -> None:
    survey(plan, rectangle(), provenance=COARSE)
    edit(plan / "data" / "workspace.toml", 'standard = "basis"', f'standard = "{standard}"')
    assert not clear(plan)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("point_error_m", 0.25),
        ("point_error_m", -1),
        ("map_scale", 500),
        ("kind", "community_unit"),
        ("bounds", {}),
        ("source", "别的成果"),
        ("uncertainty_m", 0),
    ],
)
def test_an_attribute_edited_in_the_layer_unproves_the_survey(
    plan: Path, name: str, value: object
) -> None:
    survey(plan, rectangle())
    assert clear(plan)
    edit_feature(plan, "stock-3", lambda properties: properties.update({name: value}))
    assert not clear(plan)


def test_the_name_may_be_edited(plan: Path) -> None:
    survey(plan, rectangle())
    edit_feature(plan, "stock-3", lambda properties: properties.update({"note": "更正"}))
    assert clear(plan)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("largest_share", "0.5"),
        ("largest_share", "0"),
        ("point_error_m", "5"),
        ("map_error_m", "1"),
    ],
)
def test_absurd_tolerances_are_refused_at_their_line(plan: Path, name: str, value: str) -> None:
    path = plan / "data" / "workspace.toml"
    rows = path.read_text(encoding="utf-8").split("\n")
    at = next(n for n, row in enumerate(rows) if row.startswith(name))
    rows[at] = f'{name} = "{value}"'
    path.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        plan_of(plan)
    assert (refused.value.file, refused.value.line) == ("data/workspace.toml", at + 1)


def test_the_schematic_drawing_cannot_come_in_as_a_survey(plan: Path) -> None:
    drawn = plan_of(plan).by_id["stock-3"].geometry
    with pytest.raises(RefusedError, match="示意图形"):
        propose(plan_of(plan), "parcels", [file_of(drawn, epsg=4490)], provenance=SURVEY)


def test_a_survey_in_the_wrong_zone_is_refused_before_it_is_written(plan: Path) -> None:
    before = (plan / "data" / "parcels.geojson").read_bytes()
    with pytest.raises(InputError, match="范围"):
        proposal_of(plan, rectangle(east=200_000))
    assert (plan / "data" / "parcels.geojson").read_bytes() == before


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("A", "Ａ", True),
        ("A", "a\u200b", True),
        ("王五", "王 五", True),
        ("王五", "王\u3000五\ufeff", True),
        ("王五", "王武", False),
    ],
)
def test_one_person_under_two_spellings(a: str, b: str, same: bool) -> None:
    assert same_person(a, b) is same


@pytest.mark.parametrize("text", ["", "  ", "\u3000", "\u200b", "\t\n"])
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)


def test_who_amended_the_figure_may_not_grant(plan: Path) -> None:
    survey(plan, rectangle())
    amend_figure(
        plan_of(plan), "stock_3_area", printed="2.539", decision="调整", on="2026-01-01", by="乙"
    )
    with pytest.raises(RefusedError):
        approval.grant(assessment_of(plan), ["stock-3"], by="乙", checked_by="丙", reason="因")


def granted(plan: Path) -> Path:
    survey(plan, rectangle())
    approval.grant(
        assessment_of(plan), ["stock-3"], by="审定员丙", checked_by="校核员乙", reason="因"
    )
    return plan / "data" / "approvals" / "000001.json"


@pytest.mark.parametrize("name", ["features", "figures", "readings", "verdicts", "history_head"])
def test_an_approval_without_its_substance_is_not_trusted(plan: Path, name: str) -> None:
    path = granted(plan)
    record = json.loads(path.read_text(encoding="utf-8"))
    del record[name]
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(InputError):
        approval.verify(assessment_of(plan))


def test_an_approval_whose_tolerance_was_moved_no_longer_stands(plan: Path) -> None:
    granted(plan)
    assert approval.verify(assessment_of(plan))[0].stands
    edit(
        plan / "data" / "plan" / "rules.toml",
        'id = "stock_3_geometry"\n',
        'id = "stock_3_geometry"\npoint_error_m = "0.5"\n',
    )
    assert not approval.verify(assessment_of(plan))[0].stands


def test_an_expiry_in_the_past_is_refused(plan: Path) -> None:
    survey(plan, rectangle())
    with pytest.raises(UsageError):
        approval.grant(
            assessment_of(plan),
            ["stock-3"],
            by="丙",
            checked_by="乙",
            reason="因",
            expires="2001-01-01",
        )


def test_the_gate_shows_its_remarks(plan: Path) -> None:
    """Far from its roads and outside every schematic district: notes, but not unsaid."""
    survey(plan, rectangle(east=-9000))
    result = run_gate(assessment_of(plan), ["stock-3"])
    rules = {finding.rule for finding in result.remarks}
    assert "topology.outside" in rules and any(rule.startswith("bounds.") for rule in rules)


# ------------------------------------------------------------------------------ lost edits


def test_a_colleague_who_wrote_while_we_were_reading_is_not_overwritten(plan: Path) -> None:
    """Read, then a colleague writes, then we propose on what we read: both edits stand."""
    ours = plan_of(plan)
    survey(plan, rectangle(east=1500), id_="new-1", by="同事")
    proposal = propose(ours, "parcels", [file_of(rectangle())], provenance=SURVEY)
    carry_out(proposal, by="测量员甲", reason="因")
    found = plan_of(plan).by_id
    assert (found["new-1"].basis, found["stock-3"].basis) == ("surveyed", "surveyed")


def test_two_amendments_prepared_side_by_side_go_where_they_belong(plan: Path) -> None:
    first, second = plan_of(plan), plan_of(plan)
    for prepared, id_ in ((first, "chart_floating_2018"), (second, "chart_floating_2019")):
        amend_figure(prepared, id_, printed="8.88", decision="调整", on="2026-01-01", by="某")
    figures = plan_of(plan).register.figures
    for id_ in ("chart_floating_2018", "chart_floating_2019"):
        assert figures[id_].printed == "8.88"
        assert [former.printed for former in figures[id_].former] == ["6.27"]


ACCEPT = """
import sys
from pathlib import Path
from gangqu_gis import load_plan, open_workspace
from gangqu_gis.decisions import accept_reading
plan = load_plan(open_workspace(Path(sys.argv[1])))
accept_reading(plan, sys.argv[2], reading="是", by="某", reason="因")
"""


def test_readings_recorded_side_by_side_are_all_kept(plan: Path) -> None:
    found = assessment_of(plan).checks
    rules = [c.rule for c in found if c.verdict is Verdict.INCONSISTENT][:6]
    running = [subprocess.Popen([sys.executable, "-c", ACCEPT, str(plan), rule]) for rule in rules]
    assert [process.wait() for process in running] == [0] * 6
    accepted = {c.rule for c in assessment_of(plan).checks if c.verdict is Verdict.ACCEPTED}
    assert accepted == set(rules)


@pytest.mark.parametrize("text", ["{", "[]", '{"layer": "parcels"}'])
def test_a_damaged_journal_is_one_clear_line(plan: Path, text: str) -> None:
    (plan / "data" / ".journal.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError), store.locked(plan_of(plan).workspace):
        pass


@pytest.mark.parametrize(
    ("name", "value"), [("changes", [1]), ("changes", "x"), ("time", 5), ("provenance", "x")]
)
def test_a_history_of_another_shape_is_refused(plan: Path, name: str, value: object) -> None:
    survey(plan, rectangle())
    path = plan / "data" / "history" / "000001.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record[name] = value
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        plan_of(plan)
    assert refused.value.file == "data/history/000001.json"


# --------------------------------------------------------------------------- command line


@pytest.mark.parametrize("option", ["--by", "--reason", "--reading"])
def test_blank_words_are_refused(plan: Path, command: Command, option: str) -> None:
    words = {"--by": "某", "--reason": "因", "--reading": "是"} | {option: " \u200b"}
    flat = [word for pair in words.items() for word in pair]
    run = command("figures", "accept", "binhai_two_totals", *flat, cwd=plan)
    assert run.code == 2
    assert not (plan / "data" / "plan" / "readings.toml").exists()


def test_a_question_without_an_answer_is_declined(plan: Path) -> None:
    words = ["update", "parcels", str(EXAMPLE), "--by", "某", "--reason", "因"]
    done = subprocess.run(
        [sys.executable, "-m", "gangqu_gis", *words],
        cwd=plan,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 4
    assert list((plan / "data" / "history").glob("*.json")) == []


def test_a_survey_of_tomorrow_is_refused(plan: Path, command: Command) -> None:
    words = [
        "--basis",
        "surveyed",
        "--survey-ref",
        "R",
        "--surveyed-on",
        "2999-01-01",
        "--grade",
        "1",
    ]
    run = command("update", "parcels", EXAMPLE, *words, "--dry-run", cwd=plan)
    assert run.code == 2 and "2999-01-01" in run.err


def test_history_verify_notices_an_edit_outside(plan: Path, command: Command) -> None:
    survey(plan, rectangle())
    assert command("history", "verify", cwd=plan).code == 0
    edit_feature(plan, "stock-3", lambda properties: properties.update({"point_error_m": 0.25}))
    run = command("history", "verify", cwd=plan)
    assert run.code == 1 and "parcels" in run.out


# ------------------------------------------------------------------- a layer that is no file


def test_a_link_to_a_shared_layer_is_not_cut(plan: Path) -> None:
    shared, path = plan / "shared.geojson", plan / "data" / "parcels.geojson"
    path.rename(shared)
    path.symlink_to(shared)
    before = shared.read_bytes()
    with pytest.raises(RefusedError, match="链接"):
        survey(plan, rectangle())
    assert path.is_symlink() and shared.read_bytes() == before
    assert list((plan / "data" / "history").glob("*.json")) == []


def test_verify_names_a_layer_that_is_gone_or_no_file(plan: Path, command: Command) -> None:
    survey(plan, rectangle())
    path = plan / "data" / "parcels.geojson"
    path.unlink()
    gone = command("history", "verify", cwd=plan)
    assert gone.code == 1 and "文件不存在" in gone.err and "adopt" not in gone.out
    path.mkdir()
    folder = command("history", "verify", cwd=plan)
    assert folder.code == 3 and "parcels.geojson" in folder.err


def test_an_edit_that_is_no_text_is_not_turned_into_one(plan: Path, command: Command) -> None:
    survey(plan, rectangle())
    edit_feature(plan, "stock-1", lambda properties: properties.update({"name": {"a": 1}}))
    run = command("history", "adopt", "parcels", "--by", "某", "--reason", "因", "--yes", cwd=plan)
    assert run.code == 1 and "schema.name" in run.out


def test_lists_that_a_gis_wrote_as_texts_of_texts_are_no_change(
    plan: Path, command: Command
) -> None:
    survey(plan, rectangle())

    def twice(properties: dict[str, object]) -> None:
        for name in ("bounds", "figures"):
            properties[name] = json.dumps(json.dumps(properties[name]))

    edit_feature(plan, "stock-1", twice)
    run = command("history", "adopt", "parcels", "--dry-run", cwd=plan)
    assert run.code == 0 and "没有变化" in run.out


def test_bounds_and_kinds_are_shown_in_words(plan: Path, command: Command) -> None:
    survey(plan, rectangle())

    def other(properties: dict[str, object]) -> None:
        properties["bounds"] = {"east": ["road-chenshan"], "north": ["road-waihuan"]}
        properties["kind"] = "community_unit"

    edit_feature(plan, "stock-1", other)
    run = command("history", "adopt", "parcels", "--dry-run", cwd=plan)
    said = "".join(run.out.split())
    assert "→东至road-chenshan；北至road-waihuan" in said
    assert "类别：存量住宅用地→未来社区单元" in said and "{'" not in said


# ------------------------------------------------------------------ a workspace that changed


def rename_layer(plan: Path, old: str, new: str) -> None:
    edit(plan / "data" / "workspace.toml", f'"{old}"', f'"{new}"')
    (plan / "data" / old).rename(plan / "data" / new)


def test_a_layer_whose_file_was_renamed_keeps_its_history(plan: Path, command: Command) -> None:
    survey(plan, rectangle())
    rename_layer(plan, "parcels.geojson", "lots.geojson")
    assert command("history", "verify", cwd=plan).code == 0
    survey(plan, rectangle(moved_west=0.3))
    assert command("history", "verify", cwd=plan).code == 0
    assert command("history", "diff", "0", "2", cwd=plan).code == 0


def test_the_base_of_another_layer_is_never_overwritten(plan: Path, command: Command) -> None:
    survey(plan, rectangle())
    bases = plan / "data" / "history" / "base"
    first = (bases / "parcels.geojson").read_bytes()
    edit(plan / "data" / "workspace.toml", "parcels   =", "lots =")
    schema = plan / "data" / "schema.toml"
    source = schema.read_text(encoding="utf-8").replace('layer = "parcels"', 'layer = "lots"')
    schema.write_text(source, encoding="utf-8")
    file = file_of(rectangle(moved_west=0.3))
    carry_out(
        propose(plan_of(plan), "lots", [file], provenance=SURVEY), by="测量员甲", reason="因"
    )
    assert (bases / "parcels.geojson").read_bytes() == first
    assert len(list(bases.iterdir())) == 2
    run = command("history", "verify", cwd=plan)
    assert run.code == 0 and "图层 parcels 已不在" in run.out and "第 1 条属于它" in run.out


def test_entries_of_a_layer_that_was_dropped_are_still_verified(
    plan: Path, command: Command
) -> None:
    survey(plan, rectangle())
    survey(plan, rectangle(moved_west=0.3))
    source = plan / "data" / "workspace.toml"
    edit(source, 'parcels   = "parcels.geojson"', "")
    run = command("--lang", "en", "history", "verify", cwd=plan)
    assert run.code == 0 and "layer parcels is no longer in [layers]" in run.out
    assert "entries (1, 2)" in run.out
    base = plan / "data" / "history" / "base" / "parcels.geojson"
    base.write_bytes(base.read_bytes().replace(b"121.", b"120.", 1))
    run = command("history", "verify", cwd=plan)
    assert run.code == 1 and "最初的副本被改动" in run.err and "历史完整" not in run.out


def test_a_history_of_an_unknown_action_is_refused(plan: Path) -> None:
    survey(plan, rectangle())
    path = plan / "data" / "history" / "000001.json"
    edit(path, '"action":"update"', '"action":"guess"')
    with pytest.raises(InputError) as refused:
        plan_of(plan)
    assert refused.value.file == "data/history/000001.json"


def test_a_geometry_of_no_type_is_told(plan: Path, command: Command) -> None:
    survey(plan, rectangle())
    edit(plan / "data" / "parcels.geojson", '"type":"Polygon"', '"type":{"a":1}')
    assert command("history", "diff", "0", "now", cwd=plan).code == 0
    run = command("history", "adopt", "parcels", "--dry-run", cwd=plan)
    assert run.code == 1 and "geometry" in run.out


@pytest.mark.parametrize("metres", ["nan", "inf", "-1", "x"])
def test_an_uncertainty_that_is_no_length_is_refused(
    plan: Path, command: Command, metres: str
) -> None:
    run = command("update", "parcels", EXAMPLE, "--uncertainty", metres, "--dry-run", cwd=plan)
    assert run.code == 2 and "uncertainty" in run.err
