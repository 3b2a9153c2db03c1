"""The approach to build: the one that is asked for, or what the advice names, the best first."""

from __future__ import annotations

from msgspec import Struct

from advisor.decision.recommendation import Recommendation
from advisor.decision.verdict import ranking
from advisor.knowledge.rules import BOTH, DESTINATIONS, EXPRESS, NEITHER, STEP_FUNCTIONS
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.project import Approach
from advisor.starter.blueprint.wiring import WorkflowType
from advisor.starter.plan.alternatives import ALTERNATIVES

TITLES = {
    DESTINATIONS: "Lambda Destinations",
    STEP_FUNCTIONS: "Step Functions",
    BOTH: "Both options together",
    **{name: alternative.title for name, alternative in ALTERNATIVES.items()},
}
APPROACHES = ("auto", DESTINATIONS, STEP_FUNCTIONS, BOTH, *ALTERNATIVES)


class ChosenApproach(Struct, frozen=True):
    """The approach to build and, where there is a state machine, its type."""

    approach: Approach
    workflow_type: WorkflowType | None


def candidates(recommendation: Recommendation, approach: str) -> tuple[str, ...]:
    """Return what to build, the best first.

    Only for ``neither`` there is more than one: after the alternatives that the advice names come those with
    fewer points, and an option among them.
    """
    verdict = recommendation.verdict
    if approach != "auto":
        return (approach,)
    if verdict.option != NEITHER:
        return (verdict.option,)
    ranked = (card.option for card in ranking(recommendation.decision))
    known = (name for name in (*verdict.instead, *ranked) if name in APPROACHES)
    return tuple(dict.fromkeys(known)) or verdict.instead[:1] or ("single-function",)


def chosen(recommendation: Recommendation, option: str) -> ChosenApproach:
    """Return ``option`` with its workflow type. Raises NotSupported where a rule rules it out."""
    if option not in APPROACHES:
        raise NotSupported(
            f"There is no starter for '{option}' yet. For a starter all the same, use --approach "
            "destinations or --approach step-functions."
        )
    if option in ALTERNATIVES:
        _check_alternative(recommendation, option)
        return ChosenApproach(option, None)  # type: ignore[arg-type]
    for wanted in (DESTINATIONS, STEP_FUNCTIONS):
        card = recommendation.decision.card(wanted)
        if option == wanted and not card.viable:
            reasons = " ".join(f"{rule.because} ({rule.id})" for rule in card.ruled_out_by)
            raise NotSupported(
                f"{TITLES[wanted]} cannot do this workload: {reasons} Leave --approach at auto."
            )
    return ChosenApproach(option, _workflow_type(recommendation) if option != DESTINATIONS else None)  # type: ignore[arg-type]


def passed_over(advised: str, built: str, refused: NotSupported) -> str:
    """Return why the project is ``built`` with something else than what was ``advised``."""
    reason = str(refused).split(" Use --approach")[0].rstrip(". ")
    return (
        f"The advice names {TITLES[advised]} first, but the answers cannot be built with it: {reason}. This "
        f"project is the next best: {TITLES[built]}."
    )


def _check_alternative(recommendation: Recommendation, option: str) -> None:
    alternative, runtime = ALTERNATIVES[option], recommendation.answers.project.runtime or "python"
    if runtime in alternative.no_runtimes:
        raise NotSupported(alternative.no_runtimes[runtime])
    card = recommendation.decision.card(option)
    if alternative.constrained and not card.viable:
        reasons = " ".join(f"{rule.because} ({rule.id})" for rule in card.ruled_out_by)
        raise NotSupported(
            f"{alternative.title.capitalize()} cannot do this workload: {reasons} Leave --approach at auto."
        )


def _workflow_type(recommendation: Recommendation) -> WorkflowType:
    decision = recommendation.decision
    if not decision.standard.viable and not decision.express.viable:
        reasons = " ".join(
            rule.because for rule in (*decision.standard.ruled_out_by, *decision.express.ruled_out_by)
        )
        raise NotSupported(f"Neither workflow type can do this workload: {reasons}")
    return "express" if recommendation.designs[STEP_FUNCTIONS].workflow_type == EXPRESS else "standard"
