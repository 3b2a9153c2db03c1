"""Where the wiring that the answers name cannot do what they ask for, and what does."""

from __future__ import annotations

from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.requirements import Requirements


def one_failure_target(requirements: Requirements) -> tuple[Requirements, tuple[str, ...]]:
    """Return the requirements with the first of several targets for failures, and what the others need."""
    first, *others = requirements.chosen("on_failure") or ("",)
    if not others:
        return requirements, ()
    note = (
        f"Lambda takes one destination for failures, so they go to {first}. For {', '.join(others)} as well, "
        "name sns or eventbridge alone in on_failure, and subscribe the others to it."
    )
    return requirements.having("on_failure", (first,)), (note,)


def reachable(
    requirements: Requirements, aws: AwsFacts, *, answers: bool = False, pauses: bool = False
) -> tuple[Requirements, tuple[str, ...]]:
    """Return the requirements as they can be wired, and one sentence for each difference.

    An HTTP API gives up before a long run ends; a function URL waits as long as its function.
    ``answers``: a caller waits for the result unless the answers say otherwise; ``pauses``: a run waits.
    """
    if answers and not _says_otherwise(requirements):
        requirements = requirements.having("caller_waits_for", "result")
    waits = requirements.text("caller_waits_for") == "result"
    longest = max(requirements.number(key, 0) for key in ("total_duration_s", "step_duration_s"))
    api = requirements.text("event_source") == "api-gateway"
    if not (waits and api and (pauses or longest >= aws.limit("http-api-timeout"))):
        return requirements, ()
    takes = "a run waits itself" if pauses else f"a run may take {longest:,.10g} seconds"
    changed = requirements.having("event_source", "function-url")
    note = (
        f"The caller waits for the result, and {takes}. "
        f"{aws.limits['http-api-timeout'].text} So callers use a function URL, which waits longer. To keep "
        "API Gateway in front, use a REST API with a raised time-out, or answer at once and let the caller "
        "ask for the result."
    )
    return changed, (note,)


def _says_otherwise(requirements: Requirements) -> bool:
    """Return whether the answers say that nobody waits for a result."""
    waits_for = requirements.text("caller_waits_for")
    asynchronous = requirements.text("invocation") in ("async", "stream")
    return waits_for != "result" and bool(waits_for or asynchronous)
