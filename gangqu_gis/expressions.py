"""Expressions over figure ids: + - * / and parentheses, nothing else.

The register's rules write ``stock_2025 - stock_2020``.  An expression is parsed once, names its
figures, and is evaluated exactly on values or on intervals.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "×",
    ast.Div: "÷",
}


class ExpressionError(ValueError):
    """The text is no expression of figure ids."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression."""

    source: str
    tree: ast.expr
    figures: tuple[str, ...]

    @property
    def is_single(self) -> bool:
        """Whether the expression is one figure and nothing else."""
        return isinstance(self.tree, ast.Name)

    def evaluate(self, values: Mapping[str, T]) -> T:
        """Return the expression's value, each figure replaced by ``values[figure]``.

        Raises
        ------
        KeyError
            A figure has no value.
        ZeroDivisionError
            A divisor is, or may be, zero.
        """
        result: T = _evaluate(self.tree, values)
        return result

    def written(self, values: Mapping[str, str]) -> str:
        """Return the expression with each figure replaced by ``values[figure]``, for people."""
        return _written(self.tree, values, 0)


def parse(source: str) -> Expression:
    """Parse an expression.

    Raises
    ------
    ExpressionError
        It holds anything but figure ids, + - * / and parentheses.
    """
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(source) from error
    names: list[str] = []
    _collect(tree, names, source)
    return Expression(source.strip(), tree, tuple(dict.fromkeys(names)))


def _collect(node: ast.expr, names: list[str], source: str) -> None:
    if isinstance(node, ast.Name):
        names.append(node.id)
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        _collect(node.left, names, source)
        _collect(node.right, names, source)
    else:
        raise ExpressionError(source)


def _evaluate(node: ast.expr, values: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return values[node.id]
    assert isinstance(node, ast.BinOp)
    return _OPERATORS[type(node.op)](_evaluate(node.left, values), _evaluate(node.right, values))


def _written(node: ast.expr, values: Mapping[str, str], outer: int) -> str:
    if isinstance(node, ast.Name):
        return values[node.id]
    assert isinstance(node, ast.BinOp)
    strength = 1 if isinstance(node.op, ast.Add | ast.Sub) else 2
    left = _written(node.left, values, strength)
    right = _written(node.right, values, strength + 1)
    text = f"{left} {_SIGNS[type(node.op)]} {right}"
    return f"({text})" if strength < outer else text
