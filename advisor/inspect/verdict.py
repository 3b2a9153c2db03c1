"""Whether a system is built as advised, and what it would take where it is not."""

from __future__ import annotations

from advisor.decision.recommendation import Recommendation
from advisor.inspect.inspection import Move
from advisor.inspect.model import Outcome, System
from advisor.knowledge.rules import BOTH, DESTINATIONS, EXPRESS, NEITHER, STANDARD, STEP_FUNCTIONS, RuleBase

_OPTIONS = {
    "destinations": DESTINATIONS,
    "stream-destinations": DESTINATIONS,
    "step-functions-standard": STEP_FUNCTIONS,
    "step-functions-express": STEP_FUNCTIONS,
    "both": BOTH,
    "neither": NEITHER,
}
_DELIVERY: tuple[Outcome, ...] = ("success", "failure", "stream-failure")


def agrees(system: System, recommendation: Recommendation) -> bool:
    """Return whether the advice is what is built; it is not held against files that answer nothing.

    A tie agrees with both options, Step Functions with destinations around the machine; a workflow type
    counts where the files name one. What a durable function does is in its code, which is not read.
    """
    verdict, built = recommendation.verdict, _OPTIONS[system.approach]
    if not recommendation.answers.requirements or any(one.durable for one in system.functions):
        return True
    if verdict.option == STEP_FUNCTIONS and built == BOTH:  # destinations at the edges do no harm
        return not _other_type(system, recommendation)
    if verdict.option != built:
        return verdict.strength == "tied" and built in _equal(recommendation)
    return not _other_type(system, recommendation)


def _equal(recommendation: Recommendation) -> set[str]:
    """Return the options with as many points as the one advised."""
    ahead = recommendation.decision.card(recommendation.verdict.option).score
    cards = (recommendation.decision.destinations, recommendation.decision.step_functions)
    return {card.option for card in cards if card.viable and card.score == ahead}


def _other_type(system: System, recommendation: Recommendation) -> bool:
    advised = recommendation.verdict.workflow_type
    types = {machine.type for machine in system.machines if not machine.is_nested}
    return advised is not None and types in ({STANDARD}, {EXPRESS}) and advised not in types


def move(system: System, recommendation: Recommendation, rule_base: RuleBase) -> Move:
    """Return what goes, comes and stays, and when it would pay."""
    advised = recommendation.verdict.option
    machines = [machine.id for machine in system.machines]
    configured = [one.id for one in system.functions if one.outcomes(*_DELIVERY)]
    goes: list[str] = []
    comes: list[str] = []
    if advised in (DESTINATIONS, NEITHER):
        goes += [f"state machine {name}, its role and its log group" for name in machines]
    if advised in (STEP_FUNCTIONS, NEITHER):
        goes += [f"destinations of {name}" for name in configured]
    if advised in (DESTINATIONS, BOTH) and not configured:
        comes.append("an asynchronous configuration with a failure destination for each function")
    if advised in (STEP_FUNCTIONS, BOTH):
        kind = (recommendation.verdict.workflow_type or STANDARD).capitalize()
        if not machines:
            comes.append(f"a state machine ({kind}) with role, log group and alarms")
        elif _other_type(system, recommendation):
            goes += [f"state machine {name}, as the type cannot be changed" for name in machines]
            comes.append(f"a new state machine ({kind}) with the same definition")
    if advised == NEITHER:
        comes += [item.title for item in recommendation.alternatives[:1]]
    stays = [f"function {one.id}" for one in system.functions]
    return Move(tuple(goes), tuple(comes), tuple(stays), _pays(recommendation))


def _pays(recommendation: Recommendation) -> str:
    """Return when the move would pay, from the strongest reason and what can change the advice."""
    strength = recommendation.verdict.strength
    if recommendation.open_questions:
        asked = ", ".join(recommendation.open_questions[:3])
        return f"Only once {asked} is answered the same way; the files leave it open."
    if strength == "clear":
        return "With the next change of the flow: what is known speaks clearly for it."
    return "Not now: the two options are close. It pays when a requirement changes."
