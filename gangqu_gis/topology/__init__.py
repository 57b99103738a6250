"""Topology of polygons in the plane: rings, overlaps, coverage, parents.

The search functions take arrays of shapely polygons in metres of a planar CRS and return located
results; :mod:`gangqu_gis.topology.check` turns them into findings.
"""

from __future__ import annotations

from gangqu_gis.topology.check import (
    check_file_topology,
    check_measured_file,
    check_topology,
)
from gangqu_gis.topology.coverage import EdgeMismatch, find_edge_mismatches, find_slivers
from gangqu_gis.topology.gaps import Gap, find_gaps
from gangqu_gis.topology.neighbourhood import Changed, Neighbourhood
from gangqu_gis.topology.overlaps import Overlap, Relation, find_overlaps
from gangqu_gis.topology.parents import Outside, find_outside
from gangqu_gis.topology.rings import RingFault, RingRule, find_ring_faults
from gangqu_gis.topology.thresholds import Thresholds

__all__ = [
    "Changed",
    "EdgeMismatch",
    "Gap",
    "Neighbourhood",
    "Outside",
    "Overlap",
    "Relation",
    "RingFault",
    "RingRule",
    "Thresholds",
    "check_file_topology",
    "check_measured_file",
    "check_topology",
    "find_edge_mismatches",
    "find_gaps",
    "find_outside",
    "find_overlaps",
    "find_ring_faults",
    "find_slivers",
]
