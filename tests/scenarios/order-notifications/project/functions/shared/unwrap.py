"""The payload inside an event, whatever carried it here."""

import json
from typing import Any


def unwrap(event: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of `event`, without what carried it and without the record of an outcome.

    A record of a success holds what the function returned. A record of a failure becomes
    `{"id", "error", "payload"}`.
    """
    if "Records" in event:
        (record,) = event["Records"]  # asynchronous sources send one; a second one must not get lost
        return unwrap(json.loads(record["body"] if "body" in record else record["Sns"]["Message"]))
    if "detail" in event:
        return unwrap({"id": event["id"], **event["detail"]})
    if "requestContext" in event and "condition" in event["requestContext"]:
        return _outcome(event)
    return event


def _outcome(record: dict[str, Any]) -> dict[str, Any]:
    if record["requestContext"]["condition"] == "Success":
        return record["responsePayload"]
    payload = unwrap(record.get("requestPayload") or {})
    error = record.get("responsePayload") or {"errorMessage": record["requestContext"]["condition"]}
    return {"id": payload.get("id"), "error": error, "payload": payload}
