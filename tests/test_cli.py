"""The command line as a subprocess: every command, exit code, language and encoding."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import geopandas
import pytest
from cases import ROOT, Run, SmallWorkspace, box, feature, gangqu, gangqu_bytes, polygon, refusal

from gangqu_gis.cli.click_texts import NAMES
from gangqu_gis.messages import unfilled

COMMANDS = [
    ["build"],
    ["check"],
    ["reconcile"],
    ["map"],
    ["figures", "list"],
]
JSON_COMMANDS = [["check"], ["reconcile"], ["figures", "list"]]
CHINESE = re.compile("[\u3400-\u9fff]")

#: Design, “JSON”: a check carries at least these.
CHECK_FIELDS = (
    "rule subject quantity stated unit figures interval computed computed_interval difference "
    "ellipsoidal_m2 planar_m2 difference_m2 tolerance_m2 tolerance_basis formula verdict cause "
    "basis place"
).split()
VERDICTS = set(
    "agree review differ indicative unstated missing consistent remainder inconsistent "
    "accepted".split()
)


@pytest.fixture
def lots(tmp_path: Path) -> Path:
    """A polygon file with a right and a wrong area column."""
    data = {"id": ["a", "b"], "right": [999.73, 9997.33], "wrong": [1500.0, 15000.0]}
    shapes = [box(0, 0, 25, 40), box(100, 0, 100)]
    path = tmp_path / "lots.gpkg"
    geopandas.GeoDataFrame(data, geometry=shapes, crs="EPSG:4549").to_file(path)
    return path


# ------------------------------------------------------------------------------- exit codes


def test_exit_0(second: Path, lots: Path) -> None:
    assert gangqu("check", cwd=second).code == 0
    assert gangqu("measure", lots, cwd=second).code == 0
    assert gangqu("measure", lots, "--stated", "right", "--unit", "m2", cwd=second).code == 0
    assert gangqu("figures", "list", cwd=second).code == 0


@pytest.mark.parametrize("words", [["build"], ["map"]])
def test_exit_0_when_written_whatever_the_findings(words: list[str], second: Path) -> None:
    """The plan contradicts itself and a lot is a bow-tie; the map is written all the same."""
    path = second / "data" / "orchards.geojson"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"trees":120', '"trees":"many"'), encoding="utf-8")
    run = gangqu(*words, cwd=second)
    assert (run.code, run.err) == (0, "")
    assert str(second / "maps" / "index.html") in run.out


def test_exit_1_when_something_blocks(shipped: Path, lots: Path, small: SmallWorkspace) -> None:
    assert gangqu("reconcile", cwd=shipped).code == 1
    assert gangqu("measure", lots, "--stated", "wrong", "--unit", "m2", cwd=shipped).code == 1
    small.lots = [feature("a", polygon((0, 0), (9, 9), (9, 0), (0, 9)))]
    assert gangqu("check", cwd=small.write()).code == 1
    assert gangqu("reconcile", cwd=small.root).code == 1


def test_reconcile_exits_0_when_nothing_differs(small: SmallWorkspace) -> None:
    small.lots = [feature("a", box(0, 0, 9))]
    assert gangqu("reconcile", cwd=small.write()).code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["--colour"],
        ["reconcile", "--colour"],
        ["reconsile"],
        ["reconcile", "extra"],
        ["measure"],
        ["measure", "a.shp", "--unit", "acre"],
        ["measure", "a.shp", "--stated", "MJ"],
        ["reconcile", "--format", "xml"],
        ["--lang", "fr", "reconcile"],
        ["reconcile", "--lang", "fr"],
        ["--workspace"],
        ["--workspace", "missing", "reconcile"],
        ["init"],
        ["figures", "lost"],
        ["reconcile"],
        ["build"],
        ["map"],
        ["check"],
        ["figures", "list"],
    ],
    ids=" ".join,
)
def test_exit_2_for_a_wrong_use(words: list[str], elsewhere: Path) -> None:
    """The last five stand in no workspace."""
    refusal(gangqu(*words, cwd=elsewhere), 2)


@pytest.mark.parametrize("words", [[], ["figures"]])
def test_exit_2_with_the_help_where_a_command_is_missing(
    words: list[str], elsewhere: Path
) -> None:
    run = gangqu(*words, cwd=elsewhere)
    assert run.code == 2 and run.out.startswith("用法:")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["reconsile"], "没有命令 reconsile （是不是 'reconcile'？）"),
        (["reconcile", "--colour"], "没有选项 --colour"),
        (["check", "extra"], "多出的参数：extra"),
        (["measure"], "缺少参数 'FILE'"),
        (["approval", "revoke", "1"], "缺少选项 '--by'"),
        (["measure", "a.shp", "--unit", "亩"], "“亩”不在可用的值之内：'m2', 'ha', 'mu', 'km2'"),
        (["update", "x", "y", "--grade", "5"], "'--grade' 的值不对：5 超出范围 1<=x<=3"),
        (["progress", "--year", "x"], "'--year' 的值不对：“x”不是所要的数（integer）"),
        (["reconcile", "--output", "."], "文件 . 是文件夹，不是文件"),
        (["--lang", "zh"], "没有写命令"),
        (["--lang"], "选项 --lang 后面要写一个值"),
    ],
)
def test_wrong_use_is_told_in_chinese(words: list[str], expected: str, elsewhere: Path) -> None:
    run = gangqu(*words, cwd=elsewhere)
    assert run.code == 2
    assert expected in run.err and run.err.count("\n") == 1
    english = re.sub(r"（详见 .*--help）|'[^']*'", "", run.err)
    assert re.findall(r"\b(?:[A-Za-z]{3,} ){2,}", english) == []


def test_texts_of_click_are_those_that_click_says() -> None:
    """A release of click that rewords itself must not fall back to English unnoticed."""
    said: set[str] = set()
    for module in ("core", "decorators", "exceptions", "formatting", "parser", "types"):
        source = import_module(f"click.{module}").__file__
        assert source is not None
        for node in ast.walk(ast.parse(Path(source).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id in ("_", "ngettext"):
                    said |= {str(a.value) for a in node.args if isinstance(a, ast.Constant)}
    # An option that must be given is marked by a variable, not by a constant.
    ours = {unfilled(f"click.{name}").en for name in NAMES} - {"required"}
    assert ours - said == set()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("spoiled", ["data/workspace.toml", "data/plan/figures/all.toml"])
def test_exit_3_for_a_broken_file(words: list[str], spoiled: str, second: Path) -> None:
    (second / spoiled).write_text('id = "half', encoding="utf-8")
    assert refusal(gangqu(*words, cwd=second), 3).startswith(f"{spoiled}:1: ")


@pytest.mark.parametrize("words", COMMANDS[:-1], ids=" ".join)
def test_exit_3_for_a_broken_layer(words: list[str], second: Path) -> None:
    path = second / "data" / "orchards.geojson"
    path.write_bytes(path.read_bytes()[:-300])
    assert refusal(gangqu(*words, cwd=second), 3).startswith("data/orchards.geojson:")
    assert not (second / "maps" / "index.html").exists()


def test_exit_3_for_a_missing_file(second: Path) -> None:
    refusal(gangqu("measure", "missing.gpkg", cwd=second), 3)


def test_exit_4_where_something_would_be_overwritten(second: Path) -> None:
    refusal(gangqu("init", second, cwd=second.parent), 4)


def test_exit_70_is_one_line_that_says_what_to_do(second: Path) -> None:
    """A fault is put into the program itself."""
    fault = (
        "import sys, gangqu_gis.plan as p\n"
        "def boom(w): raise RuntimeError('two\\nlines')\n"
        "p.load_plan = boom\n"
        "from gangqu_gis.cli import main\n"
        "sys.argv = ['gangqu', 'check']\n"
        "main()\n"
    )
    own = {k: v for k, v in os.environ.items() if k != "GANGQU_DEBUG"}
    done = subprocess.run(
        [sys.executable, "-c", fault], cwd=second, capture_output=True, check=False,
        env=own | {"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    said = done.stderr.decode("utf-8")
    assert done.returncode == 70 and "RuntimeError" in said and "GANGQU_DEBUG" in said
    assert "Traceback" not in said


# ------------------------------------------------------------------------------------- help


@pytest.mark.parametrize(
    "words", [[], *COMMANDS, ["measure"], ["init"], ["figures"]], ids=lambda w: " ".join(w) or "-"
)
def test_help_in_both_languages(words: list[str], elsewhere: Path) -> None:
    zh = gangqu(*words, "--help", cwd=elsewhere)
    en = gangqu("--lang", "en", *words, "--help", cwd=elsewhere)
    assert (zh.code, en.code) == (0, 0) and zh.err == en.err == ""
    assert CHINESE.search(zh.out)
    assert not CHINESE.search(en.out), CHINESE.findall(en.out)


def test_version(elsewhere: Path) -> None:
    assert re.fullmatch(r"gangqu \d+\.\d+\.\d+\n", gangqu("--version", cwd=elsewhere).out)


# ------------------------------------------------------------------------------------- JSON


@pytest.fixture(scope="module")
def reconciled(shipped: Path) -> Any:
    return gangqu("reconcile", "--format", "json", cwd=shipped).json()


def test_document_has_the_five_parts(reconciled: Any) -> None:
    assert list(reconciled) == ["schema", "workspace", "summary", "checks", "findings"]
    assert isinstance(reconciled["schema"], str)


def test_every_check_carries_every_field(reconciled: Any) -> None:
    assert len(reconciled["checks"]) > 40
    names = {tuple(check) for check in reconciled["checks"]}
    assert len(names) == 1 and set(CHECK_FIELDS) <= set(names.pop())
    for check in reconciled["checks"]:
        assert check["verdict"] in VERDICTS
        assert isinstance(check["figures"], list)
        for name in ("ellipsoidal_m2", "planar_m2", "difference", "computed", "tolerance_m2"):
            assert check[name] is None or isinstance(check[name], int | float)
    rules = [check["rule"] for check in reconciled["checks"]]
    assert len(rules) == len(set(rules))


def test_summary_counts_the_checks(reconciled: Any) -> None:
    counted: dict[str, int] = {}
    for check in reconciled["checks"]:
        counted[check["verdict"]] = counted.get(check["verdict"], 0) + 1
    shown = {v: n for v, n in reconciled["summary"]["verdicts"].items() if n}
    assert shown == counted
    assert reconciled["summary"]["checks"] == len(reconciled["checks"])


def test_schematic_geometry_never_agrees_on_the_shipped_plan(reconciled: Any) -> None:
    """Every shipped geometry is schematic: no check of an area may be evidence."""
    measured = [c for c in reconciled["checks"] if c["ellipsoidal_m2"] is not None]
    assert len(measured) > 15
    assert {c["verdict"] for c in measured} <= {"indicative", "unstated"}
    assert {c["basis"] for c in measured} == {"schematic"}


def test_areas_are_unrounded_numbers(reconciled: Any) -> None:
    areas = [c["ellipsoidal_m2"] for c in reconciled["checks"] if c["ellipsoidal_m2"]]
    assert any(area != round(area, 3) for area in areas)


@pytest.mark.parametrize("words", JSON_COMMANDS, ids=" ".join)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_json_parses_and_its_codes_do_not_depend_on_the_language(
    words: list[str], lang: str, second: Path
) -> None:
    run = gangqu("--lang", lang, *words, "--format", "json", cwd=second)
    assert run.err == ""
    document = run.json()
    if words == ["reconcile"]:
        other = gangqu("reconcile", "--format", "json", cwd=second).json()
        for here, there in zip(document["checks"], other["checks"], strict=True):
            for name in ("rule", "subject", "stated", "unit", "figures", "computed", "verdict"):
                assert here[name] == there[name]


def test_measure_records_carry_the_same_fields(lots: Path, reconciled: Any) -> None:
    document = gangqu("measure", lots, "--format", "json", cwd=lots.parent).json()
    assert set(document) == set(reconciled)
    assert set(CHECK_FIELDS) <= set(document["checks"][0])


# ------------------------------------------------------------------------------- languages

FIXED_WORDS = [
    "Contradictions", "Measured areas against stated figures", "Remainders", "Consistent",
    "stated", "ellipsoidal (ha)", "planar (ha)", "difference", "verdict", "basis", "schematic",
    "indicative", "inconsistent",
]  # fmt: skip


def test_english_headings_have_no_chinese(second: Path) -> None:
    """What is the plan's own (places, units as printed) stays as the plan prints it."""
    run = gangqu("--lang", "en", "reconcile", cwd=second)
    for words in FIXED_WORDS:
        assert words in run.out
    zh = gangqu("reconcile", cwd=second).out
    for heading in ("规划数", "椭球面积(公顷)", "有余量", "相符", "示意", "结论", "理由", "计算"):
        assert heading in zh and heading not in run.out
    headings = [row for row in run.out.splitlines() if "verdict" in row or "left over" in row]
    assert headings and not any(CHINESE.search(row) for row in headings)


