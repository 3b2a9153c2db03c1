"""Inputs to begin with: good ones, and the words they are made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from advisor.resources import rules_folder
from tests.fuzz.targets import FILES, REAL

_EXAMPLES = rules_folder().parent / "examples"

_OVERLAY = b"""\
rules:
  - id: OW01
    title: We know queues
    when: {any_of: [{steps: {at_most: 2}}, {not: {targets: {includes: sqs}}}, {waits: {only: []}}]}
    unless: {team_asl_experience: [some, strong]}
    favours: {destinations: 3, express: 1}
    warns: [destinations]
    because: We run them.
    source: https://example.com/rules
    as_of: 2026-11-23
    fires_on: [{steps: 1}]
    quiet_on: [{steps: 3, targets: [sqs, sns]}]
change:
  - {rule: FL01, reason: we like it, favours: {step-functions: 1}}
switch_off:
  - {rule: PE02, reason: everyone here knows it}
"""
_PRICES = b"""\
region: eu-north-1
title: Stockholm
as_of: 2026-11-23
prices:
  - {id: a, title: A, unit: request, tiers: [{price: 1e-7, up_to: 3}, {price: 2}], source: "https://a.b/"}
"""


def _examples() -> list[bytes]:
    return [path.read_bytes() for path in sorted(_EXAMPLES.glob("*.yaml"))]


def _line(requirements: Mapping[str, object]) -> bytes:
    return json.dumps({"schema": 1, "name": "x", "requirements": requirements}).encode()


_SAMPLES = Path(__file__).parents[1] / "inspect" / "samples"
_SYSTEMS = {
    "template.yaml": ("shop/template.yaml", "same/sam/template.yaml"),
    "template.json": ("same/cloudformation/template.json",),
    "order.asl.json": ("shop/statemachine/order.asl.json", "wrong/m.json"),
    "order.asl.yaml": ("same/serverless/parts/order.yml",),
    "main.tf": ("same/terraform/main.tf", "wrong/main.tf"),
    "plan.json": ("same/plan/plan.json", "wrong/plan.json"),
    "serverless.yml": ("same/serverless/serverless.yml", "wrong/serverless.yml"),
}


def _systems() -> list[bytes]:
    """Return the samples, each after the number of its kind of file."""
    return [
        bytes([FILES.index(kind)]) + (_SAMPLES / name).read_bytes()
        for kind, names in _SYSTEMS.items()
        for name in names
    ]


SEEDS: Mapping[str, list[bytes]] = {
    "answers-file": [
        *_examples(),
        _line({"steps": 3, "targets": ["sqs"], "idempotent": True, "retry": None}),
    ],
    "set-flags": [
        b"steps=3\ntargets=sqs,sns\nname=x",
        b"project.region=eu-west-1\nidempotent=true\nwaits=[]",
    ],
    "overlay": [_OVERLAY, _PRICES],
    "batch-line": [
        _line({}),
        _line({"steps": 3.0, "targets": ["sqs"], "idempotent": True, "retry": "unknown"}),
    ],
    "keystrokes": [
        b"2\n1\n3\n\n=\n1\n",
        b"<\n?\n-\n1,2\n5 min\n=\n2\n4\na.yaml\n",
        b"\x811\n1\n1\n1\n1\n1\n1\n1\n",
    ],
    "existing-system": _systems(),
}
_MARKS = (
    *(": ", "=", "{", "}", "[", "]", ",", "- ", "\n", "  ", '"', "'", "&a ", "*a", "!x ", "|\n", ">", "#"),
    *("unknown", "null", "true", "1e999", "-0", "0x1", ".nan", "1:30", "\ufeff", "\x00", "\\ud83d", "---\n"),
    *("schema", "name", "requirements", "project", "steps", "region", "service"),
)
_SHAPE = (
    *("rules", "id", "when", "unless", "favours", "rules_out", "instead", "names", "combines", "warns"),
    *("because", "source", "https://", "as_of", "fires_on", "quiet_on", "any_of", "all_of", "not"),
    *("at_least", "at_most", "includes", "includes_any", "only", "change", "switch_off", "reason"),
)
_BUILT = (
    *(
        "Resources",
        "Type",
        "Properties",
        "AWS::Lambda::Function",
        "AWS::Serverless::StateMachine",
        "!Ref ",
        "!GetAtt ",
    ),
    *(
        "!Sub ",
        "Fn::Join",
        "Fn::If",
        "${",
        "$${",
        "}",
        "States",
        "StartAt",
        "Task",
        "Map",
        "Retry",
        "Catch",
        "Next",
    ),
    *(
        "resource ",
        "aws_sfn_state_machine",
        "jsonencode(",
        "<<EOF\n",
        "EOF\n",
        "functions",
        "${self:",
        "${file(",
    ),
    *(
        "planned_values",
        "configuration",
        "module_calls",
        "references",
        "Globals",
        "Metadata",
        "advisor: ignore IN01 ",
    ),
)


def words(target: str) -> list[bytes]:
    """Return what inputs of ``target`` are made of: a fuzzer puts them together."""
    if target == "keystrokes":
        return [b"\n", b"?\n", b"<\n", b"=\n", b"-\n", b"1\n", b"2\n", b"3\n", b"1,2\n", b"5 min\n", b"10k\n"]
    if target == "existing-system":
        return [word.encode() for word in (*_MARKS, *_BUILT)]
    questions = REAL.questionnaire.questions
    values = {str(choice.value) for question in questions for choice in question.choices}
    known = (*(question.key for question in questions), *sorted(values), *_MARKS)
    return [word.encode() for word in (known + _SHAPE if target == "overlay" else known)]
