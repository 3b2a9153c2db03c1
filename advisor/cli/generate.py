"""``advisor generate``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import advisor
from advisor.cli import console
from advisor.cli.flags import File, Force, Rules, Sets, asked, one_of

if TYPE_CHECKING:
    from advisor.knowledge.answers import Answers
