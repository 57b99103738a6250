"""The reports: four formats with the same numbers, the same bytes, the shape that was agreed."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import fiona
import openpyxl
import pyogrio
import pytest
import shapely
from cases import gangqu, refusal
from golden import FINDINGS, compare, tiny
from rich.console import Console

from gangqu_gis import Assessment
from gangqu_gis.checks import Verdict
from gangqu_gis.gate import run_gate
from gangqu_gis.report import document, text
from gangqu_gis.report.error_layer import FIELDS, write_error_layer
from gangqu_gis.report.model import Report
from gangqu_gis.report.page import render_page
from gangqu_gis.report.workbook import render_workbook
from gangqu_gis.units import half_up

GATES = (None, (), ("lot-1",), ("lot-2", "lot-3"))


@pytest.fixture(scope="module")
def assessment(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    return tiny(tmp_path_factory.mktemp("tiny"))


def report_of(assessment: Assessment, ids: tuple[str, ...] | None) -> Report:
    return Report(assessment, None if ids is None else run_gate(assessment, ids))


def record_of(report: Report, lang: str = "zh") -> Any:
    """The JSON document, through its text."""
    if report.gate is None:
        found = document.assessment_document(report.assessment, lang=lang)
    else:
        found = document.gate_document(report.assessment, report.gate, lang=lang)
    return json.loads(document.to_json(found))


def printed(report: Report, lang: str = "zh", width: int = 400) -> str:
    """The terminal report."""
    console = Console(width=width, file=io.StringIO(), highlight=False, markup=False)
    if report.gate is None:
        console.print(text.reconciliation(report.assessment, lang))
    else:
        console.print(text.gate(report.gate, lang))
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"


class Page(HTMLParser):
    """What a browser finds in a page: rows by rule, all text, every element and attribute."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.rows: dict[str, dict[str, Any]] = {}
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._row: dict[str, Any] = {}
        self._cell = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.elements.append((tag, given))
        if given.get("data-rule"):
            self._row = self.rows[str(given["data-rule"])] = dict(given)
        if tag == "td":
            self._cell = str(given.get("class") or "").split(" ")[-1]
        if tag == "data":
            self._row[self._cell] = given["value"]
            self._cell += "_text"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._cell.endswith("_text"):
            self._row[self._cell] = data
            self._cell = ""


@cache
def labels(lang: str) -> dict[str, str]:
    from gangqu_gis.checks import Verdict

    return {verdict.label.render(lang): verdict.value for verdict in Verdict}


def workbook_rows(content: bytes, lang: str) -> dict[str, dict[str, Any]]:
    """Rows of the workbook's families by rule id, by the English or Chinese heading."""
    from gangqu_gis.messages import message

    def head(key: str) -> str:
        return message(key).render(lang)

    book = openpyxl.load_workbook(io.BytesIO(content))
    rows: dict[str, dict[str, Any]] = {}
    for key in ("sheet.tab_areas", "report.contradictions", "report.remainders",
                "report.consistent"):
        sheet = book[head(key)]
        names = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2, values_only=True):
            cells = dict(zip(names, row, strict=True))
            if cells[head("sheet.col_rule")] is not None:
                rows[cells[head("sheet.col_rule")]] = {
                    "verdict": labels(lang)[cells[head("report.verdict")]],
                    "stated": cells[head("sheet.col_printed")],
                    "ellipsoidal_m2": cells.get(head("report.ellipsoidal_m2")),
                    "tolerance_m2": cells.get(head("report.tolerance_m2")),
                }
    return rows


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("ids", GATES, ids=str)
def test_the_formats_carry_the_same_numbers(
    assessment: Assessment, ids: tuple[str, ...] | None, lang: str
) -> None:
    report = report_of(assessment, ids)
    checks = {c["rule"]: c for c in record_of(report, lang)["checks"]}
    sheet = workbook_rows(render_workbook(report, lang=lang), lang)
    page = Page(render_page(report, lang=lang)).rows
    assert list(checks) and set(sheet) == set(checks) == set(page)
    for rule, check in checks.items():
        for name in ("verdict", "stated", "ellipsoidal_m2", "tolerance_m2"):
            assert sheet[rule][name] == check[name], (rule, name)
        row = page[rule]
        assert row["data-verdict"] == check["verdict"]
        assert row["data-stated"] == (check["stated"] or "")
        for name, kept in (("ellipsoidal", "ellipsoidal_m2"), ("tolerance", "tolerance_m2")):
            value = check[kept]
            assert row.get(name) == (None if value is None else str(value))
            if value is not None:
                assert row[f"{name}_text"] == str(half_up(value, 2))


