"""Projects in Node.js, Go and Java, deployed in the emulated account: the laws hold as they do in Python.

The handlers are the real ones with their real libraries; each project is built once, a process of its own.
"""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.examples import FULL, SEED
from tests.starter.played.play import play
from tests.starter.played.world import driven
from tests.starter.projects import PROJECTS, blueprint_of

OTHERS = ("nodejs", "go", "java")
PLAYED: dict[str, tuple[str, dict[str, Any]]] = {
    "bus-chain": ("destinations", {"event_source": "eventbridge", "steps": 2, "on_failure": ("sqs",)}),
    "objects-chain": (
        "destinations",
        {"event_source": "s3", "steps": 2, "on_success": ("eventbridge",), "on_failure": ("sqs",)},
    ),
    "stream-in-order": (
        "destinations",
        {"event_source": "kinesis", "steps": 1, "ordering": "required", "on_failure": ("sqs",)},
    ),
    "table": ("destinations", {"event_source": "dynamodb-stream", "steps": 1, "on_failure": ("sns",)}),
    "topic": ("destinations", {"event_source": "kafka", "steps": 1, "on_failure": ("s3",)}),
    "queue-worker": ("queue-redrive", {"event_source": "sqs", "steps": 1}),
    "queue-to-machine": ("step-functions", {"event_source": "sqs", "steps": 2, "waits": ("timer",)}),
    "url-to-machine": ("step-functions", PROJECTS["express-url"][0]),
    "balancer-to-machine": ("step-functions", PROJECTS["standard-alb"][0]),
    "saga": (
        "step-functions",
        {"event_source": "eventbridge", "steps": 3, "failure_handling": ("compensate", "notify")},
    ),
    "map": (
        "step-functions",
        {"event_source": "schedule", "steps": 3, "parallelism": "dynamic", "max_parallel_items": 20},
    ),
    "function-then-map": (
        "both",
        {"event_source": "sns", "steps": 4, "parallelism": "dynamic", "data_passing": "aggregate"},
    ),
}


# a project in each runtime; FULL_GATE=1 plays each in all
DEALT = tuple(zip(OTHERS, random.Random(SEED).sample(sorted(PLAYED), len(OTHERS)), strict=True))
EVERY = list(product(OTHERS, PLAYED))


@pytest.mark.parametrize(("runtime", "name"), EVERY if FULL else DEALT)
def test_a_project_keeps_the_laws(runtime: str, name: str, tmp_path: Path) -> None:
    approach, answers = PLAYED[name]
    with driven(blueprint_of(answers, approach, runtime=runtime), tmp_path) as made:
        assert play(made) == []
