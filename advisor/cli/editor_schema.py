"""The JSON Schema beside an answers file, by which an editor completes, explains and checks it."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import advisor
from advisor.errors import AdvisorError
from advisor.files import read_file
from advisor.knowledge.questions import Questionnaire
from advisor.loading.answers_writer import SCHEMA_FILE


def schema_beside(path: Path, questionnaire: Questionnaire) -> str:
    """Write the schema that an editor checks ``path`` by, unless one is there; return what to say."""
    beside = path.with_name(SCHEMA_FILE)
    text = advisor.schema_text(advisor.answers_schema(questionnaire))
    try:
        if os.path.lexists(beside):  # a link that leads nowhere would write what it names
            if read_file(beside, 2 * len(text.encode())) == text.encode():
                return ""
            raise FileExistsError
        advisor.write_text(beside, text)
    except (OSError, AdvisorError):
        return f" For help in your editor: advisor schema > {shlex.quote(str(beside))}"
    return f" {SCHEMA_FILE} beside it lets your editor help with them."
