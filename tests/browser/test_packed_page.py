"""The packed form in a real browser: painted, found under the pointer, with and without help."""

from __future__ import annotations

import base64
import json
import random
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import shapely
from cases import SmallWorkspace
from playwright.sync_api import Browser, Page, expect

from browser.boxes import assert_names_stand, boxes
from browser.conftest import DESK, Watched, listen
from browser.paper import POINTS_PER_PIXEL, printed
from gangqu_gis.assessment import Assessment, assess
from gangqu_gis.plan import load_plan
from gangqu_gis.webmap import render_site
from gangqu_gis.webmap.packed import LIMIT
from gangqu_gis.webmap.rows import MANY
from gangqu_gis.workspace import open_workspace

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SIDE, STEP = 72, 0.0004
#: More features than a plain page holds, more checks than the table lists.
NUMBER = SIDE * SIDE
WITH_HOLE, IN_TWO_PARTS, BENT, NAMED = 100, 205, 2630, 2700
#: The margin of a sheet, points.
MARGIN = 10 / 25.4 * 72
HOSTILE_NAME = "<img src=x onerror=window.hacked=1>{{7*191}}"


def lot(number: int) -> Any:
    """Return a lot of a grid: one with a hole, one in two parts, one bent around its neighbour."""
    x, y = 121.05 + number % SIDE * STEP, 30.58 + number // SIDE * STEP
    box = shapely.box(x, y, x + STEP * 0.8, y + STEP * 0.8)
    inner = shapely.box(x + STEP * 0.3, y + STEP * 0.3, x + STEP * 0.5, y + STEP * 0.5)
    if number == WITH_HOLE:
        return box.difference(inner)
    if number == IN_TWO_PARTS:
        return box.difference(shapely.box(x + STEP * 0.3, y - 1, x + STEP * 0.5, y + 1))
    if number == BENT:
        arm = shapely.box(x, y + STEP * 0.85, x + STEP * 3.8, y + STEP * 0.98)
        return shapely.union_all([shapely.box(x, y, x + STEP * 0.2, y + STEP * 0.98), arm])
    return box


@cache
def many(folder: Path) -> Assessment:
    rows = []
    for number in range(NUMBER):
        names = {WITH_HOLE: HOSTILE_NAME, NAMED: "重庆路陈家港三期"}
        name = names.get(number, f"地块{number:04d}")
        properties = {"id": f"p-{number:04d}", "kind": "lot", "name": name, "basis": "schematic"}
        if number == NAMED:
            properties["name_en"] = "Chenjiagang phase three"
        properties |= {"source": "试验"}
        geometry = shapely.geometry.mapping(lot(number))
        rows.append(
            {
                "type": "Feature",
                "properties": {**properties, "uncertainty_m": 10},
                "geometry": geometry,
            }
        )
    root = SmallWorkspace(folder / "many", lots=rows).write()
    return assess(load_plan(open_workspace(root)))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    for lang in ("zh", "en"):
        for name, page in render_site(many(folder), lang=lang).items():
            target = folder / (name if lang == "zh" else f"{lang}-{name}")
            target.write_text(page, encoding="utf-8", newline="\n")
    return folder


def opened(browser: Browser, path: Path, *, helped: bool = True, address: str = "") -> Watched:
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, offline=True)
    watched = Watched(context.new_page())
    listen(watched, path.as_uri())
    if not helped:
        watched.page.add_init_script("delete window.DecompressionStream;")
    watched.page.goto(path.as_uri() + address)
    watched.page.wait_for_selector("html[data-painted]")
    return watched


def click_at(page: Page, lon: float, lat: float) -> None:
    page.evaluate(f"map_gangqu.setView([{lat}, {lon}], 18.5, {{ animate: false }})")
    box = boxes(page, "#map_gangqu")[0]
    page.mouse.click((box["left"] + box["right"]) / 2, (box["top"] + box["bottom"]) / 2)


