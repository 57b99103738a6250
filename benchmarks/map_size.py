"""How large a page gets and how fast it opens: the packed form beside plain folium, in one run.

``python benchmarks/map_size.py [NUMBER …]`` (default 1000 10000 100000) writes pages of a made-up
plan into a temporary folder, opens each in the system's Chromium with the network cut, and prints
the size, the time to the first paint of every tile, the times of frames while panning, whether the
parcel under the pointer is the right one, and how long a search takes.  Plain folium stands beside
at every number; where it paints nothing within a time limit, that is its result.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gangqu_gis.webmap.packed import LIMIT

ROOT = Path(__file__).resolve().parents[1]
EAST, NORTH, STEP = 121.02, 30.56, 0.0004
#: How long plain folium may take to draw anything, seconds.
PATIENCE_S = 90
PICKS = 25
#: A name, an id, pinyin and its initials, typed into the search.
SEARCHES = ("地块000123", "p-000777", "dikuai000321", "dk000")


def parcels(number: int) -> list[dict[str, Any]]:
    """Return ``number`` parcels on a bent grid, some with a hole, some of two parts."""
    chance = random.Random(7)
    side = int(np.ceil(np.sqrt(number)))
    step = min(STEP, 0.18 / side)
    rows = []
    for i in range(number):
        x, y = EAST + (i % side) * step, NORTH + (i // side) * step
        ring = [(x + dx * step, y + dy * step) for dx, dy in _corners(chance)]
        shape: Any = shapely.Polygon(ring)
        if i % 50 == 0:
            hole = shapely.box(x + 0.4 * step, y + 0.4 * step, x + 0.5 * step, y + 0.5 * step)
            shape = shape.difference(hole)
        if i % 70 == 0:
            cut = shapely.box(x + 0.55 * step, y - step, x + 0.6 * step, y + 2 * step)
            shape = shape.difference(cut)
        geometry = shapely.geometry.mapping(shapely.set_precision(shape, 1e-9))
        properties = {
            "id": f"p-{i:06d}",
            "kind": "lot",
            "name": f"地块{i:06d}",
            "basis": "schematic",
            "uncertainty_m": 10,
            "source": "基准测试",
        }
        rows.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return rows


def _corners(chance: random.Random) -> list[tuple[float, float]]:
    base = [(0.1, 0.1), (0.5, 0.06), (0.9, 0.1), (0.94, 0.5), (0.9, 0.9), (0.5, 0.94), (0.1, 0.9)]
    return [(x + chance.uniform(-0.04, 0.04), y + chance.uniform(-0.04, 0.04)) for x, y in base]


def write_workspace(root: Path, number: int) -> None:
    """Write a workspace with ``number`` parcels and one stated figure."""
    sys.path.insert(0, str(ROOT / "tests"))
    from cases import SmallWorkspace

    SmallWorkspace(root, lots=parcels(number)).write()


def our_page(root: Path, number: int) -> Path:
    """Write the overview of the plan in ``root`` and return its path."""
    from gangqu_gis.assessment import assess
    from gangqu_gis.plan import load_plan
    from gangqu_gis.webmap import render_site
    from gangqu_gis.workspace import open_workspace

    started = time.perf_counter()
    assessment = assess(load_plan(open_workspace(root)))
    middle = time.perf_counter()
    page = render_site(assessment, lang="zh")["index.html"]
    ended = time.perf_counter()
    print(f"  assessed in {middle - started:.1f} s, drawn in {ended - middle:.1f} s")
    path = root / f"packed-{number}.html"
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def folium_page(root: Path, number: int) -> Path:
    """Write the same parcels with plain folium, its libraries inlined so that it opens at all."""
    import folium

    from gangqu_gis.webmap import assets

    frame = folium.Map(location=[30.6, 121.1], zoom_start=13, tiles=None)
    frame.default_js, frame.default_css = [], []
    data = {"type": "FeatureCollection", "features": parcels(number)}
    folium.GeoJson(data, tooltip=folium.GeoJsonTooltip(["name"])).add_to(frame)
    page = frame.get_root().render()
    library = f"<script>{assets.leaflet_script()}</script><style>{assets.leaflet_style()}</style>"
    path = root / f"folium-{number}.html"
    path.write_text(page.replace("<head>", f"<head>{library}", 1), encoding="utf-8")
    return path


_FRAMES = """async () => {
  const times = [];
  let last = performance.now();
  for (let i = 0; i < 40; i += 1) {
    map.panBy([12, 5], { animate: false });
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - last);
    last = performance.now();
  }
  times.sort((a, b) => a - b);
  return [times[20], times[38]];
}"""


def opened(browser: Any, path: Path, *, ours: bool, number: int = 0) -> dict[str, float] | None:
    """Open a page and return its times in milliseconds; ``None`` if nothing is painted in time."""
    from playwright.sync_api import TimeoutError as TooLate

    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    page = context.new_page()
    started = time.perf_counter()
    ours_ready = "html[data-painted]" if number > LIMIT else "html[data-ready]"
    ready = ours_ready if ours else "path.leaflet-interactive"
    try:
        page.goto(path.as_uri(), wait_until="commit", timeout=PATIENCE_S * 1000)
        page.wait_for_selector(ready, state="attached", timeout=PATIENCE_S * 1000)
    except TooLate:
        context.close()
        return None
    page.evaluate("new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)))")
    painted = (time.perf_counter() - started) * 1000
    name = "map_gangqu" if ours else "Object.values(window).find((v) => v instanceof L.Map)"
    median, slow = page.evaluate(_FRAMES.replace("map.panBy", f"({name}).panBy"))
    context.close()
    return {"painted": painted, "frame": median, "slow frame": slow}


def picked(browser: Any, path: Path, number: int) -> int:
    """Return how many of 25 parcels are the one that is selected when their middle is clicked."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-painted]")
    rows, chance, right = parcels(number), random.Random(3), 0
    for _ in range(PICKS):
        row = rows[chance.randrange(number)]
        point = shapely.point_on_surface(shapely.from_geojson(json.dumps(row["geometry"])))
        view = f"[{point.y}, {point.x}], 19, {{ animate: false }}"
        page.evaluate(f"map_gangqu.setView({view})")
        box = page.locator("#map_gangqu").bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        right += f"sel={row['properties']['id']}" in page.evaluate("location.hash")
        page.keyboard.press("Escape")
    context.close()
    return right


