"""Laws of a machine that a function starts for each request: what the caller gets, and what a request does.

* answer: the result of the run or its address; 400 for a wrong request, 502 for a failure, 504 if it is slow
* again: a key is worked on once; a failed run that was waited for is run again; an empty key is none
* lost and rings: a start that is refused, a run that fails or is too slow is where the README says
"""

from __future__ import annotations

import json
import sys

from tests.starter.played.laws import EVENT, LASTING, Laws, Row, rings
from tests.starter.played.world import Project, World

NO_BODY = (None, "", "no JSON", "[1, 2]", '"text"', "null")
NO_ID = ("{}", '{"id": null}', '{"id": ""}')


class Asking(Laws):
    """Plays a project whose machine is started by a function that answers."""

    def __init__(self, project: Project) -> None:
        super().__init__(project)
        self.waits = "states:StartSyncExecution" in project.stack.files["template.yaml"]
        self.good = 200 if self.waits else 202
        self.body = json.dumps(self.payload)

    def play(self) -> list[str]:
        """Return every law that is broken."""
        super().play()
        self.answers()
        self.wrong_requests()
        self.keeps_the_payload()
        self.empty_key()
        self.start_is_refused()
        step = self.chance.choice(self.steps)
        self.run_fails(step)
        if self.waits:
            self.wrong_input(step)
            self.too_slow()
        return self.found

    def quiet(self, world: World, when: str) -> None:
        """Hold that no alarm rings."""
        world.account.settle()
        ringing = [name for name in self.project.stack.of("AWS::CloudWatch::Alarm") if rings(world, name)]
        self.law("rings", not ringing, f"{when}, but {ringing}")

    def line(self, failure: str) -> Row | None:
        """Return the line of the README for a failure."""
        found = [row for row in self.rows if failure in row.failure]
        self.law("lost", bool(found), f"no line of the README says what happens when {failure}")
        return next(iter(found), None)

    def answers(self) -> None:
        with self.project.world() as world:
            reply = world.ask(self.body, "one")
            self.law("answer", reply.status == self.good, f"a good request gets {reply}")
            self.law("steps", len(world.runs) == 1, f"a request starts {len(world.runs)} runs")
            if self.waits:
                output = world.runs[0].output if world.runs else None
                self.law("answer", reply.body == output, f"the result is {output}, the caller gets {reply}")
            else:
                known = any(arn == reply.body.get("execution") for arn in world.known)
                self.law("answer", known, f"the caller gets {reply}, which is no run")
            again = world.ask(self.body, "one", encoded=True)
            self.law("answer", again.status == self.good, f"a body in Base64 gets {again}")
            self.quiet(world, "nothing fails")

    def wrong_requests(self) -> None:
        """Hold that a request with no payload is refused, with a key or without, and starts nothing."""
        with self.project.world() as world:
            for body, key in [(body, key) for body in NO_BODY for key in (None, "one")] + [
                (body, None) for body in NO_ID
            ]:
                reply = world.ask(body, key)
                self.law("answer", reply.status == 400, f"the body {body!r} with the key {key} gets {reply}")
            self.law("steps", not world.runs, f"wrong requests start {len(world.runs)} runs")
            self.quiet(world, "only requests were wrong")

    def keeps_the_payload(self) -> None:
        """Hold that fields with the names of an envelope's are the caller's own."""
        own = {**self.payload, "body": "hello", "headers": {"a": 1}}
        with self.project.world() as world:
            reply = world.ask(json.dumps(own), None)
            self.law("answer", reply.status == self.good, f"a payload with a body of its own gets {reply}")
            self.all_done(world, "the payload has a body of its own")

    def empty_key(self) -> None:
        with self.project.world() as world:
            for id in (EVENT, "order-8"):
                world.ask(json.dumps({**self.payload, "id": id}), "")
            self.law("again", len(world.runs) == 2, f"two requests with an empty key: {len(world.runs)} runs")

    def start_is_refused(self) -> None:
        row = self.line("cannot start a run")
        with self.project.world() as world:
            world.refuses = True
            reply = world.ask(self.body, "one")
            self.law("answer", reply.status >= 500, f"the start is refused, but the caller gets {reply}")
            alarms = row.rings if row else ()
            self.law("rings", any(rings(world, name) for name in alarms), f"refused: {alarms} did not")
            world.refuses = False
            reply = world.ask(self.body, "one")
            self.law("answer", reply.status == self.good, f"after a refusal the same request gets {reply}")
            self.all_done(world, "the same request after a refusal")

    def run_fails(self, step: str) -> None:
        """Hold what the caller gets of a failed run, and what the same request does then."""
        with self.project.world(**{step: [LASTING, ...]}) as world:
            reply = world.ask(self.body, "one")
            if world.runs and world.runs[0].status == "SUCCEEDED":
                return  # a fallback took over
            wanted = 502 if self.waits else 202
            told = set(reply.body) == ({"error"} if self.waits else {"execution"})
            self.law("answer", reply.status == wanted and told, f"{step} fails: {reply}")
            world.work.fails.clear()
            reply = world.ask(self.body, "one")
            self.law("answer", reply.status == self.good, f"after a failure the same request gets {reply}")
            if self.waits:
                self.all_done(world, f"{step} failed, and the same request comes again")
            else:
                self.law("again", len(world.runs) == 1, f"the same request starts {len(world.runs)} runs")

    def wrong_input(self, step: str) -> None:
        """Hold that a run that calls its input wrong is told so, after one attempt."""
        if self.blueprint.runtime == "python":
            error = sys.modules["shared.work"].InvalidInput
        else:
            error = type("InvalidInput", (Exception,), {})
        with self.project.world(**{step: [error("no such article"), ...]}) as world:
            reply = world.ask(self.body, "one")
            if world.runs and world.runs[0].status == "SUCCEEDED":
                return
            self.law("answer", reply.status == 400, f"{step} calls the input wrong: {reply}")
            tried = sum(function == step for function, _ in world.work.attempts)
            self.law("steps", tried == 1, f"{step} calls the input wrong, and is tried {tried} times")

    def too_slow(self) -> None:
        row = self.line("a run times out")
        with self.project.world() as world:
            world.too_slow = True
            reply = world.ask(self.body, "one")
            self.law("answer", reply.status == 504, f"the run is too slow: {reply}")
            world.account.settle()
            if row:
                self.where_told(world, row, "the run is too slow")