def selected(page: Page) -> str:
    address: str = page.evaluate("location.hash")
    return address.partition("sel=")[2]


@pytest.mark.parametrize("helped", [True, False], ids=["native", "own-inflate"])
def test_the_parcel_under_the_pointer_is_found(browser: Browser, site: Path, helped: bool) -> None:
    watched = opened(browser, site / "index.html", helped=helped)
    page = watched.page
    assert NUMBER > LIMIT and page.locator(".leaflet-plots-pane path").count() == 0
    chance = random.Random(5)
    for number in (WITH_HOLE, IN_TWO_PARTS, *(chance.randrange(NUMBER) for _ in range(6))):
        point = shapely.point_on_surface(lot(number))
        click_at(page, point.x, point.y)
        assert selected(page) == f"p-{number:04d}"
        page.keyboard.press("Escape")
    for number in (WITH_HOLE, IN_TWO_PARTS):
        middle = shapely.box(*lot(number).bounds).centroid
        click_at(page, middle.x, middle.y)
        assert selected(page) == ""
    expect(page.locator(".group .count").first).to_have_text(f"{NUMBER:,} 个")
    watched.assert_quiet()
    page.context.close()


def test_search_card_and_hostile_name(browser: Browser, site: Path) -> None:
    watched = opened(browser, site / "index.html")
    page = watched.page
    page.fill("#search", "p-0100")
    page.keyboard.press("Enter")
    card = page.locator("#card")
    expect(card.locator("h2")).to_have_text(HOSTILE_NAME)
    expect(card).to_contain_text("椭球面积")
    expect(card).to_contain_text("位置误差 ±10 米")
    expect(page.locator(".leaflet-halo-pane path")).to_have_count(2)
    measured = many(site).measured["p-0100"].ellipsoidal_m2
    assert measured is not None
    expect(card).to_contain_text(f"{measured:,.2f} ㎡")
    page.get_by_role("checkbox", name="地块").uncheck()
    page.keyboard.press("Escape")
    watched.assert_quiet()
    page.context.close()


def found(page: Page, words: str) -> list[str]:
    """Type ``words`` into the search and return what it lists."""
    page.fill("#search", words)
    return [text.split("\n")[0] for text in page.locator("#results li").all_inner_texts()]


def test_search_by_name_id_and_pinyin_in_either_language(browser: Browser, site: Path) -> None:
    """Of 重庆 pinyin depends on the word: chong, not zhong."""
    for page_name in ("index.html", "en-index.html"):
        watched = opened(browser, site / page_name)
        page = watched.page
        for words in (
            *("重庆路陈家港三期", "陈家港", "p-2700", "cqlcjgsq", "cjgsq", "CHONGQINGLU"),
            *("Chenjiagang phase three", "chenjiagangsanqi", "ＣＪＧ"),
        ):
            assert len(found(page, words)) == 1, words
            page.keyboard.press("Enter")
            expect(page.locator("#card .card-id")).to_contain_text("p-2700")
            expect(page.locator("#card header")).to_contain_text("重庆路陈家港三期")
            page.keyboard.press("Escape")
        # The whole name comes first however many hold it; what is not listed is counted.
        first, *rest = found(page, "dk0300")
        assert first == "地块0300" and rest == []
        listed = found(page, "dikuai")
        assert len(listed) == 31
        assert f"{NUMBER - 2 - 30:,}" in listed[-1]
        expect(page.locator(".search [role=status]")).to_contain_text(f"{NUMBER - 2:,}")
        assert len(found(page, "没有这个地方")) == 1
        watched.assert_quiet()
        page.context.close()


_LABELS = """[...document.querySelectorAll('.name-packed.placed')].map((node) => {
  const box = node.getBoundingClientRect();
  const own = document.getElementById('map_gangqu').getBoundingClientRect();
  const at = (x, y) => {
    const { lng, lat } = map_gangqu.containerPointToLatLng([x - own.left, y - own.top]);
    return [lng, lat];
  };
  return { name: node.querySelector('.name-main').textContent, tag: node.textContent,
    west: at(box.left, box.top), east: at(box.right, box.bottom) };
})"""


