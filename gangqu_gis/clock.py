"""The time of day, in one place, so that tests can set it."""

from __future__ import annotations

import os
from datetime import date, datetime

#: Set to an ISO time, it stands for the present: for worked examples and golden reports.
VARIABLE = "GANGQU_NOW"


def now() -> str:
    """Return the present as ISO 8601 with the local offset, to the second."""
    return os.environ.get(VARIABLE) or datetime.now().astimezone().isoformat(timespec="seconds")


def is_date(text: str) -> bool:
    """Whether ``text`` is a date written like 2026-11-23."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def today() -> str:
    """Return the present date as ISO 8601."""
    return now()[:10]
