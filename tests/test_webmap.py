"""The pages without a browser: what they hold, what they do not, and that they are stable."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib

import pytest
from browser.webmap_cases import HOSTILE, ROOT, hostile, real, texts_in

from gangqu_gis.checks import Verdict
from gangqu_gis.messages import LANGUAGES
from gangqu_gis.webmap import assets, style
from gangqu_gis.webmap.entries import polygon_entry
from gangqu_gis.webmap.frame import frame
from gangqu_gis.webmap.page import render_index, render_page, safe_json, safe_text
from gangqu_gis.webmap.payload import index_payload, key_figures, page_texts

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


PAGES = [(case, lang) for case in CASES for lang in LANGUAGES]


@pytest.fixture(scope="module", params=PAGES, ids="-".join)
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
    assert "unsafe" not in policy and "http" not in policy
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
        "from gangqu_gis.webmap.page import render_index\n"
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
    found = [entry["rule"] for entry in index_payload(real(), "zh")["contradictions"]]
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
    assert style.land_use("070102")[0] == "#ffff2d"
    assert style.land_use("080403")[1].zh == "教育用地"
    assert style.land_use("99")[1].zh == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_safe_json_and_safe_text(text: str) -> None:
    assert json.loads(safe_json(text)) == text
    assert "<" not in safe_json(text) and "<" not in safe_text(text)
    safe_text(text).encode("utf-8")


def test_new_words_fit_a_gbk_console() -> None:
    part = ROOT / "gangqu_gis" / "webmap" / "messages_webmap.toml.part"
    if not part.is_file():
        pytest.skip("the words stand in messages.toml, which has its own test")
    for entry in tomllib.loads(part.read_text(encoding="utf-8"))["map"].values():
        (entry["zh"] + entry["en"]).encode("gbk")


def test_a_page_without_features_still_renders() -> None:
    payload = index_payload(real(), "zh")
    empty = {**payload, "features": [], "reference": [], "sea": None, "extent": None}
    assert render_page(empty, lang="zh").endswith("</html>\n")


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
    parts_ = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts_]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
