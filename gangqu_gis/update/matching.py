"""Which arriving feature is which feature of the layer: by id, by alias, by name, by geometry.

Ids get renumbered, so what no number settles is compared by shape: a feature that overlaps one
of the layer for the most part is that one; several that fill one are its split; one that fills
several is their merger.  Where two answers are possible, none is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gangqu_gis.errors import RefusedError, UsageError
from gangqu_gis.layers import Feature
from gangqu_gis.messages import message
from gangqu_gis.schema import Kind, Schema
from gangqu_gis.update.incoming import Arrival
from gangqu_gis.update.overlaps import Overlaps, is_area

if TYPE_CHECKING:
    from pyproj import CRS

#: Two shapes are one feature when their overlap is at least this share of their union.
SAME_SHARE = 0.6
#: A shape lies in another when at least this share of it does.
INSIDE_SHARE = 0.9


class How(StrEnum):
    """By what a feature was recognised."""

    GIVEN = "given"
    ID = "id"
    ALIAS = "alias"
    NAME = "name"
    SHAPE = "shape"


@dataclass(frozen=True, slots=True)
class Match:
    """An arrival that is a feature of the layer; ``share`` is their overlap over their union."""

    arrival: Arrival
    feature: Feature
    how: How
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """One feature that several arrivals fill; ``kept`` where one of them keeps its id."""

    feature: Feature
    parts: tuple[Arrival, ...]
    kept: bool


@dataclass(frozen=True, slots=True)
class Merger:
    """Several features that one arrival fills; ``kept`` where it keeps the id of one of them."""

    features: tuple[Feature, ...]
    whole: Arrival
    kept: bool


@dataclass(frozen=True, slots=True)
class Matching:
    """What becomes of every arrival and of every feature of the layer.

    ``named`` are the arrivals that the user gave an id which no feature has.
    """

    matches: tuple[Match, ...]
    new: tuple[Arrival, ...]
    splits: tuple[Split, ...]
    mergers: tuple[Merger, ...]
    missing: tuple[Feature, ...]
    named: tuple[tuple[Arrival, str], ...] = ()


def match(
    features: Sequence[Feature],
    arrivals: Sequence[Arrival],
    schema: Schema,
    *,
    given: Mapping[str, str],
    kind: str | None,
    plane: CRS,
) -> Matching:
    """Match ``arrivals`` with the features of a layer.

    ``given`` says which feature an arrival is, by what the file calls it, or by its place among
    all arrivals, "#n"; ``kind``
    is that of arrivals that the layer does not know and that name none themselves.

    Raises
    ------
    UsageError
        ``given`` names no arrival, or several.
    RefusedError
        Two arrivals are the same feature, or one may be either of two.
    """
    matcher = _Matcher(features, arrivals, schema, kind, plane)
    matcher.by_hand(given)
    matcher.by_number()
    matcher.by_name()
    matcher.by_shape()
    return matcher.result()


class _Matcher:
    """The search, one way of recognising after the other."""

    def __init__(
        self,
        features: Sequence[Feature],
        arrivals: Sequence[Arrival],
        schema: Schema,
        kind: str | None,
        plane: CRS,
    ) -> None:
        self.features, self.arrivals, self.schema = features, arrivals, schema
        self.kind, self.plane = kind, plane
        self.found: dict[int, Match] = {}
        self.taken: dict[str, int] = {}
        self.named_new: dict[int, str] = {}
        self.splits: list[Split] = []
        self.mergers: list[Merger] = []

    def by_hand(self, given: Mapping[str, str]) -> None:
        own = {feature.id: feature for feature in self.features}
        for label, id_ in given.items():
            i = self._called(label)
            if id_ in own:
                self._take(i, own[id_], How.GIVEN)
            else:
                self.named_new[i] = id_

    def _called(self, label: str) -> int:
        """Return which arrival the user calls ``label``."""
        rows = [i for i, arrival in enumerate(self.arrivals) if arrival.label == label]
        if not rows:
            rows = [i for i in range(len(self.arrivals)) if label == f"#{i + 1}"]
        if not rows:
            known = ", ".join(a.label for a in self.arrivals[:20])
            raise UsageError(message("update.no_such_arrival", label=label, known=known))
        if len(rows) > 1:
            places = ", ".join(f"#{i + 1}" for i in rows)
            raise UsageError(message("update.several_arrivals", label=label, places=places))
        return rows[0]

    def by_number(self) -> None:
        own = {feature.id: feature for feature in self.features}
        aliases = _by_alias(self.features)
        for how, known in ((How.ID, own), (How.ALIAS, aliases)):
            for i in self._open():
                number = next((n for n in self.arrivals[i].numbers if n in known), None)
                if number is not None:
                    self._take(i, known[number], how)

    def by_name(self) -> None:
        """Recognise by name where exactly one feature and one arrival have it."""
        names = Counter(str(f.properties.get("name")) for f in self.features)
        arriving = Counter(str(self.arrivals[i].attributes.get("name")) for i in self._open())
        own = {str(f.properties.get("name")): f for f in self.features}
        for i in self._open():
            name = str(self.arrivals[i].attributes.get("name"))
            if names[name] == 1 and arriving[name] == 1 and own[name].id not in self.taken:
                if not self._contradicts(self.arrivals[i], own[name]):
                    self._take(i, own[name], How.NAME)

    def _contradicts(self, arrival: Arrival, feature: Feature) -> bool:
        """Whether a row gives another number: without a geometry, nothing else speaks for it."""
        is_row = arrival.geometry is None and feature.geometry is not None
        return is_row and bool(arrival.numbers)

    def by_shape(self) -> None:
        open_ = [i for i in self._open() if is_area(self.arrivals[i].geometry)]
        areas = [f for f in self.features if is_area(f.geometry)]
        if not open_ and not self.found or not areas:
            return
        overlaps = Overlaps(areas, self.arrivals, self.plane)
        self._same_shapes(open_, overlaps)
        open_ = [i for i in open_ if i not in self.found]
        self._find_splits(open_, overlaps)
        split = {id(part) for s in self.splits for part in s.parts}
        whole = [i for i in range(len(self.arrivals)) if id(self.arrivals[i]) not in split]
        self._find_mergers(whole, overlaps)

    def result(self) -> Matching:
        gone = set(self.taken) | {s.feature.id for s in self.splits}
        gone |= {f.id for m in self.mergers for f in m.features}
        new = tuple(self.arrivals[i] for i in range(len(self.arrivals)) if i not in self.found)
        return Matching(
            matches=tuple(self.found[i] for i in sorted(self.found)),
            new=new,
            splits=tuple(self.splits),
            mergers=tuple(self.mergers),
            missing=tuple(f for f in self.features if f.id not in gone),
            named=tuple((self.arrivals[i], id_) for i, id_ in self.named_new.items()),
        )

    def _open(self) -> list[int]:
        return [
            i for i in range(len(self.arrivals)) if i not in self.found and i not in self.named_new
        ]

    def _take(self, i: int, feature: Feature, how: How, share: float | None = None) -> None:
        arrival = self.arrivals[i]
        if feature.id in self.taken:
            other = self.arrivals[self.taken[feature.id]]
            text = message("update.both_are", a=other.label, b=arrival.label, id=feature.id)
            raise RefusedError(text, file=arrival.file, line=arrival.line)
        self.found[i] = Match(arrival, feature, how, share)
        self.taken[feature.id] = i

    def _same_shapes(self, open_: Sequence[int], overlaps: Overlaps) -> None:
        for i in open_:
            alike = [
                (feature, share)
                for feature, share, _, _ in overlaps.overlapping(i)
                if share >= SAME_SHARE and feature.id not in self.taken and self._may_be(i, feature)
            ]
            if len(alike) > 1:
                arrival, ids = self.arrivals[i], ", ".join(f.id for f, _ in alike)
                text = message("update.either", label=arrival.label, ids=ids)
                raise RefusedError(text, file=arrival.file, line=arrival.line)
            for feature, share in alike:
                self._take(i, feature, How.SHAPE, share)

    def _find_splits(self, open_: Sequence[int], overlaps: Overlaps) -> None:
        """Find features that open arrivals fill, beside the one that keeps the id, if any."""
        parts: dict[str, list[int]] = {}
        for i in open_:
            for feature, _, inside, _ in overlaps.overlapping(i):
                if inside >= INSIDE_SHARE and self._excludes(i, feature, unknown=True):
                    parts.setdefault(feature.id, []).append(i)
        own = {feature.id: feature for feature in self.features}
        for id_, rows in parts.items():
            kept = id_ in self.taken and overlaps.inside(self.taken[id_], own[id_]) >= INSIDE_SHARE
            rows = [i for i in rows if i not in self.found]
            whole = [*rows, self.taken[id_]] if kept else rows
            if len(whole) > 1 and overlaps.filled(own[id_], whole) >= INSIDE_SHARE:
                pieces = tuple(self.arrivals[i] for i in rows)
                self.splits.append(Split(own[id_], pieces, kept))

    def _find_mergers(self, rows: Sequence[int], overlaps: Overlaps) -> None:
        """Find arrivals that fill several features, of which no other arrival is one."""
        for i in rows:
            own = self.found[i].feature if i in self.found else None
            if own is not None and overlaps.covered(i, own) < INSIDE_SHARE:
                continue
            filled = [
                feature
                for feature, _, _, covered in overlaps.overlapping(i)
                if covered >= INSIDE_SHARE
                and feature is not own
                and feature.id not in self.taken
                and self._excludes(i, feature, unknown=False)
            ]
            whole = tuple(filled) if own is None else (own, *filled)
            if len(whole) > 1 and overlaps.filling(whole, i) >= INSIDE_SHARE:
                self.mergers.append(Merger(whole, self.arrivals[i], own is not None))

    def _kind_of(self, i: int) -> Kind | None:
        """Return the kind of an arrival, where it is known."""
        if i in self.found:
            return self.schema.kinds.get(self.found[i].feature.kind)
        kind = self.arrivals[i].attributes.get("kind", self.kind)
        return self.schema.kinds.get(kind) if isinstance(kind, str) else None

    def _may_be(self, i: int, feature: Feature) -> bool:
        kind = self._kind_of(i)
        return kind is None or kind.id == feature.kind

    def _excludes(self, i: int, feature: Feature, *, unknown: bool) -> bool:
        """Whether the arrival cannot share land with ``feature``, so that it takes its place.

        ``unknown`` is the answer for an arrival whose kind nobody has said.
        """
        kind, other = self._kind_of(i), self.schema.kinds.get(feature.kind)
        if kind is None or other is None:
            return unknown
        return kind is other or not kind.allows_overlap_with(other)


def _by_alias(features: Sequence[Feature]) -> dict[str, Feature]:
    """Return features by their former and foreign numbers; a number of two features is none."""
    found: dict[str, list[Feature]] = {}
    for feature in features:
        aliases = feature.properties.get("aliases")
        for alias in aliases if isinstance(aliases, list) else ():
            found.setdefault(str(alias), []).append(feature)
    return {alias: rows[0] for alias, rows in found.items() if len(rows) == 1}
