"""CDK projects: compiled in one program, synthesised in one process, and what is wrong with the result."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from advisor.starter import Blueprint, render
from advisor.starter.flavours.cdk.typescript import variable
from tests.starter.checks.machine import check_definition, definition_faults
from tests.starter.checks.template import handler_faults, lint, result_faults
from tests.starter.checks.toolchains import need, node_modules, run
from tests.starter.projects import versions

PACKAGES = ("aws-cdk-lib", "aws-cdk", "cdk-nag", "constructs", "typescript", "@types/node")
IGNORED = ("W3005",)  # CDK writes some dependencies out that a reference implies
Files = dict[str, str]


@dataclass(frozen=True)
class Synthesised:
    """What became of a project: what was said of it, its template, which of its own tests passed.

    ``out`` is the folder that the CDK wrote. ``nagged`` is what the project's answers to cdk-nag lack or have
    too many; only TypeScript's is asked.
    """

    files: Files
    said: str = ""
    template: Mapping[str, Any] | None = None
    passed: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    nagged: tuple[str, ...] = ()
    out: Path = Path("cdk.out")


def cdk_modules() -> Path:
    """Return a folder with the packages that projects pin."""
    return node_modules({name: versions().packages[name] for name in PACKAGES})


def project_of(blueprint: Blueprint) -> Files:
    """Return the files of a project by path."""
    return {file.path: file.text for file in render(blueprint)}


def context(blueprint: Blueprint, files: Files, spelt: Callable[[str], str] = variable) -> dict[str, Any]:
    """Return the project's context with an example wherever the user has to say something."""
    asked = {spelt(item.id): item.example for item in blueprint.parameters}
    return {**json.loads(files["infra/cdk.json"])["context"], **asked}


def synthesised(
    projects: Mapping[str, tuple[Blueprint, Files]], folder: Path, tested: Container[str] = ()
) -> dict[str, Synthesised]:
    """Return what becomes of ``projects``, written below ``folder``; those ``tested`` run their own tests."""
    (folder / "node_modules").symlink_to(cdk_modules())
    for name, (_, files) in projects.items():
        write(files, folder / name)
    errors = _compile({name: files for name, (_, files) in projects.items()}, folder)
    jobs = [
        {
            "name": name,
            "infra": str(folder / name / "infra"),
            "app": str(folder / "compiled" / name / "infra/bin/app.js"),
            "context": context(blueprint, files),
            "out": str(folder / name / "infra/cdk.out"),
            "test": str(folder / "compiled" / name / "infra/test/stack.test.js") if name in tested else "",
        }
        for name, (blueprint, files) in projects.items()
        if not errors[name]
    ]
    told, printed = told_by([need("node"), str(Path(__file__).with_name("cdk_synth.cjs"))], jobs, folder)
    assert printed == ""
    return {
        name: Synthesised(files, "\n".join(errors[name]))
        if errors[name]
        else found(files, told[name], folder / name)
        for name, (_, files) in projects.items()
    }


def told_by(command: list[str], jobs: list[dict[str, Any]], folder: Path) -> tuple[dict[str, Any], str]:
    """Return what a process tells of its jobs, and what else it prints."""
    (folder / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
    done = run([*command, str(folder / "jobs.json"), str(folder / "told.json")], folder)
    assert done.code == 0, done.output
    return dict(json.loads((folder / "told.json").read_text(encoding="utf-8"))), done.output


def found(files: Files, told: Mapping[str, Any], project: Path) -> Synthesised:
    """Return what became of a project of which ``told`` is known."""
    out = project / "infra/cdk.out"
    templates = list(out.glob("*.template.json"))
    template = json.loads(templates[0].read_text(encoding="utf-8")) if templates else None
    nagged = [f"cdk-nag: {rule} has no reason" for rule in told.get("unanswered", ())]
    nagged += [f"cdk-nag: {rule} has a reason and no finding" for rule in told.get("needless", ())]
    passed, failed = tuple(told["passed"]), told["failed"]
    return Synthesised(files, told["said"], template, passed, failed, tuple(nagged), out)


def write(files: Files, project: Path) -> None:
    """Write a project, and the folders that its ``make build`` fills, as if it had."""
    for path, text in files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, encoding="utf-8")
    for built in re.findall(r"(?<=[ =])build/functions(?:/[\w-]+(?=/bootstrap))?", files["Makefile"]):
        (project / built).mkdir(parents=True, exist_ok=True)


def _compile(projects: Mapping[str, Files], folder: Path) -> dict[str, list[str]]:
    """Compile all projects as one program into ``compiled``, and return the errors of each."""
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


def faults(made: Synthesised) -> list[str]:
    """Return every fault of a synthesised project."""
    if made.said or made.template is None:
        return [made.said or "no template"]
    template, files = dict(made.template), made.files
    linted = [item for item in lint(json.dumps(template, indent=1)) if not item.startswith(IGNORED)]
    own = [f"{test}: {why}" for test, why in made.failed.items()]
    return [
        *linted,
        *own,
        *made.nagged,
        *result_faults(template),
        *_functions(template, files),
        *_machines(template, files),
    ]


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
