"""A page: folium's frame, the constants of the page, and the data spliced in last.

No text of a plan passes through folium, branca or Jinja, which would run it.  The data stands
in a JSON block that no browser executes; the content security policy allows exactly the
scripts and styles of this package, by the hashes of these constants and not of the page.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from gangqu_gis.assessment import Assessment
from gangqu_gis.messages import message
from gangqu_gis.webmap import assets
from gangqu_gis.webmap.basemap import NO_BASEMAP, Basemap
from gangqu_gis.webmap.frame import frame
from gangqu_gis.webmap.payload import index_payload

DATA_ID = "gangqu-data"
_LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}
_BLOCK = re.compile(r"<(script|style)>(.*?)</\1>", flags=re.DOTALL)
_UNSAFE_JSON = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
_UNSAFE_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def render_index(assessment: Assessment, *, lang: str) -> str:
    """Return the overview page of ``assessment`` in ``lang`` ("zh" or "en"), as one HTML file.

    The same assessment gives the same bytes.
    """
    return render_page(index_payload(assessment, lang), lang=lang)


def render_page(
    payload: dict[str, Any], *, lang: str, basemap: Basemap = NO_BASEMAP
) -> str:
    """Return a page that shows ``payload``; its ``title.document`` becomes the page's title.

    The policy lets images come from the hosts of ``basemap`` and from nowhere else.
    """
    title = safe_text(payload["title"]["document"])
    no_script = safe_text(message("map.no_script").render(lang))
    before, between, after = _shell(basemap.hosts)
    head = f'<!DOCTYPE html>\n<html lang="{_LANGUAGE_TAGS[lang]}">\n<head>\n'
    data = f'<script type="application/json" id="{DATA_ID}">{safe_json(payload)}</script>\n'
    fallback = f"<noscript>{no_script}</noscript>\n"
    return f"{head}{before}<title>{title}</title>\n{between}{fallback}{data}{after}"


def safe_json(value: Any) -> str:
    """Return ``value`` as JSON that can end no element and break no script."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _UNSAFE_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def safe_text(value: str) -> str:
    """Return ``value`` as the text of an HTML element; what UTF-8 cannot hold is replaced."""
    return html.escape(_UNSAFE_TEXT.sub("\ufffd", value))


@cache
def _shell(hosts: tuple[str, ...]) -> tuple[str, str, str]:
    """Return the constant page in three parts: the title goes after the first, the data after the
    second.
    """
    # Tiles come in the spherical Mercator; without them the map is conformal on the ellipsoid, so
    # that a scale holds in every direction.
    start, rest = "<!DOCTYPE html>\n<html>\n<head>\n", frame(tiles=bool(hosts))
    assert rest.startswith(start)
    head, rest = rest.removeprefix(start).split("</head>\n<body>\n")
    body, scripts = rest.split("</body>\n")
    scripts = scripts.removesuffix("</html>\n").removesuffix("</html>")
    styles = [_style(assets.leaflet_style()), _style(assets.page_style())]
    libraries = _script(assets.leaflet_script())
    own = _script(assets.page_script())
    # folium's head sets two switches that Leaflet reads when it loads, so it comes first; the
    # page's style comes last, over folium's.
    charset, folium_head = _after_charset(head)
    constant = "".join([folium_head, *styles, libraries, scripts, own])
    policy = _policy(constant, hosts)
    notice = f"<!--\n{assets.leaflet_notice()}\n-->\n"
    between = f"{notice}{folium_head}{''.join(styles)}{libraries}</head>\n<body>\n{body}"
    return f"{charset}\n{policy}\n", between, f"{scripts}{own}</body>\n</html>\n"


def _after_charset(head: str) -> tuple[str, str]:
    """Return folium's charset element and the rest of its head: the policy goes between."""
    charset, found, rest = head.partition('charset=UTF-8" />')
    assert found
    return charset + found, rest


def _policy(constant: str, hosts: tuple[str, ...]) -> str:
    """Return the policy that allows the script and style elements of ``constant`` and no other."""
    blocks = _BLOCK.findall(constant)
    scripts = " ".join(_hashes(text for kind, text in blocks if kind == "script"))
    styles = " ".join(_hashes(text for kind, text in blocks if kind == "style"))
    rules = (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; "
        f"img-src {' '.join(('data:', *hosts))}; "
        "base-uri 'none'; form-action 'none'"
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}">'


def _hashes(texts: Iterable[str]) -> list[str]:
    digests = (hashlib.sha256(text.encode("utf-8")).digest() for text in texts)
    return [f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests]


def _script(source: str) -> str:
    return f"<script>{source}</script>\n"


def _style(source: str) -> str:
    return f"<style>{source}</style>\n"
