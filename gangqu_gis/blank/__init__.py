"""An empty workspace: the files that an office fills in with its own plan, and no fact of any."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from gangqu_gis.files import write_whole
from gangqu_gis.layerfile import layer_bytes
from gangqu_gis.schema import read_schema
from gangqu_gis.workspace import Workspace, bundled_data, new_folder, open_workspace

#: Where each template goes under data/.
PLACES = {
    "workspace.toml": "workspace.toml",
    "schema.toml": "schema.toml",
    "vocabulary.toml": "plan/vocabulary.toml",
    "figures.toml": "plan/figures/1.toml",
    "enumerations.toml": "plan/enumerations.toml",
    "rules.toml": "plan/rules.toml",
}
#: What a folder that fills by and by says of itself, as in the bundled workspace.
_EXPLANATIONS = ("history/README.md", "approvals/README.md")


def create_blank(target: Path) -> Workspace:
    """Write an empty workspace into ``target``; its placeholders are :attr:`Workspace.unfilled`.

    Raises
    ------
    RefusedError
        ``target`` exists and is not an empty folder: nothing is ever overwritten.
    InputError
        It cannot be written.
    """
    data = new_folder(target) / "data"
    contents = {
        place: files("gangqu_gis.blank").joinpath(name).read_bytes()
        for name, place in PLACES.items()
    }
    contents |= {name: (bundled_data() / name).read_bytes() for name in _EXPLANATIONS}
    for place, content in contents.items():
        path = data / place
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    workspace = open_workspace(target)
    schema = read_schema(data / "schema.toml", shown="data/schema.toml")
    for layer in workspace.layer_files:
        path = workspace.layer_path(layer)
        write_whole(path, layer_bytes(layer, [], schema, suffix=path.suffix))
    return workspace
