"""The rule base and what the checks found, as JSON for scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advisor.decision.explain.condition_text import in_words
from advisor.decision.provenance import stamp_of
from advisor.decision.rule_checks.lint import LintFinding
from advisor.decision.rule_checks.rule_tests import Case, Replay
from advisor.decision.rule_checks.satisfiability import looks_at
from advisor.decision.rule_checks.weights import Weights
from advisor.json_text import json_text
from advisor.knowledge.conditions import Answer
from advisor.knowledge.findings import FindingRule
from advisor.knowledge.rules import Rule, RuleBase
from advisor.reports.json.report import Json, stamp
from advisor.reports.rules import findings
from advisor.reports.rules.words import effects

SCHEMA = 1


def rule_list(rule_base: RuleBase, rules: Sequence[Rule], found: Sequence[FindingRule] = ()) -> str:
    """Return ``rules`` and the findings ``found`` with all they hold, and what is switched off."""
    return _document(
        rule_base,
        rules=[rule_value(rule_base, rule) for rule in rules],
        inspection=[findings.value(rule_base.inspection, rule) for rule in found],
        switched_off=[{"rule": item.rule, "reason": item.reason} for item in rule_base.switched_off],
    )


def rule_page(rule_base: RuleBase, rule: Rule) -> str:
    """Return one rule."""
    return _document(rule_base, rule=rule_value(rule_base, rule))


def finding_page(rule_base: RuleBase, rule: FindingRule) -> str:
    """Return one finding of inspect."""
    return _document(rule_base, finding=findings.value(rule_base.inspection, rule))


def rule_value(rule_base: RuleBase, rule: Rule) -> dict[str, Json]:
    """Return one rule as plain values; conditions in words."""
    questionnaire = rule_base.questionnaire
    return {
        "id": rule.id,
        "title": rule.title,
        "criterion": rule.criterion,
        "when": in_words(rule.when, questionnaire),
        "unless": in_words(rule.unless, questionnaire) if rule.unless else None,
        "favours": dict(rule.favours),
        "rules_out": list(rule.rules_out),
        "names": rule.names or None,
        "combines": rule.combines,
        "warns": list(rule.warns),
        "effects": list(effects(rule, rule_base)),
        "because": rule.because,
        "source": rule.source,
        "as_of": rule.as_of,
        "looks_at": list(looks_at(questionnaire, rule)),
        "fires_on": [_answers(case) for case in rule.fires_on],
        "quiet_on": [_answers(case) for case in rule.quiet_on],
        "place": str(rule.place),
    }


def lint_report(rule_base: RuleBase, faults: Sequence[LintFinding]) -> str:
    """Return every finding."""
    found: list[Json] = [
        {"check": f.check, "subject": f.subject, "message": f.message, "place": str(f.place) or None}
        for f in faults
    ]
    return _document(rule_base, findings=found)


def cases_report(
    rule_base: RuleBase,
    cases: Sequence[Case],
    replays: Mapping[str, Sequence[Replay]],
    counted: Mapping[str, int],
) -> str:
    """Return every case and every scenario, and in how many scenarios each rule fired."""
    return _document(
        rule_base,
        cases=[
            {"rule": c.rule.id, "answers": _answers(c.answers), "wanted": c.wanted, "fired": c.fired}
            for c in cases
        ],
        scenarios=[_replay(file, item) for file, items in replays.items() for item in items],
        fired=dict(counted),
    )


def weights_report(rule_base: RuleBase, weights: Weights) -> str:
    """Return what each option can reach, and how much each criterion can weigh for it."""
    return _document(
        rule_base,
        options={
            item.option: {
                "rules": item.rules,
                "points": item.points,
                "together": item.together,
                "answers": _answers(item.answers),
                "constraints": item.constraints,
            }
            for item in weights.options
        },
        criteria={
            item.criterion.id: {"title": item.criterion.title, "rules": item.rules, "most": dict(item.most)}
            for item in weights.criteria
        },
    )


def _replay(file: str, item: Replay) -> Json:
    scenario, (option, workflow_type, instead) = item.scenario, item.outcome
    return {
        "file": file,
        "id": scenario.id,
        "ambiguous": scenario.ambiguous,
        "wanted": {"option": scenario.option, "workflow_type": scenario.workflow_type},
        "said": {"option": option, "workflow_type": workflow_type, "instead": list(instead)},
        "right": item.right,
        "fired": [rule.id for rule in item.fired],
    }


def _answers(answers: Mapping[str, Answer]) -> dict[str, Json]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in answers.items()}


def _document(rule_base: RuleBase, **parts: Json) -> str:
    head: dict[str, Json] = {
        "schema": SCHEMA,
        "rule_base": stamp(stamp_of(rule_base)),
    }
    return json_text({**head, **parts})
