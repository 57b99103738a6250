"""Validity of the layers: schema, ids, geometry, expected counts, and links to the register.

Wrong data becomes findings, all at once; nothing is repaired.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from gangqu_gis.attributes import attribute_faults
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.layers import Feature
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan
from gangqu_gis.rules import AreaRule
from gangqu_gis.schema import GEOMETRY_TYPES, Field, Kind
from gangqu_gis.soundness import geometry_faults, record_fault
from gangqu_gis.workspace import MARKER


def check_validity(plan: Plan, *, only: Collection[str] | None = None) -> list[Finding]:
    """Return every fault of the plan's layers, in file order, then the plan-wide ones.

    With ``only`` the features of those ids alone are looked at, one by one; the plan-wide faults
    (ids, counts, links) are always found.
    """
    looked_at = plan.features if only is None else plan.named(only)
    found = [
        *_each_feature(plan, looked_at),
        *_duplicate_ids(plan),
        *_expected_counts(plan),
        *_links(plan),
    ]
    return found if only is not None else [*found, *_drifted(plan), *_unfilled(plan)]


def _unfilled(plan: Plan) -> Iterator[Finding]:
    """Yield a warning for each field of the workspace that is a placeholder still."""
    for name, line in plan.workspace.unfilled.items():
        yield Finding(
            rule="workspace.unfilled",
            severity=Severity.WARNING,
            subject=name,
            text=message("validity.unfilled", name=name),
            remedy=message("validity.fill_in"),
            file=MARKER.as_posix(),
            line=line,
        )


def _drifted(plan: Plan) -> Iterator[Finding]:
    """Yield a warning for each layer that was edited outside the toolkit."""
    for layer in plan.layers.values():
        if plan.history.drifted(layer.name, layer.sha256):
            yield Finding(
                rule="history.drift",
                severity=Severity.WARNING,
                subject=layer.name,
                text=message("validity.drifted", layer=layer.name),
                remedy=message("validity.adopt", layer=layer.name),
                layer=layer.name,
                file=layer.file,
            )


def unproven_findings(
    plan: Plan, proven: frozenset[str], *, only: Collection[str] | None = None
) -> Iterator[Finding]:
    """Yield a warning for each basis that stands in a layer and not in the history."""
    for feature in plan.polygons(only):
        if feature.basis != "schematic" and feature.id not in proven:
            text = message("check.unproven", ids=feature.label)
            yield Finding(
                rule="evidence.unproven",
                severity=Severity.WARNING,
                subject=feature.label,
                text=text,
                remedy=message("validity.bring_in"),
                layer=feature.layer,
                file=feature.file,
                line=feature.line,
            )


def _each_feature(plan: Plan, features: Sequence[Feature]) -> Iterator[Finding]:
    for feature, geometry_fault in zip(features, geometry_faults(features), strict=True):
        kind = plan.schema.kinds.get(feature.kind)
        if kind is None:
            allowed = ", ".join(k.id for k in plan.schema.of_layer(feature.layer))
            found = feature.properties.get("kind")
            text = message("validity.unknown_kind", kind=str(found), id=feature.label)
            yield _finding(
                "schema.kind", feature, text, message("validity.use_kind", allowed=allowed)
            )
        elif kind.layer != feature.layer:
            text = message("validity.wrong_layer", id=feature.label, kind=kind.label)
            yield _finding(
                "schema.layer", feature, text, message("validity.move_layer", layer=kind.layer)
            )
        else:
            for name, fault in attribute_faults(kind, feature.properties):
                remedy = message("validity.correct_attribute", name=name)
                yield _finding(f"schema.{name}", feature, _of(feature, fault), remedy)
        yield from _geometry(feature, kind, geometry_fault)


def _geometry(feature: Feature, kind: Kind | None, fault: Text | None) -> Iterator[Finding]:
    if kind is not None and kind.is_record:
        fault = record_fault(kind, feature)
    if fault is not None:
        remedy = message("validity.redraw")
        yield _finding(
            "geometry.valid", feature, _of(feature, fault), remedy, shape=feature.geometry
        )
    elif kind is not None and not kind.is_record and feature.geometry is not None:
        accepted = GEOMETRY_TYPES[kind.geometry]
        if feature.geometry.geom_type not in accepted:
            text = message(
                "validity.geometry_kind",
                id=feature.label,
                found=feature.geometry.geom_type,
                accepted=" / ".join(accepted),
            )
            yield _finding("geometry.type", feature, text, message("validity.redraw"))


def _duplicate_ids(plan: Plan) -> Iterator[Finding]:
    later = ((at, own[0]) for id_, own in plan.shared_ids.items() if id_ for at in own[1:])
    for at, first in sorted(later):
        feature, other = plan.features[at], plan.features[first]
        text = message("validity.id_twice", id=feature.id, first=f"{other.file}:{other.line}")
        yield _finding("id.unique", feature, text, message("validity.renumber"))


def _expected_counts(plan: Plan) -> Iterator[Finding]:
    for name, expected in plan.workspace.expected.items():
        present = len(plan.of_kind.get(name, ()))
        if present != expected:
            label = plan.schema.kinds[name].label
            text = message("validity.count", kind=label, found=present, expected=expected)
            yield Finding(
                rule="count.expected",
                severity=Severity.ERROR,
                subject=name,
                text=text,
                remedy=message("validity.correct_count"),
                layer=plan.schema.kinds[name].layer,
                file=plan.layers[plan.schema.kinds[name].layer].file,
                measured=present,
                limit=expected,
            )


def _links(plan: Plan) -> Iterator[Finding]:
    """Names in one part of the data that another part does not know."""
    every = ((kind.id, _link_fields(kind)) for kind in plan.schema.kinds.values())
    fields = {kind: links for kind, links in every if links}
    known = _Known(plan)
    for feature in plan.features:
        own = feature.properties
        if own.get("bounds") or own.get("figures") or (fields and feature.kind in fields):
            yield from _links_of(feature, fields.get(feature.kind, ()), known)
    yield from _rule_features(plan)


class _Known:
    """What a link may name; looked up when the first one asks."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.figures = plan.register.figures

    @cached_property
    def lines(self) -> frozenset[str]:
        """The ids of the lines."""
        drawn = self.plan.features
        return frozenset(f.id for f in drawn if _geometry_kind(self.plan, f) == "line")

    @cached_property
    def drawn(self) -> frozenset[str]:
        """The ids of all that is drawn."""
        return frozenset(feature.id for feature in self.plan.drawn)

    @cached_property
    def of_layer(self) -> Mapping[str, frozenset[str]]:
        """The ids of each layer."""
        layers = self.plan.layers.items()
        return {name: frozenset(f.id for f in layer.features) for name, layer in layers}


