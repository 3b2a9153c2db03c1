"""What the fuzzers feed: each target takes any bytes, and may raise nothing at all.

A target does what a command does with the same input, inside this process. What the advisor refuses by an
``AdvisorError`` is fine; every other exception is a fault. Where there are two ways to the same result,
the target also holds them equal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from advisor.decision.decide import decide
from advisor.decision.explain.open_questions import open_questions
from advisor.decision.fast.compile import compile_rules, tables_of
from advisor.decision.verdict import outcome_of
from advisor.errors import AdvisorError, CannotWrite, InputError
from advisor.inspect.run import inspect
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import RuleBase
from advisor.loading import dump_answers, load_answers, load_rule_base
from advisor.loading.conditions import ConditionReader
from advisor.loading.figures import prices_from
from advisor.loading.json_lines import line_reader
from advisor.loading.rules import RuleReader, overlaid
from advisor.loading.yaml_nodes import decode, parse
from advisor.reports import ReportOptions
from advisor.reports.inspection import FORMATS
from advisor.resources import rules_folder
from advisor.wizard import Actions, Done, Wish, play
from advisor.wizard.prompters.look import ASCII
from advisor.wizard.prompters.plain import PlainPrompter
from advisor.wizard.session import Session
from tests.wizard.small import RULE_BASE, SCREENED

REAL = load_rule_base(rules_folder())
SMALL = RuleBase(
    version="1",
    as_of="2026-11-23",
    questionnaire=SCREENED,
    criteria=(),
    rules=RULE_BASE.rules,
    alternatives=(),
)
TABLES = compile_rules(REAL)
LINES = line_reader("fuzz.jsonl", REAL.questionnaire)


def _judged(answers: Answers) -> None:
    """Both ways to decide agree."""
    decision = decide(REAL, answers.requirements)
    assert outcome_of(decision) == outcome_of(TABLES.tally(TABLES.fired(answers.requirements)))


def answers_file(data: bytes) -> None:
    """``advisor recommend FILE``: what loads can be written, and loads again to the same."""
    name = "fuzz.json" if data[:1] in (b"{", b"[") else "fuzz.yaml"
    try:
        answers = load_answers(data, name, REAL.questionnaire)
    except InputError:
        return
    assert load_answers(dump_answers(answers), "again.yaml", REAL.questionnaire) == answers
    _judged(answers)


def set_flags(data: bytes) -> None:
    """``advisor recommend --set … --set …``: one flag a line."""
    flags = data.decode("utf-8", "replace").split("\n")
    try:
        _judged(load_answers("requirements: {}", "--set", REAL.questionnaire, flags))
    except InputError:
        return


def overlay(data: bytes) -> None:
    """``advisor recommend --rules FOLDER``: one file of rules and, read again, of prices."""
    questions = REAL.questionnaire
    reader = ConditionReader(questions.by_key, tuple(questions.derived), [])
    try:
        entry = parse(decode(data, "fuzz.yaml"), "fuzz.yaml")
        prices_from(entry, [])
        rule_reader = RuleReader(reader, [item.id for item in REAL.alternatives])
        laid = overlaid(REAL.rules, REAL.inspection, entry, rule_reader)
    except AdvisorError:
        return
    if reader.problems:
        assert all(str(problem) for problem in reader.problems)
        return
    changed = replace(REAL, rules=laid.rules)
    tables = tables_of(changed)
    some: dict[str, Answer] = {"steps": 3, "invocation": "async", "targets": ("sqs",)}
    for requirements in ({}, some):
        expected = outcome_of(decide(changed, requirements))
        assert tables is None or outcome_of(tables.tally(tables.fired(requirements))) == expected


def batch_line(data: bytes) -> None:
    """``advisor recommend --batch``: a line means what a file of the same bytes means."""
    data = data.replace(b"\n", b" ")
    try:
        line = LINES.read(data, 7)
    except InputError as error:
        assert {problem.place.line for problem in error.problems} <= {0, 7}
        return
    answers = load_answers(data, "fuzz.json", REAL.questionnaire)
    assert (line.name, line.requirements) == (answers.name, answers.requirements)


def keystrokes(data: bytes) -> None:
    """``advisor --plain``: lines typed until nothing comes any more; nothing is written anywhere."""
    everything, lines = data[:1] > b"\x80", data.decode("utf-8", "replace")
    prompter = PlainPrompter(StringIO(lines), StringIO(), ASCII)
    asks = partial(open_questions, SMALL)
    try:
        play(
            Session(rule_base=SMALL, prompter=prompter, actions=_ACTIONS, open_questions=asks),
            everything=everything,
        )
    except KeyboardInterrupt:
        return


def _tells(wish: Wish) -> Done:
    return Done("told", ("advisor", "recommend", str(wish.saved)))


def _refuses(wish: Wish) -> Done:
    raise CannotWrite(f"{wish.path} cannot be written.")


_ACTIONS = Actions(
    summary=_tells, reasons=_tells, flips=_tells, cost=_tells, save=_tells, report=_refuses, generate=_refuses
)

FILES = (
    "template.yaml",
    "template.json",
    "order.asl.json",
    "order.asl.yaml",
    "main.tf",
    "plan.json",
    "serverless.yml",
)
_FOLDER = TemporaryDirectory()
_DAY = date(2026, 11, 23)


def existing_system(data: bytes) -> None:
    """``advisor inspect FOLDER``: the first byte is the kind of file that the rest is; in every format."""
    folder = Path(_FOLDER.name)
    for old in folder.iterdir():
        old.unlink()
    (folder / FILES[(data[0] if data else 0) % len(FILES)]).write_bytes(data[1:])
    inspection = inspect(["."], REAL, _DAY, folder)
    told = {name: render(inspection, REAL, ReportOptions()) for name, render in FORMATS.items()}
    assert json.loads(told["json"])["schema"] == 1
    assert json.loads(told["sarif"])["version"] == "2.1.0"
    for report in inspection.systems:
        assert load_answers(dump_answers(report.answers), "again.yaml", REAL.questionnaire) == report.answers


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "answers-file": answers_file,
    "set-flags": set_flags,
    "overlay": overlay,
    "batch-line": batch_line,
    "keystrokes": keystrokes,
    "existing-system": existing_system,
}
