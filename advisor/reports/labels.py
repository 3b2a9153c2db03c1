"""Names and labels that all report formats share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.decision.decide import Decision
from advisor.decision.recommendation import BreakEven, ComparisonRow, Flip, OptionCost, Recommendation
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question
from advisor.knowledge.rules import (
    BOTH,
    DESTINATIONS,
    DURABLE_FUNCTIONS,
    EXPRESS,
    NEITHER,
    SCORED,
    STANDARD,
    STEP_FUNCTIONS,
    RuleBase,
)

NAMES: Mapping[str, str] = {
    DESTINATIONS: "Lambda Destinations",
    STEP_FUNCTIONS: "Step Functions",
    STANDARD: "Step Functions Standard",
    EXPRESS: "Step Functions Express",
    DURABLE_FUNCTIONS: "Lambda durable functions",
}

_TYPES = {STANDARD: "Standard", EXPRESS: "Express", None: ""}


def option_name(option: str, rule_base: RuleBase) -> str:
    """Return the name of an option, workflow type or alternative."""
    if option == BOTH:
        return "both together"
    if option in NAMES:
        return NAMES[option]
    return next((item.title for item in rule_base.alternatives if item.id == option), option)


def compared_names(recommendation: Recommendation) -> tuple[str, ...]:
    """Return the names of what stands side by side: both options, and the alternative that is named first."""
    beside = [item.title for item in recommendation.alternatives if item.id == _beside(recommendation)]
    return (NAMES[DESTINATIONS], NAMES[STEP_FUNCTIONS], *beside)


def _beside(recommendation: Recommendation) -> str:
    """Return the alternative beside the options; only durable functions where an option is recommended."""
    rows = recommendation.comparison
    named = recommendation.verdict.instead[:1]
    if recommendation.verdict.option != NEITHER:
        named = (DURABLE_FUNCTIONS,)
    return next((key for key in named if rows and key in rows[0].alternatives), "")


def compared(row: ComparisonRow, recommendation: Recommendation) -> tuple[str, ...]:
    """Return the cells of one topic, in the order of the names."""
    beside = _beside(recommendation)
    return (row.destinations, row.step_functions, *([row.alternatives[beside]] if beside else []))


def priced(recommendation: Recommendation) -> tuple[OptionCost, ...]:
    """Return what has a cost to show: the alternative that is recommended, then the ways compared."""
    cost, verdict = recommendation.cost, recommendation.verdict
    first = verdict.instead[:1] if verdict.option == NEITHER else ()
    return (*(item for item in cost.alternatives if item.option in first), *cost.options)


def priced_name(option: str, recommendation: Recommendation) -> str:
    """Return the name of an option, workflow type or alternative that has a cost or a failure story."""
    titles = {item.id: item.title for item in recommendation.alternatives}
    return NAMES.get(option) or titles.get(option, option)


def options_words(options: Iterable[str]) -> str:
    """Return the names of scored options as they stand in a sentence."""
    return " and ".join(NAMES[option] for option in options)


def verdict_name(option: str, workflow_type: str | None, instead: Iterable[str], rule_base: RuleBase) -> str:
    """Return a verdict in a few words, such as ``Step Functions (Standard)``."""
    if option == NEITHER:
        first = next(iter(instead), None)
        return f"neither: {option_name(first, rule_base)}" if first else "neither"
    orchestrated = " ".join(filter(None, (NAMES[STEP_FUNCTIONS], _TYPES[workflow_type])))
    if option == BOTH:
        return f"{orchestrated} and {NAMES[DESTINATIONS]} together"
    return orchestrated if option == STEP_FUNCTIONS else NAMES[option]


def title(recommendation: Recommendation, rule_base: RuleBase) -> str:
    """Return the verdict of ``recommendation`` in a few words."""
    verdict = recommendation.verdict
    return verdict_name(verdict.option, verdict.workflow_type, verdict.instead, rule_base)


def reason_headings(recommendation: Recommendation, rule_base: RuleBase) -> tuple[str, str]:
    """Return what to put above the reasons for the verdict and above those for what was not chosen."""
    option = recommendation.verdict.option
    if option == NEITHER:
        return "Reasons for something else", "Reasons for one of the two options nevertheless"
    other = DESTINATIONS if option == STEP_FUNCTIONS else STEP_FUNCTIONS
    return f"Reasons for {title(recommendation, rule_base)}", f"Reasons for {NAMES[other]} instead"


def strength_words(recommendation: Recommendation, rule_base: RuleBase) -> str:
    """Return how sure the advice is, with the figures behind it and the question to answer first."""
    verdict, decision = recommendation.verdict, recommendation.decision
    shown = {DESTINATIONS: decision.destinations, STEP_FUNCTIONS: decision.step_functions}
    if verdict.option == NEITHER:
        best = [decision.card(item.id) for item in recommendation.alternatives[:1]]
        shown = {**{card.option: card for card in best}, **shown}
    if verdict.strength == "tied":
        most = decision.card(verdict.option).score
        equal = [card for card in decision.alternatives if card.viable and 0 < card.score == most]
        shown |= {card.option: card for card in equal}
    points = ", ".join(
        f"{option_name(option, rule_base)} {score_words(card.viable, card.score)}"
        for option, card in shown.items()
    )
    word = {"clear": "Clear", "close": "Close", "tied": "Tied"}[verdict.strength]
    return f"{word}: {points}. {_open_words(recommendation)}"


def _open_words(recommendation: Recommendation) -> str:
    deciding, keys = recommendation.deciding_questions, recommendation.open_questions
    if recommendation.conflicts:
        return "But some answers exclude each other; correct them first."
    if len(deciding) == 1:
        return f"One open question can change this advice: {deciding[0]}."
    if deciding:
        return f"{len(deciding)} open questions can each change this advice; answer {deciding[0]} first."
    if not keys:
        return "No open question can change this advice."
    return "No single open question is likely to change this advice."


def score_words(viable: bool, score: int) -> str:
    """Return a score as it is said: points, or that constraints exclude the option."""
    points = f"{score} point" if score == 1 else f"{score} points"
    return points if viable else "ruled out"


def standing_words(decision: Decision, option: str) -> str:
    """Return how an option stands: its points, and for a workflow type without any why it is chosen."""
    card = decision.card(option)
    if card.viable and card.score == 0 and option in (STANDARD, EXPRESS):
        other = decision.express if option == STANDARD else decision.standard
        if not other.viable:
            return "the only type that is left"
        if option == STANDARD and other.score == 0:
            return "the default"
    return score_words(card.viable, card.score)


def answer_code(value: Answer) -> str:
    """Return an answer as ``--set`` takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(value) or "[]"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def answer_words(question: Question | None, value: Answer) -> str:
    """Return an answer in the words of its question."""
    if question is None:
        return answer_code(value)
    if isinstance(value, tuple):
        return ", ".join(answer_words(question, item) for item in value) or "none of these"
    choice = question.choice(value)
    if choice is not None:
        return choice.label
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _quantity(value, question.unit)
    return answer_code(value)


