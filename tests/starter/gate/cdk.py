"""CDK projects: compiled in one program, synthesised in one process, and what is wrong with the result."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.starter import Blueprint, render
from advisor.starter.cdk_typescript import variable
from tests.starter.gate.machine import check_definition, definition_faults
from tests.starter.gate.template import handler_faults, lint, result_faults
from tests.starter.gate.toolchains import Outcome, need, node_modules, run
from tests.starter.projects import versions

PACKAGES = ("aws-cdk-lib", "aws-cdk", "constructs", "typescript", "@types/node")
IGNORED = ("W3005",)  # CDK writes some dependencies out that a reference implies
Files = dict[str, str]


@dataclass(frozen=True)
class Synthesised:
    """What became of one project: what compiler and CDK said, and the template, if there is one."""

    said: tuple[str, ...]
    template: Mapping[str, Any] | None = None


def cdk_modules() -> Path:
    """Return a folder with the packages that projects pin."""
    return node_modules({name: versions().packages[name] for name in PACKAGES})


def project_of(blueprint: Blueprint) -> Files:
    """Return the files of a project by path."""
    return {file.path: file.text for file in render(blueprint)}


def context(blueprint: Blueprint, files: Files) -> dict[str, Any]:
    """Return the project's context with an example wherever the user has to say something."""
    asked = {variable(item.id): item.example for item in blueprint.parameters}
    return {**json.loads(files["infra/cdk.json"])["context"], **asked}


def synthesised(projects: Mapping[str, tuple[Blueprint, Files]], folder: Path) -> dict[str, Synthesised]:
    """Return what TypeScript and the CDK make of ``projects``; everything is written below ``folder``."""
    errors = compiled({name: files for name, (_, files) in projects.items()}, folder)
    sound = [name for name in projects if not errors[name]]
    said = _synthesise({name: projects[name] for name in sound}, folder)
    return {name: Synthesised(tuple(errors[name])) for name in projects if errors[name]} | {
        name: Synthesised((said[name],) if said[name] else (), _template(folder / name)) for name in sound
    }


def write(files: Files, project: Path) -> None:
    """Write a project, and the folders that its ``make build`` fills, as if it had."""
    for path, text in files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, encoding="utf-8")
    for built in re.findall(r"(?<=[ =])build/functions(?:/[\w-]+(?=/bootstrap))?", files["Makefile"]):
        (project / built).mkdir(parents=True, exist_ok=True)


def compiled(projects: Mapping[str, Files], folder: Path) -> dict[str, list[str]]:
    """Write all projects, compile them as one program into ``compiled``, and return the errors of each."""
    (folder / "node_modules").symlink_to(cdk_modules())
    for name, files in projects.items():
        write(files, folder / name)
    options = json.loads(next(iter(projects.values()))["infra/tsconfig.json"])["compilerOptions"]
    sources = [f"*/infra/{part}" for part in ("bin", "lib", "test")]
    config = {"compilerOptions": {**options, "outDir": "compiled"}, "include": sources}
    (folder / "tsconfig.json").write_text(json.dumps(config), encoding="utf-8")
    done = run([need("node"), "node_modules/typescript/bin/tsc", "-p", "."], folder)
    errors: dict[str, list[str]] = {name: [] for name in projects}
    for error in re.split(r"\n(?! )", done.output.strip()):  # lines that go on are indented
        if error:
            errors[error.partition("/")[0]].append(error)
    return errors


def own_tests(name: str, folder: Path) -> Outcome:
    """Return how the compiled tests of a project end."""
    test = folder / "compiled" / name / "infra/test/stack.test.js"
    return run([need("node"), "--test", "--test-reporter=tap", str(test)], folder / name / "infra")


def _synthesise(projects: Mapping[str, tuple[Blueprint, Files]], folder: Path) -> dict[str, str]:
    jobs = [
        {
            "name": name,
            "infra": str(folder / name / "infra"),
            "app": str(folder / "compiled" / name / "infra/bin/app.js"),
            "context": context(blueprint, files),
            "out": str(folder / name / "infra/cdk.out"),
        }
        for name, (blueprint, files) in projects.items()
    ]
    (folder / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
    script = Path(__file__).with_name("cdk_synth.cjs")
    done = run([need("node"), str(script), str(folder / "jobs.json")], folder)
    assert done.code == 0, done.output
    return dict(json.loads(done.output))


def _template(project: Path) -> dict[str, Any] | None:
    found = list((project / "infra/cdk.out").glob("*.template.json"))
    return json.loads(found[0].read_text(encoding="utf-8")) if found else None


def faults(made: Synthesised, files: Files) -> list[str]:
    """Return every fault of a synthesised project."""
    if made.said or made.template is None:
        return list(made.said) or ["no template"]
    template = dict(made.template)
    found = [item for item in lint(json.dumps(template, indent=1)) if not item.startswith(IGNORED)]
    return [*found, *result_faults(template), *_functions(template, files), *_machines(template, files)]


def _functions(template: dict[str, Any], files: Files) -> Iterator[str]:
    """Yield what is wrong with handlers; Go has one for all, and without its folder nothing is packed."""
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::Function" and not properties["Runtime"].startswith("provided"):
            yield from handler_faults(name, properties, files)


def _machines(template: dict[str, Any], files: Files) -> Iterator[str]:
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            (path,) = [path for path in files if path.endswith(".asl.json")]
            express = resource["Properties"]["StateMachineType"] == "EXPRESS"
            yield from check_definition(files[path], express=express)
            yield from definition_faults(name, files[path], template)
