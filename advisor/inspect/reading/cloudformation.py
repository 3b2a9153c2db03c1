"""SAM and CloudFormation templates, in YAML or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from advisor.errors import Place
from advisor.inspect.reading.document import Child, Document, Resource
from advisor.inspect.reading.intrinsics import Budget, Scope
from advisor.inspect.reading.source import CannotRead, Note, Source
from advisor.inspect.values import Node, Unknown
from advisor.loading.yaml_nodes import Entry

CONNECTOR = "AWS::Serverless::Connector"
SAM = "AWS::Serverless-2016-10-31"
NESTED = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
_PLACEHOLDER_TYPES = ("AWS::SSM::Parameter::",)  # the default is the name of a parameter, not its value


def is_template(entry: Entry) -> bool:
    """Return whether the document looks like a template."""
    return bool(entry.mapping.get("Resources", Entry(None, Place(""))).mapping)


def read(source: Source, file: str, arguments: Mapping[str, Node] | None = None) -> Document:
    """Return the template in ``source``; ``arguments`` are what a parent passes for its parameters.

    Raises CannotRead where there are no resources.
    """
    top = source.entry
    if not is_template(top):
        raise CannotRead(Place(file, 1, 1), "there is no mapping 'Resources': this is no whole template.")
    scope = _scope(top, file, arguments or {})
    notes = [*source.notes, *_included(top)]
    resources: list[Resource] = []
    for name, entry in top.mapping["Resources"].mapping.items():
        place = top.mapping["Resources"].place_of(name)
        kind = entry.mapping.get("Type")
        if not entry.mapping or kind is None or not kind.text:
            if not name.startswith("Fn::"):
                notes.append(Note(place, f"the resource '{name[:60]}' has no type."))
        else:
            resources.append(_resource(name, kind.text, entry, place, scope))
    sam = _is_sam(top, resources)
    return Document(
        kind="sam" if sam else "cloudformation",
        scope=file,
        files=(file,),
        resources=tuple(resources),
        outputs=_outputs(top, scope),
        children=tuple(_children(resources)),
        globals=scope.node(top.mapping["Globals"]) if sam and "Globals" in top.mapping else Node(None),
        metadata=scope.node(top.mapping["Metadata"]) if "Metadata" in top.mapping else Node(None),
        connectors=any(_connects(entry) for entry in top.mapping["Resources"].mapping.values()),
        notes=tuple(notes),
    )


def _connects(resource: Entry) -> bool:
    kind = resource.mapping.get("Type")
    return "Connectors" in resource.mapping or (kind is not None and kind.text == CONNECTOR)


def _scope(top: Entry, file: str, arguments: Mapping[str, Node]) -> Scope:
    def section(name: str) -> Mapping[str, Entry]:
        return top.mapping[name].mapping if name in top.mapping else {}

    given = {name: arguments.get(name, _default(entry)) for name, entry in section("Parameters").items()}
    ids = frozenset(section("Resources"))
    budget = Budget(50_000_000)
    return Scope(file, ids, given, section("Mappings"), section("Conditions"), budget)


def _default(parameter: Entry) -> Node:
    """Return the value that a parameter has unless somebody gives another; unknown where it has none."""
    default, kind = parameter.mapping.get("Default"), parameter.mapping.get("Type")
    looked_up = kind is not None and kind.text.startswith(_PLACEHOLDER_TYPES)
    if default is None or default.value is None or looked_up:
        return Node(Unknown("parameter"))
    if kind is not None and kind.text in ("CommaDelimitedList", "List<Number>", "List<String>"):
        return Node(tuple(Node(item.strip(), text=item.strip()) for item in default.text.split(",")[:1000]))
    return Node(default.text, text=default.text)


def _resource(name: str, kind: str, entry: Entry, place: Place, scope: Scope) -> Resource:
    nothing = Entry({}, entry.place)
    return Resource(
        scope=scope.name,
        id=name,
        type=kind,
        properties=scope.node(entry.mapping.get("Properties", nothing)),
        place=place,
        metadata=scope.node(entry.mapping.get("Metadata", nothing)),
    )


def _is_sam(top: Entry, resources: list[Resource]) -> bool:
    transform = top.mapping.get("Transform")
    named = [item.text for item in (transform, *transform.items)] if transform else []
    return SAM in named or any(resource.type.startswith("AWS::Serverless::") for resource in resources)


def _outputs(top: Entry, scope: Scope) -> Mapping[str, Node]:
    section = top.mapping.get("Outputs")
    return {
        name: scope.node(entry.mapping["Value"])
        for name, entry in (section.mapping if section else {}).items()
        if "Value" in entry.mapping
    }


def _included(top: Entry) -> list[Note]:
    """Return a note for each part that another file or a macro would fill in."""
    found = []
    waiting = [top]
    while waiting:
        entry = waiting.pop()
        waiting += (*entry.mapping.values(), *entry.items)
        transform = entry.mapping.get("Fn::Transform") or (entry if entry.tag == "!Transform" else None)
        name = transform.mapping.get("Name") if transform else None
        if name is not None:
            found.append(Note(entry.place, f"what {name.text[:60]} fills in is not in this file."))
    return found


def _children(resources: list[Resource]) -> list[Child]:
    """Return the nested stacks whose templates are files beside this one."""
    found = []
    for resource in resources:
        location = resource.properties.get(NESTED.get(resource.type, "-"))
        asset = resource.metadata.get("aws:asset:path").string
        path = asset or location.string
        if resource.type in NESTED and path and local(path):
            parameters = resource.properties.get("Parameters").mapping
            found.append(Child(resource.id, path, parameters, resource.place))
    return found


def local(path: str) -> bool:
    """Return whether ``path`` is relative: no address and no absolute path."""
    return bool(path) and "://" not in path and "\\" not in path and not PurePosixPath(path).is_absolute()
