"""Every page of the site in a real browser: content, links, table, tools, paper, access."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pyproj import Geod

from browser.boxes import NAMES, assert_names_stand, boxes, count, overlap, overlaps, within
from browser.conftest import DESK, PHONE, Opener
from browser.paper import POINT_M, POINTS_PER_PIXEL, height, length, printed
from browser.webmap_cases import PAGES, real
from gangqu_gis import crs, measure
from gangqu_gis.webmap.payload import index_payload

pytestmark = pytest.mark.browser

EACH = pytest.mark.parametrize("name", PAGES)
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
GRS80 = Geod(ellps="GRS80")


def choose(page: Page, words: str) -> None:
    page.fill("#search", words)
    page.keyboard.press("Enter")


def test_the_font_is_pinned() -> None:
    found = subprocess.run(
        ["fc-match", "Noto Sans CJK SC"], capture_output=True, text=True, check=True
    )
    assert "Noto" in found.stdout and "CJK" in found.stdout


@EACH
@SIZES
@pytest.mark.parametrize("lang", ["zh", "en", "hostile-zh", "hostile-en"])
def test_stands_whole_and_quiet(
    open_page: Opener, name: str, size: tuple[int, int], lang: str
) -> None:
    page = open_page(f"{lang}/{name}", size=size).page
    whole: dict[str, float] = {"left": 0, "top": 0, "right": size[0], "bottom": size[1]}
    assert overlaps(boxes(page, "#map_gangqu, #panel")) == []
    assert overlaps(boxes(page, ".panel-head, .pages, .search, .panel-body")) == []
    assert overlaps(boxes(page, ".tools, .north, .scale")) == []
    for box in boxes(page, "#map_gangqu, #panel, .tools, .north, .scale, .search input, .pages a"):
        assert within(box, whole)
    assert count(page, "html, #panel, .panel-body, .pages", "n.scrollWidth > n.clientWidth") == 0
    assert_names_stand(page)
    assert page.locator(".leaflet-fills-pane path").count() > 0
    assert page.locator(".name.placed").count() > 0
    if not lang.startswith("hostile"):
        heads = "h1, .sub, .authority, .state"
        assert count(page, heads, "n.scrollHeight > n.clientHeight + 2") == 0
    if size == PHONE:
        page.locator(".drawer").click()
        assert count(page, ".panel-body", "n.scrollWidth > n.clientWidth") == 0
        assert overlaps(boxes(page, ".tools, .north, .scale")) == []
        assert_names_stand(page)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_links_to_the_pages_stand_on_one_line(open_page: Opener, lang: str) -> None:
    page = open_page(f"{lang}/index").page
    tops = {box["top"] for box in boxes(page, ".pages a")}
    assert len(tops) == 1, "at 1440 by 900"


@EACH
def test_pages_link_to_one_another(open_page: Opener, name: str) -> None:
    watched = open_page(f"zh/{name}")
    page = watched.page
    links = page.locator(".pages a")
    assert links.count() == len(PAGES)
    expect(page.locator(".pages a[aria-current='page']")).to_have_count(1)
    here = PAGES.index(name)
    assert links.nth(here).get_attribute("aria-current") == "page"
    target = PAGES[(here + 1) % len(PAGES)]
    links.nth((here + 1) % len(PAGES)).click()
    page.wait_for_selector("html[data-ready]")
    assert page.url.endswith(f"/{target}.html")
    assert [address.rpartition("/")[2] for address in watched.requests] == [f"{target}.html"]
    watched.requests.clear()


@EACH
def test_every_page_says_from_which_state_it_is(open_page: Opener, name: str) -> None:
    page = open_page(f"zh/{name}").page
    about = page.locator(".about")
    for words in ("资料截至", "2026-11-23", "规划版本", "2021-04-07 印发本", "历史末条", "gangqu 0."):
        expect(about).to_contain_text(words)
    expect(page.locator(".state")).to_contain_text("2026-11-23")


def test_the_land_adds_up(open_page: Opener) -> None:
    page = open_page("zh/parcels").page
    block = page.locator(".block-sum")
    expect(block.locator(".sum-total")).to_contain_text("47.3公顷")
    stock, new = boxes(page, ".bar-part")
    ratio = (stock["right"] - stock["left"]) / (new["right"] - new["left"])
    assert abs(ratio - 14 / 33.3) < 0.02
    for words in ("4.35公顷", "7.08公顷", "2.54公顷", "14公顷", "33.3公顷"):
        expect(block).to_contain_text(words)
    expect(block.get_by_text("规划未给出各自的数")).to_have_count(4)
    expect(block.locator(".sum-beside")).to_contain_text("不计入")
    expect(block.locator(".sum-beside")).to_contain_text("保障房三期")
    expect(block.locator(".bar")).not_to_contain_text("53824")
    expect(block.locator(".checks")).to_contain_text("14公顷 + 33.3公顷 = 47.3公顷")
    page.locator(".to-place", has_text="新增地块2").first.click()
    expect(page.locator("#card h2")).to_have_text("新增地块2")


def test_renovation_by_type_and_estate(open_page: Opener) -> None:
    page = open_page("zh/renovation").page
    table = page.locator(".content-table").first
    for words in ("7个", "7298套", "87.576万平方米", "926套", "8224套", "98.688万平方米"):
        expect(table).to_contain_text(words)
    expect(page.locator(".content-table").nth(1).locator("tbody tr")).to_have_count(8)
    # A symbol has no area, neither on the map nor in a sum.
    assert "公顷（示意）" not in " ".join(page.locator(".name-plot").all_inner_texts())
    group = page.locator(".group").filter(has_text="老旧小区改造点")
    expect(group).to_contain_text("不计面积")


def test_a_row_selects_its_place_and_a_place_its_rows(open_page: Opener) -> None:
    page = open_page("zh/reconciliation").page
    row = page.locator("tr[data-rule='binhai_two_totals']")
    row.locator(".row-title").click()
    expect(page.locator(".detail")).to_contain_text("扣除水域面积")
    assert page.locator(".leaflet-halo-pane path").count() == 2
    assert "row=binhai_two_totals" in page.url
    page.locator(".rows .detail .to-place").first.click()
    expect(page.locator(".table-status")).to_contain_text("南部滨海片区")
    page.keyboard.press("Escape")
    expect(page.locator(".table-status")).to_contain_text("148")
    page.locator(".leaflet-plots-pane path").last.click()
    about = page.locator(".rows tr.about")
    assert about.count() > 0
    assert within(boxes(page, ".rows tr.about")[0], boxes(page, ".panel-body")[0])
    expect(page.locator("#card")).to_be_hidden()


def test_a_total_shows_all_its_places(open_page: Opener) -> None:
    page = open_page("zh/reconciliation", address="#row=land_total_geometry").page
    assert page.locator(".leaflet-halo-pane path").count() == 2 * 7
    expect(page.locator(".detail")).to_contain_text("存量地块1")


def test_rows_are_filtered_by_verdict(open_page: Opener) -> None:
    page = open_page("zh/reconciliation").page
    button = page.locator(".filter").filter(has_text="矛盾")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    wanted = int(button.locator("b").inner_text())
    assert page.locator(".rows tbody tr").count() == wanted
    assert "verdict=inconsistent" in page.url
    again = open_page("zh/reconciliation", address="#verdict=inconsistent").page
    assert again.locator(".rows tbody tr").count() == wanted


def test_the_map_of_verdicts_names_and_marks_them(open_page: Opener) -> None:
    page = open_page("zh/reconciliation").page
    label = page.locator(".name.placed").filter(has_text="南部滨海片区")
    expect(label).to_contain_text("矛盾")
    assert label.locator(".glyph path").count() == 1
    expect(page.locator(".panel-body .legend")).to_contain_text("矛盾")


@pytest.mark.parametrize("words", ["csl", "chenshanlu", "ＣＳＬ"])
def test_pinyin_finds_a_road(open_page: Opener, words: str) -> None:
    page = open_page("zh/index").page
    choose(page, words)
    expect(page.locator("#card h2")).to_have_text("陈山路")


def test_the_year_control(open_page: Opener) -> None:
    page = open_page("zh/index").page
    slider = page.get_by_role("slider", name="年份")
    expect(page.locator(".year-figures")).to_contain_text("9.58万㎡")
    expect(page.locator(".year-figures")).to_contain_text("牌楼头未来社区：")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".year-figures")).to_contain_text("9.35万㎡")
    expect(page.locator(".year-figures")).to_contain_text("2080套")
    assert slider.get_attribute("aria-valuetext") == "2022 年"
    assert "year=2022" in page.url
    expect(page.locator(".years .hint")).to_contain_text("图形没有年份")
    again = open_page("zh/index", address="#year=2025").page
    expect(again.locator("output.year")).to_have_text("2025 年")


def test_before_and_after(open_page: Opener) -> None:
    page = open_page("changed/index").page
    section = page.locator(".changes")
    expect(section).to_contain_text("王工")
    rows = section.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("旧名")
    expect(rows.first).to_contain_text("调入")
    expect(rows.first.locator("td").first).to_contain_text("公顷")
    dashed = "n.getAttribute('stroke-dasharray') === '2 7'"
    assert count(page, ".leaflet-areas-pane path", dashed) == 0
    page.get_by_role("checkbox", name="图上显示变更前的轮廓").check()
    assert count(page, ".leaflet-areas-pane path", dashed) == 2
    assert "before=2" in page.url
    again = open_page("changed/index", address="#before=2").page
    assert count(again, ".leaflet-areas-pane path", dashed) == 2
    again.get_by_role("combobox", name="选择变更").select_option("1")
    expect(again.locator(".changes tbody tr")).to_have_count(1)
    expect(again.locator(".changes")).to_contain_text("李工")
    # The parcel was not there before the first change set: it has no former outline.
    assert count(again, ".leaflet-areas-pane path", dashed) == 0 and "before=1" in again.url
    assert open_page("zh/index").page.locator(".changes").count() == 0


def ring(size: float, corners: int, seed: int) -> list[list[float]]:
    """Return an irregular ring around 乍浦, some ``size`` metres across, as lon, lat."""
    random = np.random.default_rng(seed)
    angles = np.sort(random.uniform(0, 2 * np.pi, corners))
    lon = 121.09 + size / 2 / 95800 * np.cos(angles)
    lat = 30.61 + size / 2 / 110900 * np.sin(angles)
    return [[float(x), float(y)] for x, y in zip(lon, lat, strict=True)]


def engine_area(points: list[list[float]]) -> float:
    column = np.empty(1, dtype=object)
    column[0] = shapely.Polygon(points)
    plane = crs.planar("EPSG:4549")
    return float(measure.areas(column, crs=crs.storage(), plane=plane).ellipsoidal_m2[0])


def hand_measured(page: Page, kind: str, points: list[list[float]]) -> str:
    """Click ``points`` with the tool and return what it says."""
    page.evaluate(f"map_gangqu.setView([{points[0][1]}, {points[0][0]}], 15, {{ animate: false }})")
    page.locator(f".measure-{kind}").click()
    for lon, lat in points:
        page.evaluate(
            "([lat, lng]) => map_gangqu.fire('click', { latlng: L.latLng(lat, lng) })", [lat, lon]
        )
    return page.locator(".ruler-text").inner_text()


@pytest.mark.parametrize(
    ("size", "corners", "allowed"),
    [(250, 4, 0.01), (260, 9, 0.01), (1130, 5, 1.0), (1130, 12, 1.0), (5000, 7, 20.0)],
)
def test_the_tool_measures_as_the_engine(
    open_page: Opener, size: float, corners: int, allowed: float
) -> None:
    """0.01 ㎡ on 5 ha, 1e-6 on 1 km² (the words round to 0.01 ㎡)."""
    points = ring(size, corners, corners)
    words = hand_measured(open_page("zh/index").page, "area", points)
    found = re.search(r"([\d,]+\.\d\d) ㎡", words)
    assert found and "椭球面积" in words and "亩" in words and "公顷" in words
    assert abs(float(found[1].replace(",", "")) - engine_area(points)) <= min(allowed, 0.0101)


def test_the_tool_measures_lengths_on_the_ellipsoid(open_page: Opener) -> None:
    points = ring(3000, 6, 1)
    words = hand_measured(open_page("zh/index").page, "length", points)
    found = re.search(r"([\d,]+\.\d{3}) 公里", words)
    legs = [GRS80.inv(a[0], a[1], b[0], b[1])[2] for a, b in pairwise(points)]
    assert found and abs(float(found[1]) - sum(legs) / 1000) < 0.0006


def test_measuring_by_mouse_and_by_keyboard(open_page: Opener) -> None:
    page = open_page("zh/parcels").page
    page.get_by_role("button", name="量面积").click()
    box = boxes(page, "#map_gangqu")[0]
    x, y = (box["left"] + box["right"]) / 2, (box["top"] + box["bottom"]) / 2
    for dx, dy in ((0, 0), (90, 0), (90, 90)):
        page.mouse.click(x + dx, y + dy)
    expect(page.locator("#card")).to_be_hidden()
    expect(page.locator(".ruler-text")).to_contain_text("公顷")
    expect(page.locator(".ruler-note")).to_contain_text("EPSG:4549")
    assert_names_stand(page)
    page.get_by_role("button", name="退一点").click()
    expect(page.locator(".ruler-text")).to_contain_text("三个点")
    page.keyboard.press("Escape")
    expect(page.locator(".ruler")).to_be_hidden()
    page.get_by_role("button", name="量距离").press("Enter")
    expect(page.locator("#map_gangqu")).to_be_focused()
    page.keyboard.press("Enter")
    page.evaluate("map_gangqu.panBy([200, 0], { animate: false })")
    page.keyboard.press("Enter")
    expect(page.locator(".ruler-text")).to_contain_text(re.compile("米|公里"))
    assert page.locator(".leaflet-ruler-pane path").count() == 3
    page.keyboard.press("Backspace")
    assert page.locator(".leaflet-ruler-pane path").count() == 2
    page.keyboard.press("Escape")
    assert page.locator(".leaflet-ruler-pane path").count() == 0


SHEETS = [(name, lang) for lang in ("zh", "en") for name in PAGES] + [("index", "hostile-zh")]


@pytest.mark.parametrize(("name", "lang"), SHEETS)
def test_every_page_prints_on_one_sheet(open_page: Opener, name: str, lang: str) -> None:
    """A3 and A4, each with its title block, legend and a scale; the screen stays as it was."""
    page = open_page(f"{lang}/{name}").page
    view = "[map_gangqu.getZoom(), map_gangqu.getCenter().toString()]"
    before = page.evaluate(view)
    for paper in ("a3", "a4"):
        text = printed(page, paper).text
        assert page.evaluate(view) == before
        assert re.search(r"1:\d+,(000|500)", text)
        assert "EPSG:4549" in text
        for words in SHEET_WORDS.get(lang, ()):
            assert words in text


SHEET_WORDS = {
    "zh": (
        *("嘉兴港区住房发展", "内部使用 未经审图 不得公开", "资料截至", "2026-11-23", "历史末条"),
        *("数据摘要", "规划版本", "2021-04-07", "椭球面积", "组织编制单位", "示意", "参照线"),
    ),
    "en": ("Internal use", "Data as of", "History head", "Data digest", "schematic", "ellipsoidal"),
}


@EACH
@pytest.mark.parametrize("paper", ["a3", "a4"])
def test_nothing_on_the_sheet_overlaps_or_is_cut(open_page: Opener, name: str, paper: str) -> None:
    page = open_page(f"{'zh' if paper == 'a3' else 'en'}/{name}").page
    page.emulate_media(media="print")
    begin_printing(page, paper)
    expect(page.locator("#panel")).to_be_hidden()
    for selector in (".north", ".scale", ".sheet-legend", ".paper-scale", ".scale-ratio"):
        expect(page.locator(selector)).to_be_visible()
    assert overlaps(boxes(page, ".sheet-head, #map_gangqu, .sheet-foot")) == []
    assert overlaps(boxes(page, ".sheet-legend, .sheet-notes")) == []
    assert overlaps(boxes(page, ".sheet-legend li > *:not(svg)")) == []
    assert count(page, ".sheet-foot, .sheet-foot *", "n.scrollWidth > n.clientWidth + 1") == 0
    assert count(page, ".sheet-foot dd bdi", "n.scrollHeight > n.clientHeight + 2") == 0
    whole = boxes(page, "body")[0]
    for box in boxes(page, ".sheet-head, #map_gangqu, .sheet-legend, .sheet-notes"):
        assert within(box, whole)
    assert_names_stand(page)


def begin_printing(page: Page, paper: str) -> None:
    """Lay the page out as for printing, without printing it."""
    classes = "document.documentElement.classList"
    page.evaluate(f"{classes}.remove('paper-a3', 'paper-a4'); {classes}.add('paper-{paper}')")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")


def test_the_card_tells_cause_bounds_and_history(open_page: Opener) -> None:
    """What a planner asks of one place, in words: figures, areas, verdict, cause, 四至, history."""
    card = open_page("changed/index", address="#sel=stock-1").page.locator("#card")
    for words in (
        *("规划所印的数", "4.35公顷", "椭球面积", "平面面积", "公顷", "亩", "㎡", "示意", "四至", "东"),
        *("变更历史", "第 2 条", "王工", "第 1 条", "李工", "核对", "±"),
    ):
        expect(card).to_contain_text(words)
    card = open_page("zh/index", address="#sel=district-binhai").page.locator("#card")
    for words in ("矛盾", "原因", "扣除水域面积", "三、规划布局"):
        expect(card).to_contain_text(words)


def test_both_the_history_and_the_data_stand_on_paper(open_page: Opener) -> None:
    """Short, the same twelve digits as on the screen, so that the two can be compared."""
    page = open_page("changed/index").page
    text = printed(page, "a4").text
    assert "ab" * 6 in text and "ab" * 7 not in text
    digest = real().plan.digest[:12]
    assert digest in text
    for words in ("ab" * 6, digest):
        expect(page.locator(".about")).to_contain_text(words)
        expect(page.locator(".panel-head")).to_contain_text(words)


@pytest.mark.parametrize("paper", ["a3", "a4"])
def test_the_scale_is_true_on_paper(open_page: Opener, paper: str) -> None:
    """Measured in the PDF: the bar, and every road as long as its coordinates say.

    A pen point is rounded to a CSS pixel, so that a line may be two of these off.
    """
    page = open_page("zh/index").page
    sheet = printed(page, paper)
    found = re.search(r"1:(\d[\d,]*\d)", sheet.text)
    assert found
    ratio = int(found[1].replace(",", ""))
    bar = [x for line in sheet.lines("#1f2a37") if height(line) < 6 for x, _ in line]
    labels = re.findall(r"([\d.]+) (米|公里)(?! |米)", sheet.text)
    metres = {float(n) * (1000 if name == "公里" else 1) for n, name in labels}
    assert any(abs((max(bar) - min(bar)) * POINT_M * ratio / m - 1) < 0.002 for m in metres)
    lengths = []
    for line in index_payload(real(), "zh")["reference"]:
        if line["kind"] == "road":
            xy = np.array(line["geometry"]["coordinates"])
            lengths.append(GRS80.line_length(*xy.T) / ratio / POINT_M)
    slack = 2 * POINTS_PER_PIXEL
    roads = [length(line) for line in sheet.lines("#bdb5a4") if length(line) > 40]
    assert len(roads) == len(lengths)
    for one, other in zip(sorted(roads), sorted(lengths), strict=True):
        assert abs(one - other) <= slack + 0.001 * other


@pytest.mark.parametrize("paper", ["a3", "a4"])
def test_the_scale_holds_in_every_direction(open_page: Opener, paper: str) -> None:
    """0.1 %, on the ellipsoid, wherever on the sheet (96 CSS pixels are an inch of paper)."""
    page = open_page("zh/index").page
    begin_printing(page, paper)
    found = re.search(r"1:([\d,]+)", page.locator(".paper-scale").inner_text())
    assert found
    ratio = int(found[1].replace(",", ""))
    width, height = page.evaluate("Object.values(map_gangqu.getSize())")
    for turn in ((1, 0), (0, 1), (0.7, 0.7)):
        for across, down in ((0.5, 0.5), (0.5, 0.1), (0.5, 0.9)):
            x, y = width * across, height * down
            ends = [[x - 40 * turn[0], y - 40 * turn[1]], [x + 40 * turn[0], y + 40 * turn[1]]]
            (lon0, lat0), (lon1, lat1) = page.evaluate(
                "(ends) => ends.map((p) => map_gangqu.containerPointToLatLng(p))"
                ".map((p) => [p.lng, p.lat])",
                ends,
            )
            metres = GRS80.inv(lon0, lat0, lon1, lat1)[2]
            on_paper = np.hypot(80 * turn[0], 80 * turn[1]) * 0.0254 / 96
            assert abs(metres / on_paper / ratio - 1) < 0.001


STATES = [(n, state) for state in ("zh-desk", "en-phone", "zh-selected") for n in PAGES]


@pytest.mark.parametrize(("name", "state"), [*STATES, ("index", "changed-desk")])
def test_axe_finds_nothing_serious(browser: Browser, files: object, name: str, state: str) -> None:
    """The page itself forbids scripts of others, so axe runs with the policy set aside."""
    lang, size = state.split("-")
    screen: Any = dict(zip(("width", "height"), PHONE if size == "phone" else DESK, strict=True))
    context = browser.new_context(viewport=screen, offline=True, bypass_csp=True)
    page = context.new_page()
    address = "#sel=district-binhai" if size == "selected" else ""
    page.goto(f"file://{files}/{lang}/{name}.html{address}")
    page.wait_for_selector("html[data-ready]")
    if size == "phone":
        page.locator(".drawer").click()
    for summary in page.locator("details").all():
        summary.evaluate("(node) => { node.open = true; }")
    violations = Axe().run(page).response["violations"]
    bad = [
        (rule["id"], rule["impact"], node["target"], node.get("failureSummary"))
        for rule in violations
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"][:3]
    ]
    context.close()
    assert bad == []


@EACH
def test_zoom_to_two_hundred_per_cent(open_page: Opener, name: str) -> None:
    """A desk screen at 200 % has 720 × 450 CSS pixels."""
    page = open_page(f"zh/{name}", size=(720, 450), device_scale_factor=2).page
    assert count(page, "html, #panel, .panel-body", "n.scrollWidth > n.clientWidth") == 0
    assert overlaps(boxes(page, "#map_gangqu, #panel")) == []
    frame = boxes(page, "#map_gangqu")[0]
    assert frame["right"] - frame["left"] > 200 and frame["bottom"] - frame["top"] > 150
    body = boxes(page, ".panel-body")
    assert not body or body[0]["bottom"] - body[0]["top"] > 120
    for button in boxes(page, ".tools button"):
        assert within(button, frame)


def test_the_keyboard_reaches_everything_in_order(open_page: Opener) -> None:
    page = open_page("zh/reconciliation").page
    seen = []
    for _ in range(9 + len(PAGES)):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "(() => { const n = document.activeElement;"
                " return n.className || n.id || n.tagName; })()"
            )
        )
    assert seen[0] == "skip"
    assert seen[1 : 1 + len(PAGES)] == ["A"] * len(PAGES)
    assert seen[1 + len(PAGES)] == "search"
    assert "filter" in seen and "row-title" in seen
    page.keyboard.press("Enter")
    expect(page.locator(".rows .detail")).to_have_count(1)


@pytest.fixture
def online(browser: Browser, files: object) -> Iterator[tuple[Page, list[str]]]:
    """The page with an online base map, its requests answered here with a blank tile."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154"
        "789c63f8ffff3f0005fe02fea735819e0000000049454e44ae426082"
    )

    def answer(route: object) -> None:
        asked.append(route.request.url)  # type: ignore[attr-defined]
        route.fulfill(content_type="image/png", body=pixel)  # type: ignore[attr-defined]

    page.route(re.compile("^https://"), answer)
    page.goto(f"file://{files}/tiles/index.html")
    page.wait_for_selector("html[data-ready]")
    page.wait_for_selector(".leaflet-tile-loaded", state="attached")
    yield page, asked
    context.close()


