"""A change set on the terminal, as JSON, GeoJSON and page: the same content everywhere."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from cases import ROOT, Command, SmallWorkspace, box, refusal
from golden import compare
from layerwork import proposal, reopened, source, write
from test_report_hostile import HOSTILE

from gangqu_gis.differences import measured
from gangqu_gis.messages import message
from gangqu_gis.report.changeset import ChangeSet
from gangqu_gis.report.changeset_document import change_set_collection, change_set_document
from gangqu_gis.report.changeset_page import render_change_set
from gangqu_gis.report.characters import legal
from gangqu_gis.update import Proposal, carry_out

LOTS = {"lot-1": box(0, 0, 100), "lot-2": box(100, 0, 100), "lot-3": box(500, 0, 100)}
BROUGHT = {
    "lot-1": box(0, 0, 60, 99),
    "lot-4": box(60, 0, 40, 99),
    "GQ-3": box(500, 0, 101, 100),
}


def change_set(found: Proposal) -> ChangeSet:
    return ChangeSet(
        message("changeset.title_update", layer=found.layer),
        tuple(measured(found.plan, found.layer, found.changes)),
        found.after,
        found,
    )


@pytest.fixture
def found(small: SmallWorkspace) -> ChangeSet:
    plan = write(small, LOTS, lot_3={"note": "旧"})
    file = source(small, BROUGHT, BZ=["一", None, "三"], 容积率=[1, 2, 3])
    return change_set(proposal(plan, file))


def said(text: str) -> str:
    return re.sub(r"[ \t]+", " ", text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_golden(found: ChangeSet, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    from gangqu_gis.report.changeset_text import change_set as drawn

    Console(width=140, highlight=False, emoji=False, markup=False).print(drawn(found, lang))
    compare(f"changeset.{lang}.txt", capsys.readouterr().out)


def test_the_document_has_what_its_description_says(found: ChangeSet) -> None:
    document = json.loads(json.dumps(change_set_document(found, lang="zh"), allow_nan=False))
    described = (ROOT / "docs" / "report-json.md").read_text(encoding="utf-8")
    described = described[described.index("## 变更集") :]
    keys = {*document, *document["changes"][0]}
    assert {key for key in keys if f"`{key}`" not in described} == set()
    rows = {change["id"]: change for change in document["changes"]}
    assert list(rows) == ["lot-1", "lot-3", "lot-4"]
    assert rows["lot-1"]["related"] == ["lot-4"] and rows["lot-4"]["before"] is None
    assert rows["lot-3"]["recognised_by"] == "shape"
    assert rows["lot-3"]["overlap"] == pytest.approx(100 / 101, abs=1e-6)
    assert rows["lot-1"]["after"]["planar_m2"] == pytest.approx(5940, abs=0.05)
    assert document["unused_columns"] == ["容积率"] and document["blocked"] is False
    assert document["provenance"]["basis"] == "surveyed"


def test_the_collection_opens_in_a_gis(found: ChangeSet, tmp_path: Path) -> None:
    path = tmp_path / "diff.geojson"
    path.write_text(json.dumps(change_set_collection(found, lang="zh")), encoding="utf-8")
    meta, _, shapes, columns = pyogrio.raw.read(path)
    assert "4490" in meta["crs"]
    values = dict(zip(meta["fields"], columns, strict=True))
    pairs = sorted(zip(values["id"], values["gq_state"], strict=True))
    assert pairs == [
        ("lot-1", "after"),
        ("lot-1", "before"),
        ("lot-3", "after"),
        ("lot-3", "before"),
        ("lot-4", "after"),
    ]
    assert all(not g.is_empty for g in shapely.from_wkb(shapes))


class _Reader(HTMLParser):
    """Elements, attributes and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


