"""Record, page, README and state machine tell one story: for all examples, and for a hundred others."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import advisor
from advisor.cli.project_builder import make
from advisor.decision.recommendation import Recommendation, Verdict
from advisor.knowledge.answers import Answers
from advisor.knowledge.flow import units
from advisor.knowledge.rules import BOTH
from advisor.reports.diagram.flow import flow, in_words
from advisor.reports.diagram.mermaid import flowchart
from advisor.reports.html.flow_drawing import draw
from advisor.starter import NotSupported, plan, render
from tests.starter.combinations import FACTORS, OPTIONS
from tests.starter.projects import recommendation, rule_base, versions

Edges = set[tuple[str, str]]
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
HUNDRED = 100
# States that a node of the flow brings along, and where a run goes on from them
BESIDES = re.compile(
    r"(Approved( \d+)?\?|Still running\?|(Done|Nothing done yet|Done so far)( \d+)?|Start once|"
    r"Take the event|Note the item|.*: all done\?|.*, or none)$"
)
AGAIN = "Wait for the job"
CLAIMS = {"Start once", "Allow a new start"}  # their own retries are not those of the work
HANDLING = re.compile(
    r"Undo |Allow a new start|Already started|Report failure|Workflow failed|Not approved|Fall back for|"
    r"Failed here"
)


def _answers(example: Path) -> Answers:
    return advisor.load_answers(example.read_bytes(), example.name, rule_base().questionnaire)


@cache
def seeded() -> tuple[tuple[Recommendation, dict[str, str]], ...]:
    """Return recommendations for random answers, each with its project; what cannot be built is left out."""
    chance = random.Random(14)
    found: list[tuple[Recommendation, dict[str, str]]] = []
    while len(found) < HUNDRED:
        approach = chance.choice([*OPTIONS, "step-functions"])
        factors = {**FACTORS[approach], "on_success": (None, ("sqs",), ("eventbridge",), ("sns", "dynamodb"))}
        picked = {key: chance.choice(values) for key, values in factors.items()}
        language, _ = picked.pop("query_language", None), picked.pop("runtime")
        answers = {key: value for key, value in picked.items() if value is not None}
        advice = recommendation(answers, query_language=language)
        option = advice.verdict.option if chance.random() < 0.5 else approach
        kind = advice.designs[option].workflow_type if option in ("step-functions", BOTH) else None
        advice = (
            replace(advice, verdict=Verdict(option=option, workflow_type=kind, strength="clear", instead=()))
            if option in OPTIONS
            else advice
        )
        try:
            made = plan(advice, versions())
        except NotSupported:
            continue
        if made.passed_over:  # the project is another one than the record draws, and says so
            continue
        found.append((advice, {file.path: file.text for file in render(made)}))
    return tuple(found)


def _definition(files: dict[str, str]) -> dict[str, Any] | None:
    return next((json.loads(text) for path, text in files.items() if path.endswith(".asl.json")), None)


def _ways(state: dict[str, Any]) -> Iterator[str]:
    yield from [state["Next"]] if "Next" in state else []
    yield from (choice["Next"] for choice in state.get("Choices", ()))
    yield from [state["Default"]] if "Default" in state else []


def machine_edges(machine: dict[str, Any]) -> Edges:
    """Return which state follows which when all goes well; helper states and Map states are left out."""
    edges = {("", machine["StartAt"]), *_edges(machine, {"end"})}
    states = {one for one, _ in edges}
    seen_through = {name for name in states if BESIDES.match(name)} | set(_maps(machine))
    for name in seen_through:
        before = {one for one, other in edges if other == name}
        after = {other for one, other in edges if one == name}
        edges = {edge for edge in edges if name not in edge} | set(product(before, after))
    return edges


def _edges(level: dict[str, Any], after: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the arrows of one level; its last states lead to ``after``."""
    for name, state in level["States"].items():
        if HANDLING.match(name) or name == AGAIN:
            continue
        ways = {way for way in _ways(state) if not HANDLING.match(way) and way != AGAIN}
        ways |= after if state.get("End") or state["Type"] == "Succeed" else set()
        inner = _inner(state)
        for branch in inner:
            yield name, branch["StartAt"]
            yield from _edges(branch, ways)
        yield from ((name, way) for way in ways if not inner)


def _inner(state: dict[str, Any]) -> list[dict[str, Any]]:
    branches: list[dict[str, Any]] = state.get("Branches", [])
    return branches + [state[key] for key in ("ItemProcessor",) if key in state]


def _maps(level: dict[str, Any]) -> Iterator[str]:
    for name, state in level["States"].items():
        yield from [name] if state["Type"] == "Map" else []
        for inner in _inner(state):
            yield from _maps(inner)


