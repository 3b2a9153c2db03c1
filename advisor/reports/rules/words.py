"""Condition and effect of a rule in words, for text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import BOTH, NEITHER, SCORED, Rule, RuleBase
from advisor.reports.labels import NAMES, answer_code, option_name


def effects(rule: Rule, rule_base: RuleBase) -> tuple[str, ...]:
    """Return each effect of ``rule``, such as ``favours Step Functions by 3``."""
    found = [
        f"favours {_candidate(option, rule_base)} by {points}" for option, points in rule.favours.items()
    ]
    if rule.rules_out:
        found.append(f"rules out {_listed([_candidate(option, rule_base) for option in rule.rules_out])}")
    if rule.names:
        found.append(f"names {_candidate(rule.names, rule_base)} beside the recommendation")
    if rule.combines:
        found.append("leads to both together, where one of them would be recommended")
    if rule.warns:
        warned = _listed([_candidate(option, rule_base) for option in rule.warns], "or")
        found.append(f"warns where {warned} would be recommended")
    return tuple(found)


def short_effects(rule: Rule) -> str:
    """Return the effects of ``rule`` in a few words for a table: ``step-functions +3, not express``."""
    found = [f"{option} +{points}" for option, points in rule.favours.items()]
    found += [f"not {option}" for option in rule.rules_out]
    found += [f"({rule.names})"] * bool(rule.names)
    found += [BOTH] * rule.combines + ["warning"] * bool(rule.warns)
    return ", ".join(found)


def speaks_of(rule: Rule, option: str) -> bool:
    """Return whether ``rule`` has an effect on ``option``: an outcome, a workflow type or an alternative."""
    if option == NEITHER:
        return not {*rule.favours, *rule.rules_out, rule.names} <= {*SCORED, ""}
    if option == BOTH:
        return rule.combines
    return option in (*rule.favours, *rule.rules_out, *rule.warns, rule.names)


def case_code(answers: Mapping[str, Answer]) -> str:
    """Return answers as ``--set`` takes them, one after the other."""
    return " ".join(f"{key}={answer_code(value)}" for key, value in answers.items()) or "no answers"


def _listed(names: Sequence[str], conjunction: str = "and") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {conjunction} {names[-1]}"


def _candidate(option: str, rule_base: RuleBase) -> str:
    """Return an option by its name, an alternative by its id and its title in the middle of a sentence."""
    if option in SCORED:
        return NAMES[option]
    title = option_name(option, rule_base)
    return f"{option} ({title[:1].lower() + title[1:] if title.split()[0] not in _NAMES else title})"


_NAMES = ("EventBridge", "Lambda")
