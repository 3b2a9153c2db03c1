"""What the rules of a Choice state test."""

from __future__ import annotations

from advisor.inspect.definition import State
from advisor.inspect.values import Node, walk

_PAIRS = (
    {"NumericGreaterThan", "NumericLessThanEquals"},
    {"NumericLessThan", "NumericGreaterThanEquals"},
    {"StringGreaterThan", "StringLessThanEquals"},
    {"StringLessThan", "StringGreaterThanEquals"},
)


def exhaustive(state: State) -> bool | None:
    """Return whether two rules leave nothing over: a flag that is true or false, a test and its opposite."""
    rules = state.node.get("Choices").items
    if state.language != "jsonpath":
        return _conditions_exhaustive(rules)
    for first in rules:
        for second in rules:
            if first is not second and _opposite(first, second):
                return True
    return False


def _conditions_exhaustive(rules: tuple[Node, ...]) -> bool | None:
    conditions = [rule.get("Condition") for rule in rules]
    return True if any(node.flag is True or _inner(node) == "true" for node in conditions) else None


def _inner(node: Node) -> str:
    return node.template.removeprefix("{%").removesuffix("%}").strip()


def _opposite(first: Node, second: Node) -> bool:
    one, other = _test(first), _test(second)
    if "Not" in first.mapping:
        return _test(first.get("Not")) == other and bool(other)
    if not one or not other or one[0] != other[0]:
        return False
    if one[1] == other[1] and {one[2], other[2]} == {True, False}:
        return True
    return {one[1], other[1]} in _PAIRS and one[2] == other[2]


def _test(rule: Node) -> tuple[str, str, object] | None:
    """Return variable, comparison and value of a rule that tests one thing."""
    own = {key: node for key, node in rule.mapping.items() if key not in ("Next", "Comment", "Variable")}
    if "Variable" not in rule.mapping or len(own) != 1:
        return None
    ((comparison, value),) = own.items()
    found = value.flag if comparison in ("BooleanEquals", "IsPresent", "IsNull") else value.template
    return rule.get("Variable").template, comparison, found


def tests_numbers(state: State) -> bool:
    """Return whether a Choice compares a number, as a loop does that counts its turns."""
    if state.type != "Choice":
        return False
    for found in walk(state.node.get("Choices")):
        if any(key.startswith("Numeric") for key in found.mapping):
            return True
        if "Condition" in found.mapping and any(mark in found.get("Condition").template for mark in "<>"):
            return True
    return False
