"""DynamoDB and Step Functions for processes of any language: moto behind a local address."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import requests
from moto import mock_aws

SERVICES = {"DynamoDB": "dynamodb", "AWSStepFunctions": "states"}
PASSED_ON = ("X-Amz-Target", "Content-Type", "Authorization")


Answers = Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]] | None]


class _Server(ThreadingHTTPServer):
    """What answers some calls of Step Functions in the place of moto."""

    states: Answers


class _Bridge(BaseHTTPRequestHandler):
    """Hands each call to moto, which answers for the real address."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        if operation in ("StartExecution", "StartSyncExecution"):
            assert isinstance(self.server, _Server)
            found = self.server.states(operation, json.loads(body))
            if found:
                self.answer(found[0], json.dumps(found[1]).encode())
                return
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        service = SERVICES[self.headers["X-Amz-Target"].partition(".")[0].partition("_")[0]]
        answer = requests.post(
            f"https://{service}.us-east-1.amazonaws.com/", data=body, headers=headers, timeout=30
        )
        self.answer(answer.status_code, answer.content)

    def answer(self, status: int, content: bytes) -> None:
        """Send an answer of an API that speaks JSON."""
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests tell what matters."""


@contextmanager
def table_server(table: str) -> Iterator[str]:
    """Give the address of a DynamoDB that has ``table``, keyed by ``id``."""
    with mock_aws():
        boto3.client("dynamodb", region_name="us-east-1").create_table(
            TableName=table,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        with bridge() as address:
            yield address


@contextmanager
def bridge(states: Answers = lambda operation, given: None) -> Iterator[str]:
    """Give the address behind which moto answers while it is in place, or ``states`` where that does."""
    server = _Server(("127.0.0.1", 0), _Bridge)
    server.states = states
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
