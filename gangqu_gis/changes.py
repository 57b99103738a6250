"""Change sets: what differs between two states of a layer.  Pure: compare, apply, invert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from gangqu_gis.history import Change
from gangqu_gis.records import Record, id_of

IN, ATTRIBUTES, OUT = 1, 2, 3

T = TypeVar("T")


def change_of(id_: str, before: Record | None, after: Record | None) -> Change:
    """Return the change of one feature.

    WHLX 1 调入: new, or with another geometry; 2 属性变更: attributes only; 3 调出: gone.
    """
    change = Change(id_, IN, before, after)
    if after is None:
        return replace(change, whlx=OUT)
    if before is not None and not change.moves_geometry:
        return replace(change, whlx=ATTRIBUTES)
    return change


def compare(before: Sequence[Record], after: Sequence[Record]) -> list[Change]:
    """Return the changes from ``before`` to ``after``, by id: those that stay or go, then new ones.

    Every record has an id of its own.
    """
    old = {id_of(record): record for record in before}
    new = {id_of(record): record for record in after}
    stood, stands = _follows(list(old)), _follows(list(new))
    changes = []
    for id_ in dict.fromkeys((*old, *new)):
        was, now = old.get(id_), new.get(id_)
        if was != now:
            change = change_of(id_, was, now)
            place = stood[id_] if now is None else stands[id_] if was is None else None
            changes.append(replace(change, follows=place))
    return changes


def apply(
    items: Sequence[T],
    changes: Iterable[Change],
    *,
    id_of: Callable[[T], str],
    of: Callable[[Record], T],
) -> list[T]:
    """Return ``items`` with ``changes`` made.

    A new one stands after the one it follows, or at the end where that one is not there.

    Raises
    ------
    ValueError
        Two changes are of one feature, or one that is there already would come: made all the
        same, one of the two would be lost.
    """
    changes = list(changes)
    pending = {change.id: change for change in changes}
    if len(pending) < len(changes):
        raise ValueError("two changes of one feature")
    present: dict[str, T] = {}
    for item in items:
        change = pending.pop(id_of(item), None)
        if change is None:
            present[id_of(item)] = item
        elif change.before is None:
            raise ValueError(f"{change.id} is there already")
        elif change.after is not None:
            present[id_of(item)] = of(change.after)
    coming = [change for change in pending.values() if change.after is not None]
    order = _Order(present)
    for change in coming:
        assert change.after is not None
        present[change.id] = of(change.after)
        order.add(change.id, after=change.follows)
    return [present[id_] for id_ in order.ids()]


class _Order:
    """Ids in a row, to which others are added behind a given one."""

    def __init__(self, ids: Iterable[str]) -> None:
        row = ["", *ids]
        self._next = dict(zip(row, [*row[1:], None], strict=True))
        self._last = row[-1]

    def add(self, id_: str, *, after: str | None) -> None:
        """Put ``id_`` behind ``after`` ("" is the very front), else at the end."""
        anchor = after if after in self._next else self._last
        assert anchor is not None
        self._next[id_], self._next[anchor] = self._next[anchor], id_
        if anchor == self._last:
            self._last = id_

    def ids(self) -> Iterator[str]:
        """Yield the ids in order."""
        at = self._next[""]
        while at is not None:
            yield at
            at = self._next[at]


def invert(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that undo ``changes``."""
    return [
        replace(change_of(change.id, change.after, change.before), follows=change.follows)
        for change in changes
    ]


def _follows(ids: Sequence[str]) -> dict[str, str]:
    """Return the id before each, "" before the first."""
    return dict(zip(ids, ["", *ids], strict=False))