def test_the_terminal_carries_them_too(assessment: Assessment) -> None:
    shown = printed(report_of(assessment, None))
    for check in record_of(report_of(assessment, None))["checks"]:
        if check["stated_text"]:
            assert check["stated_text"] in shown
        if check["ellipsoidal_m2"] is not None:
            assert str(half_up(check["ellipsoidal_m2"] / 10000, 4)) in shown
        if check["tolerance_m2"] is not None:
            assert str(half_up(check["tolerance_m2"], 2)) in shown


def test_the_tiny_plan_has_every_family(assessment: Assessment) -> None:
    found = {c.rule: c.verdict.value for c in assessment.checks}
    assert found["land_1_area"] == "agree" and found["land_2_area"] == "differ"
    assert found["land_3_area"] == "indicative" and found["land_5_area"] == "missing"
    assert found["sum_right"] == "consistent" and found["sum_wrong"] == "inconsistent"
    assert found["sum_read"] == "accepted" and found["sum_rest"] == "remainder"


def test_a_gate_reports_what_blocks_even_where_it_lies_on_no_feature(
    assessment: Assessment,
) -> None:
    whole = report_of(assessment, ())
    assert {f.rule for f in whole.findings} == {"overlap", "spike", "edge", "count"}
    assert {f["rule"] for f in record_of(whole)["findings"]} == {f.rule for f in whole.findings}
    assert {f.rule for f in report_of(assessment, ("lot-1",)).findings} == {"edge"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_golden(assessment: Assessment, lang: str) -> None:
    plain, gated = report_of(assessment, None), report_of(assessment, ("lot-1", "lot-2"))
    compare(f"areas.{lang}.txt", printed(plain, lang, width=140))
    compare(f"gate.{lang}.txt", printed(gated, lang, width=140))
    compare(f"areas.{lang}.html", render_page(plain, lang=lang))
    compare(f"gate.{lang}.html", render_page(gated, lang=lang))


def test_the_same_report_is_the_same_bytes(assessment: Assessment, tmp_path: Path) -> None:
    report = report_of(assessment, ("lot-2",))
    assert render_workbook(report, lang="zh") == render_workbook(report, lang="zh")
    assert render_page(report, lang="zh") == render_page(report, lang="zh")
    layers = []
    for name in ("a.gpkg", "b.gpkg"):
        write_error_layer(tmp_path / name, report, lang="zh")
        layers.append((tmp_path / name).read_bytes())
    assert layers[0] == layers[1]


def test_files_carry_the_date_of_the_data_and_no_clock(assessment: Assessment) -> None:
    content = render_workbook(report_of(assessment, None), lang="zh")
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert {info.date_time for info in archive.infolist()} == {(2026, 1, 1, 0, 0, 0)}
    core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-01-01T00:00:00Z"}
    odd = replace(assessment.plan.workspace, data_date="二〇二六年")
    odd_plan = replace(assessment.plan, workspace=odd)
    assert render_workbook(Report(replace(assessment, plan=odd_plan)), lang="zh")


def test_the_time_is_shown_only_when_given(assessment: Assessment) -> None:
    assert "制表时间" not in render_page(Report(assessment), lang="zh")
    told = Report(assessment, time="2026-02-03T04:05:06+08:00")
    assert "2026-02-03T04:05:06+08:00" in render_page(told, lang="zh")
    assert b"2026-02-03T04:05:06+08:00" in sheets_xml(render_workbook(told, lang="zh"))


def sheets_xml(content: bytes) -> bytes:
    archive = zipfile.ZipFile(io.BytesIO(content))
    return b"".join(archive.read(n) for n in archive.namelist() if "worksheets/" in n)


def test_the_workbook_is_fit_for_an_office(assessment: Assessment) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(render_workbook(report_of(assessment, ()), lang="zh"))
    )
    names = ["概要", "阻碍", "面积核对", "矛盾", "有余量", "相符", "数据问题", "背景"]
    assert book.sheetnames == [*names, "规划数登记"]
    for sheet in book.worksheets:
        setup = sheet.page_setup
        assert (setup.orientation, int(setup.paperSize)) == ("landscape", 9)
        assert sheet.oddFooter.right.text == "&P / &N"
        if sheet.title != "概要":
            assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref.startswith("A1:")
            assert sheet.print_title_rows == "$1:$1"
    areas = book["面积核对"]
    heading = {cell.value: cell.column for cell in areas[1]}
    row = next(r for r in areas.iter_rows(min_row=2) if r[1].value == "lot-3")
    stated = row[heading["所印数字"] - 1]
    assert (stated.value, stated.data_type, stated.number_format) == ("18.10", "s", "@")
    measured = row[heading["椭球面积(㎡)"] - 1]
    assert measured.data_type == "n" and measured.number_format == "#,##0.00"
    assert row[heading["椭球面积(公顷)"] - 1].number_format == "#,##0.0000"
    summary = [cell.value for row in book["概要"].iter_rows() for cell in row]
    for expected in ("审定前关口报告", "内部使用", "试验规划", "试验局", "2026-01-01", "ab" * 32):
        assert expected in summary
    assert any("TD/T 1055" in str(v) for v in summary)
    assert any("EPSG:4549" in str(v) for v in summary)


