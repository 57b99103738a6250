"""Reading a file for a command: its options, what was inferred, and the questions about it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gangqu_gis.cli.session import F, Session, help_text
from gangqu_gis.errors import InputError, RefusedError
from gangqu_gis.messages import Text, joined, message

if TYPE_CHECKING:
    from gangqu_gis.engine import Engine
    from gangqu_gis.fileareas.partitions import Partitions
    from gangqu_gis.formats.batches import LargeLayer
    from gangqu_gis.formats.vector import Note, VectorFile
    from gangqu_gis.plan import Plan

yes_option = click.option("--yes", is_flag=True, help=help_text("yes"))


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read: what the options settle, and whether inferences are refused."""

    layer: str | None
    crs: str | None
    transform: Path | None
    strict: bool

    @property
    def given(self) -> bool:
        """Whether any of the options was used."""
        return bool(self.layer or self.crs or self.transform or self.strict)


def reading_options(function: F) -> F:
    """Add --layer, --crs, --transform and --strict; the command takes them as ``reading``."""

    @functools.wraps(function)
    def collected(*words: Any, **options: Any) -> Any:
        own = {name: options.pop(name) for name in ("layer", "crs", "transform", "strict")}
        return function(*words, reading=Reading(**own), **options)

    options = (
        click.option("--layer", help=help_text("layer")),
        click.option("--crs", metavar="EPSG:…", help=help_text("crs")),
        click.option(
            "--transform",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help=help_text("transform"),
        ),
        click.option("--strict", is_flag=True, help=help_text("strict")),
    )
    wrapped: Any = collected
    for option in reversed(options):
        wrapped = option(wrapped)
    result: F = wrapped
    return result


def read(session: Session, path: Path, reading: Reading, *, yes: bool) -> VectorFile:
    """Read ``path``; say on stderr what was mended, and ask about what was inferred.

    Raises
    ------
    RefusedError
        Something was inferred and the answer was no, or ``--strict`` was given.
    InputError, UsageError
        As :func:`gangqu_gis.formats.read_vector` does.
    """
    from gangqu_gis import crs as crs_module
    from gangqu_gis.formats import read_vector

    workspace = session.workspace_if_any()
    found = read_vector(
        path,
        layer=reading.layer,
        crs=reading.crs,
        transform=reading.transform,
        extent=workspace.extent if workspace else None,
        plane=crs_module.planar(workspace.planar_crs) if workspace else None,
    )
    _agree(session, found.source, found.notes, strict=reading.strict, yes=yes)
    return found


def read_large(session: Session, path: Path, reading: Reading, *, yes: bool) -> LargeLayer | None:
    """Return a layer that is to be read in batches, or ``None``; else as :func:`read`."""
    from gangqu_gis import crs as crs_module
    from gangqu_gis.formats.batches import LARGE
    from gangqu_gis.formats.large import open_large
    from gangqu_gis.geo_metadata import SUFFIXES

    if reading.transform is not None:
        return None
    workspace = session.workspace_if_any()
    opened = open_large(
        path,
        layer=reading.layer,
        crs=reading.crs,
        extent=workspace.extent if workspace else None,
        plane=crs_module.planar(workspace.planar_crs) if workspace else None,
        least=0 if path.suffix.lower() in SUFFIXES else LARGE,
    )
    if opened is None:
        return None
    layer, notes = opened
    _agree(session, str(path), notes, strict=reading.strict, yes=yes)
    return layer


def read_partitions(session: Session, path: Path, workers: Engine, *, yes: bool) -> Partitions:
    """Open a partitioned GeoParquet; say what was noticed of its CRS, and ask as :func:`read` does.

    Raises
    ------
    RefusedError
        Something was inferred and the answer was no.
    InputError
        It cannot be read, or its CRS cannot be settled without changing coordinates.
    """
    from gangqu_gis.fileareas.partitions import Partitions
    from gangqu_gis.formats.large import settled_crs

    found = Partitions.of(path, workers)
    settled = settled_crs(str(path), found.crs, found.bounds)
    if settled is None:
        raise InputError(message("distributed.unsettled"), file=str(path))
    crs, notes = settled
    _agree(session, str(path), notes, strict=False, yes=yes)
    return replace(found, crs=crs)