def test_the_page_shows_before_and_after(found: ChangeSet) -> None:
    page = render_change_set(found, lang="zh")
    assert page == render_change_set(found, lang="zh"), "the same change set, the same bytes"
    reader = read(page)
    classes = [value for name, value in reader.attributes if name == "class"]
    # An overview and three maps; lot-4 was not there before.
    assert classes.count("becomes") == 3 + 3 + 1 and classes.count("was") == 2 + 2 + 1
    assert "script" not in reader.tags and "link" not in reader.tags
    words = "".join(reader.words)
    for part in ("0.5940", "1.0097", "分割出 lot-4", "由图形认出", "旧", "实测"):
        assert part in words


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(small: SmallWorkspace, text: str) -> None:
    plan = write(small, LOTS, lot_1={"note": text})
    file = source(
        small, {"lot-1": box(0, 0, 101, 100)}, DKMC=[text], BZ=[text + "."], **{text: [1]}
    )
    page = render_change_set(change_set(proposal(plan, file, provenance=None)), lang="zh")
    reader = read(page)
    assert {"script", "img", "a", "iframe"}.isdisjoint(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert legal(text.strip()).split("\r")[0].split("\n")[0].strip() in "".join(reader.words)


# ------------------------------------------------------------------------- command line


def brought(small: SmallWorkspace, name: str = "new.geojson") -> Path:
    """Write a GeoJSON file in EPSG:4490 that moves one side of the first lot by a metre."""
    from cases import feature, layer_text

    path = small.root.parent / name
    path.write_text(layer_text([feature("lot-1", box(0, 0, 101, 100))]), encoding="utf-8")
    return path


SIGNED = ("--by", "甲", "--reason", "测量")


def test_update_asks_and_a_no_writes_nothing(small: SmallWorkspace, command: Command) -> None:
    write(small, LOTS)
    before = (small.root / "data" / "lots.geojson").read_bytes()
    run = command("update", "lots", brought(small), *SIGNED, cwd=small.root)
    assert run.code == 4 and "已取消" in run.err
    assert (small.root / "data" / "lots.geojson").read_bytes() == before


def test_who_and_why_are_needed_to_apply(small: SmallWorkspace, command: Command) -> None:
    write(small, LOTS)
    for words in ((), ("--by", "甲"), ("--reason", "因")):
        run = command("update", "lots", brought(small), "--yes", *words, cwd=small.root)
        assert "--by" in refusal(run, 2)
    assert command("update", "lots", brought(small), "--dry-run", cwd=small.root).code == 0


def test_evidence_that_does_not_go_together_is_refused(
    small: SmallWorkspace, command: Command
) -> None:
    write(small, LOTS)
    for words in (
        ("--grade", "1"),
        ("--basis", "digitized", "--scale", "500", "--source", "图", "--grade", "1"),
        ("--basis", "surveyed", "--survey-ref", "x"),
        ("--basis", "digitized", "--scale", "500"),
    ):
        run = command("update", "lots", brought(small), "--dry-run", *words, cwd=small.root)
        assert "--basis" in refusal(run, 2)


def test_errors_block(small: SmallWorkspace, command: Command) -> None:
    write(small, LOTS)
    from cases import feature, layer_text

    path = small.root.parent / "bad.geojson"
    path.write_text(
        layer_text([feature("lot-1", box(0, 0, 101, 100), storeys=0)]), encoding="utf-8"
    )
    run = command("update", "lots", path, "--yes", *SIGNED, cwd=small.root)
    assert run.code == 1 and "有错误，未写入" in run.out and "storeys" in run.out
    assert reopened(small.root).history.entries == ()


def test_json_is_nothing_but_json(small: SmallWorkspace, command: Command) -> None:
    write(small, LOTS)
    words = ("update", "lots", brought(small), "--yes", *SIGNED, "--format", "json")
    document = command(*words, cwd=small.root).json()
    assert [change["id"] for change in document["changes"]] == ["lot-1"]
    log = command("history", "log", "--format", "json", cwd=small.root).json()
    assert log[0]["reason"] == "测量" and log[0]["changes"] == [{"id": "lot-1", "whlx": 1}]
    diff = command("history", "diff", "0", "--format", "json", cwd=small.root).json()
    assert diff["changes"][0]["after"]["feature"]["properties"]["id"] == "lot-1"


def test_a_folder_and_its_review(small: SmallWorkspace, command: Command) -> None:
    write(small, LOTS)
    folder = small.root.parent / "成果"
    folder.mkdir()
    brought(small, "成果/地块1.geojson")
    page = small.root.parent / "review.html"
    words = ("update", "lots", folder, "--yes", *SIGNED, "--html", page)
    assert command(*words, cwd=small.root).code == 0
    assert "lot-1" in page.read_text(encoding="utf-8")


def test_verify_finds_a_foreign_edit_and_a_forged_entry(
    small: SmallWorkspace, command: Command
) -> None:
    write(small, LOTS)
    found = proposal(reopened(small.root), source(small, {"lot-1": box(0, 0, 101, 100)}))
    carry_out(found, by="甲", reason="测量")
    assert command("history", "verify", cwd=small.root).code == 0
    path = small.root / "data" / "lots.geojson"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    run = command("history", "verify", cwd=small.root)
    assert run.code == 1 and "history adopt lots" in run.out
    record = small.root / "data" / "history" / "000001.json"
    record.write_text(record.read_text(encoding="utf-8").replace("甲", "乙"), encoding="utf-8")
    carried = record.read_text(encoding="utf-8").replace('"lot-1"', '"lot-2"')
    record.write_text(carried, encoding="utf-8")
    assert command("history", "verify", cwd=small.root).code == 1
