"""Cells and tables of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gangqu_gis.progress.model import State


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its words, and the number behind them where there is one."""

    words: str
    number: Fraction | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: a stable name, a title, headings, rows, and lines that stand under it."""

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    right: tuple[int, ...] = ()
