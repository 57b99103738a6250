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

from browser.boxes import boxes
from browser.conftest import DESK, Watched, listen
from gangqu_gis.assessment import Assessment, assess
from gangqu_gis.plan import load_plan
from gangqu_gis.webmap import render_site
from gangqu_gis.webmap.packed import LIMIT
from gangqu_gis.workspace import open_workspace

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SIDE, STEP = 57, 0.0004
NUMBER = SIDE * SIDE
WITH_HOLE, IN_TWO_PARTS = 100, 205
HOSTILE_NAME = "<img src=x onerror=window.hacked=1>{{7*191}}"


def lot(number: int) -> Any:
    """Return a lot of a grid; one of them with a hole, another in two parts."""
    x, y = 121.05 + number % SIDE * STEP, 30.58 + number // SIDE * STEP
    box = shapely.box(x, y, x + STEP * 0.8, y + STEP * 0.8)
    inner = shapely.box(x + STEP * 0.3, y + STEP * 0.3, x + STEP * 0.5, y + STEP * 0.5)
    if number == WITH_HOLE:
        return box.difference(inner)
    if number == IN_TWO_PARTS:
        return box.difference(shapely.box(x + STEP * 0.3, y - 1, x + STEP * 0.5, y + 1))
    return box


@cache
def many(folder: Path) -> Assessment:
    rows = []
    for number in range(NUMBER):
        name = HOSTILE_NAME if number == WITH_HOLE else f"地块{number:04d}"
        properties = {"id": f"p-{number:04d}", "kind": "lot", "name": name, "basis": "schematic"}
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
    for name, page in render_site(many(folder), lang="zh").items():
        (folder / name).write_text(page, encoding="utf-8", newline="\n")
    return folder


def opened(browser: Browser, path: Path, *, helped: bool = True) -> Watched:
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, offline=True)
    watched = Watched(context.new_page())
    listen(watched, path.as_uri())
    if not helped:
        watched.page.add_init_script("delete window.DecompressionStream;")
    watched.page.goto(path.as_uri())
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
    expect(page.locator(".group .count").first).to_have_text(f"{NUMBER} 个")
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
