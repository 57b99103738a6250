"""One evaluation as every format reports it."""

from __future__ import annotations

from dataclasses import dataclass

from gangqu_gis.assessment import Assessment
from gangqu_gis.findings import Finding
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan
from gangqu_gis.progress import Progress
from gangqu_gis.supply import Supply, next_supply

#: Rules of the findings that belong to an evaluation.
FINDING_PREFIXES = ("project.", "market.", "indicator.", "link.site", "link.counted_with")


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """A plan, its evaluation, next year's supply, and the faults of its records."""

    plan: Plan
    progress: Progress
    supply: Supply | None
    findings: tuple[Finding, ...]

    @classmethod
    def of(cls, assessment: Assessment, progress: Progress) -> ProgressReport:
        """Return the report of an evaluation.

        Raises
        ------
        InputError
            The rule of the office in data/workspace.toml is broken.
        """
        plan = assessment.plan
        found = tuple(f for f in assessment.findings if f.rule.startswith(FINDING_PREFIXES))
        return cls(plan, progress, next_supply(plan, progress), found)

    @property
    def head(self) -> Text:
        """The heading: whose plan, as of when."""
        return message(
            "progress.head",
            title=self.plan.workspace.title,
            as_of=self.progress.as_of.isoformat(),
            first=self.progress.period[0],
            last=self.progress.period[1],
        )

    @property
    def notice(self) -> Text:
        """What the workspace says of all its products."""
        return self.plan.workspace.draft_notice
