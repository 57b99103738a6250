"""Reading TOML files that people edit: encodings, line ends, and the line of every fault."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_builder import line_with

from gangqu_gis.documents import Document, Entry, quoted, read_text, read_toml
from gangqu_gis.errors import InputError

SHOWN = "data/file.toml"

SOURCE = """\
# 说明
title = "标题"
share = "18.10"
count = 3
extent = [1, 2.50]

[limits]
low = "0.05"

[[place]]
chapter = "一"

# [[place.figure]] 注释不是条目
[[place.figure]]
id = "first"
printed = "25.00"

  [[ place.figure ]]
  id = "second"
  printed = "5-7"

[[place]]
chapter = "二"

[[place.figure]]
id = "third"
"flag" = true
printed = "1"
"""


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "file.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def read(folder: Path, content: str | bytes) -> Document:
    return read_toml(write(folder, content), shown=SHOWN)


def refused(folder: Path, content: str | bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read(folder, content)
    return checked(caught.value)


def checked(error: InputError) -> InputError:
    """Return ``error`` after what holds for all: the file, one line, both languages."""
    assert error.file == SHOWN
    for lang in ("zh", "en"):
        line = error.render(lang)
        assert "\n" not in line and "\r" not in line
        place = SHOWN if error.line is None else f"{SHOWN}:{error.line}"
        assert line.startswith(f"{place}: ")
        assert len(line) > len(place) + 2
    return error


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("tail", ["", "\n", "\n\n\n"], ids=["none", "one", "many"])
def test_what_an_editor_may_change_changes_nothing(
    tmp_path: Path, mark: bytes, end: str, tail: str
) -> None:
    text = SOURCE.rstrip("\n") + tail
    document = read(tmp_path, mark + text.replace("\n", end).encode("utf-8"))
    assert document.content == {
        "title": "标题",
        "share": "18.10",
        "count": 3,
        "extent": [1, Decimal("2.50")],
        "limits": {"low": "0.05"},
        "place": [
            {
                "chapter": "一",
                "figure": [
                    {"id": "first", "printed": "25.00"},
                    {"id": "second", "printed": "5-7"},
                ],
            },
            {"chapter": "二", "figure": [{"id": "third", "flag": True, "printed": "1"}]},
        ],
    }
    lines = [figure.line for _, figure in document.nested_entries("place", "figure")]
    assert lines == [14, 18, 25]
    assert [entry.line for entry in document.entries("place")] == [10, 22]


def test_a_mixture_of_line_ends(tmp_path: Path) -> None:
    document = read(tmp_path, b'a = "1"\r\nb = "2"\nc = "3"\r\n')
    assert document.content == {"a": "1", "b": "2", "c": "3"}
    assert document.root.line_of("c") == 3


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (["# ascii", 'a = "1"', 'b = "公顷"'], 3),
        (["# 说明", 'a = "1"'], 1),
        (['a = "1"', "", "", 'note = "嘉兴港区"'], 4),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("encoding", ["gbk", "gb18030"])
def test_gbk_is_refused_with_its_line(
    tmp_path: Path, rows: list[str], line: int, end: str, encoding: str
) -> None:
    error = refused(tmp_path, end.join(rows).encode(encoding))
    assert error.line == line
    assert "UTF-8" in error.render("zh") and "GBK" in error.render("zh")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_other_encodings_are_refused(tmp_path: Path, encoding: str) -> None:
    assert refused(tmp_path, SOURCE.encode(encoding)).line == 1


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ('a = "1"\nb = "2\nc = "3"\n', 2),
        ('a = "1"\n[table\nb = "2"\n', 2),
        ('a = "1"\n\n[[block]\n', 3),
        ('a = "1"\nb\nc = "3"\n', 2),
        ('a = "1"\nb = \nc = "3"\n', 2),
        ('a = "1"\nb = 2.0-2.4\n', 2),
        ('a = "1"\nb = 约80\n', 2),
        ('a = "1"\nb = “80”\n', 2),
        ('a = "1"\na = "2"\n', 2),
        ("a = [1,\n2", 2),
        ('a = "1"\rb = "2"\r', 1),
    ],
)
def test_what_is_no_toml_is_refused_with_its_line(tmp_path: Path, source: str, line: int) -> None:
    assert refused(tmp_path, source).line == line


def test_a_missing_file(tmp_path: Path) -> None:
    for reader in (read_toml, read_text):
        with pytest.raises(InputError) as caught:
            reader(tmp_path / "nothing.toml", shown=SHOWN)
        assert checked(caught.value).line is None


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_toml(tmp_path, shown=SHOWN)
    assert checked(caught.value).line is None


def test_an_empty_file_has_no_entries(tmp_path: Path) -> None:
    document = read(tmp_path, "")
    assert document.entries("place") == []
    assert document.nested_entries("place", "figure") == []


@pytest.mark.parametrize(
    "source",
    [
        'place = [{chapter = "一"}]\n',
        'place = "一"\n',
        '[place]\nchapter = "一"\n',
        '[["place"]]\nchapter = "一"\n',
    ],
    ids=["inline", "text", "table", "quoted header"],
)
def test_entries_whose_lines_cannot_be_told_are_refused(tmp_path: Path, source: str) -> None:
    document = read(tmp_path, source)
    with pytest.raises(InputError) as caught:
        document.entries("place")
    assert "[[place]]" in checked(caught.value).render("zh")


@pytest.mark.parametrize(
    "body",
    [
        'figure = [{id = "a"}]\n',
        'figure = "a"\n',
        '[place.figure]\nid = "a"\n',
    ],
    ids=["inline", "text", "table"],
)
def test_nested_entries_whose_lines_cannot_be_told_are_refused(tmp_path: Path, body: str) -> None:
    document = read(tmp_path, f'[[place]]\nchapter = "一"\n{body}')
    with pytest.raises(InputError) as caught:
        document.nested_entries("place", "figure")
    assert "[[place.figure]]" in checked(caught.value).render("zh")


FIELDS = """\
text = "words"
blank = "  "
number = 5
negative = -1
decimal = "0.050"
bad_decimal = "half"
below_zero = "-0.5"
infinite = "Infinity"
flag = true
numbers = [1, 2.5]
texts = ["a", "b"]
mixed = ["a", 1]
hole = ["a", ""]
table = "no"