def _quantity(number: float, unit: str) -> str:
    """Return a number with its unit: ``1 step``, ``90 s``, ``172,800 s (2 d)``."""
    if unit == "s" and number >= 120:
        return f"{count(number)} s ({moment(number)})"
    one = unit.removesuffix("s") if number == 1 and len(unit) > 1 else unit
    return f"{count(number)} {one}".rstrip()


def change_code(flip: Flip) -> str:
    """Return the change of a flip as flags: ``--set steps=5``."""
    return " ".join(f"--set {key}={answer_code(value)}" for key, value in flip.change.items())


def money(usd: float) -> str:
    """Return US dollars in cents; below half a cent with more digits, never a false zero."""
    if usd == 0 or usd >= 0.005:
        return f"${usd:,.2f}"
    return f"${usd:.6f}".rstrip("0") if usd >= 0.000001 else "under $0.000001"


def count(number: float) -> str:
    """Return a quantity with thousands separators and no needless decimals."""
    return f"{number:,.0f}" if number == int(number) else f"{number:,.4f}".rstrip("0").rstrip(".")


def verified(cost: OptionCost) -> bool:
    """Return whether every price in ``cost`` comes from a primary source."""
    return all(line.verified for line in cost.lines)


def ruled_out(cost: OptionCost, recommendation: Recommendation) -> bool:
    """Return whether constraints exclude the option that ``cost`` is about."""
    return _excluded(cost.option, recommendation)


def _excluded(option: str, recommendation: Recommendation) -> bool:
    return option in SCORED and not recommendation.decision.card(option).viable


def cost_remarks(cost: OptionCost, recommendation: Recommendation) -> list[str]:
    """Return what to know beside the figure of an option."""
    remarks = [] if verified(cost) else ["unverified prices"]
    return [*remarks, "ruled out"] if ruled_out(cost, recommendation) else remarks


def break_evens(recommendation: Recommendation) -> list[str]:
    """Return one sentence for each break-even of two options that are possible."""
    return [
        _break_even(item, recommendation)
        for item in recommendation.cost.break_even
        if not any(_excluded(option, recommendation) for option in (item.cheaper, item.dearer))
    ]


def _break_even(item: BreakEven, recommendation: Recommendation) -> str:
    cheaper, dearer = (priced_name(option, recommendation) for option in (item.cheaper, item.dearer))
    if item.executions is None:
        return f"{cheaper} is never cheaper than {dearer}."
    if item.executions <= 1:
        return f"{cheaper} always costs less than {dearer}."
    return f"{cheaper} costs less than {dearer} from {count(item.executions)} executions a month on."


def moment(seconds: float | None) -> str:
    """Return a point in time after the start to three digits: ``62 s``, ``3 min``, ``14 d``."""
    if seconds is None:
        return "any time"
    fitting = ((size, unit) for size, unit in _UNITS if seconds >= 2 * size or seconds == size)
    size, unit = next(fitting, (1, "s"))
    return f"{seconds / size:.3g} {unit}"


_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))
