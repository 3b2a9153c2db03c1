"""Laws of a function that answers its caller: the answer, wrong input, failures, the same request again.

* answer: a good request gets its result, a wrong one is told so, a failure is an error without its text
* again: the same key does the work once and gets the same answer; after a failure the key is free
* rings: the alarm that the README names has a metric that moved, and none has where nothing failed
"""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.starter.played.events import sign_up
from tests.starter.played.fronts import Reply, reply, request
from tests.starter.played.in_process import Crash
from tests.starter.played.laws import EVENT, Row, rings, rows
from tests.starter.played.world import Project, World

Payload = dict[str, Any]
SECRET = "password of the database"
COGNITO_TRIES = 3


class Caller:
    """Calls the function through its source, as that source does."""

    def __init__(self, world: World) -> None:
        self.world = world
        (self.function,) = world.project.blueprint.functions
        self.source = world.project.blueprint.event_source

    def ask(self, payload: Payload, key: str = "") -> Reply:
        """Send one request."""
        if self.function.answers == "http":
            return self.over_http(json.dumps(payload), key or None)
        if self.function.answers == "user-pool":
            return self.signs_up(payload)
        return self.called({**payload, **({"idempotencyKey": key} if key else {})})

    def over_http(self, body: str | None, key: str | None = None, encoded: bool = False) -> Reply:
        """Send a body, and read the status of the answer as the source does."""
        answer = self.world.call(self.function.id, request(self.source, body, key, encoded))
        return reply(self.source, self.function.id, answer, self.world.account)

    def signs_up(self, payload: Payload) -> Reply:
        """Confirm a user; Cognito calls its function again after an error."""
        reply = Reply(500, None)
        for _ in range(COGNITO_TRIES):
            reply = self.called(sign_up(payload, "PostConfirmation_ConfirmSignUp"))
            if not reply.error:
                break
        return reply

    def called(self, event: Payload) -> Reply:
        """Call the function and wait for what it returns."""
        answer = self.world.call(self.function.id, event)
        return Reply(500 if answer.error else 200, answer.result, answer.error)


class Answering:
    """Plays a project whose one function answers, and keeps what it finds."""

    def __init__(self, project: Project) -> None:
        self.project = project
        (self.function,) = project.blueprint.functions
        self.payload = {**project.blueprint.payload, "id": EVENT}
        self.once = bool(project.blueprint.idempotency)
        self.signs_up = self.function.answers == "user-pool"
        self.rows = rows(project.stack.files["README.md"])
        self.found: list[str] = []

    def play(self) -> list[str]:
        """Return every law that is broken."""
        self.answers()
        self.wrong_input()
        self.fails()
        self.crashes()
        self.too_many()
        if self.once:
            self.comes_again()
            self.key_is_free_after_a_failure()
        return self.found

    def law(self, law: str, holds: bool, told: object) -> None:
        """Note a broken law."""
        if not holds:
            self.found.append(f"{law}: {told}")

    def answers(self) -> None:
        with self.project.world() as world:
            caller = Caller(world)
            reply = caller.ask(self.payload)
            self.law("answer", reply.status == 200 and EVENT in json.dumps(reply.body), reply)
            self.law("steps", world.work.times(self.function.id) == 1, "a request is not worked on once")
            if self.function.answers == "http":
                encoded = caller.over_http(json.dumps(self.payload), encoded=True)
                self.law("answer", encoded == reply, f"a body in Base64 gets {encoded}")
            ringing = [name for name in self.project.stack.of("AWS::CloudWatch::Alarm") if rings(world, name)]
            self.law("rings", not ringing, f"nothing fails, but {ringing}")

    def wrong_input(self) -> None:
        """Hold that who sends something wrong is told so, and that it is no failure of the service."""
        invalid = sys.modules["shared.work"].InvalidInput("no such article")
        with self.project.world(**{self.function.id: [invalid, ...]}) as world:
            caller = Caller(world)
            reply = caller.ask(self.payload)
            if self.function.answers != "http":
                self.law("answer", reply.error == "InvalidInput", f"wrong input: {reply}")
                return
            told = Reply(400, {"error": "no such article"})
            self.law("answer", reply == told, f"wrong input: {reply}")
            for body in ("no JSON", "[1, 2]", '"text"', "null", "", None):
                status = caller.over_http(body).status
                self.law("answer", status == 400, f"the body {body!r} gets {status}")
            ringing = [name for name in self.project.stack.of("AWS::CloudWatch::Alarm") if rings(world, name)]
            self.law("rings", not ringing, f"the input was wrong, but {ringing}")

    def row(self, failure: str) -> Row | None:
        """Return the line of the README for a failure."""
        found = [row for row in self.rows if failure in row.failure and self.function.id in row.failure]
        self.law("lost", bool(found), f"no line of the README says what happens when it {failure}")
        return next(iter(found), None)

    def fails(self) -> None:
        row = self.row("fails or runs out of time")
        with self.project.world(**{self.function.id: [ConnectionError(SECRET), ...]}) as world:
            reply = Caller(world).ask(self.payload)
            self.law("answer", reply.status >= 500, f"a failure gets {reply}")
            self.law("answer", SECRET not in json.dumps(reply.body), f"the caller reads {reply.body}")
            self.alarmed(world, row, "it fails")
            if self.signs_up:
                tried = len(world.work.attempts)
                self.law("steps", tried == COGNITO_TRIES, f"a sign-up was tried {tried} times")

    def crashes(self) -> None:
        row = self.row("fails or runs out of time")
        with self.project.world(**{self.function.id: [Crash(), ...]}) as world:
            self.law("answer", Caller(world).ask(self.payload).status >= 500, "a timeout gets an answer")
            self.alarmed(world, row, "it runs out of time")

    def too_many(self) -> None:
        row = self.row("at once")
        with self.project.world() as world:
            world.account.count("AWS/Lambda", "Throttles", self.function.id)
            self.alarmed(world, row, "it is throttled")

    def alarmed(self, world: World, row: Row | None, when: str) -> None:
        if row:
            self.law("rings", any(rings(world, name) for name in row.rings), f"{when}: {row.rings} did not")

    def comes_again(self) -> None:
        """Hold that a key is worked on once, and that without one, or with another, each request is."""
        with self.project.world() as world:
            caller, done = Caller(world), self.function.id
            replies = [caller.ask(self.payload, "one") for _ in range(2)]
            self.law("again", replies[0] == replies[1], f"the same request gets {replies}")
            self.law("again", world.work.times(done) == 1, "the same request is worked on twice")
            other = {**self.payload, "id": "order-8"}
            caller.ask(other, "two")
            self.law("again", world.work.times(done) == 2, "another request is not worked on")
            if self.function.answers == "http":
                for _ in range(2):
                    caller.over_http(json.dumps({**self.payload, "id": "order-9"}), "")
                self.law("again", world.work.times(done) == 4, "an empty key is taken for a key")
            before = world.work.times(done)
            if not self.signs_up:  # a user signs up once
                for _ in range(2):
                    caller.ask(other)
                self.law(
                    "again", world.work.times(done) == before + 2, "a request without a key is not worked on"
                )

    def key_is_free_after_a_failure(self) -> None:
        for error in (ConnectionError(SECRET), Crash()):
            with self.project.world(**{self.function.id: [error]}) as world:
                caller = Caller(world)
                caller.ask(self.payload, "one")
                reply = caller.ask(self.payload, "one")
                self.law("again", reply.status == 200, f"after {error!r} the same request gets {reply}")
                self.law("again", world.work.times(self.function.id) == 1, f"{error!r}: not done once")
