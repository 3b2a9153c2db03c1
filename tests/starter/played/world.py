"""A project deployed in an emulated account: its real handlers, its machine under moto."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from threading import RLock
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
import moto.stepfunctions.parser.quotas as quotas
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.stepfunctions.parser.models import stepfunctions_parser_backends
from moto.stepfunctions.parser.utils import TMP_THREADS

from advisor.starter import Blueprint, render, write_project
from advisor.starter.render import RenderedFile
from tests.starter.checks.running import Run, create_machine, finished, interpreter
from tests.starter.played.account import Account
from tests.starter.played.answers import Answer
from tests.starter.played.driven import BUILDS, Driver
from tests.starter.played.fronts import Reply, front_of, reply, request
from tests.starter.played.in_process import Crash, context
from tests.starter.played.probes import ENVIRONMENT
from tests.starter.played.stack import Stack
from tests.starter.played.table_server import bridge

Payload = dict[str, Any]
STRAGGLING_S = 1.0
CRASHED_MS = {"python": 40}
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:Workflow"


@dataclass
class Work:
    """What the business code of a project did, and what it is to fail with: by function, an error a time.

    The last error of a list is that of every later attempt, too, where the list ends in ``...``.
    """

    done: list[tuple[str, Any]] = field(default_factory=list)
    attempts: list[tuple[str, Any]] = field(default_factory=list)
    fails: dict[str, list[Any]] = field(default_factory=dict)
    returns: dict[str, Payload] = field(default_factory=dict)

    def fault(self, function: str, payload: Any) -> BaseException | None:
        """Return what this attempt fails with."""
        for key in (function, f"{function} {payload.get('id')}"):
            errors = self.fails.get(key, [])
            if errors:
                fault: BaseException = errors[0] if errors[1:] == [...] else errors.pop(0)
                return fault
        return None

    def times(self, function: str) -> int:
        """Return how often a function finished its work."""
        return sum(name == function for name, _ in self.done)


@dataclass
class Project:
    """A project's files and handlers; each ``world`` is a fresh account with it deployed."""

    blueprint: Blueprint
    stack: Stack
    modules: dict[str, ModuleType]
    driver: Driver | None = None
    front: Driver | None = None  # of the function that waits for the others
    work: Work = field(default_factory=Work)
    lock: RLock = field(default_factory=RLock)
    now: list[World] = field(default_factory=list)

    @contextmanager
    def world(self, **fails: list[Any]) -> Iterator[World]:
        """Give the account; ``fails`` are errors of the business code, by function."""
        self.work.__init__()  # type: ignore[misc]
        self.work.fails = dict(fails)
        made = World(self)
        self.now[:] = [made]
        with interpreter(made.from_machine) as waited:
            made.deploy(waited)
            yield made
            settled()

    def states(self, operation: str, given: Payload) -> tuple[int, Payload] | None:
        """Return what the API of Step Functions answers a front function, where moto is not to."""
        return self.now[0].states(operation, given)

    def before_call(self, model: Any, params: Payload, **_: Any) -> Any:
        """Answer a call of boto, as a hook of it."""
        self.lock.release()  # the functions that a front function waits for have turns, too
        try:
            found = self.states(model.name, json.loads(params["body"]))
        finally:
            self.lock.acquire()
        if found is None:
            return None
        status, answer = found
        error = {"Error": {"Code": answer.get("__type", ""), "Message": answer.get("message", "")}}
        return SimpleNamespace(status_code=status), answer if status < 300 else error


def settled() -> None:
    """Wait for branches that were cut off: they would go on to work in the next account."""
    until = time.monotonic() + STRAGGLING_S
    for thread in TMP_THREADS:
        thread.join(max(0.0, until - time.monotonic()))
    TMP_THREADS.clear()


