"""All pages of a workspace, linked to one another by relative links."""

from __future__ import annotations

from gangqu_gis.assessment import Assessment
from gangqu_gis.webmap.basemap import basemap as basemap_of
from gangqu_gis.webmap.page import render_page
from gangqu_gis.webmap.pages import INDEX, Page, Site, read_site
from gangqu_gis.webmap.payload import page_payload
from gangqu_gis.webmap.sections import has_own_content
from gangqu_gis.webmap.view import View


def render_site(
    assessment: Assessment, *, lang: str, basemap: str = "none", token: str = ""
) -> dict[str, str]:
    """Return every page of the site by its file name.

    A page without content is left out.  The same assessment gives the same bytes.

    Raises
    ------
    UsageError
        The base map is not known, or needs a token.
    InputError
        data/maps.toml is broken.
    """
    chosen = basemap_of(basemap, token)
    site = read_site(assessment.plan)
    pages = [page for page in site.pages if _has_content(assessment, site, page)]
    return {
        page.file: render_page(
            page_payload(View(assessment, site, page, lang), pages, chosen),
            lang=lang,
            basemap=chosen,
        )
        for page in pages
    }


def _has_content(assessment: Assessment, site: Site, page: Page) -> bool:
    view = View(assessment, site, page, "zh")
    own = any(feature.kind in page.kinds for feature in view.features)
    return page.id == INDEX or own or has_own_content(view)
