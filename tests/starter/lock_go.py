"""Renew the module files of the Go starters after a change of versions: ``python -m tests.starter.lock_go``.

Go refuses to build without go.sum, so a starter brings it. What `go mod tidy` finds for each kind of project
is merged into two templates whose lines depend on what the project has.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from advisor.knowledge.answers import Step
from advisor.resources import templates_folder
from advisor.starter import render, write_project
from tests.starter.projects import blueprint_of, versions

# what a project has: requirements, approach
KINDS: Mapping[str, tuple[dict[str, Any], str]] = {
    "functions": ({"steps": 1, "idempotent": True}, "destinations"),
    "blueprint.idempotency": ({"steps": 1}, "destinations"),
    "starter": ({"event_source": "ses", "steps": 1, "idempotent": True}, "step-functions"),
    "both": ({"event_source": "ses", "steps": 1}, "step-functions"),
}
CONDITIONS = {
    frozenset({"functions", "blueprint.idempotency", "starter", "both"}): "blueprint.functions",
    frozenset({"blueprint.idempotency", "starter", "both"}): "blueprint.idempotency or starter",
    frozenset({"blueprint.idempotency", "both"}): "blueprint.idempotency",
    frozenset({"starter", "both"}): "starter",
}


def main() -> None:
    """Write go.mod.jinja and go.sum.jinja."""
    tidied = {kind: _tidy(*wanted) for kind, wanted in KINDS.items()}
    folder = templates_folder() / "handlers" / "go" / "project"
    sums = {kind: text.splitlines() for kind, (_, text) in tidied.items()}
    _write(folder / "go.sum.jinja", "".join(_merged(sums)))
    modules = {kind: _required(text) for kind, (text, _) in tidied.items()}
    direct = {kind: [line for line in lines if "// indirect" not in line] for kind, lines in modules.items()}
    others = {kind: [line for line in lines if "// indirect" in line] for kind, lines in modules.items()}
    head = "module example.com/starter\n\ngo {{ runtime.version }}\n\n"
    head += "{% if blueprint.functions %}\nrequire (\n"
    between = "{% endif %}\n{% if blueprint.idempotency or starter %}\n\nrequire (\n"
    texts = [head, *_merged(direct), ")\n", between, *_merged(others), ")\n{% endif %}\n"]
    _write(folder / "go.mod.jinja", "".join(texts))


def _tidy(requirements: dict[str, Any], approach: str) -> tuple[str, str]:
    with tempfile.TemporaryDirectory() as parent:
        project = Path(parent) / "project"
        steps = () if requirements.get("steps") else (Step("Keep", "dynamodb"), Step("Queue", "sqs"))
        write_project(render(blueprint_of(requirements, approach, steps=steps, runtime="go")), project)
        pins = {name: found for name, found in versions().packages.items() if re.match(r"github\.com/", name)}
        lines = "".join(f"\t{name} {version}\n" for name, version in pins.items())
        module = (
            f"module example.com/starter\n\ngo {versions().runtimes['go'].version}\n\nrequire (\n{lines})\n"
        )
        (project / "go.mod").write_text(module, encoding="utf-8")
        (project / "go.sum").unlink(missing_ok=True)
        subprocess.run(["go", "mod", "tidy"], cwd=project, check=True)
        sums = project / "go.sum"
        tidied = (project / "go.mod").read_text(encoding="utf-8")
        return tidied, sums.read_text(encoding="utf-8") if sums.exists() else ""


def _required(module: str) -> list[str]:
    found = re.findall(r"^(?:require |\t)(\S+ v\S+(?: // indirect)?)$", module, re.MULTILINE)
    return [f"\t{line}" for line in found]


def _merged(lines: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield every line once, in order, inside the condition under which it is there."""
    before = ""
    for line in sorted({line for found in lines.values() for line in found}):
        condition = CONDITIONS[frozenset(kind for kind, found in lines.items() if line in found)]
        if condition != before:
            yield ("{% endif %}\n" if before else "") + (f"{{% if {condition} %}}\n" if condition else "")
        before = condition
        yield f"{line}\n"
    if before:
        yield "{% endif %}\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
