"""The chain of records: whole, or its first fault named; nothing can be altered unseen."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from gangqu_gis.chain import NO_RECORD, Chain
from gangqu_gis.errors import InputError, RefusedError
from gangqu_gis.files import write_new
from gangqu_gis.history import read_history


def entry(number: int) -> dict[str, Any]:
    feature = {"type": "Feature", "properties": {"id": f"a-{number}"}, "geometry": None}
    change = {"id": f"a-{number}", "whlx": 1, "before": None, "after": feature}
    return {
        "time": f"2026-01-0{number}T00:00:00+08:00",
        "by": "甲",
        "reason": "因",
        "layer": "parcels",
        "changes": [change],
    }


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    found = Chain(
        tmp_path / "history", "data/history", ("time", "by", "reason", "layer", "changes")
    )
    for number in (1, 2, 3):
        found.append(entry(number), rows="changes")
    return found


def fault_of(chain: Chain) -> str:
    found = chain.fault()
    assert found is not None
    with pytest.raises(InputError):
        chain.read()
    return found.render("zh")


def test_each_record_holds_the_hash_of_the_one_before(chain: Chain) -> None:
    hashes = [
        hashlib.sha256((chain.folder / f"00000{n}.json").read_bytes()).hexdigest()
        for n in (1, 2, 3)
    ]
    links = chain.read()
    assert [link.hash for link in links] == hashes
    assert [link.content["previous"] for link in links] == [NO_RECORD, hashes[0], hashes[1]]
    assert chain.fault() is None
    assert read_history(chain.folder, shown="h").head == hashes[2]


def test_an_empty_history_has_a_head_of_its_own(tmp_path: Path) -> None:
    assert read_history(tmp_path / "none", shown="h").head == NO_RECORD


@pytest.mark.parametrize("number", [1, 2])
def test_an_altered_record_is_noticed_at_the_next(chain: Chain, number: int) -> None:
    path = chain.folder / f"00000{number}.json"
    path.write_text(path.read_text(encoding="utf-8").replace("甲", "乙"), encoding="utf-8")
    assert fault_of(chain).startswith(f"data/history/00000{number + 1}.json")


def test_an_altered_last_record_changes_the_head(chain: Chain) -> None:
    """Nothing inside can notice it: that is why the head is printed on the sheets."""
    before = read_history(chain.folder, shown="h").head
    path = chain.folder / "000003.json"
    path.write_text(path.read_text(encoding="utf-8").replace("甲", "乙"), encoding="utf-8")
    assert read_history(chain.folder, shown="h").head != before


@pytest.mark.parametrize("number", [1, 2])
def test_a_missing_record_is_noticed(chain: Chain, number: int) -> None:
    (chain.folder / f"00000{number}.json").unlink()
    assert f"00000{number}.json" in fault_of(chain)


def test_a_record_that_was_slipped_in_is_noticed(chain: Chain) -> None:
    text = (chain.folder / "000003.json").read_text(encoding="utf-8")
    (chain.folder / "000004.json").write_text(text, encoding="utf-8")
    assert "000004.json" in fault_of(chain)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"number": 2}', "\x00\xff"])
def test_a_broken_record_is_one_clear_line(chain: Chain, text: str) -> None:
    (chain.folder / "000002.json").write_text(text, encoding="latin-1")
    line = fault_of(chain)
    assert line.startswith("data/history/000002.json") and "\n" not in line


def test_nothing_is_added_to_a_broken_chain(chain: Chain) -> None:
    (chain.folder / "000001.json").unlink()
    before = sorted(p.name for p in chain.folder.iterdir())
    with pytest.raises(InputError):
        chain.append(entry(4), rows="changes")
    assert sorted(p.name for p in chain.folder.iterdir()) == before


def test_a_record_is_never_overwritten(chain: Chain) -> None:
    path = chain.folder / "000003.json"
    before = path.read_bytes()
    with pytest.raises(RefusedError):
        write_new(path, "{}")
    assert path.read_bytes() == before
    assert [p.name for p in chain.folder.iterdir() if p.name.startswith(".")] == []


def test_one_change_a_line(chain: Chain) -> None:
    record = {**entry(4), "changes": [entry(n)["changes"][0] for n in (4, 5)]}
    chain.append(record, rows="changes")
    rows = (chain.folder / "000004.json").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 4
    assert json.loads(rows[1].rstrip(","))["id"] == "a-4"
