"""An answers file to start from: every question with its answers, and all of them unknown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from advisor.knowledge.answers import IACS, OPERATORS, RUNTIMES
from advisor.knowledge.questions import Question, Questionnaire
from advisor.loading.answers_reader import SCHEMA, UNKNOWN
from advisor.loading.answers_writer import FOR_EDITORS

WIDTH = 110
INTRODUCTION = (
    f"Put what you know in the place of '{UNKNOWN}'. What stays unknown never counts as \"no\", and lines "
    "that you do not need can go. Then: advisor recommend FILE; advisor generate FILE --output FOLDER"
)
PROJECT = f"""\
project:
  iac: sam  # {", ".join(IACS)}
  runtime: python  # {", ".join(RUNTIMES)}
  # region: eu-central-1
  # Names of the steps, in the order in which they run. Services: lambda, and what targets lists above.
  # steps:
  #   - {{name: CheckOrder, service: lambda}}
  #   - parallel:
  #       - {{name: ReserveStock, service: lambda}}
  #       - {{name: ReserveCourier, service: lambda}}
  #   - choice: {{field: amount, at_least: 1000}}  # {", ".join(OPERATORS)}
  #     then:
  #       - {{wait: human-approval}}
  #   - for_each:
  #       - {{name: PackItem, service: lambda}}
"""


def blank_answers(questionnaire: Questionnaire) -> str:
    """Return a YAML answers file with every question as a comment above its unanswered key."""
    lines = [f"# {FOR_EDITORS}", *_comment(INTRODUCTION), f"schema: {SCHEMA}", "name: my-workload", ""]
    lines.append("requirements:")
    for question in questionnaire.questions:
        lines += [*_question(question), f"  {question.key}: {UNKNOWN}", ""]
    return "\n".join(lines) + "\n" + PROJECT


def _question(question: Question) -> Iterator[str]:
    yield from _comment(question.ask, "  ")
    if question.choices:
        if question.kind == "list":
            order = ", the most important first" if question.ordered else ""
            yield f"  # A list such as [{_written(question.choices[0].value)}]{order}; [] is none of these."
        width = max(len(_written(choice.value)) for choice in question.choices)
        for choice in question.choices:
            head = f"  #   {_written(choice.value):<{width}}  "
            text = f"{choice.label}: {choice.text}" if choice.text else choice.label
            yield from _wrapped(text, head, f"  #   {'':<{width}}  ")
    elif question.kind in ("whole", "number"):
        kind = "A whole number" if question.kind == "whole" else "A number"
        yield f"  # {kind} from {question.minimum:,} to {question.maximum:,} {question.unit}".rstrip() + "."


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _comment(text: str, indent: str = "") -> Iterator[str]:
    yield from _wrapped(text, f"{indent}# ", f"{indent}# ")


def _wrapped(text: str, first: str, rest: str) -> Iterator[str]:
    yield from textwrap.wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
