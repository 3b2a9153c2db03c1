"""Validate request: one unit of work.

Business code goes into `validate_request`. How the event got here and where the result goes is wired
elsewhere; this file stays the same whichever way that is.
"""

from typing import Any

from shared.work import InvalidInput, logger, unit_of_work


def validate_request(payload: dict[str, Any]) -> dict[str, Any]:
    """Return what the next step needs to know about `payload`.

    Raise InvalidInput for what no retry can mend and any other exception for what a retry may mend; an
    error that is returned instead counts as success.
    """
    if not isinstance(payload.get("id"), str) or not payload["id"]:
        raise InvalidInput("'id' must be a non-empty string")
    logger.info("Validate request", extra={"id": payload["id"]})
    return {**payload, "done": [*payload.get("done", []), "validate_request"]}


handler = unit_of_work(validate_request)
