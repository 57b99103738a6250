"""The optional online base map: 天地图 under the plan, with the office's own token.

A page with it needs the network, and whoever has the file can read the token; the page says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gangqu_gis.errors import UsageError
from gangqu_gis.messages import message

BASEMAPS = ("none", "tianditu")
TOKEN_VARIABLE = "GANGQU_TIANDITU_TOKEN"

#: The hosts that tiles come from, and nothing else may.
_HOSTS = tuple(f"https://t{n}.tianditu.gov.cn" for n in range(8))
#: Vector map and its names, in the Web Mercator tile scheme (no shift against CGCS2000).
_LAYERS = ("vec", "cva")
_TOKEN = re.compile(r"[0-9A-Za-z]{8,64}")


@dataclass(frozen=True, slots=True)
class Basemap:
    """A base map: its name, the addresses of its layers, the hosts that the policy allows."""

    name: str
    layers: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def entry(self, lang: str) -> dict[str, Any] | None:
        """Return what the page's script needs; ``None`` for no base map."""
        if not self.layers:
            return None
        return {
            "layers": list(self.layers),
            "attribution": message("map.tianditu_source").render(lang),
            "warning": message("map.tianditu_warning").render(lang),
        }


NO_BASEMAP = Basemap("none")


def basemap(name: str, token: str = "") -> Basemap:
    """Return the base map called ``name``.

    Raises
    ------
    UsageError
        The name is not known, or 天地图 is asked for without a (well-formed) token.
    """
    if name == "none":
        return NO_BASEMAP
    if name != "tianditu":
        raise UsageError(message("map.unknown_basemap", name=name, known=", ".join(BASEMAPS)))
    if not token:
        raise UsageError(message("map.token_missing", variable=TOKEN_VARIABLE))
    if not _TOKEN.fullmatch(token):
        raise UsageError(message("map.token_malformed"))
    return Basemap(name, tuple(_address(layer, token) for layer in _LAYERS), _HOSTS)


def _address(layer: str, token: str) -> str:
    query = (
        f"SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default&TILEMATRIXSET=w"
        f"&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={token}"
    )
    return f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?{query}"
