"""The time of day, in one place, so that tests can set it."""

from __future__ import annotations

import os
from datetime import date, datetime

from gangqu_gis.errors import UsageError
from gangqu_gis.messages import message

#: Set to an ISO time, it stands for the present: for worked examples and golden reports.
VARIABLE = "GANGQU_NOW"


def now() -> str:
    """Return the present as ISO 8601 with the local offset, to the second."""
    given = os.environ.get(VARIABLE)
    if not given:
        return datetime.now().astimezone().isoformat(timespec="seconds")
    try:
        datetime.fromisoformat(given)
    except ValueError:
        raise UsageError(message("clock.bad", name=VARIABLE, found=given)) from None
    return given


def is_date(text: str) -> bool:
    """Whether ``text`` is a date written like 2026-11-23."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def today() -> str:
    """Return the present date as ISO 8601."""
    return now()[:10]