def _link_fields(kind: Kind) -> tuple[Field, ...]:
    return tuple(field for field in kind.fields if field.type in ("feature", "record"))


def _links_of(feature: Feature, links: Sequence[Field], known: _Known) -> Iterator[Finding]:
    bounds = feature.properties.get("bounds")
    sides = bounds.values() if isinstance(bounds, dict) else ()
    for id_ in dict.fromkeys(i for side in sides for i in _texts(side)):
        if id_ not in known.lines:
            text = message("validity.unknown_bound", id=feature.label, line=id_)
            yield _finding("link.bounds", feature, text, message("validity.correct_link"))
    for id_ in _texts(feature.properties.get("figures")):
        if id_ not in known.figures:
            text = message("validity.unknown_figure", id=feature.label, figure=id_)
            yield _finding("link.figures", feature, text, message("validity.correct_link"))
    for field in links:
        yield from _link_to_feature(feature, field, known)


def _link_to_feature(feature: Feature, field: Field, known: _Known) -> Iterator[Finding]:
    value = feature.properties.get(field.name)
    if not isinstance(value, str) or not value:
        return
    if field.type == "feature" and value not in known.drawn:
        key = "validity.unknown_site"
    elif field.type == "record" and (
        value == feature.id or value not in known.of_layer.get(feature.layer, ())
    ):
        key = "validity.unknown_record"
    else:
        return
    text = message(key, id=feature.label, label=field.label, value=value)
    yield _finding(f"link.{field.name}", feature, text, message("validity.correct_link"))


def _texts(value: object) -> list[str]:
    """Return the texts of a list; of anything else none, for the schema check reports that."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _rule_features(plan: Plan) -> Iterator[Finding]:
    for rule in plan.rules:
        for id_ in rule.features if isinstance(rule, AreaRule) else ():
            if not plan.named([id_]):
                yield Finding(
                    rule="link.rules",
                    severity=Severity.ERROR,
                    subject=id_,
                    text=message("validity.unknown_feature", rule=rule.id, id=id_),
                    remedy=message("validity.correct_link"),
                    file=rule.file,
                    line=rule.line,
                )


def _geometry_kind(plan: Plan, feature: Feature) -> str:
    kind = plan.schema.kinds.get(feature.kind)
    return "polygon" if kind is None else kind.geometry


def _of(feature: Feature, fault: Text) -> Text:
    return Text(f"{feature.label}：{fault.zh}", f"{feature.label}: {fault.en}")


def _finding(
    rule: str, feature: Feature, text: Text, remedy: Text, *, shape: object = None
) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        subject=feature.label,
        text=text,
        remedy=remedy,
        layer=feature.layer,
        file=feature.file,
        line=feature.line,
        shape=shape,
    )
