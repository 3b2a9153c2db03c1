"""One answers file, four tools, one system: whatever deploys a project, the same is deployed.

Each flavour's result (SAM as translated, CDK as synthesised, Terraform as planned) is reduced to one neutral
description and held against SAM's. What differs with good reason is in justified.py, and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from advisor.starter import Blueprint, render, write_project
from advisor.starter.blueprint.resources import Parameter
from advisor.starter.flavours.terraform.words import is_list, snake
from tests.examples import FULL
from tests.gate.share import DURABLE, SHARED
from tests.starter.checks import neutral_cloudformation, neutral_terraform
from tests.starter.checks.cdk import Synthesised
from tests.starter.checks.deployed import read, translate
from tests.starter.checks.neutral import Description, Difference, differences
from tests.starter.checks.terraform import Terraform, terraform
from tests.starter.durable import PREFIX, durable
from tests.starter.flavours import tables
from tests.starter.justified import JUSTIFIED
from tests.starter.matrix import PAGE, between
from tests.starter.projects import blueprint

__all__ = ["terraform"]
CDK, TERRAFORM = "cdk-typescript", "terraform"
EVERY = (*SHARED, *(PREFIX + name for name in DURABLE))


def planned(name: str) -> Blueprint:
    """Return the blueprint of a project, or of a durable function."""
    return durable(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else blueprint(name)


@cache
def files(name: str) -> Mapping[str, str]:
    return {file.path: file.text for file in render(planned(name))}


def expected(name: str) -> Description:
    """Return what SAM deploys."""
    made = dict(files(name))
    template = translate(read(made["template.yaml"]), made)
    for parameter in planned(name).parameters:
        template["Parameters"][parameter.id]["Default"] = parameter.example
    return neutral_cloudformation.describe(template, definition(made))


def definition(made: Mapping[str, str]) -> dict[str, Any] | None:
    """Return the state machine, which is the same file in every flavour."""
    return next((json.loads(text) for path, text in made.items() if path.endswith(".asl.json")), None)


def unjustified(iac: str, found: list[Difference]) -> list[str]:
    """Return the differences that no reason is written down for."""
    return [str(item) for item in found if not any(one.covers(iac, str(item)) for one in JUSTIFIED)]


def without_filling(description: Description) -> Description:
    """Return a description without the text of machines, which only a plan has filled in."""
    machines = {
        name: {key: value for key, value in machine.items() if key not in ("definition", "substitutions")}
        for name, machine in description.get("machines", {}).items()
    }
    return {**description, **({"machines": machines} if machines else {})}


def from_cdk(name: str, cdk: Mapping[str, Synthesised]) -> list[Difference]:
    template = cdk[name].template
    assert template is not None, cdk[name].said
    kinds = {resource["Type"] for resource in template["Resources"].values()}
    assert kinds <= {*neutral_cloudformation.DESCRIBERS, *neutral_cloudformation.PARTS}
    found = neutral_cloudformation.describe(template, definition(files(name)))
    return differences(expected(name), found)


def from_terraform(name: str, terraform: Terraform, folder: Path) -> list[Difference]:
    made = replace(planned(name), iac=TERRAFORM)
    write_project(render(made), folder)
    values = {snake(item.id): _value(item) for item in made.parameters}
    plan = terraform.planned(folder, values)
    kinds = {
        item["type"]
        for item in plan["planned_values"]["root_module"]["resources"]
        if item["mode"] == "managed"
    }
    assert kinds <= {*neutral_terraform.DESCRIBERS, *neutral_terraform.PARTS}
    found = neutral_terraform.describe(plan, made)
    return differences(without_filling(expected(name)), without_filling(found))


def _value(parameter: Parameter) -> Any:
    return parameter.example.split(",") if is_list(parameter) else parameter.example


@pytest.mark.xdist_group("cdk")
@pytest.mark.parametrize("name", EVERY)
def test_the_cdk_deploys_what_sam_deploys(name: str, cdk: Mapping[str, Synthesised]) -> None:
    assert unjustified(CDK, from_cdk(name, cdk)) == []


@pytest.mark.parametrize("name", EVERY)
def test_terraform_deploys_what_sam_deploys(name: str, terraform: Terraform, tmp_path: Path) -> None:
    assert unjustified(TERRAFORM, from_terraform(name, terraform, tmp_path / "project")) == []


@pytest.mark.skipif(not FULL, reason="a share of the projects does not need every reason: FULL_GATE=1")
@pytest.mark.xdist_group("cdk")
def test_every_reason_is_still_needed(cdk: Mapping[str, Synthesised]) -> None:
    told = [str(item) for name in EVERY for item in from_cdk(name, cdk)]
    assert [one.what for one in JUSTIFIED if not any(one.covers(CDK, item) for item in told)] == []


def test_the_docs_tell_what_each_flavour_makes_and_does_differently() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == between(page, "flavours", tables()), "python -m tests.starter.matrix --write"


@pytest.mark.parametrize("section", ["functions", "asynchronous", "permissions", "alarms", "queues", "rules"])
def test_a_description_holds_what_it_should(section: str) -> None:
    """Two empty descriptions would be equal."""
    described = expected("async-s3-to-bus")
    ids = {item.id for item in blueprint("async-s3-to-bus").resources}
    assert described[section]
    assert section in ("rules", "asynchronous") or set(described[section]) <= ids
