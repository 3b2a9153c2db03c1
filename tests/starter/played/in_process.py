"""The Python probe: generated handlers in this very process, over moto's tables."""

from __future__ import annotations

import importlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws

from tests.starter.played.answers import Answer

Payload = dict[str, Any]


class Crash(BaseException):
    """Ends an attempt as a timeout does: nothing after it runs."""


@contextmanager
def loaded(
    functions: Path, names: tuple[str, ...], environment: dict[str, str]
) -> Iterator[list[ModuleType]]:
    """Give the modules ``names`` of a project's ``functions``, with moto as AWS; no other test sees them."""
    known = set(sys.modules)
    with patch.dict(os.environ, environment), mock_aws():
        table = environment.get("IDEMPOTENCY_TABLE")
        if table:
            boto3.client("dynamodb").create_table(
                TableName=table,
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )
        sys.path.insert(0, str(functions))
        try:
            yield [importlib.import_module(name) for name in names]
        finally:
            sys.path.remove(str(functions))
            for name in set(sys.modules) - known:
                where = getattr(sys.modules[name], "__file__", None) or ""
                if where.startswith(str(functions)) or name == "shared":
                    del sys.modules[name]


def context(left_ms: int) -> Any:
    """Return what Lambda tells a handler about its invocation."""
    deadline = time.time() * 1000 + left_ms
    return SimpleNamespace(
        function_name="probe",
        memory_limit_in_mb=256,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:probe:live",
        aws_request_id="r",
        get_remaining_time_in_millis=lambda: int(deadline - time.time() * 1000),
    )


class PythonProbe:
    """Business code that the payload steers, behind the generated handler."""

    def __init__(self, work: ModuleType) -> None:
        self.invalid = work.InvalidInput
        self.worked: list[str] = []
        self.attempts: list[str] = []
        self.handler = work.unit_of_work(self._business)

    def _business(self, payload: Payload) -> Payload:
        self.attempts.append(payload["id"])
        attempt = self.attempts.count(payload["id"])
        if payload.get("invalid"):
            raise self.invalid("wrong for good")
        if attempt <= payload.get("crash", 0):
            raise Crash
        if attempt <= payload.get("fail", 0):
            raise RuntimeError("downstream is away")
        self.worked.append(payload["id"])
        return {"id": payload["id"], "status": payload.get("status", "done")}

    def call(self, event: Any, left_ms: int = 30_000) -> Answer:
        """Invoke the handler; ``left_ms`` is the time until the invocation's deadline."""
        try:
            return Answer(result=self.handler(event, context(left_ms)))
        except Crash:
            return Answer(error="crash")
        except Exception as error:
            return Answer(error=type(error).__name__)
