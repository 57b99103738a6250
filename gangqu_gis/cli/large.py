"""Measuring a file that is too large to be listed: in batches, with a bar when somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gangqu_gis.cli.session import Session, exit_if, help_text
from gangqu_gis.messages import message
from gangqu_gis.units import half_up

if TYPE_CHECKING:
    from gangqu_gis.batched import Progress, Totals
    from gangqu_gis.findings import Finding
    from gangqu_gis.formats.batches import LargeLayer


def large_layer(path: Path, layer: str | None, output: Path | None) -> LargeLayer | None:
    """Return the layer where it is to be measured in batches: it is large, or Parquet is asked."""
    from gangqu_gis import crs
    from gangqu_gis.formats import batches

    wanted = output is not None and output.suffix.lower() == ".parquet"
    if output is not None and not wanted:
        return None
    found = batches.large_layer(path, layer, least=0 if wanted else batches.LARGE)
    return found if found is not None and crs.same_datum(found.crs, crs.storage()) else None


def measure_large(
    session: Session,
    layer: LargeLayer,
    *,
    stated: str | None,
    unit_name: str | None,
    output: Path | None,
) -> None:
    """Measure, judge, write, and print the totals."""
    from gangqu_gis import batched
    from gangqu_gis import crs as crs_module
    from gangqu_gis.stored_areas import DEFAULT_COORDINATE_M

    workspace = session.workspace_if_any()
    plane = crs_module.planar(workspace.planar_crs) if workspace else None
    column = None
    if stated is not None and unit_name is not None:
        step = workspace.tolerance.stored_coordinate_m if workspace else DEFAULT_COORDINATE_M
        column = batched.stored_column(
            layer, column=stated, unit_name=unit_name, coordinate_m=float(step)
        )
    parts = batched.measured_batches(layer, workspace_plane=plane, column=column)
    with progress_bar(layer.count, session) as progress:
        if output is None:
            totals = batched.count(parts, progress)
        else:
            totals = batched.write_results(parts, output, progress)
    _print(session, layer.path, totals, output)
    exit_if(totals.disagrees)


F = TypeVar("F", bound=Callable[..., Any])


def engine_options(function: F) -> F:
    """Add ``--engine`` and ``--scheduler``."""
    address = click.option("--scheduler", metavar="ADDRESS", help=help_text("scheduler"))
    engine = click.option("--engine", type=click.Choice(("dask",)), help=help_text("engine"))
    return engine(address(function))


def refuse_without_engine(session: Session, engine: str | None, scheduler: str | None) -> None:
    """A scheduler without an engine is a mistake."""
    if scheduler is not None and engine is None:
        raise click.UsageError(message("distributed.needs_engine").render(session.lang))


def measure_distributed(
    session: Session, file: Path, scheduler: str | None, stated: str | None, unit_name: str | None
) -> None:
    """Measure a partitioned GeoParquet on dask and print the totals."""
    from gangqu_gis import crs as crs_module
    from gangqu_gis import distributed
    from gangqu_gis.stored_areas import DEFAULT_COORDINATE_M

    workspace = session.workspace_if_any()
    plane = crs_module.planar(workspace.planar_crs) if workspace else None
    step = workspace.tolerance.stored_coordinate_m if workspace else DEFAULT_COORDINATE_M
    with distributed.scheduler(scheduler):
        totals = distributed.measure_partitions(
            distributed.Partitions.of(file),
            workspace_plane=plane,
            stated=stated,
            unit_name=unit_name,
            coordinate_m=float(step),
        )
    _print(session, file, totals, None)
    exit_if(totals.disagrees)


def check_distributed(
    session: Session, file: Path, scheduler: str | None, coverage: bool
) -> list[Finding]:
    """Return the topology findings of a partitioned GeoParquet, found on dask."""
    from gangqu_gis import crs as crs_module
    from gangqu_gis import distributed
    from gangqu_gis.distributed_topology import check_partitions
    from gangqu_gis.topology import Thresholds

    workspace = session.workspace_if_any()
    plane = crs_module.planar(workspace.planar_crs) if workspace else None
    with distributed.scheduler(scheduler):
        return check_partitions(
            distributed.Partitions.of(file),
            workspace_plane=plane,
            coverage=coverage,
            thresholds=Thresholds(),
        )


@contextmanager
def progress_bar(total: int, session: Session) -> Iterator[Progress]:
    """Yield what is called with the features done: a bar on a terminal, elsewhere nothing."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)


def _print(session: Session, path: Path, totals: Totals, output: Path | None) -> None:
    session.say(
        "batches.totals",
        file=path,
        count=totals.features,
        ellipsoidal=half_up(totals.ellipsoidal_mm2 / 1e6, 2),
        planar=half_up(totals.planar_mm2 / 1e6, 2),
        withheld=totals.withheld,
    )
    for verdict, number in sorted(totals.verdicts.items()):
        session.say("batches.verdict", verdict=verdict.label.render(session.lang), count=number)
    if output is not None:
        click.echo(message("cli.written", path=output).render(session.lang))
