"""What every handler shares: unwrap the event, do the work once, log, trace, and let errors out."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Tracer

from shared.unwrap import payload_of

logger = Logger()
tracer = Tracer()

Work = Callable[[dict[str, Any]], dict[str, Any]]


class InvalidInput(Exception):
    """The input is wrong, and stays wrong however often it is tried."""


def unit_of_work(do: Work) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Turn a function of one payload into a Lambda handler of a batch of messages."""

    def one(record: dict[str, Any]) -> dict[str, Any]:
        return do(payload_of(record))

    @logger.inject_lambda_context
    @tracer.capture_lambda_handler
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Work on every message; only those that fail come back, and after some attempts are set aside."""
        failed = [record["messageId"] for record in event["Records"] if not succeeds(record)]
        return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}

    def succeeds(record: dict[str, Any]) -> bool:
        try:
            one(record=record)
        except Exception:
            logger.exception("message failed", extra={"message_id": record["messageId"]})
            return False
        return True

    return handler
