"""Reading a text file of boundary points, whichever of its grammars it follows."""

from __future__ import annotations

from pathlib import Path

from gangqu_gis.errors import InputError
from gangqu_gis.formats import exchange_text, point_lists
from gangqu_gis.formats.boundary import bounds_of, to_vector
from gangqu_gis.formats.decoding import read_lines
from gangqu_gis.formats.exchange import BoundaryFile
from gangqu_gis.formats.exchange_crs import place
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.formats.rings import split_rings
from gangqu_gis.formats.vector import VectorFile, chosen_layer
from gangqu_gis.messages import message


def read(path: Path, layer: str | None) -> VectorFile:
    """Read the parcels of a text file; raises as :func:`gangqu_gis.formats.read_vector` does."""
    source, remarks = str(path), Remarks()
    name = chosen_layer(source, [path.stem], layer)
    rows = read_lines(path)
    in_format = exchange_text.looks_like_exchange(rows)
    parse = exchange_text.parse if in_format else point_lists.parse
    file = parse(rows, source=source, remarks=remarks)
    _refuse_cut(file, rows, source)
    bounds = bounds_of(file)
    if bounds is None:
        raise InputError(message("txt.nothing"), file=source)
    found = place(file.header, bounds, remarks)
    return to_vector(file, source=source, layer=name, place=found, remarks=remarks)


def _refuse_cut(file: BoundaryFile, rows: list[str], source: str) -> None:
    """Refuse a file that ends within a row, with fewer rows than its last head states."""
    last = file.parcels[-1] if file.parcels else None
    if last is None or not rows[-1].strip("\x1a") or not last.field("JZDS").isdecimal():
        return
    short = len(last.points) < int(last.field("JZDS"))
    if short and last.points and not split_rings(last.points)[-1].closed:
        raise InputError(message("txt.cut_short"), file=source, line=len(rows))
