"""Tables for people who go on working in Python or a GIS: geopandas frames of what was measured."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gangqu_gis import crs
from gangqu_gis.assessment import Assessment
from gangqu_gis.errors import InputError
from gangqu_gis.fileareas.stored_areas import FileAreas, StoredAreas
from gangqu_gis.files import write_whole
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def plan_frame(assessment: Assessment) -> GeoDataFrame:
    """Return the plan's polygons, EPSG:4490, one row per feature.

    Columns: the attributes of the layers, ``ellipsoidal_m2``, ``planar_m2`` (NaN: withheld),
    ``effective_basis``, and ``verdicts``, the verdicts of the checks that measure the feature.
    """
    import geopandas

    rows = []
    for id_, part in assessment.measured.items():
        verdicts = [check.verdict.value for check in assessment.of_feature(id_)]
        measured = {
            "ellipsoidal_m2": part.ellipsoidal_m2,
            "planar_m2": part.planar_m2,
            "effective_basis": part.basis,
            "verdicts": ", ".join(dict.fromkeys(verdicts)),
        }
        rows.append({**part.feature.properties, **measured, "geometry": part.feature.geometry})
    return geopandas.GeoDataFrame(rows, geometry="geometry", crs=crs.storage())


def file_frame(measured: FileAreas, stored: StoredAreas | None) -> GeoDataFrame:
    """Return a measured file with its areas, and the verdicts on its stored column, as columns.

    Added columns begin with ``gq_`` so that none of the file's own is replaced.
    """
    import geopandas

    file = measured.file
    columns: dict[str, Any] = {
        **file.columns,
        "gq_ellipsoidal_m2": measured.areas.ellipsoidal_m2,
        "gq_planar_m2": measured.areas.planar_m2,
    }
    if stored is not None:
        columns["gq_stated_m2"] = stored.stated_m2
        columns["gq_tolerance_m2"] = stored.judgement.tolerance_m2
        columns["gq_verdict"] = [verdict.value for verdict in stored.verdicts]
        columns["gq_cause"] = [cause.value for cause in stored.causes]
    return geopandas.GeoDataFrame(columns, geometry=file.geometry, crs=file.crs)


def write_frame(path: Path, frame: GeoDataFrame, *, layer: str) -> None:
    """Write ``frame`` to a GeoPackage, whole.

    Raises
    ------
    InputError
        The name does not end in .gpkg, or the file cannot be written.
    """
    if path.suffix.lower() != ".gpkg":
        raise InputError(message("file.not_gpkg"), file=str(path))
    with tempfile.TemporaryDirectory(prefix="gangqu-") as folder:
        draft = Path(folder) / "draft.gpkg"
        _with_json(frame).to_file(draft, layer=layer, driver="GPKG", engine="pyogrio")
        write_whole(path, draft.read_bytes())


def _with_json(frame: GeoDataFrame) -> GeoDataFrame:
    """Return a frame whose lists and structures are texts of JSON: a GeoPackage has neither."""
    found = frame.copy(deep=False)
    for name in frame.columns.drop(frame.geometry.name):
        values = frame[name]
        if values.dtype == object and any(isinstance(value, _NESTED) for value in values):
            found[name] = [_json(v) if isinstance(v, _NESTED) else v for v in values]
    return found


_NESTED = (list, dict, np.ndarray)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=np.ndarray.tolist)
