"""What published rule sets say of a project: checkov and bandit, which have an environment of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.starter.checks.toolchains import need, run

# Run by checkov's own interpreter: one scan of all projects, where the command line takes seconds for each.
_SCAN = """
import json, logging, sys
from pathlib import Path
from checkov.cloudformation.runner import Runner as CloudFormation
from checkov.github_actions.runner import Runner as Workflows
from checkov.runner_filter import RunnerFilter
from checkov.terraform.runner import Runner as Terraform
logging.disable(logging.CRITICAL)
root = Path(sys.argv[1])
found = {path.name: {"failed": set(), "passed": 0, "unread": []} for path in root.iterdir()}
project = lambda check: found[Path(check.file_abs_path).relative_to(root).parts[0]]
runners = {"cloudformation": CloudFormation, "terraform": Terraform, "github_actions": Workflows}
for name, make in runners.items():
    rules = RunnerFilter(framework=[name], download_external_modules=False)
    reports = make().run(root_folder=str(root), runner_filter=rules)
    for report in reports if isinstance(reports, list) else [reports]:
        for check in report.failed_checks:
            project(check)["failed"].add(check.check_id)
        for check in report.passed_checks:
            project(check)["passed"] += 1
        for path in report.parsing_errors:
            found[Path(path).resolve().relative_to(root).parts[0]]["unread"].append(str(path))
json.dump(found, sys.stdout, default=sorted)
"""


def scan(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return what checkov finds in each project in ``folder`` when nothing is suppressed, by its name."""
    python = Path(need("checkov")).resolve().with_name("python")
    alone: dict[str, Any] = {"CHECKOV_PARALLELIZATION_TYPE": "none"}  # its processes cost more than they win
    done = run([str(python), "-c", _SCAN, str(folder.resolve())], folder, **alone)
    assert done.code == 0, done.output
    return dict(json.loads(done.output))


def checkov(folder: Path) -> tuple[int, list[str]]:
    """Return how checkov ends for a project as its user runs it, and its counts."""
    done = run([need("checkov"), "-d", ".", "--compact", "--quiet", "--skip-download"], folder)
    return done.code, re.findall(r"^Passed.*", done.output, re.MULTILINE)


def bandit(folder: Path, *skipped: str) -> list[str]:
    """Return what bandit finds in the Python files below ``folder``."""
    skip = ["-s", ",".join(skipped)] if skipped else []
    done = run([need("bandit"), "-q", "-r", ".", "-f", "json", *skip], folder)
    found = json.loads(done.output[done.output.index("{") :])
    assert found["errors"] == [] and found["metrics"]["_totals"]["loc"] > 0, done.output
    return [f"{item['test_id']} {item['filename']}:{item['line_number']}" for item in found["results"]]
