"""GeoJSON: the layer as it is stored, with the added columns; nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from gangqu_gis.export.content import Content, added_fields
from gangqu_gis.layerfile import layer_bytes


def write(content: Content, path: Path) -> None:
    """Write ``content`` to ``path``: UTF-8, one feature a line, 9 decimals."""
    added = added_fields(content.plan, content.layer)
    features = [
        replace(
            item.feature,
            properties={
                **item.feature.properties,
                **{field.name: _plain(content.value(item, field)) for field in added},
            },
        )
        for item in content.items
    ]
    path.write_bytes(layer_bytes(content.layer, features, content.plan.schema))


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value
