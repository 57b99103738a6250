"""The benchmark on few parcels: all contenders agree.  Never a time.

PostGIS takes part where a server is installed; elsewhere the table says that there was none.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from cases import ROOT


@pytest.mark.slow
def test_all_contenders_agree_on_few_parcels() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--size", "small"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    works = set(re.findall(r"^\| ([^|]+) \|", done.stdout, flags=re.MULTILINE))
    assert len(works) == 12
    beside = set(re.findall(r"^\| [^|]+ \| [^|]+ \| ([^|]+) \|", done.stdout, flags=re.MULTILINE))
    assert {"pyproj Geod, a loop", "DuckDB spatial, two threads", "geopandas"} <= beside
    assert ("PostGIS, one worker" in beside) != ("no PostGIS server" in done.stdout)
