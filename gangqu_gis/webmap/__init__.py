"""Self-contained HTML pages of an assessment: folium as the frame, the data apart."""

from gangqu_gis.webmap.page import render_index

__all__ = ["render_index"]
