"""Undo reserve flight: one unit of work.

Business code goes into `undo_reserve_flight`. How the event got here and where the result goes is wired
elsewhere; this file stays the same whichever way that is.
"""

from typing import Any

from shared.work import InvalidInput, logger, unit_of_work


def undo_reserve_flight(payload: dict[str, Any]) -> dict[str, Any]:
    """Take back what "Reserve flight" did: `payload` is what it returned.

    After a timeout it is what that step was given, and it may have done nothing. Bear to be called twice.

    Raise InvalidInput for what no retry can mend and any other exception for what a retry may mend; an
    error that is returned instead counts as success.
    """
    if not isinstance(payload.get("id"), str) or not payload["id"]:
        raise InvalidInput("'id' must be a non-empty string")
    logger.info("Undo reserve flight", extra={"id": payload["id"]})
    return {**payload, "done": [*payload.get("done", []), "undo_reserve_flight"]}


handler = unit_of_work(undo_reserve_flight)
