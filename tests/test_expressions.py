"""Expressions over figure ids: Python's precedence, and nothing but + - * / and parentheses."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import NAMES, bracketed_expressions, loose_expressions

from gangqu_gis.expressions import ExpressionError, parse

#: a = 7, b = 2, c = 4
VALUES = {"a": Fraction(7), "b": Fraction(2), "c": Fraction(4)}

#: Small integers, zero among them, so that cancellation and division by zero occur.
assignments = st.fixed_dictionaries({name: st.integers(-6, 6).map(Fraction) for name in NAMES})
any_expression = st.one_of(bracketed_expressions, loose_expressions)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a", Fraction(7)),
        (" a ", Fraction(7)),
        ("(a)", Fraction(7)),
        ("a - b - c", Fraction(1)),
        ("a - (b - c)", Fraction(9)),
        ("a + b * c", Fraction(15)),
        ("(a + b) * c", Fraction(36)),
        ("a / b / c", Fraction(7, 8)),
        ("a / (b / c)", Fraction(14)),
        ("a / (b * c)", Fraction(7, 8)),
        ("a / b * c", Fraction(14)),
        ("a - b * c + a", Fraction(6)),
    ],
)
def test_precedence(source: str, expected: Fraction) -> None:
    assert parse(source).evaluate(VALUES) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a", "A"),
        ("a - b - c", "A - B - C"),
        ("a - (b - c)", "A - (B - C)"),
        ("(a - b) - c", "A - B - C"),
        ("a + (b + c)", "A + (B + C)"),
        ("a + b * c", "A + B × C"),
        ("(a + b) * c", "(A + B) × C"),
        ("a * (b + c)", "A × (B + C)"),
        ("a / (b * c)", "A ÷ (B × C)"),
        ("(a / b) * c", "A ÷ B × C"),
    ],
)
def test_written(source: str, expected: str) -> None:
    assert parse(source).written({"a": "A", "b": "B", "c": "C"}) == expected


def test_figures_are_named_once_in_order() -> None:
    expression = parse("b / a - (c + b) * a")
    assert expression.figures == ("b", "a", "c")
    assert not expression.is_single
    assert parse(" (a) ").is_single


@pytest.mark.parametrize(
    "source",
    [
        "",
        "   ",
        "a +",
        "+",
        "(a",
        "a b",
        "a, b",
        "a; b",
        "a = b",
        "(a := b)",
        "1",
        "a + 1",
        "a * 0.5",
        "'a'",
        "f'{a}'",
        "-a",
        "+a",
        "~a",
        "not a",
        "f(a)",
        "__import__('os')",
        "a.b",
        "a[b]",
        "[a]",
        "{a}",
        "(a, b)",
        "a ** b",
        "a // b",
        "a % b",
        "a @ b",
        "a | b",
        "a << b",
        "a < b",
        "a and b",
        "a if b else c",
        "lambda: a",
        "[a for a in b]",
        "None",
        "True",
        "...",
        "a + (b ** c)",
        "a / (b - 1)",
        "a × b",
        "a + b # c\n+ d",
        "a\x00b",
    ],
)
def test_everything_else_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError):
        parse(source)


def test_a_figure_without_a_value() -> None:
    with pytest.raises(KeyError):
        parse("a + d").evaluate(VALUES)


def by_python(source: str, values: dict[str, Fraction]) -> Fraction | None:
    """The slow, independent answer; None for a division by zero."""
    try:
        result = eval(source, {"__builtins__": {}}, dict(values))
    except ZeroDivisionError:
        return None
    assert isinstance(result, Fraction)
    return result


@given(source=any_expression, values=assignments)
def test_evaluate_is_what_python_says(source: str, values: dict[str, Fraction]) -> None:
    expected = by_python(source, values)
    if expected is None:
        with pytest.raises(ZeroDivisionError):
            parse(source).evaluate(values)
    else:
        assert parse(source).evaluate(values) == expected


@given(source=any_expression, values=assignments)
def test_written_reads_back_to_the_same_value(source: str, values: dict[str, Fraction]) -> None:
    written = parse(source).written({name: name for name in NAMES})
    again = written.replace("×", "*").replace("÷", "/")
    assert by_python(again, values) == by_python(source, values)


@given(source=any_expression)
def test_written_has_no_needless_parentheses(source: str) -> None:
    """Dropping any one pair of parentheses changes the tree that Python reads."""
    import ast

    written = parse(source).written({name: name for name in NAMES})
    plain = written.replace("×", "*").replace("÷", "/")
    tree = ast.dump(ast.parse(plain, mode="eval"))
    stack: list[int] = []
    for at, character in enumerate(plain):
        if character == "(":
            stack.append(at)
        elif character == ")":
            start = stack.pop()
            without = plain[:start] + plain[start + 1 : at] + plain[at + 1 :]
            assert ast.dump(ast.parse(without, mode="eval")) != tree
