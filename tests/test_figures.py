"""The register of figures: as printed, as intervals, and proof against what editors do to it."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_builder import ONE_PERCENT, SHOWN, figure, line_with, write_plan

from gangqu_gis.errors import InputError
from gangqu_gis.figures import Register
from gangqu_gis.register import read_register
from gangqu_gis.units import convert, unit

ROOT = Path(__file__).resolve().parents[1]
PLAN = ROOT / "data" / "plan"
FILES = sorted(path.name for path in (PLAN / "figures").glob("*.toml"))


def read(folder: Path) -> Register:
    return read_register(folder, shown=SHOWN, approximate_percent=ONE_PERCENT)


@pytest.fixture(scope="module")
def register() -> Register:
    return read(PLAN)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped data/plan that may be changed."""
    return shutil.copytree(PLAN, tmp_path / "plan")


# ── the shipped register ──


def test_the_register_is_whole(register: Register) -> None:
    assert len(register.figures) > 200
    blocks = sum(
        path.read_text(encoding="utf-8").count("\n[[place.figure]]")
        for path in (PLAN / "figures").glob("*.toml")
    )
    assert len(register.figures) == blocks


def test_every_figure_says_what_it_is_and_where(register: Register) -> None:
    chapters = set()
    for id_, figure_ in register.figures.items():
        assert figure_.id == id_
        assert figure_.printed and figure_.unit_printed
        assert unit(figure_.unit_printed) is figure_.unit
        for label in (figure_.subject.label, figure_.quantity.label):
            assert label.zh and label.en
        assert figure_.place.chapter and figure_.place.section and figure_.place.at
        assert figure_.quantity.dimension in (None, figure_.unit.dimension)
        chapters.add(figure_.place.chapter[0])
    assert chapters == set("一二三四五")


def test_every_cell_of_a_table_is_told_apart(register: Register) -> None:
    """Where a place prints several figures of one subject and quantity, the cell or period does."""
    places = Counter(
        (f.place, f.subject.id, f.quantity.id, f.period, f.unit.id, f.note)
        for f in register.figures.values()
    )
    assert {place for place, number in places.items() if number > 1} == set()


@pytest.mark.parametrize(
    ("id_", "printed", "stated"),
    [
        ("plan_floor_2024", "18.10", "18.10万m2"),
        ("coverage_forecast", "25.00", "25.00%"),
        ("coverage_province", "25", "25%"),
        ("phase3_parking_underground", "1225", "1225辆"),
        ("plan_floor_total", "94.60", "94.60万m2"),
        ("plan_land_total", "47.30", "47.30万m2"),
        ("land_total", "47.3", "47.3公顷"),
        ("land_stock", "14", "14公顷"),
        ("shantytown_resettled_floor", "15.40", "15.40万平方米"),
        ("phase3_land_m2", "53824.3", "53824.3㎡"),
        ("phase3_land_mu", "80", "约80亩"),
        ("new_dwellings", "10500", "约10500套"),
        ("destocking_2020", "5-7", "5-7个月"),
        ("phase3_plot_ratio", "2.0-2.4", "2.0-2.4"),
        ("phase3_green_rate", "30", "≥30%"),
        ("beneficiaries_2025", "19000", "19000人左右"),
        ("housing_investment_growth", "20", "20个百分点以上"),
    ],
)
def test_figures_are_kept_as_printed(
    register: Register, id_: str, printed: str, stated: str
) -> None:
    assert register.figures[id_].printed == printed
    assert register.figures[id_].stated == stated


def test_figures_of_a_feature(register: Register) -> None:
    found = {f.id for f in register.of_feature("affordable-phase3")}
    assert {"phase3_land_m2", "phase3_land_mu", "phase3_dwellings"} <= found
    assert all(register.figures[id_].subject.id == "phase3" for id_ in found)
    assert register.of_feature("nowhere") == []


# ── what a printed number means ──

