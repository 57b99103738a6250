"""The evaluation in every format: golden text, strict HTML, numbers in XLSX, a JSON schema."""

from __future__ import annotations

import copy
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import openpyxl
import pytest
from cases import Command, gangqu, refusal
from golden import compare
from progresswork import assessment_with, project, shipped
from rich.console import Console

from gangqu_gis.assessment import Assessment, assess
from gangqu_gis.charts import OUTLINE, REPORTED, Bar, Gauge, bar_chart, gauges
from gangqu_gis.plan import load_plan
from gangqu_gis.progress import evaluate
from gangqu_gis.report.progress_document import progress_document
from gangqu_gis.report.progress_model import ProgressReport
from gangqu_gis.report.progress_page import render_progress
from gangqu_gis.report.progress_text import progress_text
from gangqu_gis.report.progress_workbook import render_progress_workbook
from gangqu_gis.sample import create_sample
from gangqu_gis.workspace import open_workspace

SCHEMA = json.loads(
    files("gangqu_gis").joinpath("report/progress.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def sample_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sample") / "示例"
    create_sample(root)
    return root


@pytest.fixture(scope="module")
def sample(sample_root: Path) -> Assessment:
    return assess(load_plan(open_workspace(sample_root)))


def report_of(assessment: Assessment, **asked: Any) -> ProgressReport:
    return ProgressReport.of(assessment, evaluate(assessment, **asked))


@pytest.fixture(scope="module")
def reports(sample: Assessment) -> dict[str, ProgressReport]:
    """Reports of a plan without and with reports, over the whole period and for one year."""
    return {
        "shipped": report_of(shipped()),
        "sample": report_of(sample),
        "year": report_of(sample, year=2022),
        "early": report_of(sample, as_of=date(2019, 1, 1)),
        "late": report_of(sample, as_of=date(2030, 1, 1)),
    }


def as_text(report: ProgressReport, lang: str) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=140, highlight=False, emoji=False, markup=False)
    console.print(progress_text(report, lang))
    return "\n".join(line.rstrip() for line in stream.getvalue().split("\n"))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["sample", "year"])
def test_golden(reports: dict[str, ProgressReport], name: str, lang: str) -> None:
    compare(f"progress-{name}.{lang}.txt", as_text(reports[name], lang))


def test_every_product_of_the_sample_says_that_it_is_invented(
    reports: dict[str, ProgressReport],
) -> None:
    report = reports["sample"]
    for lang, words in (("zh", "虚构"), ("en", "invented")):
        document = json.dumps(progress_document(report, lang=lang), ensure_ascii=False)
        page = render_progress(report, lang=lang)
        workbook = openpyxl.load_workbook(io.BytesIO(render_progress_workbook(report, lang=lang)))
        assert words in as_text(report, lang).split("\n")[0]
        assert words in document and words in page.split("<h2>")[0]
        for sheet in workbook.worksheets:
            assert words in str(sheet["A1"].value) and words in str(sheet["A2"].value)
    for layer in ("projects", "market", "indicators"):
        for feature in report.plan.layers[layer].features:
            reported = set(feature.properties) - {"housing", "site", "figures", "plan_place"}
            assert "report_source" not in reported or "虚构" in feature.properties["report_source"]


# ---------------------------------------------------------------- JSON


@pytest.mark.parametrize("name", ["shipped", "sample", "year", "early", "late"])
def test_documents_conform_to_the_schema(reports: dict[str, ProgressReport], name: str) -> None:
    document = progress_document(reports[name], lang="zh")
    json.dumps(document, allow_nan=False)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_the_schema_lets_nothing_else_through(reports: dict[str, ProgressReport]) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    whole = progress_document(reports["sample"], lang="zh")
    for path in _objects(whole, ()):
        changed = copy.deepcopy(whole)
        target = changed
        for step in path:
            target = target[step]
        if path and path[-1] in ("floor_m2", "dwellings", "dates", "planned"):
            continue  # keyed by the fields of the schema
        target["unheard_of"] = 1
        assert not validator.is_valid(changed), path
        first = next(iter(set(target) - {"unheard_of"}))
        del target["unheard_of"], target[first]
        assert not validator.is_valid(changed), (path, first)


