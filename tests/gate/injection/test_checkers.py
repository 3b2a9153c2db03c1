"""Projects of nasty names pass the checker of their tool: one for each approach and what may be filled in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.starter import RenderedFile, write_project
from tests.injection.made import Made, made
from tests.injection.strings import APPROACHES, strings, workloads
from tests.starter.checks.cdk import faults, synthesised
from tests.starter.checks.cdk_python import synthesised_by_python
from tests.starter.checks.machine import check_machines
from tests.starter.checks.template import check_template
from tests.starter.checks.terraform import Terraform, check_terraform, terraform

__all__ = ["terraform"]
pytestmark = pytest.mark.xdist_group("injection")
# What tools fill in or take for their own, where it may stand as it is
TRAPS = {
    "sam": ("{{resolve:secretsmanager:a:SecretString:b}}", "${AWS::Region}", "!Sub '${x}'"),
    "cdk-typescript": ("${Token[TOKEN.1]}", "#{Token[TOKEN.2]}", "{{resolve:ssm:/a/b}}"),
    "cdk-python": ("${Token[AWS.Region.4]}", "{0.__class__}", "'''"),
    "terraform": ("%{ if true }", '${file("/etc/passwd")}', "<<EOF"),
}


def sample(iac: str) -> dict[str, Made]:
    """Return a project of one tool for every approach, each called by a trap, with four steps of the list."""
    assert set(TRAPS[iac]) <= set(strings())
    last = {item.approach: item for item in workloads() if item.iac == iac}
    named = zip(APPROACHES, TRAPS[iac], strict=True)
    return {approach: made(replace(last[approach], name=trap)) for approach, trap in named}


def test_sam_templates_have_no_finding() -> None:
    for project in sample("sam").values():
        files = dict(project.files)
        has_machine = project.workload.approach in ("step-functions", "both")
        machines = check_machines(files) if has_machine else []
        assert [*check_template(files), *machines] == [], project.workload.label


def test_cdk_projects_have_no_finding(tmp_path: Path) -> None:
    made_of = {name: (one.blueprint, dict(one.files)) for name, one in sample("cdk-typescript").items()}
    found = synthesised(made_of, tmp_path, {"both"})
    assert {name: faults(one) for name, one in found.items() if faults(one)} == {}
    assert found["both"].passed


def test_cdk_projects_in_python_have_no_finding(tmp_path: Path) -> None:
    made_of = {name: (one.blueprint, dict(one.files)) for name, one in sample("cdk-python").items()}
    found, printed = synthesised_by_python(made_of, tmp_path, {"both"})
    assert printed == ""
    assert {name: faults(one) for name, one in found.items() if faults(one)} == {}
    assert found["both"].passed


def test_terraform_projects_have_no_finding(terraform: Terraform, tmp_path: Path) -> None:
    for name, project in sample("terraform").items():
        files = [RenderedFile(path, text) for path, text in project.files.items()]
        write_project(files, tmp_path / name)
        assert check_terraform(terraform, tmp_path / name) == [], project.workload.label