Case = tuple[str, str, str, str | None, str | None]
CONVENTIONS: list[Case] = [
    # printed, unit, qualifier, low, high – in the unit, by hand
    ("4.35", "公顷", "", "4.345", "4.355"),
    ("18.10", "万平方米", "", "18.095", "18.105"),
    ("18.1", "万平方米", "", "18.05", "18.15"),
    ("14", "公顷", "", "13.5", "14.5"),
    ("25.00", "%", "", "24.995", "25.005"),
    ("25", "%", "", "24.5", "25.5"),
    ("53824.3", "㎡", "", "53824.25", "53824.35"),
    ("98.688", "万平方米", "", "98.6875", "98.6885"),
    ("0", "平方米", "", "-0.5", "0.5"),
    # 约: half of the last digit or 1 %, whichever is wider
    ("80", "亩", "约", "79.2", "80.8"),
    ("1.92", "平方公里", "约", "1.9008", "1.9392"),
    ("2", "公顷", "约", "1.5", "2.5"),
    ("0.01", "公顷", "约", "0.005", "0.015"),
    ("50", "亩", "约", "49.5", "50.5"),
    ("12.97", "%", "左右", "12.8403", "13.0997"),
    ("100", "公顷", "近", "99", "101"),
    # counts are exact, unless 约 or printed in 万
    ("912", "套", "", "912", "912"),
    ("7522", "户", "", "7522", "7522"),
    ("18402", "人", "", "18402", "18402"),
    ("6", "个", "", "6", "6"),
    ("1225", "辆", "", "1225", "1225"),
    ("2021", "年", "", "2021", "2021"),
    ("10500", "套", "约", "10395", "10605"),
    ("19000", "人", "左右", "18810", "19190"),
    ("570", "户", "左右", "564.3", "575.7"),
    ("1.44", "万套", "", "1.435", "1.445"),
    ("1.44", "万套", "约", "1.4256", "1.4544"),
    ("5.78", "万人", "", "5.775", "5.785"),
    # ranges and bounds keep their ends
    ("5-7", "个月", "", "5", "7"),
    ("70-80", "个月", "", "70", "80"),
    ("2.0-2.4", "1", "", "2.0", "2.4"),
    ("100-200", "亩", "约", "99", "202"),
    ("30", "%", "≥", "30", None),
    ("20", "%", "以上", "20", None),
    ("80", "套", "余", "80", None),
    ("18", "平方米", "≤", None, "18"),
    ("90", "平方米", "以下", None, "90"),
    # growth may be negative
    ("-25", "%", "", "-25.5", "-24.5"),
    ("-25", "%", "约", "-25.5", "-24.5"),
    ("-250", "%", "约", "-252.5", "-247.5"),
    ("-5", "%", "≥", "-5", None),
    ("-5", "%", "≤", None, "-5"),
]


@pytest.mark.parametrize(("printed", "unit_", "qualifier", "low", "high"), CONVENTIONS)
def test_interval_conventions(
    tmp_path: Path, printed: str, unit_: str, qualifier: str, low: str | None, high: str | None
) -> None:
    write_plan(tmp_path, [figure("f", printed, unit_, qualifier=qualifier)])
    found = read(tmp_path).figures["f"]
    assert found.interval.low == (None if low is None else Fraction(low))
    assert found.interval.high == (None if high is None else Fraction(high))


def test_the_width_of_about_can_be_changed(tmp_path: Path) -> None:
    write_plan(tmp_path, [figure("f", "80", "亩", qualifier="约")])
    wide = read_register(tmp_path, shown=SHOWN, approximate_percent=ONE_PERCENT * 5)
    assert wide.figures["f"].interval.low == 76
    none = read_register(tmp_path, shown=SHOWN, approximate_percent=ONE_PERCENT * 0)
    assert none.figures["f"].interval.low == Fraction("79.5")


def test_about_80_mu_holds_the_phase_3_land(register: Register) -> None:
    land, about = register.figures["phase3_land_m2"], register.figures["phase3_land_mu"]
    in_mu = convert(land.value, land.unit, about.unit)
    assert in_mu == Fraction("53824.3") * 3 / 2000
    assert about.interval.contains(in_mu)
    assert about.base_interval.contains(land.value)
    assert not about.interval.contains(Fraction(81))


def test_values_in_base_units(tmp_path: Path) -> None:
    blocks = [figure("f", "5-7", "公顷"), figure("g", "500", "亩")]
    figures = read(write_plan(tmp_path, blocks)).figures
    assert figures["f"].value == 6
    assert figures["f"].base_value == 60_000
    assert figures["f"].base_interval.low == 50_000
    assert figures["g"].base_value == Fraction(1_000_000, 3)
    assert figures["g"].base_interval.high == Fraction(1001, 2) * Fraction(2000, 3)


@pytest.mark.parametrize(
    ("printed", "decimals"), [("14", 0), ("18.10", 2), ("2.0-2.4", 1), ("-5.25", 2), ("1-2.50", 2)]
)
def test_decimals_are_those_printed(tmp_path: Path, printed: str, decimals: int) -> None:
    write_plan(tmp_path, [figure("f", printed, "%")])
    assert read(tmp_path).figures["f"].decimals == decimals


