"""What one page shows: the assessment, the language, and the kinds that the page is about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from gangqu_gis.assessment import Assessment
from gangqu_gis.layers import Feature
from gangqu_gis.messages import Text
from gangqu_gis.progress import Progress, evaluate
from gangqu_gis.schema import Kind
from gangqu_gis.webmap.pages import RECONCILIATION, Page, Site


@dataclass(frozen=True)
class View:
    """One page of a site, in one language."""

    assessment: Assessment
    site: Site
    page: Page
    lang: str

    def say(self, text: Text) -> str:
        """Return ``text`` in the page's language."""
        return text.render(self.lang)

    @property
    def judges(self) -> bool:
        """Whether the page is about verdicts."""
        return self.page.id == RECONCILIATION

    @cached_property
    def progress(self) -> Progress:
        """The evaluation of the plan as of its data date."""
        return evaluate(self.assessment)

    @cached_property
    def all_polygons(self) -> list[Kind]:
        """Every polygon kind, in schema order."""
        kinds = self.assessment.plan.schema.kinds.values()
        return [kind for kind in kinds if kind.geometry == "polygon"]

    @cached_property
    def polygons(self) -> list[Kind]:
        """The polygon kinds of the page; all of them where it names none."""
        wanted = (*self.page.kinds, *self.page.context)
        return [kind for kind in self.all_polygons if not wanted or kind.id in wanted]

    @property
    def coloured(self) -> list[Kind]:
        """The kinds of the page that are drawn in their land-use colour."""
        return [kind for kind in self.polygons if kind.id not in self.page.context]

    @cached_property
    def lines(self) -> list[Kind]:
        """The kinds of reference lines."""
        kinds = self.assessment.plan.schema.kinds.values()
        return [kind for kind in kinds if kind.geometry == "line"]

    @cached_property
    def features(self) -> list[Feature]:
        """The polygon features of the page."""
        shown = {kind.id for kind in self.polygons}
        return [f for f in self.assessment.plan.polygons() if f.kind in shown]

    def position_of(self, kind: Kind) -> int:
        """Return the place of ``kind`` among all polygon kinds, the same on every page."""
        return self.all_polygons.index(kind)
