"""The one write path: source file → change set → checks → layer → history.

This is the only door by which evidence enters: a geometry is ``surveyed`` or ``digitized`` only
when it comes with its provenance, which the history keeps with the hash of the source file.
"""

from __future__ import annotations

from gangqu_gis.update.carrying import carry_out
from gangqu_gis.update.converting import convert_layer
from gangqu_gis.update.draft import Choices, Outcome, What
from gangqu_gis.update.matching import How
from gangqu_gis.update.preparing import (
    known_layer,
    plan_to_change,
    propose,
    propose_adoption,
    propose_undo,
)
from gangqu_gis.update.proposal import Proposal
from gangqu_gis.update.provenance import GRADE_POINT_ERROR_M, Provenance
from gangqu_gis.update.restoring import restore_layer

__all__ = [
    "GRADE_POINT_ERROR_M",
    "Choices",
    "How",
    "Outcome",
    "Proposal",
    "Provenance",
    "What",
    "carry_out",
    "convert_layer",
    "known_layer",
    "plan_to_change",
    "propose",
    "propose_adoption",
    "propose_undo",
    "restore_layer",
]
