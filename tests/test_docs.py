"""The documents do not lie: every command of the worked example is run and its output compared."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.DOTALL)
EXIT = re.compile(r"退出码 (\d+)")


def run(command: str, folder: Path) -> tuple[int, str]:
    words = shlex.split(command)
    assert words[0] == "gangqu"
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "gangqu_gis", *words[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
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


@pytest.mark.parametrize("document", ["worked-example.md"])
def test_every_command_of_a_document_prints_what_it_shows(document: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    blocks = list(BLOCK.finditer((ROOT / "docs" / document).read_text(encoding="utf-8")))
    assert len(blocks) > 8
    for block in blocks:
        expected = block["output"]
        stated = EXIT.search(expected)
        code, output = run(block["command"], tmp_path)
        assert code == (int(stated[1]) if stated else 0), f"{block['command']}\n{output}"
        assert_shown(EXIT.sub("", expected), output)


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
