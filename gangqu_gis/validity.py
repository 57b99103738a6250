"""Validity of the layers: schema, ids, geometry, expected counts, and links to the register.

Wrong data becomes findings, all at once; nothing is repaired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gangqu_gis.attributes import attribute_faults
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.layers import GEOMETRY_TYPES, Feature
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan
from gangqu_gis.rules import AreaRule
from gangqu_gis.schema import Kind
from gangqu_gis.soundness import geometry_fault, record_fault


def check_validity(plan: Plan) -> list[Finding]:
    """Return every fault of the plan's layers, in file order, then the plan-wide ones."""
    found = [
        *_each_feature(plan),
        *_duplicate_ids(plan),
        *_expected_counts(plan),
        *_links(plan),
    ]
    return found


def unproven_findings(plan: Plan, proven: frozenset[str]) -> Iterator[Finding]:
    """Yield a warning for each basis that stands in a layer and not in the history."""
    for feature in plan.polygons():
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


def _each_feature(plan: Plan) -> Iterator[Finding]:
    for feature in plan.features:
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
        yield from _geometry(feature, kind)


def _geometry(feature: Feature, kind: Kind | None) -> Iterator[Finding]:
    if kind is not None and kind.is_record:
        fault = record_fault(kind, feature)
    else:
        fault = geometry_fault(feature)
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
    first: dict[str, Feature] = {}
    for feature in plan.features:
        if not feature.id:
            continue
        other = first.setdefault(feature.id, feature)
        if other is not feature:
            text = message("validity.id_twice", id=feature.id, first=f"{other.file}:{other.line}")
            yield _finding("id.unique", feature, text, message("validity.renumber"))


def _expected_counts(plan: Plan) -> Iterator[Finding]:
    present = Counter(feature.kind for feature in plan.features)
    for name, expected in plan.workspace.expected.items():
        if present[name] != expected:
            label = plan.schema.kinds[name].label
            text = message("validity.count", kind=label, found=present[name], expected=expected)
            yield Finding(
                rule="count.expected",
                severity=Severity.ERROR,
                subject=name,
                text=text,
                remedy=message("validity.correct_count"),
                layer=plan.schema.kinds[name].layer,
                file=plan.layers[plan.schema.kinds[name].layer].file,
                measured=present[name],
                limit=expected,
            )


def _links(plan: Plan) -> Iterator[Finding]:
    """Names in one part of the data that another part does not know."""
    lines = {feature.id for feature in plan.features if _geometry_kind(plan, feature) == "line"}
    drawn = {feature.id for feature in plan.drawn}
    for feature in plan.features:
        bounds = feature.properties.get("bounds")
        sides = bounds.values() if isinstance(bounds, dict) else ()
        for id_ in dict.fromkeys(i for side in sides for i in _texts(side)):
            if id_ not in lines:
                text = message("validity.unknown_bound", id=feature.label, line=id_)
                yield _finding("link.bounds", feature, text, message("validity.correct_link"))
        for id_ in _texts(feature.properties.get("figures")):
            if id_ not in plan.register.figures:
                text = message("validity.unknown_figure", id=feature.label, figure=id_)
                yield _finding("link.figures", feature, text, message("validity.correct_link"))
        yield from _links_to_features(plan, feature, drawn)
    yield from _rule_features(plan)


def _links_to_features(plan: Plan, feature: Feature, drawn: set[str]) -> Iterator[Finding]:
    kind = plan.schema.kinds.get(feature.kind)
    for field in () if kind is None else kind.fields:
        value = feature.properties.get(field.name)
        if field.type not in ("feature", "record") or not isinstance(value, str) or not value:
            continue
        if field.type == "feature" and value not in drawn:
            key = "validity.unknown_site"
        elif field.type == "record" and (value == feature.id or value not in _ids(plan, feature)):
            key = "validity.unknown_record"
        else:
            continue
        text = message(key, id=feature.label, label=field.label, value=value)
        yield _finding(f"link.{field.name}", feature, text, message("validity.correct_link"))


def _ids(plan: Plan, feature: Feature) -> set[str]:
    """Return the ids of the layer that ``feature`` stands in."""
    layer = plan.layers.get(feature.layer)
    return set() if layer is None else {other.id for other in layer.features}


def _texts(value: object) -> list[str]:
    """Return the texts of a list; of anything else none, for the schema check reports that."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _rule_features(plan: Plan) -> Iterator[Finding]:
    present = {feature.id for feature in plan.features}
    for rule in plan.rules:
        for id_ in rule.features if isinstance(rule, AreaRule) else ():
            if id_ not in present:
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
