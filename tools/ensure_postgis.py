"""Make sure that the benchmark has a PostgreSQL with PostGIS: the system's, or Debian's packages.

On Debian and Ubuntu, as root, ``postgresql`` and its PostGIS are installed.  Elsewhere it says
that the benchmark leaves PostGIS out, and what to install.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

INSTALLED = Path("/usr/lib/postgresql")


def main() -> int:
    """Return 0 when PostGIS is there."""
    if server_programs() is not None:
        return 0
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        _quietly("update", "-qq")
        _quietly("install", "-y", "-qq", "--no-install-recommends", "postgresql", _package())
    if server_programs() is not None:
        return 0
    print("NO POSTGIS: the benchmark leaves it out. 没有 PostGIS，基准测试略去它。", file=sys.stderr)
    print("Debian: apt-get install postgresql postgresql-15-postgis-3", file=sys.stderr)
    return 1


def server_programs() -> Path | None:
    """Return the folder of initdb and postgres of the newest version that has PostGIS."""
    found = []
    for folder in INSTALLED.glob("*/bin/initdb"):
        version = folder.parts[-3]
        control = Path(f"/usr/share/postgresql/{version}/extension/postgis.control")
        if version.isdigit() and control.exists():
            found.append((int(version), folder.parent))
    return max(found)[1] if found else None


def _package() -> str:
    """Return the newest PostGIS package that the system offers."""
    listed = subprocess.run(
        ["apt-cache", "--names-only", "search", "^postgresql-[0-9]+-postgis-[0-9]+$"],
        capture_output=True,
        text=True,
        check=False,
    )
    names = re.findall(r"^(postgresql-(\d+)-postgis-(\d+))\b", listed.stdout, flags=re.MULTILINE)
    newest = max(names, key=lambda n: (int(n[1]), int(n[2])), default=None)
    return newest[0] if newest else "postgresql-15-postgis-3"


def _quietly(*words: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *words], check=False, stdout=subprocess.DEVNULL, env=environment)


if __name__ == "__main__":
    sys.exit(main())
