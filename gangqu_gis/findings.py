"""Findings: one located fault each, in the words of the design."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gangqu_gis.messages import Text


class Severity(StrEnum):
    """How much a finding matters: errors block, warnings ask, notes inform."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: which rule, on what, where, how large, against what limit, and the remedy.

    ``also`` names the other features of a fault between several; ``shape`` is the faulty
    geometry in the storage CRS, when there is one to show.
    """

    rule: str
    severity: Severity
    subject: str
    text: Text
    remedy: Text
    also: tuple[str, ...] = ()
    layer: str | None = None
    file: str | None = None
    line: int | None = None
    measured: float | None = None
    limit: float | None = None
    unit: str | None = None
    shape: Any = field(default=None, compare=False)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Every feature the fault lies on."""
        return (self.subject, *self.also)

    @property
    def place(self) -> str:
        """File and line, as editors jump to them; a feature that stands in no file has no line."""
        if self.file is None:
            return ""
        return f"{self.file}:{self.line}" if self.line else self.file
