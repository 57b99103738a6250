"""Runs in a process of its own: prepares one write and, for each step, forks a child that makes it
and is killed before its n-th file operation; then recovers, and says what was found each time.

Every third time the recovery itself is killed first.  With ``foreign`` somebody edits the layer
right after the kill: that edit must still be there when the next writer has been at work.
Usage: kills.py SCENARIO FOLDER [foreign]
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from gatework import plan_of  # noqa: E402
from scenarios import SCENARIOS, layer_path, restore, verify, written  # noqa: E402

from gangqu_gis import store  # noqa: E402
from gangqu_gis.errors import RefusedError  # noqa: E402
from gangqu_gis.history import read_history  # noqa: E402
from gangqu_gis.update import carry_out  # noqa: E402

#: File operations that the interpreter announces; syncing is announced by hand below.
WATCHED = ("os.rename", "os.remove", "os.link", "open", "os.mkdir", "os.chmod", "os.truncate")


def killed_after(operations: int, root: Path, action: Callable[[], object]) -> int:
    """Fork, do ``action`` in the child, kill it before file operation ``operations``."""
    pid = os.fork()
    if pid == 0:
        left = operations

        def countdown(name: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if name == "sync" or (name in WATCHED and str(root) in str(arguments[0])):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sync = os.fsync

        def counted_sync(handle: int) -> None:
            countdown("sync", ())
            sync(handle)

        sys.addaudithook(countdown)
        setattr(os, "fsync", counted_sync)
        action()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def edited_elsewhere(root: Path, recover: Callable[[], None]) -> tuple[bool, bool]:
    """Edit the layer as a GIS does, let the next writer in: is the edit there, was it refused?"""
    path = layer_path(root)
    edited = path.read_text(encoding="utf-8").replace("存量", "改名", 1)
    path.write_text(edited, encoding="utf-8")
    refused = False
    try:
        recover()
    except RefusedError:
        refused = True
    return path.read_text(encoding="utf-8") == edited, refused


def main() -> None:
    scenario, folder = sys.argv[1], Path(sys.argv[2])
    root, pristine = folder / "workspace", folder / "pristine"
    proposal = SCENARIOS[scenario](root)
    shutil.copytree(root / "data", pristine)
    workspace = plan_of(root).workspace
    path = layer_path(root)
    old = path.read_bytes()
    new = written(proposal)
    before = len(read_history(root / "data" / "history", shown="h").entries)

    def recover() -> None:
        with store.locked(workspace):
            pass

    for step in range(1000):
        restore(root, pristine)
        status = killed_after(step, root, lambda: carry_out(proposal, by="x", reason="x"))
        whole = path.read_bytes() in (old, new)
        if sys.argv[3:] == ["foreign"]:
            print(json.dumps([step, status, whole, *edited_elsewhere(root, recover)]), flush=True)
            if status != -signal.SIGKILL:
                return
            continue
        if step % 3 == 2:
            killed_after(step // 3, root, recover)
        recover()
        wrong = verify(root, old=old, new=new, entries_before=before)
        made = len(read_history(root / "data" / "history", shown="h").entries) - before
        print(json.dumps([step, status, whole, made, wrong]), flush=True)
        if status != -signal.SIGKILL:
            return


if __name__ == "__main__":
    main()
