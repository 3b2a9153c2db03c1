"""Rules that hand events straight on to a queue or topic, with no function between.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from __future__ import annotations

from advisor.knowledge.flow import Task, Unit
from advisor.starter.blueprint.resources import Queue, Topic
from advisor.starter.plan.context import Fragment, PlanContext, PlannedFlow, merge
from advisor.starter.plan.event_sources.to_queue import BY_RULE, Consumer, feed_of
from advisor.starter.plan.sample_payload import sample_payload

TARGETS = ("sqs", "sns")


def only_handed_on(context: PlanContext) -> tuple[Unit, ...]:
    """Return the steps where each is a queue or topic that takes what a rule hands on; else none.

    Where nobody named the steps, there is a function only if there are more steps than targets.
    """
    asked = context.requirements
    if asked.text("event_source") not in BY_RULE or asked.text("code") in ("given", "one-language"):
        return ()
    if asked.chosen("waits") or asked.text("branching") == "content" or asked.chosen("buffering"):
        return ()
    every, named = context.direct, asked.chosen("targets")
    reached = tuple(unit for unit in every if unit.service in TARGETS)
    if not set(named) <= set(TARGETS) or not reached:
        return ()
    unnamed = len(named) == len(reached) and len(every) == len(reached) + 1
    nothing_else = asked.text("code") == "none" or asked.number("steps", 0) in range(1, len(named) + 1)
    return reached if len(reached) == len(every) or (unnamed and nothing_else) else ()


def handed_on(context: PlanContext, steps: tuple[Unit, ...]) -> PlannedFlow:
    """Return the event source, a rule for each of ``steps``, and its queue or topic."""
    payload = sample_payload(())
    consumers = tuple(
        Consumer(
            unit=unit,
            queue=f"{unit.name.id}{'Topic' if unit.service == 'sns' else 'Queue'}",
            link=f"{unit.name.id}Rule",
            service="sns" if unit.service == "sns" else "sqs",
        )
        for unit in steps
    )
    feed = feed_of(context, payload, consumers)
    rules = context.asked("event_source", "targets", "steps", "code")
    made = tuple(
        Topic(item.queue, f"announces each event, for '{item.unit.name.words}'", rules)
        if item.service == "sns"
        else Queue(
            item.queue,
            f"takes each event, for '{item.unit.name.words}'",
            rules,
            senders=(feed.sender,) if feed.sender else (),
            oldest_s=context.aws.limit("starter-queue-age"),
        )
        for item in consumers
    )
    flow = tuple(Task(unit) for unit in steps)
    return PlannedFlow(flow, merge([feed.parts, Fragment(made)]), feed.body, payload=payload)
