"""The formats that a layer is exported to: what each holds, where its coordinates lie, what it
loses.  docs/formats.md is written from this table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from gangqu_gis.errors import UsageError
from gangqu_gis.export import (
    boundary_text,
    dxf,
    filegdb,
    geojson,
    geopackage,
    kml,
    losses,
    shapefile,
    workbook,
)
from gangqu_gis.export.content import Content
from gangqu_gis.export.losses import Loss
from gangqu_gis.messages import Text, message


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose: the encoding of texts, the zone before eastings or not."""

    encoding: str | None = None
    zone_prefix: bool | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    ``place`` says in which CRS it is written unless another is named: ``plane`` (the workspace's
    planar CRS) or ``stored`` (lon/lat, as the layers are stored); ``fixed`` formats have no
    choice.  ``planar`` formats need coordinates in metres.  ``encodings`` are those that the user
    may choose from, the first by default.  A ``prefixed`` one has the zone's number before eastings
    unless told otherwise, and can have nothing but zones.
    """

    id: str
    suffixes: tuple[str, ...]
    place: str
    losses: tuple[Loss, ...]
    write: Callable[[Content, Path, Options], None]
    planar: bool = False
    fixed: bool = False
    encodings: tuple[str, ...] = ()
    zone_prefix: bool = False
    prefixed: bool = False
    lines: bool = True
    records: bool = False
    repeatable: bool = True

    @property
    def title(self) -> Text:
        """The format's name for people."""
        return message(f"export.format_{self.id}")

    @property
    def place_words(self) -> Text:
        """Where its coordinates lie, and why."""
        return message(f"export.place_{self.id}")

    def losses_in(self, encoding: str | None) -> tuple[Loss, ...]:
        """Return the losses that texts in ``encoding`` can suffer."""
        gbk = (encoding or "").lower() == "gbk"
        other = losses.CUT_UTF8 if gbk else losses.CUT_GBK
        return tuple(loss for loss in self.losses if loss is not other)

    def names(self, path: Path) -> list[str]:
        """Return the names of all files that are written for ``path``."""
        if self.id == "shp":
            return shapefile.names(path.stem)
        return [path.name]

    def stale_names(self, path: Path) -> list[str]:
        """Return files beside ``path`` that describe what is replaced, and would mislead."""
        if self.id == "shp":
            return [path.stem + suffix for suffix in shapefile.STALE_SUFFIXES]
        return []


_SHAPEFILE_LOSSES = (
    losses.NAMES,
    losses.CUT_UTF8,
    losses.CUT_GBK,
    losses.EMPTY_TEXT,
    losses.BLANKS,
    losses.DECIMALS,
    losses.CONTROLS,
    losses.JSON_TEXT,
    losses.RINGS,
)

FORMATS: tuple[Format, ...] = (
    Format(
        "shp",
        (".shp",),
        "plane",
        _SHAPEFILE_LOSSES,
        lambda content, path, options: shapefile.write(
            content, path, encoding=options.encoding or "utf-8"
        ),
        encodings=("utf-8", "gbk"),
        zone_prefix=True,
    ),
    Format(
        "zip",
        (".zip",),
        "plane",
        _SHAPEFILE_LOSSES,
        lambda content, path, options: shapefile.write_zip(
            content, path, encoding=options.encoding or "utf-8"
        ),
        encodings=("utf-8", "gbk"),
        zone_prefix=True,
    ),
    Format(
        "gpkg",
        (".gpkg",),
        "stored",
        (losses.CONTROLS, losses.JSON_TEXT, losses.MULTI, losses.EDGES),
        lambda content, path, _: geopackage.write(content, path),
        zone_prefix=True,
    ),
    Format(
        "gdb",
        (".gdb", ".gdb.zip"),
        "plane",
        (
            losses.NAMES,
            losses.TENTH_MM,
            losses.CONTROLS,
            losses.FLAGS,
            losses.JSON_TEXT,
            losses.MULTI,
            losses.RINGS,
        ),
        lambda content, path, _: (
            filegdb.write_zip(content, path)
            if path.suffix.lower() == ".zip"
            else filegdb.write(content, path)
        ),
        zone_prefix=True,
        repeatable=False,
    ),
    Format(
        "geojson",
        (".geojson",),
        "stored",
        (losses.EDGES,),
        lambda content, path, _: geojson.write(content, path),
        fixed=True,
        records=True,
    ),
    Format(
        "kml",
        (".kml",),
        "stored",
        (losses.CONTROLS, losses.NEWLINES, losses.AS_TEXT, losses.JSON_TEXT, losses.EDGES),
        lambda content, path, _: kml.write(content, path),
        fixed=True,
    ),
    Format(
        "dxf",
        (".dxf",),
        "plane",
        (losses.ATTRIBUTES, losses.NOT_DRAWN, losses.HOLES, losses.PARTS),
        lambda content, path, _: dxf.write(content, path),
        planar=True,
        zone_prefix=True,
    ),
    Format(
        "txt",
        (".txt",),
        "plane",
        (losses.TXT_ATTRIBUTES, losses.MILLIMETRE, losses.PARTS_AND_HOLES, losses.RINGS),
        lambda content, path, options: boundary_text.write(
            content, path, encoding=options.encoding or "gbk"
        ),
        planar=True,
        encodings=("gbk", "utf-8"),
        zone_prefix=True,
        prefixed=True,
        lines=False,
    ),
    Format(
        "xlsx",
        (".xlsx",),
        "plane",
        (
            losses.MILLIMETRE,
            losses.LINES,
            losses.UNDECLARED,
            losses.CUT_CELL,
            losses.EMPTY_TEXT,
            losses.CONTROLS,
            losses.JSON_TEXT,
            losses.RINGS,
        ),
        lambda content, path, _: workbook.write(content, path),
        planar=True,
        zone_prefix=True,
        records=True,
    ),
)


def format_of(path: Path) -> Format:
    """Return the format that the ending of ``path`` names.

    Raises
    ------
    UsageError
        No format has that ending.
    """
    name = path.name.lower()
    endings = [
        (len(suffix), found)
        for found in FORMATS
        for suffix in found.suffixes
        if name.endswith(suffix) and name != suffix
    ]
    if endings:  # .gdb.zip is a geodatabase, and no shapefile
        return max(endings, key=lambda ending: ending[0])[1]
    text = message("export.unknown_suffix", found=path.suffix or "-", known=_known())
    raise UsageError(text, file=str(path))


def _known(formats: Iterable[Format] = FORMATS) -> str:
    return " ".join(suffix for found in formats for suffix in found.suffixes)
