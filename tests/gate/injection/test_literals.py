"""Every string as each tool writes it in its own language, read back by that language: it is the same."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from advisor.starter.flavours.cdk import typescript as cdk_typescript
from advisor.starter.flavours.terraform import words as hcl
from advisor.text.code_literals import python_literal
from advisor.text.yaml_scalar import quoted
from tests.gate.injection.parsers import read_by_node
from tests.injection.strings import read, strings
from tests.starter.checks.deployed import read as read_yaml
from tests.starter.checks.terraform import Terraform, terraform

__all__ = ["terraform"]
pytestmark = pytest.mark.xdist_group("injection")
TEXTS = list(map(read, strings()))


def test_python_reads_what_was_written() -> None:
    assert [ast.literal_eval(python_literal(text)) for text in TEXTS] == TEXTS


def test_typescript_reads_what_was_written(tmp_path: Path) -> None:
    literal = cdk_typescript.layout(str).literal
    lines = [f"  {{ description: {literal(text)} }},\n" for text in TEXTS]
    (tmp_path / "texts.ts").write_bytes(f"export const texts = [\n{''.join(lines)}];\n".encode())
    told = read_by_node(tmp_path)
    assert told["faults"] == {}
    assert list(told["descriptions"].values()) == [TEXTS]


def test_yaml_reads_what_was_written() -> None:
    listed: Any = read_yaml("".join(f"- {quoted(text)}\n" for text in TEXTS))
    assert listed == TEXTS
    flow = ", ".join(quoted(text) for text in TEXTS)
    listed = read_yaml(f"[{flow}]\n")
    assert listed == TEXTS


def test_terraform_reads_what_was_written(terraform: Terraform, tmp_path: Path) -> None:
    (tmp_path / "infra/tests").mkdir(parents=True)
    (tmp_path / "infra/tests/wiring.tftest.hcl").write_text("", encoding="utf-8")
    lines = "".join(f"    {hcl.quoted(text)},\n" for text in TEXTS)
    text = f'output "texts" {{\n  value = [\n{lines}  ]\n}}\n'
    (tmp_path / "infra/main.tf").write_bytes(text.encode())
    assert terraform.run(tmp_path, "fmt", "-check").code == 0
    value = terraform.planned(tmp_path)["planned_values"]["outputs"]["texts"]["value"]
    assert value == [normalize("NFC", text) for text in TEXTS]  # as Terraform keeps every string
