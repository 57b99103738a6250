"""What is exported: the features of one layer with their columns, areas and geometries.

Every writer draws from a :class:`Content`, so that all formats carry the same values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gangqu_gis import crs as crs_module
from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.evidence import proven_features
from gangqu_gis.fieldnames import ADDED
from gangqu_gis.layers import Feature
from gangqu_gis.measure import areas, to_crs
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan
from gangqu_gis.schema import Field, Kind
from gangqu_gis.soundness import polygon_fault
from gangqu_gis.units import half_up
from gangqu_gis.webmap.pages import read_site
from gangqu_gis.workspace import day_of
from gangqu_gis.zones import crs_title

if TYPE_CHECKING:
    from pyproj import CRS

#: Types whose values have no counterpart in a table: they are written as JSON.
NESTED = ("list", "bounds")
#: Types whose values are text.
TEXTUAL = ("text", "choice", "date", "feature", "record", "mix")
#: The largest whole number that a double, and so every format, holds exactly.
LARGEST_WHOLE = 2**53


@dataclass(frozen=True, slots=True)
class Item:
    """One feature to export.

    ``geometry`` is in the export's CRS, ``in_plane`` in the workspace's planar CRS; both are
    ``None`` where the layer has none that can be read.  Areas are in m², 2 decimals, half-up, and
    ``None`` where they are withheld.  ``basis`` is what the geometry counts as.  A ``symbol``
    shows where something is: it has no area.
    """

    feature: Feature
    kind: Kind | None
    geometry: BaseGeometry | None
    in_plane: BaseGeometry | None
    ellipsoidal_m2: Decimal | None
    planar_m2: Decimal | None
    basis: str
    symbol: bool = False

    @property
    def label(self) -> str:
        """The id, or the position in the layer."""
        return self.feature.label

    @property
    def schematic(self) -> bool:
        """Whether the geometry is no evidence."""
        return self.basis == "schematic"

    @property
    def kind_label(self) -> Text:
        """The kind in words; its code where the schema does not declare it."""
        return self.kind.label if self.kind else Text(self.feature.kind, self.feature.kind)

    @property
    def basis_words(self) -> Text:
        """What the geometry is, in a few words that nobody takes for a survey."""
        uncertainty = self.feature.number_of("uncertainty_m")
        if not self.schematic:
            return message(f"basis.{self.basis}")
        if self.symbol:
            return message("export.symbol")
        if self.feature.basis != "schematic":
            return message("export.unproven")
        if uncertainty is None:
            return message("export.schematic")
        return message("export.schematic_within", metres=f"{uncertainty:g}")


@dataclass(frozen=True)
class Content:
    """The features of one layer, in file order, with the columns that they share."""

    plan: Plan
    layer: str
    items: tuple[Item, ...]
    fields: tuple[Field, ...]
    crs: CRS
    lang: str

    @cached_property
    def geometries(self) -> frozenset[str]:
        """What the features are: ``polygon``, ``line``; what their kinds are where none is."""
        found = {_family(item.geometry) for item in self.items if item.geometry is not None}
        return frozenset(found) or frozenset(
            kind.geometry for kind in self.plan.schema.of_layer(self.layer)
        )

    @property
    def day(self) -> date:
        """The date of the data, which files carry instead of the time of writing."""
        return day_of(self.plan.workspace)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """The label of each field, told apart where two are the same."""
        labels = {field.name: field.label.render(self.lang) for field in self.fields}
        often = [label for label in labels.values() if list(labels.values()).count(label) > 1]
        return {n: f"{label} ({n})" if label in often else label for n, label in labels.items()}

    def value(self, item: Item, field: Field) -> Any:
        """Return the value of ``field`` for ``item``; areas as :class:`Decimal`."""
        added = _ADDED.get(field.name)
        return added(item, self.lang) if added else item.feature.properties.get(field.name)

    def column(self, field: Field) -> list[Any]:
        """Return the values of ``field`` over all items."""
        return [self.value(item, field) for item in self.items]


#: How each added column is filled.
_ADDED: Mapping[str, Callable[[Item, str], Any]] = {
    "gq_kind": lambda item, lang: item.kind_label.render(lang),
    "gq_land_use": lambda item, _: item.kind.land_use if item.kind else None,
    "gq_ellipsoidal_m2": lambda item, _: item.ellipsoidal_m2,
    "gq_planar_m2": lambda item, _: item.planar_m2,
    "gq_basis": lambda item, _: item.basis,
    "gq_note": lambda item, lang: item.basis_words.render(lang),
}


def collect(plan: Plan, layer: str, *, ids: Sequence[str], crs: CRS, lang: str) -> Content:
    """Return the features of ``layer`` (those named in ``ids``, or all) in ``crs``.

    Raises
    ------
    UsageError
        There is no such layer, or no feature with one of the ids.
    InputError
        A feature cannot be brought into ``crs``.
    """
    if layer not in plan.layers:
        known = ", ".join(plan.layers)
        raise UsageError(message("export.no_layer", name=layer, known=known))
    features = _chosen(plan, layer, ids)
    shapes = np.empty(len(features), dtype=object)
    shapes[:] = [feature.geometry for feature in features]
    plane = crs_module.planar(plan.workspace.planar_crs)
    geometry = to_crs(shapes, source=crs_module.storage(), target=crs)
    _refuse_what_is_nowhere(features, geometry, crs)
    sound = shapes.copy()
    sound[:] = [None if polygon_fault(feature) else feature.geometry for feature in features]
    found = areas(sound, crs=crs_module.storage(), plane=plane)
    in_plane = to_crs(shapes, source=crs_module.storage(), target=plane)
    proven = proven_features(plan.features, plan.history)
    bases = [_basis(plan, feature, proven) for feature in features]
    symbols = read_site(plan).symbols
    items = tuple(
        Item(
            feature=feature,
            kind=plan.schema.kinds.get(feature.kind),
            geometry=geometry[i],
            in_plane=in_plane[i],
            ellipsoidal_m2=None if mere else _rounded(found.ellipsoidal_m2[i]),
            planar_m2=None if mere else _rounded(found.planar_m2[i]),
            basis=bases[i],
            symbol=mere,
        )
        for i, feature in enumerate(features)
        for mere in (bases[i] == "schematic" and feature.kind in symbols,)
    )
    return Content(plan, layer, items, _fields(plan, layer, features), crs, lang)


def added_fields(plan: Plan, layer: str) -> tuple[Field, ...]:
    """Return the columns that an export of ``layer`` adds: of records, only the kind in words."""
    records = plan.schema.holds_records(layer)
    return tuple(field for field in ADDED if not (records and field.of_geometry))


def as_json(value: Any) -> str:
    """Return a list or a table of an attribute as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _chosen(plan: Plan, layer: str, ids: Sequence[str]) -> list[Feature]:
    features = list(plan.layers[layer].features)
    if not ids:
        return features
    strangers = sorted(set(ids) - {feature.label for feature in features})
    if strangers:
        raise UsageError(message("export.no_ids", layer=layer, ids=", ".join(strangers)))
    return [feature for feature in features if feature.label in ids]


