"""The overview page in a real browser: what a planner does with it, and how it stands."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from browser.boxes import (
    NAMES,
    assert_names_stand,
    boxes,
    count,
    overlap,
    overlaps,
    within,
)
from browser.conftest import DESK, PHONE, Opener
from browser.webmap_cases import HOSTILE

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def choose(page: Page, words: str) -> None:
    page.fill("#search", words)
    page.keyboard.press("Enter")


@SIZES
def test_names_stand_at_every_zoom(open_page: Opener, size: tuple[int, int]) -> None:
    page = open_page(size=size).page
    shown = set()
    for zoom in (12, 13, 14, 15, 16.5, 18):
        page.evaluate(f"map_gangqu.setView([30.6093, 121.0985], {zoom}, {{ animate: false }})")
        assert_names_stand(page)
        shown |= {box["text"] for box in boxes(page, NAMES)}
    assert any("公顷" in str(text) for text in shown)


def test_names_stand_beside_the_card(open_page: Opener) -> None:
    page = open_page(address="#sel=district-gucheng").page
    expect(page.locator("#card")).to_be_visible()
    assert_names_stand(page)


def test_a_group_is_switched_off_and_on(open_page: Opener) -> None:
    page = open_page().page
    before = page.locator(".leaflet-plots-pane path").count()
    box = page.get_by_role("checkbox", name="存量住宅用地")
    box.uncheck()
    assert page.locator(".leaflet-plots-pane path").count() == before - 3
    assert "off=stock_parcel" in page.url
    assert not [n for n in boxes(page, NAMES) if str(n["text"]).startswith("存量地块")]
    box.check()
    assert page.locator(".leaflet-plots-pane path").count() == before


def test_groups_show_counts_and_sums(open_page: Opener) -> None:
    page = open_page().page
    group = page.locator(".group").filter(has_text="存量住宅用地").first
    expect(group).to_contain_text("3 个")
    expect(group).to_contain_text("公顷")
    expect(group).to_contain_text("亩")


@pytest.mark.parametrize("words", ["存量地块1", "stock-1", "Stock parcel 1", "ＳＴＯＣＫ-1"])
def test_search_selects_and_the_card_tells(open_page: Opener, words: str) -> None:
    page = open_page().page
    choose(page, words)
    card = page.locator("#card")
    expect(card.locator("h2")).to_have_text("存量地块1")
    expect(card).to_contain_text("4.35公顷")
    expect(card).to_contain_text("二、总体要求 （四）主要目标 城镇住房供应总量")
    expect(card).to_contain_text("示意")
    expect(card).to_contain_text("±")
    expect(card).to_contain_text("椭球面积")
    expect(card).to_contain_text("平面面积")
    expect(card.locator(".badge").first).to_be_visible()
    assert "sel=stock-1" in page.url


def test_search_finds_a_road_and_says_when_it_finds_nothing(open_page: Opener) -> None:
    page = open_page().page
    choose(page, "陈山路")
    expect(page.locator("#card h2")).to_have_text("陈山路")
    bounded = page.locator("#card .bounded button", has_text="存量地块1")
    bounded.click()
    expect(page.locator("#card h2")).to_have_text("存量地块1")
    page.fill("#search", "没有这个地方")
    expect(page.locator("#results")).to_contain_text("没有符合的要素")


def test_search_by_arrow_keys(open_page: Opener) -> None:
    page = open_page().page
    page.fill("#search", "存量地块")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("#search").get_attribute("aria-activedescendant") == "result-1"
    page.keyboard.press("Enter")
    expect(page.locator("#card h2")).to_have_text("存量地块2")


def test_click_on_the_map_selects_and_escape_closes(open_page: Opener) -> None:
    page = open_page().page
    page.locator(".leaflet-plots-pane path").last.click()
    expect(page.locator("#card")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
    assert "sel=" not in page.url


def test_keyboard_path_to_a_feature_and_back(open_page: Opener) -> None:
    page = open_page().page
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#group-0")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#group-0")).not_to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    item = page.locator(".feature").first
    expect(item).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_be_focused()
    expect(page.locator("#group-0")).to_be_checked()
    assert item.get_attribute("aria-current") == "true"
    page.keyboard.press("Escape")
    expect(item).to_be_focused()


def test_the_address_restores_view_layers_and_selection(open_page: Opener) -> None:
    first = open_page().page
    first.get_by_role("checkbox", name="道路").uncheck()
    choose(first, "新增地块3")
    first.wait_for_timeout(400)
    address = first.url.partition("#")[2]
    second = open_page(address="#" + address).page
    expect(second.locator("#card h2")).to_have_text("新增地块3")
    expect(second.get_by_role("checkbox", name="道路")).not_to_be_checked()
    view = (
        "[map_gangqu.getZoom(), ...Object.values(map_gangqu.getCenter()).map((n) => n.toFixed(4))]"
    )
    assert second.evaluate(view) == first.evaluate(view)


@pytest.mark.parametrize(
    "address", ["#view=x/y/z", "#sel=%E0%A4%A", "#off=nothing&sel=nobody", "#<img src=x>"]
)
def test_a_broken_address_does_no_harm(open_page: Opener, address: str) -> None:
    page = open_page(address=address).page
    expect(page.locator("#card")).to_be_hidden()
    assert page.locator(".name.placed").count() > 0


def test_the_sixth_district_is_a_placeholder(open_page: Opener) -> None:
    page = open_page().page
    label = page.locator(".name-placeholder.placed")
    expect(label).to_contain_text("规划未描述，位置待定")
    choose(page, "district-waiwei")
    expect(page.locator("#card .placeholder-note")).to_contain_text("规划未描述，位置待定")
    expect(page.locator("#card")).not_to_contain_text("椭球面积")
    assert count(page, "path", "n.getAttribute('fill') === 'url(#fill-placeholder)'") == 1


def test_contradictions_are_listed_with_formula(open_page: Opener) -> None:
    page = open_page().page
    page.locator("summary", has_text="规划自身的矛盾").click()
    item = page.locator(".open-list li", has_text="滨海总面积")
    item.locator("summary").click()
    expect(item).to_contain_text("2.24平方公里")
    expect(item).to_contain_text("原因")


@pytest.mark.parametrize("name", ["hostile-zh", "hostile-en"])
def test_hostile_words_are_shown_and_do_nothing(open_page: Opener, name: str) -> None:
    page = open_page(name).page
    for summary in page.locator("details > summary").all():
        summary.evaluate("(node) => { node.parentNode.open = true; }")
    refs = page.evaluate(
        "JSON.parse(document.getElementById('gangqu-data').textContent).features.map((f) => f.ref)"
    )
    for ref in refs:
        page.evaluate("(ref) => { location.hash = '#sel=' + encodeURIComponent(ref); }", ref)
        page.wait_for_timeout(15)
    shown = page.locator("body").inner_text()
    for words in (
        "{{7*191}}",
        "{% raise %}",
        "{# x #}",
        "${alert(1)}",
        "<img src=x onerror=window.hacked=1>",
    ):
        assert words in shown and words in HOSTILE
    assert "1337" not in page.locator("#panel").inner_text()
    for path in page.locator(".leaflet-plots-pane path").all()[:6]:
        path.dispatch_event("mouseover")
    assert (
        page.locator("#panel img, #card img, .leaflet-tooltip img, body > script[src]").count() == 0
    )


@SIZES
def test_phone_drawer_and_card_leave_the_map_free(open_page: Opener, size: tuple[int, int]) -> None:
    page = open_page(size=size).page
    if size == PHONE:
        page.locator(".drawer").click()
        expect(page.locator(".panel-body")).to_be_visible()
        assert page.locator(".drawer").get_attribute("aria-expanded") == "true"
        assert overlaps(boxes(page, "#map_gangqu, #panel")) == []
        assert_names_stand(page)
    choose(page, "district-binhai")
    expect(page.locator("#card")).to_be_visible()
    frame, card = boxes(page, "#map_gangqu")[0], boxes(page, "#card")[0]
    if size == PHONE:
        assert not overlap(frame, card) and frame["bottom"] - frame["top"] > 250
    assert within(card, {"left": 0, "top": 0, "right": size[0], "bottom": size[1]})
    page.wait_for_timeout(400)
    assert_names_stand(page)


def test_reduced_motion_stops_animation(open_page: Opener) -> None:
    page = open_page(reduced_motion="reduce").page
    choose(page, "stock-1")
    zoom = page.evaluate("map_gangqu.getZoom()")
    page.wait_for_timeout(300)
    assert page.evaluate("map_gangqu.getZoom()") == zoom


def test_controls_have_names_and_the_map_is_a_region(open_page: Opener) -> None:
    page = open_page("index-en").page
    for name in ("Zoom in", "Zoom out", "Whole map"):
        expect(page.get_by_role("button", name=name)).to_be_visible()
    expect(page.get_by_role("region", name=re.compile("^Map"))).to_be_visible()
    expect(page.get_by_role("combobox", name="Search")).to_be_visible()
    nameless = "!n.textContent.trim() && !n.ariaLabel && !(n.labels && n.labels.length)"
    assert count(page, "button, input", nameless) == 0
