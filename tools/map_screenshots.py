"""Take pictures of every page, to be looked at: ``python tools/map_screenshots.py FOLDER``.

Each page at 1440×900 and 390×844, in both languages, with a selection and with the drawer open,
and each printed sheet as a PDF (A3 landscape, A4 portrait).  The network stays cut.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


def main(target: Path) -> int:
    """Write the pictures into ``target``."""
    from playwright.sync_api import sync_playwright

    from gangqu_gis.assessment import assess
    from gangqu_gis.plan import load_plan
    from gangqu_gis.webmap import render_site
    from gangqu_gis.workspace import open_workspace

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("no Chromium here", file=sys.stderr)
        return 1
    target.mkdir(parents=True, exist_ok=True)
    assessment = assess(load_plan(open_workspace(ROOT)))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for lang in ("zh", "en"):
            for name, text in render_site(assessment, lang=lang).items():
                path = Path(folder) / name
                path.write_text(text, encoding="utf-8", newline="\n")
                _take(browser, path, target, f"{lang}-{path.stem}")
        browser.close()
    print(target)
    return 0


def _take(browser: Any, path: Path, target: Path, name: str) -> None:
    for size, (width, height) in SIZES.items():
        context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
        page = context.new_page()
        for state, address in (("", ""), ("-selected", "#sel=district-binhai")):
            page.goto("about:blank")
            page.goto(path.as_uri() + address)
            page.wait_for_selector("html[data-ready]")
            page.screenshot(path=target / f"{name}-{size}{state}.png")
        if size == "phone":
            page.goto("about:blank")
            page.goto(path.as_uri())
            page.locator(".drawer").click()
            page.screenshot(path=target / f"{name}-{size}-drawer.png")
        else:
            _print(page, path, target, name)
        context.close()


def _print(page: Any, path: Path, target: Path, name: str) -> None:
    classes = "document.documentElement.classList"
    for paper in ("a3", "a4"):
        page.goto("about:blank")
        page.goto(path.as_uri())
        page.evaluate(f"{classes}.remove('paper-a3', 'paper-a4'); {classes}.add('paper-{paper}')")
        options = {"prefer_css_page_size": True, "print_background": True}
        page.pdf(path=target / f"{name}-{paper}.pdf", **options)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
