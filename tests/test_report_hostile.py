"""Hostile text in names, reasons and figures: it is shown, and never run."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pytest
from golden import tiny

from gangqu_gis import Assessment
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.gate import run_gate
from gangqu_gis.messages import plain
from gangqu_gis.report.characters import legal
from gangqu_gis.report.error_layer import write_error_layer
from gangqu_gis.report.model import Report
from gangqu_gis.report.page import render_page
from gangqu_gis.report.workbook import render_workbook

HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("http://evil.example","x")',
    "\t=1+1",
    "\r=1+1",
    "a\r\nb\rc",
    "'=1",
    "18.10",
    "1e5",
    "TRUE",
    "#REF!",
    "2026-01-01",
    "  spaces  ",
    "_x003D_1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title><svg onload=alert(1)>",
    "{{7*7}}{% raw %}{{ config }}",
    "&lt;b&gt; & &amp;",
    "]]>",
    "\ue000\ue001",
    "\U0001f600\U00020000",
    "㎡公顷约",
    "x" * 10_000,
)
ILLEGAL = {"a\x00b\x01c": "a␀b␁c", "\x0b\x1f": "␋␟", "\ud800x": "\ufffdx", "\uffff": "\ufffd"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    return tiny(tmp_path_factory.mktemp("tiny"))


def poisoned(base: Assessment, text: str) -> Assessment:
    """The tiny plan with ``text`` wherever a plan, a file or a person can put one."""
    words = plain(text)
    checks = tuple(
        replace(
            check, title=words, because=words, note=words, reading=words, formula=words,
            place=text, stated=text, stated_text=text, subject=text,
        )
        for check in base.checks
    )
    finding = Finding(text, Severity.ERROR, "lot-4", words, words, (text,), file=text, unit=text)
    workspace = replace(
        base.plan.workspace, title=words, authority=words, plan_version=text, draft_notice=words
    )
    lots = base.plan.layers["lots"]
    named = tuple(replace(f, properties={**f.properties, "name": text}) for f in lots.features)
    plan = replace(
        base.plan,
        workspace=workspace,
        layers={**base.plan.layers, "lots": replace(lots, features=named)},
    )
    return replace(base, plan=plan, checks=checks, findings=(finding,))


def both(assessment: Assessment) -> tuple[Report, Report]:
    return Report(assessment), Report(assessment, run_gate(assessment, ("lot-2", "lot-3")))


def decoded(value: Any) -> Any:
    """A cell as Excel reads it: _x005F_ stands for an underscore (openpyxl leaves it)."""
    return value.replace("_x005F_", "_") if isinstance(value, str) else value


def every_cell(content: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t)[:24])
def test_a_cell_is_a_string_of_exactly_the_same_characters(base: Assessment, text: str) -> None:
    for report in both(poisoned(base, text)):
        content = render_workbook(report, lang="zh")
        cells = every_cell(content)
        assert not [c for c in cells if c.data_type == "f"]
        same = [c for c in cells if decoded(c.value) == text]
        assert len(same) > len(report.checks) and {c.data_type for c in same} == {"s"}
        if text[0] in "=+-@\t\r":
            assert all(c.quotePrefix for c in same)
        archive = zipfile.ZipFile(io.BytesIO(content))
        sheets = [archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/")]
        assert not any(re.search(rb"<f[ >/]", sheet) for sheet in sheets)


@pytest.mark.parametrize(("text", "shown"), ILLEGAL.items(), ids=lambda t: ascii(t)[:24])
def test_what_xml_cannot_hold_is_replaced_visibly(
    base: Assessment, text: str, shown: str
) -> None:
    assert legal(text) == shown
    for report in both(poisoned(base, text)):
        values = [cell.value for cell in every_cell(render_workbook(report, lang="zh"))]
        assert shown in values
        assert shown in Reader(render_page(report, lang="zh")).pieces


@pytest.mark.parametrize("text", ["y" * 40_000, "\U0001f600" * 20_000, "=" + "z" * 32_767])
def test_a_text_too_long_for_a_cell_says_so(base: Assessment, text: str) -> None:
    cells = every_cell(render_workbook(Report(poisoned(base, text)), lang="en"))
    cut = [c for c in cells if isinstance(c.value, str) and c.value.startswith(text[:15_000])]
    assert cut and {c.data_type for c in cut} == {"s"}
    for cell in cut:
        assert len(cell.value.encode("utf-16-le")) // 2 <= 32_767
        assert re.search(r" … \[cut: \d{5,} characters, whole in the JSON report\]$", cell.value)


def test_the_longest_text_is_kept_whole(base: Assessment) -> None:
    text = "w" * 32_767
    cells = every_cell(render_workbook(Report(poisoned(base, text)), lang="en"))
    assert text in [cell.value for cell in cells]


class Reader(HTMLParser):
    """Texts, elements and attributes of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t)[:24])
def test_a_page_shows_the_text(base: Assessment, text: str) -> None:
    clean = Reader(render_page(Report(base), lang="zh"))
    for report in both(poisoned(base, text)):
        source = render_page(report, lang="zh")
        page = Reader(source)
        assert page.tags <= clean.tags | {"ol", "li", "h3", "div"}
        assert not {n for n in page.attributes if n.startswith("on")} | (
            page.attributes & {"style", "src", "href"}
        )
        assert text in page.pieces
        assert source.count("<style>") == source.count("</style>") == 1


@pytest.mark.parametrize("text", [*HOSTILE, *ILLEGAL], ids=lambda t: ascii(t)[:24])
def test_the_error_layer_holds_the_text(base: Assessment, text: str, tmp_path: Path) -> None:
    path = tmp_path / "findings.gpkg"
    write_error_layer(path, Report(poisoned(base, text)), lang="zh")
    bare = pyogrio.read_dataframe(path, layer="no_geometry")
    assert legal(text) in set(bare["rule"]) & set(bare["message"]) & set(bare["place"])