def test_english_findings_and_errors(second: Path, elsewhere: Path) -> None:
    path = second / "data" / "orchards.geojson"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"trees":120', '"trees":-1'), encoding="utf-8")
    run = gangqu("check", "--lang", "en", cwd=second)
    assert run.code == 1 and not CHINESE.search(run.out) and "below 0" in run.out
    line = refusal(gangqu("--lang", "en", "check", cwd=elsewhere), 2)
    assert not CHINESE.search(line) and "gangqu init" in line


def test_language_of_the_environment(second: Path) -> None:
    run = gangqu("reconcile", cwd=second, env={"GANGQU_LANG": "en"})
    assert "Contradictions" in run.out
    run = gangqu("--lang", "zh", "reconcile", cwd=second, env={"GANGQU_LANG": "en"})
    assert "矛盾" in run.out


# ------------------------------------------------------------------------------- encodings


@pytest.mark.parametrize(
    "words", [*COMMANDS, ["reconcile", "--format", "json"]], ids=" ".join
)
def test_gbk_console_loses_nothing_of_the_shipped_plan(words: list[str], shipped: Path) -> None:
    gbk = gangqu_bytes(*words, cwd=shipped, env={"PYTHONIOENCODING": "gbk"})
    utf8 = gangqu(*words, cwd=shipped)
    assert gbk.returncode == utf8.code and gbk.stderr == b""
    assert gbk.stdout.decode("gbk") == utf8.out


