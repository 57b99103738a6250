"""Runs in a process of its own: a layer's conversion, killed before each file operation in turn.

After the kill the workspace names a whole file with the same features; the same command made
again then finishes.  Usage: conversions.py FOLDER
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from gatework import rectangle, survey  # noqa: E402
from kills import killed_after  # noqa: E402
from scenarios import layer_path  # noqa: E402

from gangqu_gis.errors import UsageError  # noqa: E402
from gangqu_gis.files import hash_of  # noqa: E402
from gangqu_gis.history import read_history  # noqa: E402
from gangqu_gis.replay import fault_of, read_records  # noqa: E402
from gangqu_gis.update import convert_layer  # noqa: E402
from gangqu_gis.workspace import open_workspace  # noqa: E402


def main() -> None:
    root, pristine = Path(sys.argv[1]) / "workspace", Path(sys.argv[1]) / "pristine"
    survey(root, rectangle())
    shutil.copytree(root / "data", pristine)
    records = read_records(open_workspace(root), "parcels")

    def convert() -> None:
        convert_layer(open_workspace(root), "parcels", ".gpkg", by="x", reason="x")

    for step in range(1000):
        shutil.rmtree(root / "data")
        shutil.copytree(pristine, root / "data")
        status = killed_after(step, root, convert)
        whole = read_records(open_workspace(root), "parcels") == records
        named = layer_path(root).suffix
        if status != 0:
            # Killed after its last word, it was made: there is nothing to convert any more.
            with suppress(UsageError):
                convert()
        print(json.dumps([step, status, whole, named, wrong_with(root, records)]), flush=True)
        if status != -signal.SIGKILL:
            return


def wrong_with(root: Path, records: object) -> list[str]:
    """Return what is wrong after a conversion that was made again."""
    workspace = open_workspace(root)
    history = read_history(root / "data" / "history", shown="h")
    path = workspace.layer_path("parcels")
    left = {p.name for p in (root / "data").iterdir() if p.stem == "parcels" or "." in p.name[:1]}
    checks = {
        "kept in another file": path.suffix == ".gpkg",
        "other features": read_records(workspace, "parcels") == records,
        "other entries": [e.action for e in history.entries] == ["update", "convert"],
        "the history does not lead to it": fault_of(workspace, history, "parcels") is None,
        "drifted": not history.drifted("parcels", hash_of(path)),
        f"left: {sorted(left)}": left <= {"parcels.gpkg", ".lock"},
    }
    return [told for told, right in checks.items() if not right]


if __name__ == "__main__":
    main()
