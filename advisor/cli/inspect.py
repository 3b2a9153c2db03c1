"""``advisor inspect``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import advisor
from advisor.cli import console
from advisor.cli.flags import Force, Quiet, Rules, one_of, rule_base_with, user_path, utf_8
from advisor.cli.recommend import format_of, output_file, report_options, today
from advisor.errors import InputError

if TYPE_CHECKING:
    from advisor.inspect.inspection import Inspection

FORMATS = ("text", "json", "sarif", "markdown")
LIMITS = ("none", "error", "warning", "note")
FOUND = 1
_BY_SUFFIX = {
    ".json": "json",
    ".sarif": "sarif",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
}


def inspect(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            parser=user_path, metavar="PATH…", show_default=False, help="Templates, definitions or folders."
        ),
    ] = None,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="|".join(FORMATS),
            show_default=False,
            help="How to tell it; left out: what the name of --output says, else text.",
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            parser=user_path,
            metavar="FILE",
            show_default=False,
            help="Write to FILE, whole or not at all.",
        ),
    ] = None,
    answers: Annotated[
        str | None,
        typer.Option(
            "--answers",
            parser=user_path,
            metavar="FILE",
            show_default=False,
            help="Write what the files answer to FILE; advisor --answers FILE asks the rest.",
        ),
    ] = None,
    fail_on: Annotated[
        str,
        typer.Option("--fail-on", metavar="|".join(LIMITS), help="Exit with 1 where a finding is this bad."),
    ] = "error",
    force: Force = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Every finding with its reason in text; other formats have them."),
    ] = False,
    quiet: Quiet = False,
    rules: Rules = None,
) -> None:
    """Say what an existing system is, whether the advice agrees with it, and what is wrong with it.

    Reads SAM, CloudFormation, the output of the CDK, Terraform, serverless.yml and state machine
    definitions. Nothing is executed, and no network or account is used.
    """
    if not paths:
        raise InputError("Name a template or a folder, such as: advisor inspect .")
    to_file = output_file(output, force and answers is None)
    wanted = format_of(format_name, to_file or "", _BY_SUFFIX, FORMATS)
    limit = one_of("--fail-on", fail_on, LIMITS)
    if answers and to_file and os.path.realpath(answers) == os.path.realpath(to_file):
        raise InputError("--answers and --output name the same file; name two.")
    for path in paths:
        utf_8("PATH", path)
    rule_base = rule_base_with(rules)
    from advisor.inspect.run import inspect as inspected
    from advisor.reports.inspection import FORMATS as TELL

    inspection = inspected(paths, rule_base, today())
    if not any(file.read for file in inspection.files):
        raise InputError(_nothing(inspection))
    note = console.notes(quiet)
    options = report_options(explain=explain, to_file=bool(to_file))
    text = TELL[wanted](inspection, rule_base, options)
    if answers is not None:
        note(_write_answers(inspection, answers, force))
    if to_file is None:
        console.data(text)
    else:
        advisor.write_text(Path(to_file), text, replace=force)
        found = len(inspection.findings)
        note(f"{found} finding{'s' if found != 1 else ''}. Written to {to_file}.")
    if _reaches(inspection, limit):
        raise typer.Exit(FOUND)


def _nothing(inspection: Inspection) -> str:
    notes = [f"{note.place}: {note.because}" for note in inspection.not_read]
    return "\n  ".join(["There is nothing that could be read.", *notes[:20]])


def _write_answers(inspection: Inspection, file: str, force: bool) -> str:
    """Write the answers of the one system that there is; return what to do with them."""
    found = [report for report in inspection.systems if report.answers.requirements]
    if len(found) != 1:
        names = ", ".join(report.system.files[0] for report in found[:5])
        which = f"they are in {names}; name one of them" if found else "no file answers anything"
        raise InputError(f"--answers: one system is expected, {len(found)} were found: {which}.")
    from advisor.loading.answers_writer import FOR_EDITORS

    header = (FOR_EDITORS, *(f"{item.key}: {item.place}, {item.because}" for item in found[0].evidence))
    text = advisor.dump_answers(found[0].answers, header=tuple(" ".join(line.split()) for line in header))
    advisor.write_text(Path(file), text, replace=force)
    return f"The answers are in {file}. The rest is asked by: advisor --answers {file}"


def _reaches(inspection: Inspection, limit: str) -> bool:
    if limit == "none":
        return False
    levels = LIMITS[1 : LIMITS.index(limit) + 1]
    return any(finding.level in levels for finding in inspection.findings)
