"""Scenario files: one JSON object a line, each a workload with its answers and what is right for it."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.errors import AdvisorError, InputError, Problem
from advisor.knowledge.questions import Questionnaire
from advisor.knowledge.rules import BOTH, DESTINATIONS, EXPRESS, NEITHER, STANDARD, STEP_FUNCTIONS
from advisor.knowledge.scenarios import Scenario
from advisor.loading.conditions import ConditionReader
from advisor.loading.field_reader import Fields
from advisor.loading.yaml_nodes import Entry, parse

ANSWER_FIELDS = ("requirements", "blind_answers", "answers")
_OUTCOMES: dict[str, tuple[str, str | None]] = {
    DESTINATIONS: (DESTINATIONS, None),
    STEP_FUNCTIONS: (STEP_FUNCTIONS, None),
    f"{STEP_FUNCTIONS}-{STANDARD}": (STEP_FUNCTIONS, STANDARD),
    f"{STEP_FUNCTIONS}-{EXPRESS}": (STEP_FUNCTIONS, EXPRESS),
    BOTH: (BOTH, None),
    NEITHER: (NEITHER, None),
}


def load_scenarios(
    text: str, file: str, questionnaire: Questionnaire, answer_fields: Sequence[str] = ANSWER_FIELDS
) -> tuple[Scenario, ...]:
    """Return the scenarios in ``text``, with the answers of the first of ``answer_fields`` each has.

    A line needs ``id``, ``recommended`` (an option, or ``step-functions-standard`` or ``-express``) and one
    of the answer fields; what else it holds is left alone. Raises InputError with every problem at once.
    """
    problems: list[Problem] = []
    found: dict[str, Scenario] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        of_line: list[Problem] = []
        try:
            entry = parse(line, file)
            scenario = _scenario(entry, questionnaire, answer_fields, of_line)
            if scenario.id in found:
                of_line.append(Problem(entry.place, f"the scenario '{scenario.id}' is there twice."))
            found[scenario.id] = scenario
        except AdvisorError as error:
            of_line += error.problems
        problems += (problem.in_line(number) for problem in of_line)
    if problems:
        noun = "problem" if len(problems) == 1 else "problems"
        raise InputError(f"{file}: {len(problems)} {noun} in the scenarios.", sorted(problems))
    return tuple(found.values())


def _scenario(
    entry: Entry, questionnaire: Questionnaire, answer_fields: Sequence[str], problems: list[Problem]
) -> Scenario:
    fields = Fields(entry, "a scenario", problems)
    recommended = fields.get("recommended", required=True)
    name = fields.one_of(recommended, list(_OUTCOMES)) if recommended else ""
    option, workflow_type = _OUTCOMES.get(name, ("", None))
    answers = next((found for key in answer_fields if (found := fields.get(key))), None)
    if answers is None:
        fields.say(entry.place, f"a scenario needs answers: {' or '.join(answer_fields)}.")
    reader = ConditionReader(questionnaire.by_key, (), problems)
    return Scenario(
        id=fields.text("id"),
        answers=reader.answers(answers) if answers else {},
        option=option,
        workflow_type=workflow_type,
        ambiguous=fields.flag("ambiguous"),
        kind=fields.text("source_kind", required=False),
        source=fields.text("source", required=False),
        instead=fields.text("neither_what", required=False),
    )
