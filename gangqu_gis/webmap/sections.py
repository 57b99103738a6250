"""The sections of a page's panel: which form is made by which function, in the page's order.

To add one: a function here that returns its records, a form in the order of a page (pages.py), and
a script that draws the form (``sectionMakers.<form>``), named in assets.SCRIPTS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gangqu_gis.webmap import changed, content, overview, progress, rows
from gangqu_gis.webmap.pages import COMMON
from gangqu_gis.webmap.view import View

Entry = dict[str, Any]
Maker = Callable[[View], list[Entry]]


def sections(view: View) -> list[Entry]:
    """Return the records of the page's panel in order, each with its ``form``.

    A section without content is left out.
    """
    return [
        {"form": name, **entry} for name in view.page.sections for entry in MAKERS[name](view)
    ]


def has_own_content(view: View) -> bool:
    """Whether the page has anything that is not on every page."""
    own = [name for name in view.page.sections if name not in COMMON]
    return any(MAKERS[name](view) for name in own)


def _always(view: View) -> list[Entry]:
    """Return a section that the script makes from what every page holds."""
    return [{}]


MAKERS: dict[str, Maker] = {
    "key_figures": overview.key_figure_section,
    "years": content.year_section,
    "blocks": content.blocks,
    "rows": rows.row_section,
    "targets": progress.summary_section,
    "progress_years": progress.year_section,
    "charts": progress.chart_section,
    "projects": progress.project_section,
    "open": overview.open_section,
    "changes": changed.change_section,
    "layers": _always,
    "legend": _always,
    "about": _always,
}
