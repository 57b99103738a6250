"""GeoPackage: the layer with the names of its columns in words and the style that QGIS opens."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from gangqu_gis.export.content import Content
from gangqu_gis.export.style import qgis_style
from gangqu_gis.export.tables import columns, drawn
from gangqu_gis.fieldnames import unique
from gangqu_gis.gdal import Target, clock_at, write_layer
from gangqu_gis.messages import message

#: Columns that a GeoPackage has itself.
_OWN = frozenset(("fid", "geom"))
#: The version that QGIS and ArcGIS of the last years read without a warning.
_VERSION = "1.2"
#: As QGIS makes it (QgsOgrProviderUtils), so that it finds, changes and deletes the style.
_STYLE_TABLE = """
CREATE TABLE layer_styles (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "f_table_catalog" TEXT(256), "f_table_schema" TEXT(256), "f_table_name" TEXT(256),
    "f_geometry_column" TEXT(256), "styleName" TEXT(30), "styleQML" TEXT, "styleSLD" TEXT,
    "useAsDefault" BOOLEAN, "description" TEXT, "owner" TEXT(30), "ui" TEXT(30),
    "update_time" DATETIME
)
"""
_CONTENTS = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
    " VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)"
)
_STYLE = (
    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
    " styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time)"
    " VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', ?)"
)


def write(content: Content, path: Path) -> None:
    """Write ``content`` to ``path``; columns keep their names, with their labels as aliases."""
    own = [field.name for field in content.fields]
    names = dict(zip(own, unique(own, longest=200, reserved=_OWN), strict=True))
    shapes = drawn(content, multi=True, mixed=True)
    with clock_at(content.day):
        options = {"GEOMETRY_NAME": "geom", "FID": "fid"}
        target = Target(path, "GPKG", options, path.name, {"VERSION": _VERSION})
        write_layer(target, content.layer, columns(content, names, longs=True), shapes)
    _add_style(content, path, {names[n]: alias for n, alias in content.aliases.items()})


def _add_style(content: Content, path: Path, columns: Mapping[str, str]) -> None:
    when = f"{content.day.isoformat()}T00:00:00.000Z"
    title = message("export.style_title", title=content.plan.workspace.title).render(content.lang)
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(_STYLE_TABLE)
        base.execute(_CONTENTS, (when,))
        style = qgis_style(content, columns)
        base.execute(_STYLE, (content.layer, content.layer, style, title, when))
