"""Make sure that the map tests have a Chromium: the system's, or one installed from its packages.

On Debian and Ubuntu, as root, the package ``chromium`` and a Chinese font are installed.
Elsewhere it says loudly that the map tests cannot run, and what to install.
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
    if _is_ready() or (_may_install() and _install() and _is_ready()):
        return 0
    wanted = " ".join(PACKAGES)
    rule = "!" * 78
    for line in (
        rule,
        "NO BROWSER: the map tests cannot run. 没有浏览器，地图测试无法运行。",
        f"Install Chromium and a Chinese font (Debian: apt-get install {wanted}).",
        rule,
    ):
        print(line, file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


def _is_ready() -> bool:
    return any(shutil.which(name) for name in NAMES) and _has_chinese_font()


def _may_install() -> bool:
    return shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def _install() -> bool:
    return _quietly("update", "-qq") and _quietly(
        "install", "-y", "-qq", "--no-install-recommends", *PACKAGES
    )


def _quietly(*words: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["apt-get", *words], check=False, stdout=subprocess.DEVNULL, env=environment
    )
    return done.returncode == 0


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
