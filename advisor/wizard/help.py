"""The text behind ``?``: all of it from the question and from the rules that read its answer."""

from __future__ import annotations

from advisor.knowledge.conditions import Facts, Test, holds, keys_in, tests_in
from advisor.knowledge.questions import Question
from advisor.knowledge.rules import BOTH, DESTINATIONS, EXPRESS, STANDARD, STEP_FUNCTIONS, Rule, RuleBase
from advisor.wizard.numbers import range_note, shown
from advisor.wizard.prompts import Section

TITLES = {
    DESTINATIONS: "Destinations",
    STEP_FUNCTIONS: "Step Functions",
    STANDARD: "Standard",
    EXPRESS: "Express",
    BOTH: "both",
}
MOST_RULES = 4


def help_for(question: Question, rule_base: RuleBase) -> tuple[Section, ...]:
    """Return why we ask, what each answer changes, how hard it is to undo, and the source."""
    sections = [
        Section("Why we ask", (question.why,)),
        Section("What it changes", (question.changes,)),
        Section("How to decide", (question.help,)),
        Section("To undo later", (question.undo,)),
        Section("Rules that read it", _rules(question, rule_base)),
        Section("Source", (question.source,)),
    ]
    if question.unit:
        sections.insert(3, Section("Range", (range_note(question),)))
    return tuple(section for section in sections if any(section.lines))


def effect(rule: Rule) -> str:
    """Return what follows from a rule in a few words, such as ``Step Functions +3``."""
    parts = [f"rules out {TITLES.get(option, option)}" for option in rule.rules_out]
    parts += [f"{TITLES.get(option, option)} +{points}" for option, points in rule.favours.items()]
    parts += [f"names {rule.names}"] if rule.names else []
    parts += ["suggests both"] if rule.combines else []
    parts += ["warns"] if rule.warns and not parts else []
    return ", ".join(parts)


def _rules(question: Question, rule_base: RuleBase) -> tuple[str, ...]:
    names = _names(question, rule_base)
    reading = [rule for rule in rule_base.rules if not names.isdisjoint(_keys_of(rule))]
    reading.sort(key=lambda rule: (not rule.rules_out, -max(rule.favours.values(), default=0), rule.id))
    lines = [_rule_line(question, rule, names) for rule in reading[:MOST_RULES]]
    more = len(reading) - MOST_RULES
    return (*lines, f"and {more} more") if more > 0 else tuple(lines)


def _keys_of(rule: Rule) -> frozenset[str]:
    return keys_in(rule.when) | (keys_in(rule.unless) if rule.unless else frozenset())


def _names(question: Question, rule_base: RuleBase) -> frozenset[str]:
    """Return the names a rule may read the answer by: its key, and the products it is a factor of."""
    derived = rule_base.questionnaire.derived
    return frozenset({question.key, *(name for name, factors in derived.items() if question.key in factors)})


def _rule_line(question: Question, rule: Rule, names: frozenset[str]) -> str:
    answers = _answers(question, rule, names)
    return f"{answers + ': ' if answers else ''}{rule.title} ({effect(rule)})"


def _answers(question: Question, rule: Rule, names: frozenset[str]) -> str:
    """Return the answers with which ``rule`` can fire, where they are fewer than all."""
    if question.unit:
        return " and ".join(_threshold(t, question) for t in tests_in(rule.when) if t.key in names)
    firing = [
        choice.label
        for choice in question.choices
        if holds(rule.when, Facts({question.key: _as_answer(question, choice.value)})) is not False
    ]
    return ", ".join(firing) if len(firing) < len(question.choices) else ""


def _as_answer(question: Question, value: str | bool) -> str | bool | tuple[str, ...]:
    return (str(value),) if question.kind == "list" else value


def _threshold(test: Test, question: Question) -> str:
    limit = test.operand[0]
    unit = question.unit if test.key == question.key else test.key.replace("_", " ")
    if not isinstance(limit, int | float):
        return str(limit)
    if test.kind == "at_least" and limit > int(limit) > limit - 0.01:  # how a rule says "more than"
        return f"above {shown(int(limit), unit)}"
    return f"{'from' if test.kind == 'at_least' else 'up to'} {shown(limit, unit)}"