def test_the_fills_differ_for_what_holds_and_what_does_not(assessment: Assessment) -> None:
    from gangqu_gis.checks import Verdict
    from gangqu_gis.report.palette import FILLS

    assert set(FILLS) == set(Verdict)
    good = {FILLS[v] for v in (Verdict.AGREE, Verdict.CONSISTENT, Verdict.REMAINDER)}
    assert good.isdisjoint({FILLS[Verdict.DIFFER], FILLS[Verdict.INCONSISTENT]})


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_needs_nothing_from_elsewhere(assessment: Assessment, lang: str) -> None:
    source = render_page(report_of(assessment, ("lot-2", "lot-3")), lang=lang)
    page = Page(source)
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "a", "image", "use"})
    names = {name for _, given in page.elements for name in given}
    assert not {name for name in names if name.startswith("on")} | (
        names & {"style", "src", "href", "xlink:href"}
    )
    assert "default-src 'none'" in source and "url(" not in source and "http" not in page.text
    for expected in ("ab" * 32, "2026-01-01", "TD/T 1055", "EPSG:4549", "gangqu_gis"):
        assert expected in page.text
    assert "counter(page)" in source


def test_each_subject_that_does_not_agree_has_a_map(assessment: Assessment) -> None:
    source = render_page(Report(assessment), lang="zh")
    figures = re.findall(r"<figure>.*?</figure>", source, flags=re.DOTALL)
    by_id = {re.findall(r'<span class="rule">(.*?)</span>', f)[0]: f for f in figures}
    assert {"lot-2", "lot-3", "lot-5", "lot-9"} <= set(by_id) and "lot-1" not in by_id
    assert 'class="subject"' in by_id["lot-2"] and "示意</text>" not in by_id["lot-2"]
    assert 'class="subject schematic"' in by_id["lot-3"] and "示意</text>" in by_id["lot-3"]
    assert 'class="fault"' in by_id["lot-3"]
    assert "东西路" in by_id["lot-2"] and "北</text>" in by_id["lot-2"]
    assert re.search(r">\d+ k?m</text>", by_id["lot-2"])
    assert "<svg" not in by_id["lot-9"]


@pytest.mark.parametrize("ids", GATES, ids=str)
def test_the_error_layer_opens_in_both_readers(
    assessment: Assessment, tmp_path: Path, ids: tuple[str, ...] | None
) -> None:
    path = tmp_path / "findings.gpkg"
    path.write_bytes(b"old")
    report = report_of(assessment, ids)
    write_error_layer(path, report, lang="zh")
    expected = {"points", "lines", "polygons", "no_geometry"}
    assert set(fiona.listlayers(path)) == expected
    assert {str(name) for name, _ in pyogrio.list_layers(path)} == expected
    for layer in expected:
        frame = pyogrio.read_dataframe(path, layer=layer)
        with fiona.open(path, layer=layer) as collection:
            assert tuple(collection.schema["properties"]) == FIELDS
            assert len(collection) == len(frame)
            rules = [item["properties"]["rule"] for item in collection]
            assert rules == list(frame["rule"])
            if layer != "no_geometry":
                assert collection.crs.to_epsg() == 4490 == frame.crs.to_epsg()