class World:
    """One account with the project in it."""

    def __init__(self, project: Project) -> None:
        self.project, self.work = project, project.work
        self.runs: list[Run] = []
        self.inputs: list[str] = []
        self.account = Account(project.stack, self.call, runs=self)
        self.known: set[str] = set()
        self.names: Counter[str] = Counter()
        self.replies: list[Reply] = []
        self.refuses = self.too_slow = False
        self.listed = project.stack.files.get("events/list.json", "")  # what an object has that is a list

    def ask(self, body: str | None, key: str | None, encoded: bool = False) -> Reply:
        """Send a request to the function in front of the machine."""
        source, front = self.project.blueprint.event_source, front_of(self.project.blueprint)
        answer = self.call(front, request(source, body, key, encoded))
        self.replies.append(reply(source, front, answer, self.account))
        return self.replies[-1]

    def states(self, operation: str, given: Payload) -> tuple[int, Payload] | None:
        """Answer a call of Step Functions: a refusal, a run that is waited for, or nothing if moto is to."""
        if self.refuses:
            return 400, {"__type": "AccessDeniedException", "message": "injected"}
        return (200, self.run_and_wait(given)) if operation == "StartSyncExecution" else None

    def run_and_wait(self, given: Payload) -> Payload:
        """Run the machine as StartSyncExecution does; names of Express runs may come again."""
        if self.too_slow:
            self.runs.append(Run("TIMED_OUT", None, (), ()))
            self.inputs.append(given["input"])
            self.account.count("AWS/States", "ExecutionsTimedOut", MACHINE)
            told: Payload = {"status": "TIMED_OUT", "error": "States.Timeout"}
        else:
            backend = stepfunctions_parser_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
            for machine in backend.state_machines:
                machine.executions = [run for run in machine.executions if run.name != given["name"]]
            run = backend.start_execution(self.machine, given["name"], given["input"])
            self.follow(run.execution_arn, given["input"])
            ended = backend.describe_execution(run.execution_arn).to_describe_output()
            told = {key: ended[key] for key in ("output", "error", "cause") if ended.get(key)}
            told["status"] = str(ended["status"].value)
        dates = {"startDate": 1795435200.0, "stopDate": 1795435201.0}
        return {"executionArn": f"{MACHINE}:1", **dates, **told}

    def deploy(self, waited: list[float]) -> None:
        """Create tables and machine."""
        self.waited = waited
        if self.project.stack.machine:
            quotas.MAX_STATE_SIZE_UTF8_BYTES = self.project.blueprint.aws.limit("sfn-payload-bytes")
            self.machine = create_machine(self.project.stack.files)
        elif self.project.blueprint.idempotency:
            boto3.client("dynamodb", region_name="us-east-1").create_table(
                TableName=self.project.blueprint.idempotency.to,
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )

    def call(self, function: str, event: Any) -> Answer:
        """Invoke a function's handler."""
        project, given = self.project, json.loads(json.dumps(event))
        crashes = any(isinstance(error, Crash) for error in self.work.fails.get(function, []))
        left = CRASHED_MS.get(project.blueprint.runtime, 400) if crashes else 30_000
        starts = function == front_of(project.blueprint)
        driver = project.front if starts else project.driver
        with nullcontext() if starts and driver else project.lock:
            if driver:
                answer = driver.call(self.work, function, given, left)
            else:
                answer = in_python(project, function, given, left)
            time.sleep(left / 1000 if answer.error == "Sandbox.Timedout" else 0)
        if any(item.id == function and item.does == "start" for item in self.project.blueprint.functions):
            self.collect()
        if answer.error:
            self.account.count("AWS/Lambda", "Errors", function)
        return answer

    def from_machine(self, arn: str, event: dict[str, Any]) -> Any:
        """Invoke a function for the machine."""
        answer = self.call(arn.split(":")[6], event)
        if answer.error:
            raise type(answer.error, (Exception,), {})("injected")
        return answer.result

    def start(self, given: Any, name: str = "") -> str:
        """Run the machine to its end and return the status."""
        started = boto3.client("stepfunctions", region_name="us-east-1").start_execution(
            stateMachineArn=self.machine, input=json.dumps(given), name=name or str(uuid.uuid4())
        )
        return self.follow(started["executionArn"], json.dumps(given))

    def collect(self) -> None:
        """Follow the runs that a function has started."""
        backend = stepfunctions_parser_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
        started = [run for machine in backend.state_machines for run in machine.executions]
        for run in started:
            if run.execution_arn not in self.known:
                self.follow(run.execution_arn, run.execution_input)

    def follow(self, execution: str, given: str) -> str:
        """Wait for a run, take what it sent to other services, and move its metrics."""
        self.known.add(execution)
        run = finished(execution, self.waited, {"approved": True})
        self.runs.append(run)
        self.inputs.append(given)
        metrics = {"FAILED": "ExecutionsFailed", "TIMED_OUT": "ExecutionsTimedOut"}
        if run.status in metrics:
            self.account.count("AWS/States", metrics[run.status], MACHINE)
        for text in run.sent:
            self.take(json.loads(text))
        if run.status != "SUCCEEDED":
            self.ended_badly(run, execution, given)
        return run.status

    def take(self, sent: dict[str, Any]) -> None:
        """Deliver what a state of the machine handed to a service."""
        if "QueueUrl" in sent:
            body = sent["MessageBody"]
            text = body if isinstance(body, str) else json.dumps(body)
            self.account.send(sent["QueueUrl"].rpartition("/")[2], text)
        elif "TopicArn" in sent:
            self.account.publish(sent["TopicArn"].rpartition(":")[2], json.dumps(sent["Message"]))
        for entry in sent.get("Entries", []):
            detail = entry["Detail"]
            event = {"id": "e", "source": entry["Source"], "detail-type": entry["DetailType"]}
            detail = json.loads(detail) if isinstance(detail, str) else detail
            bus = entry.get("EventBusName", "default").replace(":", "/").rpartition("/")[2]
            self.account.put(bus, {**event, "detail": detail})

    def ended_badly(self, run: Run, execution: str, given: str) -> None:
        """Put what AWS says of a Standard run that failed on the default bus."""
        machine = self.project.stack.machine
        assert machine
        if machine[1].get("StateMachineType") != "EXPRESS":
            detail = {
                "executionArn": execution,
                "stateMachineArn": MACHINE,
                "status": run.status,
                "input": given,
            }
            kind = "Step Functions Execution Status Change"
            self.account.put(
                "default", {"id": "s", "source": "aws.states", "detail-type": kind, "detail": detail}
            )


