"""Work on many items in runs: a run stays in the processor's cache, and every processor has one.

What is found of an item depends on the item alone, so that runs and threads change no digit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

#: Geometries of a run: 50 000 vertices of ordinary parcels.
RUN = 4096

T = TypeVar("T")
Results = tuple[NDArray[Any], ...]


def over_runs(items: NDArray[Any], work: Callable[[NDArray[Any]], Results]) -> Results:
    """Return what ``work`` gives for runs of ``items``, joined: arrays with an entry per item."""
    found: dict[int, Results] = {}

    def one(at: slice) -> None:
        found[at.start] = work(items[at])

    in_threads(len(items), RUN, one)
    parts = [found[at] for at in sorted(found)] or [work(items)]
    return parts[0] if len(parts) == 1 else tuple(map(np.concatenate, zip(*parts, strict=True)))


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield items; the next one is made in a thread while the present one is worked on."""
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = maker.submit(next, items, None)
            yield item


def in_threads(number: int, run: int, work: Callable[[slice], None]) -> None:
    """Do ``work`` on runs of ``number`` items, on every processor."""
    runs = [slice(at, min(at + run, number)) for at in range(0, number, run)]
    workers = min(os.cpu_count() or 1, len(runs))
    if workers < 2:
        for at in runs:
            work(at)
        return
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(work, runs):
            pass
