"""CloudFormation's functions, as far as the file settles them; what it leaves open is unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from advisor.inspect.reading.nodes import node_of
from advisor.inspect.values import NOTHING, Node, Reference, Text, Unknown
from advisor.loading.yaml_nodes import Entry

NO_VALUE = "AWS::NoValue"
PART = "Part"  # the name of a resource, taken out of its ARN
_NAME_IN_ARN = 5
_SHORT = {"Ref": "Ref", "Condition": "Condition"}
_SUB = re.compile(r"\$\{(!?)\s*([^${}]+?)\s*\}")


class Budget:
    """How many characters the functions of one template may still write: small files can ask for much."""

    def __init__(self, characters: int) -> None:
        self.left = characters

    def spend(self, characters: int) -> bool:
        """Take ``characters`` off; return whether they were there."""
        self.left -= characters
        return self.left >= 0


class Scope(Struct, frozen=True, dict=True):
    """The names one template knows: its resources, parameters with the values known, mappings, conditions."""

    name: str
    resources: frozenset[str]
    parameters: Mapping[str, Node]
    mappings: Mapping[str, Entry]
    conditions: Mapping[str, Entry]
    budget: Budget

    def node(self, entry: Entry, depth: int = 0) -> Node:
        """Return ``entry`` with every function in it resolved."""
        return node_of(entry, self.function, depth)

    def function(self, entry: Entry, depth: int) -> Node | None:
        """Return what a function stands for; None for an entry that calls none."""
        name, argument = _call(entry)
        if not name:
            return None
        resolve = _FUNCTIONS.get(name)
        if resolve is None:
            return Node(Unknown(name), entry.place) if name.startswith("Fn::") else None
        found = resolve(self, argument, depth + 1)
        return Node(found.value, entry.place, found.key, found.text, found.block)

    # --- names

    def ref(self, name: str) -> Node:
        """Return what ``Ref`` of ``name`` is."""
        if name == NO_VALUE:
            return NOTHING
        if name in self.resources:
            return Node(Reference(self.name, name))
        found = self.parameters.get(name)
        if found is not None:
            return found
        resource, dot, attribute = name.partition(".")
        if dot and resource in self.resources:  # SAM: the alias or version that it makes for a function
            return Node(Reference(self.name, resource, attribute))
        return Node(Text(f"${{{name}}}", {})) if name.startswith("AWS::") else Node(Unknown(name))

    def attribute(self, name: str, attribute: str) -> Node:
        """Return what ``GetAtt`` of ``name`` is."""
        if name in self.resources:
            return Node(Reference(self.name, name, attribute))
        return Node(Unknown(f"{name}.{attribute}"))

    # --- conditions

    def holds(self, name: str, depth: int = 0) -> bool | None:
        """Return whether the condition ``name`` holds with the parameters' defaults; None where open."""
        entry = self.conditions.get(name)
        return None if entry is None or depth > 20 else self._truth(entry, depth + 1)

    def _truth(self, entry: Entry, depth: int) -> bool | None:
        name, argument = _call(entry)
        if depth > 20:
            return None
        if name == "Condition":
            return self.holds(argument.text, depth)
        if name == "Fn::Equals" and len(argument.items) == 2:
            first, second = (self.node(item, depth).string for item in argument.items)
            return None if first is None or second is None else first == second
        truths = [self._truth(item, depth + 1) for item in argument.items]
        if name == "Fn::Not" and len(truths) == 1:
            return None if truths[0] is None else not truths[0]
        if name in ("Fn::And", "Fn::Or") and truths:
            deciding = name == "Fn::Or"
            return deciding if deciding in truths else None if None in truths else not deciding
        return None


def _call(entry: Entry) -> tuple[str, Entry]:
    """Return the function that ``entry`` calls, by its long name, and its argument."""
    if entry.tag.startswith("!"):
        name = entry.tag[1:]
        return _SHORT.get(name, f"Fn::{name}"), entry
    if len(entry.mapping) == 1:
        ((name, argument),) = entry.mapping.items()
        if name.startswith("Fn::") or (name in _SHORT and not argument.mapping and not argument.items):
            return name, argument
    return "", entry


def _untagged(entry: Entry) -> Entry:
    return Entry(entry.value, entry.place, entry.text, entry.key_places, "", entry.style)


def _ref(scope: Scope, argument: Entry, depth: int) -> Node:
    return scope.ref(argument.text)


def _get_att(scope: Scope, argument: Entry, depth: int) -> Node:
    if argument.items:
        name, *rest = [item.text for item in argument.items]
        return scope.attribute(name, ".".join(rest))
    name, _, attribute = argument.text.partition(".")
    return scope.attribute(name, attribute)


