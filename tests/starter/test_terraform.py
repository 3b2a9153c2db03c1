"""Terraform projects: under the real binary, with a stub for the provider."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.starter import render, write_project
from tests.starter.gate.terraform import Terraform, check_terraform, terraform
from tests.starter.projects import PROJECTS, blueprint

__all__ = ["terraform"]


@pytest.mark.parametrize("name", PROJECTS)
def test_a_project_has_no_finding(name: str, terraform: Terraform, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    write_project(render(replace(blueprint(name), iac="terraform")), folder)
    assert check_terraform(terraform, folder) == []