@pytest.mark.parametrize("name", ["index", "reconciliation"])
def test_labels_come_with_the_zoom_and_never_collide(
    browser: Browser, site: Path, name: str
) -> None:
    watched = opened(browser, site / f"{name}.html")
    page = watched.page
    numbers = []
    for zoom in (14, 16.75, 17.5, 18.25, 19):
        middle = lot(BENT).bounds
        view = f"[{middle[1] + STEP}, {middle[0] + STEP * 2}], {zoom}, {{ animate: false }}"
        page.evaluate(f"map_gangqu.setView({view})")
        assert_names_stand(page)
        labels = page.evaluate(_LABELS)
        numbers.append(len(labels))
        for label in labels:
            digits = label["name"].removeprefix("地块")
            shape = lot(int(digits)) if digits.isdigit() else lot(NAMED)
            # Half a pixel of rounding at this zoom is less than a twentieth of a lot.
            assert shape.buffer(STEP / 20).contains(
                shapely.box(label["west"][0], label["east"][1], label["east"][0], label["west"][1])
            ), label
    assert numbers[0] == 0 and numbers == sorted(numbers, key=bool) and max(numbers) > 10
    word = "公顷（示意）" if name == "index" else "无规划数"
    assert all(word in label["tag"] for label in labels)
    watched.assert_quiet()
    page.context.close()


def test_what_the_page_leaves_out_it_says(browser: Browser, site: Path) -> None:
    watched = opened(browser, site / "reconciliation.html")
    page = watched.page
    total = len(many(site).checks)
    assert total > MANY
    hint = page.locator(".left-out")
    expect(hint).to_contain_text(f"另有 {total - MANY:,} 项")
    expect(hint).to_contain_text(f"无规划数 {total - MANY:,}")
    expect(page.locator(".filter b").first).to_have_text(f"{total:,}")
    expect(page.locator(".table-status")).to_contain_text(f"显示 {MANY:,} 项，共 {total:,} 项")
    expect(page.locator(".legend")).to_contain_text("无规划数")
    # What the table leaves out the card and the map still tell.
    last = opened(browser, site / "index.html", address=f"#sel=p-{NUMBER - 1:04d}")
    expect(last.page.locator("#card h2")).to_have_text(f"地块{NUMBER - 1:04d}")
    expect(last.page.locator(".sum-note").last).to_contain_text(f"{NUMBER:,} 个")
    for one in (watched, last):
        one.assert_quiet()
        one.page.context.close()


@pytest.mark.parametrize("paper", ["a3", "a4"])
def test_packed_features_print_where_they_are(browser: Browser, site: Path, paper: str) -> None:
    """One sheet; each lot stands on the paper where its coordinates and the scale put it."""
    watched = opened(browser, site / "index.html")
    page = watched.page
    hole = shapely.box(*lot(WITH_HOLE).bounds).centroid
    page.evaluate(f"map_gangqu.setView([{hole.y}, {hole.x}], 18.75, {{ animate: false }})")
    page.evaluate(
        "window.addEventListener('beforeprint', () => { window.placed = (lon, lat) => {"
        " const p = map_gangqu.latLngToContainerPoint([lat, lon]);"
        " const box = document.getElementById('map_gangqu').getBoundingClientRect();"
        " return [p.x + box.left + 1.9, p.y + box.top + 1.9]; };"
        " window.at = window.wanted.map(([lon, lat]) => window.placed(lon, lat)); })"
    )
    near = [WITH_HOLE + dx + SIDE * dy for dx in range(-2, 3) for dy in (0, 1)]
    inner = [shapely.box(*lot(i).bounds).centroid for i in near]
    # Just within and just without the eastern side of each, above its name.
    within, without = ([(p.x + STEP * d, p.y + STEP * 0.3) for p in inner] for d in (0.34, 0.46))
    wanted = [*within, *without, (hole.x, hole.y)]
    page.evaluate("(wanted) => { window.wanted = wanted; }", wanted)
    sheet = printed(page, paper)
    # A name stands twice: its halo, then its letters.
    assert "比例尺" in sheet.text and "地地块块00110022" in sheet.text
    ink = sheet.ink(2)
    colours = [tuple(map(int, _spot(ink, x, y))) for x, y in page.evaluate("window.at")]
    lots, ground = colours[: len(inner)], colours[len(inner) :]
    assert all(red - blue > 25 for red, _, blue in lots), lots
    assert all(red - blue < 12 for red, _, blue in ground), ground
    assert page.locator(".paper-canvas").count() == 0
    watched.assert_quiet()
    page.context.close()


