"""Reading the TOML files that people edit, with the line of every fault.

Every TOML file is UTF-8 by definition, so a file that was saved in another encoding is refused
and never read as something else; numbers that must keep their printed digits are quoted strings.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from gangqu_gis.errors import InputError
from gangqu_gis.messages import Text, message

#: A table header; the rows of a list of lists begin with a bracket too, and are none.
_HEADER = re.compile(r"""\s*\[\[?\s*([A-Za-z_"'][^\]=,]*?)\s*\]\]?\s*(#.*)?$""")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed TOML file and its source lines."""

    shown: str
    rows: tuple[str, ...]
    content: Mapping[str, Any]

    @property
    def root(self) -> Entry:
        """The file's own table: what stands before the first header."""
        return Entry(self, 0, self.content)

    def entries(self, name: str) -> list[Entry]:
        """Return each ``[[name]]`` of the file with its line.

        Raises
        ------
        InputError
            The entries are written in a form whose lines cannot be told.
        """
        found = self.content.get(name, [])
        lines = self._header_lines(name)
        if not isinstance(found, list) or len(found) != len(lines):
            raise InputError(message("file.no_blocks", name=name), file=self.shown)
        return [Entry(self, line, entry) for line, entry in zip(lines, found, strict=True)]

    def only(self, *names: str) -> None:
        """Refuse a file that holds anything but the tables called ``names``: a slip of the pen.

        Raises
        ------
        InputError
            With the line of what is not known.
        """
        for name in self.content:
            if name not in names:
                line = next((n for n, row in enumerate(self.rows, 1) if _names(row, name)), None)
                text = message("file.unknown_block", name=name, known=", ".join(names))
                raise InputError(text, file=self.shown, line=line)

    def nested_entries(self, outer: str, inner: str) -> list[tuple[Entry, Entry]]:
        """Return each ``[[outer.inner]]`` with the ``[[outer]]`` it belongs to."""
        lines = iter(self._header_lines(f"{outer}.{inner}"))
        pairs = []
        for parent in self.entries(outer):
            found = parent.content.get(inner, [])
            for entry in found if isinstance(found, list) else [found]:
                line = next(lines, None)
                if line is None or not isinstance(entry, Mapping):
                    name = f"{outer}.{inner}"
                    raise InputError(message("file.no_blocks", name=name), file=self.shown)
                pairs.append((parent, Entry(self, line, entry)))
        return pairs

    def _header_lines(self, header: str) -> list[int]:
        wanted = re.compile(rf"\s*\[\[\s*{re.escape(header)}\s*\]\]")
        return [n for n, row in enumerate(self.rows, 1) if wanted.match(row)]


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of a TOML file, with typed access whose faults name file and line."""

    document: Document
    line: int
    content: Mapping[str, Any]
    prefix: str = ""

    def __contains__(self, name: str) -> bool:
        return name in self.content

    def only(self, names: Iterable[str]) -> None:
        """Refuse an entry with a field that is not among ``names``.

        Raises
        ------
        InputError
            With the line of the field.
        """
        known = frozenset(names)
        for name in self.content:
            if name not in known:
                text = message("file.unknown_field", name=name, known=", ".join(sorted(known)))
                line = self.line_of(name)
                if line == self.line:
                    line = self._nested_line(name) or line
                raise InputError(text, file=self.document.shown, line=line)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a field as it is, or ``default``."""
        return self.content.get(name, default)

    def text(self, name: str, *, optional: bool = False) -> str:
        """Return a text field; "" for an optional one that is absent."""
        value = self.content.get(name)
        if value is None and not optional:
            raise self.fault(name, "file.field_missing", name=self.prefix + name)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            raise self.fault(name, "file.needs_text", name=self.prefix + name)
        return value.strip()

    def both(self, zh: str, en: str) -> Text:
        """Return fields ``zh`` and ``en``; without ``en`` the Chinese stands for both."""
        chinese = self.text(zh)
        return Text(chinese, self.text(en, optional=True) or chinese)

    def flag(self, name: str) -> bool:
        """Return a true/false field; false when it is absent."""
        value = self.content.get(name, False)
        if not isinstance(value, bool):
            raise self.fault(name, "file.needs_flag", name=self.prefix + name)
        return value

    def whole(self, name: str, *, minimum: int = 0) -> int:
        """Return a whole number of at least ``minimum``."""
        value = self.content.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise self.fault(name, "file.needs_whole", name=self.prefix + name, minimum=minimum)
        return value

    def decimal(self, name: str) -> Decimal:
        """Return a quoted decimal number that is not negative, with its printed digits."""
        try:
            value = Decimal(self.text(name))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or value < 0:
            found = self.content.get(name)
            raise self.fault(name, "file.needs_decimal", name=self.prefix + name, found=found)
        return value

    def numbers(self, name: str, count: int) -> list[Decimal]:
        """Return a list of ``count`` numbers."""
        value = self.content.get(name)
        if isinstance(value, list) and len(value) == count and all(map(_is_number, value)):
            return [Decimal(v) for v in value]
        raise self.fault(name, "file.needs_numbers", name=self.prefix + name, count=count)

    def texts(self, name: str, *, optional: bool = False) -> tuple[str, ...]:
        """Return a list of texts; an empty one for an optional field that is absent."""
        value = self.content.get(name, [] if optional else None)
        if not isinstance(value, list) or not all(isinstance(i, str) and i for i in value):
            raise self.fault(name, "file.needs_texts", name=self.prefix + name)
        return tuple(value)

    def table(self, name: str) -> Entry:
        """Return the table ``[name]`` of the file."""
        value = self.content.get(name)
        if not isinstance(value, Mapping):
            raise self.fault(name, "file.needs_table", name=name)
        header = re.compile(rf"\s*\[\s*{re.escape(name)}\s*\]")
        rows = self.document.rows
        line = next((n for n, row in enumerate(rows, 1) if header.match(row)), 0)
        return Entry(self.document, line, value, f"{name}.")

    def fault(self, field: str, key: str, /, **params: object) -> InputError:
        """Return the error ``key`` at the line of ``field`` (the entry's own line without one)."""
        return InputError(
            message(key, **params), file=self.document.shown, line=self.line_of(field) or None
        )

    def _nested_line(self, name: str) -> int | None:
        """Return the line of the first ``[[….name]]`` after the entry."""
        for number in range(self.line + 1, len(self.document.rows) + 1):
            header = _HEADER.match(self.document.rows[number - 1])
            if header is not None and header[1].split(".")[-1].strip() == name:
                return number
        return None

    def line_of(self, field: str) -> int:
        """Return the line of ``field``, or the entry's own line."""
        for number in range(self.line + 1, len(self.document.rows) + 1):
            row = self.document.rows[number - 1]
            if _HEADER.match(row):
                break
            if _names(row, field):
                return number
        return self.line


def _names(row: str, name: str) -> bool:
    """Whether a source row begins the table or field called ``name``."""
    header = _HEADER.match(row)
    if header is not None:
        return header[1].split(".")[0].strip().strip('"') == name
    return "=" in row and row.split("=")[0].strip().strip('"') == name


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def read_toml(path: Path, *, shown: str) -> Document:
    """Read the TOML file ``path``; ``shown`` is its name in messages.

    Raises
    ------
    InputError
        The file is missing, unreadable, not UTF-8 or not TOML; with the line where known.
    """
    source = read_text(path, shown=shown)
    try:
        content = tomllib.loads(source, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        at_end = source.count("\n") + 1
        raise InputError(
            message("file.not_toml", reason=str(error)),
            file=shown,
            line=int(line.group(1)) if line else at_end,
        ) from error
    return Document(shown, tuple(source.split("\n")), content)


def read_text(path: Path, *, shown: str) -> str:
    """Read the UTF-8 text file ``path``, with or without byte-order mark and with any line ends.

    Raises
    ------
    InputError
        The file is missing or unreadable, or its bytes are not UTF-8 (with the line).
    """
    return decode(read_bytes(path, shown=shown), shown=shown)


def read_bytes(path: Path, *, shown: str) -> bytes:
    """Read the file ``path``.

    Raises
    ------
    InputError
        The file is missing or unreadable.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(message("file.missing"), file=shown) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(message("file.cannot_read", reason=reason), file=shown) from error


def decode(raw: bytes, *, shown: str) -> str:
    """Return the text of UTF-8 bytes, without byte-order mark and with plain line ends.

    Raises
    ------
    InputError
        The bytes are not UTF-8 (with the line).
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        if error.end >= len(raw) and error.reason == "unexpected end of data":
            raise InputError(message("file.cut_short"), file=shown, line=line) from None
        raise InputError(message("file.not_utf8"), file=shown, line=line) from None
    return text.replace("\r\n", "\n")


def quoted(value: str) -> str:
    """Return ``value`` as a TOML basic string on one line."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    controls = {c: f"\\u{ord(c):04x}" for c in set(escaped) if ord(c) < 0x20 or ord(c) == 0x7F}
    return '"' + "".join(controls.get(c, c) for c in escaped) + '"'