[section]
inner = "x"
"""


def entry_of(folder: Path) -> Entry:
    return read(folder, FIELDS).root


def test_fields_are_read_by_type(tmp_path: Path) -> None:
    entry = entry_of(tmp_path)
    assert entry.text("text") == "words"
    assert entry.text("absent", optional=True) == ""
    assert entry.whole("number", minimum=5) == 5
    assert str(entry.decimal("decimal")) == "0.050"
    assert entry.flag("flag") is True and entry.flag("absent") is False
    assert entry.numbers("numbers", 2) == [Decimal(1), Decimal("2.5")]
    assert entry.texts("texts") == ("a", "b")
    assert entry.texts("absent", optional=True) == ()
    assert entry.table("section").text("inner") == "x"
    assert "text" in entry and "absent" not in entry
    assert entry.both("text", "absent").render("en") == "words"


Get = Callable[[Entry], Any]


@pytest.mark.parametrize(
    ("get", "field"),
    [
        pytest.param(lambda e: e.text("number"), "number", id="text of a number"),
        pytest.param(lambda e: e.text("blank"), "blank", id="blank text"),
        pytest.param(lambda e: e.text("number", optional=True), "number", id="optional text"),
        pytest.param(lambda e: e.whole("text"), "text", id="whole of a text"),
        pytest.param(lambda e: e.whole("flag"), "flag", id="whole of a flag"),
        pytest.param(lambda e: e.whole("negative"), "negative", id="below zero"),
        pytest.param(lambda e: e.whole("number", minimum=6), "number", id="below minimum"),
        pytest.param(lambda e: e.decimal("number"), "number", id="unquoted decimal"),
        pytest.param(lambda e: e.decimal("bad_decimal"), "bad_decimal", id="bad decimal"),
        pytest.param(lambda e: e.decimal("below_zero"), "below_zero", id="negative decimal"),
        pytest.param(lambda e: e.decimal("infinite"), "infinite", id="infinite decimal"),
        pytest.param(lambda e: e.flag("text"), "text", id="flag of a text"),
        pytest.param(lambda e: e.numbers("numbers", 3), "numbers", id="too few numbers"),
        pytest.param(lambda e: e.numbers("texts", 2), "texts", id="numbers of texts"),
        pytest.param(lambda e: e.texts("text"), "text", id="texts of a text"),
        pytest.param(lambda e: e.texts("mixed"), "mixed", id="mixed texts"),
        pytest.param(lambda e: e.texts("hole"), "hole", id="empty text among texts"),
        pytest.param(lambda e: e.table("table"), "table", id="text for a table"),
    ],
)
def test_a_wrong_field_is_refused_at_its_line(tmp_path: Path, get: Get, field: str) -> None:
    with pytest.raises(InputError) as caught:
        get(entry_of(tmp_path))
    error = checked(caught.value)
    assert error.line == line_with(FIELDS, f"{field} = ")
    assert f"“{field}”" in error.render("zh") or f"[{field}]" in error.render("zh")


@pytest.mark.parametrize(
    "get",
    [
        pytest.param(lambda e: e.text("absent"), id="text"),
        pytest.param(lambda e: e.whole("absent"), id="whole"),
        pytest.param(lambda e: e.decimal("absent"), id="decimal"),
        pytest.param(lambda e: e.numbers("absent", 2), id="numbers"),
        pytest.param(lambda e: e.texts("absent"), id="texts"),
        pytest.param(lambda e: e.table("absent"), id="table"),
    ],
)
def test_a_missing_field_is_named(tmp_path: Path, get: Get) -> None:
    with pytest.raises(InputError) as caught:
        get(entry_of(tmp_path))
    assert "absent" in checked(caught.value).render("zh")


def test_a_missing_field_of_an_entry_is_reported_at_its_header(tmp_path: Path) -> None:
    document = read(tmp_path, SOURCE)
    _, second = document.nested_entries("place", "figure")[1]
    with pytest.raises(InputError) as caught:
        second.text("unit")
    assert checked(caught.value).line == 18


def test_lines_of_fields_belong_to_their_own_entry(tmp_path: Path) -> None:
    document = read(tmp_path, SOURCE)
    figures = [figure for _, figure in document.nested_entries("place", "figure")]
    assert [figure.line_of("printed") for figure in figures] == [16, 20, 28]
    assert figures[2].line_of("flag") == 27
    # A field that only the next entry has is not looked for there.
    assert figures[0].line_of("flag") == 14


def test_a_faulty_field_of_a_table_names_the_table(tmp_path: Path) -> None:
    document = read(tmp_path, 'a = "1"\n\n[limits]\n# note\nlow = 5\n')
    with pytest.raises(InputError) as caught:
        document.root.table("limits").decimal("low")
    error = checked(caught.value)
    assert error.line == 5 and "limits.low" in error.render("zh")


def test_the_line_of_a_field_after_a_list_of_lists(tmp_path: Path) -> None:
    """Rows of a list may begin with a bracket and are no header of the next entry."""
    source = '[[rule]]\nid = "r"\npairs = [\n    ["a", "b"],\n    ["c", "d"],\n]\nper = "e"\n'
    (entry,) = read(tmp_path, source).entries("rule")
    assert entry.line_of("per") == 7


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\u0085"], ids=["2028", "2029", "85"])
def test_only_line_ends_of_toml_count_as_lines(tmp_path: Path, character: str) -> None:
    """Text that was pasted from Word carries separators that editors do not count as lines."""
    source = f'[[place]]\nnote = "a{character}b"\n\n[[place]]\nnote = "c"\n'
    entries = read(tmp_path, source).entries("place")
    assert [entry.line for entry in entries] == [1, 4]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_quoted_text_reads_back_and_stays_on_its_line(value: str) -> None:
    text = quoted(value)
    assert "\n" not in text and "\r" not in text
    assert tomllib.loads(f"a = {text}\nb = 1\n") == {"a": value, "b": 1}
