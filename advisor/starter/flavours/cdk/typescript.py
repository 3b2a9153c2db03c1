"""The CDK's words in TypeScript."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.wiring import Arn, Ref
from advisor.starter.flavours.cdk.common import NAMED, OPENED, Cdk, Dialect
from advisor.starter.flavours.references import load_references
from advisor.text.code_literals import Layout

CORE = (
    "CfnOutput",
    "CfnParameter",
    "Duration",
    "RemovalPolicy",
    "SecretValue",
    "Stack",
    "StackProps",
    "Validations",
)
_NOT_CODE = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*')


def typescript(blueprint: Blueprint, folder: Path) -> Cdk:
    """Return the words of the CDK in TypeScript."""
    return Cdk(blueprint, load_references(folder), DIALECT)


def variable(name: str) -> str:
    """Return the constant for a resource: its id in camel case."""
    return name[:1].lower() + name[1:]


def text(pattern: str, parts: tuple[str, ...]) -> str:
    """Return ``pattern`` filled with expressions, as a template literal."""
    stack = {name: f"${{this.{name}}}" for name in ("partition", "region", "account")}
    return "`" + pattern.format(*(f"${{{part}}}" for part in parts), **stack) + "`"


def layout(ref: Callable[[Any], str]) -> Layout:
    """Return how literals are laid out; ``ref`` spells references."""

    def leaf(value: Any) -> str:
        return ref(value) if isinstance(value, Ref | Arn) else json.dumps(value, ensure_ascii=False)

    def key(name: str) -> str:
        return name if re.fullmatch(r"[A-Za-z_]\w*", name) else json.dumps(name, ensure_ascii=False)

    return Layout(leaf, key, step=2, padding=" ")


def tidied(source: str) -> str:
    """Return ``source`` without the names of constants that nothing uses."""
    code = _NOT_CODE.sub("", source)

    def kept(match: re.Match[str]) -> str:
        used = len(re.findall(rf"\b{match.group(1)}\b", code)) > 1
        return match.group(0) if used else ""

    return re.sub(r"(?<=    )const (\w+) = (?=new )", kept, source)


def imports(source: str, modules: Mapping[str, str]) -> list[str]:
    """Return the imports of what ``source`` uses; ``modules`` says where each name is from."""
    code = _NOT_CODE.sub("", source)
    named, opened = set(NAMED.findall(code)), set(OPENED.findall(code))
    core = [name for name in CORE if name in named]
    used = {module: name for name, module in modules.items() if name in opened}
    lines = [f'import * as {used[module]} from "aws-cdk-lib/{module}";' for module in sorted(used)]
    return [f'import {{ {", ".join(core)} }} from "aws-cdk-lib";', *lines]


DIALECT = Dialect(variable=variable, text=text, layout=layout, imports=imports, tidied=tidied)
