"""``advisor generate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import advisor
from advisor.cli import console
from advisor.cli.flags import File, Force, Quiet, Rules, Sets, asked, one_of, user_path
from advisor.errors import InputError, escaped

# As in advisor.knowledge.answers, which help does not wait for
TOOLS = "sam|cdk-python|cdk-typescript|terraform"
LANGUAGES = "python|nodejs|java|go"
OPTIONS = ("auto", "destinations", "step-functions", "both")
ALTERNATIVES = (
    "single-function",
    "direct-invoke",
    "messaging",
    "queue-redrive",
    "pipes",
    "durable-functions",
    "managed-job",
)
APPROACHES = (*OPTIONS, *ALTERNATIVES)

Output = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        parser=user_path,
        metavar="FOLDER",
        show_default=False,
        help="Folder to write to (required).",
    ),
]
Approach = Annotated[
    str,
    typer.Option(
        "--approach", metavar="|".join((*OPTIONS, "ALTERNATIVE")), help="Follow the advice, or overrule it."
    ),
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
Update = Annotated[
    bool,
    typer.Option(
        "--update", help="Into a project that you edited: merge your edits with the new starter, as git does."
    ),
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
    update: Update = False,
    quiet: Quiet = False,
    rules: Rules = None,
) -> None:
    """Write the starter project that the recommendation leads to. Never asks anything.

    The files of the project are listed on standard output. A folder that exists is fine as long as nothing
    in it would be replaced. With --force, what is there is replaced; a copy of each file that you changed is
    kept in .advisor, and files that an earlier starter left over are removed unless you changed them. With
    --update, your edits are merged into the new files; exit code 1 where that leaves conflicts to solve.
    """
    if not output:
        raise InputError("Name the folder to write to: --output FOLDER.")
    one_of("--approach", approach, APPROACHES)
    if force and update:
        raise InputError("--force replaces your edits, --update keeps them: name one of both.")
    from advisor.cli.changes_text import changes_text, update_text
    from advisor.cli.project_builder import make, merged_into, with_flags
    from advisor.reports.text.terminal import wrap
    from advisor.starter.write import take_back

    rule_base, answers = asked(file, sets, rules)
    made = make(rule_base, with_flags(answers, iac, runtime, name), approach)
    folder = Path(output)
    taken_back = take_back(folder, dry_run=dry_run) if update else []  # before the edits are read
    merge = merged_into(folder, made, rule_base) if update else None
    files = merge.files if merge else made.files
    write = advisor.check_project if dry_run else advisor.write_project
    changes = write(files, folder, force=force or update)
    note = console.notes(quiet)
    for line in (*taken_back, *changes.notes):
        note(line)
    warnings = [f"Warning: {conflict.words}" for conflict in made.recommendation.conflicts]
    for text in filter(None, (made.recommendation.summary, made.blueprint.passed_over, *warnings)):
        note("\n".join(wrap(text, 80)))
    console.data("".join(f"{escaped((folder / file.path).as_posix())}\n" for file in files))
    if changes.existing:
        note(changes_text(changes, folder, dry_run=dry_run))
    if merge:
        note(update_text(merge))
    note(made.told(folder, dry_run=dry_run))
    if merge and (merge.conflicts or merge.unmerged):
        raise typer.Exit(1)
