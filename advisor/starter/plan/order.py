"""What the README says where order is required: what is not kept of it, and what FIFO does beside it."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.starter.blueprint.resources import Machine, Pipe, Queue, Resource
from advisor.starter.plan.context import PlanContext

_RUNS = (
    "Order is not kept between runs: each event starts a run, and runs work side by side. An Express "
    "workflow behind a queue, a topic or a stream keeps it: its pipe waits for a run before it starts the "
    "next of the same group or shard."
)
_TARGET = (
    "Order is kept up to `{}` only, which has no order of its own. Where what reads it needs the order, let "
    "the pipe start an Express workflow (`--approach step-functions`)."
)
_EQUAL = (
    "Two messages with the same text within 5 minutes are one to a FIFO queue or topic: the second is "
    "dropped. Where both are meant, send each with a `--message-deduplication-id` of its own."
)
_ASIDE = (
    "A FIFO queue needs a dead-letter queue that is FIFO, too. What was set aside has lost its place: later "
    "messages of its group were worked on meanwhile, and a redrive sends it back behind those that wait now."
)


def order_notes(context: PlanContext, resources: Iterable[Resource]) -> tuple[str, ...]:
    """Return what to know about the order; empty where none is required."""
    every = tuple(resources)
    if not context.ordered:
        return ()
    fifo = any(getattr(item, "fifo", False) for item in every)
    aside = any(isinstance(item, Queue) and item.fifo and item.dead_letters for item in every)
    return (*_lost(every), *((_EQUAL,) if fifo else ()), *((_ASIDE,) if aside else ()))


def _lost(resources: tuple[Resource, ...]) -> tuple[str, ...]:
    machine = next((item for item in resources if isinstance(item, Machine)), None)
    pipe = next((item for item in resources if isinstance(item, Pipe)), None)
    if machine:
        return () if pipe and pipe.waits else (_RUNS,)
    if pipe is None or pipe.target_service == "lambda":
        return ()
    return (_TARGET.format(pipe.target.to),)
