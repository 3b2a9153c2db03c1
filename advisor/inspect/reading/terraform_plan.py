"""Plans and states of Terraform as JSON: ``terraform show -json``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from advisor.errors import Place
from advisor.inspect.reading.document import Document, Resource
from advisor.inspect.reading.nodes import node_of
from advisor.inspect.reading.source import CannotRead, Source
from advisor.inspect.reading.terraform_types import attribute_word, converted, pascal
from advisor.inspect.values import NOTHING, Node, Reference, Unknown

_INDEX = re.compile(r"\[[^\]]*\]")
_MAX_HOPS = 8
MAX_DEPTH = 60
MAX_REFERENCES = 200


class Written(Struct, frozen=True):
    """The configuration of one module: how each of its resources is written, and the modules it calls.

    ``address`` is where the module is, such as ``module.queue``; ``caller`` is the module that calls it,
    with what is passed.
    """

    address: str
    resources: Mapping[str, Node]
    module: Node
    caller: Written | None = None
    passed: Node = NOTHING


def read(source: Source, file: str) -> Document:
    """Return the resources of a plan, or of a state. Raises CannotRead where there are none."""
    top = node_of(source.entry)
    planned = top.get("planned_values", "root_module")
    root = planned if planned.there else top.get("values", "root_module")
    modules = {
        one.address: one for one in _modules(top.get("configuration", "root_module"), "", None, NOTHING)
    }
    listed = [(address, node) for address, node in _listed(root, "") if node.get("mode").string != "data"]
    if not listed:
        raise CannotRead(Place(file, 1, 1), "this plan or state of Terraform has no resources.")
    resources: dict[str, Resource] = {}
    known = {_INDEX.sub("", node.get("address").string or ""): node.get("values") for _, node in listed}
    for address, node in listed:
        full = node.get("address").string or ""
        plain = _INDEX.sub("", full)
        module = modules.get(_INDEX.sub("", address))
        resource = _resource(plain, node, module, _Names(file, known))
        resources[plain if plain not in resources else full] = (
            resource if plain not in resources else _again(resource, full)
        )
    return Document(
        kind="terraform",
        scope=file,
        files=(file,),
        resources=tuple(resources.values()),
        notes=source.notes,
    )


def _again(resource: Resource, address: str) -> Resource:
    """Return a further instance of a resource with ``count`` or ``for_each``."""
    return Resource(
        scope=resource.scope,
        id=address,
        type=resource.type,
        properties=resource.properties,
        place=resource.place,
    )


def _listed(module: Node, address: str) -> Iterator[tuple[str, Node]]:
    """Yield each resource with the address of its module."""
    waiting = [(module, address)]
    while waiting:
        found, name = waiting.pop()
        for resource in found.get("resources").items:
            yield name, resource
        waiting += [(child, child.get("address").string or "") for child in found.get("child_modules").items]


def _modules(module: Node, address: str, caller: Written | None, passed: Node) -> Iterator[Written]:
    """Yield the configuration of a module, and of those that it calls."""
    resources = {item.get("address").string or "": item for item in module.get("resources").items}
    found = Written(address, resources, module, caller, passed)
    yield found
    if address.count("module.") > MAX_DEPTH:
        return
    for name, call in module.get("module_calls").mapping.items():
        inner = f"{address}.module.{name}" if address else f"module.{name}"
        yield from _modules(call.get("module"), inner, found, call.get("expressions"))


class _Names(Struct, frozen=True):
    """The resources of the plan with their values, by address: references are looked up among them."""

    scope: str
    known: Mapping[str, Node]

    def reference(self, text: str, module: Written, hops: int = 0) -> Node:
        """Return what a reference such as ``aws_sqs_queue.orders.arn`` in ``module`` stands for."""
        names = _INDEX.sub("", text).split(".")
        if hops > _MAX_HOPS or len(names) < 2:
            return Node(Unknown(text))
        if names[0] == "var" and module.caller is not None:
            return self.expression(module.passed.get(names[1]), module.caller, hops + 1)
        if names[0] == "module" and len(names) > 2:
            call = module.module.get("module_calls", names[1])
            address = f"{module.address}.module.{names[1]}" if module.address else f"module.{names[1]}"
            resources = {
                item.get("address").string or "": item for item in call.get("module", "resources").items
            }
            inner = Written(address, resources, call.get("module"), module, call.get("expressions"))
            output = call.get("module", "outputs", names[2], "expression")
            return self.expression(output, inner, hops + 1)
        if names[0] == "data" and len(names) > 2:
            attribute = attribute_word(names[1], names[3]) if len(names) > 3 else "Arn"
            return Node(Reference(self.scope, ".".join(names[:3]), attribute))
        local = f"{names[0]}.{names[1]}"
        address = f"{module.address}.{local}" if module.address else local
        if address not in self.known:
            return Node(Unknown(text))
        attribute = attribute_word(names[0], names[2]) if len(names) > 2 else "Arn"
        return Node(Reference(self.scope, address, attribute))

    def same(self, value: str, written: Node, module: Written) -> Node:
        """Return the reference that ``value`` comes from, where it is nothing but that."""
        for found, planned in self._planned(written, module):
            if planned.string == value:
                return found
        return NOTHING

    def filled(self, value: Node, written: Node, module: Written) -> Node:
        """Return a map with references for what they gave; open ones get keys of their own."""
        planned = list(self._planned(written, module))
        found = {}
        for key, item in value.mapping.items():
            given = [
                one for one, known in planned if known.string is not None and known.string == item.string
            ]
            found[key] = Node(given[0].value, item.place, item.key) if given else item
        open_ = [one for one, known in planned if not known.there]
        return Node(
            {**found, **{f"({number})": one for number, one in enumerate(open_)}}, value.place, value.key
        )

    def _planned(self, written: Node, module: Written) -> Iterator[tuple[Node, Node]]:
        """Yield the references in an expression, each with the value that is planned for it."""
        for item in written.get("references").items[:MAX_REFERENCES]:
            names = _INDEX.sub("", item.string or "").split(".")
            found = self.reference(item.string or "", module) if len(names) == 3 else NOTHING
            if isinstance(found.value, Reference) and found.value.id in self.known:
                yield found, self.known[found.value.id].get(names[2])

    def expression(self, node: Node, module: Written, hops: int = 0) -> Node:
        """Return the value of an expression of the configuration."""
        constant = node.get("constant_value")
        if constant.there:
            return constant
        references = [item.string or "" for item in node.get("references").items]
        resolved = [self.reference(text, module, hops) for text in references]
        found = [one for one in resolved if isinstance(one.value, Reference)]
        if len({one.value.key for one in found if isinstance(one.value, Reference)}) == 1:
            return found[0]
        return resolved[0] if len(resolved) == 1 else Node(Unknown("expression"), node.place)


def _resource(address: str, node: Node, module: Written | None, names: _Names) -> Resource:
    kind = node.get("type").string or ""
    local = address.rpartition("module.")[2].partition(".")[2] if "module." in address else address
    written = module.resources.get(local, NOTHING).get("expressions") if module else NOTHING
    values = _block(node.get("values"), written, module, names)
    word, properties = converted(kind, values)
    return Resource(
        scope=names.scope,
        id=address,
        type=word,
        properties=properties,
        place=node.get("address").key,
    )


def _block(values: Node, written: Node, module: Written | None, names: _Names, depth: int = 0) -> Node:
    """Return a block by its names in CloudFormation's spelling; what is open comes from how it is written."""
    found: dict[str, Node] = {}
    for name in dict.fromkeys([*values.mapping, *written.mapping]):
        value = _value(values.get(name), written.get(name), module, names, depth + 1)
        if value.there and not (isinstance(value.value, tuple) and not value.value):
            found[pascal(name)] = value
    return Node(found, values.place, values.key)