def say_notes(session: Session, source: str, notes: Sequence[Note]) -> None:
    """Say on stderr what was noticed."""
    for note in notes:
        click.echo(_line(source, note).render(session.lang), err=True)


def read_table(
    session: Session, plan: Plan, layer: str, path: Path, reading: Reading, *, yes: bool
) -> VectorFile:
    """Read a table of records for ``layer``; ``--layer`` names its sheet.

    Raises
    ------
    RefusedError
        Something would not be read and the answer was no, or ``--strict`` was given.
    InputError, UsageError
        As :func:`gangqu_gis.formats.records.read_records` does.
    """
    from gangqu_gis.arrivals import identified
    from gangqu_gis.columns import record_columns
    from gangqu_gis.formats.records import read_records

    columns = record_columns(plan.schema, layer)
    found = read_records(path, columns=columns, sheet=reading.layer)
    _agree(session, found.source, found.notes, strict=reading.strict, yes=yes)
    return identified(found, plan, layer)


def read_attributes(
    session: Session, plan: Plan, layer: str, path: Path, reading: Reading, *, yes: bool
) -> VectorFile:
    """Read the attributes of drawn features: from a table without coordinates, or as :func:`read`.

    Of a workbook, ``--layer`` names the sheet.  Raises as :func:`read_table` and :func:`read` do.
    """
    from gangqu_gis.formats.readers import is_table
    from gangqu_gis.formats.records import read_records
    from gangqu_gis.formats.tables import attribute_sheets
    from gangqu_gis.update.columns import attribute_columns, columns_passed_over

    sheets = attribute_sheets(path) if is_table(path) else []
    if not sheets:
        return read(session, path, reading, yes=yes)
    found = read_records(
        path,
        columns=attribute_columns(plan.schema, layer),
        sheet=reading.layer,
        among=sheets,
        passed_over=columns_passed_over(plan.schema, layer),
    )
    _agree(session, found.source, found.notes, strict=reading.strict, yes=yes)
    return found


def read_all(
    session: Session, paths: Sequence[Path], reading: Reading, *, yes: bool
) -> list[VectorFile]:
    """Read files, and every layer of folders; raises as :func:`read` does."""
    from gangqu_gis.formats.gathering import expand

    found = expand(paths)
    shown = ", ".join(str(path) for path in paths)
    _agree(session, shown, found.notes, strict=reading.strict, yes=yes)
    return [read(session, path, reading, yes=yes) for path in found.files]


def _agree(
    session: Session, source: str, notes: Sequence[Note], *, strict: bool, yes: bool
) -> None:
    asking = [note for note in notes if note.asks]
    inferred = [note for note in notes if note.asks or note.inferred]
    if strict and inferred:
        raise _refused("reading.strict", source, inferred)
    say_notes(session, source, [note for note in notes if yes or not note.asks])
    if yes or not asking:
        return
    say_notes(session, source, asking)
    try:
        agreed = click.confirm(message("reading.ask").render(session.lang), err=True)
    except (click.Abort, OSError, RuntimeError):  # no answer: nobody there, or no stdin at all
        click.echo(err=True)
        agreed = False
    if not agreed:
        raise _refused("reading.declined", source, asking)


def _line(source: str, note: Note) -> Text:
    where = source if note.line is None else f"{source}:{note.line}"
    key = "reading.asks" if note.asks or note.inferred else "reading.note"
    return message(key, file=where, text=note.text)


def _refused(key: str, source: str, asking: list[Note]) -> RefusedError:
    what = joined([note.text for note in asking])
    return RefusedError(message(key, what=what), file=source, line=asking[0].line)
