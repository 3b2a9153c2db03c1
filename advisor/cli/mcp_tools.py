"""Tools of the Model Context Protocol server: each a name, a JSON Schema and a function.

Nothing here knows the protocol. Every tool takes and returns plain values; what the user's input cannot do
is raised as an AdvisorError.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

import advisor
from advisor.cli.flags import one_of
from advisor.cli.project_builder import Made, make
from advisor.cli.recommend import today
from advisor.errors import InputError, did_you_mean
from advisor.knowledge.answers import IACS, RUNTIMES, Answers
from advisor.knowledge.rules import RuleBase
from advisor.reports.rules.json import rule_page

MAX_TEXT = 1_000_000  # characters of one answers object
Arguments = Mapping[str, Any]


class AssistantTool(Struct, frozen=True, kw_only=True):
    """One tool: what it is called, what it does, the JSON Schema of its arguments, and the function."""

    name: str
    description: str
    schema: Mapping[str, Any]
    call: Callable[[Arguments], str]
    writes: bool = False


def tools(rule_base: RuleBase, root: Path) -> tuple[AssistantTool, ...]:
    """Return all tools. Files are read and written below ``root`` only."""
    answers = advisor.answers_schema(rule_base.questionnaire)
    definitions = answers.pop("$defs")
    build = {
        "approach": {"type": "string", "description": "auto, an option, both, or an alternative."},
        "iac": {"enum": list(IACS)},
        "runtime": {"enum": list(RUNTIMES)},
    }

    def schema(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": dict(properties),
            "required": list(required),
            "additionalProperties": False,
            "$defs": definitions,
        }

    return (
        AssistantTool(
            name="questionnaire",
            description="The JSON Schema of the answers: every requirement, its values, and why it matters.",
            schema=schema({}),
            call=lambda arguments: advisor.schema_text(advisor.answers_schema(rule_base.questionnaire)),
        ),
        AssistantTool(
            name="recommend",
            description=(
                "Lambda Destinations, Step Functions, both or neither for these answers, with reasons, "
                "sources, flips, open questions and cost. Leave out what is not known: unknown is never 'no'."
            ),
            schema=schema({"answers": answers}, "answers"),
            call=lambda arguments: _recommend(rule_base, arguments),
        ),
        AssistantTool(
            name="explain_rule",
            description="One rule by its id: when it fires, what follows, why, and who says so.",
            schema=schema({"id": {"type": "string"}}, "id"),
            call=lambda arguments: _rule(rule_base, arguments),
        ),
        AssistantTool(
            name="inspect",
            description=(
                f"What existing files below {root} build (SAM, CloudFormation, CDK output, Terraform, "
                "serverless.yml, state machine definitions), whether the advice agrees, the answers they "
                "show, and what is wrong, each with file and line. Nothing is executed."
            ),
            schema=schema(
                {"path": {"type": "string", "description": "A file or folder; . for all."}}, "path"
            ),
            call=lambda arguments: _inspect(rule_base, root, arguments),
        ),
        AssistantTool(
            name="preview_project",
            description="The files and AWS resources of the starter project; nothing is written.",
            schema=schema({"answers": answers, **build}, "answers"),
            call=lambda arguments: _preview(_made(rule_base, arguments)),
        ),
        AssistantTool(
            name="write_project",
            description=f"Write the starter project to a folder below {root}; never over an existing file.",
            schema=schema({"answers": answers, "folder": {"type": "string"}, **build}, "answers", "folder"),
            call=lambda arguments: _write(rule_base, root, arguments),
            writes=True,
        ),
    )


def _answers(rule_base: RuleBase, arguments: Arguments) -> Answers:
    text = json.dumps(arguments.get("answers", {}))
    if len(text) > MAX_TEXT:
        raise InputError(
            f"answers: at most {MAX_TEXT:,} characters of JSON are expected; found {len(text):,}."
        )
    return advisor.load_answers(text, "answers", rule_base.questionnaire)


def _recommend(rule_base: RuleBase, arguments: Arguments) -> str:
    recommendation = advisor.recommend(rule_base, _answers(rule_base, arguments))
    return advisor.FORMATS["json"](recommendation, rule_base, advisor.ReportOptions())


def _rule(rule_base: RuleBase, arguments: Arguments) -> str:
    rule_id = str(arguments.get("id", ""))
    rule = rule_base.by_id.get(rule_id)
    if rule is None:
        hint = did_you_mean(rule_id.upper(), rule_base.by_id)
        raise InputError(f"There is no rule '{rule_id[:40]}'. {hint}".rstrip())
    return rule_page(rule_base, rule)


def _inspect(rule_base: RuleBase, root: Path, arguments: Arguments) -> str:
    path = str(arguments.get("path", "")) or "."
    if "\0" in path:
        raise InputError("path: the name of a file or folder is expected.")
    found = advisor.inspect_files([path], rule_base, today(), root)
    if not any(file.read for file in found.files):
        notes = [f"{note.place.file}: {note.because}" for note in found.not_read[:20]]
        raise InputError("\n  ".join([f"There is nothing below {root} that could be read.", *notes]))
    return advisor.INSPECTION_FORMATS["json"](found, rule_base, advisor.ReportOptions())


def _made(rule_base: RuleBase, arguments: Arguments) -> Made:
    answers = _answers(rule_base, arguments)
    project = answers.project
    if "iac" in arguments:
        project = replace(project, iac=one_of("iac", str(arguments["iac"]), IACS))
    if "runtime" in arguments:
        project = replace(project, runtime=one_of("runtime", str(arguments["runtime"]), RUNTIMES))
    return make(rule_base, replace(answers, project=project), str(arguments.get("approach", "auto")))


def _preview(made: Made) -> str:
    resources = {item.id: item.purpose for item in made.blueprint.resources}
    return json.dumps(
        {
            "summary": made.recommendation.summary,
            "approach": made.blueprint.approach,
            "files": [file.path for file in made.files],
            "resources": resources,
        },
        indent=2,
    )


def _write(rule_base: RuleBase, root: Path, arguments: Arguments) -> str:
    folder = _below(root, str(arguments.get("folder", "")))
    made = _made(rule_base, arguments)
    advisor.write_project(made.files, folder, force=False)
    return json.dumps({"folder": str(folder), "files": [file.path for file in made.files]}, indent=2)


def _below(root: Path, folder: str) -> Path:
    """Return ``folder`` below ``root``. Raises InputError where it would be outside, also through a link."""
    if not folder or "\0" in folder:
        raise InputError("folder: the name of a folder is expected.")
    wanted = (root / folder).resolve()
    if wanted == root or not wanted.is_relative_to(root):
        raise InputError(f"folder: a folder below {root} is expected; '{folder[:100]}' is not below it.")
    return wanted
