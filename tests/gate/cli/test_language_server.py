"""Answers files that the advisor wrote, as an editor with the YAML language server sees them, offline."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.cli.conftest import advise
from tests.cli.test_editor import written
from tests.gate.reports.browser import NODE, needs_module

__all__ = ["advise", "written"]
SERVER = "yaml-language-server/bin/yaml-language-server"


@dataclass
class Server:
    """A language server at the other end of two pipes."""

    process: subprocess.Popen[bytes]
    numbers: Iterator[int]

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def receive(self) -> Any:
        """Return the next message that is no request of the server; those are answered with nothing."""
        assert self.process.stdout
        while True:
            length = 0
            while (line := self.process.stdout.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                length = int(value) if name == b"Content-Length" else length
            assert length, "the language server has gone"
            message = json.loads(self.process.stdout.read(length))
            if "id" not in message or "method" not in message:
                return message
            items = message.get("params", {}).get("items", ())
            self.send(id=message["id"], result=[{} for _ in items] or None)

    def ask(self, method: str, **params: Any) -> Any:
        number = next(self.numbers)
        self.send(id=number, method=method, params=params)
        while (message := self.receive()).get("id") != number:
            pass
        return message["result"]

    def complaints(self, file: Path, text: str) -> list[str]:
        """Open ``text`` as ``file`` and return what the editor underlines."""
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.send(method="textDocument/didOpen", params={"textDocument": document})
        while (message := self.receive()).get("method") != "textDocument/publishDiagnostics":
            pass
        return [found["message"] for found in message["params"]["diagnostics"]]


@contextmanager
def language_server() -> Iterator[Server]:
    command = ["node", str(NODE / SERVER), "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        server = Server(process, count(1))
        try:
            server.ask("initialize", processId=None, rootUri=None, capabilities={})
            server.send(method="initialized", params={})
            yaml_settings = {"validate": True, "hover": True, "schemaStore": {"enable": False}}
            server.send(
                method="workspace/didChangeConfiguration", params={"settings": {"yaml": yaml_settings}}
            )
            yield server
        finally:
            process.kill()


@needs_module(SERVER)
def test_an_editor_helps_with_it(written: Path) -> None:
    text = written.read_text(encoding="utf-8")
    wrong = text.replace("invocation: async", "invocation: asink")
    line = text.splitlines().index("  invocation: async")
    with language_server() as server:
        assert server.complaints(written, text) == []
        asked = {"textDocument": {"uri": written.as_uri()}, "position": {"line": line, "character": 4}}
        assert "event" in server.ask("textDocument/hover", **asked)["contents"]["value"]
        (complaint,) = server.complaints(written.with_name("wrong.yaml"), wrong)
        assert complaint.startswith("Value is not accepted.")
        (complaint,) = server.complaints(written.parent.parent / "elsewhere.yaml", text)
        assert complaint.startswith("Unable to load schema")
