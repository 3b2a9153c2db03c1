"""Failures behind rules that hand events straight on: nobody takes what arrives."""

from __future__ import annotations

from advisor.knowledge.limits import in_words
from advisor.starter.blueprint.project import FailureRoute
from advisor.starter.blueprint.resources import Queue, Route
from advisor.starter.blueprint.wiring import Phrase, Ref
from advisor.starter.plan.failed_pipes import FindAlarm


def not_taken(queue: Queue, alarm: FindAlarm) -> FailureRoute:
    """Return what happens to the messages of ``queue`` while nobody reads it."""
    return FailureRoute(
        failure=Phrase("nobody takes the messages of `{0}`", (Ref(queue.id),)),
        ends_up=Phrase(f"they wait there for {in_words(queue.retention_s, 's')}, then they are gone"),
        holds="the event itself",
        alarms=(alarm(queue.id, "sqs", "oldest"),),
    )


def not_subscribed(route: Route) -> FailureRoute:
    """Return what happens to the events of a topic without subscribers."""
    return FailureRoute(
        failure=Phrase("nobody subscribes to `{0}`", (route.target,)),
        ends_up=Phrase("nowhere: a topic keeps nothing"),
        holds="nothing",
        alarms=(),
        unseen="nothing: subscribe before the first event",
    )
