"""Terraform files: those of one folder are one module."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from advisor.errors import Place
from advisor.inspect.reading.cloudformation import local
from advisor.inspect.reading.document import Child, Document, Resource
from advisor.inspect.reading.hcl_trees import attributes, blocks, body_of, labels_of
from advisor.inspect.reading.hcl_values import KNOWN_DATA, Evaluator, Module
from advisor.inspect.reading.intrinsics import Budget
from advisor.inspect.reading.source import CannotRead, Note
from advisor.inspect.reading.terraform_modules import makes_nothing, resource_of
from advisor.inspect.reading.terraform_types import converted
from advisor.inspect.values import NOTHING, Node, Unknown

EXTRA = "lambda-flow-advisor[inspect]"
MAX_BLANKS = 1_000
_BLANKS = re.compile(r"\s+")
_PASSED = ("source", "version", "providers", "count", "for_each", "depends_on")


class Parsed(Struct, frozen=True):
    """One file as a parse tree."""

    file: str
    body: Any


def parse(text: str, file: str) -> Parsed:
    """Return the parse tree of a file. Raises CannotRead where it is not valid, or no parser is installed."""
    try:
        import hcl2
        from lark.exceptions import LarkError
    except ImportError:
        because = f"Terraform files need an extra: pip install '{EXTRA}'."
        raise CannotRead(Place(file), because) from None
    blanks = next((match for match in _BLANKS.finditer(text) if len(match[0]) > MAX_BLANKS), None)
    if blanks is not None:  # the parser takes time that grows with the square of them
        line = text.count("\n", 0, blanks.start()) + 1
        raise CannotRead(Place(file, line, 1), f"there are more than {MAX_BLANKS:,} blanks in a row.")
    try:
        tree = hcl2.parses_to_tree(text)
    except (LarkError, RecursionError) as error:
        line, column = getattr(error, "line", 1), getattr(error, "column", 1)
        place = Place(file, line if isinstance(line, int) and line > 0 else 1, max(column or 1, 1))
        raise CannotRead(place, "this is not valid Terraform, or newer than the parser.") from None
    return Parsed(file, tree.children[0])


def read(parsed: list[Parsed], folder: str, arguments: Mapping[str, Node] | None = None) -> Document:
    """Return the module in a folder; ``arguments`` are what its caller passes."""
    module = _module(parsed, folder, arguments or {})
    resources: list[Resource] = []
    outputs: dict[str, Node] = {}
    children: list[Child] = []
    notes: list[Note] = []
    for one in parsed:
        evaluator = Evaluator(module, one.file)
        for block in blocks(one.body):
            labels, place = labels_of(block), evaluator.place(block)
            if labels[0] == "resource" and len(labels) == 3:
                resources.append(_resource(labels, evaluator, block, place))
            elif labels[0] == "output" and len(labels) == 2:
                outputs[labels[1]] = evaluator.body(body_of(block)).get("Value")
            elif labels[0] == "module" and len(labels) == 2:
                found = _child(labels[1], evaluator, block, place)
                children += [found] if isinstance(found, Child) else []
                resources += [found] if isinstance(found, Resource) else []
                notes += [found] if isinstance(found, Note) else []
    return Document(
        kind="terraform",
        scope=folder,
        files=tuple(one.file for one in parsed),
        resources=tuple(resources),
        outputs=outputs,
        children=tuple(children),
        notes=tuple(notes),
    )


def _resource(labels: list[str], evaluator: Evaluator, block: Any, place: Place) -> Resource:
    kind, properties = converted(labels[1], evaluator.body(body_of(block)))
    return Resource(
        scope=evaluator.module.scope,
        id=f"{labels[1]}.{labels[2]}",
        type=kind,
        properties=properties,
        place=place,
    )


def _child(name: str, evaluator: Evaluator, block: Any, place: Place) -> Child | Resource | Note | None:
    """Return a module that stands in a folder here, what a well-known one makes, or a note about another."""
    given = {key: evaluator.value(tree) for key, tree in attributes(body_of(block))}
    source = given.get("source", NOTHING).string or ""
    made = resource_of(source, given)
    if made is not None and makes_nothing(given):
        return None
    if made is not None:
        kind, properties = made
        return Resource(
            scope=evaluator.module.scope, id=f"module.{name}", type=kind, properties=properties, place=place
        )
    if not source.startswith(".") or not local(source):
        return Note(place, f"the module {source[:100] or name} is not in these files.")
    arguments = {key: value for key, value in given.items() if key not in _PASSED}
    return Child(f"module.{name}", source, arguments, place)


def _module(parsed: list[Parsed], folder: str, arguments: Mapping[str, Node]) -> Module:
    """Return the names of a module: variables with their values, locals, and the resources there are."""
    variables: dict[str, Node] = {}
    local_trees: dict[str, tuple[Any, str]] = {}
    data: dict[str, tuple[Any, str]] = {}
    resources: set[str] = set()
    empty = Module(folder, {}, {}, {}, frozenset(), Budget(10_000_000))
    for file, labels, body in _every_block(parsed):
        if labels[0] == "variable" and len(labels) == 2:
            default = Evaluator(empty, file).body(body).get("Default")
            known = default if default.there and default.string != "" else Node(Unknown(f"var.{labels[1]}"))
            variables[labels[1]] = arguments.get(labels[1], known)
        elif labels[0] == "locals":
            local_trees.update({name: (tree, file) for name, tree in attributes(body)})
        elif labels[0] == "data" and labels[1] in KNOWN_DATA and len(labels) == 3:
            data[".".join(labels)] = (body, file)
        elif labels[0] == "resource" and len(labels) == 3:
            resources.add(f"{labels[1]}.{labels[2]}")
    return Module(folder, variables, local_trees, data, frozenset(resources), Budget(10_000_000))


def _every_block(parsed: list[Parsed]) -> Iterator[tuple[str, list[str], Any]]:
    for one in parsed:
        for block in blocks(one.body):
            labels = labels_of(block)
            if labels:
                yield one.file, labels, body_of(block)
