"""Strings and heredocs of Terraform, with the references in them."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

from advisor.errors import Place
from advisor.inspect.reading.hcl_trees import is_token, trees
from advisor.inspect.reading.intrinsics import concatenated
from advisor.inspect.values import Node, Text, Unknown

if TYPE_CHECKING:
    from advisor.inspect.reading.hcl_values import Evaluator

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


def string(evaluator: Evaluator, tree: Any, depth: int) -> Node:
    """Return a quoted string."""
    pieces: list[Node] = []
    for part in trees(tree):
        inner = part.children[0]
        if is_token(inner):
            pieces.append(Node(_unescaped(str(inner))))
        elif inner.data == "interpolation":
            pieces.append(evaluator.value(trees(inner)[0], depth))
        else:
            pieces.append(Node(Unknown("template")))
    found = concatenated(pieces, evaluator.module.budget) if pieces else Node("")
    return Node(found.value, evaluator.place(tree), found.key, found.text)


def _unescaped(text: str) -> str:
    if text.startswith(("$${", "%%{")):
        return text[1:]
    if "\\" not in text:
        return text
    found, position = [], 0
    while position < len(text):
        sign = text[position]
        following = text[position + 1 : position + 2]
        if sign == "\\" and following in _ESCAPES:
            found.append(_ESCAPES[following])
            position += 2
        else:
            found.append(sign)
            position += 1
    return "".join(found)


def heredoc(evaluator: Evaluator, tree: Any, depth: int) -> Node:
    """Return the text of a heredoc with its interpolations."""
    token = tree.children[0]
    lines = str(token).split("\n")
    text = "\n".join(line.removesuffix("\r") for line in lines[1:-2])
    if lines[0].startswith("<<-"):
        text = dedent(text)
    found = interpolated(evaluator, text, depth)
    return Node(found.value, Place(evaluator.file, token.line, token.column), found.key, found.text, True)


def interpolated(evaluator: Evaluator, text: str, depth: int) -> Node:
    """Return ``text`` with its simple interpolations resolved; others stay placeholders."""
    pieces: list[Node] = []
    position = 0
    while True:
        start = text.find("${", position)
        if start < 0:
            break
        end = _closing(text, start + 2)
        if end < 0:
            break
        if start and text[start - 1] == "$":  # written twice, it is plain text
            pieces.append(Node(text[position : start - 1] + text[start : end + 1]))
        else:
            pieces.append(Node(text[position:start]))
            pieces.append(_simple(evaluator, text[start + 2 : end].strip(), depth))
        position = end + 1
    pieces.append(Node(text[position:]))
    return concatenated(pieces, evaluator.module.budget)


def _closing(text: str, start: int) -> int:
    depth = 1
    for position in range(start, min(len(text), start + 2_000)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position
    return -1


def _simple(evaluator: Evaluator, expression: str, depth: int) -> Node:
    """Return what a traversal in a heredoc stands for; any other expression is a placeholder."""
    names = expression.replace("[0]", "").split(".")
    if all(name.replace("_", "").replace("-", "").isalnum() for name in names):
        return evaluator.named(names, depth)
    return Node(Text("${" + expression.replace("$", "").replace("{", "").replace("}", "") + "}", {}))
