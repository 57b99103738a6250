"""Measuring a file on its own, and reconciling its stated areas: one way for every size and engine.

A file is read whole, in batches where it is large, or in partitions on dask.  Whichever it is, its
parts go the same way: into the totals, the listing, the document, the output.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from gangqu_gis.cli.measured_report import ScreenReport, progress_bar
from gangqu_gis.cli.reading import (
    Reading,
    read,
    read_large,
    read_partitions,
    reading_options,
    say_notes,
    yes_option,
)
from gangqu_gis.cli.session import Session, exit_if, format_option, help_text, lang_option
from gangqu_gis.messages import message
from gangqu_gis.units import AREA_UNITS

if TYPE_CHECKING:
    from pyproj import CRS

    from gangqu_gis.fileareas.batched import Measurement, Part, Stated, Totals
    from gangqu_gis.fileareas.stored_areas import FileAreas, StoredAreas

F = TypeVar("F", bound=Callable[..., Any])

#: What the results of the whole file can be written to; a GeoPackage also takes its geometries.
OUTPUTS = (".gpkg", ".parquet", ".xlsx")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a file: how it is read, what is compared, and where the results go."""

    file: Path
    reading: Reading
    yes: bool
    stated: str | None
    unit_name: str | None
    output: Path | None
    engine: str | None
    scheduler: str | None
    form: str


class Sink(Protocol):
    """What takes measured parts."""

    def add(self, part: Part) -> None:
        """Take a part."""


def engine_options(function: F) -> F:
    """Add ``--engine`` and ``--scheduler``."""
    address = click.option("--scheduler", metavar="ADDRESS", help=help_text("scheduler"))
    engine = click.option("--engine", type=click.Choice(("dask",)), help=help_text("engine"))
    return engine(address(function))


def refuse_without_engine(session: Session, engine: str | None, scheduler: str | None) -> None:
    """A scheduler without an engine is a mistake."""
    if scheduler is not None and engine is None:
        raise click.UsageError(message("distributed.needs_engine").render(session.lang))


@click.command(help=help_text("measure"))
@click.argument("file", type=click.Path(path_type=Path))
@reading_options
@yes_option
@click.option("--stated", metavar="FIELD", help=help_text("stated"))
@click.option("--unit", "unit_name", type=click.Choice(AREA_UNITS), help=help_text("unit"))
@click.option(
    "--output",
    metavar="FILE.gpkg|FILE.parquet|FILE.xlsx",
    type=click.Path(path_type=Path, dir_okay=False),
    help=help_text("measure_output"),
)
@engine_options
@format_option
@lang_option
@click.pass_obj
def measure(session: Session, /, **asked: Any) -> None:
    """Measure a polygon file on its own."""
    run(session, Wanted(**asked), differing=False)


def run(session: Session, wanted: Wanted, *, differing: bool) -> None:
    """Measure, judge, write and report a file; with ``differing`` list what does not agree.

    Raises
    ------
    SystemExit
        With 1, where a stated area is not confirmed by its geometry.
    """
    _refuse_nonsense(session, wanted)
    with _measurement(session, wanted) as (measured, whole):
        report = ScreenReport(
            session,
            measured,
            wanted.form,
            differing=differing,
            written=wanted.output is not None,
        )
        with ExitStack() as stack:
            sinks: list[Sink] = [report]
            if wanted.output is not None:
                output = _output(session, measured, whole, wanted.output)
                sinks.append(stack.enter_context(output))
            totals = _gone_through(session, measured, sinks, wanted)
    say_notes(session, measured.source, measured.notes())
    report.close(totals)
    if wanted.output is not None:
        written = message("cli.written", path=wanted.output).render(session.lang)
        click.echo(written, err=wanted.form == "json")
    exit_if(totals.disagrees)


def _refuse_nonsense(session: Session, wanted: Wanted) -> None:
    """Refuse what makes no sense together, before anything is read."""

    def refuse(key: str, **params: object) -> None:
        raise click.UsageError(message(key, **params).render(session.lang))

    if (wanted.stated is None) != (wanted.unit_name is None):
        refuse("cli.stated_needs_unit")
    refuse_without_engine(session, wanted.engine, wanted.scheduler)
    known = [s for s in OUTPUTS if s != ".gpkg" or wanted.engine is None]
    if wanted.output is not None and wanted.output.suffix.lower() not in known:
        refuse("batches.other_suffix", known=" / ".join(known))
    if wanted.output is not None and _stands_in(wanted.output, wanted.file):
        refuse("batches.onto_itself", path=wanted.output)
    if wanted.engine is not None:
        refuse_reading(session, wanted.reading)


