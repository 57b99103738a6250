"""Approvals: granted only when clear and by different people, revoked, expired, verified."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cases import ROOT
from gatework import assessment_of, plan_of, rectangle, survey

from gangqu_gis import approval
from gangqu_gis.clock import VARIABLE
from gangqu_gis.decisions import accept_reading, amend_figure, withdraw_reading
from gangqu_gis.errors import InputError, RefusedError, UsageError


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.setenv(VARIABLE, "2026-11-01T09:00:00+08:00")
    survey(tmp_path, rectangle())
    monkeypatch.setenv(VARIABLE, "2026-11-02T09:00:00+08:00")
    return tmp_path


def grant(
    root: Path,
    *ids: str,
    by: str = "审定员丙",
    checked_by: str = "校核员乙",
    expires: str | None = None,
) -> approval.Approval | None:
    scope = ids or ("stock-3",)
    return approval.grant(
        assessment_of(root), scope, by=by, checked_by=checked_by, reason="供地", expires=expires
    )[1]


def changes(root: Path) -> list[str]:
    return [text.zh for v in approval.verify(assessment_of(root)) for text in v.changes]


def test_a_clear_scope_is_approved_and_the_record_says_on_what(plan: Path) -> None:
    granted = grant(plan)
    assert granted is not None
    record = json.loads((plan / "data" / "approvals" / "000001.json").read_text(encoding="utf-8"))
    assert record["scope"] == ["stock-3"]
    assert (record["by"], record["checked_by"], record["reason"]) == (
        "审定员丙",
        "校核员乙",
        "供地",
    )
    assert record["history_head"] == plan_of(plan).history.head
    assert record["time"] == "2026-11-02T09:00:00+08:00"
    assert set(record["features"]) == {"stock-3"}
    assert set(record["figures"]) == {"stock_3_area"}
    assert {"data/parcels.geojson", "data/plan/rules.toml"} <= set(record["inputs"])
    (row,) = record["verdicts"]
    assert row["verdict"] == "agree" and row["tolerance_m2"] == pytest.approx(22.54, abs=0.01)
    (verified,) = approval.verify(assessment_of(plan))
    assert verified.stands


def test_a_blocked_scope_leaves_no_record(plan: Path) -> None:
    assert grant(plan, "stock-1") is None
    assert not list((plan / "data" / "approvals").glob("*.json"))


@pytest.mark.parametrize(
    ("by", "checked_by"),
    [("测量员甲", "校核员乙"), ("审定员丙", "测量员甲"), ("某人", "某人"), ("某人", " 某 人 ")],
)
def test_the_people_are_different(plan: Path, by: str, checked_by: str) -> None:
    with pytest.raises(RefusedError):
        grant(plan, by=by, checked_by=checked_by)


def test_who_accepted_a_reading_in_scope_may_not_grant(plan: Path) -> None:
    accept_reading(plan_of(plan), "binhai_two_totals", reading="是", by="认定人", reason="因")
    with pytest.raises(RefusedError):
        grant(plan, "district-binhai", by="认定人")


def test_no_scope_and_unknown_scope_are_refused(plan: Path) -> None:
    with pytest.raises(UsageError):
        approval.grant(assessment_of(plan), (), by="甲", checked_by="乙", reason="因")
    with pytest.raises(UsageError):
        grant(plan, "nowhere")


@pytest.mark.parametrize("later", ["2026-11-03T09:00:00+08:00", None, "2026-01-01T09:00:00+08:00"])
def test_verify_names_the_changed_feature_and_who_changed_it(
    plan: Path, monkeypatch: pytest.MonkeyPatch, later: str | None
) -> None:
    """Whatever the clocks say: also in the same second, and by a clock that is behind."""
    granted = "2026-11-02T09:00:00+08:00"
    monkeypatch.setenv(VARIABLE, granted)
    grant(plan)
    monkeypatch.setenv(VARIABLE, later or granted)
    survey(plan, rectangle(moved_west=0.02), by="测量员丁")
    (line,) = changes(plan)
    assert "stock-3" in line and "2 (测量员丁" in line and "1 (" not in line
    assert not approval.verify(assessment_of(plan))[0].stands


def test_verify_ignores_what_is_outside_the_scope(plan: Path) -> None:
    grant(plan)
    survey(plan, rectangle(east=1500), id_="new-1")
    assert changes(plan) == []


def test_verify_names_the_amended_figure(plan: Path) -> None:
    grant(plan)
    amend_figure(
        plan_of(plan), "stock_3_area", printed="2.5", decision="调整", on="2026-11-02", by="某"
    )
    lines = changes(plan)
    assert any("stock_3_area" in line and "2.5公顷" in line for line in lines)
    assert any("结论、规划数或容差" in line for line in lines)


def test_verify_names_a_withdrawn_reading(plan: Path) -> None:
    """The record is made by hand: no shipped scope with a reading is clear."""
    accept_reading(plan_of(plan), "binhai_two_totals", reading="是", by="认定人", reason="因")
    granted = grant(plan)
    assert granted is not None
    path = plan / "data" / "approvals" / "000001.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    reading = plan_of(plan).readings.latest("binhai_two_totals")
    assert reading is not None
    record["readings"] = {"binhai_two_totals": approval.reading_print(reading)}
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    assert changes(plan) == []
    withdraw_reading(plan_of(plan), "binhai_two_totals", by="另一人", reason="因")
    (line,) = changes(plan)
    assert "binhai_two_totals" in line


def test_a_feature_that_is_gone(plan: Path) -> None:
    grant(plan)
    path = plan / "data" / "parcels.geojson"
    rows = path.read_text(encoding="utf-8").split("\n")
    kept = [row for row in rows if '"id":"stock-3"' not in row]
    path.write_text("\n".join(kept), encoding="utf-8")
    assert any("stock-3" in line and "不存在" in line for line in changes(plan))


def test_a_replaced_history_is_noticed(plan: Path) -> None:
    grant(plan)
    for entry in (plan / "data" / "history").glob("*.json"):
        entry.unlink()
    assert any("历史" in line for line in changes(plan))


def test_revoking_is_recorded_and_final(plan: Path) -> None:
    grant(plan)
    workspace = plan_of(plan).workspace
    approval.revoke(workspace, 1, by="审定员丙", reason="撤回供地")
    (found,) = approval.read_approvals(workspace)
    assert found.revoked is not None and found.revoked["reason"] == "撤回供地"
    assert not approval.verify(assessment_of(plan))[0].stands
    with pytest.raises(RefusedError):
        approval.revoke(workspace, 1, by="审定员丙", reason="再撤")
    with pytest.raises(UsageError):
        approval.revoke(workspace, 7, by="审定员丙", reason="无")


@pytest.mark.parametrize(("day", "stands"), [("2026-12-31", True), ("2027-01-01", False)])
def test_expiry(plan: Path, monkeypatch: pytest.MonkeyPatch, day: str, stands: bool) -> None:
    grant(plan, expires="2026-12-31")
    monkeypatch.setenv(VARIABLE, f"{day}T00:00:00+08:00")
    assert approval.verify(assessment_of(plan))[0].stands is stands


def test_an_expiry_that_is_no_date_is_refused(plan: Path) -> None:
    with pytest.raises(UsageError):
        grant(plan, expires="2026/12/31")


def test_an_altered_record_is_refused(plan: Path) -> None:
    grant(plan)
    approval.revoke(plan_of(plan).workspace, 1, by="某", reason="因")
    path = plan / "data" / "approvals" / "000001.json"
    path.write_text(path.read_text(encoding="utf-8").replace("供地", "不供"), encoding="utf-8")
    with pytest.raises(InputError, match="哈希"):
        approval.read_approvals(plan_of(plan).workspace)