@given(
    digits=st.from_regex(r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,4})?", fullmatch=True),
    name=st.sampled_from(["公顷", "亩", "%", "亿元", "万人"]),
)
def test_the_printed_digits_lie_in_the_middle_of_their_interval(
    tmp_path_factory: pytest.TempPathFactory, digits: str, name: str
) -> None:
    folder = tmp_path_factory.mktemp("plan")
    write_plan(folder, [figure("f", digits, name)])
    found = read(folder).figures["f"]
    low, high = found.interval.low, found.interval.high
    assert low is not None and high is not None
    assert found.printed == digits
    assert (low + high) / 2 == Fraction(digits) == found.value
    assert high - low == Fraction(1, 10 ** len(digits.partition(".")[2]))


# ── editors and spreadsheets ──


def saved_by_editor(raw: bytes, *, mark: bool, crlf: bool, tail: str) -> bytes:
    text = raw.decode("utf-8").rstrip("\n") + tail
    if crlf:
        text = text.replace("\n", "\r\n")
    return text.encode("utf-8-sig" if mark else "utf-8")


@pytest.mark.parametrize("mark", [False, True], ids=["plain", "BOM"])
@pytest.mark.parametrize("crlf", [False, True], ids=["LF", "CRLF"])
@pytest.mark.parametrize("tail", ["", "\n\n\n"], ids=["cut", "long"])
def test_a_text_editor_that_saves_changes_no_figure(
    register: Register, copy: Path, mark: bool, crlf: bool, tail: str
) -> None:
    for path in copy.rglob("*.toml"):
        path.write_bytes(saved_by_editor(path.read_bytes(), mark=mark, crlf=crlf, tail=tail))
    assert read(copy) == register


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_a_file_saved_in_another_encoding_is_refused(copy: Path, name: str, encoding: str) -> None:
    path = copy / "figures" / name
    text = path.read_text(encoding="utf-8")
    path.write_bytes(text.encode(encoding))
    with pytest.raises(InputError) as caught:
        read(copy)
    assert caught.value.file == f"{SHOWN}/figures/{name}"
    assert caught.value.line == first_line_that_is_not_utf8(text, encoding)


def first_line_that_is_not_utf8(text: str, encoding: str) -> int:
    if encoding.startswith("utf-16"):
        return 1
    for number, row in enumerate(text.split("\n"), 1):
        try:
            row.encode(encoding).decode("utf-8")
        except UnicodeDecodeError:
            return number
    raise AssertionError("the text is plain ASCII")


def as_spreadsheet_shows(cell: str) -> str:
    """A cell after a spreadsheet has read it: what looks like a number has become one."""
    try:
        value = float(cell.strip())
    except ValueError:
        return cell
    return str(int(value)) if value.is_integer() else repr(value)


def saved_by_spreadsheet(text: str, *, separator: str, quoting: str) -> str:
    """Open ``text`` as CSV and save it, as a spreadsheet does."""
    plain = quoting == "none"
    rows = csv.reader(
        io.StringIO(text),
        delimiter=separator,
        quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL,
        skipinitialspace=quoting == "trimmed",
    )
    target = io.StringIO()
    if plain:
        for row in rows:
            target.write(separator.join(map(as_spreadsheet_shows, row)) + "\r\n")
    else:
        style: Literal[0, 1] = csv.QUOTE_ALL if quoting == "all" else csv.QUOTE_MINIMAL
        writer = csv.writer(target, delimiter=separator, quoting=style, lineterminator="\r\n")
        writer.writerows([as_spreadsheet_shows(cell) for cell in row] for row in rows)
    return target.getvalue()


def test_the_simulated_spreadsheet_does_its_damage() -> None:
    saved = saved_by_spreadsheet('a,18.10\n"b",25.00\n', separator=",", quoting="minimal")
    assert saved == "a,18.1\r\nb,25\r\n"
    saved = saved_by_spreadsheet('printed = "18.10"\n', separator="=", quoting="trimmed")
    assert saved == "printed =18.1\r\n"