def searched(browser: Any, path: Path) -> list[float]:
    """Return the milliseconds from a key to its results, the first with the making of the keys."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-painted]")
    script = """(words) => {
      const box = document.getElementById('search'); const start = performance.now(); box.focus();
      box.value = words; box.dispatchEvent(new Event('input'));
      const time = performance.now() - start; box.blur(); return time; }"""
    times: list[float] = [page.evaluate(script, words) for words in SEARCHES]
    context.close()
    return times


def main(numbers: list[int]) -> None:
    """Measure and print."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for number in numbers:
            root = Path(folder) / str(number)
            print(f"{number} parcels")
            write_workspace(root, number)
            path = our_page(root, number)
            report("gangqu", path, opened(browser, path, ours=True, number=number))
            if number > LIMIT:
                print(f"  picked right: {picked(browser, path, number)} of {PICKS}")
                shown = ", ".join(f"{time_:.0f} ms" for time_ in searched(browser, path))
                print(f"  searched {', '.join(SEARCHES)}: {shown}")
            path = folium_page(root, number)
            report("folium", path, opened(browser, path, ours=False))
        browser.close()


def report(name: str, path: Path, times: dict[str, float] | None) -> None:
    """Print one line of the result."""
    nothing = f"nothing painted after {PATIENCE_S} s"
    shown = ", ".join(f"{key} {value:.0f} ms" for key, value in (times or {}).items()) or nothing
    print(f"  {name}: {path.stat().st_size / 1e6:.2f} MB, {shown}", flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1000, 10_000, 100_000])
