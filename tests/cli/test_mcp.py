"""``advisor mcp`` as the protocol's own client sees it, over a real process."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters, stdio_client

import advisor
from tests.cli.conftest import Advise

ANSWERS = {"name": "orders", "requirements": {"invocation": "async", "steps": 1, "event_source": "s3"}}
Talk = Callable[[Client], Awaitable[None]]


def talk(root: Path, conversation: Talk) -> None:
    """Run ``conversation`` with a server of its own that may write below ``root``."""
    server = StdioServerParameters(command=sys.executable, args=["-m", "advisor", "mcp", "--root", str(root)])

    async def run() -> None:
        async with Client(stdio_client(server), read_timeout_seconds=60) as client:
            await conversation(client)

    anyio.run(run)


def answers_schema() -> str:
    base = advisor.load_rule_base(advisor.rules_folder())
    return advisor.schema_text(advisor.answers_schema(base.questionnaire))


async def ask(client: Client, tool: str, **arguments: Any) -> tuple[bool, str]:
    """Return whether the tool refused, and its text."""
    result = await client.call_tool(tool, arguments)
    return bool(result.is_error), result.content[0].text  # type: ignore[union-attr]


def test_a_whole_conversation(tmp_path: Path) -> None:
    async def conversation(client: Client) -> None:
        offered = await client.list_tools()
        names = [tool.name for tool in offered.tools]
        assert names == [
            "questionnaire", "recommend", "explain_rule", "inspect", "preview_project", "write_project",
        ]  # fmt: skip
        wrong, schema = await ask(client, "questionnaire")
        assert not wrong and json.loads(schema) == json.loads(answers_schema())

        wrong, text = await ask(client, "recommend", answers=ANSWERS)
        report = json.loads(text)
        assert not wrong and report["name"] == "orders"
        rule = report["options"]["destinations"]["findings"][0]["rule"]
        wrong, text = await ask(client, "explain_rule", id=rule)
        assert not wrong and json.loads(text)["rule"]["id"] == rule

        several = {"answers": {**ANSWERS, "requirements": {"steps": 3, "waits": ["human-approval"]}}}
        wrong, text = await ask(client, "preview_project", **several, iac="terraform")
        preview = json.loads(text)
        assert not wrong and "infra/main.tf" in preview["files"] and "Workflow" in preview["resources"]
        assert not list(tmp_path.iterdir())
        wrong, text = await ask(client, "write_project", **several, folder="orders")
        assert not wrong and (tmp_path / "orders" / "template.yaml").is_file()
        wrong, text = await ask(client, "write_project", **several, folder="orders")
        assert wrong and "already" in text

    talk(tmp_path, conversation)


def test_what_does_not_fit_is_refused_and_the_server_goes_on(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "out").symlink_to(tmp_path, target_is_directory=True)

    async def conversation(client: Client) -> None:
        wrong, text = await ask(client, "recommend", answers={"requirements": {"invokation": "async"}})
        assert wrong and "Did you mean 'invocation'?" in text
        wrong, text = await ask(client, "explain_rule", id="fl1")
        assert wrong and "There is no rule 'fl1'." in text
        wrong, text = await ask(client, "nothing")
        assert wrong and "There is no tool 'nothing'." in text
        for folder in ("", ".", "..", "../x", "a/../../x", str(tmp_path / "x"), "out/x", "a\0b"):
            wrong, text = await ask(client, "write_project", answers=ANSWERS, folder=folder)
            assert wrong and "folder" in text, folder
        assert sorted(path.name for path in tmp_path.iterdir()) == ["root"]
        assert [path.name for path in root.iterdir()] == ["out"]

    talk(root, conversation)


def test_files_are_inspected_below_the_root_only(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "app").mkdir(parents=True)
    secret = "Resources: {Secret: {Type: AWS::Lambda::Function, Properties: {}}}\n"
    (tmp_path / "outside.yaml").write_text(secret, encoding="utf-8")
    (tmp_path / "machine.asl.json").write_text(
        '{"StartAt": "Secret", "States": {"Secret": {"Type": "Succeed"}}}', encoding="utf-8"
    )
    template = (
        "Resources:\n"
        "  Own: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.14}}\n"
        "  Flow: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: ../../machine.asl.json}}\n"
    )
    (root / "app" / "template.yaml").write_text(template, encoding="utf-8")
    (root / "app" / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (root / "out").symlink_to(tmp_path, target_is_directory=True)

    async def conversation(client: Client) -> None:
        for path in (".", "app", "app/template.yaml"):
            wrong, text = await ask(client, "inspect", path=path)
            found = json.loads(text)
            assert not wrong and "Secret" not in text
            assert [one["id"] for one in found["systems"][0]["functions"]] == ["Own"]
            assert found["systems"][0]["state_machines"][0]["states"] is None
            assert found["files"][-1]["path"] == "app/template.yaml"
        for path in ("..", "../outside.yaml", "out", "out/outside.yaml", "app/link.yaml", "a\0b", "nowhere"):
            wrong, text = await ask(client, "inspect", path=path)
            assert wrong and "Secret" not in text, path
        wrong, text = await ask(client, "inspect", path=str(tmp_path / "outside.yaml"))
        assert wrong and "outside of the folder" in text

    talk(root, conversation)


@pytest.mark.parametrize("root", ["nowhere", "a.yaml"])
def test_a_root_that_is_no_folder(advise: Advise, tmp_path: Path, root: str) -> None:
    (tmp_path / "a.yaml").write_text("", encoding="utf-8")
    done = advise("mcp", "--root", root)
    assert (done.exit_code, done.err) == (2, f"--root {root}: there is no such folder.\n")
