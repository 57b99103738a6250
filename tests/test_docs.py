"""The documents do not lie: every command of the worked example is run and its output compared."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.DOTALL)
EDIT = re.compile(r"<!-- 此处由测试[^：]*：(?P<file>[^，]+)，(?P<old>\S+) 改名 (?P<new>\S+) -->")
EXIT = re.compile(r"退出码 (\d+)")


def run(command: str, folder: Path, encoding: str) -> tuple[int, str]:
    words = shlex.split(command)
    assert words[0] == "gangqu"
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [sys.executable, "-m", "gangqu_gis", *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding=encoding,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def joined(text: str) -> str:
    """Undo the wrapping of a report: where lines break says nothing."""
    return re.sub(r"\s+", "", text)


def assert_shown(expected: str, actual: str) -> None:
    """Check that the pieces between … stand in the output, in order."""
    position, text = 0, joined(actual)
    for piece in map(joined, re.split("…", expected)):
        found = text.find(piece, position)
        assert found >= 0, f"not in the output: {piece}\n---\n{actual}"
        position = found + len(piece)


@pytest.mark.parametrize(
    ("document", "encoding"),
    [("worked-example.md", "utf-8"), ("updating.md", "utf-8"), ("updating.md", "gbk")],
)
def test_every_command_of_a_document_prints_what_it_shows(
    document: str, encoding: str, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    steps = sorted((*BLOCK.finditer(text), *EDIT.finditer(text)), key=lambda step: step.start())
    assert len(steps) > 8
    for step in steps:
        if step.re is EDIT:
            edit_as_a_gis_does(tmp_path / step["file"], step["old"], step["new"])
            continue
        expected = step["output"]
        stated = EXIT.search(expected)
        code, output = run(step["command"], tmp_path, encoding)
        assert code == (int(stated[1]) if stated else 0), f"{step['command']}\n{output}"
        assert_shown(EXIT.sub("", expected), output)


def edit_as_a_gis_does(path: Path, old: str, new: str) -> None:
    """Rename one feature and save the layer with digits, blanks and keys as QGIS writes them."""
    document = json.loads(path.read_text(encoding="utf-8"))
    renamed = [f for f in document["features"] if f["properties"]["name"] == old]
    assert len(renamed) == 1
    renamed[0]["properties"]["name"] = new
    for feature in document["features"]:
        feature["properties"] = dict(sorted(feature["properties"].items()))
        feature["geometry"]["coordinates"] = nudged(feature["geometry"]["coordinates"])
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def nudged(value: Any) -> Any:
    """Change every coordinate by 0.02 mm, as rewritten digits do."""
    return [nudged(part) for part in value] if isinstance(value, list) else value + 2e-10


def test_an_output_that_is_not_there_is_noticed() -> None:
    with pytest.raises(AssertionError, match="not in the output"):
        assert_shown("可以审定…容差 1", "可以审定：x\n容差 2")


def test_the_derived_documents_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "write_docs.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
