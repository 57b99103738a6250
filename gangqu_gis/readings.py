"""Readings (认定): a person's recorded decision on a contradiction of the plan.

Kept in data/plan/readings.toml, to which blocks are only ever added: an acceptance, or its
withdrawal.  A reading speaks of the figures as they were printed when it was made; when one of
them is amended, the reading lapses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gangqu_gis.documents import Entry, quoted, read_text, read_toml
from gangqu_gis.figures import Figure
from gangqu_gis.files import write_whole

ACCEPT, WITHDRAW = "accept", "withdraw"

_HEAD = "# 对规划自身矛盾的认定。由 gangqu figures accept / withdraw 写入，只增不改。\n"


@dataclass(frozen=True, slots=True)
class Reading:
    """One recorded decision; ``figures`` is the fingerprint of the figures it speaks of."""

    rule: str
    action: str
    reading: str
    by: str
    on: str
    reason: str
    figures: str


@dataclass(frozen=True, slots=True)
class Readings:
    """Every decision, oldest first."""

    all: tuple[Reading, ...] = ()
    _latest: Mapping[str, Reading] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_latest", {reading.rule: reading for reading in self.all})

    def latest(self, rule: str) -> Reading | None:
        """Return the acceptance that stands for ``rule``; ``None`` when none or withdrawn."""
        found = self._latest.get(rule)
        return found if found is not None and found.action == ACCEPT else None


def fingerprint(figures: Iterable[Figure]) -> str:
    """Return a short hash of what the figures print."""
    text = "\n".join(f"{f.id}={f.qualifier}|{f.printed}|{f.unit_printed}" for f in figures)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def read_readings(path: Path, *, shown: str) -> Readings:
    """Read the decisions; a workspace without the file has none.

    Raises
    ------
    InputError
        The file cannot be read, or a block is broken (with the line).
    """
    if not path.exists():
        return Readings()
    return Readings(
        tuple(_read(entry) for entry in read_toml(path, shown=shown).entries("reading"))
    )


def add_reading(path: Path, reading: Reading, *, shown: str) -> None:
    """Add a decision to the file, which is replaced whole.

    Raises
    ------
    InputError
        The file cannot be read or written.
    """
    before = read_text(path, shown=shown) if path.exists() else _HEAD
    write_whole(path, before.rstrip("\n") + "\n\n" + _block(reading))


def _read(entry: Entry) -> Reading:
    action = entry.text("action")
    if action not in (ACCEPT, WITHDRAW):
        raise entry.fault("action", "readings.bad_action", found=action)
    return Reading(
        rule=entry.text("rule"),
        action=action,
        reading=entry.text("reading", optional=action == WITHDRAW),
        by=entry.text("by"),
        on=entry.text("on"),
        reason=entry.text("reason"),
        figures=entry.text("figures"),
    )


def _block(reading: Reading) -> str:
    fields = ("rule", "action", "reading", "by", "on", "reason", "figures")
    rows = [
        f"{name} = {quoted(getattr(reading, name))}" for name in fields if getattr(reading, name)
    ]
    return "[[reading]]\n" + "\n".join(rows) + "\n"
