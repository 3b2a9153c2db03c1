"""Laws of a pipe that hands events on to a service or a job, with no function in between.

* steps: the target gets each event once, with what it is, in its order; also when it refuses twice first
* lost and rings: an event that the target refuses for good is where the README says, and rings what it names
"""

from __future__ import annotations

import json

from tests.starter.played.events import send
from tests.starter.played.laws import EVENT, Laws, holds, rings
from tests.starter.played.world import World


class Handing(Laws):
    """Plays a project that is a pipe, and keeps what it finds."""

    @property
    def target(self) -> str:
        """Return the ARN of what the pipe hands events to."""
        (pipe,) = self.project.stack.of("AWS::Pipes::Pipe").values()
        return str(pipe["Target"])

    def got(self, world: World) -> list[str]:
        """Return what the target got."""
        return world.account.topics[self.target.rpartition(":")[2]]

    def play(self) -> list[str]:
        """Return every law that is broken."""
        self.hands_on()
        self.is_refused_twice()
        self.is_refused()
        return self.found

    def hands_on(self) -> None:
        with self.project.world() as world:
            for number, id in enumerate((EVENT, "order-8"), 1):
                send(world, {**self.payload, "id": id}, str(number))
            world.account.settle()
            got = self.got(world)
            in_order = len(got) == 2 and all(map(holds, got, (EVENT, "order-8")))
            self.law("steps", in_order, f"two events come, the target gets {got}")
            self.law("lost", not world.account.lost, f"nothing fails: {world.account.lost}")
            ringing = [name for name in self.project.stack.of("AWS::CloudWatch::Alarm") if rings(world, name)]
            self.law("rings", not ringing, f"nothing fails, but {ringing}")

    def is_refused_twice(self) -> None:
        with self.project.world() as world:
            world.account.throttled[self.target] = 2
            self.settled(world)
            got = self.got(world)
            self.law("steps", len(got) == 1, f"the target refuses twice, and then gets {got}")
            self.law("lost", not world.account.lost, f"the target refuses twice: {world.account.lost}")

    def is_refused(self) -> None:
        row = next((row for row in self.rows if row.failure.startswith("the pipe cannot")), None)
        self.law(
            "lost", row is not None, "no line of the README says what happens when the pipe cannot deliver"
        )
        with self.project.world() as world:
            world.account.blocked.add(self.target)
            self.settled(world)
            self.law("steps", not self.got(world), f"refused, but got {json.dumps(self.got(world))}")
            if row:
                self.where_told(world, row, "the target refuses for good")
