"""Whether a layer can be read in batches, and with which CRS: settled as for a whole file.

What cannot be settled from the layer's declarations and extent (a CRS to be inferred, swapped
axes, text in an unknown encoding) is left to the readers of whole files.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gangqu_gis import crs as crs_module
from gangqu_gis.formats import disguises, shapefile
from gangqu_gis.formats.batches import LARGE, LargeLayer, large_layer
from gangqu_gis.formats.inference import Bounds
from gangqu_gis.formats.scrutiny import WIDEST_DEG
from gangqu_gis.formats.settling import settle
from gangqu_gis.formats.vector import Note, VectorFile

if TYPE_CHECKING:
    from pyproj import CRS


def open_large(
    path: Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    extent: Bounds | None = None,
    plane: CRS | None = None,
    least: int = LARGE,
) -> tuple[LargeLayer, tuple[Note, ...]] | None:
    """Return a layer of at least ``least`` features to be read in batches, with the notes on it.

    ``None`` where it is to be read whole.  The arguments are those of
    :func:`gangqu_gis.formats.read_vector`.

    Raises
    ------
    InputError
        Its CRS contradicts ``crs`` or the coordinates, or is on a datum whose shift is not known.
    """
    found = large_layer(path, layer, least=least)
    if found is None or not _has_known_text(path):
        return None
    disguises.refuse(path)
    bounds = _extent(found)
    if bounds is None:
        return None
    named = None if crs is None else crs_module.named(crs)
    settled = settled_crs(
        str(path), found.crs, bounds, named=named, extent=extent, plane=plane
    )
    return None if settled is None else (replace(found, crs=settled[0]), settled[1])


def settled_crs(
    source: str,
    crs: CRS,
    bounds: Bounds | None,
    *,
    named: CRS | None = None,
    extent: Bounds | None = None,
    plane: CRS | None = None,
) -> tuple[CRS, tuple[Note, ...]] | None:
    """Return the CRS of a layer that declares ``crs`` and lies within ``bounds``, with notes.

    ``None`` where its coordinates would have to be changed, or each be looked at.

    Raises
    ------
    InputError
        As :func:`open_large` does.
    """
    if bounds is None or not np.isfinite(bounds).all():
        ends: list[shapely.Point] = []
    elif _is_doubtful(crs, bounds):
        return None
    else:
        ends = [shapely.Point(bounds[:2]), shapely.Point(bounds[2:])]
    corners = np.array(ends, dtype=object)
    known = VectorFile(source, "", corners, {}, crs)
    settled = settle(known, named=named, shift=None, extent=extent, plane=plane)
    if settled.geometry is not corners or settled.crs is None:
        return None
    return settled.crs, settled.notes


def _has_known_text(path: Path) -> bool:
    """Whether nothing need be inferred of the text: a shapefile must be whole and in UTF-8."""
    if path.suffix.lower() != ".shp":
        return True
    parts = {suffix: shapefile.part(path, suffix) for suffix in (".shx", ".dbf", ".prj", ".cpg")}
    codepage = parts[".cpg"]
    if codepage is None or None in parts.values():
        return False
    declared = codepage.read_bytes()[:64].decode("ascii", "ignore").strip()
    return declared.upper().replace("-", "") == "UTF8"


def _is_doubtful(crs: CRS, bounds: Bounds) -> bool:
    """Whether degrees are too wide or large to be believed: half the globe, or metres after all."""
    return crs.is_geographic and (
        bounds[2] - bounds[0] >= WIDEST_DEG or max(map(abs, bounds)) > 360
    )


def _extent(layer: LargeLayer) -> Bounds | None:
    """Return the extent that the file declares; where it declares none, that of a first batch."""
    declared = layer.declared_extent()
    if declared is not None and np.isfinite(declared).all():
        return declared
    for batch in layer.batches(()):
        wkb = [batch.data[a:b].tobytes() for a, b in pairwise(batch.offset.tolist())]
        shapes = shapely.from_wkb(np.array([*wkb, None], dtype=object), on_invalid="ignore")
        west, south, east, north = shapely.total_bounds(shapes).tolist()
        return (west, south, east, north) if np.isfinite([west, east]).all() else None
    return None
