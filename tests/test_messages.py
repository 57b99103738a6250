"""The catalogue: every key in both languages, printable in GBK, existing where used, and used."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gangqu_gis.causes import UNIT_SLIPS
from gangqu_gis.checks import Verdict
from gangqu_gis.cli.click_texts import NAMES as CLICK_NAMES
from gangqu_gis.dates import PRECISIONS
from gangqu_gis.findings import Severity
from gangqu_gis.fileareas.judgement import StoredCause
from gangqu_gis.messages import Text, joined, message, plain
from gangqu_gis.schema import FIELD_TYPES, SIDES

PACKAGE = Path(__file__).resolve().parents[1] / "gangqu_gis"

#: Calls that take a key, and the position of the key among their arguments.
TAKES_KEY = {"message": 0, "unfilled": 0, "say": 0, "fault": 1}

#: Keys that are put together at run time: their beginning, and every ending that can occur.
FAMILIES: dict[str, frozenset[str]] = {
    "click.": frozenset(CLICK_NAMES),
    "verdict.": frozenset(verdict.value for verdict in Verdict),
    "basis.": frozenset(("surveyed", "digitized", "schematic")),
    "cause.slip_": frozenset(name for _, name in UNIT_SLIPS),
    "cause.how_": frozenset(("dropped", "changed", "exchanged")),
    "bad_file.instead_": frozenset(("dwg", "xls", "rar")),
    "bad_file.is_": frozenset(("null", "empty")),
    "placing.old_": frozenset(("xian80", "beijing54")),
    "measure.cause_": frozenset(cause.value for cause in StoredCause) - {StoredCause.NONE.value},
    "schema.type_": frozenset(FIELD_TYPES),
    "schema.precision_": frozenset(PRECISIONS),
    "template.hint_": frozenset(FIELD_TYPES) - {"bounds", "date"},
    "template.rule_": frozenset(("empty", "ids", "units", "dates", "names")),
    "template.note_": frozenset(("column", "how", "must", "also")),
    "map.bounds_": frozenset(SIDES),
    "area_cause.hole_": frozenset(("filled", "added")),
    "area_cause.own_part_": frozenset(("less", "plus")),
    "sheet.severity_": frozenset(severity.value for severity in Severity),
}


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """The file itself, read without the module under test."""
    source = (PACKAGE / "messages.toml").read_text(encoding="utf-8")
    return {
        f"{group}.{name}": entry
        for group, entries in tomllib.loads(source).items()
        for name, entry in entries.items()
    }


@cache
def sources() -> tuple[tuple[str, ast.Module], ...]:
    """Every module of the package, parsed."""
    return tuple(
        (path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(PACKAGE.rglob("*.py"))
    )


@cache
def nodes() -> tuple[tuple[str, ast.AST], ...]:
    """Every node of every module."""
    return tuple((name, node) for name, tree in sources() for node in ast.walk(tree))


def called(node: ast.Call) -> str:
    """The bare name of what is called."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def alternatives(node: ast.expr) -> Iterator[str]:
    """The texts that an argument can be: a constant, or either side of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from alternatives(node.body)
        yield from alternatives(node.orelse)


def literal_calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Place, key and call wherever a catalogue key is named in full."""
    for name, node in nodes():
        if isinstance(node, ast.Call) and called(node) in TAKES_KEY:
            at = TAKES_KEY[called(node)]
            if len(node.args) > at:
                for key in alternatives(node.args[at]):
                    yield f"{name}:{node.lineno}", key, node


def names_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def rule_ids() -> set[str]:
    """Ids of findings: they look like keys and are none."""
    found: set[str] = set()
    for _, node in nodes():
        if isinstance(node, ast.Call):
            given = [k.value for k in node.keywords if k.arg == "rule"]
            if called(node) in ("_finding", "Note", "add"):
                given += node.args[:1]
            for value in given:
                found.update(alternatives(value))
    return found


def keys_in_code() -> dict[str, str]:
    """Every constant that has the form of a key of a known group, with one place of it."""
    groups = {key.split(".")[0] for key in catalogue()}
    form = re.compile(r"([a-z_]+)\.[a-z0-9_]+")
    pieces = {
        id(piece) for _, node in nodes() if isinstance(node, ast.JoinedStr) for piece in node.values
    }
    found: dict[str, str] = {}
    for name, node in nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            match = form.fullmatch(node.value)
            is_file = node.value.endswith((".toml", ".geojson", ".json"))
            if match and match[1] in groups and id(node) not in pieces and not is_file:
                found[node.value] = f"{name}:{node.lineno}"
    return found


def families_in_code() -> dict[str, str]:
    """The fixed beginning of every f-string that begins like a key, with one place of it."""
    found: dict[str, str] = {}
    for name, node in nodes():
        if isinstance(node, ast.Call) and called(node) in TAKES_KEY:
            for argument in node.args[: TAKES_KEY[called(node)] + 1]:
                if isinstance(argument, ast.JoinedStr):
                    head = argument.values[0]
                    known = isinstance(head, ast.Constant) and "." in str(head.value)
                    assert known, f"{name}:{node.lineno}: its group cannot be told"
                    assert isinstance(head, ast.Constant)
                    found[str(head.value)] = f"{name}:{node.lineno}"
    return found


