"""The payload inside an event, whatever carried it here."""

import base64
import json
from typing import Any


def payload_of(record: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of one record of the stream."""
    return json.loads(base64.b64decode(record["kinesis"]["data"]))
