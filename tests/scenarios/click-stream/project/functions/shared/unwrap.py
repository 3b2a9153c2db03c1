"""The payload inside an event, whatever carried it here."""

import base64
import json
from typing import Any


def unwrap(event: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of `event`, without what carried it and without the record of an outcome.

    A record of a success holds what the function returned. A record of a failure becomes
    `{"error", "batch"}`.
    """
    if "requestContext" in event and "condition" in event["requestContext"]:
        return _outcome(event)
    return event


def _outcome(record: dict[str, Any]) -> dict[str, Any]:
    if record["requestContext"]["condition"] == "Success":
        return record["responsePayload"]
    if "payload" in record:  # S3 keeps the records themselves
        return {"error": record["requestContext"]["condition"], "batch": json.loads(record["payload"])}
    batch = record.get("KinesisBatchInfo")
    return {"error": record["requestContext"]["condition"], "batch": batch}


def payload_of(record: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of one record of the stream."""
    return json.loads(base64.b64decode(record["kinesis"]["data"]))
