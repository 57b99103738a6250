"""What the columns of a large layer say, gathered in a pass before its features are measured.

The decimals of the stated column are those of the whole column; the column that names the features
must name them all; and names that stand twice lie anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gangqu_gis.fileareas.judgement import column_decimals, column_numbers
from gangqu_gis.formats.scrutiny import LISTED, repeated_note
from gangqu_gis.formats.vector import Note, id_columns, is_name


@dataclass(slots=True)
class ColumnPass:
    """The columns of the features seen so far, in file order.

    ``stated`` is the name of the stated column; ``naming`` the columns that name every feature so
    far, the best first.  Of names only prints of eight bytes are kept.
    """

    source: str
    stated: str | None
    naming: list[str]
    decimals: int = 0
    count: int = 0
    _prints: dict[str, list[NDArray[np.int64]]] = field(default_factory=dict)

    @classmethod
    def over(cls, source: str, columns: Sequence[str], stated: str | None) -> ColumnPass:
        """Return what nothing has been seen of yet."""
        return cls(source, stated, id_columns(columns))

    @property
    def needed(self) -> list[str]:
        """The columns to be looked at."""
        return list(dict.fromkeys([*self.naming, *([self.stated] if self.stated else [])]))

    @property
    def named_by(self) -> str | None:
        """The column that names the features, or ``None``: they go by their numbers."""
        return self.naming[0] if self.naming else None

    def look(self, values: Mapping[str, NDArray[Any]], size: int) -> None:
        """Look at the next ``size`` features.

        Raises
        ------
        InputError
            The stated column holds something that is no number: of which feature.
        """
        if self.stated is not None:
            best = self.naming[:1]

            def label(at: int) -> str:
                named = best and is_name(values[best[0]][at])
                return str(values[best[0]][at]) if named else f"#{self.count + at + 1}"

            numbers = column_numbers(values[self.stated], self.source, label)
            self.decimals = max(self.decimals, column_decimals(numbers))
        self.naming = [name for name in self.naming if all(map(is_name, values[name]))]
        for name in self.naming:
            self._prints.setdefault(name, []).append(_prints(values[name]))
        self.count += size

    def join(self, later: ColumnPass) -> None:
        """Add what was seen of the features that follow."""
        self.decimals = max(self.decimals, later.decimals)
        if later.count:
            self.naming = [name for name in self.naming if name in later.naming]
            for name in self.naming:
                self._prints.setdefault(name, []).extend(later._prints[name])
        self.count += later.count

    def repeats(self) -> Repeats:
        """Return the features whose names stand again later."""
        if self.named_by is None or self.named_by not in self._prints:
            return Repeats([], 0)
        prints = np.concatenate(self._prints[self.named_by])
        _, first, count = np.unique(prints, return_index=True, return_counts=True)
        twice = np.sort(first[count > 1])
        return Repeats(twice[:LISTED].tolist(), len(twice))


@dataclass(slots=True)
class Repeats:
    """Names that stand more than once: where the first of them stand, and how many there are."""

    at: list[int]
    count: int
    _names: list[str] = field(default_factory=list)

    def look(self, first: int, names: Sequence[str] | None) -> None:
        """Pick the names up as the features come by."""
        if names is not None:
            self._names += [names[n - first] for n in self.at if first <= n < first + len(names)]

    def notes(self) -> tuple[Note, ...]:
        """Return the note on them, if there are any."""
        return (repeated_note(self._names, self.count),) if self.count else ()


def _prints(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return eight bytes for each name, the same in every process."""
    raw = (hashlib.blake2b(str(v).encode("utf-8", "replace"), digest_size=8) for v in values)
    return np.frombuffer(b"".join(each.digest() for each in raw), dtype=np.int64)
