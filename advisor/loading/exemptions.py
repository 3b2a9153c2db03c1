"""``lint.yaml``: what `advisor rules lint` would find, and why it is meant to be so."""

from __future__ import annotations

import os
from pathlib import Path

from advisor.errors import AdvisorError, Problem, RuleBaseError
from advisor.knowledge.exemptions import Exemption
from advisor.loading.field_reader import Fields
from advisor.loading.rule_files import EXEMPTIONS
from advisor.loading.yaml_nodes import parse_file


def load_exemptions(folder: Path) -> tuple[Exemption, ...]:
    """Return the exemptions in ``folder``; none where there is no ``lint.yaml``.

    Raises RuleBaseError with every problem of the file.
    """
    path = folder / EXEMPTIONS
    if not os.path.lexists(path):
        return ()
    problems: list[Problem] = []
    found: list[Exemption] = []
    try:
        top = Fields(parse_file(path), "lint.yaml", problems)
        for item in top.items("accepted", required=True):
            fields = Fields(item, "an exemption", problems)
            found.append(Exemption(fields.text("about"), fields.text("reason"), item.place))
            fields.done()
        top.done()
    except AdvisorError as error:
        problems.extend(error.problems)
    except OSError as error:
        raise RuleBaseError(f"{path} cannot be read: {error.strerror or error}.") from None
    if problems:
        noun = "problem" if len(problems) == 1 else "problems"
        raise RuleBaseError(f"{path}: {len(problems)} {noun}.", sorted(problems))
    return tuple(found)
