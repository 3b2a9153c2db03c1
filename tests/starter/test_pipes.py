"""A pipe from a queue or stream to a target, with no function between."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Any

import pytest

from advisor.knowledge.answers import Step
from advisor.starter import NotSupported, render
from advisor.starter.blueprint.resources import Pipe, Queue
from tests.starter.projects import blueprint_of

SOURCES = ("sqs", "dynamodb-stream", "kinesis", "kafka")
TARGETS = ("sqs", "sns", "eventbridge", "step-functions")


def made(source: str, target: str) -> Any:
    answers = {"event_source": source, "steps": 1, "targets": (target,)}
    return blueprint_of(answers, "pipes", steps=(Step("Hand on", target),))


@pytest.mark.parametrize(("source", "target"), list(product(SOURCES, TARGETS)))
def test_each_source_reaches_each_target_and_what_fails_is_kept(source: str, target: str) -> None:
    blueprint = made(source, target)
    (pipe,) = (item for item in blueprint.resources if isinstance(item, Pipe))
    assert (pipe.service, pipe.target_service) == (source, target)
    assert blueprint.functions == ()
    actions = {action for item in blueprint.permissions_of(pipe.id) for action in item.actions}
    wanted = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "eventbridge": "events:PutEvents"}
    assert wanted.get(target, "states:StartExecution") in actions
    kept = [item for item in blueprint.resources if isinstance(item, Queue) and item.stays_empty]
    assert len(kept) == (0 if source == "kafka" else 1)  # a pipe cannot set a record of Kafka aside
    assert f"{pipe.id}ExecutionFailedAlarm" in {alarm.id for alarm in blueprint.alarms}


def test_only_new_items_of_a_table_are_handed_on() -> None:
    (pipe,) = (item for item in made("dynamodb-stream", "sns").resources if isinstance(item, Pipe))
    assert json.loads(json.dumps(pipe.filter)) == {"eventName": ["INSERT"]}


def test_a_project_without_code_has_no_file_of_a_language() -> None:
    paths = {file.path for file in render(made("sqs", "sns"))}
    assert not any(path.startswith(("functions/", "tests/")) or "ruff" in path for path in paths)


@pytest.mark.parametrize(
    ("answers", "steps", "told"),
    [
        ({"event_source": "sqs", "steps": 1}, (), "called by a poller, without a pipe"),
        ({"event_source": "sqs", "steps": 2}, (), "whose pipe starts a workflow"),
        ({"event_source": "sqs"}, (Step("Keep", "s3"),), "no service that a pipe hands on to"),
        ({"event_source": "sqs"}, (Step("Call", "http-api"),), "not wired to a pipe yet"),
        ({"event_source": "s3", "steps": 1}, (Step("Tell", "sns"),), "The sources of a pipe"),
        ({"event_source": "sqs", "branching": "content"}, (Step("Tell", "sns"),), "no choice between"),
    ],
)
def test_what_a_pipe_cannot_do_is_refused_with_a_way_out(
    answers: dict[str, Any], steps: tuple[Step, ...], told: str
) -> None:
    with pytest.raises(NotSupported, match=re.escape(told)) as refused:
        blueprint_of(answers, "pipes", steps=steps)
    assert "--approach" in str(refused.value)
