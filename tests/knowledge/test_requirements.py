"""Keys and values of answers that the code names are keys and values of the questionnaire."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import advisor
from advisor.knowledge.requirements import Requirements

QUESTIONNAIRE = advisor.load_rule_base(advisor.rules_folder()).questionnaire
CODE = Path(advisor.__file__).parent
READERS = {"text", "number", "chosen", "flag", "having", "without"}
HOLDERS = {"requirements", "facts"}


def reads(tree: ast.Module) -> Iterator[tuple[ast.Call, list[str]]]:
    """Yield each call that reads answers, with the keys it names: ``requirements.text("retry")``."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        owner = call.func.value
        holder = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        known = call.func.attr == "asked" or (call.func.attr in {*READERS, "get"} and holder in HOLDERS)
        named = call.args if call.func.attr in ("asked", "without") else call.args[:1]
        if known:
            yield call, [word for word in map(_word, named) if word]


def _word(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def compared(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each key with a value that its answer is compared with."""
    keys = {id(call): words[0] for call, words in reads(tree) if words}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        read = [keys[id(side)] for side in sides if id(side) in keys]
        for side in sides:
            elements = side.elts if isinstance(side, ast.Tuple) else [side]
            yield from ((key, word) for key in read for word in map(_word, elements) if word)


TREES = {
    path.relative_to(CODE): ast.parse(path.read_text("utf-8"))
    for room in ("decision", "starter")
    for path in (CODE / room).rglob("*.py")
}


def test_every_key_that_the_code_reads_is_a_question() -> None:
    known = {*QUESTIONNAIRE.by_key, *QUESTIONNAIRE.derived}
    found = [
        (key, f"{path}:{call.lineno}")
        for path, tree in TREES.items()
        for call, keys in reads(tree)
        for key in keys
    ]
    assert len(found) > 100
    assert [place for key, place in found if key not in known] == []


def test_every_value_that_the_code_compares_with_is_a_choice() -> None:
    found = [(key, value, path) for path, tree in TREES.items() for key, value in compared(tree)]
    assert len(found) > 20
    wrong = [
        (key, value, str(path))
        for key, value, path in found
        if value not in {choice.value for choice in QUESTIONNAIRE.by_key[key].choices}
    ]
    assert wrong == []


def test_an_unknown_answer_has_the_plainest_reading() -> None:
    nothing = Requirements({})
    assert (
        nothing.text("retry"),
        nothing.number("steps", 1),
        nothing.chosen("waits"),
        nothing.flag("idempotent"),
    ) == (
        "",
        1,
        (),
        False,
    )
