"""Self-contained HTML pages of an assessment: folium as the frame, the data apart."""

from gangqu_gis.webmap.page import render_index
from gangqu_gis.webmap.site import render_site

__all__ = ["render_index", "render_site"]
