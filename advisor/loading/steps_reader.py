"""Entries to the steps of a project: single ones, branches, lists, choices and waits."""

from __future__ import annotations

import re
from math import isfinite

from advisor.knowledge.answers import (
    FIELD,
    OPERATORS,
    PLACED_WAITS,
    Choice,
    FieldCondition,
    ForEach,
    Operator,
    Parallel,
    Part,
    PlacedWait,
    Step,
)
from advisor.loading.entry_reader import EntryReader
from advisor.loading.yaml_nodes import Entry

MAX_STEPS = 100
MAX_FIELD = 200
_STEP = ("name", "service")
_BLOCKS = {
    "parallel": ("parallel",),
    "for_each": ("for_each",),
    "choice": ("choice", "then", "otherwise"),
    "wait": ("wait",),
}
_FOREIGN = re.compile(r"[\x00-\x1f\x7f]|[$%]\{|\{%|%\}|\{\{")  # what a definition would take for its own


class StepsReader(EntryReader):
    """Checks the entries of ``project.steps`` and keeps every problem."""

    def flow(self, entry: Entry | None, what: str) -> tuple[Part, ...]:
        """Return the parts of a list of steps, in order."""
        if entry is None or entry.value is None:
            return ()
        if not isinstance(entry.value, tuple):
            self.say(entry.place, f"{what}: a list of steps is expected; found {entry.kind}.")
            return ()
        if len(entry.items) > MAX_STEPS:
            self.say(entry.place, f"{what}: at most {MAX_STEPS} steps are expected.")
        return tuple(part for item in entry.items if (part := self._part(item)))

    def _part(self, entry: Entry) -> Part | None:
        if isinstance(entry.value, str):
            name = self.text(entry, "name")
            return Step(name) if name.strip() else None
        kind = next((key for key in _BLOCKS if key in entry.mapping), "")
        if not kind:
            return self._step(entry)
        self.known_keys(entry, _BLOCKS[kind])
        if kind == "choice":
            return self._choice(entry)
        if kind == "wait":
            return self._wait(entry.mapping[kind])
        if kind == "parallel":
            branches = self._branches(entry.mapping[kind])
            return Parallel(branches) if branches else None
        steps = self.flow(entry.mapping[kind], "for_each")
        return ForEach(steps) if steps else None

    def _branches(self, entry: Entry) -> tuple[tuple[Part, ...], ...]:
        if not entry.items:
            self.say(entry.place, f"parallel: a list of branches is expected; found {entry.kind}.")
        found = []
        for item in entry.items:
            single = not isinstance(item.value, tuple)
            found.append(self.flow(Entry((item,), item.place) if single else item, "a branch"))
        return tuple(branch for branch in found if branch)

    def _wait(self, entry: Entry) -> PlacedWait | None:
        if entry.value in PLACED_WAITS:
            return PlacedWait(str(entry.value))
        self.expected("wait", entry, f"one of {', '.join(PLACED_WAITS)}", PLACED_WAITS)
        return None

    def _choice(self, entry: Entry) -> Choice | None:
        condition = self._condition(entry.mapping["choice"])
        then = self.flow(entry.mapping.get("then"), "then")
        otherwise = self.flow(entry.mapping.get("otherwise"), "otherwise")
        if not (then or otherwise) and isinstance(entry.mapping["choice"].value, dict):
            self.say(entry.place, "a choice needs steps: 'then', 'otherwise' or both.")
            return None
        return Choice(condition, then, otherwise) if condition else None

    def _condition(self, entry: Entry) -> FieldCondition | None:
        if not self.is_mapping(entry, "choice", ("field", *OPERATORS)):
            return None
        field = self._field(entry)
        given = [key for key in OPERATORS if key in entry.mapping]
        if len(given) != 1:
            found, expected = " and ".join(given) or "none", ", ".join(OPERATORS)
            self.say(
                entry.place,
                f"choice: one of {expected} is expected beside 'field'; found {found}.",
            )
            return None
        value = self._value(given[0], entry.mapping[given[0]])
        return FieldCondition(field, given[0], value) if field and value is not None else None

    def _field(self, entry: Entry) -> str:
        given = entry.mapping.get("field")
        text = self.text(given, "field")
        if re.fullmatch(FIELD, text) and len(text) <= MAX_FIELD:
            return text
        self.expected(
            "field",
            given or entry,
            "a name in the payload, or names joined by dots (letters, digits and '_')",
            (),
        )
        return ""

    def _value(self, operator: Operator, entry: Entry) -> str | bool | int | float | None:
        value = entry.value
        if operator == "present":
            if isinstance(value, bool):
                return value
            self.expected(operator, entry, "true or false", ("true", "false"))
            return None
        number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
        if operator != "equals":
            if number:
                return value  # type: ignore[return-value]
            self.expected(operator, entry, "a number", ())
            return None
        if number or isinstance(value, bool):
            return value  # type: ignore[return-value]
        if isinstance(value, str) and 0 < len(value) <= MAX_FIELD and not _FOREIGN.search(value):
            return value
        expected = (
            f"a number, true, false or text of at most {MAX_FIELD} characters without '${{', '{{{{' and '{{%'"
        )
        self.expected(operator, entry, expected, ())
        return None

    def _step(self, entry: Entry) -> Step | None:
        if not self.is_mapping(entry, "a step", (*_STEP, *_BLOCKS)):
            return None
        name = self.text(entry.mapping.get("name"), "name")
        if not name.strip():
            self.say(entry.place, "a step needs a name.")
        targets = self.questionnaire.by_key.get("targets")
        services = [str(choice.value) for choice in targets.choices] if targets else []
        service = entry.mapping.get("service")
        if service is None or service.value is None:
            return Step(name)
        if service.value not in services:
            self.expected("service", service, f"one of {', '.join(services)}", services)
            return None
        return Step(name, str(service.value))