def _objects(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The path of one object of each kind."""
    if isinstance(value, dict):
        yield path
        for name, inner in value.items():
            yield from _objects(inner, (*path, name))
    elif isinstance(value, list) and value:
        yield from _objects(value[0], (*path, 0))


def test_numbers_of_the_document_by_hand(reports: dict[str, ProgressReport]) -> None:
    document = progress_document(reports["sample"], lang="en")
    targets = {row["id"]: row for row in document["targets"]}
    land = targets["land"]
    # 4.35 + 5.2 + 7.05 + 5.38243 + 2.53 + 1.8 ha
    assert land["reported"] == pytest.approx(26.31243, abs=1e-12)
    assert land["share"] == float(Fraction("26.31243") / Fraction("47.3"))
    assert land["records"] == ["project-phase3", *(f"project-{n}" for n in range(1, 6))]
    assert targets["dwellings"]["expected"] == [4180.0, 6300.0]
    stock = document["supply"]["months_of_stock"][0]
    assert stock["months"] == 114400 * 12 / 140700
    assert document["supply"]["rule"] is None
    assert all(row["proposal"] is None for row in document["supply"]["targets"])
    assert [f["rule"] for f in document["findings"]] == ["project.year"]


# ---------------------------------------------------------------- HTML and charts


class Page(HTMLParser):
    """Text, links and attributes of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def parsed(source: str) -> Page:
    page = Page()
    page.feed(source)
    return page


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["shipped", "sample", "year", "early", "late"])
def test_the_page_holds_every_number_and_needs_nothing_else(
    reports: dict[str, ProgressReport], name: str, lang: str
) -> None:
    source = render_progress(reports[name], lang=lang)
    assert source == render_progress(reports[name], lang=lang)
    page = parsed(source)
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "img", "iframe", "style") or tag == "style"
        assert not {"src", "href", "style", "onclick"} & set(attributes)
    charts = re.findall(r"<svg.*?</svg>", source, flags=re.S)
    assert len(charts) == 1 + 3
    for chart in charts:
        root = ElementTree.fromstring(chart)
        assert root.get("role") == "img" and root.get("aria-label")
    words = " ".join(page.words)
    for row in progress_document(reports[name], lang=lang)["targets"]:
        assert row["stated"] in words
    if name == "shipped":
        assert "26.31243" not in words
    if name in ("sample", "late"):
        assert "26.31243" in words


def test_hostile_names_are_text(reports: dict[str, ProgressReport]) -> None:
    name = "<script>alert(1)</script>\"'&]]>"
    rows = [project("p", name=name, dwellings=5, date_start="2021-05-01")]
    rows[0]["name"] = name
    source = render_progress(report_of(assessment_with(rows)), lang="zh")
    page = parsed(source)
    assert not any(tag == "script" for tag, _ in page.tags)
    assert name in "".join(page.words)


def test_bars_are_as_long_as_their_numbers_and_differ_without_colour() -> None:
    bars = [
        Bar("2021", Fraction(100), Fraction(50), "planned 100", "reported 50"),
        Bar("2022", Fraction(200), None, "planned 200", "no report"),
        Bar("2023", None, Fraction(0), "", "reported 0"),
    ]
    drawing = bar_chart("Land", bars)
    rects = [s.attributes for s in drawing.shapes if s.tag == "rect" and "height" in s.attributes]
    planned = [float(r["width"]) for r in rects if r.get("stroke") == OUTLINE]
    reported = [float(r["width"]) for r in rects if r["fill"] == REPORTED]
    assert len(planned) == 2 and planned[0] == pytest.approx(planned[1] / 2, abs=0.01)
    assert len(reported) == 2 and reported[0] == pytest.approx(planned[0] / 2, abs=0.01)
    assert reported[1] == 0
    assert all("stroke-dasharray" in r for r in rects if r.get("stroke") == OUTLINE)
    words = {s.text for s in drawing.shapes if s.tag == "text"}
    for bar in bars:
        assert {bar.label, bar.planned_words, bar.reported_words} - {""} <= words
    for x in (float(r["x"]) + float(r["width"]) for r in rects):
        assert x <= drawing.width


def test_gauges_show_the_share_and_what_is_due() -> None:
    rows = [
        Gauge("A", "50 %", Fraction(1, 2), (Fraction(1, 4), Fraction(1, 2))),
        Gauge("B", "120 %", Fraction(6, 5), (Fraction(1), Fraction(1))),
        Gauge("C", "no report", None),
    ]
    drawing = gauges("Targets", rows)
    bars = [s.attributes for s in drawing.shapes if s.attributes.get("fill") == REPORTED]
    assert [float(b["width"]) for b in bars] == pytest.approx([209, 418], abs=1)
    assert drawing.svg().count("<text") == 6
    ElementTree.fromstring(drawing.svg())


