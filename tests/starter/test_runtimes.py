"""Every runtime: the same handlers whichever option, a template without findings, own tests that pass."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from advisor.knowledge.answers import Step
from advisor.starter import render, write_project
from advisor.starter.runtimes import LANGUAGES
from tests.starter.gate.machine import check_machines
from tests.starter.gate.template import check_template
from tests.starter.gate.toolchains import need, node_modules, run
from tests.starter.projects import ASKED, PROJECTS, blueprint_of, versions

OTHERS = [runtime for runtime in LANGUAGES if runtime != "python"]
AWKWARD = 'It\'s "quoted" ${Name} {{ x }} {% y %} `z` \\ </script> \U0001f600 ' + "long " * 90


# Each takes its seconds: one of every shape of event, option and workflow type. FULL_GATE=1 takes all.
COMPILED = (
    "async-s3-to-bus",
    "async-logs",
    "async-mail",
    "stream-kinesis",
    "stream-table",
    "stream-kafka",
    "express-parallel",
    "express-url",
    "standard-cognito",
    "standard-no-functions",
    "both-map",
)
GATED = tuple(PROJECTS) if os.environ.get("FULL_GATE") else COMPILED
# Maven takes longest: one of each kind of event and of option.
IN_JAVA = GATED if os.environ.get("FULL_GATE") else GATED[::2]


@cache
def files(runtime: str, name: str) -> Mapping[str, str]:
    requirements, approach, steps = PROJECTS[name]
    made = render(blueprint_of(requirements, approach, steps=steps, runtime=runtime, **ASKED.get(name, {})))
    return {file.path: file.text for file in made}


def written(runtime: str, name: str, folder: Path) -> Path:
    requirements, approach, steps = PROJECTS[name]
    project = folder / "project"
    write_project(
        render(blueprint_of(requirements, approach, steps=steps, runtime=runtime, **ASKED.get(name, {}))),
        project,
    )
    return project


WIRING = re.compile(  # what may change with one's mind: nothing else does, no handler and no test of one
    r"README\.md|template\.yaml|statemachine/.+|events/event\.json|tests/records/.+|"
    r".*/(unwrap|work)\.\w+|.*(Unwrap|UnitOfWork)\.java|.*/?(test_unwrap|unwrap_test|unwrap\.test|UnwrapTest)\.\w+|"
    r"tests/(test_template|test_state_machine|template_test|state_machine_test)\.\w+|"
    r"tests/(template|state-machine)\.test\.js|src/test/java/starter/(Template|StateMachine)Test\.java"
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
    if PROJECTS[name][1] != "destinations":
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
    for path in ("README.md", "Makefile", ".gitignore", ".github/workflows/ci.yml"):
        text = files(runtime, "async-s3-to-bus")[path].replace("python3 -m venv", "")
        assert not re.search(r"python|pytest|app\.py", text, re.IGNORECASE), path


def node_packages() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in PROJECTS:
        made = files("nodejs", name)
        for path in ("package.json", "functions/package.json"):
            manifest = json.loads(made.get(path, "{}"))
            found |= manifest.get("dependencies", {}) | manifest.get("devDependencies", {})
    return found


@pytest.mark.parametrize("name", PROJECTS)
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


def check_node(project: Path) -> None:
    (project / "node_modules").symlink_to(node_modules(node_packages()))
    tests = sorted(str(path.relative_to(project)) for path in (project / "tests").glob("*.test.js"))
    done = run([need("node"), "--test", *tests], project)
    assert done.code == 0, done.output
    assert "skipped 0" in done.output
    linted = run([need("node"), "node_modules/eslint/bin/eslint.js", "--max-warnings=0", "."], project)
    assert linted.code == 0, linted.output


@pytest.mark.parametrize("name", GATED)
def test_nodejs_passes_its_own_tests(name: str, tmp_path: Path) -> None:
    check_node(written("nodejs", name, tmp_path))


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
    assert len(pinned) == 6
    assert all(f"\t{name} {pin}\n" in module for name, pin in pinned.items())


def check_java(project: Path) -> None:
    version = run([need("javac"), "-version"], project).output
    machine = int(re.search(r"(\d+)", version)[1])  # type: ignore[index]
    wanted = int(LANGUAGE_VERSIONS["java"])
    # an older JDK cannot compile for the release the functions run on; the code needs no more than 17
    release = f"-Dmaven.compiler.release={min(machine, wanted)}"
    done = run([need("mvn"), "-q", "-B", "test", release], project)
    assert done.code == 0, done.output
    reports = [path.read_text(encoding="utf-8") for path in project.glob("target/surefire-reports/*.txt")]
    assert reports
    assert all("Skipped: 0" in report for report in reports)


@pytest.mark.parametrize("name", IN_JAVA)
def test_java_passes_its_own_tests(name: str, tmp_path: Path) -> None:
    check_java(written("java", name, tmp_path))


@pytest.mark.parametrize("name", [name for name in PROJECTS if PROJECTS[name][1] != "destinations"])
def test_java_errors_go_by_the_full_name_of_their_class(name: str) -> None:
    """Lambda reports ``starter.InvalidInput``; a Retry for ``InvalidInput`` would never match."""
    text = "".join(text for path, text in files("java", name).items() if path.endswith(".asl.json"))
    assert re.sub("starter.InvalidInput", "", text).count("InvalidInput") == 0
    plain = "".join(text for path, text in files("nodejs", name).items() if path.endswith(".asl.json"))
    assert text.replace("starter.InvalidInput", "InvalidInput") == plain


LANGUAGE_VERSIONS = {runtime: version.version for runtime, version in versions().runtimes.items()}
CHECKS = {"nodejs": check_node, "go": check_go, "java": check_java}


@pytest.mark.parametrize("approach", ["destinations", "step-functions"])
@pytest.mark.parametrize("runtime", OTHERS)
def test_whatever_was_typed_the_code_is_valid(runtime: str, approach: str, tmp_path: Path) -> None:
    texts = (AWKWARD, "handler", "logger", "delete", "string", "error", "context", "event", "Object", "class")
    steps = tuple(Step(text) for text in texts)
    requirements = {"event_source": "eventbridge", "on_failure": ("sqs",)}
    blueprint = blueprint_of(requirements, approach, steps=steps, name=AWKWARD, runtime=runtime)
    project = tmp_path / "project"
    write_project(render(blueprint), project)
    CHECKS[runtime](project)
