"""``advisor generate``."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import advisor
from advisor.cli import console
from advisor.cli.flags import File, Force, Rules, Sets, asked, one_of, utf_8
from advisor.cli.recommend import report_options
from advisor.errors import InputError

if TYPE_CHECKING:
    from advisor.decision.recommendation import Recommendation
    from advisor.knowledge.answers import Answers
    from advisor.knowledge.rules import RuleBase
    from advisor.starter import Blueprint, RenderedFile

# As in advisor.knowledge.answers, which help does not wait for
TOOLS = "sam|cdk-python|cdk-typescript|terraform"
LANGUAGES = "python|nodejs|java|go"
APPROACHES = ("auto", "destinations", "step-functions", "both")

Output = Annotated[
    str,
    typer.Option(
        "--output", "-o", metavar="FOLDER", show_default=False, help="Folder to write to (required)."
    ),
]
Approach = Annotated[
    str, typer.Option("--approach", metavar="|".join(APPROACHES), help="Follow the advice, or overrule it.")
]
Iac = Annotated[
    str | None,
    typer.Option("--iac", metavar=TOOLS, show_default=False, help="What deploys it; sam unless named."),
]
Runtime = Annotated[
    str | None,
    typer.Option(
        "--runtime",
        metavar=LANGUAGES,
        show_default=False,
        help="Language of the functions; python unless named.",
    ),
]
Name = Annotated[
    str | None, typer.Option("--name", metavar="NAME", show_default=False, help="Name of the workload.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="List what would be written; write nothing.")]


def generate(
    file: File = None,
    output: Output = "",
    sets: Sets = None,
    approach: Approach = "auto",
    iac: Iac = None,
    runtime: Runtime = None,
    name: Name = None,
    dry_run: DryRun = False,
    force: Force = False,
    rules: Rules = None,
) -> None:
    """Write the starter project that the recommendation leads to. Never asks anything.

    The files that were written are listed on standard output. A folder that exists is fine as long as
    nothing in it would be replaced.
    """
    if not output:
        raise InputError("Name the folder to write to: --output FOLDER.")
    one_of("--approach", approach, APPROACHES)
    rule_base, answers = asked(file, sets, rules)
    made = make(rule_base, with_flags(answers, iac, runtime, name), approach)
    folder = Path(output)
    if dry_run:
        advisor.check_project(made.files, folder, force=force)
    else:
        advisor.write_project(made.files, folder, force=force)
    console.say(textwrap.fill(made.recommendation.summary, 80))
    console.data("".join(f"{(folder / file.path).as_posix()}\n" for file in made.files))
    console.say(made.told(folder, dry_run=dry_run))


def with_flags(answers: Answers, iac: str | None, runtime: str | None, name: str | None) -> Answers:
    """Return ``answers`` with what the flags say instead."""
    from advisor.knowledge.answers import IACS, RUNTIMES
    from advisor.loading.answers_reader import MAX_NAME

    if name is not None and len(name) > MAX_NAME:
        raise InputError(f"--name: at most {MAX_NAME} characters are expected; found {len(name)}.")
    project = answers.project
    if iac is not None:
        project = replace(project, iac=one_of("--iac", iac, IACS))
    if runtime is not None:
        project = replace(project, runtime=one_of("--runtime", runtime, RUNTIMES))
    return replace(answers, project=project, name=answers.name if name is None else utf_8("--name", name))


@dataclass(frozen=True, slots=True)
class Made:
    """A starter project in memory, and what led to it."""

    recommendation: Recommendation
    blueprint: Blueprint
    files: tuple[RenderedFile, ...]

    def told(self, folder: Path, *, dry_run: bool = False) -> str:
        """Return what was (or would be) done, and what to do next."""
        count = len(self.files)
        if dry_run:
            return f"{count} files would be written to {folder}; nothing was."
        return f"{count} files written to {folder}. Next: its README.md; 'make test' there tests it offline."


def make(rule_base: RuleBase, answers: Answers, approach: str = "auto") -> Made:
    """Return the project for ``answers``, with the decision record and the answers that made it."""
    from advisor.loading.saving import FOR_EDITORS, SCHEMA_FILE

    recommendation = advisor.recommend(rule_base, answers)
    versions = advisor.load_versions(advisor.rules_folder())
    blueprint = advisor.plan(recommendation, versions, approach=approach, limits=rule_base.limits)
    record = advisor.FORMATS["markdown"](
        recommendation, rule_base, report_options(explain=True, to_file=True)
    )
    extra = {
        "docs/decision.md": record,
        "answers.yaml": advisor.dump_answers(answers, header=(FOR_EDITORS,)),
        SCHEMA_FILE: advisor.schema_text(advisor.answers_schema(rule_base.questionnaire)),
    }
    return Made(recommendation, blueprint, advisor.render_project(blueprint, extra))
