"""The limits agree with the service models AWS publishes for its own SDK."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader

from advisor.loading import load_rule_base
from advisor.resources import rules_folder

LIMITS = load_rule_base(rules_folder()).limits
SHAPES = {
    name: Loader().load_service_model(name, "service-2")["shapes"] for name in ("lambda", "stepfunctions")
}


@pytest.mark.parametrize(
    ("limit", "service", "shape", "bounds"),
    [
        ("async-max-retries", "lambda", "MaximumRetryAttempts", ("max",)),
        ("async-event-age", "lambda", "MaximumEventAgeInSeconds", ("min", "max")),
        ("stream-max-retries", "lambda", "MaximumRetryAttemptsEventSourceMapping", ("min", "max")),
        ("stream-record-age", "lambda", "MaximumRecordAgeInSeconds", ("max",)),
        ("stream-parallelization", "lambda", "ParallelizationFactor", ("max",)),
        ("function-timeout-managed-instances", "lambda", "Timeout", ("max",)),
        ("durable-duration", "lambda", "ExecutionTimeout", ("max",)),
        ("sfn-payload-bytes", "stepfunctions", "SensitiveData", ("max",)),
        ("sfn-definition-bytes", "stepfunctions", "Definition", ("max",)),
        ("sfn-name-length", "stepfunctions", "Name", ("max",)),
    ],
)
def test_a_limit_is_what_the_model_says(
    limit: str, service: str, shape: str, bounds: tuple[str, ...]
) -> None:
    found = SHAPES[service][shape]
    assert LIMITS[limit].series[-len(bounds) :] == tuple(found[bound] for bound in bounds)