def record_edges(text: str) -> Edges:
    """Return the same of the diagram in the record; functions at the edge are left out."""
    labels = dict(re.findall(r'^\s*(n\d+)\W*"(.*?)"', text, re.MULTILINE))
    frame = re.search(r"subgraph.*^  end$", text, re.DOTALL | re.MULTILINE)
    inside = set(re.findall(r"^\s*(n\d+)", frame[0], re.MULTILINE)) if frame else set()
    besides = r" \((\d+ s|every \d+ s|placeholder)\)$"
    names = {key: re.sub(besides, "", labels[key]) for key in inside}
    arrows = re.findall(r"^\s*(n\d+) (?:-->|-- [\w ]+ -->) (n\d+)$", text, re.MULTILINE)
    fallbacks = set(re.findall(r"-\. on failure \.-> (n\d+)$", text, re.MULTILINE))
    last = inside - {start for start, _ in arrows} - fallbacks
    arrows += [(key, "end") for key in last]
    touching = [(one, other) for one, other in arrows if inside & {one, other}]
    return {(names.get(one, ""), names.get(other, "end")) for one, other in touching}


def readme_edges(text: str) -> Edges:
    """Return which state follows which in the README's diagram."""
    names = dict(re.findall(r'^\s+(s\d+)\["(.*?)(?:<br/>.*)?"\]$', text, re.MULTILINE))
    arrow = r"^\s+(s\d+) (?:-->|-- yes -->|-- otherwise -->) (s\d+)$"
    return {(names[start], names[end]) for start, end in re.findall(arrow, text, re.MULTILINE)}


def _check(advice: Recommendation, files: dict[str, str], record: str) -> None:
    _check_functions(advice, files)
    _check_failures(advice, files)
    machine = _definition(files)
    if machine is None:
        return
    assert record_edges(record) == machine_edges(machine)
    told = {(name, way) for name, state in machine["States"].items() for way in _ways(state)}
    assert readme_edges(files["README.md"]) == told


def _check_functions(advice: Recommendation, files: dict[str, str]) -> None:
    """The functions at the edge are those of the flow, and each work of the flow is in the README."""
    told = set(re.findall(r"^\* `\w+Function` does '(.+?)'", files["README.md"], re.MULTILINE))
    wanted = {unit.name.words for unit in units(advice.design.flow) if unit.service == "lambda"}
    assert told - {"Handle success", "Handle failure"} == wanted - {"Handle success", "Handle failure"}


def _check_failures(advice: Recommendation, files: dict[str, str]) -> None:
    """What the timeline says of attempts, Catch and alarms is in the project."""
    template = files["template.yaml"]
    metrics = set(re.findall(r"MetricName: (\w+)", template))
    machine = _definition(files)
    for story in advice.failure_stories:
        if advice.verdict.option not in (story.option, BOTH) or not story.attempts[:1].isdigit():
            continue
        if story.option == "destinations" and not advice.design.edge:
            continue  # both behind a stream: a pipe is at the edge
        assert set(re.findall(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+|Errors", story.alarm)) <= metrics
        attempts = int(story.attempts.split()[0])
        if story.option == "step-functions":
            assert machine
            caught = any(event.title == "Catch" for event in story.events)
            assert caught == ("Workflow failed" in machine["States"])
            retries = {
                retrier["MaxAttempts"]
                for retrier in _retriers(machine)
                if "States.TaskFailed" in retrier["ErrorEquals"]
            }
            assert retries <= {attempts - 1}
        else:
            assert set(re.findall(r"MaximumRetryAttempts: (\d+)", template)) <= {
                str(attempts - 1),
                "2",
                "185",
            }


def _retriers(level: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, state in level["States"].items():
        yield from () if name in CLAIMS else state.get("Retry", ())
        for inner in _inner(state):
            yield from _retriers(inner)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_tells_one_flow_everywhere(example: Path) -> None:
    answers = _answers(example)
    advice = advisor.recommend(rule_base(), answers)
    if advice.verdict.option == "neither":
        return
    files = {file.path: file.text for file in make(rule_base(), answers).files}
    _check(advice, files, files["docs/decision.md"])
    page = advisor.FORMATS["html"](advice, rule_base())
    assert in_words(flow(advice, rule_base())) in re.sub(r"\s+", " ", page)


@pytest.mark.parametrize("number", range(HUNDRED))
def test_record_page_readme_and_machine_tell_one_flow(number: int) -> None:
    advice, files = seeded()[number]
    parts = flow(advice, rule_base())
    _check(advice, files, flowchart(parts))
    sentence = in_words(parts).replace(" ", "")
    for shape in draw(parts).shapes:  # of the page
        assert "".join(line.text for line in shape.lines).rstrip("…").replace(" ", "") in sentence


@pytest.mark.parametrize("topic", [None, "orders-failed"])
def test_the_story_of_a_kafka_reader_is_what_its_mapping_is_set_to(topic: str | None) -> None:
    advice = recommendation({"event_source": "kafka", "steps": 1}, failure_topic=topic)
    story = next(item for item in advice.failure_stories if item.option == "destinations")
    made = plan(advice, versions(), approach="destinations")
    files = {file.path: file.text for file in render(made)}
    (batch,) = (one.trigger.batch for one in made.functions if one.trigger and one.trigger.batch)
    assert f"{batch.retry_attempts + 1} at most" in story.attempts
    settings = {"MaximumRetryAttempts", "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError"}
    assert {name for name in settings if name in files["template.yaml"]} == (settings if topic else set())
    assert [event.at_s for event in story.events if event.title == "At the latest"] == (
        [batch.max_record_age_s] if topic else []
    )
    assert "OffsetLag" in story.alarm and "OffsetLag" in files["template.yaml"]
