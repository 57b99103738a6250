"""A whole plan in memory: workspace, schema, register, rules and layers, loaded in one place."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from gangqu_gis import crs
from gangqu_gis.documents import read_toml
from gangqu_gis.errors import InputError
from gangqu_gis.figures import Register
from gangqu_gis.history import History, read_history
from gangqu_gis.layers import Feature, Layer, all_features, read_layers
from gangqu_gis.messages import message
from gangqu_gis.readings import Readings, read_readings
from gangqu_gis.register import read_register
from gangqu_gis.rulebook import read_rules
from gangqu_gis.rules import TOLERANCE_CLASSES, Rule
from gangqu_gis.schema import Schema, read_schema
from gangqu_gis.workspace import LAYER_FORMS, MARKER, Workspace

#: What counts as data of a workspace.
DATA_SUFFIXES = frozenset({".toml", ".json", *LAYER_FORMS})


@dataclass(frozen=True)
class Plan:
    """Everything a workspace states and draws; ``digest`` stands for all of its data files."""

    workspace: Workspace
    schema: Schema
    register: Register
    rules: tuple[Rule, ...]
    layers: Mapping[str, Layer]
    readings: Readings = Readings()
    history: History = History()
    digest: str = ""

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """Every feature of every layer."""
        return tuple(all_features(self.layers))

    @property
    def drawn(self) -> tuple[Feature, ...]:
        """The features that are drawn: all but the records, whose kinds have no geometry."""
        return tuple(f for f in self.features if not self.is_record(f))

    @property
    def drawn_layers(self) -> tuple[str, ...]:
        """The layers of drawn features, in the order of the workspace."""
        return tuple(name for name in self.layers if not self.schema.holds_records(name))

    def is_record(self, feature: Feature) -> bool:
        """Whether ``feature`` is a record, by its kind."""
        kind = self.schema.kinds.get(feature.kind)
        return kind is not None and kind.is_record

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """Where in ``features`` the last bearer of each id stands."""
        return {feature.id: place for place, feature in enumerate(self.features)}

    @cached_property
    def shared_ids(self) -> Mapping[str, list[int]]:
        """Where in ``features`` the bearers of an id stand that several have; "": of no id."""
        found: dict[str, list[int]] = {}
        if len(self._places) < len(self.features) or "" in self._places:
            for place, feature in enumerate(self.features):
                if not feature.id or self._places[feature.id] != place or feature.id in found:
                    found.setdefault(feature.id, []).append(place)
        return found

    @cached_property
    def by_id(self) -> Mapping[str, Feature]:
        """The features by id; of features that share an id, none, for it names neither."""
        features, shared = self.features, self.shared_ids
        return {id_: features[at] for id_, at in self._places.items() if id_ not in shared}

    def named(self, ids: Iterable[str]) -> list[Feature]:
        """Return the bearers of some ids, in the order of ``features``."""
        shared, known = self.shared_ids, self._places.keys()
        places = (shared.get(id_, (self._places[id_],)) for id_ in ids if id_ in known)
        return [self.features[place] for place in sorted({p for found in places for p in found})]

    @cached_property
    def of_kind(self) -> Mapping[str, list[Feature]]:
        """The features by the kind that they declare, in the order of ``features``."""
        found: dict[str, list[Feature]] = {}
        for feature in self.features:
            found.setdefault(feature.kind, []).append(feature)
        return found

    def polygons(self, only: Collection[str] | None = None) -> list[Feature]:
        """Return the features whose kind is a polygon kind, in schema order then file order.

        With ``only`` those of that ids alone.
        """
        if only is None:
            return [feature for group in self.polygons_of_kind.values() for feature in group]
        kinds = list(self.polygons_of_kind)
        found = [feature for feature in self.named(only) if feature.kind in kinds]
        return sorted(found, key=lambda feature: kinds.index(feature.kind))

    @cached_property
    def polygons_of_kind(self) -> Mapping[str, list[Feature]]:
        """The features of each polygon kind, in schema order."""
        kinds = (kind.id for kind in self.schema.kinds.values() if kind.geometry == "polygon")
        return {kind: self.of_kind.get(kind, []) for kind in kinds}


def load_plan(workspace: Workspace) -> Plan:
    """Load the plan of ``workspace``.

    Raises
    ------
    InputError
        Any of its files cannot be used; with file, line and reason.
    """
    data = workspace.data
    _check_plane(workspace)
    _check_tolerance(workspace)
    if workspace.tolerance.standard not in TOLERANCE_CLASSES:
        found, allowed = workspace.tolerance.standard, ", ".join(TOLERANCE_CLASSES)
        text = message("rules.bad_tolerance", found=found, allowed=allowed)
        raise InputError(text, file=MARKER.as_posix(), line=_marker_line(workspace, "standard"))
    schema = read_schema(data / "schema.toml", shown="data/schema.toml")
    _check_names(workspace, schema)
    register = read_register(
        workspace.plan, shown="data/plan", approximate_percent=workspace.approximate_percent
    )
    rules = read_rules(
        workspace.plan / "rules.toml", shown="data/plan/rules.toml", register=register
    )
    paths = {layer: workspace.layer_path(layer) for layer in workspace.layer_files}
    shown = {layer: workspace.shown(path) for layer, path in paths.items()}
    layers = read_layers(paths, shown=shown, extent=workspace.extent)
    readings = read_readings(workspace.readings, shown="data/plan/readings.toml")
    history = read_history(data / "history", shown="data/history")
    digest = digest_of(data)
    return Plan(workspace, schema, register, rules, layers, readings, history, digest)


def digest_of(data: Path) -> str:
    """Return the SHA-256 over names and bytes of every data file of a workspace.

    It changes with any figure, rule, reading, boundary, change set or approval, so that a stale
    copy of a map or report can be told from the present one.
    """
    whole = hashlib.sha256()
    for path in sorted(data.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(data).parts)
        if path.is_file() and path.suffix in DATA_SUFFIXES and not hidden:
            whole.update(path.relative_to(data).as_posix().encode("utf-8") + b"\0")
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _check_plane(workspace: Workspace) -> None:
    """Refuse a planar CRS that areas cannot be taken in, at its line of workspace.toml."""
    try:
        crs.planar(workspace.planar_crs)
    except InputError as error:
        line = _marker_line(workspace, "planar_crs")
        raise InputError(error.text, file=MARKER.as_posix(), line=line) from None


#: The largest office-wide inputs that still make a tolerance: beyond them anything would agree.
LARGEST_INPUTS = {
    "point_error_m": Decimal("1"),
    "map_error_m": Decimal("0.001"),
    "largest_share": Decimal("0.005"),
    "stored_coordinate_m": Decimal("0.1"),
}


def _check_tolerance(workspace: Workspace) -> None:
    """Refuse office-wide tolerance inputs that are zero or beyond all reason."""
    for name, largest in LARGEST_INPUTS.items():
        if not 0 < getattr(workspace.tolerance, name) <= largest:
            text = message("workspace.bad_tolerance", name=name, largest=largest)
            line = _marker_line(workspace, name)
            raise InputError(text, file=MARKER.as_posix(), line=line)


def _marker_line(workspace: Workspace, name: str) -> int:
    """Return the line of workspace.toml on which ``name`` is set, at its top or in [tolerance]."""
    root = read_toml(workspace.root / MARKER, shown=MARKER.as_posix()).root
    return (root if name in root else root.table("tolerance")).line_of(name)


def _check_names(workspace: Workspace, schema: Schema) -> None:
    for kind in schema.kinds.values():
        if kind.layer not in workspace.layer_files:
            text = message("workspace.layer_without_file", layer=kind.layer, kind=kind.id)
            raise InputError(text, file=MARKER.as_posix())
    for name in workspace.expected:
        if name not in schema.kinds:
            text = message("workspace.expected_unknown_kind", kind=name)
            raise InputError(text, file=MARKER.as_posix())
