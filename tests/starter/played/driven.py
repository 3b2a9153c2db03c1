"""All functions of a project in Node.js, Go or Java in one process of their own, which the test steers.

The files are those of the project but for a line that lets the business code ask first what it is to do.
One build serves all plays of a project; a crash kills the process, and the next call starts another.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from advisor.starter import Blueprint
from tests.starter.checks.toolchains import need, node_modules, run
from tests.starter.played.answers import Answer
from tests.starter.played.in_process import Crash
from tests.starter.played.probes import MARK, SOURCES, jars, talking


class Steers(Protocol):
    """What says what an attempt comes to, and hears of what was done."""

    returns: dict[str, dict[str, Any]]
    attempts: list[tuple[str, Any]]
    done: list[tuple[str, Any]]

    def fault(self, function: str, payload: Any) -> BaseException | None:
        """Return what this attempt fails with."""


@dataclass
class Driver:
    """The process of a project's functions."""

    command: list[str]
    folder: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[str] | None = None

    def call(self, work: Steers, function: str, event: Any, left_ms: int) -> Answer:
        """Invoke a function's handler; ``left_ms`` is the time until the invocation's deadline."""
        self.write({"function": function, "event": event, "left_ms": left_ms})
        assert self.process and self.process.stdout
        asked: list[Any] = []
        for line in self.process.stdout:
            told = json.loads(line.removeprefix(MARK)) if line.startswith(MARK) else {}
            if "asks" in told:
                asked.append(told["asks"])
                work.attempts.append((function, told["asks"]))
                fault = work.fault(function, told["asks"])
                if isinstance(fault, Crash):
                    return self.crashed()
                error = type(fault).__name__ if fault else None
                returns = work.returns.get(function, {})
                self.write({"number": len(asked) - 1, "error": error, "returns": returns})
            elif "done" in told:
                work.done.append((function, asked[told["done"]]))
            elif told:
                return Answer(result=told.get("result"), error=told.get("error", ""))
        raise AssertionError(f"{event} ended the process: {(self.folder / 'driver.log').read_text('utf-8')}")

    def write(self, what: Any) -> None:
        """Write a line to the process, which is started first where there is none."""
        if self.process is None:
            errors = (self.folder / "driver.log").open("a")
            self.process = talking(self.command, self.folder, self.environment, errors)
        assert self.process.stdin
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def crashed(self) -> Answer:
        """End the process as a timeout does."""
        self.close()
        return Answer(error="Sandbox.Timedout")

    def close(self) -> None:
        """End the process."""
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None


def _edited(path: Path, *edits: tuple[str, str]) -> None:
    """Replace each pattern, which is in the file."""
    text = path.read_text("utf-8")
    for pattern, instead in edits:
        text, times = re.subn(pattern, instead, text)
        assert times, f"{path} has no {pattern}"
    path.write_text(text, encoding="utf-8")


def _folder(blueprint: Blueprint) -> dict[str, str]:
    """Return the folder of each function."""
    return {item.id: item.name.module.replace("_", "-") for item in blueprint.functions}


def _nodejs(project: Path, blueprint: Blueprint) -> tuple[list[str], Path]:
    functions = project / "functions"
    manifest = json.loads((functions / "package.json").read_text("utf-8"))
    (project / "node_modules").symlink_to(node_modules(manifest["dependencies"]))
    _edited(
        functions / "shared" / "work.js",
        (r"(export function unitOfWork\(work\) \{\n)", r"\1  work = spied(work);\n"),
        (r"\A", 'import { spied } from "../../driver.js";\n'),
    )
    shutil.copy(SOURCES / "driver.js", project / "driver.js")
    shutil.copy(functions / "package.json", project / "package.json")
    paths = {}
    for name, folder in _folder(blueprint).items():
        shutil.copytree(functions, project / name)
        paths[name] = f"./{name}/{folder}/app.js"
    (project / "run.js").write_text(
        f'import {{ run }} from "./driver.js";\nawait run({json.dumps(paths)});\n', encoding="utf-8"
    )
    return [need("node"), "run.js"], project


def _go(project: Path, blueprint: Blueprint) -> tuple[list[str], Path]:
    functions = project / "functions"
    module = "example.com/starter/functions"
    imports = [f'import _ "{module}/{folder}"' for folder in _folder(blueprint).values()]
    for name, folder in _folder(blueprint).items():
        (functions / folder / "main_test.go").unlink(missing_ok=True)
        _edited(
            functions / folder / "main.go",
            (r"(?m)^package main$", "package step"),
            (r'"github.com/aws/aws-lambda-go/lambda"', f'lambda "{module}/played"'),
            (r"func main\(\) \{", "func init() {"),
            (r"lambda\.StartWithOptions\(", f'lambda.StartWithOptions("{name}", '),
        )
    _edited(
        functions / "shared" / "work.go",
        (r"(func UnitOfWork\(work Work\).*\{\n)", r"\1\twork = played.Spied(work)\n"),
        (r"import \(\n", f'import (\n\t"{module}/played"\n'),
    )
    for folder in ("played", "driver"):
        (functions / folder).mkdir()
    shutil.copy(SOURCES / "driver.go.txt", functions / "played" / "played.go")
    main = [f'package main\n\nimport "{module}/played"', *imports, "func main() { played.Run() }\n"]
    (functions / "driver" / "main.go").write_text("\n".join(main), encoding="utf-8")
    done = run([need("go"), "build", "-buildvcs=false", "-o", "driver", "./functions/driver"], project)
    assert done.code == 0, done.output
    return [str(project / "driver")], project


def _java(project: Path, blueprint: Blueprint) -> tuple[list[str], Path]:
    main = project / "src" / "main" / "java" / "starter"
    needed = jars(project)
    shutil.copy(SOURCES / "Driver.java", main / "Driver.java")
    spied = "    private Map<String, Object> played(Map<String, Object> payload) {\n"
    spied += "        return Driver.spied(payload, this::work);\n    }\n}\n"
    _edited(main / "UnitOfWork.java", (r"\bwork\((?!Map<)", "played("), (r"\}\n\Z", spied))
    if (main / "Once.java").exists():
        named = r'System\.getenv\("AWS_LAMBDA_FUNCTION_NAME"\)'
        _edited(main / "Once.java", (named, "Driver.function"))
    sources = [str(path) for path in main.glob("*.java")]
    done = run([need("javac"), "-cp", f"{needed}/*", "-d", str(project / "classes"), *sources], project)
    assert done.code == 0, done.output
    classes = f"{project}/classes:{needed}/*"
    return [need("java"), "-XX:TieredStopAtLevel=1", "-cp", classes, "starter.Driver"], project


BUILDS: Mapping[str, Callable[[Path, Blueprint], tuple[list[str], Path]]] = {
    "nodejs": _nodejs,
    "go": _go,
    "java": _java,
}