def _spot(ink: Any, x: float, y: float) -> Any:
    """Return the mean colour around a place in CSS pixels: margin, points, dots."""
    column, row = ((value * POINTS_PER_PIXEL + MARGIN) * 2 for value in (x, y))
    return ink[round(row) - 1 : round(row) + 2, round(column) - 1 : round(column) + 2].mean((0, 1))


def test_tiles_are_painted_and_can_be_switched_off(browser: Browser, site: Path) -> None:
    watched = opened(browser, site / "index.html")
    page = watched.page
    inked = (
        "[...document.querySelectorAll('.leaflet-packed-pane canvas')].reduce((sum, c) => sum +"
        " c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((v, i) =>"
        " i % 4 === 3 && v).length, 0)"
    )
    assert page.evaluate(inked) > 10_000
    page.get_by_role("checkbox", name="地块").uncheck()
    page.wait_for_timeout(300)
    assert page.evaluate(inked) == 0
    centre = page.evaluate("Object.values(map_gangqu.getCenter())")
    assert abs(centre[1] - (121.05 + SIDE * STEP / 2)) < 0.002
    watched.assert_quiet()
    page.context.close()


def test_own_inflate_undoes_what_zlib_made(browser: Browser) -> None:
    """Stored, fixed and dynamic blocks, far copies, empty input; a false block is refused."""
    chance = random.Random(9)
    texts = [b"", b"a", "住房".encode() * 9000, bytes(chance.randrange(256) for _ in range(70_000))]
    texts += [bytes(chance.choice(b"abcd") for _ in range(50_000)), bytes(range(256)) * 200]
    cases = []
    for raw in texts:
        ways = ((0, 0), (1, 0), (9, 0), (9, zlib.Z_FIXED), (9, zlib.Z_HUFFMAN_ONLY))
        for level, strategy in ways:
            maker = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
            packed = maker.compress(raw) + maker.flush()
            check = zlib.crc32(raw)
            cases.append([base64.b64encode(packed).decode(), len(raw), check])
    source = (ROOT / "gangqu_gis" / "webmap" / "inflate.js").read_text(encoding="utf-8")
    page = browser.new_page()
    script = (
        "(cases) => { " + source + """
        const table = Array.from({ length: 256 }, (_, n) => {
          for (let k = 0; k < 8; k += 1) n = n & 1 ? 0xEDB88320 ^ (n >>> 1) : n >>> 1;
          return n >>> 0; });
        const crc = (b) => (b.reduce((c, v) => table[(c ^ v) & 255] ^ (c >>> 8), -1) ^ -1) >>> 0;
        return cases.map(([text, size, check]) =>
          crc(inflate(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), size)) === check); }"""
    )
    assert page.evaluate(script, cases) == [True] * len(cases)
    with pytest.raises(Exception, match="no such block"):
        page.evaluate("() => { " + source + " return inflate(Uint8Array.of(7), 1); }")
    page.close()


def test_ordinary_pages_are_not_packed(open_page: Any) -> None:
    page = open_page("zh/index").page
    data = json.loads(page.locator("#gangqu-data").text_content())
    assert data["packed"] is None and len(data["features"]) == 24