def helped() -> set[str]:
    """Every name given to the function that makes the command line's help texts."""
    makers = {
        node.name
        for _, node in nodes()
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(inner, ast.JoinedStr)
            and isinstance(inner.values[0], ast.Constant)
            and inner.values[0].value == "help."
            for inner in ast.walk(node)
        )
    }
    return {
        text
        for _, node in nodes()
        if isinstance(node, ast.Call) and called(node) in makers and node.args
        for text in alternatives(node.args[0])
    }


def test_every_entry_is_in_both_languages_and_nothing_else() -> None:
    odd = {
        key
        for key, entry in catalogue().items()
        if set(entry) != {"zh", "en"} or not all(isinstance(v, str) for v in entry.values())
    }
    assert odd == set()
    # Units that English does not say are the only texts that may be empty.
    assert {key for key, entry in catalogue().items() if not entry["zh"].strip()} == set()
    assert {key for key, entry in catalogue().items() if not entry["en"].strip()} == set()


def test_both_languages_have_the_same_placeholders() -> None:
    differ = {
        key: (names_of(entry["zh"]), names_of(entry["en"]))
        for key, entry in catalogue().items()
        if names_of(entry["zh"]) != names_of(entry["en"])
    }
    assert differ == {}


def test_placeholders_have_names() -> None:
    odd = {
        key
        for key, entry in catalogue().items()
        for text in entry.values()
        if not all(name.isidentifier() for name in names_of(text))
    }
    assert odd == set()


def test_every_text_survives_a_gbk_console() -> None:
    lost: dict[str, str] = {}
    for key, entry in catalogue().items():
        for text in entry.values():
            for character in text:
                try:
                    character.encode("gbk")
                except UnicodeEncodeError:
                    lost[key] = character
    assert lost == {}


def test_english_is_english_and_chinese_is_chinese() -> None:
    """English may quote 约 and its like; Chinese holds no English sentence."""
    han = re.compile(r"[\u4e00-\u9fff]")
    quoted = {"约", "左右", "近", "认定", "四至"}
    odd = {}
    for key, entry in catalogue().items():
        rest = entry["en"]
        for word in quoted:
            rest = rest.replace(word, "")
        if han.search(rest):
            odd[key] = rest
    assert odd == {}


def test_every_key_that_the_code_names_exists() -> None:
    missing = {place: key for place, key, _ in literal_calls() if key not in catalogue()}
    assert missing == {}


def test_whatever_looks_like_a_key_is_one() -> None:
    ids = rule_ids()
    files = {path.name for path in PACKAGE.rglob("*.js")}
    known = {*catalogue(), *ids, *files}
    odd = {k: p for k, p in keys_in_code().items() if k not in known}
    assert odd == {}


def test_every_placeholder_is_given_where_a_message_is_made() -> None:
    wrong = {}
    for place, key, node in literal_calls():
        if any(keyword.arg is None for keyword in node.keywords) or key not in catalogue():
            continue
        given = {keyword.arg for keyword in node.keywords}
        expected = names_of(catalogue()[key]["zh"])
        # A call that chooses between two messages gives what either of them needs.
        chooses = isinstance(node.args[TAKES_KEY[called(node)]], ast.IfExp)
        if not expected <= given or (given != expected and not chooses):
            wrong[place] = (key, given)
    assert wrong == {}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_member_of_a_family_exists(family: str) -> None:
    expected = {family + ending for ending in FAMILIES[family]}
    assert {key for key in catalogue() if key.startswith(family)} == expected


def test_every_family_that_the_code_uses_has_members() -> None:
    empty = {
        family: place
        for family, place in families_in_code().items()
        if not any(key.startswith(family) for key in catalogue())
    }
    assert empty == {}


def test_every_help_text_exists_and_is_used() -> None:
    assert {key for key in catalogue() if key.startswith("help.")} == {
        f"help.{name}" for name in helped()
    }


def test_no_key_is_unused() -> None:
    used = set(keys_in_code())
    built = tuple(family for family in families_in_code() if family != "help.")
    handed_over = handed_to_scripts()
    unused = {
        key
        for key in catalogue()
        if key not in used
        and not key.startswith("help.")
        and not key.startswith(built)
        and key not in handed_over
    }
    assert unused == set()


def handed_to_scripts() -> set[str]:
    """Keys map.ui_… whose name a script of the page speaks of."""
    scripts = "".join(
        path.read_text(encoding="utf-8") for path in sorted((PACKAGE / "webmap").rglob("*.js"))
    )
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", scripts))
    return {
        key
        for key in catalogue()
        if key.startswith("map.ui_") and key.removeprefix("map.ui_") in words
    }


def test_a_text_within_a_message_is_in_the_language_of_the_message() -> None:
    text = message("check.own_area", name=Text("北部", "North"))
    assert text.render("zh") == "北部的面积"
    assert text.render("en") == "Area of North"
    assert text.render("fr") == text.render("zh")


def test_braces_in_a_value_are_kept() -> None:
    assert "{x}" in message("crs.unknown", name="{x}").render("zh")


def test_an_unknown_key_or_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        message("file.no_such_key")
    with pytest.raises(KeyError):
        message("crs.unknown")


def test_joining() -> None:
    both = joined([Text("甲", "a"), plain(5)])
    assert (both.zh, both.en) == ("甲；5", "a; 5")
    assert bool(both) and not bool(joined([]))
