"""Readings and amendments: recorded, shown, withdrawn, lapsing, and never more than they are."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from cases import ROOT
from gatework import assessment_of, plan_of

from gangqu_gis.checks import Check, Verdict
from gangqu_gis.decisions import accept_reading, amend_figure, withdraw_reading
from gangqu_gis.errors import InputError, RefusedError, UsageError

RULE = "binhai_two_totals"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


def check_of(root: Path, rule: str = RULE) -> Check:
    return next(c for c in assessment_of(root).checks if c.rule == rule)


def accept(root: Path, rule: str = RULE, *, by: str = "认定人", reason: str = "与分项相符") -> None:
    accept_reading(plan_of(root), rule, reading="以268.81公顷为准", by=by, reason=reason)


def test_an_accepted_contradiction_shows_who_when_and_why(plan: Path) -> None:
    accept(plan)
    check = check_of(plan)
    assert check.verdict is Verdict.ACCEPTED
    assert check.reading is not None
    for part in ("以268.81公顷为准", "认定人", "与分项相符", "20"):
        assert part in check.reading.zh
    assert check.difference is not None and check.cause is not None


def test_withdrawing_is_recorded_and_the_contradiction_is_back(plan: Path) -> None:
    accept(plan)
    withdraw_reading(plan_of(plan), RULE, by="另一人", reason="改用测绘成果")
    assert check_of(plan).verdict is Verdict.INCONSISTENT
    source = (plan / "data" / "plan" / "readings.toml").read_text(encoding="utf-8")
    assert source.count("[[reading]]") == 2
    assert "认定人" in source and "另一人" in source


def test_it_can_be_accepted_again_after_withdrawal(plan: Path) -> None:
    accept(plan)
    withdraw_reading(plan_of(plan), RULE, by="另一人", reason="误")
    accept(plan, by="第三人")
    check = check_of(plan)
    assert check.reading is not None and "第三人" in check.reading.zh


@pytest.mark.parametrize("rule", ["stock_3_geometry", "land_total_geometry", "own_area:new-1"])
def test_an_area_check_has_nothing_to_accept(plan: Path, rule: str) -> None:
    """A reading never turns an indicative into an agree."""
    with pytest.raises(RefusedError):
        accept(plan, rule)
    assert not (plan / "data" / "plan" / "readings.toml").exists()


def test_a_reading_written_by_hand_does_not_make_an_area_agree(plan: Path) -> None:
    (plan / "data" / "plan" / "readings.toml").write_text(
        '[[reading]]\nrule = "stock_3_geometry"\naction = "accept"\nreading = "好"\n'
        'by = "某"\non = "2026-01-01"\nreason = "因"\nfigures = "x"\n',
        encoding="utf-8",
    )
    assert check_of(plan, "stock_3_geometry").verdict is Verdict.INDICATIVE


def test_what_is_consistent_or_unknown_cannot_be_accepted(plan: Path) -> None:
    with pytest.raises(RefusedError, match="相符"):
        accept(plan, "land_supply_is_stock_plus_new")
    with pytest.raises(UsageError, match="nothing_like_it"):
        accept(plan, "nothing_like_it")
    with pytest.raises(RefusedError):
        withdraw_reading(plan_of(plan), RULE, by="某", reason="无")


@pytest.mark.parametrize(
    "text", ['引号"与\\反斜', "两\n行", "制表\t符", "[[reading]]", "# 井号", "'''", "删\x7f除"]
)
def test_any_text_survives_the_file(plan: Path, text: str) -> None:
    accept_reading(plan_of(plan), RULE, reading=text, by="某" + text, reason=text)
    found = plan_of(plan).readings.latest(RULE)
    assert found is not None
    assert (found.reading, found.reason) == (text.strip(), text.strip())


def test_an_amended_figure_keeps_its_former_value_and_its_reading_lapses(plan: Path) -> None:
    accept(plan)
    path = plan / "data" / "plan" / "figures" / "3-layout.toml"
    before = path.read_text(encoding="utf-8").split("\n")
    figure = amend_figure(
        plan_of(plan),
        "binhai_area_km2",
        printed="2.69",
        decision="调整一号",
        on="2023-06-30",
        by="某",
    )
    assert figure.printed == "2.69"
    (former,) = figure.former
    assert (former.printed, former.until, former.decision, former.by) == (
        "2.24",
        "2023-06-30",
        "调整一号",
        "某",
    )
    after = path.read_text(encoding="utf-8").split("\n")
    changed = Counter(after) - Counter(before)
    assert Counter(before) - Counter(after) == Counter()
    assert changed['printed = "2.69"'] == 1 and changed["[[place.figure.former]]"] == 1
    assert changed.total() == 6, "the new value, an empty row, and a block of four fields"
    assert check_of(plan).verdict is Verdict.CONSISTENT


def test_a_reading_lapses_when_its_figure_is_amended(plan: Path) -> None:
    accept(plan)
    amend_figure(
        plan_of(plan), "binhai_area_km2", printed="2.25", decision="调整", on="2023-06-30", by="某"
    )
    check = check_of(plan)
    assert check.verdict is Verdict.INCONSISTENT
    assert check.note is not None and "失效" in check.note.zh


def test_a_figure_amended_twice_keeps_both_former_values(plan: Path) -> None:
    for printed, day in (("2.30", "2023-06-30"), ("2.40", "2024-06-30")):
        amend_figure(
            plan_of(plan), "binhai_area_km2", printed=printed, decision="调整", on=day, by="某"
        )
    figure = plan_of(plan).register.figures["binhai_area_km2"]
    assert figure.printed == "2.40"
    assert {f.printed for f in figure.former} == {"2.24", "2.30"}


@pytest.mark.parametrize(
    ("figure", "printed", "day", "error"),
    [
        ("binhai_area_km2", "约2.3", "2023-06-30", UsageError),
        ("binhai_area_km2", "2.3", "30.6.2023", UsageError),
        ("binhai_area_km2", "2.24", "2023-06-30", RefusedError),
        ("no_such_figure", "2.3", "2023-06-30", UsageError),
    ],
)
def test_a_bad_amendment_changes_nothing(
    plan: Path, figure: str, printed: str, day: str, error: type[Exception]
) -> None:
    folder = plan / "data" / "plan" / "figures"
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    with pytest.raises(error):
        amend_figure(plan_of(plan), figure, printed=printed, decision="调整", on=day, by="某")
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_a_broken_readings_file_is_refused_with_its_line(plan: Path) -> None:
    path = plan / "data" / "plan" / "readings.toml"
    path.write_text('[[reading]]\nrule = "x"\naction = "allow"\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        plan_of(plan)
    assert (caught.value.file, caught.value.line) == ("data/plan/readings.toml", 3)
