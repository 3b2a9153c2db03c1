"""Every project is held to published rule sets; what it does without is written in it, with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.knowledge.answers import IACS, RUNTIMES
from advisor.starter import Blueprint, render, write_project
from advisor.starter.flavours.table import FLAVOURS
from tests.examples import FULL
from tests.gate.share import DURABLE, SHARED
from tests.starter.checks.cdk import Synthesised
from tests.starter.checks.scanners import bandit, checkov, scan
from tests.starter.checks.toolchains import need
from tests.starter.durable import PREFIX, durable
from tests.starter.flavours import reasons
from tests.starter.justified import BOTH_CDK as CDK
from tests.starter.matrix import SECURITY, between
from tests.starter.projects import ASKED, PROJECTS, blueprint_of
from tests.tools.facts.holes import go_holes

READ = ("sam", "terraform")  # scanners read these as they are written, and of the CDK what it synthesises
SEVERAL = ("async-s3-to-bus", "standard-saga", "both-map", "standard-function-url")
GO_DATABASE_OF = "v0.0.0-20261105234957-e22db6528018"  # of 2026-11-05; `make facts` asks the newest
# Together they hold every kind of resource. FULL_GATE=1 scans all.
COVERING = (
    "answer-api",
    "async-mail",
    "async-sns-to-sns",
    "express-http",
    "job-container",
    "job-events",
    "job-glue-objects",
    "job-query",
    "jobs-call",
    "jobs-compute",
    "jobs-outside",
    "pipe-calls-endpoint",
    "standard-alb",
    "standard-cognito",
    "standard-iot",
    "standard-no-functions",
    "standard-sns",
    "stream-kinesis",
)
DURABLE_NAMES = [PREFIX + name for name in DURABLE]
SCANNED = [
    (iac, runtime, name)
    for iac, runtime in product(IACS, RUNTIMES)
    if iac in READ
    for name in (*PROJECTS, *DURABLE_NAMES)
    if name in SEVERAL or (runtime == "python" and (name in (*COVERING, *DURABLE_NAMES) or FULL))
]


def planned(iac: str, runtime: str, name: str) -> Blueprint:
    """Return the blueprint of a project, or of a durable function."""
    if name.startswith(PREFIX):
        return durable(name.removeprefix(PREFIX), runtime, iac)
    requirements, approach, steps = PROJECTS[name]
    return blueprint_of(requirements, approach, steps=steps, iac=iac, runtime=runtime, **ASKED.get(name, {}))


@cache
def files(iac: str, runtime: str, name: str) -> Mapping[str, str]:
    return {file.path: file.text for file in render(planned(iac, runtime, name))}


def written(iac: str, runtime: str, name: str, folder: Path) -> Path:
    project = folder / "-".join((iac, runtime, name))
    write_project(render(planned(iac, runtime, name)), project)
    return project


def suppressed(text: str) -> dict[str, str]:
    """Return the reason for each check that a ``.checkov.yaml`` skips."""
    lines = re.findall(r"^  - (CKV\w+)  # (.+)$", text, re.MULTILINE)
    assert yaml.safe_load(text) == {"skip-check": [check for check, _ in lines]}
    return dict(lines)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Any]]:
    folder = tmp_path_factory.mktemp("scanned")
    for case in SCANNED:
        written(*case, folder)
    return scan(folder)


def test_every_kind_of_resource_is_scanned() -> None:
    def kinds(names: Iterable[str]) -> set[str]:
        return {item.kind for name in names for item in planned("sam", "python", name).resources}

    assert kinds(name for _, _, name in SCANNED) == kinds((*PROJECTS, *DURABLE_NAMES))


@pytest.mark.xdist_group("scanned")
@pytest.mark.parametrize(("iac", "runtime", "name"), SCANNED)
def test_checkov_finds_what_the_project_gives_a_reason_for_and_nothing_else(
    iac: str, runtime: str, name: str, scanned: Mapping[str, Mapping[str, Any]]
) -> None:
    found = scanned["-".join((iac, runtime, name))]
    reasons = suppressed(files(iac, runtime, name)[".checkov.yaml"])
    assert found["unread"] == []
    assert found["passed"] > 20
    assert found["failed"] == sorted(reasons)
    assert all(len(reason) > 10 for reason in reasons.values())


@pytest.fixture(scope="module")
def scanned_cdk(
    cdk: Mapping[str, Synthesised], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Mapping[str, Any]]:
    """Return what checkov finds in what the CDK makes: the same in both languages."""
    folder = tmp_path_factory.mktemp("scanned-cdk")
    for name in (*SHARED, *DURABLE_NAMES):
        (folder / name).mkdir()
        (folder / name / "template.json").write_text(json.dumps(cdk[name].template), encoding="utf-8")
    return scan(folder)


@pytest.mark.xdist_group("cdk")
@pytest.mark.parametrize("name", [*SHARED, *DURABLE_NAMES])
def test_checkov_finds_no_more_in_what_the_cdk_makes(
    name: str, scanned_cdk: Mapping[str, Mapping[str, Any]]
) -> None:
    reasons = {iac: suppressed(files(iac, "python", name)[".checkov.yaml"]) for iac in CDK}
    assert scanned_cdk[name]["unread"] == []
    queues_alone = name == "route-to-queue"  # all that checkov asks of them has a reason
    assert queues_alone or scanned_cdk[name]["passed"] > 15
    assert scanned_cdk[name]["failed"] == sorted(reasons["cdk-typescript"])
    assert reasons["cdk-python"] == reasons["cdk-typescript"]


@pytest.mark.parametrize("iac", READ)
def test_checkov_reads_the_reasons_where_the_project_keeps_them(iac: str, tmp_path: Path) -> None:
    code, counts = checkov(written(iac, "python", "standard-alb", tmp_path))
    assert (code, len(counts)) == (0, 2)  # the infrastructure and the workflow file
    assert all(re.match(r"Passed checks: \d+, Failed checks: 0, ", line) for line in counts)


def test_the_docs_tell_what_starters_do_without() -> None:
    page = SECURITY.read_text(encoding="utf-8")
    assert page == between(page, "reasons", reasons()), "python -m tests.starter.matrix --write"


@pytest.mark.parametrize("iac", FLAVOURS)
def test_bandit_has_nothing_to_say(iac: str, tmp_path: Path) -> None:
    for name in COVERING:
        written(iac, "python", name, tmp_path)
    assert bandit(tmp_path, "B101") == []
    # an assert is what a test is for, and nothing else's
    assert not any(
        line.lstrip().startswith("assert ")
        for path in tmp_path.rglob("*.py")
        if not {"tests", "wiring"} & set(path.parts)
        for line in path.read_text(encoding="utf-8").splitlines()
    )


def pins(path: str, text: str) -> Iterator[tuple[str, bool]]:
    """Yield every requirement of a file, and whether it names one version and no other."""
    if path.endswith("requirements.txt"):
        for line in re.sub(r"^(-r .*|#.*)?\n", "", text, flags=re.MULTILINE).splitlines():
            yield line, bool(re.fullmatch(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==\d+(\.\d+)+", line))
    elif path.endswith("package.json"):
        manifest = json.loads(text)
        for group in ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies"):
            for package, version in manifest.get(group, {}).items():
                yield f"{package} {version}", bool(re.fullmatch(r"\d+\.\d+\.\d+", version))
    elif path.endswith("pom.xml"):
        for version in re.findall(r"<version>([^<]+)</version>", text)[1:]:
            yield version, bool(re.fullmatch(r"\d+(\.\d+)+", version))
    elif path.endswith("go.mod"):
        for line in re.findall(r"^(?:require )?\t?(\S+\.\S+/\S+ \S+)", text, re.MULTILINE):
            yield line, bool(re.search(r" v\d+\.\d+\.\d+(-[\w.]+)?$", line))


@pytest.mark.parametrize(("iac", "runtime"), list(product(IACS, RUNTIMES)))
def test_every_requirement_names_one_version(iac: str, runtime: str) -> None:
    made = [files(iac, runtime, name) for name in SEVERAL]
    found = [pin for project in made for path, text in project.items() for pin in pins(path, text)]
    assert len(found) > len(made)
    assert [line for line, exact in found if not exact] == []


def test_no_go_module_has_a_published_hole() -> None:
    need("go")
    assert go_holes(GO_DATABASE_OF) == []


@pytest.mark.parametrize("name", [*SHARED, *DURABLE_NAMES])
def test_a_star_says_why_and_an_action_has_none(name: str) -> None:
    lines = files("sam", "python", name)["template.yaml"].splitlines()
    starred = [line for line in lines if re.match(r"""\s+(Resource:|-) ['"]?\*""", line)]
    assert all(re.search(r"  # \w+ .{10,}", line) for line in starred), starred
    assert not any(re.fullmatch(r"\s+(- |Action: )[a-z0-9-]+:\w*\*\w*", line) for line in lines)