def test_gbk_console_shows_a_tolerance_formula(lots: Path) -> None:
    words = ["measure", lots, "--stated", "right", "--unit", "m2", "--format", "json"]
    gbk = gangqu_bytes(*words, cwd=lots.parent, env={"PYTHONIOENCODING": "gbk"})
    assert gbk.stdout.decode("gbk") == gangqu(*words, cwd=lots.parent).out


def test_ascii_console_shows_question_marks_and_does_not_fail(second: Path) -> None:
    run = gangqu_bytes("reconcile", cwd=second, env={"PYTHONIOENCODING": "ascii"})
    assert run.returncode == 1 and b"?" in run.stdout and run.stderr == b""


def test_gbk_errors(elsewhere: Path) -> None:
    run = gangqu_bytes("check", cwd=elsewhere, env={"PYTHONIOENCODING": "gbk"})
    assert run.returncode == 2 and "工作区" in run.stderr.decode("gbk")


# ------------------------------------------------------------------------------------ pipes


@pytest.mark.parametrize(
    "words",
    [["figures", "list"], ["figures", "list", "--format", "json"], ["reconcile"], ["check"]],
    ids=" ".join,
)
def test_a_closed_pipe_is_no_error(words: list[str], shipped: Path) -> None:
    """As in ``gangqu … | head -1``: nothing on stderr."""
    assert _into_closed_pipe(words, shipped)[1] == b""


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(
            words)
        for words in (["figures", "list"], ["figures", "list", "--format", "json"])
    ],
    ids=" ".join,
)
def test_a_closed_pipe_does_not_read_as_findings(words: list[str], shipped: Path) -> None:
    """Exit 1 means that something blocks; a listing never blocks."""
    assert _into_closed_pipe(words, shipped)[0] == 0