def _stands_in(output: Path, source: Path) -> bool:
    """Return whether a result would take the place of what is measured, or of one of its parts."""
    if not source.exists():
        return False
    if source.is_dir() and source.resolve() in output.resolve().parents:
        return True
    return output.exists() and output.samefile(source)


def refuse_reading(session: Session, reading: Reading) -> None:
    """A partitioned GeoParquet says itself how it is to be read."""
    if reading.given:
        raise click.UsageError(message("distributed.no_reading").render(session.lang))


@contextmanager
def _measurement(
    session: Session, wanted: Wanted
) -> Iterator[tuple[Measurement, tuple[FileAreas, StoredAreas | None] | None]]:
    """Yield the measurement that is asked for, and what was read, where it was read whole."""
    plane, stated = _plane(session), _stated(session, wanted)
    if wanted.engine is not None:
        from gangqu_gis.engine import engine
        from gangqu_gis.fileareas.partitions import of_partitions

        with engine(wanted.scheduler) as workers:
            source = read_partitions(session, wanted.file, workers, yes=wanted.yes)
            yield of_partitions(source, workspace_plane=plane, stated=stated), None
        return
    from gangqu_gis.fileareas import batched

    in_memory = wanted.output is not None and wanted.output.suffix.lower() == ".gpkg"
    layer = None
    if not in_memory:
        layer = read_large(session, wanted.file, wanted.reading, yes=wanted.yes)
    if layer is not None:
        yield batched.of_layer(layer, workspace_plane=plane, stated=stated), None
        return
    measured, stored = _whole(session, wanted, plane, stated)
    yield batched.of_file(measured, stored), (measured, stored)


def _whole(
    session: Session, wanted: Wanted, plane: CRS | None, stated: Stated | None
) -> tuple[FileAreas, StoredAreas | None]:
    from gangqu_gis.fileareas.stored_areas import compare_stored, measure_file

    file = read(session, wanted.file, wanted.reading, yes=wanted.yes)
    measured = measure_file(file, workspace_plane=plane)
    if stated is None:
        return measured, None
    return measured, compare_stored(
        measured,
        column=stated.name,
        unit_name=stated.unit_name,
        coordinate_m=stated.coordinate_m,
    )


def _plane(session: Session) -> CRS | None:
    from gangqu_gis import crs

    workspace = session.workspace_if_any()
    return crs.planar(workspace.planar_crs) if workspace else None


def _stated(session: Session, wanted: Wanted) -> Stated | None:
    from gangqu_gis.fileareas.batched import Stated
    from gangqu_gis.fileareas.stored_areas import DEFAULT_COORDINATE_M

    if wanted.stated is None or wanted.unit_name is None:
        return None
    workspace = session.workspace_if_any()
    step = workspace.tolerance.stored_coordinate_m if workspace else DEFAULT_COORDINATE_M
    return Stated(wanted.stated, wanted.unit_name, float(step))


def _gone_through(
    session: Session, measured: Measurement, sinks: list[Sink], wanted: Wanted
) -> Totals:
    """Hand every part to every sink, and return the totals."""
    from gangqu_gis.fileareas.batched import Totals

    totals = Totals()
    quiet = wanted.form == "json" and sys.stdout.isatty()
    with progress_bar(measured.count, quiet=quiet) as progress:
        for part in measured.parts:
            totals.add(part)
            for sink in sinks:
                sink.add(part)
            progress(totals.features)
    return totals


@contextmanager
def _output(
    session: Session,
    measured: Measurement,
    whole: tuple[FileAreas, StoredAreas | None] | None,
    path: Path,
) -> Iterator[Sink]:
    """Yield what takes the results of every feature to a file, whole or not at all."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        from gangqu_gis.fileareas.result_table import parquet_table

        with parquet_table(path, stated=measured.column is not None) as table:
            yield table
    elif suffix == ".xlsx":
        from gangqu_gis.report.measured_workbook import result_workbook

        with result_workbook(path, measured, session.lang) as sheet:
            yield sheet
    else:
        from gangqu_gis.frames import file_frame, write_frame

        assert whole is not None
        yield _Nothing()
        write_frame(path, file_frame(*whole), layer=measured.layer)


class _Nothing:
    """Takes parts and leaves them."""

    def add(self, part: Part) -> None:
        """Leave a part."""
