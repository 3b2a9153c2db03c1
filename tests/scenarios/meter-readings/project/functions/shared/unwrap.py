"""The payload inside an event, whatever carried it here."""

import json
from typing import Any


def unwrap(event: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of `event`: a queue, topic or bus around it is taken off, and so is the record of an outcome.

    A record of a success holds the payload the function returned. A record of a failure becomes
    `{"id", "error", "payload"}`.
    """
    if event.keys() >= {"execution", "state", "payload"}:  # a Task of the state machine
        return unwrap(event["payload"])
    if "Records" in event:
        (record,) = event["Records"]  # asynchronous sources send one; a second one must not get lost
        return unwrap(json.loads(record["body"] if "body" in record else record["Sns"]["Message"]))
    if "detail" in event:
        return unwrap({"id": event["id"], **event["detail"]})
    if "bucket" in event and "object" in event:
        bucket, key = event["bucket"]["name"], event["object"]["key"]
        return {"id": f"{bucket}/{key}", "bucket": bucket, "key": key}
    return event
