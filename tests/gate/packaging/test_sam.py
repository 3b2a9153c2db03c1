"""The real SAM command line on the project of every example; ``make test`` installs it beside the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.cli import main

ROOT = Path(__file__).parents[3]
# Every example but the one where neither option is right, and hence no project is made.
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
SAM = shutil.which(
    "sam", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
)


@pytest.mark.skipif(SAM is None, reason="the SAM command line is not installed")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_sam_validates_and_lints_without_a_finding(example: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    assert main(["generate", str(example), "--output", str(folder)]) == 0
    command = [str(SAM), "validate", "--lint", "--region", "eu-west-1", "--template", "template.yaml"]
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, "is a valid SAM Template" in done.stdout) == (0, True), done.stdout + done.stderr
