"""The functions of Terraform that matter here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from advisor.inspect.reading.intrinsics import Budget, concatenated
from advisor.inspect.values import FileText, Node, Unknown

Call = Callable[[list[Node], Budget], Node]


def _same(arguments: list[Node], budget: Budget) -> Node:
    return arguments[0]


def _first(arguments: list[Node], budget: Budget) -> Node:
    found = [node for node in arguments if node.there and not isinstance(node.value, Unknown)]
    return found[0] if found else arguments[0]


def _file(arguments: list[Node], budget: Budget) -> Node:
    path = arguments[0].template
    variables = arguments[1].mapping if len(arguments) > 1 else {}
    return Node(FileText(path, variables)) if path and "${" not in path else Node(Unknown("file()"))


def _merge(arguments: list[Node], budget: Budget) -> Node:
    if any(not isinstance(node.value, Mapping) for node in arguments):
        return Node(Unknown("merge()"))
    return Node({key: value for node in arguments for key, value in node.mapping.items()})


def _concat(arguments: list[Node], budget: Budget) -> Node:
    if any(not isinstance(node.value, tuple) for node in arguments):
        return Node(Unknown("concat()"))
    return Node(tuple(item for node in arguments for item in node.items))


def _element(arguments: list[Node], budget: Budget) -> Node:
    items = arguments[0].items
    return items[0] if len(items) == 1 else Node(Unknown("element()"))


def _join(arguments: list[Node], budget: Budget) -> Node:
    if len(arguments) < 2 or not isinstance(arguments[1].value, tuple):
        return Node(Unknown("join()"))
    pieces: list[Node] = []
    for number, item in enumerate(arguments[1].items):
        pieces += [arguments[0]] * bool(number) + [item]
    return concatenated(pieces, budget)


FUNCTIONS: Mapping[str, Call] = {
    **dict.fromkeys(
        ("jsonencode", "yamlencode", "tolist", "toset", "tostring", "tonumber", "sensitive"), _same
    ),
    **dict.fromkeys(
        ("nonsensitive", "jsondecode", "compact", "distinct", "flatten", "trimspace", "abspath"), _same
    ),
    **dict.fromkeys(("try", "coalesce"), _first),
    **dict.fromkeys(("file", "templatefile"), _file),
    **dict.fromkeys(("one", "element"), _element),
    "merge": _merge,
    "concat": _concat,
    "join": _join,
}
