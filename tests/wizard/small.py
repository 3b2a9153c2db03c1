"""A rule base small enough to read, with every kind of question, for tests of the wizard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from advisor.knowledge.conditions import Answer, Condition, Test
from advisor.knowledge.questions import Choice, Question, QuestionKind, Questionnaire, Screen, ScreenItem
from advisor.knowledge.rules import Rule, RuleBase

SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/welcome.html"


def question(key: str, kind: QuestionKind, ask: str, *choices: Choice, **more: object) -> Question:
    return Question(
        key=key,
        kind=kind,
        topic="flow",
        ask=ask,
        why=f"Why {key} is asked.",
        changes=f"What {key} changes.",
        help=f"How to decide {key}.",
        undo="Easy.",
        source=SOURCE,
        choices=choices,
        **more,  # type: ignore[arg-type]
    )


def rule(rule_id: str, title: str, when: Condition, **effect: Any) -> Rule:
    return Rule(
        id=rule_id,
        title=title,
        criterion="flow",
        when=when,
        because=f"Because of {rule_id}.",
        source=SOURCE,
        as_of="2026-11-23",
        **effect,
    )


QUESTIONNAIRE = Questionnaire(
    questions=(
        question(
            "invocation",
            "choice",
            "How is the work started?",
            Choice("sync", "Synchronous call", "The caller waits for the answer."),
            Choice("async", "Asynchronous event", "Nobody waits."),
        ),
        question(
            "event_source",
            "choice",
            "Which service starts it?",
            Choice("s3", "S3 event", "An object changes.", {"invocation": "async"}),
            Choice("alb", "Load balancer", "A browser waits.", {"invocation": "sync"}),
            Choice("other", "Something else", "None of these."),
        ),
        question(
            "steps", "whole", "How many steps?", unit="steps", minimum=1, maximum=10000, examples=("1", "3")
        ),
        question(
            "parallelism",
            "choice",
            "Do parts run at the same time?",
            Choice("none", "No", "One after the other."),
            Choice("dynamic", "Once per item", "The same step over a list."),
        ),
        question(
            "max_items",
            "whole",
            "How many items at most?",
            unit="items",
            minimum=1,
            maximum=1_000_000,
            applies_when=Test("parallelism", "is", ("dynamic",)),
        ),
        question(
            "waits",
            "list",
            "What does a run wait for?",
            Choice("timer", "A timer", "A fixed delay."),
            Choice("callback", "A callback", "An outside system reports back."),
        ),
        question(
            "duration_s", "number", "How long does a run take?", unit="s", minimum=0, maximum=31_536_000
        ),
        question(
            "idempotent",
            "flag",
            "Can a step safely run twice?",
            Choice(True, "Yes", "A repeat changes nothing."),
            Choice(False, "No", "It would do its work twice."),
        ),
        question(
            "priority",
            "list",
            "What matters most?",
            Choice("cost", "Cost", "A low bill."),
            Choice("control", "Control", "Each step as you define it."),
            Choice("low-ops", "Little to operate", "Few moving parts."),
            ordered=True,
        ),
    )
)

D, S, E = "destinations", "step-functions", "express"
RULES = (
    rule("IN01", "A waiting caller gets no destination", Test("invocation", "is", ("sync",)), rules_out=(D,)),
    rule("IN02", "Events suit Destinations", Test("invocation", "is", ("async",)), favours={D: 1}),
    rule("FL01", "Many steps need an overview", Test("steps", "at_least", (5,)), favours={S: 3}),
    rule("FL02", "Few steps need none", Test("steps", "at_most", (2,)), favours={D: 2}),
    rule("PA01", "A list needs a Map state", Test("parallelism", "is", ("dynamic",)), favours={S: 2}),
    rule("PA02", "Many items need Distributed Map", Test("max_items", "at_least", (41,)), rules_out=(E,)),
    rule("WA01", "Only Standard can wait", Test("waits", "includes", ("callback",)), rules_out=(D, E)),
    rule("DU01", "Express ends after five minutes", Test("duration_s", "at_least", (301,)), rules_out=(E,)),
    rule("ID01", "Repeats must be harmless", Test("idempotent", "is", (False,)), favours={"standard": 2}),
    rule("PR01", "Control", Test("priority", "includes", ("control",)), favours={S: 1}),
    rule("PR02", "Cost", Test("priority", "includes", ("cost",)), favours={D: 1}),
)  # fmt: skip

SCREEN = Screen(
    id="features",
    ask="Which of these does it do?",
    why="Each speaks for one option.",
    items=(
        ScreenItem(
            keys=("parallelism",), label="Many at once", text="The same step over a list.", otherwise="none"
        ),
        ScreenItem(keys=("waits",), label="Wait", text="For a time or for others.", otherwise=()),
        ScreenItem(keys=("duration_s", "idempotent"), label="Take long", text="Or must not run twice."),
        ScreenItem(keys=("priority",), label="Favour one thing", text="Cost, control or little to operate."),
        ScreenItem(keys=("event_source",), label="Read new files", text="From a bucket.", then="s3"),
    ),
)
SCREENED = replace(QUESTIONNAIRE, opening=("invocation",), screens=(SCREEN,))
RULE_BASE = RuleBase(
    version="1", as_of="2026-11-23", questionnaire=QUESTIONNAIRE, criteria=(), rules=RULES, alternatives=()
)

FULL: Mapping[str, Answer] = {
    "invocation": "async",
    "event_source": "s3",
    "steps": 3,
    "parallelism": "none",
    "waits": (),
    "duration_s": 60,
    "idempotent": True,
    "priority": ("cost",),
}
