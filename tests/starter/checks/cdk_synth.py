"""Synthesises CDK apps and runs their tests, all in this process and one of node.

``python cdk_synth.py JOBS TOLD`` reads [{name, infra, context, out, test}] and writes {name: {said, passed,
failed}}. It runs on the interpreter of .venv-cdk and imports nothing of ours.
"""

import contextlib
import io
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

import aws_cdk
import pytest

APP = aws_cdk.App


class Heard:
    """What pytest tells of each test."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.failed: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.passed.append(report.nodeid)
        elif not report.passed:
            self.failed[report.nodeid] = report.longreprtext

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed[report.nodeid] = report.longreprtext


def synthesise(job: dict[str, Any]) -> str:
    """Run an app as `cdk synth` does, with its context and where to write; return why it could not be."""
    aws_cdk.App = lambda: APP(outdir=job["out"], context=job["context"])
    try:
        runpy.run_path(str(Path("app.py").resolve()))
    except (Exception, SystemExit) as error:
        return str(error)
    finally:
        aws_cdk.App = APP
    return ""


def test(heard: Heard) -> None:
    """Run the tests of a project in the current folder."""
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["-q", "-p", "no:cacheprovider", "--import-mode=importlib"], [heard])


def main() -> None:
    told = {}
    for job in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        os.chdir(job["infra"])
        sys.path.insert(0, job["infra"])
        heard = Heard()
        said = synthesise(job)
        if job["test"] and not said:
            test(heard)
        told[job["name"]] = {"said": said, "passed": heard.passed, "failed": heard.failed}
        sys.path.remove(job["infra"])
        for module in [
            name for name in sys.modules if name.startswith(("acknowledged", "stack", "test_stack", "tests"))
        ]:
            del sys.modules[module]
    Path(sys.argv[2]).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