def _into_closed_pipe(words: list[str], cwd: Path) -> tuple[int, bytes]:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "gangqu_gis", *words],
            cwd=cwd,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    return done.returncode, done.stderr


# ----------------------------------------------------------------------------- start and text


def test_installed_script_is_the_same_command(second: Path) -> None:
    script = Path(sys.executable).with_name("gangqu")
    if not script.exists():
        pytest.skip("gangqu is not installed beside this Python")
    done = subprocess.run([script, "check"], cwd=second, capture_output=True, check=False)
    assert done.returncode == 0 and done.stderr == b""


def test_help_loads_nothing_heavy(elsewhere: Path) -> None:
    program = (
        "import sys\nsys.argv = ['gangqu', '--help']\n"
        "from gangqu_gis.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'shapely', 'geopandas', 'pandas', 'folium', 'fiona', 'pyproj', 'numpy', 'rich'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=elsewhere, capture_output=True, text=True, check=True
    )
    assert "HEAVY []" in done.stdout


def columns_of(line: str) -> int:
    """Return how many columns of a terminal a line takes."""
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(c) in "WF" else 1 for c in line)


def test_numbers_stand_under_one_another_with_chinese_beside_them(shipped: Path) -> None:
    """The right edge of each number column is the same in every row of the table of areas."""
    rows = gangqu("reconcile", cwd=shipped).out.splitlines()
    start = next(n for n, row in enumerate(rows) if "椭球面积(公顷)" in row)
    edge = columns_of(rows[start][: rows[start].index("椭球面积(公顷)") + len("椭球面积(公顷)")])
    found = 0
    for row in rows[start + 1 : start + 20]:
        match = re.search(r" (\d+\.\d{4}) +\d+\.\d{4} ", row)
        if match:
            assert columns_of(row[: match.end(1)]) == edge
            found += 1
    assert found > 10


