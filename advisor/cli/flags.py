"""The flags several commands share, and what they mean."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

import typer

import advisor
from advisor.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from advisor.knowledge.answers import Answers
    from advisor.knowledge.rules import RuleBase


def user_path(text: str) -> str:
    """Return ``text`` with a leading ``~`` expanded: no shell does that in ``--output=~/project``."""
    return os.path.expanduser(text)


File: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        parser=user_path,
        metavar="[FILE|-]",
        show_default=False,
        help="Answers file in YAML or JSON; - reads it from standard input.",
    ),
]


def _answers(incomplete: str) -> list[str]:
    from advisor.cli.completion import answers

    return answers(incomplete)


Sets: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        show_default=False,
        autocompletion=_answers,
        help="Set or replace one answer, such as steps=3 or targets=sqs,sns; repeatable.",
    ),
]


def _with_those_before(context: typer.Context, folders: list[str] | None) -> list[str]:
    """Return the folders named before the command, then ``folders``, named after it."""
    root = context.find_root()
    before = () if context is root else root.params.get("rules") or ()
    return [*before, *(folders or ())]


Rules: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--rules",
        parser=user_path,
        metavar="FOLDER",
        show_default=False,
        callback=_with_those_before,
        help="Your organisation's rules, laid over ours; repeatable, later ones count more "
        "(environment: ADVISOR_RULES).",
    ),
]
Force: TypeAlias = Annotated[bool, typer.Option("--force", help="Replace what is already there.")]

Quiet: TypeAlias = Annotated[
    bool, typer.Option("--quiet", "-q", help="Say nothing on standard error but errors.")
]

_Value = TypeVar("_Value", bound=str)


def examples(*lines: str) -> str:
    """Return the end of a help text: command lines that one can copy."""
    return "\n".join([f"Example{'s' * (len(lines) > 1)}:", "", "\b", *(f"  {line}" for line in lines)])


def rule_base_with(rules: Sequence[str] | None) -> RuleBase:
    """Return our rule base with the folders ``rules`` laid over it, one after the other.

    Without any, those that ADVISOR_RULES names count.
    """
    from advisor.loading.own_rules import own_rule_base

    folders = overlays(rules)
    if not folders:
        return own_rule_base()
    from advisor.loading.rule_base import with_overlays

    return with_overlays(own_rule_base(), folders)


def overlays(rules: Sequence[str] | None) -> list[Path]:
    """Return the folders of own rules that ``rules``, or else ADVISOR_RULES, names."""
    flag, folders = "--rules", list(rules or ())
    if not folders:
        named = os.environ.get("ADVISOR_RULES", "").split(os.pathsep)
        flag, folders = "ADVISOR_RULES:", [user_path(folder) for folder in named if folder]
    for folder in folders:
        if not folder or not Path(folder).is_dir():
            raise InputError(f"{flag} {folder or repr(folder)}: there is no such folder.")
    return [Path(folder) for folder in folders]


def asked(
    file: str | None, sets: Sequence[str] | None, rules: Sequence[str] | None
) -> tuple[RuleBase, Answers]:
    """Return the rule base and the answers of ``file`` with ``sets`` applied, or of ``sets`` alone."""
    if file is None and not sets:
        way_out = "Name an answers file, - for standard input, or --set KEY=VALUE."
        raise InputError(f"There is nothing to advise on. {way_out}")
    for number, text in enumerate(sets or (), start=1):
        utf_8(f"--set #{number}", text)
    rule_base = rule_base_with(rules)
    if file is None:
        return rule_base, advisor.load_answers(
            "requirements: {}", "--set", rule_base.questionnaire, sets or ()
        )
    return rule_base, advisor.read_answers(file, rule_base.questionnaire, sets or ())


def one_of(flag: str, value: str, values: Sequence[_Value]) -> _Value:
    """Return the one of ``values`` that ``value`` names. Raises InputError with the nearest name."""
    for known in values:
        if value == known:
            return known
    hint = did_you_mean(value, values)
    raise InputError(f"{flag}: one of {', '.join(values)} is expected; found '{value}'. {hint}".rstrip())


def utf_8(flag: str, text: str) -> str:
    """Return ``text``. Raises InputError where it holds bytes that are no UTF-8 text."""
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise InputError(f"{flag}: UTF-8 text is expected; found other bytes.")
    return text
