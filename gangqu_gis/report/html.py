"""What every HTML report shares: templates that escape, and a style sheet with its hash.

Text of a plan stands in text nodes and quoted attributes, escaped by Jinja; the style sheet
carries the only other text of a plan, the running titles, as CSS escapes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from gangqu_gis.findings import Finding
from gangqu_gis.messages import Text, message
from gangqu_gis.report.characters import legal
from gangqu_gis.report.palette import FILLS, SEVERITY_FILLS
from gangqu_gis.workspace import Workspace

if TYPE_CHECKING:
    from jinja2 import Environment

_TAGS = {"zh": "zh-CN", "en": "en"}


def render(
    template: str, workspace: Workspace, title: Text, *, lang: str, content: Mapping[str, Any]
) -> str:
    """Return the page that ``template`` makes of ``content``, with the style sheet inlined."""
    from markupsafe import Markup

    style = _style(_running(workspace, title, lang))
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    page = (
        _environment()
        .get_template(template)
        .render(
            lang=_TAGS[lang],
            style=Markup(style),
            style_hash=Markup(f"'sha256-{digest}'"),
            title=legal(title.render(lang)),
            plan=legal(workspace.title.render(lang)),
            notice=legal(workspace.draft_notice.render(lang)),
            **content,
        )
    )
    return page if page.endswith("\n") else page + "\n"


def finding_entry(finding: Finding, lang: str) -> dict[str, str]:
    """Return a finding as the templates show it."""
    label = message(f"sheet.severity_{finding.severity.value}")
    return {
        "rule": legal(finding.rule),
        "severity": finding.severity.value,
        "label": legal(label.render(lang)),
        "subject": legal(" ".join(finding.subjects)),
        "text": legal(finding.text.render(lang)),
        "remedy": legal(finding.remedy.render(lang)),
        "place": legal(finding.place),
    }


def _running(workspace: Workspace, title: Text, lang: str) -> dict[str, str]:
    """Return the running titles of a printed page, by their names in the style sheet."""
    date_label = legal(message("sheet.data_date").render(lang))
    return {
        "plan": f"{legal(workspace.title.render(lang))}  {legal(title.render(lang))}",
        "date": f"{date_label} {legal(workspace.data_date)}",
        "notice": legal(workspace.draft_notice.render(lang)),
    }


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("gangqu_gis", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["legal"] = legal
    return environment


def _style(running: dict[str, str]) -> str:
    """Return the style sheet with the fills of verdicts and the running titles of the pages."""
    sheet = files("gangqu_gis").joinpath("report/page.css").read_text(encoding="utf-8")
    fills = [(verdict.value, fill) for verdict, fill in FILLS.items()]
    fills += [(severity.value, fill) for severity, fill in SEVERITY_FILLS.items()]
    sheet += "".join(f".v-{name} {{ background: #{fill}; }}\n" for name, fill in fills)
    # In one pass, so that no text of a plan is looked through for a name.
    return re.sub(r'"(plan|date|notice)"', lambda m: _css_string(running[m[1]]), sheet)


def _css_string(text: str) -> str:
    """Return ``text`` as a CSS string in which every character but letters and digits is a
    numeric escape.
    """
    safe = (c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in text[:120])
    return '"' + "".join(safe) + '"'
