"""Metamorphic laws: what more, fewer or repeated answers may do to the advice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from advisor.decision.scores import Side, Tally
from advisor.decision.verdict import Outcome
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import BOTH, DESTINATIONS, DURABLE_FUNCTIONS, NEITHER, STEP_FUNCTIONS
from tests.decision.test_space import RULES, TABLES, sample

# Needs that only orchestration meets: an answer without it, and one with it.
NEEDS: Mapping[str, tuple[tuple[Answer, Answer], ...]] = {
    "coordination": (("independent", "central"),),
    "waits": (((), ("callback",)), ((), ("human-approval",))),
    "failure_handling": (((), ("compensate",)),),
}
LISTS = tuple(question.key for question in RULES.questionnaire.questions if question.kind == "list")
NOTHING_TO_ROUTE: Mapping[str, Answer] = {
    "steps": 1,
    "parallelism": "none",
    "branching": "none",
    "failure_handling": (),
    "on_success": (),
    "on_failure": (),
    "visibility": "logs",
    "loss": "acceptable",
}


def cases() -> Sequence[Mapping[str, Answer]]:
    """Return some of the sampled answers; the laws of test_space.py look at all of them."""
    return sample()[::6]


def told(answers: Mapping[str, Answer]) -> tuple[Outcome, Tally]:
    fired = TABLES.fired(answers)
    return TABLES.outcome(fired), TABLES.tally(fired)


def viable(tally: Tally) -> set[str]:
    sides: tuple[Side, ...] = (tally.destinations, tally.step_functions, *tally.alternatives)
    return {side.option for side in sides if side.viable}


def consistent(answers: Mapping[str, Answer]) -> bool:
    return not RULES.questionnaire.settle(answers).contradictions


def without(answers: Mapping[str, Answer], key: str) -> Mapping[str, Answer]:
    return {other: value for other, value in answers.items() if other != key}


def orchestrates(outcome: Outcome) -> bool:
    option, _, instead = outcome
    return option in (STEP_FUNCTIONS, BOTH) or (option == NEITHER and instead[:1] == (DURABLE_FUNCTIONS,))


def test_a_need_that_only_orchestration_meets_never_leads_away_from_it() -> None:
    violations = []
    for answers in cases():
        before, _ = told(answers)
        for key, steps in NEEDS.items():
            for less, more in steps:
                if answers.get(key) != less or not orchestrates(before):
                    continue
                after, tally = told({**answers, key: more})
                if not orchestrates(after) and STEP_FUNCTIONS in viable(tally):
                    violations.append((key, less, more, before, after, dict(answers)))
    assert violations == []


def test_none_of_these_for_an_unknown_list_adds_no_option() -> None:
    violations = []
    for answers in cases():
        before, tally = told(answers)
        for key in LISTS:
            if key in answers:
                continue
            if RULES.questionnaire.settle({**answers, key: ()}).dropped:
                continue  # the answer to a question that does not arise any more is not counted
            after, more = told({**answers, key: ()})
            if not viable(more) <= viable(tally) or (after[0] == BOTH != before[0]):
                violations.append((key, viable(more) - viable(tally), before, after, dict(answers)))
    assert violations == []


def test_what_is_told_twice_counts_once() -> None:
    for answers in cases():
        lists = {key: value * 2 for key, value in answers.items() if isinstance(value, tuple)}
        settled = RULES.questionnaire.settle(answers)
        implied = {item.key: item.value for item in settled.implied}
        assert told({**answers, **lists}) == told(answers)
        assert told({**answers, **implied}) == told(answers)


def test_neither_never_names_an_alternative_that_the_answers_exclude() -> None:
    for answers in cases():
        outcome, tally = told(answers)
        assert set(outcome[2]) <= viable(tally), dict(answers)


def nothing_to_route() -> Iterator[Mapping[str, Answer]]:
    """Yield answers of one unit of work with no outcome to keep or to hand on, all else as sampled."""
    for answers in cases():
        rest = without(without(answers, "replay_payload"), "max_parallel_items")
        if consistent(made := {**rest, **NOTHING_TO_ROUTE}):
            yield made


def test_nothing_to_route_never_yields_an_option_that_routes() -> None:
    violations = []
    for answers in nothing_to_route():
        outcome, tally = told(answers)
        if outcome[0] in (DESTINATIONS, BOTH) and "single-function" in viable(tally):
            violations.append((outcome, dict(answers)))
    assert violations == []


def test_a_loss_that_does_no_harm_never_leads_to_destinations() -> None:
    violations = []
    for answers in cases():
        if "loss" not in answers:
            before, _ = told(answers)
            after, _ = told({**answers, "loss": "acceptable"})
            if after[0] == DESTINATIONS != before[0]:
                violations.append((before, after, dict(answers)))
    assert violations == []
