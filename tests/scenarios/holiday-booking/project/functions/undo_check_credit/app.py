"""Undo check credit: one unit of work.

Business code goes into `undo_check_credit`. How the event got here and where the result goes is wired
elsewhere; this file stays the same whichever way that is.
"""

from typing import Any

from shared.work import InvalidInput, logger, unit_of_work


def undo_check_credit(payload: dict[str, Any]) -> dict[str, Any]:
    """Take back what "Check credit" did: `payload` is what it returned.

    After a timeout it is what that step was given, and it may have done nothing. Bear to be called twice.

    Raise InvalidInput for what no retry can mend and any other exception for what a retry may mend; an
    error that is returned instead counts as success.
    """
    if not isinstance(payload.get("id"), str) or not payload["id"]:
        raise InvalidInput("'id' must be a non-empty string")
    logger.info("Undo check credit", extra={"id": payload["id"]})
    return {**payload, "done": [*payload.get("done", []), "undo_check_credit"]}


handler = unit_of_work(undo_check_credit)
