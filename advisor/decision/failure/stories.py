"""What happens to a unit of work that keeps failing: a timeline for each option, from the limits' figures."""

from __future__ import annotations

from advisor.decision.failure.destinations_timeline import handover_story
from advisor.decision.failure.inputs import Case
from advisor.decision.failure.step_functions_timeline import execution_story
from advisor.decision.recommendation import FailureStory
from advisor.knowledge.questions import Settled
from advisor.knowledge.rules import EXPRESS, STANDARD, RuleBase


def failure_stories(
    rule_base: RuleBase, settled: Settled, verdict_type: str | None
) -> tuple[FailureStory, ...]:
    """Return the story of Destinations and of Step Functions, whichever is recommended.

    ``verdict_type``: the recommended workflow type; where None, Express if the caller waits for the result,
    else Standard.
    """
    services = rule_base.questionnaire.by_key["targets"].choices
    labels = {str(choice.value): choice.label for choice in services}
    case = Case(settled.facts.values, rule_base.aws, labels)
    waiting = case.facts.get("caller_waits_for") == "result"
    workflow_type = verdict_type or (EXPRESS if waiting else STANDARD)
    return handover_story(case), execution_story(case, workflow_type)
