"""Every runtime: the same handlers whichever option, a template without findings, own tests that pass."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from advisor.knowledge.answers import Step
from advisor.starter import Blueprint, RenderedFile, render, write_project
from advisor.starter.runtimes.languages import LANGUAGES
from tests.examples import FULL
from tests.gate.share import SHARED
from tests.starter.checks.machine import check_machines
from tests.starter.checks.template import check_template
from tests.starter.checks.toolchains import Outcome, check_node, need, run
from tests.starter.projects import ASKED, PROJECTS, WITH_MACHINE, blueprint, blueprint_of, versions

OTHERS = [runtime for runtime in LANGUAGES if runtime != "python"]
AWKWARD = 'It\'s "quoted" ${Name} {{ x }} {% y %} `z` \\ </script> \U0001f600 ' + "long " * 90


# Each takes its seconds: one of every shape of event, option and workflow type. FULL_GATE=1 takes all.
COMPILED = (
    "answer-api",
    "answer-caller",
    "answer-sign-up",
    "async-s3-to-bus",
    "async-logs",
    "async-mail",
    "stream-kinesis",
    "stream-table",
    "stream-kafka",
    "messaging-topic",
    "messaging-in-order",
    "pipe-enriches-messages",
    "pipe-calls-for-changes",
    "express-parallel",
    "express-url",
    "standard-cloudwatch-logs",
    "standard-cognito",
    "standard-kafka-reader",
    "standard-no-functions",
    "both-map",
    "both-stream",
)
GATED = tuple(name for name in PROJECTS if blueprint(name).coded) if FULL else COMPILED


def blueprint_in(runtime: str, name: str) -> Blueprint:
    requirements, approach, steps = PROJECTS[name]
    return blueprint_of(requirements, approach, steps=steps, runtime=runtime, **ASKED.get(name, {}))


@cache
def files(runtime: str, name: str) -> Mapping[str, str]:
    return {file.path: file.text for file in render(blueprint_in(runtime, name))}


def written(runtime: str, name: str, folder: Path) -> Path:
    project = folder / "project"
    write_project(render(blueprint_in(runtime, name)), project)
    return project


WIRING = re.compile(  # what may change with one's mind: no handler does; a test of handlers says who calls it
    r"Makefile|tests/(test_handlers\.py|handlers\.test\.js)|.*/HandlersTest\.java|"
    r"README\.md|template\.yaml|statemachine/.+|events/event\.json|tests/records/.+|"
    r".*/(unwrap|work)\.\w+|.*(Unwrap|UnitOfWork)\.java|.*/?(test_unwrap|unwrap_test|unwrap\.test|UnwrapTest)\.\w+|"
    r"wiring/.+|tests/(test_state_machine|state_machine_test)\.\w+|"
    r"tests/(state-machine\.test\.js|read_test\.go)|src/test/java/starter/StateMachineTest\.java"
)


@pytest.mark.parametrize("source", ["s3", "eventbridge", "schedule"])
@pytest.mark.parametrize("runtime", LANGUAGES)
def test_a_change_of_option_is_a_change_of_wiring(runtime: str, source: str) -> None:
    def project(approach: str) -> dict[str, str]:
        requirements = {"event_source": source, "on_failure": ("sqs",)}
        blueprint = blueprint_of(requirements, approach, steps=STEPS, runtime=runtime)
        handlers = [LANGUAGES[runtime].sources.of(f) for f in blueprint.functions if f.does == "step"]
        made = {file.path: file.text for file in render(blueprint)}
        assert len(handlers) == 2 and all(path in made for paths in handlers for path in paths)
        return made

    before, after = project("destinations"), project("step-functions")
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    assert "template.yaml" in changed
    assert {path for path in changed if not WIRING.fullmatch(path)} == set()


STEPS = (Step("Check fraud"), Step("Delete"))


@pytest.mark.parametrize("name", GATED)
@pytest.mark.parametrize("runtime", OTHERS)
def test_the_template_has_no_finding(runtime: str, name: str) -> None:
    made = dict(files(runtime, name))
    assert check_template(made) == []
    if name in WITH_MACHINE:
        assert check_machines(made) == []


@pytest.mark.parametrize("runtime", OTHERS)
def test_only_code_and_its_surroundings_differ_between_runtimes(runtime: str) -> None:
    """The state machine, events and records are what the other runtimes have."""

    def data(made: Mapping[str, str]) -> set[str]:
        return {path for path in made if path.endswith(".json") and "package" not in path}

    for name in PROJECTS:
        assert data(files(runtime, name)) == data(files("python", name))


@pytest.mark.parametrize("runtime", OTHERS)
def test_no_word_of_another_runtime_is_left(runtime: str) -> None:
    for path in ("README.md", "Makefile", ".github/workflows/ci.yml"):
        text = files(runtime, "async-s3-to-bus")[path]
        for own in ("python3 -m venv", "Python 3 with pip, for cfn-lint", "bin/pytest -q wiring"):
            text = text.replace(own, "")  # the tests of the wiring
        assert not re.search(r"python|pytest|app\.py", text, re.IGNORECASE), path


def node_packages() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in PROJECTS:
        made = files("nodejs", name)
        for path in ("package.json", "functions/package.json"):
            manifest = json.loads(made.get(path, "{}"))
            found |= manifest.get("dependencies", {}) | manifest.get("devDependencies", {})
    return found


@pytest.mark.parametrize("name", SHARED)
def test_nodejs_declares_exactly_what_it_imports(name: str) -> None:
    made = files("nodejs", name)
    text = "".join(text for path, text in made.items() if re.match(r"functions/.*\.js$", path))
    imported = set(re.findall(r'from "((?:@[\w-]+/)?[\w-]+)(?:/[\w-]+)*";', text))
    declared = set(json.loads(made.get("functions/package.json", "{}")).get("dependencies", {}))
    if "@aws-lambda-powertools/idempotency" in imported:  # they are its peers
        imported |= {"@aws-sdk/client-dynamodb", "@aws-sdk/util-dynamodb"}
    if "@aws-sdk/util-dynamodb" in imported:  # its peer
        imported.add("@aws-sdk/client-dynamodb")
    assert imported == declared


@pytest.mark.parametrize("name", GATED)
def test_nodejs_passes_its_own_tests(name: str, tmp_path: Path) -> None:
    check_node(written("nodejs", name, tmp_path), node_packages())


def check_go(project: Path) -> None:
    formatted = run([need("gofmt"), "-l", "."], project)
    assert (formatted.code, formatted.output) == (0, "")
    done = run([need("go"), "test", "-vet=all", "./..."], project, GOFLAGS="-buildvcs=false")
    assert done.code == 0, done.output
    assert "no tests to run" not in done.output


@pytest.mark.parametrize("name", GATED)
def test_go_passes_its_own_tests(name: str, tmp_path: Path) -> None:
    check_go(written("go", name, tmp_path))


def test_go_names_the_versions_of_the_rule_base() -> None:
    """go.mod and go.sum are renewed by ``python -m tests.starter.lock_go``."""
    module = files("go", "standard-function-url")["go.mod"]
    pinned = {name: pin for name, pin in versions().packages.items() if f"{name} v" in module}
    assert len(pinned) == 5
    assert all(f"\t{name} {pin}\n" in module for name, pin in pinned.items())


# Machines that run for seconds are not worth compiling well, nor several threads that clear up.
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
TYPED = ("destinations", "step-functions")


@dataclass(frozen=True)
class Built:
    """What Maven said of all projects, and which of them it could not build or test."""

    folder: Path
    outcome: Outcome
    failed: frozenset[str]


def built(projects: Mapping[str, Iterable[RenderedFile]], folder: Path) -> Built:
    """Build and test ``projects`` with one Maven: starting it and its plugins takes longer than a project.

    Each keeps its ``pom.xml``, but for its name, which has to be its own; no project inherits anything.
    """
    for name, made in projects.items():
        write_project(list(made), folder / name)
        pom = folder / name / "pom.xml"
        text, count = re.subn("<artifactId>.*?<", f"<artifactId>{name}<", pom.read_text("utf-8"), count=1)
        assert count == 1
        pom.write_text(text, encoding="utf-8")
    modules = "".join(f"<module>{name}</module>" for name in projects)
    head = "<modelVersion>4.0.0</modelVersion><groupId>tests</groupId><artifactId>all</artifactId>"
    rest = f"<version>1</version><packaging>pom</packaging><modules>{modules}</modules>"
    (folder / "pom.xml").write_text(f"<project>{head}{rest}</project>", encoding="utf-8")
    command = [need("mvn"), "-q", "-B", "--fail-at-end", "test", f"-Dmaven.compiler.release={_release()}"]
    done = run(command, folder, timeout_s=1800, JDK_JAVA_OPTIONS=SHORT_LIVED)
    return Built(folder, done, frozenset(re.findall(r"on project ([\w-]+):", done.output)))


def _release() -> int:
    """An older JDK cannot compile for the release the functions run on; the code needs no more than 17."""
    version = re.search(r"javac (\d+)", run([need("javac"), "-version"], Path.cwd()).output)
    assert version
    return min(int(version[1]), int(LANGUAGE_VERSIONS["java"]))


@pytest.fixture(scope="module")
def in_java(tmp_path_factory: pytest.TempPathFactory) -> Built:
    projects = {name: render(blueprint_in("java", name)) for name in GATED}
    projects |= {f"typed-{approach}": render(whatever_typed("java", approach)) for approach in TYPED}
    return built(projects, tmp_path_factory.mktemp("java"))


def check_java(made: Built, name: str) -> None:
    assert made.outcome.code == 0 or made.failed, made.outcome.output
    assert name not in made.failed, made.outcome.output
    reports = list((made.folder / name).glob("target/surefire-reports/*.txt"))
    assert len(reports) == len(list((made.folder / name).glob("src/test/java/**/*Test.java")))
    assert all(
        "Failures: 0, Errors: 0, Skipped: 0" in report.read_text(encoding="utf-8") for report in reports
    )


@pytest.mark.xdist_group("java")
@pytest.mark.parametrize("name", GATED)
def test_java_passes_its_own_tests(name: str, in_java: Built) -> None:
    check_java(in_java, name)


@pytest.mark.xdist_group("java")
@pytest.mark.parametrize("approach", TYPED)
def test_whatever_was_typed_the_java_is_valid(approach: str, in_java: Built) -> None:
    check_java(in_java, f"typed-{approach}")


# what is wrong: (file, what it says, what it says instead)
FAULTS = {
    "sound": ("README.md", "", ""),
    "not-compiled": ("src/main/java/starter/InvalidInput.java", "package starter;", "package starters;"),
    "not-passed": ("src/test/java/starter/HandlersTest.java", 'Map.of("id", "")', 'Map.of("id", "1001")'),
}


@pytest.mark.xdist_group("java")
def test_maven_tells_which_project_fails(tmp_path: Path) -> None:
    projects = {}
    for name, (path, old, new) in FAULTS.items():
        made = dict(files("java", "stream-table"))
        assert old in made[path]
        made[path] = made[path].replace(old, new)
        projects[name] = [RenderedFile(place, text) for place, text in made.items()]
    found = built(projects, tmp_path)
    assert found.failed == {"not-compiled", "not-passed"}
    check_java(found, "sound")


@pytest.mark.parametrize("name", WITH_MACHINE)
def test_java_errors_go_by_the_full_name_of_their_class(name: str) -> None:
    """Lambda reports ``starter.InvalidInput``; a Retry for ``InvalidInput`` would never match."""
    text = "".join(text for path, text in files("java", name).items() if path.endswith(".asl.json"))
    assert re.sub("starter.InvalidInput", "", text).count("InvalidInput") == 0
    plain = "".join(text for path, text in files("nodejs", name).items() if path.endswith(".asl.json"))
    assert text.replace("starter.InvalidInput", "InvalidInput") == plain


LANGUAGE_VERSIONS = {runtime: version.version for runtime, version in versions().runtimes.items()}
CHECKS = {"nodejs": lambda project: check_node(project, node_packages()), "go": check_go}


def whatever_typed(runtime: str, approach: str) -> Blueprint:
    """Return a project of names that are awkward or words of a language."""
    texts = (AWKWARD, "handler", "logger", "delete", "string", "error", "context", "event", "Object", "class")
    steps = tuple(Step(text) for text in texts)
    requirements = {"event_source": "eventbridge", "on_failure": ("sqs",)}
    return blueprint_of(requirements, approach, steps=steps, name=AWKWARD, runtime=runtime)


@pytest.mark.parametrize("approach", TYPED)
@pytest.mark.parametrize("runtime", CHECKS)
def test_whatever_was_typed_the_code_is_valid(runtime: str, approach: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    write_project(render(whatever_typed(runtime, approach)), project)
    CHECKS[runtime](project)
