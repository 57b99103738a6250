"""Which files of a folder are layers: parts are not counted, and copies are told by content.

A clerk keeps the old copy beside the new one, under any name (field conventions 7.1): equal
contents are read once, and unequal ones of one name are asked about.
"""

from __future__ import annotations

import datetime
import glob
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gangqu_gis.errors import GangquError, InputError
from gangqu_gis.formats import archives
from gangqu_gis.formats.readers import read, refuse_elsewhere
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.formats.vector import Note
from gangqu_gis.messages import joined, message, plain

#: Files that are layers by their suffix, and texts and tables that may hold points or words.
_LAYERS = archives.DRAWN | archives.ARCHIVES
_PERHAPS = archives.LISTED

#: The parts of layers: of a shapefile, of a MapInfo file, of a GML, and styles.
_PARTS = frozenset(
    (
        *(".dbf", ".shx", ".prj", ".cpg", ".cst", ".sbn", ".sbx", ".qix", ".qpj", ".qmd", ".qml"),
        *(".dat", ".map", ".ind", ".mid", ".xsd", ".gfs", ".sld", ".lyr", ".lyrx"),
    )
)
#: What operating systems leave in folders.
_OF_SYSTEMS = frozenset(("thumbs.db", "desktop.ini"))
#: How many names a note lists.
_LISTED = 10

#: What people put behind a name to tell versions apart.
_VERSION = re.compile(
    r"[\s_-]*(最终版?|终稿|定稿|修改稿?|副本|新版?|旧版?|final|copy|new|old|v|版本?)*"
    r"[\s_-]*[(（]?\d{0,8}[)）]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files to read, in their order, and notes on copies, versions and what is left out."""

    files: tuple[Path, ...]
    notes: tuple[Note, ...]


def expand(paths: Iterable[Path]) -> Gathered:
    """Return the layers among ``paths``: files as they are named, folders searched.

    Raises
    ------
    InputError
        A path does not exist or is not local, or a folder holds no layer.
    """
    remarks = Remarks()
    files: list[Path] = []
    ignored: list[str] = []
    for path in paths:
        refuse_elsewhere(path)
        if not path.exists():
            raise InputError(message("file.missing"), file=str(path))
        if is_folder(path):
            found = list(_layers_in(path, remarks, ignored))
            if not found:
                raise InputError(message("gather.nothing"), file=str(path))
            files += found
        else:
            files.append(path)
    if ignored:
        shown = joined([plain(name) for name in ignored[:_LISTED]], zh="、", en=", ")
        key = "gather.ignored" if len(ignored) <= _LISTED else "gather.ignored_more"
        text = message(key, names=shown, count=len(ignored))
        remarks.add("gather.ignored", text)
    kept = _without_copies(files, remarks)
    _ask_about_versions(kept, remarks)
    return Gathered(tuple(kept), remarks.notes())


def is_folder(path: Path) -> bool:
    """Whether a path is a folder of files, and not a FileGDB."""
    return path.is_dir() and path.suffix.lower() != ".gdb"


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a layer's content: geometry and attributes, whatever its name."""
    digest = hashlib.sha256()
    if path.is_dir():
        parts = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix != ".lock")
    elif path.suffix.lower() == ".shp":
        table = path.with_suffix(".dbf")
        parts = [path, table] if table.is_file() else [path]
    else:
        parts = [path]
    for part in parts:
        with part.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _layers_in(folder: Path, remarks: Remarks, ignored: list[str]) -> Iterator[Path]:
    """Yield the layers below a folder; add the names of files that are none to ``ignored``."""
    for path in sorted(folder.iterdir()):
        suffix = path.suffix.lower()
        if path.name.startswith(".") or path.name.lower() in _OF_SYSTEMS:
            continue
        if path.name.startswith("~$"):
            ignored.append(path.name)
        elif path.is_dir() and suffix != ".gdb":
            yield from _layers_in(path, remarks, ignored)
        elif suffix == ".gdb" or suffix in _LAYERS or (suffix in _PERHAPS and _has_points(path)):
            yield path
        elif suffix in _PERHAPS:
            text = message("gather.no_points", name=path.name)
            remarks.add("gather.no_points", text, kind=str(path))
        elif not _is_part(path):
            ignored.append(path.name)


def _is_part(path: Path) -> bool:
    """Whether a file belongs to a layer beside it: 地块.dbf, 地块.shp.xml, 地块.gpkg-wal."""
    stem = path.name.split(".", 1)[0]
    own = re.sub(r"-(wal|shm|journal)$", "", path.name)
    for layer in path.parent.glob(f"{glob.escape(stem)}.*"):
        if layer.suffix.lower() in _LAYERS and (
            path.name.startswith(f"{layer.name}.")
            or own == layer.name
            or (path.suffix.lower() in _PARTS and path.stem == layer.stem)
        ):
            return layer != path
    return False


def _has_points(path: Path) -> bool:
    """Whether a text or table can be read: a README among the layers is none."""
    if path.suffix.lower() == ".json":
        return b"FeatureCollection" in path.read_bytes()[:4096]
    try:
        return len(read(path, None)) > 0
    except GangquError as error:
        # A fault on a line is a fault of a layer; a file without any coordinates has none.
        return error.line is not None


def _without_copies(files: list[Path], remarks: Remarks) -> list[Path]:
    first: dict[str, Path] = {}
    kept = []
    for path in files:
        known = first.setdefault(content_hash(path), path)
        if known is path:
            kept.append(path)
        else:
            text = message("gather.copy", name=path.name, other=known.name)
            remarks.add("gather.copy", text, kind=str(path))
    return kept


def _ask_about_versions(files: list[Path], remarks: Remarks) -> None:
    groups: dict[tuple[str, str], list[Path]] = {}
    for path in files:
        stem = _VERSION.sub("", path.stem) or path.stem
        groups.setdefault((stem, path.suffix.lower()), []).append(path)
    for (stem, _), own in groups.items():
        is_numbered = all(re.search(r"\d$", path.stem) for path in own)
        if len(own) > 1 and not is_numbered:
            names = joined([plain(f"{path.name} ({_date(path)})") for path in own])
            text = message("gather.versions", names=names)
            remarks.add("gather.versions", text, asks=True, kind=stem)


def _date(path: Path) -> str:
    return datetime.date.fromtimestamp(path.stat().st_mtime).isoformat()
