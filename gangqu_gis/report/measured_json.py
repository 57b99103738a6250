"""The JSON document of a file that is measured on its own, written part by part.

It has the schema of every report; its checks come one a line as they are made, and its summary
after them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from gangqu_gis.fileareas.batched import Measurement, Part, Totals
from gangqu_gis.fileareas.judgement import Column, StoredCause
from gangqu_gis.report.document import SCHEMA, Record, check_record_fields, crs_name, present
from gangqu_gis.report.wording import feature_cause_text


class JsonPieces:
    """Makes the text of a document piece by piece: :meth:`opened`, :meth:`added` …, :meth:`closed`.

    Together the pieces are one JSON object.
    """

    def __init__(self, measured: Measurement, lang: str) -> None:
        self.measured, self.lang, self.begun = measured, lang, False

    def opened(self) -> str:
        """Return the beginning."""
        return f'{{\n  "schema": {_text(SCHEMA)},\n  "workspace": null,\n  "checks": ['

    def added(self, part: Part) -> str:
        """Return the checks of a part, one a line."""
        lines = []
        for record in _records(part, self.measured.column, self.lang):
            lines.append(f"{',' if self.begun else ''}\n    {_text(record)}")
            self.begun = True
        return "".join(lines)

    def closed(self, totals: Totals) -> str:
        """Return the end, with the summary."""
        measured = self.measured
        summary = {
            "file": measured.source,
            "layer": measured.layer,
            "crs": crs_name(measured.crs),
            "planar_crs": crs_name(measured.plane),
            "features": totals.features,
            "withheld": totals.withheld,
            "ellipsoidal_m2": totals.ellipsoidal_mm2 / 1e6,
            "planar_m2": totals.planar_mm2 / 1e6 if totals.in_plane else None,
            "verdicts": {v.value: n for v, n in sorted(totals.verdicts.items())},
            "causes": _causes(totals),
        }
        end = "\n  ]" if self.begun else "]"
        return f'{end},\n  "findings": [],\n  "summary": {_text(summary)}\n}}\n'


def _causes(totals: Totals) -> dict[str, int]:
    causes: dict[str, int] = {}
    for (cause, _), number in totals.causes.items():
        causes[cause.value] = causes.get(cause.value, 0) + number
    return dict(sorted(causes.items()))


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _records(part: Part, column: Column | None, lang: str) -> Iterator[Record]:
    """Yield one check record a feature."""
    blank: Record = dict.fromkeys(check_record_fields())
    for i in range(len(part)):
        name = part.label(i)
        record = blank | {
            "rule": f"stored_area:{name}" if column else f"area:{name}",
            "kind": "area",
            "subject": name,
            "figures": [],
            "features": [name],
            "ellipsoidal_m2": present(part.measures.ellipsoidal_m2[i]),
            "planar_m2": present(part.measures.planar_m2[i]),
        }
        yield record if column is None else record | _judged(part, i, column, lang)


def _judged(part: Part, i: int, column: Column, lang: str) -> Record:
    judged, limit = part.judgement, part.tolerance(i, column)
    assert judged is not None and part.stated is not None
    cause, ellipsoidal = judged.causes[i], present(part.measures.ellipsoidal_m2[i])
    text, stated_m2 = feature_cause_text(judged, i), present(judged.stated_m2[i])
    difference = None
    if ellipsoidal is not None and stated_m2 is not None:
        difference = ellipsoidal - stated_m2
    factor = float(column.unit.factor)
    return {
        "stated": None if stated_m2 is None else str(part.stated[i]),
        "unit": column.unit.id,
        "computed": None if ellipsoidal is None else ellipsoidal / factor,
        "difference": None if difference is None else difference / factor,
        "difference_m2": difference,
        "tolerance_m2": limit.value_m2 if limit else None,
        "tolerance_basis": limit.basis if limit else None,
        "tolerance_formula": limit.formula.render(lang) if limit else None,
        "verdict": judged.verdicts[i].value,
        "cause": text.render(lang) if text else None,
        "cause_code": cause.value if cause is not StoredCause.NONE else None,
    }
