"""A sample workspace: this plan with invented progress half-way through, and marked as invented.

Every product of a workspace prints its title and its notice, so both say it; the records say it
too, each in its name or note and in the source of its report.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from gangqu_gis.files import write_whole
from gangqu_gis.messages import message
from gangqu_gis.workspace import MARKER, create_workspace

#: The layers of records that the sample fills.
LAYERS = ("projects", "market", "indicators")
#: The day that the sample is as of: half of the plan period.
AS_OF = "2023-06-30"


def create_sample(target: Path) -> None:
    """Write the sample workspace into ``target``.

    Raises
    ------
    RefusedError
        ``target`` exists and is not an empty folder: nothing is ever overwritten.
    InputError
        It cannot be written.
    """
    create_workspace(target)
    for layer in LAYERS:
        content = files("gangqu_gis.sample").joinpath(f"{layer}.geojson").read_bytes()
        write_whole(target / "data" / f"{layer}.geojson", content)
    marker = target / MARKER
    write_whole(marker, marked(marker.read_text(encoding="utf-8")))


def marked(marker: str) -> str:
    """Return the text of a workspace.toml that says of itself that it is a sample."""
    prefix, notice = message("sample.title"), message("sample.notice")
    marker = re.sub(r'(?m)^(title +?= ")', rf"\g<1>{prefix.zh}", marker)
    marker = re.sub(r'(?m)^(title_en +?= ")', rf"\g<1>{prefix.en}", marker)
    marker = _with(marker, "draft_notice", notice.zh)
    marker = _with(marker, "draft_notice_en", notice.en)
    return _with(marker, "data_date", AS_OF)


def _with(marker: str, name: str, value: str) -> str:
    """Return ``marker`` with the text of the field ``name`` replaced."""
    changed, count = re.subn(rf'(?m)^({name} *= ")[^"]*"', rf'\g<1>{value}"', marker)
    assert count == 1, name
    return changed
