"""gangqu_gis: the areas that a housing plan states, reconciled with the land that it draws.

The library in three calls::

    from gangqu_gis import assess, load_plan, open_workspace
    assessment = assess(load_plan(open_workspace(Path("."))))
    for check in assessment.checks: ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gangqu_gis.assessment import Assessment, assess
    from gangqu_gis.plan import Plan, load_plan
    from gangqu_gis.workspace import Workspace, open_workspace

__version__ = "0.1.0"

__all__ = ["Assessment", "Plan", "Workspace", "assess", "load_plan", "open_workspace"]

_HOMES = {
    "Assessment": "assessment",
    "assess": "assessment",
    "Plan": "plan",
    "load_plan": "plan",
    "Workspace": "workspace",
    "open_workspace": "workspace",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``--help`` loads nothing heavy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
