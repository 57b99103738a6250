"""Assessments for the map tests: the plan as it is, and the same plan with hostile words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from gangqu_gis.assessment import Assessment, assess
from gangqu_gis.figures import Figure, Place
from gangqu_gis.history import Change, History
from gangqu_gis.history import Entry as HistoryEntry
from gangqu_gis.layers import Feature, Layer
from gangqu_gis.messages import Text
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.records import stored
from gangqu_gis.workspace import open_workspace

ROOT = Path(__file__).resolve().parents[2]

#: The pages of this plan's site, in the order of their links.
PAGES = ("index", "districts", "parcels", "renovation", "progress", "reconciliation")

#: What must be shown as text and never run, in Python or in a browser.
HOSTILE = (
    "{{7*191}}",
    "{% raise %}",
    "{# x #}",
    "${alert(1)}",
    "`backticks`",
    "</script><script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "\"double\" 'single' &amp; &#60;",
    "line\u2028and\u2029paragraph",
    "\u202eright to left\u202c \u200f",
    "<!-- <script> ]]>",
    "nul\x00 bell\x07 lone\ud800surrogate",
    "长" * 10_000,
)
_PLAIN_FIELDS = ("name", "name_en", "source", "note", "note_en", "bounds_text", "community")


@cache
def real() -> Assessment:
    """Return the assessment of the plan in this repository."""
    return assess(load_plan(open_workspace(ROOT)))


@cache
def hostile() -> Assessment:
    """Return the same plan with hostile words in every text of every feature, figure and rule.

    Also as names of the layers' files and of the file that a change set came from.
    """
    plan = real().plan
    words = _endless()
    layers = {name: _hostile_layer(layer, words) for name, layer in plan.layers.items()}
    rules = tuple(replace(rule, title=_text(words), because=_text(words)) for rule in plan.rules)
    figures = {id_: _hostile_figure(f, words) for id_, f in plan.register.figures.items()}
    workspace = replace(
        plan.workspace,
        authority=_text(words),
        title=Text(HOSTILE[5], HOSTILE[6]),
        place=_text(words),
        plan_version=next(words),
        data_date=next(words),
        draft_notice=_text(words),
    )
    register = replace(plan.register, figures=figures)
    history = _hostile_history(layers, words)
    return assess(Plan(workspace, plan.schema, register, rules, layers, history=history))


@cache
def changed() -> Assessment:
    """Return the plan with a history: a parcel came, then moved, and another's name changed."""
    plan = real().plan
    moved, renamed = plan.by_id["stock-1"], plan.by_id["stock-2"]
    now, other = (stored(f.as_record()) for f in (moved, renamed))
    ring = [[x + 0.0005, y + 0.0005] for x, y in now["geometry"]["coordinates"][0]]
    before = {**now, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    earlier = {**other, "properties": {**other["properties"], "name": "旧名"}}
    changes = (Change("stock-1", 1, before, now), Change("stock-2", 2, earlier, other))
    came = (Change("stock-1", 1, None, before),)
    entries = (
        HistoryEntry(
            1, "2026-10-01T00:00:00+00:00", "李工", "首次录入", "parcels", came, None, (), "cd" * 32
        ),
        HistoryEntry(
            2, "2026-11-01T00:00:00+00:00", "王工", "按测量更新", "parcels", changes, None, (), "ab" * 32
        ),
    )
    return assess(replace(plan, history=History(entries)))


def record_of_form(payload: Mapping[str, Any], form: str) -> Any:
    """Return the first section of a page's panel that has a form, or ``None``."""
    found = (record for record in payload["sections"] if record["form"] == form)
    return next(found, None)


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in a JSON-like value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part)


def _endless() -> Iterator[str]:
    while True:
        yield from HOSTILE


def _text(words: Iterator[str]) -> Text:
    return Text(next(words), next(words))


def _hostile_layer(layer: Layer, words: Iterator[str]) -> Layer:
    file = next(words)
    features = [replace(_hostile_feature(f, words), file=file) for f in layer.features]
    if not features:
        return replace(layer, file=file)
    first = features[0]
    # Ids that break every rule, one of them twice.
    for number, id_ in enumerate((*HOSTILE, HOSTILE[0]), len(features) + 1):
        properties = {**first.properties, "id": id_, "name": id_}
        features.append(replace(first, properties=properties, number=number))
    return replace(layer, file=file, features=tuple(features))


def _hostile_history(layers: Mapping[str, Layer], words: Iterator[str]) -> History:
    """Return one change set that moved the first parcel, told in hostile words."""
    now = stored(layers["parcels"].features[0].as_record())
    ring = [[x + 0.0005, y + 0.0005] for x, y in now["geometry"]["coordinates"][0]]
    before = {**now, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    change = Change(str(now["properties"]["id"]), 1, before, now)
    source = {"name": next(words), "sha256": next(words)}
    entry = HistoryEntry(
        1, next(words), next(words), next(words), "parcels", (change,), None, (source,), "cd" * 32
    )
    return History((entry,))


def _hostile_feature(feature: Feature, words: Iterator[str]) -> Feature:
    changed = {name: next(words) for name in _PLAIN_FIELDS}
    return replace(feature, properties={**feature.properties, **changed, next(words): next(words)})


def _hostile_figure(figure: Figure, words: Iterator[str]) -> Figure:
    place = Place(*(next(words) for _ in fields(Place)))
    return replace(
        figure,
        place=place,
        note=next(words),
        unit_printed=next(words),
        subject=replace(figure.subject, label=_text(words)),
        quantity=replace(figure.quantity, label=_text(words)),
    )
