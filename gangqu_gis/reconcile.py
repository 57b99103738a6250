"""The reconciliation: measured areas against stated figures, and figures against figures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from gangqu_gis import crs, tolerance
from gangqu_gis.area_causes import Difference, explain_area
from gangqu_gis.causes import explain
from gangqu_gis.checks import Check, Tolerance, Verdict
from gangqu_gis.consistency import check_rule
from gangqu_gis.evidence import recorded_geometry
from gangqu_gis.figures import Figure
from gangqu_gis.layers import Feature
from gangqu_gis.measure import areas, to_crs
from gangqu_gis.messages import Text, message, plain
from gangqu_gis.plan import Plan
from gangqu_gis.readings import fingerprint
from gangqu_gis.rules import AreaRule, ToleranceChoice
from gangqu_gis.soundness import polygon_faults
from gangqu_gis.units import shortest, unit
from gangqu_gis.workspace import ToleranceDefaults

#: From worst to best: the basis of a total is the worst of its parts.
_BASES = ("schematic", "digitized", "surveyed")


@dataclass(frozen=True, slots=True)
class Measured:
    """One feature with its areas in m² (``None``: withheld) and its polygon in the plane."""

    feature: Feature
    ellipsoidal_m2: float | None
    planar_m2: float | None
    in_plane: Any
    basis: str
    withheld: Text | None = None


def measure_plan(
    plan: Plan, *, proven: frozenset[str] = frozenset(), only: Collection[str] | None = None
) -> dict[str, Measured]:
    """Return every polygon feature with its areas, by id.

    ``proven`` holds the ids whose surveyed or digitized basis has its provenance in the history;
    of any other feature the basis counts as schematic.  Features that share an id are left out,
    and with ``only`` all but those ids.
    """
    features = [f for f in plan.polygons(only) if plan.by_id.get(f.id) is f]
    faults = polygon_faults(features)
    geometry = np.empty(len(features), dtype=object)
    geometry[:] = [None if fault else f.geometry for f, fault in zip(features, faults, strict=True)]
    plane = crs.planar(plan.workspace.planar_crs)
    found = areas(geometry, crs=crs.storage(), plane=plane)
    in_plane = to_crs(geometry, source=crs.storage(), target=plane)
    return {
        feature.id: Measured(
            feature=feature,
            ellipsoidal_m2=_number(found.ellipsoidal_m2[i]),
            planar_m2=_number(found.planar_m2[i]),
            in_plane=in_plane[i],
            basis=feature.basis if feature.id in proven else "schematic",
            withheld=faults[i],
        )
        for i, feature in enumerate(features)
    }


def reconcile(
    plan: Plan, measured: Mapping[str, Measured], *, only: frozenset[str] | None = None
) -> list[Check]:
    """Return every check of the plan: areas first, then figures against figures.

    Order: the area rules and the features without a figure of their own, each in the order of
    data/plan/rules.toml and of the layers; then the other rules in file order.  With ``only`` the
    checks that measure one of those ids, which must all be in ``measured`` with whatever shares a
    rule with them.
    """
    area_rules = [rule for rule in plan.rules if isinstance(rule, AreaRule)]
    concerned = [rule for rule in area_rules if only is None or not only.isdisjoint(rule.features)]
    checks = [_check_area(rule, plan, measured) for rule in concerned]
    bare = measured if only is None else {id_: measured[id_] for id_ in measured if id_ in only}
    checks += _without_own_figure(plan, bare, area_rules)
    for rule in plan.rules if only is None else ():
        if not isinstance(rule, AreaRule):
            check = explain(check_rule(rule, plan.register), rule, plan.register)
            checks.append(_with_reading(check, plan))
    return checks


def _with_reading(check: Check, plan: Plan) -> Check:
    """Return ``accepted`` for a contradiction that a person has decided on."""
    reading = plan.readings.latest(check.rule)
    if reading is None or check.verdict is not Verdict.INCONSISTENT:
        return check
    text = message(
        "readings.line",
        reading=reading.reading,
        by=reading.by,
        on=reading.on,
        reason=reading.reason,
    )
    if reading.figures != fingerprint(plan.register.figures[id_] for id_ in check.figures):
        return replace(check, note=message("readings.lapsed", line=text))
    return replace(check, verdict=Verdict.ACCEPTED, reading=text)


def _check_area(rule: AreaRule, plan: Plan, measured: Mapping[str, Measured]) -> Check:
    figure = plan.register.figures[rule.figure]
    base = Check(
        rule=rule.id,
        kind=rule.kind,
        title=rule.title,
        verdict=Verdict.MISSING,
        subject=figure.subject.id,
        quantity=figure.quantity.label,
        figures=rule.figures,
        place=str(figure.place),
        because=rule.because,
        formula=plain(""),
        features=rule.features,
        stated=figure.printed,
        stated_text=figure.stated,
        unit=figure.unit.id,
        interval=figure.interval,
    )
    absent = [id_ for id_ in rule.features if id_ not in measured]
    withheld = [
        id_ for id_ in rule.features if id_ in measured and measured[id_].ellipsoidal_m2 is None
    ]
    if absent:
        return replace(base, note=message("check.no_geometry", ids=", ".join(absent)))
    if withheld:
        return replace(base, note=message("check.area_withheld", ids=", ".join(withheld)))
    return _compare(base, rule, [measured[id_] for id_ in rule.features], plan)


def _compare(base: Check, rule: AreaRule, parts: list[Measured], plan: Plan) -> Check:
    figure = plan.register.figures[rule.figure]
    ellipsoidal = sum(part.ellipsoidal_m2 or 0.0 for part in parts)
    planar = sum(part.planar_m2 or 0.0 for part in parts)
    computed = Fraction(ellipsoidal) / figure.unit.factor
    stated_m2 = float(figure.base_value)
    check = replace(
        base,
        computed=computed,
        difference=computed - figure.value,
        ellipsoidal_m2=ellipsoidal,
        planar_m2=planar,
        difference_m2=ellipsoidal - stated_m2,
        basis=min((part.basis for part in parts), key=_BASES.index),
        formula=_area_formula(parts, ellipsoidal, figure),
    )
    unfit = _not_evidence(parts)
    if unfit is not None:
        return replace(check, verdict=Verdict.INDICATIVE, note=unfit)
    standard = _Standard(rule.tolerance, plan.workspace.tolerance)
    unscaled = [part.feature.id for part in parts if _lacks_scale(part)]
    if unscaled:
        note = message("check.no_scale", ids=", ".join(unscaled))
        return replace(check, verdict=Verdict.INDICATIVE, note=note)
    limit = tolerance.total([standard.tolerance_of(part) for part in parts])
    check = replace(check, tolerance=limit)
    by_itself = _Standard(BY_ITS_BASIS, plan.workspace.tolerance)
    own = tolerance.total([by_itself.tolerance_of(part) for part in parts])
    largest = max(limit, own, key=lambda t: t.value_m2)
    coarse = tolerance.too_coarse(largest, ellipsoidal, plan.workspace.tolerance)
    if coarse is not None:
        return replace(check, verdict=Verdict.INDICATIVE, note=coarse)
    return _judged(check, figure, limit, parts, plan)


def _judged(
    check: Check, figure: Figure, limit: Tolerance, parts: list[Measured], plan: Plan
) -> Check:
    assert check.ellipsoidal_m2 is not None and check.planar_m2 is not None
    by_ellipsoid = verdict_of(check.ellipsoidal_m2, figure, limit)
    by_plane = verdict_of(check.planar_m2, figure, limit)
    judged = replace(check, verdict=by_ellipsoid)
    if (by_ellipsoid is Verdict.AGREE) != (by_plane is Verdict.AGREE):
        key = "check.only_planar" if by_plane is Verdict.AGREE else "check.only_ellipsoidal"
        judged = replace(judged, note=message(key))
    if by_ellipsoid is Verdict.AGREE:
        return judged
    return replace(judged, cause=explain_area(_difference(check, figure, limit, parts, plan)))


def _difference(
    check: Check, figure: Figure, limit: Tolerance, parts: list[Measured], plan: Plan
) -> Difference:
    assert check.ellipsoidal_m2 is not None and check.planar_m2 is not None
    return Difference(
        figure=figure,
        register=plan.register,
        ellipsoidal_m2=check.ellipsoidal_m2,
        planar_m2=check.planar_m2,
        polygons=[part.in_plane for part in parts],
        plane=crs.planar(plan.workspace.planar_crs),
        tolerance_m2=limit.value_m2,
        former_m2=_former_areas(parts[0].feature.id, plan) if len(parts) == 1 else (),
    )


def _former_areas(id_: str, plan: Plan) -> list[tuple[int, float]]:
    """Return the ellipsoidal areas that a feature had before each change of its geometry."""
    former = [
        (entry.number, recorded_geometry(change.before))
        for entry in plan.history.entries
        for change in entry.changes
        if change.id == id_ and change.moves_geometry and _was_evidence(change.before)
    ]
    kept = [(number, geometry) for number, geometry in former if geometry is not None]
    geometry = np.empty(len(kept), dtype=object)
    geometry[:] = [shape for _, shape in kept]
    plane = crs.planar(plan.workspace.planar_crs)
    found = areas(geometry, crs=crs.storage(), plane=plane).ellipsoidal_m2
    return [(kept[i][0], float(area)) for i, area in enumerate(found) if area == area]


def _was_evidence(record: Mapping[str, Any] | None) -> bool:
    """Whether a former geometry was no schematic, which was fitted to the figure."""
    properties = {} if record is None else record.get("properties") or {}
    return properties.get("basis") in ("surveyed", "digitized")


def verdict_of(area_m2: float, figure: Figure, limit: Tolerance) -> Verdict:
    """Return ``agree``, ``review`` or ``differ`` by the distance of an area from the interval."""
    distance = abs(float(figure.base_interval.distance(Fraction(area_m2))))
    if distance <= limit.value_m2:
        return Verdict.AGREE
    return Verdict.REVIEW if distance <= 2 * limit.value_m2 else Verdict.DIFFER


def _not_evidence(parts: Iterable[Measured]) -> Text | None:
    drawn = [part for part in parts if part.basis == "schematic"]
    if not drawn:
        return None
    unproven = [part.feature.id for part in drawn if part.feature.basis != "schematic"]
    if unproven:
        return message("check.unproven", ids=", ".join(unproven))
    return message("check.schematic")


#: A geometry's own basis decides, whatever the rule or the office chose: what the 1/200 cap
#: is held against, so that no choice can make a coarse map fine.
BY_ITS_BASIS = ToleranceChoice("basis")

#: The scale that stands for a survey where a rule judges it as if it were taken from a map.
SURVEY_SCALE = 500.0


def _lacks_scale(part: Measured) -> bool:
    scale = part.feature.number_of("map_scale")
    return part.basis == "digitized" and (scale is None or scale <= 0)


@dataclass(frozen=True, slots=True)
class _Standard:
    """The tolerance class that one area rule is judged by, and its inputs."""

    choice: ToleranceChoice
    defaults: ToleranceDefaults

    def class_of(self, part: Measured) -> str:
        name = self.choice.name or self.defaults.standard
        return part.basis if name == "basis" else name

    def scale_of(self, part: Measured) -> float | None:
        own = part.feature.number_of("map_scale")
        return own if self.choice.map_scale is None else float(self.choice.map_scale)

    def tolerance_of(self, part: Measured) -> Tolerance:
        """Return the tolerance of one part: by the rule, else by the geometry, else the office."""
        assert part.ellipsoidal_m2 is not None
        name = self.class_of(part)
        if name == "surveyed":
            own = part.feature.number_of("point_error_m")
            kept = own if own is not None and own > 0 else self.defaults.point_error_m
            error = self.choice.point_error_m or kept
            return tolerance.surveyed(part.in_plane, point_error_m=float(error))
        if name == "same_coordinates":
            step = float(self.defaults.stored_coordinate_m)
            return tolerance.same_coordinates(
                part.in_plane, coordinate_m=step, column_half_unit_m2=0.0
            )
        scale = self.scale_of(part) or SURVEY_SCALE
        error = float(self.defaults.map_error_m)
        return tolerance.digitized(part.ellipsoidal_m2, map_scale=scale, map_error_m=error)


def _area_formula(parts: list[Measured], total: float, figure: Figure) -> Text:
    label = figure.unit.label
    value = shortest(Fraction(round(total, 2)) / figure.unit.factor, digits=8)
    if len(parts) == 1:
        return message("check.measured", id=parts[0].feature.id, value=value, unit=label)
    ids = " + ".join(part.feature.id for part in parts)
    return message("check.measured_sum", ids=ids, value=value, unit=label)


def _without_own_figure(
    plan: Plan, measured: Mapping[str, Measured], rules: list[AreaRule]
) -> list[Check]:
    """Return an ``unstated`` check for each feature that no figure states by itself."""
    own = {rule.features[0] for rule in rules if len(rule.features) == 1}
    shared = {id_: rule for rule in rules if len(rule.features) > 1 for id_ in rule.features}
    checks = []
    for id_, part in measured.items():
        if id_ in own:
            continue
        in_total = shared.get(id_)
        note = (
            message("check.only_in_total", rule=in_total.title)
            if in_total
            else message("check.no_figure")
        )
        area = part.ellipsoidal_m2
        hectares = None if area is None else Fraction(area) / unit("ha").factor
        checks.append(
            Check(
                rule=f"own_area:{id_}",
                kind="area",
                title=message(
                    "check.own_area", name=Text(part.feature.name(), part.feature.name("en"))
                ),
                verdict=Verdict.UNSTATED if area is not None else Verdict.MISSING,
                subject=id_,
                quantity=message("check.land_area"),
                figures=(),
                place="",
                because=note,
                formula=plain(""),
                features=(id_,),
                unit="ha",
                computed=hectares,
                ellipsoidal_m2=area,
                planar_m2=part.planar_m2,
                basis=part.basis,
                note=part.withheld,
            )
        )
    return checks


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
