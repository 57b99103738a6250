"""The sheet that an office may show for comment (规划公示): A3 as PDF and PNG.

It is drawn from boundaries on a coarse lattice alone (:mod:`gangqu_gis.publicsheet.lattice`): two
plans whose corners lie in the same cells give the same bytes, so that nothing finer than a cell
can be recovered from it.  No coordinates, ids or attributes stand on it.
"""

from __future__ import annotations

from gangqu_gis.assessment import Assessment
from gangqu_gis.publicsheet.content import sheet_content
from gangqu_gis.publicsheet.drawing import draw
from gangqu_gis.publicsheet.settings import read_settings


def render_public(assessment: Assessment, *, lang: str) -> dict[str, bytes]:
    """Return the sheet by file name; the same assessment gives the same bytes.

    Raises
    ------
    InputError
        ``[public]`` of data/workspace.toml is broken, or no font with Chinese is installed.
    """
    settings = read_settings(assessment.plan)
    return draw(sheet_content(assessment, settings, lang), settings.font)


__all__ = ["read_settings", "render_public"]
