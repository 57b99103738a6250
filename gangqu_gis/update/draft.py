"""From a matching to a change set: what each feature of the layer becomes, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from shapely.geometry import mapping

from gangqu_gis.changes import change_of
from gangqu_gis.errors import RefusedError, UsageError
from gangqu_gis.history import Change
from gangqu_gis.layers import Feature
from gangqu_gis.messages import message
from gangqu_gis.plan import Plan
from gangqu_gis.records import stored
from gangqu_gis.sameness import same_shape
from gangqu_gis.schema import Kind
from gangqu_gis.update.drawn import refuse_drawings
from gangqu_gis.update.incoming import Arrival
from gangqu_gis.update.matching import How, Match, Matching
from gangqu_gis.update.provenance import BASIS_FIELDS, Provenance, Unproven, with_geometry_of


class What(StrEnum):
    """What becomes of one feature."""

    UNCHANGED = "unchanged"
    ATTRIBUTES = "attributes"
    GEOMETRY = "geometry"
    NEW = "new"
    SPLIT = "split"
    MERGED = "merged"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one feature: by what it was recognised, and what it has to do with others.

    ``related`` are the features that it was split from or merged with, or that take its place.
    """

    id: str
    what: What
    how: How | None = None
    share: float | None = None
    arrival: Arrival | None = None
    related: tuple[str, ...] = ()
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user said about arrivals that the layer does not know and features that go.

    ``given`` says which feature an arrival is; ``retire`` lets features leave the layer that were
    split or merged; ``complete`` says that the files are the whole layer; ``only`` takes nothing
    but the geometry or nothing but the attributes of features that the layer knows.
    """

    given: Mapping[str, str]
    kind: str | None = None
    retire: bool = False
    complete: bool = False
    only: str | None = None


def outcomes(
    plan: Plan,
    layer: str,
    matching: Matching,
    origin: Mapping[str, Provenance | Unproven],
    choices: Choices,
) -> list[Outcome]:
    """Return what becomes of each arrival, and of each feature that goes, in the layer's order.

    ``origin`` gives what the geometries of each file are worth, by the file's name.

    Raises
    ------
    RefusedError
        A geometry is the schematic drawing brought in as evidence; a feature would leave the
        layer and nobody said that it may; an arrival has no usable id, or one that is taken.
    UsageError
        An arrival is new and nobody said of what kind.
    """
    if choices.only != "attributes":
        refuse_drawings(plan, layer, matching, origin)
    drafter = _Drafter(plan, layer, matching, origin, choices)
    return [*drafter.known(), *drafter.new(), *drafter.gone()]


class _Drafter:
    def __init__(
        self,
        plan: Plan,
        layer: str,
        matching: Matching,
        origin: Mapping[str, Provenance | Unproven],
        choices: Choices,
    ) -> None:
        self.plan, self.layer, self.matching = plan, layer, matching
        self.origin, self.choices = origin, choices
        order = ["", *(f.id for f in plan.layers[layer].features)]
        self.before = dict(zip(order[1:], order, strict=False))
        self.ids = {id(found.arrival): found.feature.id for found in matching.matches}
        self.taken = {*self.before, *self.ids.values()}
        self.named = {id(arrival): id_ for arrival, id_ in matching.named}

    def known(self) -> Iterator[Outcome]:
        merged = {id(m.whole): m for m in self.matching.mergers if m.kept}
        split = {s.feature.id: s for s in self.matching.splits if s.kept}
        for found in self.matching.matches:
            feature, arrival = found.feature, found.arrival
            what, change = self._revised(found)
            related: tuple[str, ...] = ()
            if id(arrival) in merged:
                what = What.MERGED
                related = tuple(f.id for f in merged[id(arrival)].features if f.id != feature.id)
            elif feature.id in split:
                what = What.SPLIT
                related = tuple(self._id(part) for part in split[feature.id].parts)
            yield Outcome(feature.id, what, found.how, found.share, arrival, related, change)

    def new(self) -> Iterator[Outcome]:
        self._refuse_rows_of_none()
        parents = {id(part): s.feature for s in self.matching.splits for part in s.parts}
        mergers = {id(m.whole): m for m in self.matching.mergers if not m.kept}
        for arrival in self.matching.new:
            self._refuse_other_layer(arrival)
            parent = parents.get(id(arrival))
            absorbed = mergers[id(arrival)].features if id(arrival) in mergers else ()
            what = What.SPLIT if parent else What.MERGED if absorbed else What.NEW
            related = (parent.id,) if parent else tuple(f.id for f in absorbed)
            model = parent or (absorbed[0] if absorbed else None)
            after = self._created(arrival, model)
            change = replace(change_of(self._id(arrival), None, after), origin=arrival.origin())
            yield Outcome(self._id(arrival), what, None, None, arrival, related, change)

    def gone(self) -> Iterator[Outcome]:
        leaving: dict[str, tuple[Feature, What, tuple[str, ...]]] = {}
        for split in self.matching.splits:
            if not split.kept:
                parts = tuple(self._id(part) for part in split.parts)
                leaving[split.feature.id] = (split.feature, What.SPLIT, parts)
        for merger in self.matching.mergers:
            whole = self._id(merger.whole)
            for feature in merger.features:
                if feature.id != whole:
                    leaving[feature.id] = (feature, What.MERGED, (whole,))
        self._refuse_to_lose(leaving)
        if self.choices.complete:
            leaving |= {f.id: (f, What.MISSING, ()) for f in self.matching.missing}
        for feature in self.plan.layers[self.layer].features:
            if feature.id in leaving:
                _, what, related = leaving[feature.id]
                change = change_of(feature.id, stored(feature.as_record()), None)
                change = replace(change, follows=self.before[feature.id])
                yield Outcome(feature.id, what, related=related, change=change)

    def _refuse_to_lose(self, leaving: Mapping[str, object]) -> None:
        if leaving and not (self.choices.retire or self.choices.complete):
            raise RefusedError(message("update.would_leave", ids=", ".join(leaving)))

    def _revised(self, found: Match) -> tuple[What, Change | None]:
        feature, arrival = found.feature, found.arrival
        attributes = {} if self.choices.only == "geometry" else arrival.attributes
        properties = self._with_alias({**feature.properties, **attributes}, feature, found)
        properties = {k: v for k, v in properties.items() if k not in arrival.cleared}
        geometry, moved = feature.geometry, False
        if arrival.geometry is not None and self.choices.only != "attributes":
            origin = self.origin[arrival.file]
            moved = feature.geometry is None or not same_shape(feature.geometry, arrival.geometry)
            proof = isinstance(origin, Provenance)
            if moved or proof:
                properties = with_geometry_of(properties, origin)
            geometry = arrival.geometry if moved else feature.geometry
        before = stored(feature.as_record())
        after = self._record(properties, geometry, feature, moved=moved)
        if after == before:
            return What.UNCHANGED, None
        change = replace(change_of(feature.id, before, after), origin=arrival.origin())
        return (What.GEOMETRY if change.moves_geometry else What.ATTRIBUTES), change

    def _record(
        self, properties: Mapping[str, Any], geometry: Any, feature: Feature, *, moved: bool
    ) -> dict[str, Any]:
        record = feature.as_record()
        shape = mapping(geometry) if moved else record.get("geometry")
        return stored({"type": "Feature", "properties": properties, "geometry": shape})

    def _with_alias(
        self, properties: dict[str, Any], feature: Feature, found: Match
    ) -> dict[str, Any]:
        """Keep what the file calls a feature: next time it is known by that."""
        kind = self.plan.schema.kinds.get(feature.kind)
        number = found.arrival.number
        if not number or found.how in (How.ID, How.ALIAS) or number == feature.id:
            return properties
        if kind is None or "aliases" not in {field.name for field in kind.fields}:
            return properties
        aliases = [a for a in properties.get("aliases") or () if a != number]
        return properties | {"aliases": [*aliases, number]}

    def _created(self, arrival: Arrival, model: Feature | None) -> dict[str, Any]:
        kind = self._kind(arrival, model)
        fields = {field.name for field in kind.fields}
        id_ = self._id(arrival)
        inherited = {
            field.name: model.properties[field.name]
            for field in kind.fields
            if model is not None and field.required and field.name in model.properties
        }
        properties = inherited | dict(arrival.attributes) | {"id": id_, "kind": kind.id}
        if model is not None and "name" not in arrival.attributes:
            properties["name"] = f"{model.properties.get('name', model.id)}（{id_}）"
        if not kind.is_record:
            properties = with_geometry_of(
                {k: v for k, v in properties.items() if k not in BASIS_FIELDS},
                self.origin[arrival.file],
            )
        if arrival.number not in ("", id_) and "aliases" in fields:
            properties["aliases"] = [*properties.get("aliases", ()), arrival.number]
        shape = None if arrival.geometry is None else mapping(arrival.geometry)
        return stored({"type": "Feature", "properties": properties, "geometry": shape})

    def _kind(self, arrival: Arrival, model: Feature | None) -> Kind:
        kinds = {kind.id: kind for kind in self.plan.schema.of_layer(self.layer)}
        named = arrival.attributes.get("kind") or (model.kind if model else self.choices.kind)
        if named not in kinds:
            known = " / ".join(f"{k.id}（{k.label.zh}）" for k in kinds.values())
            raise UsageError(
                message("update.which_kind", label=arrival.label, known=known),
                file=arrival.file,
                line=arrival.line,
            )
        return kinds[named]

    def _id(self, arrival: Arrival) -> str:
        """Return the id of an arrival: its feature's, the one given, or its number made fit."""
        key = id(arrival)
        if key not in self.ids:
            self.ids[key] = self._free(self._new_id(arrival), arrival)
        return self.ids[key]

    def _new_id(self, arrival: Arrival) -> str:
        given = self.named.get(id(arrival))
        pattern = self._id_pattern()
        for candidate in (given, arrival.number, arrival.number.lower().replace("_", "-")):
            if candidate and (pattern is None or re.fullmatch(pattern, candidate)):
                return candidate
        text = message("update.needs_id", label=arrival.label, pattern=pattern or "")
        raise RefusedError(text, file=arrival.file, line=arrival.line)

    def _refuse_rows_of_none(self) -> None:
        """A row without geometry is a feature that the layer has, or it is nothing."""
        is_drawn = not self.plan.schema.holds_records(self.layer)
        rows = [a for a in self.matching.new if is_drawn and a.geometry is None]
        for arrival in rows:
            self._refuse_other_layer(arrival)
        if rows:
            labels = ", ".join(arrival.label for arrival in rows)
            text = message("update.row_of_none", labels=labels, layer=self.layer)
            raise RefusedError(text, file=rows[0].file, line=rows[0].line)

    def _refuse_other_layer(self, arrival: Arrival) -> None:
        """A number that another layer has is no new feature here: the wrong layer was named."""
        for number in arrival.numbers:
            known = self.plan.by_id.get(number)
            if known is not None and known.layer != self.layer:
                text = message("update.other_layer", id=number, layer=known.layer)
                raise RefusedError(text, file=arrival.file, line=arrival.line)

    def _free(self, id_: str, arrival: Arrival) -> str:
        """Return the id of a new feature, which nothing else in the layer or the files has."""
        if id_ in self.taken:
            text = message("update.id_taken", label=arrival.label, id=id_)
            raise RefusedError(text, file=arrival.file, line=arrival.line)
        self.taken.add(id_)
        return id_

    def _id_pattern(self) -> str | None:
        kinds = self.plan.schema.of_layer(self.layer)
        return next((f.pattern for kind in kinds for f in kind.fields if f.name == "id"), None)


def changes_of(found: Iterable[Outcome]) -> list[Change]:
    """Return the changes of outcomes, those that come first and those that go last."""
    return [outcome.change for outcome in found if outcome.change is not None]


def counted(found: Sequence[Outcome]) -> dict[What, int]:
    """Return how many features become what; every answer is listed."""
    return {what: sum(outcome.what is what for outcome in found) for what in What}
