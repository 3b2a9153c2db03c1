"""Answers in, starter project in memory out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

import advisor
from advisor.cli.flags import one_of, utf_8
from advisor.cli.recommend import report_options
from advisor.decision.recheck import decision_of
from advisor.decision.recommendation import Recommendation
from advisor.errors import AdvisorError, CannotWrite, InputError
from advisor.knowledge.answers import IACS, RUNTIMES, Answers
from advisor.knowledge.rules import RuleBase
from advisor.loading.answers_writer import WITHOUT_SCHEMA
from advisor.loading.entry_reader import MAX_NAME
from advisor.starter import Blueprint, RenderedFile
from advisor.starter.manifest import Manifest, with_manifest
from advisor.starter.update import Update, updated


def with_flags(answers: Answers, iac: str | None, runtime: str | None, name: str | None) -> Answers:
    """Return ``answers`` with what the flags say instead."""
    if name is not None and len(name) > MAX_NAME:
        raise InputError(f"--name: at most {MAX_NAME} characters are expected; found {len(name)}.")
    project = answers.project
    if iac is not None:
        project = replace(project, iac=one_of("--iac", iac, IACS))
    if runtime is not None:
        project = replace(project, runtime=one_of("--runtime", runtime, RUNTIMES))
    return replace(answers, project=project, name=answers.name if name is None else utf_8("--name", name))


class Made(Struct, frozen=True):
    """A starter project in memory, and what led to it."""

    recommendation: Recommendation
    blueprint: Blueprint
    files: tuple[RenderedFile, ...]

    def told(self, folder: Path, *, dry_run: bool = False) -> str:
        """Return what was (or would be) done, and what to do next."""
        count, place = len(self.files), folder if folder.name.strip(".") else folder.resolve()
        if dry_run:
            return f"{count} files would be written to {place}; nothing was."
        return f"{count} files written to {place}. Next: its README.md; 'make test' there tests it offline."


def merged_into(folder: Path, made: Made, rule_base: RuleBase) -> Update:
    """Return the files of ``made`` with the user's edits in ``folder``. Raises CannotWrite."""

    def again(manifest: Manifest) -> Mapping[str, str]:
        try:
            answers = advisor.load_answers(manifest.answers, "the manifest", rule_base.questionnaire)
            return {file.path: file.text for file in make(rule_base, answers, manifest.approach).files}
        except AdvisorError:  # another version wrote it; git may have the files
            return {}

    try:
        return updated(made.files, folder, again)
    except OSError as error:
        raise CannotWrite(f"{folder} cannot be read: {error.strerror or error}.") from None


def make(rule_base: RuleBase, answers: Answers, approach: str = "auto") -> Made:
    """Return the project for ``answers``, with the decision record and the answers that made it."""
    recommendation = advisor.recommend(rule_base, answers)
    versions = advisor.load_versions(advisor.rules_folder())
    blueprint = advisor.plan(recommendation, versions, approach=approach)
    record = advisor.FORMATS["markdown"](
        recommendation, rule_base, report_options(explain=True, to_file=True)
    )
    extra = {
        "docs/decision.md": record,
        "answers.yaml": advisor.dump_answers(
            replace(answers, decision=decision_of(recommendation)), header=(WITHOUT_SCHEMA,)
        ),
    }
    files = with_manifest(advisor.render_project(blueprint, extra), blueprint, recommendation.rule_base)
    return Made(recommendation, blueprint, files)
