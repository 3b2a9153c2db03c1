"""Facts of AWS for planning and estimates: limits and services."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from advisor.knowledge.conditions import Number
from advisor.knowledge.limits import Limit
from advisor.knowledge.services import Accepted, Service, StepUse


class AwsFacts(Struct, frozen=True):
    """Limits and services by id, in the order of their files."""

    limits: Mapping[str, Limit]
    services: Mapping[str, Service]

    def number(self, limit: str) -> Number:
        """Return the number of a limit, or the first of a series."""
        return self.limits[limit].number

    def limit(self, limit: str) -> int:
        """Return the same as a whole number."""
        return int(self.limits[limit].number)

    def accepting(self, outcome: Accepted) -> tuple[str, ...]:
        """Return the services that Lambda can deliver ``outcome`` to."""
        return tuple(
            key
            for key, service in self.services.items()
            if service.destination and outcome in service.destination.takes
        )

    def step(self, service: str) -> StepUse:
        """Return ``service`` as a step; KeyError where it cannot be one."""
        found = self.services[service].step
        if found is None:
            raise KeyError(service)
        return found

    @property
    def ordered_sources(self) -> tuple[str, ...]:
        """Return the event sources whose poller keeps order and stops at a failure."""
        return tuple(
            key
            for key, service in self.services.items()
            if service.event_source and service.event_source.ordered_by
        )

    @property
    def jobs(self) -> tuple[str, ...]:
        """Return the services whose work is a job that a Standard workflow can wait for."""
        return tuple(key for key, service in self.services.items() if service.step and service.step.job)
