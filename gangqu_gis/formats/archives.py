"""Zipped data: what is in it, which of it is meant, and what a hostile archive may not do."""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from gangqu_gis.errors import GangquError, InputError
from gangqu_gis.formats.vector import VectorFile, chosen_layer
from gangqu_gis.geo_metadata import SUFFIXES
from gangqu_gis.messages import message

#: What may lie in an archive, in the order in which it is looked for: a README.txt is no layer
#: beside a shapefile.
DRAWN = SUFFIXES | frozenset(
    ".shp .gpkg .geojson .geojsonl .kml .ovkml .dxf .gml .fgb .tab .mif .gpx".split()
)
LISTED = frozenset({".txt", ".csv", ".xlsx", ".json"})

#: Archives by their names; a KMZ is one.
ARCHIVES = frozenset({".zip", ".kmz", ".ovkmz"})

#: No archive is unpacked beyond this, bytes, nor with more members.
_LARGEST = 4_000_000_000
_MOST_MEMBERS = 20_000
#: Deflate reaches 1032; text full of blanks reaches 300.  Smaller archives may be as they like.
_HIGHEST_RATIO = 500
_HARMLESS = 50_000_000

Reader = Callable[[Path, str | None], VectorFile]


def read(path: Path, layer: str | None, *, reader: Reader) -> VectorFile:
    """Read one layer of an archive with ``reader``, which reads what is unpacked.

    Raises
    ------
    InputError
        It is no archive, is broken or encrypted, holds nothing that can be read, has a member
        whose path leaves the folder, or claims more than it can hold.
    UsageError
        It holds several layers and ``layer`` names none of them.
    """
    with tempfile.TemporaryDirectory(prefix="gangqu-") as folder:
        # The bare contents of a FileGDB are read as one where their folder is called so.
        root = Path(folder) / f"{path.stem}.gdb"
        _unpack(path, root)
        found = _datasets(root)
        if not found:
            raise InputError(message("archive.nothing"), file=str(path))
        name, inner = _split(layer, found)
        chosen = found[chosen_layer(str(path), list(found), name)]
        shown = str(path) if chosen == root else f"{path}/{chosen.relative_to(root).as_posix()}"
        try:
            read_file = reader(chosen, inner)
        except GangquError as error:
            raise type(error)(error.text, file=shown, line=error.line) from error
    return replace(read_file, source=shown)


def is_archive(path: Path) -> bool:
    """Whether a file is read as an archive, by its name."""
    return path.is_file() and path.suffix.lower() in ARCHIVES


def refuse_hostile(path: Path) -> None:
    """Refuse an archive that would unpack beyond measure; also for formats that are archives.

    Raises
    ------
    InputError
        As :func:`read` does.
    """
    with _opened(path) as archive:
        _refuse_size(path, archive.infolist())


def _unpack(path: Path, root: Path) -> None:
    root.mkdir()
    with _opened(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not _is_litter(m.filename)]
        for member in members:
            _refuse_path(path, member)
        _refuse_size(path, members)
        for member in members:
            if member.flag_bits & 0x1:
                raise InputError(message("archive.encrypted"), file=str(path))
            target = root / PurePosixPath(member.filename.replace("\\", "/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with archive.open(member) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
            except Exception as error:  # whatever zipfile and its decompressors make of garbage
                raise _broken(path, member.filename) from error


def _opened(path: Path) -> zipfile.ZipFile:
    """Open an archive; names without the UTF-8 flag are GBK, as Chinese Windows writes them."""
    for encoding in ("gbk", None):
        try:
            return zipfile.ZipFile(path, metadata_encoding=encoding)
        except UnicodeDecodeError:
            continue
        except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
            raise InputError(message("archive.broken", name=path.name), file=str(path)) from error
    raise InputError(message("archive.broken", name=path.name), file=str(path))


def _broken(path: Path, name: str) -> InputError:
    return InputError(message("archive.broken", name=name), file=str(path))


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePosixPath(name).name in (".DS_Store", "Thumbs.db")


def _refuse_path(path: Path, member: zipfile.ZipInfo) -> None:
    plain = member.filename.replace("\\", "/")
    inner = PurePosixPath(plain)
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    leaves = inner.is_absolute() or ".." in inner.parts or PureWindowsPath(plain).drive
    if leaves or is_link or not inner.parts:
        raise InputError(message("archive.leaves", name=member.filename), file=str(path))


def _refuse_size(path: Path, members: list[zipfile.ZipInfo]) -> None:
    claimed = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    beyond = claimed > _HARMLESS and claimed / packed > _HIGHEST_RATIO
    if beyond or claimed > _LARGEST or len(members) > _MOST_MEMBERS:
        text = message("archive.bomb", claimed=claimed, size=packed, count=len(members))
        raise InputError(text, file=str(path))


def _datasets(root: Path) -> dict[str, Path]:
    """Return what can be read, by the shortest name that tells it from the others."""
    if _is_database(root):
        return {root.stem: root}
    folders = [p for p in sorted(root.rglob("*")) if p.is_dir() and _is_database(p)]
    files = [p for p in sorted(root.rglob("*")) if p.is_file() and not _is_in(p, folders)]
    drawn = folders + [p for p in files if p.suffix.lower() in DRAWN]
    found = drawn or [p for p in files if p.suffix.lower() in LISTED]
    stems = [p.stem for p in found]
    return {
        p.stem if stems.count(p.stem) == 1 else p.relative_to(root).as_posix(): p for p in found
    }


def _is_database(folder: Path) -> bool:
    return any(folder.glob("a00000001.gdbtable"))


def _is_in(path: Path, folders: list[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _split(layer: str | None, found: dict[str, Path]) -> tuple[str | None, str | None]:
    """Return the file and the layer within it that ``--layer`` names: "file", "file:layer"."""
    if layer is None or layer in found:
        return layer, None
    name, colon, inner = layer.partition(":")
    if colon and name in found:
        return name, inner
    return (None, layer) if len(found) == 1 else (layer, None)
