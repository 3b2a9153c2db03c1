"""The text behind ``?``: all of it from the question and from the rules that read its answer."""

from __future__ import annotations

from advisor.knowledge.conditions import Facts, Test, holds, tests_in
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
    parts = [f"rules out {TITLES[option]}" for option in rule.rules_out]
    parts += [f"{TITLES[option]} +{points}" for option, points in rule.favours.items()]
    parts += [f"points to {rule.instead} instead"] if rule.instead else []
    parts += [f"names {rule.names}"] if rule.names else []
    parts += ["suggests both"] if rule.combines else []
    parts += ["warns"] if rule.warns and not parts else []
    return ", ".join(parts)


def _rules(question: Question, rule_base: RuleBase) -> tuple[str, ...]:
    reading = [rule for rule in rule_base.rules if any(t.key == question.key for t in tests_in(rule.when))]
    reading.sort(key=lambda rule: (not rule.rules_out, -max(rule.favours.values(), default=0), rule.id))
    lines = [_rule_line(question, rule) for rule in reading[:MOST_RULES]]
    more = len(reading) - MOST_RULES
    return (*lines, f"and {more} more") if more > 0 else tuple(lines)


def _rule_line(question: Question, rule: Rule) -> str:
    answers = _answers(question, rule)
    return f"{answers + ': ' if answers else ''}{rule.title} ({effect(rule)})"


def _answers(question: Question, rule: Rule) -> str:
    """Return the answers with which ``rule`` can fire, where they are fewer than all."""
    if question.unit:
        return " or ".join(_threshold(t, question) for t in tests_in(rule.when) if t.key == question.key)
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
    number = shown(limit, question.unit) if isinstance(limit, int | float) else str(limit)
    return {"at_least": f"from {number}", "at_most": f"up to {number}"}.get(test.kind, number)
