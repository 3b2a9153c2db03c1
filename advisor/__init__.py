"""Advice on Lambda Destinations or Step Functions, as a library.

The walk is ``load_rule_base``, ``load_answers``, ``recommend``, ``FORMATS[name]``; then ``plan``,
``render_project``, ``write_project``. Every function is pure but those that read or write; every value is a
frozen ``msgspec.Struct``::

    import advisor

    rule_base = advisor.load_rule_base(advisor.rules_folder())
    answers = advisor.load_answers("requirements: {steps: 3}", "answers.yaml", rule_base.questionnaire)
    print(advisor.recommend(rule_base, answers).summary)

Nothing is imported before it is used: ``import advisor`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.decision.decide import Decision, decide
    from advisor.decision.recommend import recommend
    from advisor.decision.recommendation import Recommendation
    from advisor.errors import AdvisorError
    from advisor.files import write_text
    from advisor.inspect.run import inspect as inspect_files
    from advisor.knowledge.answers import Answers
    from advisor.knowledge.rules import RuleBase
    from advisor.loading.answers import load_answers, read_answers
    from advisor.loading.answers_writer import dump_answers
    from advisor.loading.rule_base import load_rule_base
    from advisor.loading.versions import load_versions
    from advisor.reports import FORMATS, ReportOptions
    from advisor.reports.inspection import FORMATS as INSPECTION_FORMATS
    from advisor.reports.inspection.schema import inspection_schema
    from advisor.reports.json.schemas import answers_schema, report_schema, schema_text
    from advisor.resources import rules_folder, templates_folder
    from advisor.starter.plan.project import plan
    from advisor.starter.render import render as render_project
    from advisor.starter.write import check_project, write_project

__version__ = "0.1.0"

__all__ = [
    "FORMATS",
    "INSPECTION_FORMATS",
    "AdvisorError",
    "Answers",
    "Decision",
    "Recommendation",
    "ReportOptions",
    "RuleBase",
    "answers_schema",
    "check_project",
    "decide",
    "dump_answers",
    "inspect_files",
    "inspection_schema",
    "load_answers",
    "load_rule_base",
    "load_versions",
    "plan",
    "read_answers",
    "recommend",
    "render_project",
    "report_schema",
    "rules_folder",
    "schema_text",
    "templates_folder",
    "write_project",
    "write_text",
]

_HOME = {
    "AdvisorError": "errors",
    "Answers": "knowledge.answers",
    "Decision": "decision.decide",
    "FORMATS": "reports",
    "INSPECTION_FORMATS": "reports.inspection:FORMATS",
    "Recommendation": "decision.recommendation",
    "ReportOptions": "reports",
    "RuleBase": "knowledge.rules",
    "answers_schema": "reports.json.schemas",
    "check_project": "starter.write",
    "decide": "decision.decide",
    "dump_answers": "loading.answers_writer",
    "inspect_files": "inspect.run:inspect",
    "inspection_schema": "reports.inspection.schema",
    "load_answers": "loading.answers",
    "load_rule_base": "loading.rule_base",
    "load_versions": "loading.versions",
    "plan": "starter.plan.project",
    "read_answers": "loading.answers",
    "recommend": "decision.recommend",
    "render_project": "starter.render:render",
    "report_schema": "reports.json.schemas",
    "rules_folder": "resources",
    "schema_text": "reports.json.schemas",
    "templates_folder": "resources",
    "write_project": "starter.write",
    "write_text": "files",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'advisor' has no attribute '{name}'")
    module, _, spelt = _HOME[name].partition(":")
    value = getattr(import_module(f"advisor.{module}"), spelt or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
