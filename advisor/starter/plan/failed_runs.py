"""Where a failed run of the state machine ends up, and who runs it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from advisor.knowledge.flow import stored_maps
from advisor.starter.blueprint.ids import FAILED_ITEMS, MAP_ITEMS
from advisor.starter.blueprint.project import FailureRoute
from advisor.starter.blueprint.repeats import repeated
from advisor.starter.blueprint.resources import Machine, Pipe, Queue
from advisor.starter.blueprint.wiring import Phrase, Ref
from advisor.starter.plan.context import PlanContext
from advisor.starter.state_language.states import RESULTS

AlarmOf: TypeAlias = Callable[[str, str, str], Ref]
Told: TypeAlias = tuple[Phrase, Ref | None]


def failed_runs(
    context: PlanContext,
    machine: Machine,
    told: Told | None,
    before: tuple[Pipe | None, Queue | None],
    alarm_of: AlarmOf,
) -> Iterator[FailureRoute]:
    """Yield one line for each way in which a run can fail.

    ``told`` is where a state of the run reports to; ``before`` what starts the run, and may start it again.
    """
    plan, aws = context.design.failure.execution, context.aws
    failed, late = (alarm_of(machine.id, "step-functions", name) for name in ("failed", "timed-out"))
    history = f"the execution history, kept {aws.limit('sfn-history-days')} days"
    days = aws.limit("redrive-days")
    redrive = f"`aws stepfunctions redrive-execution` goes on where it stopped, for {days} days"
    standard = machine.workflow_type == "standard"
    anew = _again(context, before) or "start it anew with the same input"
    place = (
        f"{history}; {redrive}" if standard else f"the workflow's log group, {machine.log_days} days; {anew}"
    )
    size = aws.limit("sfn-payload-bytes") // 1024
    outgrown = f"a state outgrows {size} KiB (`States.DataLimitExceeded`)"
    if told:
        where, rings = told
        yield FailureRoute(
            failure=Phrase("a run fails"),
            ends_up=Phrase(f"{where.pattern}; {anew}", where.parts),
            holds="the run's input and the error",
            alarms=(failed, *([rings] if rings else [])),
        )
        undone = "nothing is undone; " if plan.undoes else ""
        yield FailureRoute(
            failure=Phrase(f"a run times out as a whole, or {outgrown}: no Catch takes that"),
            ends_up=Phrase(f"{undone}{place}"),
            holds="input and every state",
            alarms=(late, failed),
        )
    elif plan.kept_outside:
        yield FailureRoute(
            failure=Phrase(f"a run fails, times out or is stopped, or {outgrown}"),
            ends_up=Phrase(f"queue `{{0}}`; {redrive}", (Ref("FailedRuns"),)),
            holds="the run's ARN and input",
            alarms=(alarm_of("FailedRuns", "sqs", "waiting"),),
        )
    elif plan.undoes and standard:
        yield FailureRoute(
            failure=Phrase("a run fails"),
            ends_up=Phrase(f"{history}; {anew}"),
            holds="input, every state, error",
            alarms=(failed,),
        )
        yield FailureRoute(
            failure=Phrase(f"a run times out as a whole, or {outgrown}: no Catch takes that"),
            ends_up=Phrase(f"nothing is undone; {place}"),
            holds="input and every state",
            alarms=(late, failed),
        )
    else:
        yield FailureRoute(
            failure=Phrase(f"a run fails or times out, or {outgrown}"),
            ends_up=Phrase(place),
            holds="input, every state, error",
            alarms=(failed, late),
        )


def failed_items(context: PlanContext, machine: Machine, alarm_of: AlarmOf) -> Iterator[FailureRoute]:
    """Yield what happens to items of a map whose results are in S3, and to a list that nobody can read."""
    maps = stored_maps(context.design.core)
    if not maps:
        return
    failed = alarm_of(machine.id, "step-functions", "failed")
    file = f"`{RESULTS}/…/FAILED_0.json` in bucket `{{0}}`"
    if any(node.goes_on for node in maps):
        yield FailureRoute(
            failure=Phrase("an item fails for good; the others go on"),
            ends_up=Phrase(f"{file}; queue `{{1}}` holds its address", (Ref(MAP_ITEMS), Ref(FAILED_ITEMS))),
            holds="input, error and cause of each failed item",
            alarms=(alarm_of(FAILED_ITEMS, "sqs", "waiting"),),
        )
    else:
        yield FailureRoute(
            failure=Phrase("an item fails for good, and with it the run"),
            ends_up=Phrase(f"{file}; for the run see the next line", (Ref(MAP_ITEMS),)),
            holds="input, error and cause of each failed item",
            alarms=(failed,),
        )
    if any(node.listed for node in maps):
        yield FailureRoute(
            failure=Phrase("the list is missing, or no JSON array (`States.ItemReaderFailed`)"),
            ends_up=Phrase("a failed run, as in the next line; no item was worked on"),
            holds="the list, where it was put",
            alarms=(failed,),
        )


def _again(context: PlanContext, before: tuple[Pipe | None, Queue | None]) -> str:
    """Return who runs a failed run again by itself; empty where nobody does."""
    pipe, queue = before
    if pipe is None or not pipe.waits:
        caller = context.requirements.text("caller_waits_for") == "result"
        return "the caller was told and may send it again: do not start it as well" if caller else ""
    times = repeated(pipe, queue)
    if not times:
        return "the pipe runs it again until the topic drops the record: do not start it as well"
    return (
        f"the pipe runs it again, {times} times in all, then `UndeliveredEvents` has it: start it no sooner"
    )
