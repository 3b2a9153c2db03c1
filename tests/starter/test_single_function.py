"""One function behind its event, where neither option is the answer."""

from __future__ import annotations

import pytest

from advisor.starter import NotSupported, render
from advisor.starter.blueprint.resources import Function, Queue
from tests.starter.projects import blueprint_of


def test_one_function_its_retries_and_a_queue_for_what_fails() -> None:
    blueprint = blueprint_of({"event_source": "s3", "steps": 1, "on_success": ("sqs",)}, "single-function")
    (function,) = (item for item in blueprint.resources if isinstance(item, Function))
    assert function.asynchronous is not None
    assert function.asynchronous.on_success is None, "nothing is routed"
    assert function.asynchronous.on_failure.target.to == "FailureQueue"
    assert {"FailureQueue", "UndeliveredEvents"} <= {
        q.id for q in blueprint.resources if isinstance(q, Queue)
    }


@pytest.mark.parametrize(
    ("requirements", "message"),
    [
        ({"event_source": "s3", "steps": 3}, "this workload has 3"),
        ({"event_source": "sqs", "steps": 1}, "queue-redrive"),
        ({"event_source": "api-gateway", "steps": 1}, "direct-invoke"),
    ],
)
def test_what_one_function_cannot_do_is_refused(requirements: dict[str, object], message: str) -> None:
    with pytest.raises(NotSupported, match=message):
        blueprint_of(requirements, "single-function")


def test_the_readme_says_when_a_schedule_runs() -> None:
    made = blueprint_of({"event_source": "schedule", "steps": 1}, "single-function")
    readme = next(file.text for file in render(made) if file.path == "README.md")
    (function,) = made.functions
    assert function.trigger and f"`{function.trigger.schedule}`" in readme
