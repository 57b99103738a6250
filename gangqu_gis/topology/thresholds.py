"""Every threshold of the topology rules, in metres on the ground, with its source."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits of the rules; sources are sections of the field conventions.

    tolerance_m
        A mismatch no wider than this is no fault.  The XY tolerance is 0.001 m on each axis
        (5, "T 拓扑"), that is √2·0.001 m between two points; and two points each rounded to the
        0.001 m of a TXT file come to lie up to the same 0.0014 m apart.  Rounded up.
    repeated_m
        Consecutive points nearer than this are one point, written twice (XY tolerance, 5).
    close_m
        Consecutive points nearer than the standard error of one boundary point, grade 1
        (2.5 T1, m_j = 0.05 m), cannot be told apart in the field.  Angles between edges shorter
        than this are noise and are not judged; needles narrower than this are spikes.
    sharp_deg, reflex_deg
        An interior angle below the one (GHBOX default) or above the other (rural tools) is
        sharp (5, "T 尖锐角"), in degrees.
    edge_match_m
        Two borders that run within this distance of one another are meant to be one border:
        the limit of a point's error, grade 1 (2.5 T1, 0.10 m).
    sliver_area_m2, sliver_width_m
        First stage of a sliver (scale): area up to the one, or width of the smallest enclosing
        rectangle or mean width 2A/P up to the other (5, "T 狭长").
    sliver_ratio, sliver_compactness, sliver_shape_index, sliver_perimeter_ratio
        Second stage (shape), two of four (5, "T 狭长"): length to width of that rectangle at
        least, 4πA/P² at most, P/(2√(πA)) at least, P²/A at least.
    """

    tolerance_m: float = 0.0015
    repeated_m: float = 0.001
    close_m: float = 0.05
    sharp_deg: float = 10.0
    reflex_deg: float = 355.0
    edge_match_m: float = 0.10
    sliver_area_m2: float = 1000.0
    sliver_width_m: float = 5.0
    sliver_ratio: float = 5.0
    sliver_compactness: float = 0.25
    sliver_shape_index: float = 2.0
    sliver_perimeter_ratio: float = 40.0

    def for_coordinates_kept_to(self, step_m: float) -> Thresholds:
        """Return thresholds for a file whose coordinates are rounded to ``step_m`` metres.

        Two copies of one point may then lie √2·step apart, which is no fault of the drawing.
        """
        return replace(self, tolerance_m=max(self.tolerance_m, 1.5 * step_m))
