"""What a page carries besides its data: Leaflet with its licence, the page's script and style.

Leaflet comes from the package XStatic-Leaflet and is inlined when a page is written; none of
it is kept in the repository.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib.resources import files
from pathlib import Path

#: The page's script, in this order, in one closure.
SCRIPTS = (
    "dom.js",
    "sections.js",
    "icons.js",
    "geodesy.js",
    "patterns.js",
    "view.js",
    "base.js",
    "tiles.js",
    "inflate.js",
    "unpack.js",
    "canvas.js",
    "plots.js",
    "labels.js",
    "packedlabels.js",
    "selection.js",
    "card.js",
    "table.js",
    "content.js",
    "years.js",
    "evaluation.js",
    "changes.js",
    "nav.js",
    "panel.js",
    "legend.js",
    "open.js",
    "search.js",
    "measure.js",
    "link.js",
    "paper.js",
    "page.js",
)

#: The page's style sheet, in this order: what adapts to a screen or to paper comes last.
STYLES = (
    "page.css",
    "view.css",
    "panel.css",
    "card.css",
    "content.css",
    "evaluation.css",
    "phone.css",
    "paper.css",
)

#: Leaflet's licence; the package that ships Leaflet ships no copy of it.
LEAFLET_LICENCE = """\
Leaflet {version}, https://leafletjs.com

BSD 2-Clause License

Copyright (c) 2010-2023, Volodymyr Agafonkin
Copyright (c) 2010-2011, CloudMade
All rights reserved.

Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this
   list of conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice,
   this list of conditions and the following disclaimer in the documentation
   and/or other materials provided with the distribution.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS"
AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE."""

_IMAGE = re.compile(r"url\((images/[\w.-]+\.png)\)")


@cache
def leaflet_notice() -> str:
    """Return the licence notice with the version that is installed."""
    from xstatic.pkg import leaflet

    return LEAFLET_LICENCE.format(version=leaflet.VERSION)


@cache
def leaflet_script() -> str:
    """Return Leaflet's script, safe to stand in a script element."""
    source = _leaflet("leaflet.js").decode("utf-8")
    # A source map is a second file, and there is none beside the page.
    source = re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", source)
    return _closed(source, "script")


@cache
def leaflet_style() -> str:
    """Return Leaflet's style sheet with its images in place and nothing left to fetch."""
    source = _leaflet("leaflet.css").decode("utf-8")
    source = source.replace("behavior: url(#default#VML);", "")
    return _closed(_IMAGE.sub(_inline_image, source), "style")


@cache
def page_script() -> str:
    """Return the page's own script: its files in one closure."""
    parts = "\n".join(_static(name) for name in SCRIPTS)
    return _closed(f"(function () {{\n'use strict';\n{parts}\n}}());\n", "script")


@cache
def page_style() -> str:
    """Return the page's own style sheet."""
    return _closed("\n".join(_static(name) for name in STYLES), "style")


def _inline_image(match: re.Match[str]) -> str:
    content = base64.b64encode(_leaflet(match[1])).decode("ascii")
    return f"url(data:image/png;base64,{content})"


def _leaflet(name: str) -> bytes:
    from xstatic.pkg import leaflet

    return (Path(leaflet.BASE_DIR) / name).read_bytes()


def _static(name: str) -> str:
    return files("gangqu_gis.webmap").joinpath(name).read_text(encoding="utf-8")


def _closed(source: str, element: str) -> str:
    """Return ``source`` with the line ends a browser reads; it must not end its element.

    An HTML parser turns CRLF into LF before it hashes, so the policy's hashes are of LF.
    """
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if f"</{element}" in source.lower() or "<!--" in source:
        raise ValueError(f"a constant of the page would end its {element} element")
    return source