def test_the_online_base_map_asks_only_its_own_hosts(online: tuple[Page, list[str]]) -> None:
    page, asked = online
    assert asked
    form = r"https://t[0-7]\.tianditu\.gov\.cn/(vec|cva)_w/wmts\?.*&tk=0123456789abcdef"
    assert all(re.fullmatch(form, address) for address in asked)
    assert {"vec", "cva"} == {address.split("/")[3].split("_")[0] for address in asked}
    expect(page.locator(".warning").nth(1)).to_contain_text("密钥")
    expect(page.locator(".credit")).to_contain_text("天地图")
    expect(page.get_by_role("checkbox", name="道路")).not_to_be_checked()
    blocked = page.evaluate(
        "new Promise((done) => { document.addEventListener('securitypolicyviolation',"
        " (e) => done(e.violatedDirective)); new Image().src = 'https://example.org/x.png'; })"
    )
    assert blocked == "img-src"


@SIZES
def test_names_keep_clear_of_the_marks_of_stages(open_page: Opener, size: tuple[int, int]) -> None:
    page = open_page("sample/progress", size=size).page
    marks = boxes(page, ".stage-mark span")
    names = boxes(page, NAMES)
    assert {"完成", "开工"} <= {mark["text"] for mark in marks} and len(names) > 5
    assert [(m["text"], n["text"]) for m in marks for n in names if overlap(m, n)] == []
    assert_names_stand(page)
