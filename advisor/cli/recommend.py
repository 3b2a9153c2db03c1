"""``advisor recommend``."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import advisor
from advisor.cli import console
from advisor.cli.flags import File, Force, Quiet, Rules, Sets, asked, one_of, user_path
from advisor.errors import InputError

if TYPE_CHECKING:
    from advisor.reports import ReportOptions

FORMATS = ("text", "json", "markdown", "html")
LAST_SECOND = 253_402_300_799  # of the year 9999
_BY_SUFFIX = {
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".txt": "text",
    ".text": "text",
}


def recommend(
    file: File = None,
    sets: Sets = None,
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
    force: Force = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="All reasons and figures in text; other formats have them."),
    ] = False,
    batch: Annotated[
        str | None,
        typer.Option(
            "--batch",
            parser=user_path,
            metavar="FILE|-",
            show_default=False,
            help="Decide many at once: JSON lines in, each an answers file; one verdict a line out.",
        ),
    ] = None,
    quiet: Quiet = False,
    rules: Rules = None,
) -> None:
    """Recommend Lambda Destinations, Step Functions, both or neither, with reasons. Never asks anything."""
    if batch is not None:
        from advisor.cli.batch import run_batch

        if file or sets or format_name or output or force or explain:
            raise InputError("--batch takes no FILE and no other flag but --rules; its output is JSON lines.")
        run_batch(batch, rules)
        return
    to_file = output_file(output, force)
    wanted = format_of(format_name, to_file or "", _BY_SUFFIX, FORMATS)
    rule_base, answers = asked(file, sets, rules)
    recommendation = advisor.recommend(rule_base, answers)
    options = report_options(explain=explain, to_file=bool(to_file))
    text = advisor.FORMATS[wanted](recommendation, rule_base, options)
    if to_file is None:
        console.data(text)
        return
    advisor.write_text(Path(to_file), text, replace=force)
    console.notes(quiet)(f"{recommendation.summary}\nWritten to {to_file}.")


def output_file(output: str | None, force: bool) -> str | None:
    """Return the file that ``--output`` names; None for standard output, which ``--force`` does not fit."""
    to_file = None if output == "-" else output
    if to_file is not None and not os.path.basename(to_file):
        raise InputError(f"--output {to_file}: the name of a file is expected; this is a folder.")
    if force and to_file is None:
        raise InputError("--force replaces the file that --output names; name one.")
    return to_file


def format_of(name: str | None, file: str, by_suffix: Mapping[str, str], formats: Sequence[str]) -> str:
    """Return the format called ``name`` (``md`` is Markdown), else the one that ``file`` asks for."""
    if name is not None:
        return one_of("--format", by_suffix.get(f".{name}", name), formats)
    suffix = Path(file).suffix
    if suffix and suffix.lower() not in by_suffix:
        raise InputError(
            f"--output {file}: '{suffix[:40]}' names no format; add --format {'|'.join(formats)}."
        )
    return by_suffix.get(suffix.lower(), "text")


def format_for(file: str) -> str:
    """Return the format that the name of ``file`` asks for; text where it says nothing."""
    return _BY_SUFFIX.get(Path(file).suffix.lower(), "text")


def report_options(*, explain: bool, to_file: bool) -> ReportOptions:
    """Return how to tell it here: colour and signs only where somebody reads along and can see them."""
    seen = not to_file and sys.stdout.isatty()
    return advisor.ReportOptions(
        width=min(max(shutil.get_terminal_size().columns, 40), 100) if seen else 80,
        explain=explain,
        colour=seen and console.has_colour(),
        plain=not (seen and console.has_signs()),
        links=seen and console.has_links(),
        date=today().isoformat(),
    )


def today() -> date:
    """Return the day (UTC), or the one SOURCE_DATE_EPOCH names, so that a report can be made again."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC).date()
    if not re.fullmatch("[0-9]{1,12}", epoch, re.ASCII) or int(epoch) > LAST_SECOND:
        expected = f"seconds since 1970 are expected, from 0 to {LAST_SECOND}"
        raise InputError(f"SOURCE_DATE_EPOCH: {expected}; found {epoch[:40]!r}.")
    return datetime.fromtimestamp(int(epoch), UTC).date()
