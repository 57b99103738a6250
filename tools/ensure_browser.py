"""Make sure that the map tests have a Chromium: use the system's, or install it where that may be done.

Debian and Ubuntu, as root: the package ``chromium`` and a Chinese font.  Elsewhere: says loudly that
the map tests will not run, and what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = ("chromium", "fonts-noto-cjk")
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def main() -> int:
    """Return 0 when a browser is there, or when its absence may be lived with."""
    if any(shutil.which(name) for name in NAMES) and _has_chinese_font():
        return 0
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        quiet = {
            "stdout": subprocess.DEVNULL,
            "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        }
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
        if subprocess.run(command, check=False, **quiet).returncode == 0:  # type: ignore[call-overload]
            return 0
    wanted = " ".join(PACKAGES)
    print("!" * 78, file=sys.stderr)
    print("NO BROWSER: the map tests cannot run. 没有浏览器，地图测试无法运行。", file=sys.stderr)
    print(
        f"Install Chromium and a Chinese font (Debian: apt-get install {wanted}).", file=sys.stderr
    )
    print("!" * 78, file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
