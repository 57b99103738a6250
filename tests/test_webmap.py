"""The pages without a browser: what they hold, what they do not, and that they are stable."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pytest
import shapely
from browser.webmap_cases import (
    HOSTILE,
    PAGES,
    ROOT,
    changed,
    hostile,
    real,
    record_of_form,
    texts_in,
)
from hypothesis import given
from hypothesis import strategies as st

from gangqu_gis import landuse
from gangqu_gis.assessment import assess
from gangqu_gis.checks import Verdict
from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.messages import LANGUAGES
from gangqu_gis.plan import load_plan
from gangqu_gis.webmap import assets, packed, render_site, shapes, style
from gangqu_gis.webmap.entries import polygon_entry
from gangqu_gis.webmap.frame import frame
from gangqu_gis.webmap.page import _shell, render_index, render_page, safe_json, safe_text
from gangqu_gis.webmap.pages import read_site
from gangqu_gis.webmap.overview import key_figures
from gangqu_gis.webmap.payload import index_payload, page_texts
from gangqu_gis.webmap.pinyin import pinyin_keys
from gangqu_gis.webmap.titleblock import notice
from gangqu_gis.workspace import open_workspace

STATIC = ROOT / "gangqu_gis" / "webmap"
MARKUP = re.compile(r"(inner|outer|Adjacent)HTML|document\.write|\beval\(|new Function")
CASES = {"real": real, "hostile": hostile}


def parts(page: str) -> tuple[str, str, str]:
    """Return the title, the data and everything else of a page."""
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    block = r'<script type="application/json" id="gangqu-data">(.*?)</script>'
    data = re.search(block, page, re.DOTALL)
    assert title and data
    rest = page[: title.start(1)] + page[title.end(1) : data.start(1)] + page[data.end(1) :]
    return title[1], data[1], rest


CASES_AND_LANGUAGES = [(case, lang) for case in CASES for lang in LANGUAGES]


@pytest.fixture(scope="module", params=CASES_AND_LANGUAGES, ids="-".join)
def page(request: pytest.FixtureRequest) -> tuple[str, dict[str, object], str]:
    case, lang = request.param
    assessment = CASES[case]()
    return render_index(assessment, lang=lang), index_payload(assessment, lang), lang


def test_the_data_block_gives_back_the_payload(page: tuple[str, dict[str, object], str]) -> None:
    text, payload, _ = page
    assert json.loads(parts(text)[1]) == payload


def test_the_data_block_can_end_nothing(page: tuple[str, dict[str, object], str]) -> None:
    data = parts(page[0])[1]
    assert not re.search("[<>&\u2028\u2029\ud800-\udfff]", data)
    page[0].encode("utf-8")


def test_the_title_is_escaped(page: tuple[str, dict[str, object], str]) -> None:
    title = parts(page[0])[0]
    assert "<" not in title and ">" not in title and title


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_around_the_data_is_the_same_for_every_plan(lang: str) -> None:
    """No word of a plan goes through folium, branca or Jinja: the rest does not depend on it."""
    ours, theirs = (parts(render_index(case(), lang=lang))[2] for case in CASES.values())
    assert ours == theirs


def test_no_word_of_a_plan_reaches_a_template(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every source that is compiled and every text that is rendered while all pages are drawn."""
    seen: list[str] = []
    compiling, rendering = jinja2.Environment.compile, jinja2.Template.render

    def compile_(self: Any, source: Any, *args: Any, **named: Any) -> Any:
        seen.append(str(source))
        return compiling(self, source, *args, **named)

    def render(self: Any, *args: Any, **named: Any) -> str:
        seen.append(rendering(self, *args, **named))
        return seen[-1]

    monkeypatch.setattr(jinja2.Environment, "compile", compile_)
    monkeypatch.setattr(jinja2.Template, "render", render)
    _shell.cache_clear()
    frame.cache_clear()
    for lang in LANGUAGES:
        render_site(hostile(), lang=lang)
        render_site(hostile(), lang=lang, basemap="tianditu", token="0123456789")
    assert len(seen) > 4 and any("L.map(" in text for text in seen)
    marks = ("7*191", "raise", "alert(1)", "hacked", "backticks", "lone", "right to left", "长" * 9)
    assert not [mark for mark in marks for text in seen if mark in text]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_words_are_data(lang: str) -> None:
    payload = index_payload(hostile(), lang)
    held = set(texts_in(json.loads(parts(render_index(hostile(), lang=lang))[1])))
    assert set(HOSTILE) <= held
    assert all(feature["ref"] for feature in payload["features"])
    refs = [feature["ref"] for feature in payload["features"] + payload["reference"]]
    assert len(refs) == len(set(refs))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_fetched(lang: str) -> None:
    text = parts(render_index(real(), lang=lang))[2]
    for constant in (assets.leaflet_script(), assets.leaflet_notice()):
        assert constant in text
        text = text.replace(constant, "")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[^\s'\"<)]*", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(link|img|iframe|object|embed|base)\b", text)
    assert not re.search(r"\bsrc\s*=", text)
    urls = re.findall(r"url\(([^)]*)\)", text)
    assert all(url.startswith(("data:", "#")) for url in urls)
    assert "@import" not in text and "sourceMappingURL" not in text


def test_the_policy_allows_only_the_constants() -> None:
    text = render_index(real(), lang="zh")
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert found
    policy = found[1]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy and "http" not in policy and "img-src data:;" in policy
    # The policy must stand before the first script and style that it judges.
    assert found.start() < text.index("<script") and found.start() < text.index("<style")
    assert policy.count("sha256-") == len(re.findall(r"<(?:script|style)>", text))


def test_charset_stands_in_the_first_kilobyte() -> None:
    assert "charset=UTF-8" in render_index(hostile(), lang="zh")[:1024]


def test_page_names_its_language() -> None:
    assert '<html lang="zh-CN">' in render_index(real(), lang="zh")
    assert '<html lang="en">' in render_index(real(), lang="en")


def test_leaflet_comes_with_its_licence() -> None:
    text = render_index(real(), lang="zh")
    assert "Copyright (c) 2010-2023, Volodymyr Agafonkin" in text
    assert "Redistributions in binary form must reproduce" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_same_assessment_same_bytes(lang: str) -> None:
    assert render_index(hostile(), lang=lang) == render_index(hostile(), lang=lang)


def test_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, browser.webmap_cases as c\n"
        "from gangqu_gis.webmap.page import _shell, render_index\n"
        "print(hashlib.sha256(render_index(c.real(), lang='zh').encode()).hexdigest())"
    )
    here = hashlib.sha256(render_index(real(), lang="zh").encode()).hexdigest()
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    for seed in ("0", "1", "31"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        run = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == here


def test_frame_has_no_random_id_and_no_link() -> None:
    assert not re.search(r"[0-9a-f]{32}", frame())
    assert "http" not in re.sub(r"http-equiv", "", frame())


def test_both_languages_say_the_same_things() -> None:
    zh, en = (index_payload(real(), lang) for lang in LANGUAGES)
    assert _shape(zh) == _shape(en)
    assert page_texts("zh").keys() == page_texts("en").keys()


def test_script_uses_exactly_the_words_that_exist() -> None:
    source = "".join((STATIC / name).read_text(encoding="utf-8") for name in assets.SCRIPTS)
    used = set(re.findall(r"\btexts\.(\w+)", source))
    assert used == set(page_texts("zh"))


def test_script_writes_no_markup() -> None:
    for path in STATIC.glob("*.js"):
        source = path.read_text(encoding="utf-8")
        assert not MARKUP.search(source)
        # Words for readers come from the payload, in the page's language.
        assert not re.search("[\u4e00-\u9fff]", source), path.name
    assert {path.name for path in STATIC.glob("*.js")} == set(assets.SCRIPTS)
    assert {path.name for path in STATIC.glob("*.css")} == set(assets.STYLES)


def test_every_form_has_one_maker_and_one_script() -> None:
    """A section named by a page but drawn by nothing would leave the panel empty."""
    source = "".join((STATIC / name).read_text(encoding="utf-8") for name in assets.SCRIPTS)
    drawn = re.findall(r"^sectionMakers\.(\w+) =", source, re.MULTILINE)
    assert len(drawn) == len(set(drawn))
    made = {
        record["form"]
        for case in (real, changed)
        for text in render_site(case(), lang="zh").values()
        for record in data_of(text)["sections"]
    }
    assert made == set(drawn)


def test_groups_follow_the_schema_and_sum_measured_areas() -> None:
    payload = index_payload(real(), "zh")
    kinds = [k.id for k in real().plan.schema.kinds.values() if k.geometry == "polygon"]
    assert [group["id"] for group in payload["groups"]] == kinds
    stock = next(group for group in payload["groups"] if group["id"] == "stock_parcel")
    total = sum(real().measured[ref].ellipsoidal_m2 or 0 for ref in stock["features"])
    assert stock["ha"] == f"{total / 1e4:,.2f} 公顷"
    assert stock["mu"] == f"{total * 3 / 2000:,.2f} 亩"


def test_a_placeholder_counts_in_no_sum() -> None:
    payload = index_payload(real(), "zh")
    held = [feature for feature in payload["features"] if feature["placeholder"]]
    assert [feature["tag"] for feature in held] == ["规划未描述，位置待定"]
    group = next(group for group in payload["groups"] if group["id"] == held[0]["kind"])
    described = [ref for ref in group["features"] if ref != held[0]["ref"]]
    total = sum(real().measured[ref].ellipsoidal_m2 or 0 for ref in described)
    assert group["ha"] == f"{total / 1e4:,.2f} 公顷"
    assert "1" in group["sum_note"]


def test_schematic_geometry_says_so_everywhere() -> None:
    for feature in index_payload(real(), "zh")["features"]:
        if feature["basis"] == "schematic":
            assert "示意" in feature["basis_label"] and "±" in feature["basis_label"]
            assert "示意" in feature["tag"] or feature["placeholder"]


def test_a_feature_shows_stated_figure_place_and_verdict() -> None:
    plan = real().plan
    entry = polygon_entry(plan.by_id["stock-1"], real(), "zh")
    stated = next(figure for figure in entry["figures"] if figure["id"] == "stock_1_area")
    assert stated["stated"] == "4.35公顷"
    assert stated["place"] == "二、总体要求 （四）主要目标 城镇住房供应总量"
    verdicts = {check["rule"]: check["verdict"] for check in entry["checks"]}
    assert verdicts["stock_1_geometry"] == real().of_feature("stock-1")[0].verdict.value
    assert {row["side"] for row in entry["bounds"]} <= {"东", "南", "西", "北"}
    labels = {row["label"] for row in entry["attributes"]}
    assert "图形依据" in labels and not labels & set(plan.by_id["stock-1"].properties)


def test_contradictions_are_the_inconsistent_checks() -> None:
    record = record_of_form(index_payload(real(), "zh"), "open")
    found = [entry["rule"] for entry in record["contradictions"]]
    assert found == [c.rule for c in real().checks if c.verdict is Verdict.INCONSISTENT]


def test_key_figures_are_of_the_plan_period() -> None:
    figures = key_figures(real())
    assert 0 < len(figures) <= 6
    assert all(figure.period == "2021-2025" for figure in figures)


def test_every_verdict_has_a_badge_with_contrast() -> None:
    source = (STATIC / "icons.js").read_text(encoding="utf-8")
    for verdict in Verdict:
        colour, glyph = style.badge(verdict)
        assert _contrast(colour, "#ffffff") >= 4.5
        assert re.search(rf"^  {glyph}: '", source, re.MULTILINE)


def test_land_use_takes_the_nearest_parent() -> None:
    assert landuse.class_of("070102")[0] == "#ffff2d"
    assert landuse.class_of("080403")[1].zh == "教育用地"
    assert landuse.class_of("99")[1].zh == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_safe_json_and_safe_text(text: str) -> None:
    assert json.loads(safe_json(text)) == text
    assert "<" not in safe_json(text) and "<" not in safe_text(text)
    safe_text(text).encode("utf-8")


def test_a_page_without_features_still_renders() -> None:
    payload = index_payload(real(), "zh")
    empty = {**payload, "features": [], "reference": [], "sea": None, "extent": None}
    assert render_page(empty, lang="zh").endswith("</html>\n")


FILES = [f"{name}.html" for name in PAGES]


@cache
def site(lang: str) -> dict[str, str]:
    return render_site(real(), lang=lang)


def data_of(page_: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(parts(page_)[1])
    return loaded


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_site_has_its_pages_and_each_links_to_all(lang: str) -> None:
    pages = site(lang)
    assert list(pages) == FILES
    for name, text in pages.items():
        links = data_of(text)["pages"]
        assert [link["file"] for link in links] == FILES
        assert [link["file"] for link in links if link["current"]] == [name]
    assert site(lang) == render_site(real(), lang=lang)


def test_everything_around_the_data_is_the_same_on_every_page_and_for_hostile_words() -> None:
    shells = {parts(text)[2] for text in site("zh").values()}
    shells |= {parts(text)[2] for text in render_site(hostile(), lang="zh").values()}
    assert len(shells) == 1


def test_both_languages_have_the_same_blocks() -> None:
    for name in FILES:
        zh, en = (data_of(site(lang)[name]) for lang in LANGUAGES)
        rows = [record_of_form(page, "rows") for page in (zh, en)]
        for record in filter(None, rows):
            record["rows"] = [row["rule"] for row in record["rows"]]
        assert rows[0] == rows[1]
        assert _shape(zh) == _shape(en)


def test_another_workspace_without_declared_pages_has_overview_and_checks() -> None:
    second = assess(load_plan(open_workspace(ROOT / "tests" / "second_workspace")))
    assert list(render_site(second, lang="en")) == ["index.html", "reconciliation.html"]


def test_another_workspace_declares_its_own_pages(tmp_path: Path) -> None:
    root = Path(shutil.copytree(ROOT / "tests" / "second_workspace", tmp_path / "w"))
    (root / "data" / "maps.toml").write_text(
        '[[page]]\nid = "orchards"\nzh = "果园"\nkinds = ["orchard"]\n'
        '[[page.block]]\nform = "features"\nzh = "逐个"\nkinds = ["orchard"]\n',
        encoding="utf-8",
    )
    pages = render_site(assess(load_plan(open_workspace(root))), lang="zh")
    assert list(pages) == ["index.html", "orchards.html", "reconciliation.html"]
    payload = data_of(pages["orchards.html"])
    assert {feature["kind"] for feature in payload["features"]} == {"orchard"}
    assert len(record_of_form(payload, "table")["rows"]) == len(payload["features"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[[page]]\nid = "x"\nzh = "x"\nkinds = ["nothing"]\n', "nothing"),
        ('[[page]]\nid = "../x"\nzh = "x"\nkinds = []\n', "../x"),
        ('[[page]]\nid = "index"\nzh = "x"\nkinds = []\n', "index"),
        ('[years]\nsubject = "nobody"\nquantities = []\n', "nobody"),
        ("colour = 1\n", "colour"),
    ],
)
def test_a_broken_declaration_is_told_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    root = Path(shutil.copytree(ROOT / "tests" / "second_workspace", tmp_path / "w"))
    (root / "data" / "maps.toml").write_text(text, encoding="utf-8")
    plan = load_plan(open_workspace(root))
    with pytest.raises(InputError, match=re.escape(reason)) as caught:
        read_site(plan)
    assert caught.value.file == "data/maps.toml" and caught.value.line


def test_reconciliation_rows_are_all_checks_with_their_places() -> None:
    rows = record_of_form(data_of(site("zh")["reconciliation.html"]), "rows")["rows"]
    assert sorted(row["rule"] for row in rows) == sorted(c.rule for c in real().checks)
    by_rule = {row["rule"]: row for row in rows}
    assert by_rule["binhai_two_totals"]["refs"] == ["district-binhai"]
    assert len(by_rule["land_total_geometry"]["refs"]) == 7
    assert rows[0]["verdict"] == "inconsistent" and rows[-1]["verdict"] == "consistent"


def test_the_third_phase_is_never_added() -> None:
    block = record_of_form(data_of(site("zh")["parcels.html"]), "sum")
    assert block["total"]["stated"] == "47.3公顷"
    assert [part["stated"] for part in block["parts"]] == ["14公顷", "33.3公顷"]
    assert [piece["share"] is None for piece in block["parts"][1]["pieces"]] == [True] * 4
    assert "affordable-phase3" not in {p["ref"] for part in block["parts"] for p in part["pieces"]}
    assert [entry["ref"] for entry in block["beside"]] == ["affordable-phase3"]


def test_a_review_number_takes_the_place_of_the_internal_line() -> None:
    plan = real().plan
    declared = replace(read_site(plan), review_number="浙S(2026)1号")
    assert notice(plan, declared).zh == "审图号：浙S(2026)1号"
    assert notice(plan, read_site(plan)).zh == "内部使用 未经审图 不得公开"


def test_an_online_base_map_needs_a_token_and_only_then_opens_the_policy() -> None:
    for token in ("", "no spaces here", "{{7*191}}", "x" * 65):
        with pytest.raises(UsageError) as caught:
            render_site(real(), lang="zh", basemap="tianditu", token=token)
        assert caught.value.exit_code == 2 and "\n" not in caught.value.render("zh")
    with pytest.raises(UsageError):
        render_site(real(), lang="zh", basemap="amap", token="0123456789")
    text = render_site(real(), lang="zh", basemap="tianditu", token="0123456789")["index.html"]
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert found and set(re.findall(r"https://\S+?(?=[; ])", found[1])) == {
        f"https://t{n}.tianditu.gov.cn" for n in range(8)
    }
    assert "connect-src" not in found[1] and "unsafe" not in found[1]
    assert "0123456789" not in parts(text)[2]
    assert "tianditu" not in site("zh")["index.html"]


def test_pinyin_is_a_key_of_the_search() -> None:
    assert pinyin_keys("陈山路") == ("csl", "chenshanlu")
    assert pinyin_keys("Chenshan Road") == () and pinyin_keys("长" * 10_000) == ()
    roads = {line["name"]: line["keys"] for line in index_payload(real(), "zh")["reference"]}
    assert "zst" not in roads["陈山路"] and "csl" in roads["陈山路"]


def test_before_and_after_come_from_the_history() -> None:
    pages = render_site(changed(), lang="zh")
    older, newer = reversed(record_of_form(data_of(pages["index.html"]), "changes")["sets"])
    assert (older["number"], newer["number"]) == (1, 2) and newer["hash"] == "ab" * 6
    moved, renamed = newer["items"]
    (name,) = renamed["attributes"]
    assert name == {"label": "名称", "before": "旧名", "after": "存量地块2"}
    assert moved["attributes"] == [] and older["items"][0]["before"] is None
    assert moved["moved"] and not renamed["moved"]
    assert moved["before"]["area"].endswith("公顷") and moved["before"] != moved["after"]
    assert record_of_form(data_of(pages["renovation.html"]), "changes") is None
    assert record_of_form(data_of(site("zh")["index.html"]), "changes") is None


def test_a_feature_tells_its_history() -> None:
    feature = next(f for f in index_payload(changed(), "zh")["features"] if f["id"] == "stock-1")
    line, first = feature["history"]
    assert "第 1 条" in first and "首次录入" in first
    for part in ("第 2 条", "2026-11-01", "王工", "按测量更新", "示意"):
        assert part in line
    others = [f for f in index_payload(changed(), "zh")["features"] if f["id"] == "stock-3"]
    assert others[0]["history"] == []


#: Machado, Oliveira and Fernandes 2009, severity 1, linear RGB.
_BLINDNESS = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
_IDENTITY = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@pytest.mark.parametrize("sight", _BLINDNESS)
def test_verdicts_are_told_apart_without_colour_vision(sight: str) -> None:
    """By colour (a difference of 10 in CIE Lab is plain to see) or by glyph, never by neither."""
    badges = [style.badge(verdict) for verdict in Verdict]
    for i, (colour, glyph) in enumerate(badges):
        for other, other_glyph in badges[i + 1 :]:
            if (colour, glyph) != (other, other_glyph):
                assert glyph != other_glyph or _distance(colour, other, sight) >= 10
    good, bad = style.badge(Verdict.AGREE)[0], style.badge(Verdict.DIFFER)[0]
    assert _distance(good, bad, sight) >= 10


@pytest.mark.parametrize("sight", _BLINDNESS)
def test_outlines_of_kinds_are_told_apart_without_colour_vision(sight: str) -> None:
    """Kinds of the plan; where two come close, their hatching must run the other way."""
    groups = index_payload(real(), "zh")["groups"]
    for i, one in enumerate(groups):
        for other in groups[i + 1 :]:
            apart = _distance(one["outline"], other["outline"], sight)
            differs = one["angle"] != other["angle"] or one["light"] != other["light"]
            assert apart >= 10 or differs, (one["id"], other["id"], apart)


def test_the_basis_of_a_geometry_shows_by_its_line() -> None:
    source = (STATIC / "patterns.js").read_text(encoding="utf-8")
    assert "surveyed: null, digitized: '12 4 2 4', schematic: '7 5'" in source


def _distance(a: str, b: str, sight: str) -> float:
    """Return the CIE 1976 difference of two colours as seen with a kind of colour blindness."""
    matrix = _BLINDNESS.get(sight, _IDENTITY)
    seen = [_lab(_through(matrix, colour)) for colour in (a, b)]
    return math.dist(*seen)


def _through(matrix: tuple[tuple[float, ...], ...], colour: str) -> list[float]:
    rgb = _linear(colour)
    products = (sum(m * c for m, c in zip(row, rgb, strict=True)) for row in matrix)
    return [min(1.0, max(0.0, value)) for value in products]


def _lab(rgb: list[float]) -> tuple[float, float, float]:
    to_xyz = (
        (0.4124, 0.3576, 0.1805),
        (0.2126, 0.7152, 0.0722),
        (0.0193, 0.1192, 0.9505),
    )
    white = (0.9505, 1.0, 1.089)
    xyz = [
        sum(m * c for m, c in zip(row, rgb, strict=True)) / w
        for row, w in zip(to_xyz, white, strict=True)
    ]
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _shape(value: object) -> object:
    """Return a payload without its words: keys, lengths, and whether there are words at all."""
    if isinstance(value, dict):
        # A second name and a translated note may be the same in one language.
        return {k: _shape(v) for k, v in value.items() if k not in ("lang", "other_name", "keys")}
    if isinstance(value, list):
        return [_shape(part) for part in value]
    return bool(value) if isinstance(value, str) else value


def _contrast(a: str, b: str) -> float:
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    linear = _linear(colour)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _linear(colour: str) -> list[float]:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]


def varints_of(raw: bytes) -> list[int]:
    values, value, place = [], 0, 0
    for byte in raw:
        value |= (byte & 127) << place
        place += 7
        if byte < 128:
            values.append(value)
            value = place = 0
    return values


@given(st.lists(st.integers(min_value=0, max_value=2**52), max_size=40))
def test_varints_come_back(values: list[int]) -> None:
    assert varints_of(packed._varints(np.array(values, np.int64))) == values


@given(st.lists(st.integers(min_value=-(2**40), max_value=2**40), max_size=40))
def test_zigzag_comes_back(values: list[int]) -> None:
    folded = packed._zigzag(np.array(values, np.int64))
    back = [-(n + 1) // 2 if n % 2 else n // 2 for n in map(int, folded)]
    assert back == values and (folded >= 0).all()


def test_packed_rings_come_back_to_a_centimetre() -> None:
    ring = shapely.box(121.0, 30.6, 121.01, 30.61)
    hole = shapely.box(121.002, 30.602, 121.003, 30.603)
    far = shapely.box(121.1, 30.7, 121.2, 30.8)
    shapes = [ring.difference(hole), shapely.MultiPolygon([ring, far]), far]
    counts, steps = packed._geometry(shapes)
    numbers, xy = iter(map(int, counts)), np.cumsum(steps.reshape(-1, 2), axis=0)
    points = iter(xy / packed.STEPS_PER_DEGREE)
    for shape in shapes:
        parts = []
        for _ in range(next(numbers)):
            rings = [[next(points) for _ in range(next(numbers))] for _ in range(next(numbers))]
            parts.append(shapely.Polygon(rings[0], rings[1:]))
        assert shapely.MultiPolygon(parts).symmetric_difference(shape).area < 1e-10


def test_few_features_are_never_packed() -> None:
    assert data_of(site("zh")["index.html"])["packed"] is None


def test_what_has_no_outline_is_not_drawn() -> None:
    for shape in (None, shapely.Polygon(), shapely.Point(121, 30.6), shapely.MultiPoint([(1, 2)])):
        assert shapes.geojson(shape) is None
    line = shapely.LineString([(121, 30.6), (121.1, 30.7)])
    assert shapes.geojson(line) is not None and shapes.label_point(line) is not None
    assert shapes.label_point(shapely.Polygon()) is None
