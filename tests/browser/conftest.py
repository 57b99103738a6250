"""A real Chromium with the network cut, and a page that records all that it must not do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, sync_playwright

from browser.webmap_cases import changed, hostile, real
from gangqu_gis import assess, load_plan, open_workspace
from gangqu_gis.sample import create_sample
from gangqu_gis.webmap import render_site

ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
DESK = (1440, 900)
PHONE = (390, 844)
_VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation',
  (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
"""


def chromium() -> str | None:
    """Return the browser of the system, or ``None``."""
    names = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        reason = "NO CHROMIUM: the pages were NOT tested in a browser (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whole sites in folders (zh, en, hostile-zh …) and their overviews beside them.

    ``changed`` has a history, ``tiles`` an online base map, ``sample`` projects half-way.
    """
    folder = tmp_path_factory.mktemp("maps")
    for prefix, assessment in (("", real()), ("hostile-", hostile())):
        for lang in ("zh", "en"):
            pages = render_site(assessment, lang=lang)
            _write(folder / f"{prefix}{lang}", pages)
            _write(folder, {f"{prefix or 'index-'}{lang}.html": pages["index.html"]})
    _write(folder / "changed", render_site(changed(), lang="zh"))
    create_sample(folder / "sample-workspace")
    sample = assess(load_plan(open_workspace(folder / "sample-workspace")))
    _write(folder / "sample", render_site(sample, lang="zh"))
    tiles = render_site(real(), lang="zh", basemap="tianditu", token="0123456789abcdef")
    _write(folder / "tiles", tiles)
    return folder


def _write(folder: Path, pages: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, page in pages.items():
        (folder / name).write_text(page, encoding="utf-8", newline="\n")


@dataclass
class Watched:
    """A page and what was heard from it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """Fail unless the page asked for nothing, said nothing and broke no policy."""
        assert self.requests == []
        assert self.messages == []
        assert self.page.evaluate("window.violations") == []
        assert self.page.evaluate("window.hacked") is None


def listen(watched: Watched, own_address: str) -> None:
    """Record every request but the page's own, every message, error and dialog, every violation."""

    def on_request(request: Request) -> None:
        if request.url.split("#")[0] != own_address:
            watched.requests.append(request.url)

    def on_dialog(dialog: Dialog) -> None:
        watched.messages.append(dialog.message)
        dialog.dismiss()

    watched.page.on("request", on_request)
    watched.page.on("dialog", on_dialog)
    watched.page.on("console", lambda message: watched.messages.append(message.text))
    watched.page.on("pageerror", lambda error: watched.messages.append(str(error)))
    watched.page.add_init_script(_VIOLATIONS)


Opener = Callable[..., Watched]


@pytest.fixture
def open_page(browser: Browser, files: Path) -> Iterator[Opener]:
    """Open a written page from file://; at the end each opened page must have stayed quiet."""
    opened: list[Watched] = []

    def opener(
        name: str = "index-zh",
        *,
        size: tuple[int, int] = DESK,
        address: str = "",
        **context: Any,
    ) -> Watched:
        width, height = size
        viewport: Any = {"width": width, "height": height}
        new = browser.new_context(viewport=viewport, offline=True, **context)
        watched = Watched(new.new_page())
        opened.append(watched)
        url = (files / f"{name}.html").as_uri()
        listen(watched, url)
        watched.page.goto(url + address)
        watched.page.wait_for_selector("html[data-ready]")
        return watched

    yield opener
    for watched in opened:
        watched.assert_quiet()
        watched.page.context.close()