def _value(value: Node, written: Node, module: Written | None, names: _Names, depth: int) -> Node:
    blocks = value.value if isinstance(value.value, tuple) else ()
    if depth < MAX_DEPTH and (_are_blocks(blocks) or (not value.there and _are_blocks(_items(written)))):
        expressions = _items(written)
        made = [
            _block(
                blocks[number] if number < len(blocks) else Node({}, value.place),
                expressions[number] if number < len(expressions) else NOTHING,
                module,
                names,
                depth,
            )
            for number in range(max(len(blocks), 0 if blocks else len(expressions)))
        ]
        made = [Node(one.value, one.place, value.key) for one in made]
        return made[0] if len(made) == 1 else Node(tuple(made), value.place, value.key)
    if module is None or not written.mapping:
        return value
    if not value.there or value.value == "":
        found = names.expression(written, module)
    elif value.mapping:
        found = names.filled(value, written, module)
    elif isinstance(value.value, str):
        found = names.same(value.value, written, module)
    else:
        return value
    return Node(found.value, value.place, value.key, found.text) if found.there else value


def _items(node: Node) -> tuple[Node, ...]:
    return node.value if isinstance(node.value, tuple) else ()


def _are_blocks(items: tuple[Node, ...]) -> bool:
    return bool(items) and all(isinstance(item.value, Mapping) for item in items)
