"""State machine definitions in the Amazon States Language, in JSON or YAML, JSONPath or JSONata."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping

from msgspec import Struct

from advisor.errors import Place
from advisor.inspect.definition import Catcher, Definition, Graph, Retrier, State
from advisor.inspect.reading.intrinsics import Budget, concatenated
from advisor.inspect.reading.nodes import node_of
from advisor.inspect.reading.source import CannotRead, Note, tree
from advisor.inspect.values import NOTHING, PLACEHOLDER, FileText, Node, Reference, Text, Unknown
from advisor.loading.yaml_nodes import Entry

_BARE = re.compile(r"([:\[,]\s*)\$\{([^${}]+)\}(?=\s*[,}\]])")
_INTEGRATION = re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:(?P<rest>.+)")
_FUNCTION = re.compile(r"arn:[^:]*:lambda:[^:]*:[^:]*:function:.+")
_PATTERN = re.compile(r"\.(sync:2|sync|waitForTaskToken)$")
JSONPATH, JSONATA = "jsonpath", "jsonata"


class Written(Struct, frozen=True):
    """A definition as text: where its first line stands, and what its placeholders mean.

    ``line`` is how many lines of the file come before it; None where the text is not the file's own lines.
    """

    text: str
    place: Place
    line: int | None
    substitutions: Mapping[str, Node]


def is_definition(entry: Entry) -> bool:
    """Return whether the document looks like a state machine."""
    return "States" in entry.mapping and "StartAt" in entry.mapping


def from_text(written: Written) -> tuple[Definition, tuple[Note, ...]]:
    """Return the definition in a text. Raises CannotRead where it is none."""
    file = written.place.file
    before = "\n" * (written.line or 0)
    try:
        source = tree(before + written.text, file)
    except CannotRead as error:
        filled = _BARE.sub(lambda match: _filled(match, written.substitutions), written.text)
        if filled == written.text:
            raise _at(error, written) from None
        try:
            source = tree(before + filled, file)
        except CannotRead as again:
            raise _at(again, written) from None
    place = None if written.line is not None else written.place
    node = substituted(node_of(source.entry), written.substitutions, place)
    return from_node(node, written.place), source.notes


def _at(error: CannotRead, written: Written) -> CannotRead:
    place = error.note.place if written.line is not None else written.place
    return CannotRead(place, f"the definition cannot be read: {error.note.because}")


def _filled(match: re.Match[str], substitutions: Mapping[str, Node]) -> str:
    """Return a placeholder that stands for a whole value as that value, in JSON."""
    value = substitutions.get(match[2].strip(), NOTHING)
    shown = value.string if value.number is not None or value.flag is not None else None
    return match[1] + (shown.lower() if shown else f'"${{{match[2]}}}"')


def substituted(node: Node, substitutions: Mapping[str, Node], place: Place | None = None) -> Node:
    """Return ``node`` with placeholders filled in where their value is known; all at ``place`` if given."""
    budget = Budget(5_000_000)

    def at(found: Node) -> Node:
        value = found.value
        here, key = (place, place) if place else (found.place, found.key)
        if isinstance(value, Mapping):
            value = {name: at(item) for name, item in value.items()}
        elif isinstance(value, tuple):
            value = tuple(at(item) for item in value)
        elif isinstance(value, str) and "${" in value:
            value = _fill(value, substitutions, budget)
        return Node(value, here, key, found.text, found.block)

    return at(node)


def _fill(text: str, substitutions: Mapping[str, Node], budget: Budget) -> str | Reference | Text | Unknown:
    pieces: list[Node] = []
    end = 0
    for match in PLACEHOLDER.finditer(text):
        pieces.append(Node(text[end : match.start()]))
        name = match[1].strip()
        found = substitutions.get(name, NOTHING)
        pieces.append(found if found.there else Node(Text(match[0], {})))
        end = match.end()
    pieces.append(Node(text[end:]))
    value = concatenated(pieces, budget).value
    if value is None or isinstance(value, Mapping | tuple | FileText):
        return ""
    return str(value) if isinstance(value, bool | int | float) else value


# --- from values to states


def from_node(node: Node, place: Place) -> Definition:
    """Return the definition in ``node``. Raises CannotRead where it has no states."""
    if not node.get("States").mapping:
        raise CannotRead(place, "there are no 'States': this is no state machine definition.")
    language = _language(node, JSONPATH)
    misplaced = node.get("States", "QueryLanguage")
    return Definition(
        place=place,
        language=language,
        timeout=node.any("TimeoutSeconds", "TimeoutSecondsPath"),
        comment=node.get("Comment").string or "",
        misplaced_language=misplaced.key if misplaced.string else None,
        graphs=tuple(_graphs(node, language)),
    )


def _language(node: Node, inherited: str) -> str:
    word = (node.get("QueryLanguage").string or "").lower()
    return word if word in (JSONPATH, JSONATA) else inherited


def _graphs(top: Node, language: str) -> Iterator[Graph]:
    """Yield every graph of states, outer before inner."""
    waiting: deque[tuple[Node, str, int, str, tuple[str, ...]]] = deque([(top, language, 1, "", ())])
    while waiting:
        node, inherited, depth, mode, path = waiting.popleft()
        found = []
        for name, entry in node.get("States").mapping.items():
            if name == "QueryLanguage" and entry.string:
                continue
            state = _state(name, entry, inherited, depth, path)
            found.append(state)
            inner = (*path, name)
            for child, child_mode in _inside(entry):
                waiting.append((child, state.language, depth + 1, child_mode, inner))
        yield Graph(
            start=node.get("StartAt").string or "",
            place=node.any("StartAt", "States").key,
            path=path,
            depth=depth,
            mode=mode,
            states=tuple(found),
        )


def _inside(state: Node) -> Iterator[tuple[Node, str]]:
    """Yield the graphs inside a Parallel or Map state, with how a Map runs them."""
    for branch in state.get("Branches").items:
        yield branch, "parallel"
    processor = state.any("ItemProcessor", "Iterator")
    if processor.mapping:
        mode = (processor.get("ProcessorConfig", "Mode").string or "INLINE").upper()
        kind = (processor.get("ProcessorConfig", "ExecutionType").string or "").lower()
        yield processor, f"distributed-{kind or 'standard'}" if mode == "DISTRIBUTED" else "inline"


def _state(name: str, node: Node, inherited: str, depth: int, path: tuple[str, ...]) -> State:
    resource = node.get("Resource")
    service, pattern = integration_of(resource)
    return State(
        name=name,
        type=node.get("Type").string or "",
        place=node.key,
        path=path,
        depth=depth,
        language=_language(node, inherited),
        node=node,
        resource=resource,
        integration=service,
        pattern=pattern,
        retriers=tuple(_retrier(item) for item in node.get("Retry").items if item.mapping),
        catchers=tuple(_catcher(item) for item in node.get("Catch").items if item.mapping),
    )


def integration_of(resource: Node) -> tuple[str, str]:
    """Return what a Task calls as ``service:action``, and how it waits; empty where the file does not say."""
    text = PLACEHOLDER.sub("_", resource.template)
    if _FUNCTION.fullmatch(text):
        return "lambda:invoke", ""
    match = _INTEGRATION.fullmatch(text)
    if match is None:
        return "", ""
    rest = match["rest"]
    if rest.startswith("activity:"):
        return "states:activity", ""
    pattern = _PATTERN.search(rest)
    service = rest[: pattern.start()] if pattern else rest
    return ("", "") if "_" in service else (service, pattern[1] if pattern else "")


def _retrier(node: Node) -> Retrier:
    return Retrier(
        errors=_errors(node),
        interval=node.get("IntervalSeconds").number,
        attempts=node.get("MaxAttempts").number,
        rate=node.get("BackoffRate").number,
        max_delay=node.get("MaxDelaySeconds").number,
        jitter=(node.get("JitterStrategy").string or "").upper() == "FULL",
        place=node.place,
    )


def _catcher(node: Node) -> Catcher:
    path = node.get("ResultPath")
    named = "ResultPath" in node.mapping
    return Catcher(
        errors=_errors(node),
        next=node.get("Next").string or "",
        result_path=(path.string or "null") if named else "$",
        output="Output" in node.mapping,
        place=node.place,
    )


def _errors(node: Node) -> tuple[str, ...]:
    return tuple(item.string or "" for item in node.get("ErrorEquals").items)
