"""Exports of a layer: one writer per format, one table of formats and of what each loses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gangqu_gis import crs as crs_module
from gangqu_gis.errors import UsageError
from gangqu_gis.export.content import Content, collect
from gangqu_gis.export.formats import Format, Options, format_of
from gangqu_gis.export.losses import Suffered, suffered
from gangqu_gis.export.placing import check_target, place, workshop
from gangqu_gis.messages import message
from gangqu_gis.plan import Plan
from gangqu_gis.zones import crs_title
from gangqu_gis.zones import zone_of

if TYPE_CHECKING:
    from pyproj import CRS


__all__ = ["Exported", "Options", "export_layer"]


@dataclass(frozen=True)
class Exported:
    """What was written: the content, its format, the files, and what was lost."""

    content: Content
    format: Format
    files: tuple[Path, ...]
    losses: tuple[Suffered, ...]


def export_layer(
    plan: Plan,
    layer: str,
    path: Path,
    *,
    ids: Sequence[str] = (),
    crs: str | None = None,
    options: Options = Options(),
    overwrite: bool = False,
    lang: str = "zh",
) -> Exported:
    """Write ``layer`` (the features ``ids``, or all) to ``path``, in the format of its ending.

    The file is written beside its place and moved there when it is whole.

    Raises
    ------
    UsageError
        Unknown layer, id or ending, or an option that the format does not have.
    InputError
        A feature that the format cannot hold, or a file that cannot be written.
    RefusedError
        The file exists and ``overwrite`` is false.
    """
    found = format_of(path)
    _check_options(found, options, crs)
    _check_layer(plan, layer, found)
    target = path.parent.resolve() / path.name
    names = found.names(target)
    check_target(target, plan.workspace, names, overwrite=overwrite)
    chosen = _crs(plan, found, crs, options)
    content = collect(plan, layer, ids=ids, crs=chosen, lang=lang)
    with workshop(target) as folder:
        fresh, aside = folder / "new", folder / "old"
        fresh.mkdir()
        aside.mkdir()
        found.write(content, fresh / target.name, options)
        place([fresh / name for name in names], found.stale_names(target), target.parent, aside)
    files = tuple(target.parent / name for name in names)
    return Exported(
        content, found, files, tuple(suffered(found.losses_in(options.encoding), content))
    )


def _check_options(found: Format, options: Options, crs: str | None) -> None:
    if options.encoding is not None and options.encoding not in found.encodings:
        raise UsageError(message("export.no_encoding", format=found.title))
    if options.zone_prefix is not None and not found.zone_prefix:
        raise UsageError(message("export.no_zone_prefix", format=found.title))
    if crs is not None and found.fixed:
        raise UsageError(message("export.fixed_crs", format=found.title))


def _check_layer(plan: Plan, layer: str, found: Format) -> None:
    """Refuse a layer of records, or of lines, where the format has no room for them."""
    kinds = plan.schema.of_layer(layer)
    if plan.schema.holds_records(layer) and not found.records:
        raise UsageError(message("export.no_records", layer=layer, format=found.title))
    if kinds and not found.lines and all(kind.geometry == "line" for kind in kinds):
        raise UsageError(message("export.no_lines", layer=layer, format=found.title))


def _crs(plan: Plan, found: Format, named: str | None, options: Options) -> CRS:
    """Return the CRS to write in: the named one, or the format's own."""
    if named is not None:
        chosen = crs_module.named(named)
        if not crs_module.same_datum(chosen, crs_module.storage()):
            raise UsageError(message("crs.other_datum", name=crs_title(chosen)))
        if found.planar or chosen.is_projected:
            chosen = crs_module.planar(named)
    elif found.place == "plane" or options.zone_prefix is not None:
        chosen = crs_module.planar(plan.workspace.planar_crs)
    else:
        return crs_module.storage()
    return _with_prefix(chosen, found, options.zone_prefix)


def _with_prefix(chosen: CRS, found: Format, wanted: bool | None) -> CRS:
    """Return the same zone with its number before eastings, or without it, as is wanted."""
    zone = zone_of(chosen)
    if zone is None:
        if wanted or found.prefixed:
            raise UsageError(message("export.no_zone", crs=crs_title(chosen)))
        return chosen
    if wanted is None and not found.prefixed:
        return chosen
    return zone.with_prefix(wanted is not False).crs
