"""What every report of a change set shows: a prepared update, or what differs between two states.

The terminal, JSON, GeoJSON and the review page draw from a :class:`ChangeSet`, so that they carry
the same.  Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gangqu_gis.assessment import Assessment
from gangqu_gis.differences import Difference
from gangqu_gis.history import Change
from gangqu_gis.messages import Text, joined, message, plain
from gangqu_gis.records import compact
from gangqu_gis.schema import SIDES, Schema
from gangqu_gis.units import known_units, unit
from gangqu_gis.update import Outcome, Proposal, What
from gangqu_gis.update.draft import counted


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The differences to report; ``proposal`` where it is an update that has been prepared."""

    title: Text
    differences: tuple[Difference, ...]
    assessment: Assessment
    proposal: Proposal | None = None

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What becomes of each feature of an update, by id."""
        found = self.proposal.outcomes if self.proposal else ()
        return {outcome.id: outcome for outcome in found}

    @property
    def counts(self) -> Text:
        """How many features changed how, and how many did not."""
        tally: dict[str, int] = {}
        for difference in self.differences:
            key = kind_of(difference.change)
            tally[key] = tally.get(key, 0) + 1
        parts = [
            message(f"changeset.count_{key}", count=tally[key]) for key in KINDS if key in tally
        ]
        if self.proposal and self.proposal.outcomes:
            found = counted(self.proposal.outcomes)
            parts.append(message("changeset.count_unchanged", count=found[What.UNCHANGED]))
            spoken = len({o.id for o in self.proposal.outcomes})
            silent = len(self.proposal.present) - len(
                {f.id for f in self.proposal.present} & {o.id for o in self.proposal.outcomes}
            )
            if spoken and silent:
                parts.append(message("changeset.count_silent", count=silent))
        return joined(parts, zh="，", en=", ") if parts else message("changeset.nothing")


#: How a change is called, in the order of the summary.
KINDS = ("new", "geometry", "attributes", "gone")


def kind_of(change: Change) -> str:
    """Return what a change is: new, geometry, attributes or gone."""
    if change.before is None:
        return "new"
    if change.after is None:
        return "gone"
    return "geometry" if change.moves_geometry else "attributes"


def what_text(difference: Difference, outcome: Outcome | None) -> Text:
    """Return in words what happens to a feature, and to which others it is related."""
    words = message(f"changeset.what_{kind_of(difference.change)}")
    if outcome is None or not outcome.related:
        return words
    ids = "、".join(outcome.related)
    key = "split" if outcome.what is What.SPLIT else "merged"
    if difference.change.before is None or difference.change.after is None:
        key += "_from" if difference.change.before is None else "_into"
    return message("changeset.related", what=words, how=message(f"changeset.{key}", ids=ids))


def how_text(outcome: Outcome | None) -> Text | None:
    """Return by what a feature was recognised, where it was not its id."""
    if outcome is None or outcome.how is None or outcome.how.value == "id":
        return None
    share = "" if outcome.share is None else f"{outcome.share * 100:.0f} %"
    label = outcome.arrival.label if outcome.arrival else ""
    return message(f"changeset.how_{outcome.how.value}", label=label, share=share)


def field_label(schema: Schema, difference: Difference, name: str) -> Text:
    """Return what an attribute is called, for people, with its unit."""
    side = difference.after or difference.before
    properties = side.record.get("properties") or {} if side else {}
    kind = schema.kinds.get(str(properties.get("kind")))
    field = next((f for f in kind.fields if f.name == name), None) if kind else None
    if field is None:
        return plain(name)
    if field.unit is None:
        return field.label
    in_unit = unit(field.unit).label if field.unit in known_units() else plain(field.unit)
    return Text(f"{field.label.zh}（{in_unit.zh}）", f"{field.label.en} ({in_unit.en})")


def value_text(schema: Schema, name: str, value: object) -> Text:
    """Return the value of attribute ``name`` as a person reads it."""
    if value is None or value == "":
        return message("changeset.empty")
    if name == "basis" and value in ("surveyed", "digitized", "schematic"):
        return message(f"basis.{value}")
    if name == "kind" and isinstance(value, str) and value in schema.kinds:
        return schema.kinds[value].label
    if isinstance(value, bool):
        return message("changeset.yes" if value else "changeset.no")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return plain("、".join(value))
    if isinstance(value, Mapping) and value and all(side in SIDES for side in value):
        return joined([_side_text(side, lines) for side, lines in value.items()])
    if isinstance(value, Mapping | list):
        return plain(compact(value))
    if isinstance(value, float) and value.is_integer():
        return plain(int(value))
    return plain(value)


def _side_text(side: str, lines: object) -> Text:
    words, named = message(f"changeset.side_{side}"), value_text(Schema({}), "", lines)
    return Text(f"{words.zh} {named.zh}", f"{words.en} {named.en}")
