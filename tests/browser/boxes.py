"""Layout by the boxes of elements: what overlaps, what is cut."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

Box = dict[str, float]

_BOXES = """(selector) => [...document.querySelectorAll(selector)].map((node) => {
  const box = node.getBoundingClientRect();
  const { left, top, right, bottom } = box;
  return { left, top, right, bottom, text: node.textContent };
}).filter((box) => box.right > box.left && box.bottom > box.top)"""
#: What is drawn of a name: of a turned one the text, whose box turns with it.
NAMES = ".name.placed:not(.name-line), .name-line.placed .name-text"


def boxes(page: Page, selector: str) -> list[Box]:
    found: list[Box] = page.evaluate(_BOXES, selector)
    return found


def count(page: Page, selector: str, condition: str) -> int:
    """Return how many nodes ``n`` of ``selector`` fulfil a JavaScript condition."""
    script = (
        f"(selector) => [...document.querySelectorAll(selector)].filter((n) => {condition}).length"
    )
    found: int = page.evaluate(script, selector)
    return found


def overlap(a: Box, b: Box) -> bool:
    slack = 0.5
    return (
        min(a["right"], b["right"]) - max(a["left"], b["left"]) > slack
        and min(a["bottom"], b["bottom"]) - max(a["top"], b["top"]) > slack
    )


def overlaps(all_: list[Box]) -> list[tuple[Any, Any]]:
    pairs = [(a, b) for i, a in enumerate(all_) for b in all_[i + 1 :]]
    return [(a["text"], b["text"]) for a, b in pairs if overlap(a, b)]


def within(inner: Box, outer: Box) -> bool:
    return (
        inner["left"] >= outer["left"] - 0.5
        and inner["right"] <= outer["right"] + 0.5
        and inner["top"] >= outer["top"] - 0.5
        and inner["bottom"] <= outer["bottom"] + 0.5
    )


def assert_names_stand(page: Page) -> None:
    names = boxes(page, NAMES)
    standing = boxes(page, ".tools, .north, .scale, #card:not([hidden])")
    assert overlaps(names) == []
    assert [n["text"] for n in names for s in standing if overlap(n, s)] == []
    frame = boxes(page, "#map_gangqu")[0]
    assert all(within(name, frame) for name in names)
