"""The projects of the workloads, made as ``advisor generate`` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from msgspec.structs import replace

from advisor.decision.recommend import designs_of, recommend
from advisor.decision.recommendation import Recommendation
from advisor.decision.workflow import TAKEN
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import Answer
from advisor.knowledge.names import names
from advisor.loading.answers_writer import dump_answers
from advisor.starter import Blueprint, plan, render
from tests.injection.strings import Workload
from tests.starter.projects import rule_base, versions


@dataclass(frozen=True)
class Made:
    """A workload and what became of it."""

    workload: Workload
    answers: Answers
    blueprint: Blueprint
    files: Mapping[str, str]


@cache
def _advice(requirements: tuple[tuple[str, Answer], ...]) -> Recommendation:
    return recommend(rule_base(), Answers(dict(requirements)))


def advice_on(answers: Answers) -> Recommendation:
    """Return the advice, which names have no part in: it is worked out once for the same requirements."""
    advice = _advice(tuple(answers.requirements.items()))
    return replace(advice, answers=answers, designs=designs_of(rule_base(), answers, advice.decision))


def made(workload: Workload, answers: Answers | None = None) -> Made:
    """Return the project of ``workload``, or of other ``answers`` made the same way."""
    given = workload.answers if answers is None else answers
    recommendation = advice_on(given)
    blueprint = plan(recommendation, versions(), approach=workload.approach)
    files = {file.path: file.text for file in render(blueprint, {"answers.yaml": dump_answers(given)})}
    return Made(workload, given, blueprint, files)


def harmless(project: Made) -> Answers:
    """Return the answers of ``project`` with the words that were made of each text in its place."""
    steps = project.answers.project.units
    made_of = names([step.name for step in steps], "Process request", TAKEN)
    renamed = tuple(replace(step, name=one.words) for step, one in zip(steps, made_of, strict=True))
    return replace(
        project.answers,
        name=project.blueprint.name.words,
        project=replace(project.answers.project, steps=renamed),
    )
