"""Generated handlers around business code that a test steers, in each runtime, with their real libraries.

The payload says what the business code does: ``fail`` (so many attempts raise), ``crash`` (so many attempts
end the process, as a timeout does), ``invalid`` (raises InvalidInput), ``wait_ms``. What was done is kept in
a file, so that it outlives the process.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from advisor.starter import Blueprint, render, write_project
from tests.starter.checks.toolchains import CACHE, need, node_modules, once, run
from tests.starter.played.answers import Answer, Probe
from tests.starter.played.in_process import PythonProbe, loaded
from tests.starter.played.table_server import table_server

SOURCES = Path(__file__).with_name("probe_sources")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_NAME": "probe",
    "POWERTOOLS_SERVICE_NAME": "probe",
    "POWERTOOLS_TRACE_DISABLED": "1",
    "POWERTOOLS_TRACE_ENABLED": "false",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
}
MARK = "@@"


def talking(
    command: list[str], folder: Path, environment: Mapping[str, str], errors: IO[str] | int
) -> subprocess.Popen[str]:
    """Start a process that is asked and answers in lines of text."""
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf-8",
    )


@dataclass
class ProcessProbe:
    """One function: its process is started when it is called, and again after a crash."""

    command: list[str]
    folder: Path
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[str] | None = None

    @property
    def worked(self) -> list[str]:
        """Return the ids that the business code finished, in order."""
        return self.log.read_text("utf-8").split() if self.log.exists() else []

    def call(self, event: Any, left_ms: int = 30_000) -> Answer:
        """Invoke the handler; ``left_ms`` is the time until the invocation's deadline."""
        if self.process is None or self.process.poll() is not None:
            self.process = talking(self.command, self.folder, self.environment, subprocess.DEVNULL)
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"event": event, "left_ms": left_ms}) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith(MARK):
                return Answer(**json.loads(line.removeprefix(MARK)))
        self.process.wait()
        return Answer(error="crash")

    def close(self) -> None:
        """End the process."""
        if self.process and self.process.poll() is None:
            assert self.process.stdin
            self.process.stdin.close()
            self.process.wait()


@contextmanager
def probe(blueprint: Blueprint, folder: Path) -> Iterator[Probe]:
    """Give the probe of ``blueprint``'s runtime, with an idempotency table of its own where it has one."""
    project = folder / "project"
    write_project(render(blueprint), project)
    environment = {**ENVIRONMENT, "PROBE_LOG": str(folder / "worked")}
    if blueprint.runtime == "python":
        table = {"IDEMPOTENCY_TABLE": "remembered"} if blueprint.idempotency else {}
        with loaded(project / "functions", ("shared.work",), {**environment, **table}) as (work,):
            yield PythonProbe(work)
        return
    with ExitStack() as stack:
        if blueprint.idempotency:
            environment["IDEMPOTENCY_TABLE"] = "remembered"
            environment["AWS_ENDPOINT_URL_DYNAMODB"] = stack.enter_context(table_server("remembered"))
        command, where = BUILDS[blueprint.runtime](project, blueprint)
        made = ProcessProbe(command, where, environment, folder / "worked")
        stack.callback(made.close)
        yield made


def _nodejs(project: Path, blueprint: Blueprint) -> tuple[list[str], Path]:
    manifest = json.loads((project / "functions" / "package.json").read_text("utf-8"))
    (project / "node_modules").symlink_to(node_modules(manifest["dependencies"]))
    text = (SOURCES / "probe.js").read_text("utf-8")
    (project / "functions" / "probe.js").write_text(text, encoding="utf-8")
    return [need("node"), "probe.js"], project / "functions"


def _go(project: Path, blueprint: Blueprint) -> tuple[list[str], Path]:
    (project / "functions" / "probe").mkdir()
    text = (SOURCES / "probe.go.txt").read_text("utf-8")
    (project / "functions" / "probe" / "main.go").write_text(text, encoding="utf-8")
    command = [need("go"), "build", "-buildvcs=false", "-o", "probe-binary", "./functions/probe"]
    done = run(command, project)
    assert done.code == 0, done.output
    return [str(project / "probe-binary")], project


def _java(project: Path, blueprint: Blueprint) -> tuple[list[str], Path]:
    needed = jars(project)
    text = (SOURCES / "Probe.java").read_text("utf-8")
    main = project / "src" / "main" / "java" / "starter"
    (main / "Probe.java").write_text(text, encoding="utf-8")
    sources = [str(path) for path in main.glob("*.java")]
    done = run([need("javac"), "-cp", f"{needed}/*", "-d", str(project / "classes"), *sources], project)
    assert done.code == 0, done.output
    classes = f"{project}/classes:{needed}/*"
    return [need("java"), "-XX:TieredStopAtLevel=1", "-cp", classes, "starter.Probe"], project


def jars(project: Path) -> Path:
    """Return a folder with what the project needs at run time; it is fetched at most once."""
    pom = (project / "pom.xml").read_bytes()
    wanted = CACHE / f"jars-{sha256(pom).hexdigest()[:12]}"
    if not wanted.exists():
        plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies"

        def fetch(folder: Path) -> None:
            done = run(
                [need("mvn"), "-q", "-B", plugin, "-DincludeScope=runtime", f"-DoutputDirectory={folder}"],
                project,
            )
            assert done.code == 0, done.output

        once(wanted, fetch)
    return wanted


BUILDS = {"nodejs": _nodejs, "go": _go, "java": _java}
