"""The review page of a change set: maps and tables of before and after, in one printable file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gangqu_gis.checks import Check
from gangqu_gis.differences import Difference, Side
from gangqu_gis.findings import Finding
from gangqu_gis.messages import Text, message, plain
from gangqu_gis.report import html, wording
from gangqu_gis.report.changeset import (
    ChangeSet,
    field_label,
    how_text,
    kind_of,
    value_text,
    what_text,
)
from gangqu_gis.report.characters import legal
from gangqu_gis.report.model import Report, title_rows
from gangqu_gis.report.sketch import HEIGHT, WIDTH, Atlas

Entry = dict[str, Any]

#: More maps than this help nobody; the overview shows the rest.
MOST_MAPS = 60

#: What the template says of its own.
WORDS = (
    "basis.schematic",
    "changeset.after",
    "changeset.basis",
    "changeset.before",
    "changeset.change",
    "changeset.changes",
    "changeset.failing_title",
    "changeset.findings_title",
    "changeset.moved_title",
    "changeset.notes_title",
    "changeset.origin",
    "changeset.passing_title",
    "changeset.resolved_title",
    "report.difference",
    "report.ellipsoidal_ha",
    "report.ellipsoidal_m2",
    "report.formula",
    "report.planar_ha",
    "report.stated",
    "report.subject",
    "sheet.area_kind_text",
    "sheet.col_check",
    "sheet.col_message",
    "sheet.col_remedy",
    "sheet.col_severity",
    "sheet.col_where",
    "sheet.legend_line",
    "sheet.legend_near",
    "sheet.maps",
    "sheet.maps_are",
    "sheet.north",
    "sheet.nothing",
)


def render_change_set(found: ChangeSet, *, lang: str) -> str:
    """Return the review page of ``found``; the same change set gives the same text."""
    page = _Page(found, lang)
    workspace = found.assessment.plan.workspace
    return html.render("review.jinja", workspace, found.title, lang=lang, content=page.content())


class _Page:
    def __init__(self, found: ChangeSet, lang: str) -> None:
        self.found, self.lang = found, lang
        self.atlas = Atlas(Report(found.assessment), lang)

    def content(self) -> Entry:
        found, proposal = self.found, self.found.proposal
        drawn = [d for d in found.differences if _shapes(d) != (None, None)]
        pairs = proposal.moved_verdicts() if proposal else []
        failing = proposal.newly_failing() if proposal else []
        passing = proposal.newly_passing() if proposal else []
        told = {id(after) for _, after in (*failing, *passing)}
        return {
            "words": {key: self._say(message(key)) for key in WORDS},
            "rows": [(self._say(a), self._say(b)) for a, b in self._rows()],
            "counts": self._say(found.counts),
            "answer": self._say(self._answer()),
            "blocked": bool(proposal and proposal.blocked),
            "overview": self._overview(drawn),
            "changes": [self._change(d) for d in found.differences],
            "failing": [self._moved(*pair) for pair in failing],
            "passing": [self._moved(*pair) for pair in passing],
            "moved": [self._moved(a, b) for a, b in pairs if id(b) not in told],
            "findings": self._findings(proposal.new_findings if proposal else ()),
            "settled": self._findings(proposal.resolved_findings if proposal else ()),
            "notes": self._notes(),
            "figures": [self._figure(d) for d in drawn[:MOST_MAPS]],
            "more": (
                self._say(message("changeset.more_maps", count=len(drawn) - MOST_MAPS))
                if len(drawn) > MOST_MAPS
                else ""
            ),
            "width": WIDTH,
            "height": HEIGHT,
        }

    def _say(self, text: Text | None) -> str:
        return "" if text is None else legal(text.render(self.lang))

    def _rows(self) -> list[tuple[Text, Text]]:
        rows = title_rows(Report(self.found.assessment))
        proposal = self.found.proposal
        if proposal is None:
            return rows
        for source in proposal.sources:
            value = f"{source.get('name', '')}  SHA-256 {source.get('sha256', '')}"
            rows.append((message("changeset.source_file"), plain(value)))
        if proposal.provenance is not None:
            rows.append((message("changeset.provenance"), _provenance(proposal.provenance)))
        return rows

    def _answer(self) -> Text | None:
        proposal = self.found.proposal
        if proposal is None:
            return None
        if not proposal.changes:
            return message("update.nothing")
        return message("changeset.blocked" if proposal.blocked else "changeset.ready")

    def _overview(self, drawn: Sequence[Difference]) -> Any:
        if len(drawn) < 2:
            return None
        return self.atlas.comparison([(d.change.id, d.name, *_shapes(d)) for d in drawn])

    def _figure(self, difference: Difference) -> Entry:
        before, after = _shapes(difference)
        sketch = self.atlas.comparison([(difference.change.id, difference.name, before, after)])
        areas = [
            wording.hectares(side.ellipsoidal_m2) if side else ""
            for side in (difference.before, difference.after)
        ]
        caption = message("changeset.caption", before=areas[0] or "-", after=areas[1] or "-")
        return {
            "id": legal(difference.change.id),
            "name": legal(difference.name),
            "sketch": sketch,
            "caption": self._say(caption),
        }

    def _change(self, difference: Difference) -> Entry:
        outcome = self.found.outcomes.get(difference.change.id)
        before, after = difference.before, difference.after
        areas = [side.ellipsoidal_m2 if side else None for side in (before, after)]
        moved = None if None in areas else areas[1] - areas[0]  # type: ignore[operator]
        repair = outcome.arrival.repair if outcome and outcome.arrival else None
        remarks = [how_text(outcome), repair.effect if repair else None]
        schema = self.found.assessment.plan.schema
        return {
            "id": legal(difference.change.id),
            "code": kind_of(difference.change),
            "name": legal(difference.name),
            "what": self._say(what_text(difference, outcome)),
            "before_ha": wording.hectares(areas[0]),
            "after_ha": wording.hectares(areas[1]),
            "difference_m2": "" if moved is None else wording.fixed(moved, 2, signed=True),
            "after_planar_ha": wording.hectares(after.planar_m2 if after else None),
            "basis": self._basis(difference),
            "remarks": [self._say(text) for text in remarks if text is not None],
            "fields": [
                {
                    "label": self._say(field_label(schema, difference, name)),
                    "before": self._say(value_text(schema, name, old)),
                    "after": self._say(value_text(schema, name, new)),
                }
                for name, old, new in difference.fields
            ],
            "origin": self._origin(difference),
        }

    def _basis(self, difference: Difference) -> str:
        words = [
            self._say(message(f"basis.{_basis(side)}")) if side and side.shape is not None else "-"
            for side in (difference.before, difference.after)
        ]
        return words[1] if words[0] == words[1] else " → ".join(words)

    def _origin(self, difference: Difference) -> str:
        origin = difference.change.origin
        if not origin:
            return ""
        line = f":{origin['line']}" if origin.get("line") is not None else ""
        return legal(f"{origin.get('file', '')}{line} {origin.get('label', '')}".strip())

    def _moved(self, before: Check, after: Check) -> Entry:
        return {
            "rule": legal(after.rule),
            "title": self._say(after.title),
            "before": before.verdict.value,
            "before_label": self._say(before.verdict.label),
            "after": after.verdict.value,
            "after_label": self._say(after.verdict.label),
            "stated": legal(after.stated_text or ""),
            "formula": self._say(after.formula),
        }

    def _findings(self, found: Sequence[Finding]) -> list[dict[str, str]]:
        return [html.finding_entry(finding, self.lang) for finding in found]

    def _notes(self) -> list[str]:
        proposal = self.found.proposal
        if proposal is None:
            return []
        notes = [self._say(note.text) for _, note in (*proposal.notes, *proposal.noticed)]
        if proposal.unread:
            names = "、".join(proposal.unread)
            notes.append(self._say(message("changeset.unread", names=names)))
        return notes


def _shapes(difference: Difference) -> tuple[Any, Any]:
    """Return the shapes before and after that have an extent to draw."""
    return _shape(difference.before), _shape(difference.after)


def _shape(side: Side | None) -> Any:
    return None if side is None else side.shape


def _basis(side: Side) -> str:
    value = (side.record.get("properties") or {}).get("basis")
    return value if value in ("surveyed", "digitized") else "schematic"


def _provenance(provenance: Any) -> Text:
    if provenance.basis == "surveyed":
        return message(
            "changeset.surveyed",
            reference=provenance.reference,
            on=provenance.on,
            grade=provenance.grade,
        )
    return message(
        "changeset.digitized", reference=provenance.reference, scale=provenance.map_scale
    )