def _sub(scope: Scope, argument: Entry, depth: int) -> Node:
    own: dict[str, Node] = {}
    template = argument
    if argument.items:
        template = argument.items[0]
        given = argument.items[1] if len(argument.items) > 1 else None
        own = {key: scope.node(item, depth) for key, item in (given.mapping if given else {}).items()}
    pieces: list[Node] = []
    end = 0
    for match in _SUB.finditer(template.text):
        pieces.append(Node(template.text[end : match.start()]))
        end = match.end()
        literal, name = match.groups()
        if literal:
            pieces.append(Node(Text(f"${{{name}}}", {})))
        elif name in own:
            pieces.append(own[name])
        else:
            first, dot, attribute = name.partition(".")
            pieces.append(scope.attribute(first, attribute) if dot else scope.ref(name))
    pieces.append(Node(template.text[end:]))
    joined = concatenated(pieces, scope.budget)
    return Node(joined.value, template.place, joined.key, joined.text, template.style in ("|", ">"))


def _join(scope: Scope, argument: Entry, depth: int) -> Node:
    if len(argument.items) != 2:
        return Node(Unknown("Fn::Join"))
    listed = scope.node(argument.items[1], depth)
    if not isinstance(listed.value, tuple):
        return Node(Unknown("Fn::Join"))
    pieces: list[Node] = []
    for number, item in enumerate(listed.value):
        pieces += [Node(argument.items[0].text)] * bool(number) + [item]
    return concatenated(pieces, scope.budget)


def concatenated(pieces: Sequence[Node], budget: Budget) -> Node:
    """Return ``pieces`` as one text; a single reference stays one."""
    known = [piece for piece in pieces if piece.value not in ("", None)]
    if len(known) == 1:
        return known[0]
    parts: dict[str, Reference] = {}
    texts: list[str] = []
    for piece in known:
        value = piece.value
        if isinstance(value, Reference):
            name = f"{value.id}.{value.attribute}"
            parts[name] = value
            texts.append(f"${{{name}}}")
        elif isinstance(value, Text):
            parts.update(value.parts)
            texts.append(value.text)
        elif isinstance(value, Unknown):
            texts.append(f"${{{value.text or 'unknown'}}}")
        elif piece.string is not None:
            texts.append(piece.string)
        else:
            return Node(Unknown("text"))
    if not budget.spend(sum(map(len, texts))):
        return Node(Unknown("text"))
    text = "".join(texts)
    return Node(Text(text, parts)) if parts or "${" in text else Node(text, text=text)


def _select(scope: Scope, argument: Entry, depth: int) -> Node:
    if len(argument.items) == 2:
        index = scope.node(argument.items[0], depth).number
        listed = scope.node(argument.items[1], depth).value
        if isinstance(index, int) and isinstance(listed, tuple) and 0 <= index < len(listed):
            return listed[index]
        if isinstance(listed, Reference) and isinstance(index, int) and index >= _NAME_IN_ARN:
            return Node(Reference(listed.scope, listed.id, PART))
    return Node(Unknown("Fn::Select"))


def _split(scope: Scope, argument: Entry, depth: int) -> Node:
    if len(argument.items) == 2:
        given = scope.node(argument.items[1], depth)
        mark, text = argument.items[0].text, given.string
        if mark == ":" and isinstance(given.value, Reference):  # an ARN: its name is picked out of it
            return given
        if mark and text is not None and scope.budget.spend(len(text)):
            return Node(tuple(Node(piece, text=piece) for piece in text.split(mark)))
    return Node(Unknown("Fn::Split"))


def _find_in_map(scope: Scope, argument: Entry, depth: int) -> Node:
    keys = [scope.node(item, depth).string for item in argument.items[:3]]
    found = scope.mappings.get(keys[0] or "") if keys else None
    for key in keys[1:]:
        found = found.mapping.get(key) if found is not None and key is not None else None
    if found is None or len(keys) != 3 or not scope.budget.spend(len(found.text) + len(found.items)):
        return Node(Unknown("Fn::FindInMap"))
    if any(
        item.mapping or item.items for item in (found, *found.items) if item is not found or found.mapping
    ):
        return Node(Unknown("Fn::FindInMap"))
    return scope.node(found, depth)


def _if(scope: Scope, argument: Entry, depth: int) -> Node:
    if len(argument.items) != 3:
        return Node(Unknown("Fn::If"))
    first, second = (scope.node(item, depth) for item in argument.items[1:])
    if not (first.there and second.there):  # one of them is no value at all: what may be there counts
        return first if first.there else second
    truth = scope.holds(argument.items[0].text)
    if truth is None:
        return Node(Unknown(f"Fn::If {argument.items[0].text}"))
    return first if truth else second


def _as_is(scope: Scope, argument: Entry, depth: int) -> Node:
    return scope.node(_untagged(argument), depth)


def _condition(scope: Scope, argument: Entry, depth: int) -> Node:
    truth = scope.holds(argument.text)
    return Node(Unknown(argument.text)) if truth is None else Node(truth)


_FUNCTIONS: Mapping[str, Callable[[Scope, Entry, int], Node]] = {
    "Ref": _ref,
    "Condition": _condition,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::Base64": _as_is,
    "Fn::ToJsonString": _as_is,
}