def test_every_finding_is_in_the_layer_of_its_shape(
    assessment: Assessment, tmp_path: Path
) -> None:
    path = tmp_path / "findings.gpkg"
    write_error_layer(path, Report(assessment), lang="zh")
    frames = {str(n): pyogrio.read_dataframe(path, layer=n) for n, _ in pyogrio.list_layers(path)}
    assert set(frames["points"]["rule"]) == {"spike", "edge"}
    assert set(frames["lines"]["rule"]) == {"edge"}
    polygons = frames["polygons"].set_index("rule")
    assert {"overlap", "land_2_area", "land_3_area", "land_5_area"} <= set(polygons.index)
    assert "land_1_area" not in polygons.index
    assert set(frames["no_geometry"]["rule"]) == {"count", "larger_area"}
    overlap = polygons.loc["overlap"]
    assert (overlap["severity"], overlap["subject"]) == ("error", "lot-4 lot-3")
    assert (overlap["measured"], overlap["limit"], overlap["unit"]) == (12.5, 0.0, "㎡")
    assert overlap["place"] == "data/lots.geojson:5"
    assert shapely.equals_exact(
        shapely.get_parts(overlap["geometry"])[0], FINDINGS[0].shape, tolerance=1e-12
    )
    differs = polygons.loc["land_2_area"]
    check = next(c for c in assessment.checks if c.rule == "land_2_area")
    assert check.tolerance is not None
    assert differs["measured"] == check.difference_m2
    assert differs["limit"] == check.tolerance.value_m2
    assert "t = 2√2" in differs["message"]
    assert {r["rule"]: r["severity"] for _, r in frames["polygons"].iterrows()} | {
        "land_2_area": "error", "land_3_area": "note"
    } == {r["rule"]: r["severity"] for _, r in frames["polygons"].iterrows()}


def test_the_command_writes_the_files(second: Path, tmp_path: Path) -> None:
    book, page, layer = (tmp_path / f"r.{end}" for end in ("xlsx", "html", "gpkg"))
    plain = gangqu("reconcile", cwd=second)
    run = gangqu("reconcile", "--format", "xlsx", "--output", book, "--findings", layer, cwd=second)
    assert run.code == plain.code
    assert openpyxl.load_workbook(book).sheetnames[0] == "概要"
    assert len(pyogrio.list_layers(layer)) == 4
    run = gangqu("--lang", "en", "reconcile", "--gate", "--format", "html", "--output", page,
                 cwd=second, env={"GANGQU_NOW": "2026-01-02T03:04:05+08:00"})
    assert run.code == gangqu("reconcile", "--gate", cwd=second).code
    assert "2026-01-02T03:04:05+08:00" in page.read_text(encoding="utf-8")
    shown = gangqu("reconcile", "--format", "json", "--findings", layer, cwd=second)
    assert shown.json()["schema"] == document.SCHEMA


def test_wrong_use_of_the_options(second: Path, tmp_path: Path) -> None:
    refusal(gangqu("reconcile", "--format", "xlsx", cwd=second), 2)
    refusal(gangqu("reconcile", "--output", tmp_path / "r.txt", cwd=second), 2)
    assert list(tmp_path.glob("r.*")) == []


def test_a_city_is_not_listed_on_a_terminal(
    assessment: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What differs is listed whatever the room; what has no stated area gives way first."""
    monkeypatch.setattr(text, "MOST_LISTED", 3)
    checks = Report(assessment).areas
    listed, others = text.most_pressing(checks)
    assert len(listed) == 3 and len(listed) + sum(others.values()) == len(checks)
    assert listed == [check for check in checks if check in listed], "in their order"
    yielding = (Verdict.UNSTATED, Verdict.AGREE, Verdict.INDICATIVE)
    worst = [c for c in checks if c.verdict not in yielding]
    assert [c for c in listed if c in worst] == worst[:3]
    console = Console(file=io.StringIO(), width=140, record=True)
    console.print(text.reconciliation(assessment, "zh"))
    printed = console.export_text()
    assert f"未列出：{next(iter(others)).label.zh} " in printed and listed[0].title.zh in printed
    monkeypatch.setattr(text, "MOST_LISTED", len(checks))
    assert text.most_pressing(checks) == (checks, {})
