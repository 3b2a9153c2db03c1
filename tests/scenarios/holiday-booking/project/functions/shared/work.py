"""What every handler shares: unwrap the event, do the work once, log, trace, and let errors out."""

import os
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent,
)

from shared.unwrap import unwrap

logger = Logger()
tracer = Tracer()
store = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])
once_a_day = IdempotencyConfig(expires_after_seconds=86_400)

Work = Callable[[dict[str, Any]], dict[str, Any]]


class InvalidInput(Exception):
    """The input is wrong, and stays wrong however often it is tried."""


def unit_of_work(do: Work) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Turn a function of one payload into a Lambda handler."""

    @logger.inject_lambda_context
    @tracer.capture_lambda_handler
    @idempotent(persistence_store=store, config=once_a_day)
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return do(unwrap(event))

    return handler
