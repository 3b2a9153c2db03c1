"""CDK projects in Python, synthesised in one process; the CDK has an environment of its own, for its size."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from pathlib import Path

from advisor.starter import Blueprint
from advisor.starter.flavours.cdk.python import variable
from tests.starter.checks.cdk import Files, Synthesised, context, found, told_by, write
from tests.starter.checks.toolchains import missing, need

BANNER = re.compile(r"(?m)^b'!!.*\n")  # what jsii says of a node that is past its end


def interpreter() -> Path:
    """Return the Python that has the CDK."""
    need("node")
    python = Path(__file__).parents[3] / ".venv-cdk" / "bin" / "python"
    if not python.exists():
        missing("aws-cdk-lib for Python (make .venv-cdk/.installed)")
    return python


def synthesised_by_python(
    projects: Mapping[str, tuple[Blueprint, Files]], folder: Path, tested: Container[str] = ()
) -> tuple[dict[str, Synthesised], str]:
    """Return what becomes of ``projects``, written below ``folder``, and what was printed on the way."""
    jobs = []
    for name, (blueprint, files) in projects.items():
        write(files, folder / name)
        jobs.append(
            {
                "name": name,
                "infra": str(folder / name / "infra"),
                "context": context(blueprint, files, variable),
                "out": str(folder / name / "infra/cdk.out"),
                "test": name in tested,
            }
        )
    script = Path(__file__).with_name("cdk_synth.py")
    told, printed = told_by([str(interpreter()), str(script)], jobs, folder)
    made = {name: found(files, told[name], folder / name) for name, (_, files) in projects.items()}
    return made, BANNER.sub("", printed)
