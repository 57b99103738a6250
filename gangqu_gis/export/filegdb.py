"""File geodatabase, the form of delivery: short names with their labels as aliases."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from gangqu_gis.export.content import Content
from gangqu_gis.export.tables import columns, drawn
from gangqu_gis.fieldnames import short_names
from gangqu_gis.gdal import Target, write_layer


def write(content: Content, path: Path) -> None:
    """Write ``content`` as one feature class into the new geodatabase ``path``.

    Coordinates are kept to 0.1 mm in a projected CRS (1e-9° otherwise), the resolution of a
    geodatabase; the tolerance is 1 mm.

    Raises
    ------
    UsageError
        The layer holds lines and polygons.
    """
    own = columns(content, short_names(content.fields), longs=False)
    target = Target(path, "OpenFileGDB", {}, path.name)
    write_layer(target, content.layer, own, drawn(content, multi=True))


def write_zip(content: Content, path: Path) -> None:
    """Write ``content`` as a geodatabase in the new archive ``path``, 名称.gdb.zip.

    The folder in it has the archive's name without its ending, as GDAL and ArcGIS expect.  Raises
    as :func:`write` does.
    """
    folder = path.with_suffix("")
    write(content, folder)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, f"{folder.name}/{part.name}")
    shutil.rmtree(folder)