def _basis(plan: Plan, feature: Feature, proven: frozenset[str]) -> str:
    """Return what a geometry counts as: of features that share an id, none is proven."""
    unique = plan.by_id.get(feature.id) is feature
    return feature.basis if unique and feature.id in proven else "schematic"


def _refuse_what_is_nowhere(features: Sequence[Feature], geometry: Any, crs: CRS) -> None:
    for feature, shape in zip(features, geometry, strict=True):
        if shape is not None and not np.isfinite(shapely.get_coordinates(shape)).all():
            text = message("export.outside_crs", id=feature.label, crs=crs_title(crs))
            raise InputError(text, file=feature.file, line=feature.line)


def _family(geometry: BaseGeometry) -> str:
    return "polygon" if shapely.get_dimensions(geometry) == 2 else "line"


def _rounded(area_m2: float) -> Decimal | None:
    return None if np.isnan(area_m2) else half_up(float(area_m2), 2)


def _fields(plan: Plan, layer: str, features: Iterable[Feature]) -> tuple[Field, ...]:
    """Return the columns: those of the layer's kinds, then undeclared attributes, then ours.

    A column whose values are not all of its declared type is text: nothing is bent into a type.
    """
    declared = {
        field.name: field for kind in plan.schema.of_layer(layer) for field in kind.fields
    }
    present = list(features)
    stray = sorted({name for f in present for name in f.properties} - set(declared))
    own = [*declared.values(), *(Field(name, Text(name, name), "text") for name in stray)]
    return (*(_fitting(field, present) for field in own), *added_fields(plan, layer))


def _fitting(field: Field, features: Iterable[Feature]) -> Field:
    values = [feature.properties.get(field.name) for feature in features]
    if all(value is None or _fits(field.type, value) for value in values):
        return field
    return Field(field.name, field.label, "text", synonyms=field.synonyms)


def _fits(type_: str, value: Any) -> bool:
    """Whether a column of ``type_`` holds ``value`` as it is."""
    if type_ in NESTED:
        return isinstance(value, list | dict)
    if isinstance(value, bool):
        return type_ == "flag"
    if type_ in ("integer", "number") and isinstance(value, int):
        return abs(value) <= LARGEST_WHOLE
    if type_ == "number":
        return isinstance(value, float)
    return type_ in TEXTUAL and isinstance(value, str)
