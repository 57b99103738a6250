"""Reading rules.toml: every kind, and every broken edit refused with file, line and reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from register_builder import SHOWN, enumeration, figure, plan_of, rule

from gangqu_gis.errors import InputError
from gangqu_gis.figures import Register
from gangqu_gis.rulebook import read_rules
from gangqu_gis.rules import (
    AreaRule,
    BoundRule,
    CountRule,
    GrowthRule,
    MeanRule,
    MixRule,
    PairRule,
    ProductRule,
    Rule,
    ShareRule,
    SumRule,
    UnitRule,
)

ROOT = Path(__file__).resolve().parents[1]

FIGURES = [
    figure("ha_a", "1.00", "公顷"),
    figure("ha_b", "2.00", "公顷"),
    figure("ha_c", "3.00", "公顷"),
    figure("mu_a", "15", "亩"),
    figure("size_a", "60", "㎡"),
    figure("size_b", "90", "㎡"),
    figure("flats_a", "10", "套"),
    figure("flats_b", "20", "套"),
    figure("people", "30", "人"),
    figure("percent_a", "40", "%"),
    figure("percent_b", "60", "%"),
    figure("money", "5.0", "亿元"),
    figure("pieces", "2", "个"),
]
LISTS = enumeration("names", ["甲", "乙"])


def read(folder: Path, source: str) -> tuple[Register, tuple[Rule, ...]]:
    return plan_of(folder, FIGURES, source, enumerations=LISTS)


KINDS: list[tuple[type[Rule], str, str, tuple[str, ...]]] = [
    (
        SumRule,
        rule("sum", total="ha_c", parts=["ha_a", "ha_b"], exhaustive=True),
        "A + B",
        ("ha_c", "ha_a", "ha_b"),
    ),
    (
        SumRule,
        rule("sum", total_percent="100", parts=["percent_a", "percent_b"], exhaustive=False),
        "P + Q",
        ("percent_a", "percent_b"),
    ),
    (
        ShareRule,
        rule("share", part="ha_a", whole="ha_b + ha_c", share="percent_a"),
        "A ÷ (B + C)",
        ("percent_a", "ha_a", "ha_b", "ha_c"),
    ),
    (
        ProductRule,
        rule("product", factors=["flats_a + flats_b", "size_a"], product="ha_a"),
        "(F + G) × S",
        ("ha_a", "flats_a", "flats_b", "size_a"),
    ),
    (
        MixRule,
        rule(
            "mix",
            pairs=[["size_a", "flats_a"], ["size_b", "flats_b"]],
            total="ha_a",
            exhaustive=True,
        ),
        "S × F + T × G",
        ("ha_a", "size_a", "flats_a", "size_b", "flats_b"),
    ),
    (
        MixRule,
        rule(
            "mix",
            pairs=[["size_a", "flats_a"]],
            per="ha_a - ha_b",
            total="percent_a",
            exhaustive=False,
        ),
        "(S × F) ÷ (A - B)",
        ("percent_a", "size_a", "flats_a", "ha_a", "ha_b"),
    ),
    (UnitRule, rule("unit", left="ha_a", right="mu_a"), "A", ("mu_a", "ha_a")),
    (PairRule, rule("same", left="ha_b - ha_a", right="ha_c"), "B - A", ("ha_c", "ha_b", "ha_a")),
    (
        MeanRule,
        rule("mean", total="ha_a + ha_b", periods=5, mean="ha_c"),
        "(A + B) ÷ 5",
        ("ha_c", "ha_a", "ha_b"),
    ),
    (
        GrowthRule,
        rule("growth", from_="ha_a", to="ha_b", periods=1, rate="percent_a"),
        "B ÷ A - 1",
        ("percent_a", "ha_a", "ha_b"),
    ),
    (
        GrowthRule,
        rule("growth", from_="ha_a", to="ha_b", periods=4, rate="percent_a"),
        "(B ÷ A)^(1/4) - 1",
        ("percent_a", "ha_a", "ha_b"),
    ),
    (BoundRule, rule("bound", value="ha_a", op="<=", limit="ha_b"), "A", ("ha_b", "ha_a")),
    (BoundRule, rule("bound", value="ha_a", op=">=", limit="ha_b"), "A", ("ha_b", "ha_a")),
    (CountRule, rule("count", declared="pieces", enumeration="names"), "2", ("pieces",)),
]
WRITTEN = {
    "ha_a": "A",
    "ha_b": "B",
    "ha_c": "C",
    "size_a": "S",
    "size_b": "T",
    "flats_a": "F",
    "flats_b": "G",
    "percent_a": "P",
    "percent_b": "Q",
    "mu_a": "M",
    "pieces": "N",
}


@pytest.mark.parametrize(("cls", "source", "written", "figures"), KINDS)
def test_every_kind_reads(
    tmp_path: Path, cls: type[Rule], source: str, written: str, figures: tuple[str, ...]
) -> None:
    _, (found,) = read(tmp_path, source)
    assert type(found) is cls
    assert found.kind == source.split('kind = "')[1].split('"')[0]
    assert (found.id, found.title.zh, found.because.zh) == ("the_rule", "规则", "理由")
    assert (found.file, found.line) == (f"{SHOWN}/rules.toml", 1)
    assert found.figures == figures
    assert found.stated == (None if "total_percent" in source else figures[0])
    assert found.written(WRITTEN) == written


def test_an_area_rule_reads(tmp_path: Path) -> None:
    source = rule("area", figure="ha_a", features=["lot-1", "lot-2"])
    _, (found,) = read(tmp_path, source)
    assert isinstance(found, AreaRule)
    assert found.features == ("lot-1", "lot-2")
    assert found.figures == ("ha_a",) and found.stated == "ha_a"


def test_every_kind_that_the_reader_knows_is_tested(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, rule("no_such_kind"))
    known = caught.value.render("zh").split("可用：")[1].split(", ")
    assert set(known) == {cls.kind for cls, *_ in KINDS} | {"area"}


def test_rules_keep_their_order_and_lines(tmp_path: Path) -> None:
    first = rule("same", left="ha_a", right="ha_b")
    second = first.replace("the_rule", "another")
    _, found = read(tmp_path, f"# 规则\n\n{first}\n{second}")
    assert [r.id for r in found] == ["the_rule", "another"]
    assert [r.line for r in found] == [3, 4 + first.count("\n")]


def test_english_words_are_optional(tmp_path: Path) -> None:
    source = rule("same", left="ha_a", right="ha_b", title_en="Rule", because_en="Reason")
    _, (found,) = read(tmp_path, source)
    assert (found.title.en, found.because.en) == ("Rule", "Reason")


def test_the_shipped_rules_read_and_give_their_reasons() -> None:
    from gangqu_gis.plan import load_plan
    from gangqu_gis.workspace import open_workspace

    rules = load_plan(open_workspace(ROOT)).rules
    assert len({r.id for r in rules}) == len(rules) > 100
    assert {r.kind for r in rules} >= {
        *("sum", "share", "mix", "unit", "same", "mean", "growth", "bound", "count", "area")
    }
    for found in rules:
        for text in (found.title, found.because):
            assert text.zh.strip() and text.en.strip()
            assert text.zh != text.en


# ── broken edits ──

SUM = rule("sum", total="ha_c", parts=["ha_a", "ha_b"], exhaustive=True)
SHARES = rule("sum", total_percent="100", parts=["percent_a", "percent_b"], exhaustive=True)
SHARE = rule("share", part="ha_a", whole="ha_b", share="percent_a")
PRODUCT = rule("product", factors=["flats_a", "size_a"], product="ha_a")
MIX = rule("mix", pairs=[["size_a", "flats_a"]], per="ha_a", total="percent_a", exhaustive=True)
UNIT = rule("unit", left="ha_a", right="mu_a")
SAME = rule("same", left="ha_a", right="ha_b")
MEAN = rule("mean", total="ha_a", periods=5, mean="ha_b")
GROWTH = rule("growth", from_="ha_a", to="ha_b", periods=4, rate="percent_a")
BOUND = rule("bound", value="ha_a", op="<=", limit="ha_b")
COUNT = rule("count", declared="pieces", enumeration="names")
AREA = rule("area", figure="ha_a", features=["lot-1"])
LONG_MIX = MIX.replace('[["size_a", "flats_a"]]', '[\n    ["size_a", "flats_a"],\n]')

# what is broken, the good rule, old, new, the beginning of the offending line, a word of the reason
BROKEN: list[tuple[str, str, str, str, str, str]] = [
    ("unknown kind", SAME, '"same"', '"equal"', "kind = ", "equal"),
    ("kind in capitals", SAME, '"same"', '"Same"', "kind = ", "Same"),
    ("no kind", SAME, 'kind = "same"\n', "", "[[rule]]", "kind"),
    ("no id", SAME, 'id = "the_rule"\n', "", "[[rule]]", "id"),
    ("bad id", SAME, '"the_rule"', '"The Rule"', "id = ", "The Rule"),
    ("no title", SAME, 'title = "规则"\n', "", "[[rule]]", "title"),
    ("no reason", SAME, 'because = "理由"\n', "", "[[rule]]", "because"),
    ("empty reason", SAME, '"理由"', '" "', "because = ", "because"),
    ("unknown key", SAME, "right =", "rihgt =", "rihgt = ", "rihgt"),
    ("key of another kind", SAME, 'right = "ha_b"', 'right = "ha_b"\nop = "<="', "op = ", "op"),
    ("unknown figure", SAME, '"ha_b"', '"ha_x"', "right = ", "ha_x"),
    ("unknown figure in an expression", SAME, '"ha_a"', '"ha_a - ha_x"', "left = ", "ha_x"),
    ("number in an expression", SAME, '"ha_a"', '"ha_a * 2"', "left = ", "ha_a * 2"),
    ("call in an expression", SAME, '"ha_a"', '"abs(ha_a)"', "left = ", "abs(ha_a)"),
    ("power in an expression", SAME, '"ha_a"', '"ha_a ** ha_b"', "left = ", "ha_a ** ha_b"),
    ("half an expression", SAME, '"ha_a"', '"ha_a -"', "left = ", "ha_a -"),
    ("number for a figure", SAME, 'right = "ha_b"', "right = 3.00", "right = ", "right"),
    ("expression for a figure", SAME, '"ha_b"', '"ha_b + ha_c"', "right = ", "ha_b + ha_c"),
    ("hectares and dwellings", SAME, '"ha_b"', '"flats_a"', "left = ", "公顷"),
    ("unit: hectares and dwellings", UNIT, '"mu_a"', '"flats_a"', "left = ", "公顷"),
    ("no left", SAME, 'left = "ha_a"\n', "", "[[rule]]", "left"),
    ("sum without exhaustive", SUM, "exhaustive = true\n", "", 'id = "the_rule"', "exhaustive"),
    ("exhaustive as text", SUM, "= true", '= "true"', "exhaustive = ", "exhaustive"),
    ("mix without exhaustive", MIX, "exhaustive = true\n", "", 'id = "the_rule"', "exhaustive"),
    ("sum without parts", SUM, 'parts = ["ha_a", "ha_b"]\n', "", "[[rule]]", "parts"),
    ("sum of no parts", SUM, '["ha_a", "ha_b"]', "[]", "parts = ", "parts"),
    ("sum of one text", SUM, '["ha_a", "ha_b"]', '"ha_a"', "parts = ", "parts"),
    ("sum of an empty part", SUM, '"ha_a",', '"",', "parts = ", "parts"),
    ("sum of an unknown part", SUM, '"ha_a",', '"ha_x",', "parts = ", "ha_x"),
    ("sum of unlike parts", SUM, '"ha_a",', '"people",', "parts = ", "人"),
    ("sum of an unlike total", SUM, '"ha_c"', '"people"', "parts = ", "人"),
    ("sum without a total", SUM, 'total = "ha_c"\n', "", "[[rule]]", "total"),
    ("unquoted whole", SHARES, '"100"', "100", "total_percent = ", "total_percent"),
    ("whole that is no number", SHARES, '"100"', '"all"', "total_percent = ", "all"),
    ("whole of hectares", SHARES, '"percent_a", "percent_b"', '"ha_a", "ha_b"', "parts = ", "公顷"),
    ("share of unlike things", SHARE, '"ha_b"', '"people"', "part = ", "人"),
    ("share that is no ratio", SHARE, '"percent_a"', '"ha_c"', "share = ", "公顷"),
    ("share without a whole", SHARE, 'whole = "ha_b"\n', "", "[[rule]]", "whole"),
    ("product of nothing", PRODUCT, '["flats_a", "size_a"]', "[]", "factors = ", "factors"),
    ("product without a product", PRODUCT, 'product = "ha_a"\n', "", "[[rule]]", "product"),
    ("pairs that are none", MIX, '[["size_a", "flats_a"]]', '["size_a"]', "pairs = ", "pairs"),
    ("a pair of three", MIX, '"flats_a"]', '"flats_a", "people"]', "pairs = ", "pairs"),
    ("no pairs", MIX, '[["size_a", "flats_a"]]', "[]", "pairs = ", "pairs"),
    ("unknown figure in a pair", MIX, '"flats_a"', '"flats_x"', "pairs = ", "flats_x"),
    ("unlike sizes", MIX, '"flats_a"]]', '"flats_a"], ["people", "flats_b"]]', "pairs = ", "人"),
    ("unlike counts", MIX, '"flats_a"]]', '"flats_a"], ["size_b", "people"]]', "pairs = ", "人"),
    ("unknown per", MIX, 'per = "ha_a"', 'per = "ha_x"', "per = ", "ha_x"),
    ("unknown per after long pairs", LONG_MIX, 'per = "ha_a"', 'per = "ha_x"', "per = ", "ha_x"),
    ("mean without periods", MEAN, "periods = 5\n", "", "[[rule]]", "periods"),
    ("mean of no periods", MEAN, "= 5", "= 0", "periods = ", "periods"),
    ("mean of half a period", MEAN, "= 5", "= 0.5", "periods = ", "periods"),
    ("periods in quotes", MEAN, "= 5", '= "5"', "periods = ", "periods"),
    ("mean of unlike things", MEAN, '"ha_b"', '"people"', "total = ", "人"),
    ("growth without periods", GROWTH, "periods = 4\n", "", "[[rule]]", "periods"),
    ("growth back in time", GROWTH, "= 4", "= -4", "periods = ", "periods"),
    ("growth of unlike things", GROWTH, '"ha_b"', '"people"', "from = ", "人"),
    ("rate that is no ratio", GROWTH, '"percent_a"', '"ha_c"', "rate = ", "公顷"),
    ("bad op", BOUND, '"<="', '"<"', "op = ", "<"),
    ("op in Chinese", BOUND, '"<="', '"≤"', "op = ", "≤"),
    ("no op", BOUND, 'op = "<="\n', "", "[[rule]]", "op"),
    ("bound of unlike things", BOUND, '"ha_b"', '"people"', "value = ", "人"),
    ("unknown list", COUNT, '"names"', '"nams"', "enumeration = ", "nams"),
    ("count of an unknown figure", COUNT, '"pieces"', '"piece"', "declared = ", "piece"),
    ("area of a number of dwellings", AREA, '"ha_a"', '"flats_a"', "figure = ", "flats_a"),
    ("area of no features", AREA, '["lot-1"]', "[]", "features = ", "features"),
    ("area of a text", AREA, '["lot-1"]', '"lot-1"', "features = ", "features"),
    ("sum within an expression", SAME, '"ha_a"', '"ha_a + people"', "left = ", "人"),
    ("misspelt block", SAME, "[[rule]]", "[[rules]]", "[[rules]]", "rules"),
    ("not TOML", SAME, '"ha_b"', '"ha_b', "right = ", "格式"),
]


@pytest.mark.parametrize(
    ("good", "old", "new", "begins", "word"),
    [pytest.param(*case[1:], id=case[0]) for case in BROKEN],
)
def test_a_broken_edit_is_refused_with_file_line_and_reason(
    tmp_path: Path, good: str, old: str, new: str, begins: str, word: str
) -> None:
    register, (sound,) = read(tmp_path, f"\n\n{good}")
    assert sound.line == 3

    assert good.count(old) == 1, old
    broken = "\n\n" + good.replace(old, new)
    path = tmp_path / "rules.toml"
    path.write_text(broken, encoding="utf-8", newline="\n")
    with pytest.raises(InputError) as caught:
        read_rules(path, shown=f"{SHOWN}/rules.toml", register=register)
    error = caught.value
    (line,) = [n for n, row in enumerate(broken.split("\n"), 1) if row.startswith(begins)]
    assert (error.file, error.line) == (f"{SHOWN}/rules.toml", line)
    for lang in ("zh", "en"):
        assert "\n" not in error.render(lang)
    assert word in error.render("zh").split(": ", 1)[1]


def test_a_duplicate_id_is_refused(tmp_path: Path) -> None:
    other = rule("unit", left="ha_a", right="mu_a")
    with pytest.raises(InputError) as caught:
        read(tmp_path, f"{SAME}\n{other}")
    assert caught.value.line == SAME.count("\n") + 3
    assert "the_rule" in caught.value.render("zh")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    register, _ = read(tmp_path, SAME)
    with pytest.raises(InputError) as caught:
        read_rules(tmp_path / "none.toml", shown="data/plan/none.toml", register=register)
    assert caught.value.file == "data/plan/none.toml" and caught.value.line is None


@pytest.mark.parametrize(
    "save",
    [
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="BOM"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="CRLF"),
    ],
)
def test_a_text_editor_that_saves_changes_no_rule(
    tmp_path: Path, save: Callable[[str], bytes]
) -> None:
    source = "\n".join(
        text.replace("the_rule", f"rule_{n}") for n, (_, text, _, _) in enumerate(KINDS)
    )
    register, before = read(tmp_path, source)
    path = tmp_path / "rules.toml"
    path.write_bytes(save(source))
    after = read_rules(path, shown=f"{SHOWN}/rules.toml", register=register)
    assert [(r.id, r.figures, r.line, r.written(WRITTEN)) for r in after] == [
        (r.id, r.figures, r.line, r.written(WRITTEN)) for r in before
    ]
