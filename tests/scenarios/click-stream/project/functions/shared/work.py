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
    """Turn a function of one payload into a Lambda handler of a batch of records."""

    def one(record: dict[str, Any]) -> dict[str, Any]:
        return do(payload_of(record))

    @logger.inject_lambda_context
    @tracer.capture_lambda_handler
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        """Work on the records in order; the stream sends the first that fails again, and all after it.

        Where that is the first of the batch, the batch fails as a whole: Lambda halves it until the record is alone.
        """
        for place, record in enumerate(event["Records"]):
            try:
                one(record=record)
            except Exception:
                if place == 0:
                    raise
                logger.exception("record failed")
                return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
        return {"batchItemFailures": []}

    return handler
