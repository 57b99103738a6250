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

from gangqu_gis import distributed, distributed_topology

SLOW_S = 0.4


def slow(work: Any, first_at: int) -> Any:
    def slowed(*words: Any) -> Any:
        Path(os.environ["GANGQU_WORKERS"], str(os.getpid())).touch()
        time.sleep(SLOW_S)
        if str(words[first_at]) == os.environ.get("GANGQU_DEADLY"):
            os.kill(os.getpid(), signal.SIGKILL)
        return work(*words)

    return slowed


setattr(distributed, "_measured", slow(vars(distributed)["_measured"], 6))
setattr(
    distributed_topology,
    "_partition_faults",
    slow(vars(distributed_topology)["_partition_faults"], 2),
)
