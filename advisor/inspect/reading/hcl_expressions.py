"""The kinds of expressions of Terraform, each by a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from advisor.inspect.reading.hcl_functions import FUNCTIONS
from advisor.inspect.reading.hcl_text import heredoc, string
from advisor.inspect.reading.hcl_trees import is_token, trees, word
from advisor.inspect.values import Node, Unknown

if TYPE_CHECKING:
    from advisor.inspect.reading.hcl_values import Evaluator


def inside(node: Node, names: list[str]) -> Node:
    """Return what stands under ``names`` in ``node``."""
    for name in names:
        if isinstance(node.value, Mapping):
            node = node.mapping.get(name, Node(Unknown(name)))
        else:
            return Node(Unknown(name))
    return node


def _identifier(evaluator: Evaluator, tree: Any, depth: int) -> Node:
    return evaluator.named([word(tree)], depth)


def _literal(evaluator: Evaluator, tree: Any, depth: int) -> Node:
    text = word(tree)
    values = {"true": True, "false": False, "null": None}
    return Node(values.get(text), text=text)


def _integer(evaluator: Evaluator, tree: Any, depth: int) -> Node:
    text = word(tree)
    return Node(int(text) if len(text) < 20 else text, text=text)


def _float(evaluator: Evaluator, tree: Any, depth: int) -> Node:
    text = word(tree)
    return Node(float(text), text=text)


def _tuple(evaluator: Evaluator, tree: Any, depth: int) -> Node:
    items = [evaluator.value(child, depth) for child in trees(tree)]
    return Node(tuple(item for item in items if item.there), evaluator.place(tree))


def _object(evaluator: Evaluator, tree: Any, depth: int) -> Node:
    found = {}
    for element in trees(tree):
        if element.data != "object_elem":
            continue
        key = _key(evaluator, element.children[0], depth)
        value = evaluator.value(element.children[-1], depth)
        place = value.place if value.place.line else evaluator.place(element.children[-1])
        found[key] = Node(value.value, place, evaluator.place(element), value.text, value.block)
    return Node(found, evaluator.place(tree))


def _key(evaluator: Evaluator, tree: Any, depth: int) -> str:
    inner = tree.children[0]
    while not is_token(inner) and inner.data == "expr_term" and len(trees(inner)) == 1:
        inner = trees(inner)[0]
    if not is_token(inner) and inner.data == "string":
        return evaluator.value(inner, depth).template
    if not is_token(inner) and inner.data not in ("identifier", "keyword", "literal_value"):
        return evaluator.value(inner, depth).template or "?"
    return word(inner)


def _traversal(evaluator: Evaluator, tree: Any, depth: int) -> Node:
    """Return what a chain of names and indexes stands for; indexes of resources are left out."""
    names: list[str] = []
    node = tree
    while not is_token(node) and node.data in (*_CHAINS, "expr_term"):
        inner = trees(node)
        if node.data == "expr_term":
            if len(inner) != 1:
                break
            node = inner[0]
            continue
        last = inner[-1]
        names = [*_steps(last), *names]
        node = inner[0]
    if not is_token(node) and node.data == "identifier":
        return evaluator.named([word(node), *names], depth)
    if not is_token(node) and node.data == "function_call":
        return inside(evaluator.value(node, depth), names)
    return Node(Unknown("expression"))


_CHAINS = ("get_attr_expr_term", "index_expr_term", "attr_splat_expr_term", "full_splat_expr_term")


def _steps(tree: Any) -> list[str]:
    """Return the names in one step: of ``.name`` one, of ``[0]`` none, of ``["key"]`` and ``[*].arn`` one."""
    if tree.data == "get_attr":
        return [word(trees(tree)[-1])]
    if tree.data in ("attr_splat", "full_splat"):
        return [name for child in trees(tree) for name in _steps(child)]
    strings = list(tree.find_data("string"))
    return [word(strings[0])] if tree.data == "braces_index" and len(strings) == 1 else []


def _conditional(evaluator: Evaluator, tree: Any, depth: int) -> Node:
    condition, first, second = (trees(tree) + [None] * 3)[:3]
    if second is None:
        return Node(Unknown("conditional"))
    yes, no = evaluator.value(first, depth), evaluator.value(second, depth)
    if not (yes.there and no.there):
        return yes if yes.there else no
    truth = evaluator.value(condition, depth).flag
    if truth is None:
        return yes if yes == no else Node(Unknown("conditional"))
    return yes if truth else no


def _call(evaluator: Evaluator, tree: Any, depth: int) -> Node:
    name = word(trees(tree)[0])
    written = next((child for child in trees(tree) if child.data == "arguments"), None)
    arguments = [evaluator.value(child, depth) for child in (trees(written) if written is not None else [])]
    function = FUNCTIONS.get(name)
    known = function is not None and bool(arguments)
    return function(arguments, evaluator.module.budget) if function and known else Node(Unknown(f"{name}()"))


EXPRESSIONS: Mapping[str, Callable[[Evaluator, Any, int], Node]] = {
    "string": string,
    "identifier": _identifier,
    "literal_value": _literal,
    "int_lit": _integer,
    "float_lit": _float,
    "tuple": _tuple,
    "object": _object,
    **dict.fromkeys(_CHAINS, _traversal),
    "conditional": _conditional,
    "heredoc_template": heredoc,
    "heredoc_template_trim": heredoc,
    "function_call": _call,
}