def in_python(made: Project, function: str, event: Any, left_ms: int) -> Answer:
    """Invoke a function's handler in this process."""
    with patch.dict(os.environ, {"AWS_LAMBDA_FUNCTION_NAME": function}):
        try:
            result = made.modules[function].handler(event, context(left_ms))
            return Answer(result=json.loads(json.dumps(result)))
        except Crash:
            return Answer(error="Sandbox.Timedout")
        except Exception as error:
            return Answer(error=type(error).__name__)


@contextmanager
def driven(blueprint: Blueprint, folder: Path) -> Iterator[Project]:
    """Give a project in another runtime, built, its functions in a process of their own."""
    files = render(blueprint)
    write_project(files, folder / "project")
    table = {"IDEMPOTENCY_TABLE": blueprint.idempotency.to} if blueprint.idempotency else {}
    command, where = BUILDS[blueprint.runtime](folder / "project", blueprint)
    made = Project(blueprint, Stack({file.path: file.text for file in files}), {})
    with bridge(made.states) as address:
        named = {**table, "STATE_MACHINE_ARN": MACHINE, "AWS_ENDPOINT_URL": address}
        named |= {
            "HTTP_PROXY": address,
            "NO_PROXY": "",
        }  # SDKs put "sync-" before the host, which no DNS knows
        made.driver = Driver(command, where, {**ENVIRONMENT, **named})
        made.front = Driver(command, where, {**ENVIRONMENT, **named})
        try:
            yield made
        finally:
            made.driver.close()
            made.front.close()


@contextmanager
def project(
    blueprint: Blueprint, folder: Path, edit: Callable[[RenderedFile], RenderedFile] | None = None
) -> Iterator[Project]:
    """Give a project in Python with its handlers loaded; ``edit`` puts a fault into its files."""
    files = tuple(edit(file) if edit else file for file in render(blueprint))
    write_project(files, folder / "project")
    made = Project(blueprint, Stack({file.path: file.text for file in files}), {})
    functions = folder / "project" / "functions"
    table = {"IDEMPOTENCY_TABLE": blueprint.idempotency.to} if blueprint.idempotency else {}
    more = {"STATE_MACHINE_ARN": MACHINE}
    known = set(sys.modules)
    with patch.dict(os.environ, {**ENVIRONMENT, **table, **more}):
        sys.path.insert(0, str(functions))
        try:
            with mock_aws():
                _load(made)
            yield made
        finally:
            sys.path.remove(str(functions))
            for name in set(sys.modules) - known:
                where = getattr(sys.modules[name], "__file__", None) or ""
                if where.startswith(str(functions)):
                    del sys.modules[name]


def _load(made: Project) -> None:
    """Import each handler; what it does for a payload goes through the spy."""
    if any(item.does == "step" for item in made.blueprint.functions):
        shared: Any = importlib.import_module("shared.work")
        turn = shared.unit_of_work
        for function in made.blueprint.functions:
            if function.does == "step":
                shared.unit_of_work = lambda do, id=function.id: turn(_spied(made, id, do))
                made.modules[function.id] = importlib.import_module(f"{function.name.module}.app")
    for function in made.blueprint.functions:
        if function.does == "start":
            module = importlib.import_module(f"{function.name.module}.app")
            module.states.meta.events.register("before-call.sfn", made.before_call)
            made.modules[function.id] = module


def _spied(made: Project, function: str, do: Callable[[Payload], Payload]) -> Callable[[Payload], Payload]:
    @wraps(do)
    def spied(payload: Payload) -> Payload:
        work = made.work
        work.attempts.append((function, payload))
        fault = work.fault(function, payload)
        if fault is not None:
            raise fault
        result = do(payload)
        work.done.append((function, payload))
        return {**result, **work.returns.get(function, {})}

    return spied
