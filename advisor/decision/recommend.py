"""The whole advice for one set of answers."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from advisor.decision.contradictions import conflicts
from advisor.decision.cost.estimate import estimate
from advisor.decision.decide import Decision, decide
from advisor.decision.design import designs_for
from advisor.decision.explain.open_questions import open_questions, strength_of
from advisor.decision.explain.pivotal_answers import find_flips
from advisor.decision.explain.what_if import Judge
from advisor.decision.failure.stories import failure_stories
from advisor.decision.fast.compile import tables_of
from advisor.decision.provenance import stamp_of
from advisor.decision.recommendation import ComparisonRow, Design, Recommendation, Verdict
from advisor.decision.verdict import option_of, workflow_type_of
from advisor.decision.workflow import Setting
from advisor.knowledge.answers import Answers, placed
from advisor.knowledge.conditions import holds
from advisor.knowledge.requirements import Requirements
from advisor.knowledge.rules import (
    BOTH,
    DESTINATIONS,
    NEITHER,
    STANDARD,
    STEP_FUNCTIONS,
    Rule,
    RuleBase,
)

_NAMES = {
    DESTINATIONS: "Lambda Destinations",
    STEP_FUNCTIONS: "Step Functions",
    BOTH: "both",
    NEITHER: "neither",
}


def recommend(rule_base: RuleBase, answers: Answers) -> Recommendation:
    """Return the recommendation for ``answers`` with everything that explains it."""
    said = placed(answers.project.steps)
    if said:
        answers = replace(answers, requirements={**said, **answers.requirements})
    decision = decide(rule_base, answers.requirements)
    option, instead = option_of(decision)
    workflow_type = workflow_type_of(decision, option)
    judge = Judge(rule_base, tables_of(rule_base))
    still_open = open_questions(rule_base, decision.settled.answers, judge)
    designs = designs_of(rule_base, answers, decision)
    deciding = tuple(item.key for item in still_open if item.decides)
    excluding = conflicts(rule_base, answers)
    strength = strength_of(decision, option, deciding, excluding)
    advised = instead[:1] if option == NEITHER else ()
    verdict = Verdict(option=option, workflow_type=workflow_type, strength=strength, instead=instead)
    return Recommendation(
        aws=rule_base.aws,
        rule_base=stamp_of(rule_base),
        answers=answers,
        verdict=verdict,
        summary=summary(rule_base, decision, verdict),
        decision=decision,
        comparison=comparison(rule_base, decision, instead),
        flips=find_flips(rule_base, decision, judge),
        open_questions=tuple(item.key for item in still_open),
        deciding_questions=deciding,
        cost=estimate(rule_base, answers, decision.settled, advised),
        failure_stories=failure_stories(rule_base, decision.settled, designs, advised),
        alternatives=tuple(rule_base.alternative(key) for key in instead),
        alternative_rules={key: speaking_for(decision, key) for key in instead},
        warnings=warnings(rule_base, decision, verdict),
        designs=designs,
        conflicts=excluding,
    )


def designs_of(rule_base: RuleBase, answers: Answers, decision: Decision) -> Mapping[str, Design]:
    """Return how each approach would do the work."""
    setting = Setting(Requirements(decision.settled.facts.values), rule_base.aws)
    return designs_for(setting, answers.project, workflow_type_of(decision, STEP_FUNCTIONS) or STANDARD)


def speaking_for(decision: Decision, alternative: str) -> tuple[Rule, ...]:
    """Return the rules that speak for an alternative, or name it."""
    scored = [finding.rule for finding in decision.card(alternative).findings]
    named = [rule for rule in decision.names if rule.names == alternative]
    return tuple({rule.id: rule for rule in (*scored, *named)}.values())


def summary(rule_base: RuleBase, decision: Decision, verdict: Verdict) -> str:
    """Return the answer in one sentence: what to use, and the strongest reason."""
    reasons = _reasons(decision, verdict)
    because = f": {'; '.join(_clause(rule.title) for rule in reasons[:2])}" if reasons else ""
    if verdict.option == NEITHER:
        titles = [rule_base.alternative(key).title for key in verdict.instead[:1]]
        use = f"Use neither, but {_clause(titles[0])}" if titles else "Use neither"
        return f"{use}{because}."
    kind = f" ({verdict.workflow_type.capitalize()})" if verdict.workflow_type else ""
    if verdict.option == BOTH:
        return f"Use both, Step Functions{kind} for the core and Lambda Destinations at its edges{because}."
    if not reasons:
        because = ": nothing so far asks for more than the simpler and cheaper option"
    return f"Use {_NAMES[verdict.option]}{kind}{because}."


def _reasons(decision: Decision, verdict: Verdict) -> list[Rule]:
    if verdict.option == NEITHER:
        for_it = speaking_for(decision, verdict.instead[0]) if verdict.instead else ()
        ruled_out = (*decision.destinations.ruled_out_by, *decision.step_functions.ruled_out_by)
        return list(for_it or ruled_out)
    if verdict.option == BOTH:
        return list(decision.combines)
    chosen = decision.card(verdict.option)
    other = decision.card(STEP_FUNCTIONS if verdict.option == DESTINATIONS else DESTINATIONS)
    found = [*other.ruled_out_by, *(finding.rule for finding in chosen.findings)]
    return list({rule.id: rule for rule in found}.values())


def _clause(title: str) -> str:
    """Return a rule's title as part of a sentence: without its capital, unless a name starts it."""
    first = title.split(" ", 1)[0]
    keeps_capital = any(letter.isupper() for letter in first[1:]) or first in _PROPER
    return title if keeps_capital else title[:1].lower() + title[1:]


_PROPER = ("Lambda", "Standard", "Express", "Destinations", "Step", "Kinesis", "Kafka")


def comparison(
    rule_base: RuleBase, decision: Decision, instead: tuple[str, ...]
) -> tuple[ComparisonRow, ...]:
    """Return each topic's line for these answers, the first that holds, and those of ``instead``."""
    rows = []
    for topic in rule_base.topics:
        line = next(line for line in topic.lines if holds(line.when, decision.settled.facts))
        rows.append(
            ComparisonRow(
                topic=topic.id,
                title=topic.title,
                destinations=line.destinations,
                step_functions=line.step_functions,
                source=topic.source,
                alternatives={key: topic.alternatives[key] for key in instead if key in topic.alternatives},
            )
        )
    return tuple(rows)


def warnings(rule_base: RuleBase, decision: Decision, verdict: Verdict) -> tuple[str, ...]:
    """Return what the user should know beside the verdict, in words."""
    several = {BOTH: (DESTINATIONS, STEP_FUNCTIONS), NEITHER: verdict.instead[:1]}
    chosen = several.get(verdict.option, (verdict.option,))
    found = [f"{rule.because} [{rule.id}]" for rule in decision.warns if set(rule.warns) & set(chosen)]
    found += [
        f"The answer to {item.key} was left out: the question does not arise here."
        for item in decision.settled.dropped
    ]
    found += [
        f"Rule {item.rule} is switched off by your rules: {item.reason}" for item in rule_base.switched_off
    ]
    if verdict.workflow_type:
        found += [criterion.text for criterion in rule_base.criteria if criterion.id == "workflow-types"]
    return tuple(text for text in found if text)
