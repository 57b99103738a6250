"""The workspace: where a plan's data lies, and what data/workspace.toml says of it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from gangqu_gis.documents import Entry, read_toml
from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.messages import Text, message

MARKER = Path("data") / "workspace.toml"

#: What a layer may be kept as, by the suffix of its file.
LAYER_FORMS = {".geojson": "GeoJSON", ".gpkg": "GeoPackage", ".parquet": "GeoParquet"}


@dataclass(frozen=True, slots=True)
class ToleranceDefaults:
    """The office-wide class and inputs of the tolerances (metres; a share of the area).

    ``standard`` is the class of every rule that names none: ``basis`` takes it from each
    geometry's own basis.
    """

    standard: str
    point_error_m: Decimal
    map_error_m: Decimal
    largest_share: Decimal
    stored_coordinate_m: Decimal


@dataclass(frozen=True, slots=True)
class Workspace:
    """One plan's data and the facts that data/workspace.toml states about it.

    ``unfilled`` are the fields of that file that are placeholders still, with their lines.
    """

    root: Path
    authority: Text
    title: Text
    place: Text
    plan_version: str
    plan_period: tuple[int, int]
    data_date: str
    planar_crs: str
    extent: tuple[float, float, float, float]
    draft_notice: Text
    expected: Mapping[str, int]
    layer_files: Mapping[str, str]
    approximate_percent: Decimal
    tolerance: ToleranceDefaults
    unfilled: Mapping[str, int] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The folder of the workspace's data."""
        return self.root / "data"

    @property
    def plan(self) -> Path:
        """The folder of the register of figures."""
        return self.data / "plan"

    @property
    def readings(self) -> Path:
        """The file of recorded readings."""
        return self.plan / "readings.toml"

    @property
    def maps(self) -> Path:
        """The folder that generated maps go to."""
        return self.root / "maps"

    def layer_path(self, layer: str) -> Path:
        """Return the file of ``layer``."""
        return self.data / self.layer_files[layer]

    def shown(self, path: Path) -> str:
        """Return ``path`` as messages show it: relative to the workspace where it lies in it."""
        return (
            path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
        )


def day_of(workspace: Workspace) -> date:
    """Return the date of a workspace's data.

    The first day of 1980, where zip archives begin, stands for a date that is no ISO date.
    """
    first = date(1980, 1, 1)
    try:
        return max(date.fromisoformat(workspace.data_date), first)
    except ValueError:
        return first


def bundled_data() -> Path:
    """Return the plan data that came with the package.

    An installed wheel carries it inside the package; a checkout (also one installed in
    editable mode) has it beside the package, in the top-level ``data/``.
    """
    package = Path(__file__).resolve().parent
    for candidate in (package / "data", package.parent / "data"):
        if (candidate / "workspace.toml").is_file():
            return candidate
    raise InputError(message("workspace.no_bundled_data"), file=str(package))


def find_workspace(start: Path) -> Path:
    """Return the root of the workspace that contains ``start``.

    Raises
    ------
    UsageError
        Neither ``start`` nor a folder above it is a workspace.
    """
    for folder in (start, *start.parents):
        if (folder / MARKER).is_file():
            return folder
    raise UsageError(message("workspace.none_here", folder=str(start)))


def create_workspace(target: Path) -> None:
    """Write a new workspace with the bundled plan data into ``target``.

    Raises
    ------
    RefusedError
        ``target`` exists and is not an empty folder: nothing is ever overwritten.
    InputError
        It cannot be written.
    """
    try:
        shutil.copytree(
            bundled_data(),
            new_folder(target) / "data",
            ignore=shutil.ignore_patterns("__pycache__", "*.py", "*.pyc"),
        )
    except OSError as error:
        raise _cannot_write(target, error) from error


def new_folder(target: Path) -> Path:
    """Return ``target``, made as the folder of a new workspace with its maps/.

    Raises
    ------
    RefusedError
        ``target`` exists and is not an empty folder: nothing is ever overwritten.
    InputError
        It cannot be made.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RefusedError(message("workspace.target_not_empty"), file=str(target))
    try:
        (target / "maps").mkdir(parents=True)
    except OSError as error:
        raise _cannot_write(target, error) from error
    return target


def _cannot_write(target: Path, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    return InputError(message("file.cannot_write", reason=reason), file=str(target))


def open_workspace(root: Path) -> Workspace:
    """Read data/workspace.toml under ``root``.

    Raises
    ------
    UsageError
        ``root`` is not a workspace.
    InputError
        The file cannot be read, or a field is missing or of the wrong type.
    """
    path = root / MARKER
    if not path.is_file():
        raise UsageError(message("workspace.not_a_workspace", folder=str(root)))
    fields = read_toml(path, shown=MARKER.as_posix()).root
    expected, layers = fields.table("expected"), fields.table("layers")
    tolerance = fields.table("tolerance")
    extent = _extent(fields)
    period = _period(fields)
    return Workspace(
        root=root.resolve(),
        authority=fields.both("authority", "authority_en"),
        title=fields.both("title", "title_en"),
        place=fields.both("place", "place_en"),
        plan_version=fields.text("plan_version"),
        plan_period=period,
        data_date=fields.text("data_date"),
        planar_crs=fields.text("planar_crs"),
        extent=extent,
        draft_notice=fields.both("draft_notice", "draft_notice_en"),
        expected={kind: expected.whole(kind) for kind in expected.content},
        layer_files={layer: _layer_file(layers, layer) for layer in layers.content},
        approximate_percent=fields.table("conventions").decimal("approximate_percent"),
        tolerance=ToleranceDefaults(
            standard=tolerance.text("standard", optional=True) or "basis",
            point_error_m=tolerance.decimal("point_error_m"),
            map_error_m=tolerance.decimal("map_error_m"),
            largest_share=tolerance.decimal("largest_share"),
            stored_coordinate_m=tolerance.decimal("stored_coordinate_m"),
        ),
        unfilled={name: fields.line_of(name) for name in _unfilled(fields)},
    )


def _unfilled(fields: Entry) -> tuple[str, ...]:
    names = fields.texts("unfilled", optional=True)
    for name in names:
        if name not in fields:
            raise fields.fault("unfilled", "workspace.unfilled_unknown", name=name)
    return names


def _layer_file(layers: Entry, layer: str) -> str:
    file = layers.text(layer)
    before = list(layers.content)[: list(layers.content).index(layer)]
    other = next((name for name in before if layers.text(name) == file), None)
    if other is not None:
        raise layers.fault(layer, "workspace.layer_file_twice", file=file, other=other)
    if Path(file).suffix.lower() not in LAYER_FORMS:
        raise layers.fault(layer, "workspace.layer_form", file=file, known=" ".join(LAYER_FORMS))
    return file


def _extent(fields: Entry) -> tuple[float, float, float, float]:
    west, south, east, north = (float(value) for value in fields.numbers("extent", 4))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise fields.fault("extent", "workspace.bad_extent")
    return west, south, east, north


def _period(fields: Entry) -> tuple[int, int]:
    first, last = fields.numbers("plan_period", 2)
    whole = first.is_finite() and last.is_finite() and first % 1 == 0 and last % 1 == 0
    if not whole or not 1900 <= first <= last <= 2200:
        raise fields.fault("plan_period", "workspace.bad_period")
    return int(first), int(last)
