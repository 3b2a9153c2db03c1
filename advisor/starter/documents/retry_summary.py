"""Number and duration of retries, in words for the README."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from advisor.knowledge.conditions import Number
from advisor.knowledge.limits import figure, in_words
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.repeats import repeated
from advisor.starter.blueprint.resources import Pipe, Queue
from advisor.starter.state_language.levels import every_state


def worst_case(blueprint: Blueprint) -> str:
    """Return how many attempts one event can cause, per function or Task, with those from outside."""
    starts = (
        f"{start.id}: {start.retry_attempts + 1} attempts to start the job" for start in blueprint.job_starts
    )
    return "; ".join(dict.fromkeys((*_functions(blueprint), *_tasks(blueprint), *starts, *_pipes(blueprint))))


def delays(blueprint: Blueprint) -> str:
    """Return how long after the first attempt the next ones start."""
    limits, found = blueprint.aws.limits, []
    if any(function.answers == "user-pool" for function in blueprint.functions):
        (waits,) = _times(limits["cognito-trigger-timeout"].series)
        found.append(f"Cognito tries again at once, and waits {waits} for each answer")
    elif any(function.answers for function in blueprint.functions):
        found.append("who calls decides whether and when to try again")
    if any(function.asynchronous for function in blueprint.functions):
        starts = _and(_times(accumulate(limits["async-retry-waits"].series)))
        least, longest = _times(limits["async-throttle-waits"].series)
        found.append(
            f"asynchronous retries start about {starts} after the first attempt; throttled events wait "
            f"{least} to {longest} between tries until the event age is reached"
        )
    if any(function.trigger and function.trigger.batch for function in blueprint.functions):
        found.append("stream retries follow at once and hold the shard until they end")
    found += [
        f"a message that failed is hidden for {in_words(queue.visibility_s, 's')}, then it is tried again"
        for queue in blueprint.resources
        if isinstance(queue, Queue) and queue.id in blueprint.worked_on
    ][:1]
    if blueprint.job_starts:
        age = in_words(blueprint.job_starts[0].max_event_age_s, "s")
        found.append(f"a start is tried again for {age}, a job that failed is not")
    if blueprint.machine:
        interval, backoff = limits["starter-retry-interval"].number, limits["starter-retry-backoff"].number
        waits = ", ".join(figure(interval * backoff**retry) for retry in range(3))
        (cap,) = _times(limits["starter-retry-max-delay"].series)
        found.append(
            f"state machine retries wait {waits}… seconds at most, with full jitter, capped at {cap}"
        )
    if blueprint.durable and blueprint.durable.durable and blueprint.durable.durable.retry:
        retry = blueprint.durable.durable.retry
        found.append(
            f"a failed step waits {', '.join(f'{wait:g}' for wait in retry.waits)} seconds at most, with "
            "full jitter, and the function does not run while it waits"
        )
    queue = _queue(blueprint)
    if queue and _pipe(blueprint):
        found.append(f"a message comes back to the pipe {queue.visibility_s} seconds after it was taken")
    return "; ".join(found)


def _times(seconds: Iterable[Number]) -> list[str]:
    return [in_words(number, "s") for number in seconds]


def _and(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _functions(blueprint: Blueprint) -> Iterator[str]:
    for function in blueprint.functions:
        if function.answers:
            yield f"{function.id}: {'3 attempts' if function.answers == 'user-pool' else 'one attempt'}"
        if function.asynchronous:
            yield f"{function.id}: {function.asynchronous.retry_attempts + 1} attempts on errors"
        if function.durable:
            attempts = function.durable.retry.retries + 1 if function.durable.retry else 1
            yield f"each step: {attempts} {'attempts' if attempts > 1 else 'attempt'} on errors of the work"
        batch = function.trigger.batch if function.trigger else None
        if batch:
            halved = "; halving a batch adds none" if batch.bisect else ""
            yield f"{function.id}: {batch.retry_attempts + 1} attempts per batch{halved}"
        if function.trigger and function.trigger.worker and function.trigger.source:
            queue = blueprint.by_id[function.trigger.source.to]
            assert isinstance(queue, Queue)
            yield f"{function.id}: {queue.max_receives} attempts per message, then the dead-letter queue"
        if function.trigger and function.trigger.kind == "cognito":
            yield f"{function.id}: 3 attempts, as Cognito calls a trigger twice more that does not answer"


def _pipes(blueprint: Blueprint) -> Iterator[str]:
    """Yield how often a pipe without a machine behind it tries a record."""
    for pipe in blueprint.resources if blueprint.approach == "pipes" else ():
        if isinstance(pipe, Pipe) and pipe.undelivered:
            yield f"{pipe.id}: {pipe.retry_attempts + 1} attempts per record, which hold its shard"
        elif isinstance(pipe, Pipe):
            queue = blueprint.by_id[pipe.source.to]
            if isinstance(queue, Queue):
                yield f"{pipe.id}: {queue.max_receives} attempts per message, then the dead-letter queue"
            else:
                yield f"{pipe.id}: attempts until the record leaves the topic, which hold its partition"


def _tasks(blueprint: Blueprint) -> Iterator[str]:
    if blueprint.machine is None:
        return
    inside = max((_attempts(state) for state in every_state(dict(blueprint.machine.definition))), default=1)
    pipe = _pipe(blueprint)
    runs = repeated(pipe, _queue(blueprint)) if pipe else 1
    of_one = f"each Task: {inside} {'attempt' if inside == 1 else 'attempts'} on errors of the work"
    if not runs:
        yield f"{of_one} in each run, and the pipe runs a record again until the topic drops it"
    elif runs > 1:
        yield f"{of_one} in each run, and the pipe runs it {runs} times: {inside * runs} in all"
    else:
        yield of_one


def _attempts(state: dict[str, object]) -> int:
    """Return how often a state tries work that fails by itself."""
    retriers = state.get("Retry", [])
    assert isinstance(retriers, list)
    return 1 + max(
        (item["MaxAttempts"] for item in retriers if "States.TaskFailed" in item["ErrorEquals"]), default=0
    )


def _pipe(blueprint: Blueprint) -> Pipe | None:
    """Return the pipe that waits for its runs, if there is one."""
    return next((item for item in blueprint.resources if isinstance(item, Pipe) and item.waits), None)


def _queue(blueprint: Blueprint) -> Queue | None:
    """Return the queue that the pipe reads, if it reads one."""
    return next((item for item in blueprint.resources if isinstance(item, Queue) and item.dead_letters), None)
