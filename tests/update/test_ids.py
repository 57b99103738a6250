"""Ids of what an update brings: no two get the same one, and none takes that of another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import SmallWorkspace, box
from layerwork import proposal, source, told, write

from gangqu_gis.changes import apply, change_of
from gangqu_gis.errors import RefusedError, UsageError
from gangqu_gis.records import Record, id_of

ONE, FAR = box(0, 0, 100), box(1000, 0, 100)
HERE, THERE = box(3000, 0, 50), box(4000, 0, 50)


def test_a_number_made_fit_does_not_replace_a_feature_elsewhere(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    with pytest.raises(RefusedError, match="LOT_1.*lot-1"):
        proposal(plan, source(small, {"LOT_1": HERE}))
    found = proposal(plan, source(small, {"LOT_1": HERE}), given={"LOT_1": "lot-1"})
    assert told(found) == {"lot-1": ("geometry", "given")}


def test_two_numbers_made_fit_are_not_one_feature(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    with pytest.raises(RefusedError, match="p-1"):
        proposal(plan, source(small, {"P_1": HERE, "p-1": THERE}))


def test_one_id_given_twice(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    with pytest.raises(RefusedError, match="lot-9"):
        proposal(
            plan, source(small, {"a": HERE, "b": THERE}), given={"a": "lot-9", "b": "lot-9"}
        )


def test_an_id_given_by_place(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    found = proposal(plan, source(small, {"a": HERE, "b": THERE}), given={"#2": "lot-9"})
    assert set(told(found)) == {"a", "lot-9"}


def test_places_count_through_all_files(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    first = source(small, {"a": HERE}, by=None)
    second = replace(source(small, {"b": THERE}, by=None), source=str(small.root / "b.txt"))
    (small.root / "b.txt").write_text("survey b", encoding="utf-8")
    found = proposal(plan, first, second, given={"#1": "lot-8", "#2": "lot-9"})
    files = {o.id: o.arrival.file for o in found.outcomes if o.arrival is not None}
    assert files == {"lot-8": first.source, "lot-9": second.source}


def test_a_name_of_two_is_not_taken_for_the_last(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    file = source(small, {"a": HERE, "b": THERE}, by="DKMC")
    file = replace(file, columns={"DKMC": file.columns["DKMC"][[0, 0]]})
    with pytest.raises(UsageError, match="#1, #2"):
        proposal(plan, file, given={"a": "lot-9"})


def test_changes_that_would_lose_one_another_are_never_made() -> None:
    def of(id_: str) -> Record:
        return {"type": "Feature", "properties": {"id": id_}, "geometry": None}

    def itself(record: Record) -> Record:
        return record

    coming = change_of("a", None, of("a"))
    for items, changes in (([of("a")], [coming]), ([], [coming, coming])):
        with pytest.raises(ValueError):
            apply(items, changes, id_of=id_of, of=itself)
