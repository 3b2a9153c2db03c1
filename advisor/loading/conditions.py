"""Conditions from YAML, checked against the questionnaire they talk about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from advisor.errors import Place, Problem, did_you_mean
from advisor.knowledge.conditions import AllOf, Answer, AnyOf, Condition, Not, Test, TestKind
from advisor.knowledge.questions import Question
from advisor.loading.yaml_nodes import Entry

_NUMBER_TESTS: tuple[TestKind, ...] = ("at_least", "at_most")
_LIST_TESTS: tuple[TestKind, ...] = ("includes", "includes_any", "only")
_COMBINERS = ("any_of", "all_of", "not")


class ConditionReader(Struct, frozen=True, dict=True):
    """Reads conditions and partial answers in the words of ``questions``; problems go to ``problems``."""

    questions: Mapping[str, Question]
    derived: Sequence[str]
    problems: list[Problem]

    def condition(self, entry: Entry) -> Condition:
        """Return the condition in ``entry``: all keys of a mapping must hold."""
        if not isinstance(entry.value, Mapping) or not entry.mapping:
            self._say(entry.place, f"a condition is a mapping of answers; found {entry.kind}.")
            return AllOf(())
        parts = tuple(self._part(entry, key, value) for key, value in entry.mapping.items())
        return parts[0] if len(parts) == 1 else AllOf(parts)

    def answers(self, entry: Entry) -> Mapping[str, Answer]:
        """Return the partial answers in ``entry``, such as a rule's own case."""
        found: dict[str, Answer] = {}
        if not isinstance(entry.value, Mapping):
            self._say(entry.place, f"answers are a mapping such as {{steps: 3}}; found {entry.kind}.")
        for key, value in entry.mapping.items():
            question = self.questions.get(key)
            if question is None:
                self._unknown_key(entry.place_of(key), key)
                continue
            if question.kind == "list":
                if not isinstance(value.value, tuple):
                    self._say(value.place, f"{key}: a list is expected; found {value.kind}.")
                found[key] = tuple(str(self._value(question, item)) for item in value.items)
            else:
                found[key] = self._value(question, value)
        return found

    def _say(self, place: Place, message: str, hint: str = "") -> None:
        self.problems.append(Problem(place, message, hint))

    def _unknown_key(self, place: Place, key: str) -> None:
        known = [*self.questions, *self.derived, *_COMBINERS]
        self._say(place, f"'{key[:40]}' is not a question.", did_you_mean(key, known))

    def _part(self, parent: Entry, key: str, value: Entry) -> Condition:
        if key == "not":
            return Not(self.condition(value))
        if key in ("any_of", "all_of"):
            if not value.items:
                self._say(value.place, f"{key} is a list of conditions; found {value.kind}.")
            parts = tuple(self.condition(item) for item in value.items)
            return AnyOf(parts) if key == "any_of" else AllOf(parts)
        if key not in self.questions and key not in self.derived:
            self._unknown_key(parent.place_of(key), key)
            return AllOf(())
        return self._test(key, value)

    def _test(self, key: str, value: Entry) -> Condition:
        question = self.questions.get(key)
        kind = question.kind if question else "number"
        if isinstance(value.value, Mapping):
            return self._shaped(key, kind, value)
        if kind == "list":
            self._say(value.place, f"{key} takes several answers: test it with {', '.join(_LIST_TESTS)}.")
            return AllOf(())
        if question is None:
            self._say(value.place, f"{key} is a number: test it with {', '.join(_NUMBER_TESTS)}.")
            return AllOf(())
        entries = self._several(key, value)
        return Test(key, "is", tuple(self._value(question, item) for item in entries))

    def _shaped(self, key: str, kind: str, value: Entry) -> Condition:
        if not value.mapping:
            self._say(value.place, f"{key}: an answer or a test of it is expected; found {value.kind}.")
        allowed = _LIST_TESTS if kind == "list" else _NUMBER_TESTS if kind in ("whole", "number") else ()
        tests: list[Condition] = []
        for name, operand in value.mapping.items():
            test_kind = next((test for test in allowed if test == name), None)
            if test_kind is None:
                fitting = (
                    f"it takes {', '.join(allowed)}" if allowed else "write the value or a list of values"
                )
                self._say(value.place_of(name), f"{key}: '{name[:40]}' is not a test for it; {fitting}.")
                continue
            tests.append(Test(key, test_kind, self._operand(key, test_kind, operand)))
        return tests[0] if len(tests) == 1 else AllOf(tuple(tests))

    def _operand(self, key: str, kind: TestKind, operand: Entry) -> tuple[Answer, ...]:
        if kind in _NUMBER_TESTS:
            if isinstance(operand.value, bool) or not isinstance(operand.value, int | float):
                self._say(operand.place, f"{key}: {kind} takes a number; found {operand.kind}.")
                return (0,)
            return (operand.value,)
        entries = operand.items if kind == "only" and operand.value == () else self._several(key, operand)
        return tuple(self._value(self.questions[key], item) for item in entries)

    def _several(self, key: str, entry: Entry) -> tuple[Entry, ...]:
        """Return the answers in ``entry``, one or a list of them; none are a problem."""
        if entry.value == ():
            self._say(entry.place, f"{key}: at least one answer is expected; found {entry.kind}.")
        return entry.items if isinstance(entry.value, tuple) else (entry,)

    def _value(self, question: Question, entry: Entry) -> Answer:
        if question.kind in ("whole", "number"):
            if isinstance(entry.value, bool) or not isinstance(entry.value, int | float):
                self._say(entry.place, f"{question.key}: a number is expected; found {entry.kind}.")
                return 0
            if not question.minimum <= entry.value <= question.maximum:
                within = f"from {question.minimum:,.15g} to {question.maximum:,.15g}"
                self._say(entry.place, f"{question.key}: a number {within} is expected; found {entry.text}.")
            return entry.value
        if question.choice(entry.value) is None:
            values = [str(choice.value) for choice in question.choices]
            hint = did_you_mean(entry.text, values) or f"Known are {', '.join(values)}."
            self._say(entry.place, f"{question.key} has no value '{entry.text[:40] or entry.kind}'.", hint)
            return entry.text
        return entry.value if isinstance(entry.value, str | bool) else entry.text
