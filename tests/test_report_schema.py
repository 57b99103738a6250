"""report.schema.json: every JSON document conforms to it, and it lets nothing else through."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cases import ROOT
from golden import tiny

from gangqu_gis import assess, load_plan, open_workspace
from gangqu_gis.fileareas.batched import Measurement, Totals, of_file
from gangqu_gis.formats import read_vector
from gangqu_gis.gate import run_gate
from gangqu_gis.report.document import (
    assessment_document,
    gate_document,
    to_json,
)
from gangqu_gis.report.measured_json import JsonPieces
from gangqu_gis.fileareas.stored_areas import DEFAULT_COORDINATE_M, compare_stored, measure_file

SCHEMA = json.loads(
    files("gangqu_gis").joinpath("report/report.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
NAMES = ("check", "reconcile", "gate", "measure", "stated")
LANG = "zh"


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Each document as its command prints it: of the tiny plan, and of the shipped one.

    The tiny plan has a lot whose area is withheld and a figure without its lot.
    """
    root = tmp_path_factory.mktemp("tiny")
    plans = {"": tiny(root), "shipped ": assess(load_plan(open_workspace(ROOT)))}
    found = {}
    for prefix, assessment in plans.items():
        gate = run_gate(assessment, ())
        found[f"{prefix}check"] = assessment_document(assessment, lang=LANG, with_checks=False)
        found[f"{prefix}reconcile"] = assessment_document(assessment, lang=LANG)
        found[f"{prefix}gate"] = gate_document(assessment, gate, lang=LANG)
    measured = measure_file(
        read_vector(root / "data" / "lots.geojson"), workspace_plane=None
    )
    stored = compare_stored(
        measured, column="uncertainty_m", unit_name="m2", coordinate_m=DEFAULT_COORDINATE_M
    )
    documents = {name: json.loads(to_json(record)) for name, record in found.items()}
    documents["measure"] = measured_document(of_file(measured, None))
    documents["stated"] = measured_document(of_file(measured, stored))
    return documents


def measured_document(measured: Measurement) -> Any:
    pieces, totals = JsonPieces(measured, LANG), Totals()
    text = pieces.opened()
    for part in measured.parts:
        totals.add(part)
        text += pieces.added(part)
    return json.loads(text + pieces.closed(totals))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", [*NAMES, "shipped check", "shipped reconcile", "shipped gate"])
def test_every_document_conforms(documents: dict[str, Any], name: str) -> None:
    assert [e.message for e in VALIDATOR.iter_errors(documents[name])] == []


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of an object with named properties."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_the_schema_is_strict() -> None:
    found = list(objects(SCHEMA))
    assert len(found) > 8
    for entry in found:
        assert entry["additionalProperties"] is False
        assert set(entry["required"]) == set(entry["properties"])


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every object of a document; of a list, the first two entries."""
    if isinstance(value, dict):
        yield path
        for key, part in value.items():
            yield from places(part, (*path, key))
    elif isinstance(value, list):
        for at, part in enumerate(value[:2]):
            yield from places(part, (*path, at))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


@pytest.mark.parametrize("name", NAMES)
def test_one_field_more_or_less_is_refused(documents: dict[str, Any], name: str) -> None:
    for path in places(documents[name]):
        if path and path[-1] in ("verdicts", "causes"):
            continue
        more = copy.deepcopy(documents[name])
        at(more, path)["unheard_of"] = 1
        assert not VALIDATOR.is_valid(more), path
        for key in at(documents[name], path):
            less = copy.deepcopy(documents[name])
            del at(less, path)[key]
            assert not VALIDATOR.is_valid(less), (path, key)


def test_wrong_values_are_refused(documents: dict[str, Any]) -> None:
    for change in (
        {"verdict": "fine"},
        {"verdict": None},
        {"tolerance_m2": -1},
        {"stated": 4.35},
        {"interval": [1]},
        {"basis": "guessed"},
    ):
        wrong = copy.deepcopy(documents["reconcile"])
        wrong["checks"][0].update(change)
        assert not VALIDATOR.is_valid(wrong), change


def test_the_documentation_names_every_field() -> None:
    page = (Path(ROOT) / "docs" / "report-json.md").read_text(encoding="utf-8")
    names = {name for entry in objects(SCHEMA) for name in entry["properties"]}
    assert {name for name in names if f"`{name}`" not in page} == set()
