"""Errors that a user can meet; each is one line and knows its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from gangqu_gis.messages import Text


class GangquError(Exception):
    """Base of all expected errors.

    ``text`` is the whole line in both languages: what is wrong and what to do.
    ``file`` and ``line`` say where, when there is a where.
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, text: Text, *, file: str | None = None, line: int | None = None) -> None:
        self.text = text
        self.file = file
        self.line = line
        super().__init__(self.render("zh"))

    def render(self, lang: str) -> str:
        """Return the line a user reads: ``file:line: text``."""
        where = self.file or ""
        if where and self.line is not None:
            where += f":{self.line}"
        words = " ".join(self.text.render(lang).split())
        return f"{where}: {words}" if where else words


class UsageError(GangquError):
    """The command was used in a way it does not have (exit 2)."""

    exit_code = 2


class InputError(GangquError):
    """Input that cannot be used: unreadable file, wrong CRS, broken register (exit 3)."""

    exit_code = 3


class TableError(InputError):
    """A table that cannot be used, with every fault of it: one line each."""

    def __init__(self, faults: Sequence[Text], *, file: str) -> None:
        self.faults = tuple(faults)
        zh, en = ("\n".join(text.render(lang) for text in faults) for lang in ("zh", "en"))
        super().__init__(Text(zh, en), file=file)

    def render(self, lang: str) -> str:
        """Return one line for each fault: ``file: sheet!cell: text``."""
        words = (" ".join(text.render(lang).split()) for text in self.faults)
        return "\n".join(f"{self.file}: {line}" for line in words)


class RefusedError(GangquError):
    """The action was refused: a lock, a conflict, a declined question (exit 4)."""

    exit_code = 4