def test_no_line_is_wider_than_a_report(shipped: Path) -> None:
    for words in (["reconcile"], ["figures", "list"], ["build"]):
        run = gangqu(*words, cwd=shipped)
        assert max(columns_of(row) for row in run.out.splitlines()) <= 140


def test_output_is_the_same_every_time(second: Path) -> None:
    first, again = (gangqu("reconcile", cwd=second) for _ in range(2))
    assert first == again == Run(1, first.out, "")


def test_commands_leave_the_data_as_it_was(second: Path) -> None:
    def state() -> dict[str, bytes]:
        files = (p for p in (second / "data").rglob("*") if p.is_file())
        return {str(p): p.read_bytes() for p in files}

    before = state()
    for words in COMMANDS:
        gangqu(*words, cwd=second)
    assert state() == before
    assert (ROOT / "data" / "workspace.toml").is_file()


def test_a_report_is_not_written_under_the_name_of_another_format(second: Path) -> None:
    run = gangqu("reconcile", "--format", "xlsx", "--output", "report.html", cwd=second)
    assert run.code == 2 and ".xlsx" in run.err
    assert not (second / "report.html").exists()


def test_a_history_log_of_no_such_layer_is_refused_and_an_empty_one_says_so(second: Path) -> None:
    assert gangqu("history", "log", cwd=second).out.strip() == "尚无变更记录"
    run = gangqu("history", "log", "--layer", "lot", cwd=second)
    assert run.code == 2 and "没有图层“lot”" in run.err and "orchards" in run.err


def test_reports_in_a_pipe_have_no_blanks_at_the_ends_of_lines() -> None:
    for word in ("reconcile", "progress"):
        lines = gangqu(word, cwd=ROOT).out.splitlines()
        assert lines and [line for line in lines if line != line.rstrip()] == []
