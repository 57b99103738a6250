"""The map frame, drawn by folium from constants alone.

folium and branca compile what they render as a template a second time, so nothing of a plan
may ever come here: :func:`frame` takes one switch and no text.
"""

from __future__ import annotations

from functools import cache
from typing import TypeVar

import folium
from branca.element import Element

#: Name of the map element, and of the variable that folium's script makes for the map.
MAP_NAME = "map_gangqu"

#: The panes of the page from bottom to top, and their z-index (Leaflet's tooltips are at 650).
#: Fills of whole areas lie under the roads and waters, their outlines above them.
PANES = (
    ("sea", 300),
    ("fills", 310),
    ("water", 320),
    ("roads", 330),
    ("halo", 405),
    ("areas", 410),
    ("plots", 420),
    ("names", 600),
)

_AnyElement = TypeVar("_AnyElement", bound=Element)

_VIEWPORT = (
    '<meta name="viewport" content="width=device-width,\n'
    '                initial-scale=1.0, maximum-scale=1.0, user-scalable=no" />'
)
#: folium forbids zooming by touch; readers with weak sight need it.
_OPEN_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'


@cache
def frame(*, tiles: bool = False) -> str:
    """Return folium's page: the same bytes every time, with no link to any network.

    With ``tiles`` the map is in the projection of web tiles, without in the ellipsoidal Mercator.
    """
    figure = folium.Figure()
    # The centre and zoom are replaced as soon as the script has read the data's extent.
    frame_map = _named(
        folium.Map(
            location=[30.6, 121.1],
            zoom_start=13,
            tiles=None,
            crs="EPSG3857" if tiles else "EPSG3395",
            zoom_control=False,
            font_size="14px",
            attribution_control=False,
            zoom_snap=0.25,
            zoom_delta=0.5,
            wheel_px_per_zoom_level=120,
        ),
        "gangqu",
    )
    # Set on the instance: folium's own helpers would change the class, and every later map.
    frame_map.default_js, frame_map.default_css = [], []
    for name, z_index in PANES:
        pane = folium.map.CustomPane(name, z_index=z_index, pointer_events=True)
        frame_map.add_child(_named(pane, name))
    figure.add_child(frame_map)
    page: str = figure.render()
    assert MAP_NAME in page and _VIEWPORT in page
    return page.replace(_VIEWPORT, _OPEN_VIEWPORT)


def _named(element: _AnyElement, name: str) -> _AnyElement:
    """Give ``element`` a fixed id in place of branca's random one."""
    element._id = name
    return element
