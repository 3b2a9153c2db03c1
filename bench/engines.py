"""Other rule engines on the same table: run by the interpreter of .venv-bench, prints JSON.

Each engine gets the table in its own language, compiled before the clock runs. The two sums of points are
held equal to those in the input.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

OPTIONS = ("destinations", "step-functions")
Engine = Callable[[dict[str, Any]], tuple[int, int]]


def main() -> None:
    """Read table, answers and expected sums from standard input; print decisions a second of each engine."""
    given = json.load(sys.stdin)
    rules, sets, sums = given["rules"], given["answers"], [tuple(pair) for pair in given["sums"]]
    found = {}
    for name, package, make in (
        ("zen-engine", "zen-engine", zen_engine),
        ("cel-python", "cel-python", cel_python),
        ("json-logic", "json-logic-qubit", json_logic),
    ):
        decided = make(rules)
        few = sets[:20] if name == "cel-python" else sets[:300]
        right = [decided(answers) for answers in few] == sums[: len(few)]
        found[f"{name} {version(package)}"] = {"right": right, "seconds": per_decision(decided, few)}
    json.dump(found, sys.stdout)


def per_decision(decided: Engine, sets: list[dict[str, Any]]) -> float:
    """Return the seconds one decision takes, in the round of a second or more that was disturbed least."""
    rounds: list[float] = []
    began = time.process_time()
    while len(rounds) < 3 or time.process_time() < began + 1:
        start = time.process_time()
        for answers in sets:
            decided(answers)
        rounds.append((time.process_time() - start) / len(sets))
    return min(rounds)


def points(rule: dict[str, Any], option: str) -> int:
    return int(rule["favours"].get(option, 0))


def zen_engine(rules: list[dict[str, Any]]) -> Engine:
    """One expression for each option: the sum of the points of all rules that hold."""
    import zen

    def test(key: str, wanted: Any) -> str:
        if isinstance(wanted, list):
            return f"({key} != null and {key} in {json.dumps(wanted)})"
        ((kind, operand),) = wanted.items()
        if kind == "includes_any":
            return f"({key} != null and some({key}, # in {json.dumps(operand)}))"
        return f"({key} != null and {key} {'>=' if kind == 'at_least' else '<='} {operand})"

    def part(rule: dict[str, Any], given: int) -> str:
        held = " and ".join(test(key, wanted) for key, wanted in rule["when"].items())
        return f"({held} ? {given} : 0)"

    def total(option: str) -> Any:
        parts = [part(rule, points(rule, option)) for rule in rules if points(rule, option)]
        return zen.compile_expression(" + ".join(parts))

    totals = [total(option) for option in OPTIONS]
    return lambda answers: (int(totals[0].evaluate(answers)), int(totals[1].evaluate(answers)))


def cel_python(rules: list[dict[str, Any]]) -> Engine:
    """One program for each rule (one expression of all of them is deeper than the parser takes)."""
    import celpy

    environment = celpy.Environment()

    def test(key: str, wanted: Any) -> str:
        if isinstance(wanted, list):
            return f"(has(a.{key}) && a.{key} in {json.dumps(wanted)})"
        ((kind, operand),) = wanted.items()
        if kind == "includes_any":
            return f"(has(a.{key}) && a.{key}.exists(x, x in {json.dumps(operand)}))"
        return f"(has(a.{key}) && a.{key} {'>=' if kind == 'at_least' else '<='} {operand})"

    def program(rule: dict[str, Any]) -> Any:
        text = " && ".join(test(key, wanted) for key, wanted in rule["when"].items())
        return environment.program(environment.compile(text))

    programs = [(program(rule), points(rule, OPTIONS[0]), points(rule, OPTIONS[1])) for rule in rules]

    def decided(answers: dict[str, Any]) -> tuple[int, int]:
        context = {"a": celpy.json_to_cel(answers)}
        fired = [(one, other) for held, one, other in programs if held.evaluate(context)]
        return sum(one for one, _ in fired), sum(other for _, other in fired)

    return decided


def json_logic(rules: list[dict[str, Any]]) -> Engine:
    """One piece of logic for each option: the sum of the points of all rules that hold."""
    from json_logic import jsonLogic

    def test(key: str, wanted: Any) -> Any:
        answer = {"var": key}
        if isinstance(wanted, list):
            return {"in": [answer, wanted]}
        ((kind, operand),) = wanted.items()
        if kind == "includes_any":
            return {"and": [answer, {"or": [{"in": [value, answer]} for value in operand]}]}
        return {"and": [{"!=": [answer, None]}, {(">=" if kind == "at_least" else "<="): [answer, operand]}]}

    def total(option: str) -> Any:
        return {
            "+": [
                {
                    "if": [
                        {"and": [test(key, wanted) for key, wanted in rule["when"].items()]},
                        points(rule, option),
                        0,
                    ]
                }
                for rule in rules
                if points(rule, option)
            ]
        }

    totals = [total(option) for option in OPTIONS]
    return lambda answers: (int(jsonLogic(totals[0], answers)), int(jsonLogic(totals[1], answers)))


if __name__ == "__main__":
    main()
