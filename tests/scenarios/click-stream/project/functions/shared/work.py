"""What every handler shares: unwrap the event, do the work once, log, trace, and let errors out."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from shared.unwrap import payload_of

logger = Logger()
tracer = Tracer()
processor = BatchProcessor(event_type=EventType.KinesisDataStreams)

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
        return process_partial_response(
            event=event,
            record_handler=lambda record: one(record=record.raw_event),
            processor=processor,
            context=context,
        )

    return handler
