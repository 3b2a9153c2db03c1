"""How often what starts a run may start it again, because it waits for the run's end."""

from __future__ import annotations

from advisor.starter.blueprint.resources import Pipe, Queue


def repeated(pipe: Pipe, queue: Queue | None) -> int:
    """Return how often ``pipe`` runs a record that keeps failing; 0 where only the source ends that."""
    if pipe.service == "kafka":
        return 0
    return queue.max_receives if pipe.service == "sqs" and queue else pipe.retry_attempts + 1
