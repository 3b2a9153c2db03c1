"""The expressions of Terraform, as far as the files settle them; what they leave open is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from advisor.errors import Place
from advisor.inspect.reading.hcl_expressions import EXPRESSIONS, inside
from advisor.inspect.reading.hcl_trees import SPACE, blocks, body_of, is_token, labels_of, word
from advisor.inspect.reading.intrinsics import Budget
from advisor.inspect.reading.terraform_types import attribute_word, pascal
from advisor.inspect.values import NOTHING, FileText, Node, Reference, Text, Unknown

MAX_DEPTH = 60
KNOWN_DATA = ("aws_iam_policy_document", "template_file", "local_file")


class Module(Struct, frozen=True):
    """The names that the files of one folder know, as parsed blocks and expressions.

    ``variables`` holds what is passed or the defaults; ``locals`` and ``data`` the parse trees of
    ``locals`` and of data sources that hold a text, each with its file.
    """

    scope: str
    variables: Mapping[str, Node]
    locals: Mapping[str, tuple[Any, str]]
    data: Mapping[str, tuple[Any, str]]
    resources: frozenset[str]
    budget: Budget


class Evaluator(Struct, frozen=True):
    """Evaluates the parse trees of one file of ``module``; ``own`` are names inside dynamic blocks."""

    module: Module
    file: str
    own: Mapping[str, Node] = {}

    def place(self, tree: Any) -> Place:
        """Return where a part of the file stands."""
        meta = getattr(tree, "meta", tree)
        line, column = getattr(meta, "line", None), getattr(meta, "column", None)
        return Place(self.file, line or 1, column or 1)

    # --- blocks

    def body(self, tree: Any, depth: int = 0) -> Node:
        """Return the attributes and blocks of a body, by their names in CloudFormation's spelling."""
        found: dict[str, list[Node]] = {}
        for child in tree.children:
            kind = getattr(child, "data", "")
            if kind == "attribute" and depth < MAX_DEPTH:
                name, value = word(child.children[0]), self.value(child.children[-1], depth + 1)
                found.setdefault(pascal(name), []).append(self._at(value, child))
            elif kind == "block" and depth < MAX_DEPTH:
                for name, node in self._block(child, depth):
                    found.setdefault(pascal(name), []).append(node)
        values = {name: nodes[0] if len(nodes) == 1 else Node(tuple(nodes)) for name, nodes in found.items()}
        return Node(values, self.place(tree))

    def _at(self, node: Node, tree: Any) -> Node:
        place = node.place if node.place.line else self.place(tree.children[-1])
        return Node(node.value, place, self.place(tree), node.text, node.block)

    def _block(self, tree: Any, depth: int) -> list[tuple[str, Node]]:
        """Return a block with its name; a dynamic one as the block that it makes."""
        labels, body = labels_of(tree), body_of(tree)
        if labels[0] != "dynamic" or len(labels) < 2:
            return [(labels[0], self._keyed(self.body(body, depth + 1), tree))]
        inner = next((one for one in blocks(body) if labels_of(one)[0] == "content"), None)
        if inner is None:
            return []
        iterator = Node(Unknown(f"{labels[1]}.value"))
        evaluator = Evaluator(self.module, self.file, {**self.own, labels[1]: iterator})
        return [(labels[1], self._keyed(evaluator.body(body_of(inner), depth + 1), tree))]

    def _keyed(self, node: Node, tree: Any) -> Node:
        return Node(node.value, node.place, self.place(tree))

    # --- expressions

    def value(self, tree: Any, depth: int = 0) -> Node:
        """Return what an expression is."""
        if depth > MAX_DEPTH:
            return Node(Unknown("nested too deep"))
        kind = getattr(tree, "data", "")
        if kind == "expr_term":
            inner = [child for child in tree.children if getattr(child, "data", "") not in SPACE]
            inner = [child for child in inner if not is_token(child)] or inner
            found = self.value(inner[0], depth + 1) if inner else NOTHING
            return (
                found
                if found.place.line
                else Node(found.value, self.place(tree), found.key, found.text, found.block)
            )
        evaluate = EXPRESSIONS.get(str(kind))
        return evaluate(self, tree, depth + 1) if evaluate else Node(Unknown(str(kind)))

    def named(self, names: list[str], depth: int) -> Node:
        """Return what a traversal such as ``aws_sqs_queue.orders.arn`` stands for."""
        first = names[0]
        if first in self.own:
            return self.own[first]
        if first == "var" and len(names) > 1:
            return inside(self.module.variables.get(names[1], Node(Unknown(f"var.{names[1]}"))), names[2:])
        if first == "local" and len(names) > 1:
            return inside(self._local(names[1], depth), names[2:])
        if first == "path":
            return Node(".", text=".")
        if first == "module" and len(names) > 2:
            return Node(Reference(self.module.scope, f"module.{names[1]}", names[2]))
        if first == "data" and len(names) > 2:
            return self._data(names, depth)
        if len(names) > 1 and f"{first}.{names[1]}" in self.module.resources:
            attribute = attribute_word(first, names[2]) if len(names) > 2 else "Arn"
            return Node(Reference(self.module.scope, f"{first}.{names[1]}", attribute))
        if len(names) > 2 and first.startswith("aws_"):  # of another file: its type is known all the same
            return Node(Reference(self.module.scope, f"{first}.{names[1]}", attribute_word(first, names[2])))
        return Node(Unknown(".".join(names)))

    def _local(self, name: str, depth: int) -> Node:
        if name not in self.module.locals:
            return Node(Unknown(f"local.{name}"))
        tree, file = self.module.locals[name]
        return Evaluator(self.module, file).value(tree, depth + 5)

    def _data(self, names: list[str], depth: int) -> Node:
        address = ".".join(names[:3])
        if address in self.module.data:
            tree, file = self.module.data[address]
            body = Evaluator(self.module, file).body(tree, depth + 5)
            return policy_document(body) if names[1] == "aws_iam_policy_document" else rendered(body)
        if names[1] in ("aws_region", "aws_caller_identity", "aws_partition"):
            return Node(Text(f"${{{'.'.join(names)}}}", {}))
        attribute = attribute_word(names[1], names[3]) if len(names) > 3 else "Arn"
        return Node(Reference(self.module.scope, address, attribute))


def rendered(body: Node) -> Node:
    """Return the text of a ``template_file`` or ``local_file``."""
    template, path = body.any("Template", "Filename"), body.get("Filename").template
    if isinstance(template.value, FileText):
        return Node(FileText(template.value.path, body.get("Vars").mapping), template.place)
    known = bool(path) and "${" not in path
    return Node(FileText(path, {}), body.place) if known else Node(Unknown("template"), body.place)


def policy_document(body: Node) -> Node:
    """Return an ``aws_iam_policy_document`` as a policy; unknown where another document is mixed in."""
    if any(key.endswith(("PolicyDocuments", "Json")) for key in body.mapping):
        return Node(Unknown("policy document"), body.place)
    statements = []
    for item in body.get("Statement").items:
        words = {"Effect": "Effect", "Actions": "Action", "Resources": "Resource", "Condition": "Condition"}
        found = {word: item.get(key) for key, word in words.items() if item.get(key).there}
        if item.get("NotActions").there:
            found["NotAction"] = item.get("NotActions")
        statements.append(Node(found, item.place, item.key))
    return Node({"Statement": Node(tuple(statements))}, body.place)
