"""Timelines of work that keeps failing, one for each option, with the numbers of the limits."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.decision.failure.alternatives_timeline import alternative_story
from advisor.decision.failure.destinations_timeline import handover_story
from advisor.decision.failure.inputs import Case
from advisor.decision.failure.step_functions_timeline import execution_story
from advisor.decision.recommendation import Design, FailureStory
from advisor.knowledge.questions import Settled
from advisor.knowledge.rules import DESTINATIONS, STEP_FUNCTIONS, RuleBase


def failure_stories(
    rule_base: RuleBase, settled: Settled, designs: Mapping[str, Design], beside: tuple[str, ...] = ()
) -> tuple[FailureStory, ...]:
    """Return the story of Destinations and of Step Functions, after those of the alternatives ``beside``."""
    services = rule_base.questionnaire.by_key["targets"].choices
    labels = {str(choice.value): choice.label for choice in services}
    case = Case(settled.facts.values, rule_base.aws, labels)
    core = designs[STEP_FUNCTIONS]
    return (
        *(alternative_story(case, designs, name) for name in beside),
        handover_story(case, designs[DESTINATIONS].failure.handover),
        execution_story(case, core.failure.execution, core.workflow_type),
    )
