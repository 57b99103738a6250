"""Preloaded by dask workers: slow partitions, so that a worker can be killed in mid-work.

Before a partition is measured, or looked into for faults, the worker says so in a file of the
folder ``GANGQU_WORKERS``; a partition whose first feature is ``GANGQU_DEADLY`` kills its worker.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from gangqu_gis.fileareas import partitions as area_partitions
from gangqu_gis.topology import partitions as topology_partitions

SLOW_S = 0.4


def slow(work: Any, first_at: int) -> Any:
    def slowed(*words: Any) -> Any:
        Path(os.environ["GANGQU_WORKERS"], str(os.getpid())).touch()
        time.sleep(SLOW_S)
        if str(words[first_at]) == os.environ.get("GANGQU_DEADLY"):
            os.kill(os.getpid(), signal.SIGKILL)
        return work(*words)

    return slowed


setattr(area_partitions, "_measured", slow(vars(area_partitions)["_measured"], 6))
setattr(
    topology_partitions,
    "_partition_faults",
    slow(vars(topology_partitions)["_partition_faults"], 2),
)