@pytest.mark.parametrize(
    "separator", [",", ";", "\t", "=", " "], ids=["comma", "semicolon", "tab", "equals", "blank"]
)
@pytest.mark.parametrize("quoting", ["minimal", "all", "trimmed", "none"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
@pytest.mark.parametrize("name", FILES)
def test_a_spreadsheet_that_saves_changes_no_figure_or_is_refused(
    register: Register, copy: Path, separator: str, quoting: str, encoding: str, name: str
) -> None:
    path = copy / "figures" / name
    text = path.read_text(encoding="utf-8")
    saved = saved_by_spreadsheet(text, separator=separator, quoting=quoting)
    path.write_bytes(saved.encode(encoding))
    try:
        found = read(copy)
    except InputError as error:
        assert error.file == f"{SHOWN}/figures/{name}"
        assert error.line is not None
        assert "\n" not in error.render("zh")
    else:
        assert encoding != "gbk"
        assert found == register


def test_numbers_that_lost_their_quotes_are_refused(copy: Path) -> None:
    """The only way in which 18.10 could become 18.1."""
    path = copy / "figures" / FILES[-1]
    text = path.read_text(encoding="utf-8").replace('printed = "18.10"', "printed = 18.1")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(copy)
    assert caught.value.line == line_with(text, "printed = 18.1")


# ── broken edits ──

GOOD = """\
# 规划数
[[place]]
chapter = "一"
section = "（一）"
at = "表1"

[[place.figure]]
id = "first"
printed = "18.10"
unit = "公顷"
qualifier = "约"
subject = "town"
quantity = "extent"
period = "2020"

[[place.figure]]
id = "second"
printed = "2.0-2.4"
unit = "1"
subject = "town"
quantity = "amount"
"""

Edit = Callable[[str], str]


def swap(old: str, new: str) -> Edit:
    """An edit that replaces the first ``old``."""

    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


# name, edit, a marker on the offending line after the edit, a word of the reason
BROKEN: list[tuple[str, Edit, str, str]] = [
    ("unquoted number", swap('"18.10"', "18.10"), "printed = 18.10", "引号"),
    ("unquoted whole number", swap('"18.10"', "18"), "printed = 18\n", "引号"),
    ("number in Chinese quotes", swap('"18.10"', "“18.10”"), "printed = “", "格式"),
    ("number with its unit", swap('"18.10"', '"18.10公顷"'), 'printed = "18.10公顷"', "不是数"),
    ("number with 约", swap('"18.10"', '"约18.10"'), 'printed = "约18.10"', "不是数"),
    ("thousands separator", swap('"18.10"', '"1,225"'), 'printed = "1,225"', "不是数"),
    ("decimal comma", swap('"18.10"', '"18,10"'), 'printed = "18,10"', "不是数"),
    ("two points", swap('"18.10"', '"1.8.10"'), 'printed = "1.8.10"', "不是数"),
    ("exponent", swap('"18.10"', '"1.81e1"'), 'printed = "1.81e1"', "不是数"),
    ("no digits before the point", swap('"18.10"', '".10"'), 'printed = ".10"', "不是数"),
    ("word", swap('"18.10"', '"十八"'), 'printed = "十八"', "不是数"),
    ("empty printed", swap('"18.10"', '""'), 'printed = ""', "printed"),
    ("blank printed", swap('"18.10"', '"  "'), 'printed = "  "', "printed"),
    ("true for a number", swap('"18.10"', "true"), "printed = true", "printed"),
    ("list for a number", swap('"18.10"', '["18.10"]'), 'printed = ["18.10"]', "printed"),
    ("no printed", swap('printed = "18.10"\n', ""), '[[place.figure]]\nid = "first"', "printed"),
    ("range backwards", swap("2.0-2.4", "2.4-2.0"), 'printed = "2.4-2.0"', "范围"),
    ("range of three", swap("2.0-2.4", "2.0-2.2-2.4"), 'printed = "2.0-2.2-2.4"', "不是数"),
    ("range with a wave", swap("2.0-2.4", "2.0~2.4"), 'printed = "2.0~2.4"', "不是数"),
    ("no unit", swap('unit = "公顷"\n', ""), 'id = "first"', "单位"),
    ("empty unit", swap('"公顷"', '""'), 'unit = ""', "unit"),
    ("unknown unit", swap('"公顷"', '"公亩"'), 'unit = "公亩"', "公亩"),
    ("unit that is a number", swap('"公顷"', "1"), "unit = 1\n", "unit"),
    ("unit of another dimension", swap('"公顷"', '"套"'), 'unit = "套"', "面积"),
    ("unknown qualifier", swap('"约"', '"大约"'), 'qualifier = "大约"', "大约"),
    ("empty qualifier", swap('"约"', '""'), 'qualifier = ""', "qualifier"),
    ("unknown subject", swap('"town"', '"city"'), 'subject = "city"', "city"),
    ("no subject", swap('subject = "town"\n', ""), '[[place.figure]]\nid = "first"', "subject"),
    ("unknown quantity", swap('"extent"', '"size"'), 'quantity = "size"', "size"),
    (
        "no quantity",
        swap('quantity = "extent"\n', ""),
        '[[place.figure]]\nid = "first"',
        "quantity",
    ),
    ("unknown field", swap("period", "perod"), "perod = ", "perod"),
    ("period that is a number", swap('"2020"', "2020"), "period = 2020", "period"),
    ("capital in the id", swap('"first"', '"First"'), 'id = "First"', "First"),
    ("hyphen in the id", swap('"first"', '"the-first"'), 'id = "the-first"', "the-first"),
    ("Chinese id", swap('"first"', '"面积"'), 'id = "面积"', "面积"),
    ("no id", swap('id = "first"\n', ""), '[[place.figure]]\nprinted = "18.10"', "id"),
    (
        "duplicate id",
        swap('"second"', '"first"'),
        '[[place.figure]]\nid = "first"\nprinted = "2',
        "first",
    ),
    ("duplicate field", swap('"约"', '"约"\nqualifier = "近"'), 'qualifier = "近"', "格式"),
    ("no chapter", swap('chapter = "一"\n', ""), "[[place]]", "chapter"),
    ("open quote", swap('"公顷"', '"公顷'), 'unit = "公顷\n', "格式"),
    (
        "header without its end",
        swap("[[place.figure]]", "[[place.figure]"),
        "[[place.figure]\n",
        "格式",
    ),
    ("text out of place", swap("unit =", "unit"), 'unit "公顷"', "格式"),
    # What is written under a misspelt name must not be passed over in silence.
    (
        "figure that stands alone",
        swap('[[place.figure]]\nid = "second"', '[[figure]]\nid = "second"'),
        "[[figure]]",
        "figure",
    ),
    (
        "misspelt block",
        swap('[[place.figure]]\nid = "second"', '[[place.figur]]\nid = "second"'),
        "[[place.figur]]",
        "figur",
    ),
    ("misspelt field of a place", swap("section =", "sektion ="), "sektion =", "sektion"),
    ("field before the first block", swap("# 规划数", 'note = "x"'), 'note = "x"', "note"),
    ("former that is no block", swap('period = "2020"', 'former = ["x"]'), "former = ", "former"),
]


def lines_of(text: str, marker: str) -> int:
    """Return the number of the line where ``marker``, perhaps of several lines, begins."""
    assert text.count(marker) == 1, (marker, text.count(marker))
    return text[: text.index(marker)].count("\n") + 1


@pytest.mark.parametrize(
    ("edit", "marker", "word"), [pytest.param(*case[1:], id=case[0]) for case in BROKEN]
)
def test_a_broken_edit_is_refused_with_file_line_and_reason(
    tmp_path: Path, edit: Edit, marker: str, word: str
) -> None:
    write_plan(tmp_path, [])
    source = tmp_path / "figures" / "1-all.toml"
    source.write_text(GOOD, encoding="utf-8", newline="\n")
    assert set(read(tmp_path).figures) == {"first", "second"}

    broken = edit(GOOD)
    source.write_text(broken, encoding="utf-8", newline="\n")
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    error = caught.value
    assert error.file == f"{SHOWN}/figures/1-all.toml"
    assert error.line == lines_of(broken, marker)
    for lang in ("zh", "en"):
        text = error.render(lang)
        assert "\n" not in text
        assert text.startswith(f"{SHOWN}/figures/1-all.toml:{error.line}: ")
    assert word in error.render("zh").split(": ", 1)[1]


def test_an_id_used_in_two_files_names_both(tmp_path: Path) -> None:
    write_plan(tmp_path, [figure("f", "1", "公顷")])
    first = tmp_path / "figures" / "1-all.toml"
    second = tmp_path / "figures" / "2-copy.toml"
    second.write_text("\n\n" + first.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    line = line_with(first.read_text(encoding="utf-8"), "[[place.figure]]")
    assert caught.value.file == f"{SHOWN}/figures/2-copy.toml"
    assert caught.value.line == line + 2
    assert f"{SHOWN}/figures/1-all.toml:{line}" in caught.value.render("zh")


VOCABULARY = """\
[[subject]]
id = "town"
zh = "镇"
en = "town"

[[quantity]]
id = "amount"
zh = "数量"
en = "amount"
"""


@pytest.mark.parametrize(
    ("edit", "marker", "word"),
    [
        pytest.param(swap('zh = "镇"\n', ""), "[[subject]]", "zh", id="no Chinese"),
        pytest.param(swap('en = "town"\n', ""), "[[subject]]", "en", id="no English"),
        pytest.param(swap('"镇"', "1"), "zh = 1", "zh", id="number for a label"),
        pytest.param(
            lambda text: text + '\n[[subject]]\nid = "town"\nzh = "乡"\nen = "x"\n# twice',
            'id = "town"\nzh = "乡"',
            "town",
            id="id twice",
        ),
        pytest.param(
            swap("[[subject]]", "[[subjct]]"), "[[subjct]]", "subjct", id="misspelt block"
        ),
        pytest.param(
            swap('en = "town"', 'en = "town"\nfeatur = "town-1"'),
            "featur = ",
            "featur",
            id="misspelt field",
        ),
    ],
)
def test_a_broken_vocabulary_is_refused(tmp_path: Path, edit: Edit, marker: str, word: str) -> None:
    write_plan(tmp_path, [figure("f", "1", "公顷")])
    broken = edit(VOCABULARY)
    (tmp_path / "vocabulary.toml").write_text(broken, encoding="utf-8", newline="\n")
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert caught.value.file == f"{SHOWN}/vocabulary.toml"
    assert caught.value.line == lines_of(broken, marker)
    assert word in caught.value.render("zh")


@pytest.mark.parametrize(
    ("edit", "marker"),
    [
        pytest.param(swap('items = ["甲", "乙"]', 'items = "甲"'), "items = ", id="no list"),
        pytest.param(
            swap('items = ["甲", "乙"]', 'items = ["甲", ""]'), "items = ", id="empty item"
        ),
        pytest.param(swap('items = ["甲", "乙"]\n', ""), "[[enumeration]]", id="no items"),
        pytest.param(swap('chapter = "一"\n', ""), "[[enumeration]]", id="no place"),
        pytest.param(swap("items =", "itmes ="), "itmes =", id="misspelt items"),
    ],
)
def test_a_broken_enumeration_is_refused(tmp_path: Path, edit: Edit, marker: str) -> None:
    good = (
        '[[enumeration]]\nid = "e"\nchapter = "一"\nzh = "单"\nen = "list"\nitems = ["甲", "乙"]\n'
    )
    write_plan(tmp_path, [figure("f", "1", "公顷")], enumerations=good)
    assert read(tmp_path).enumerations["e"].items == ("甲", "乙")
    broken = edit(good)
    (tmp_path / "enumerations.toml").write_text(broken, encoding="utf-8", newline="\n")
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert caught.value.file == f"{SHOWN}/enumerations.toml"
    assert caught.value.line == lines_of(broken, marker)


@pytest.mark.parametrize("name", ["vocabulary.toml", "enumerations.toml"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(InputError) as caught:
        read(copy)
    assert caught.value.file == f"{SHOWN}/{name}"


def test_a_folder_without_figures_is_refused(copy: Path) -> None:
    shutil.rmtree(copy / "figures")
    with pytest.raises(InputError) as caught:
        read(copy)
    assert caught.value.file == f"{SHOWN}/figures"


def cut_points(text: str) -> Iterator[int]:
    """Places where a copy may have stopped: within a block, never between two."""
    rows = text.split("\n")
    for at in range(10, len(rows), len(rows) // 7):
        if rows[at].startswith("printed"):
            yield len("\n".join(rows[:at])) + 5


@pytest.mark.parametrize("name", FILES)
def test_a_truncated_file_is_refused(copy: Path, name: str) -> None:
    path = copy / "figures" / name
    text = path.read_text(encoding="utf-8")
    ends = [text.rfind('printed = "') + n for n in (3, 9, 12)]
    for end in [*ends, *cut_points(text)]:
        path.write_text(text[:end], encoding="utf-8", newline="\n")
        with pytest.raises(InputError) as caught:
            read(copy)
        assert caught.value.file == f"{SHOWN}/figures/{name}"
        assert caught.value.line == text[:end].count("\n") + 1


def test_a_mean_is_no_count(tmp_path: Path) -> None:
    """户均1.8套 counts nothing: its digits are rounded, unlike those of 912套."""
    write_plan(tmp_path, [figure("f", "1.8", "套")])
    interval = read(tmp_path).figures["f"].interval
    assert (interval.low, interval.high) == (Fraction("1.75"), Fraction("1.85"))
