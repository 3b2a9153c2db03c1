"""The CDK's words in Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.wiring import Arn, Ref
from advisor.starter.flavours.cdk.common import NAMED, OPENED, Cdk, Dialect
from advisor.starter.flavours.references import load_references
from advisor.text.code_literals import WIDTH, Layout, python_literal

CORE = (
    "Acknowledgment",
    "CfnOutput",
    "CfnParameter",
    "Duration",
    "RemovalPolicy",
    "SecretValue",
    "Stack",
    "Validations",
)
_NOT_CODE = re.compile(r'(f"(?:[^"\\\n]|\\.)*")|"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|#[^\n]*')


def python(blueprint: Blueprint, folder: Path) -> Cdk:
    """Return the words of the CDK in Python."""
    return Cdk(blueprint, load_references(folder), DIALECT)


def variable(name: str) -> str:
    """Return the variable for a resource: its id in snake case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def text(pattern: str, parts: tuple[str, ...]) -> str:
    """Return ``pattern`` filled with expressions, as an f-string; older Pythons want other quotes inside."""
    spelt = (f"{{{part}}}".replace('"', "'") for part in parts)
    stack = {name: f"{{self.{name}}}" for name in ("partition", "region", "account")}
    return 'f"' + pattern.format(*spelt, **stack) + '"'


def layout(ref: Callable[[Any], str]) -> Layout:
    """Return how literals are laid out; ``ref`` spells references."""

    def leaf(value: Any) -> str:
        return ref(value) if isinstance(value, Ref | Arn) else python_literal(value)

    return Layout(leaf, python_literal, step=4)


def tidied(source: str) -> str:
    """Return ``source`` without the names of variables that nothing uses."""
    code = _code(source)

    def kept(match: re.Match[str]) -> str:
        used = re.search(rf"(?<![\w.]){match.group(1)}\b(?! ?=(?!=))", code)
        return match.group(0) if used else ""

    return re.sub(r"(?m)(?<=^        )(\w+) = (?=[\w.]*[A-Z])", kept, source)


def imports(source: str, modules: Mapping[str, str]) -> list[str]:
    """Return the imports of what ``source`` uses; ``modules`` says where each name is from."""
    code = _code(source)
    named, opened = set(NAMED.findall(code)), set(OPENED.findall(code))
    core = [name for name in CORE if name in named]
    line = f"from aws_cdk import {', '.join(core)}"
    if len(line) > WIDTH:
        line = "\n".join(["from aws_cdk import (", *(f"    {name}," for name in core), ")"])
    used = {module: name for name, module in modules.items() if name in opened}
    return [line, *(f"from aws_cdk import {module} as {used[module]}" for module in sorted(used))]


def _code(source: str) -> str:
    """Return ``source`` without comments and strings, but with the strings that hold expressions."""
    return _NOT_CODE.sub(lambda match: match.group(1) or "", source)


DIALECT = Dialect(variable=variable, text=text, layout=layout, imports=imports, tidied=tidied)
