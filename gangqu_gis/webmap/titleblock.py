"""The title block: what the sheet is, who made it, and from which state of which data.

A copy that went stale shows it: data date, plan version, head of the history, digest of the data.
"""

from __future__ import annotations

from typing import Any

from gangqu_gis import __version__, crs
from gangqu_gis.chain import NO_RECORD
from gangqu_gis.messages import Text, message, plain
from gangqu_gis.plan import Plan
from gangqu_gis.webmap.pages import Site
from gangqu_gis.webmap.view import View
from gangqu_gis.zones import crs_title

SHORT_HASH = 12

Entry = dict[str, Any]


def short_head(head: str) -> Text:
    """Return the beginning of a history's head, or the words for an empty history."""
    return message("map.no_history") if head == NO_RECORD else plain(head[:SHORT_HASH])


def notice(plan: Plan, site: Site) -> Text:
    """Return the 审图号 where the map has one, else the line for internal use."""
    if site.review_number:
        return message("map.review_number", number=site.review_number)
    return plan.workspace.draft_notice


def _state(plan: Plan) -> list[Text]:
    """Return what tells one state of the data from another: day, history head, data digest."""
    head = plan.history.head
    known = head != NO_RECORD
    return [
        message("map.state_date", date=plan.workspace.data_date),
        message("map.state_head", head=head[:SHORT_HASH]) if known else short_head(head),
        message("map.state_digest", digest=plan.digest[:SHORT_HASH]),
    ]


def title_block(view: View, *, tiles: bool) -> Entry:
    """Return the title block of a page, for the panel and for the printed sheet."""
    plan = view.assessment.plan
    workspace = plan.workspace
    first, last = workspace.plan_period
    screen = message("map.screen_sphere" if tiles else "map.screen_ellipsoid")
    planar = crs_title(crs.planar(workspace.planar_crs))
    title = view.page.title
    rows = [
        ("authority", workspace.authority),
        ("version", plain(workspace.plan_version)),
        ("period", plain(f"{first}-{last}")),
        ("date", plain(workspace.data_date)),
        ("history", short_head(plan.history.head)),
        ("digest", plain(plan.digest[:SHORT_HASH])),
        ("crs", message("map.crs_line", planar=planar, screen=screen)),
        ("area", message("map.area_line")),
        ("tool", plain(f"gangqu {__version__}")),
    ]
    return {
        "plan": view.say(workspace.title),
        "page": view.say(title),
        "document": view.say(message("map.page_title", title=workspace.title, page=title)),
        "authority": view.say(workspace.authority),
        "date": workspace.data_date,
        "version": workspace.plan_version,
        "state": [view.say(text) for text in _state(plan)],
        "rows": [
            {"id": name, "label": view.say(message(f"map.block_{name}")), "value": view.say(text)}
            for name, text in rows
        ],
        "notice": view.say(notice(plan, view.site)),
    }
