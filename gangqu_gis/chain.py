"""Append-only folders of numbered JSON records, each holding the hash of the one before.

``000001.json`` is the first record.  A record's hash is the SHA-256 of its file's bytes and the
next record carries it as ``previous``, so none can be altered, dropped or slipped in without the
chain showing it.  The hash of the last record, the head, stands for all of them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gangqu_gis.errors import InputError
from gangqu_gis.files import write_new
from gangqu_gis.messages import message

#: What the first record holds as the hash before it, and the head of an empty chain.
NO_RECORD = "0" * 64

_NAME = re.compile(r"(\d{6})\.json")


@dataclass(frozen=True, slots=True)
class Link:
    """One record of a chain, with the hash of its file."""

    number: int
    content: Mapping[str, Any]
    hash: str
    shown: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A folder of records; ``shown`` is its name in messages."""

    folder: Path
    shown: str
    required: tuple[str, ...]

    def read(self) -> tuple[Link, ...]:
        """Return every record, oldest first.

        Raises
        ------
        InputError
            A record cannot be read, or the chain is broken.
        """
        links = []
        for found in self._walk():
            if isinstance(found, InputError):
                raise found
            links.append(found)
        return tuple(links)

    def fault(self) -> InputError | None:
        """Return the first fault of the chain, or ``None``; nothing after it can be trusted."""
        return next((found for found in self._walk() if isinstance(found, InputError)), None)

    def append(self, record: Mapping[str, Any], *, rows: str) -> Link:
        """Write ``record`` as the next one and return it.

        The list called ``rows`` is written one item a line.

        Raises
        ------
        InputError
            The chain is broken, or the record cannot be written.
        RefusedError
            Another record was written in between.
        """
        links = self.read()
        number = len(links) + 1
        head = links[-1].hash if links else NO_RECORD
        path = self.folder / f"{number:06d}.json"
        write_new(path, _to_text({"number": number, "previous": head, **record}, rows))
        return self._read_link(path)

    def _walk(self) -> Iterator[Link | InputError]:
        previous = NO_RECORD
        for number, path in enumerate(self._files(), 1):
            try:
                link = self._read_link(path)
            except InputError as error:
                yield error
                return
            if link.number != number or path.stem != f"{number:06d}":
                text = message("history.gap", expected=f"{number:06d}.json")
                yield InputError(text, file=link.shown)
                return
            if link.content["previous"] != previous:
                yield InputError(message("history.altered", number=number - 1), file=link.shown)
                return
            previous = link.hash
            yield link

    def _files(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if _NAME.fullmatch(path.name))

    def _read_link(self, path: Path) -> Link:
        shown = f"{self.shown}/{path.name}"
        try:
            raw = path.read_bytes()
            content = json.loads(raw.decode("utf-8"))
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(message("file.cannot_read", reason=reason), file=shown) from error
        except ValueError as error:
            raise InputError(
                message("history.unreadable", reason=str(error)), file=shown
            ) from error
        if not isinstance(content, dict):
            reason_text = message("history.no_object")
            raise InputError(message("history.unreadable", reason=reason_text), file=shown)
        absent = [name for name in ("number", "previous", *self.required) if name not in content]
        if absent:
            reason_text = message("history.fields_missing", names=", ".join(absent))
            raise InputError(message("history.unreadable", reason=reason_text), file=shown)
        return Link(content["number"], content, hashlib.sha256(raw).hexdigest(), shown)


def _to_text(record: Mapping[str, Any], rows: str) -> str:
    items = record.get(rows, [])
    head = _line({key: value for key, value in record.items() if key != rows})
    body = ",\n".join("  " + _line(item) for item in items)
    return f'{head[:-1]},"{rows}":[\n{body}\n]}}\n'


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