def contrast(a: str, b: str) -> float:
    """The contrast ratio of WCAG 2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_words_and_bars_can_be_seen() -> None:
    from gangqu_gis import charts

    for colour in (charts.REPORTED, charts.OUTLINE, charts.DUE, charts.WORDS, charts.FAINT):
        assert contrast(colour, "#ffffff") >= 4.5


# ---------------------------------------------------------------- XLSX


def test_the_workbook_holds_numbers_as_numbers(reports: dict[str, ProgressReport]) -> None:
    content = render_progress_workbook(reports["sample"], lang="zh")
    assert content == render_progress_workbook(reports["sample"], lang="zh")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert len(book.sheetnames) == 8
    sheet = book["目标"]
    headings = [cell.value for cell in sheet[3]]
    row = next(r for r in sheet.iter_rows(min_row=4) if r[1].value == "住房用地供应")
    values = dict(zip(headings, (cell.value for cell in row), strict=True))
    assert values["规划"] == "47.3公顷" and values["已报告"] == pytest.approx(26.31243)
    assert values["占比"] == pytest.approx(26.31243 / 47.3)
    for sheet in book.worksheets:
        for cells in sheet.iter_rows():
            for cell in cells:
                assert cell.data_type != "f"


# ---------------------------------------------------------------- the command


def test_from_nothing_to_the_evaluation_in_two_commands(tmp_path: Path) -> None:
    made = gangqu("init", "--sample", tmp_path / "s", cwd=tmp_path)
    assert made.code == 0 and "虚构" in made.out
    run = gangqu("--workspace", tmp_path / "s", "progress", cwd=tmp_path)
    assert run.code == 0 and "示例（进展纯属虚构）" in run.out and "26.31243" in run.out


def test_the_command_writes_every_format(
    sample_root: Path, tmp_path: Path, command: Command
) -> None:
    base = ("--workspace", sample_root, "progress", "--year", "2022")
    starts = {"html": b"<!DOCTYPE html>", "xlsx": b"PK", "json": b"{", "text": b""}
    for form, start in starts.items():
        target = tmp_path / f"out.{form}"
        run = command(*base, "--format", form, "--output", target, cwd=tmp_path)
        assert run.code == 0 and target.read_bytes().startswith(start)
    printed = command(*base, "--format", "json", cwd=tmp_path)
    assert printed.out == (tmp_path / "out.json").read_text(encoding="utf-8")
    assert printed.json()["as_of"] == "2022-12-31"
    english = command(*base, "--lang", "en", cwd=tmp_path)
    assert "behind" in english.out and "New dwellings" in english.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--year", "2020"), "2020"),
        (("--as-of", "2023-02-30"), "2023-02-30"),
        (("--as-of", "去年"), "去年"),
        (("--format", "xlsx"), "--output"),
        (("--year", "二〇二三"), "--year"),
    ],
)
def test_wrong_use_is_refused(
    sample_root: Path, command: Command, arguments: tuple[str, ...], words: str
) -> None:
    run = command("--workspace", sample_root, "progress", *arguments, cwd=sample_root)
    assert words in refusal(run, 2)


def test_a_workspace_without_targets_says_so(command: Command) -> None:
    from cases import SECOND

    run = command("--workspace", SECOND, "progress", cwd=SECOND)
    assert "progress.toml" in refusal(run, 2)


def test_the_rule_of_the_office_is_printed_with_its_numbers(
    sample: Assessment, tmp_path: Path
) -> None:
    from test_supply import RULE

    root = tmp_path / "s"
    create_sample(root)
    marker = root / "data" / "workspace.toml"
    text = marker.read_text(encoding="utf-8")
    start, end = text.index("[supply]"), text.index("# 容差")
    marker.write_text(text[:start] + RULE + text[end:], encoding="utf-8")
    changed = replace(sample, plan=load_plan(open_workspace(root)))
    report = report_of(changed)
    for lang, words in (("zh", "联席会议纪要第2号"), ("en", "below 18 months of stock")):
        assert words in as_text(report, lang)
        assert words in render_progress(report, lang=lang)
        assert words in json.dumps(progress_document(report, lang=lang), ensure_ascii=False)
    # 9.8 months: below 18, factor 1: the proposal is the mean; 5378 dwellings over 2 years.
    rows = {row["id"]: row for row in progress_document(report, lang="zh")["supply"]["targets"]}
    assert rows["dwellings"]["proposal"] == [2689.0, 2689.0]


# ---------------------------------------------------------------- what is written about it


def test_the_document_names_every_state_and_every_rule() -> None:
    from cases import ROOT

    from gangqu_gis.progress import State

    text = (ROOT / "docs" / "progress.md").read_text(encoding="utf-8")
    for state in State:
        assert state.label.zh in text, state
    sources = (ROOT / "gangqu_gis" / "compliance").glob("*.py")
    rules = {
        rule
        for path in sources
        for rule in re.findall(r'"((?:project|market|indicator)\.\w+)"', path.read_text("utf-8"))
    }
    assert len(rules) == 14
    assert {rule for rule in rules if f"`{rule}`" not in text} == set()


def test_every_assumption_of_the_targets_is_printed_and_documented() -> None:
    from cases import ROOT

    text = (ROOT / "docs" / "progress.md").read_text(encoding="utf-8")
    report = report_of(shipped())
    printed = as_text(report, "zh").replace("\n", "").replace(" ", "")
    for row in report.progress.targets:
        if row.target.assumed:
            assert row.target.why.zh.replace(" ", "") in printed
            assert row.target.label.zh.removeprefix("新增") in text or "假设" in text


def test_every_page_of_the_sample_says_that_it_is_invented(sample: Assessment) -> None:
    from gangqu_gis.webmap import render_site

    for lang, words in (("zh", "进展纯属虚构"), ("en", "progress invented")):
        pages = render_site(sample, lang=lang)
        assert "progress.html" in pages
        for page in pages.values():
            assert words in page.split("</title>")[0]
            assert words in page.split("gangqu-data")[1]
