"""Answers files that the advisor wrote, as an editor with YAML support sees them, offline."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import advisor
from advisor.cli.actions import Desk
from advisor.wizard import Wish
from tests.cli.conftest import Advise
from tests.reports.browser import NODE, needs_module

ORDERS = str(Path(__file__).parents[2] / "examples" / "order-notifications.yaml")
RULE_BASE = advisor.load_rule_base(advisor.rules_folder())
SERVER = "yaml-language-server/bin/yaml-language-server"
SAVED = advisor.Answers({"invocation": "async", "steps": 3}, "orders: # 1")


def save(path: Path) -> str:
    return Desk(RULE_BASE).save(Wish(SAVED, path=path)).text


def schema_of(file: Path) -> Any:
    """Return the schema that the first line of ``file`` names, found from the file's folder."""
    named = re.match(r"# yaml-language-server: \$schema=(.*)\n", file.read_text(encoding="utf-8"))
    assert named
    return json.loads((file.parent / named[1]).read_text(encoding="utf-8"))


@pytest.fixture(params=["generated", "saved"])
def written(request: pytest.FixtureRequest, advise: Advise, tmp_path: Path) -> Path:
    if request.param == "generated":
        assert advise("generate", ORDERS, "--output", "one").exit_code == 0
        return tmp_path / "one" / "answers.yaml"
    save(tmp_path / "my answers.yaml")
    return tmp_path / "my answers.yaml"


def test_the_schema_stands_beside_and_fits(written: Path) -> None:
    schema = schema_of(written)
    assert schema == advisor.answers_schema(RULE_BASE.questionnaire)
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(written.read_text(encoding="utf-8")))


def test_the_command_prints_what_stands_beside(written: Path, advise: Advise) -> None:
    assert advise("schema").out == written.with_name("answers.schema.json").read_text(encoding="utf-8")


def test_a_schema_that_is_there_is_kept_and_the_way_to_a_new_one_told(tmp_path: Path) -> None:
    path, beside = tmp_path / "a.yaml", tmp_path / "answers.schema.json"
    beside.write_text("mine", encoding="utf-8")
    assert save(path) == f"The answers are in {path}. For help in your editor: advisor schema > {beside}"
    assert beside.read_text(encoding="utf-8") == "mine"


def test_saving_twice_says_no_more_than_needed(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    told = f"The answers are in {one}. answers.schema.json beside it lets your editor help with them."
    assert save(one) == told
    assert save(two) == f"The answers are in {two}."


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
