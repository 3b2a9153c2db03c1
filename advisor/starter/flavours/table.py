"""The tools a starter can be deployed with: the files each adds, and how it spells a blueprint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from advisor.starter.blueprint.project import Blueprint
from advisor.starter.runtimes.languages import Language


class Words(Protocol):
    """Syntax of one flavour for one blueprint."""

    @property
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        """Return the filters its templates use."""

    @property
    def names(self) -> Mapping[str, Any]:
        """Return what its templates may call by name."""

    def output(self, name: str) -> str:
        """Return how a shell command of the README gets the value of an output."""


def _none(blueprint: Blueprint) -> tuple[str, ...]:
    return ()


class Flavour(Struct, frozen=True, kw_only=True):
    """One IaC flavour.

    ``files`` are its own, filled from ``templates/<iac>/project``, as are ``more``, which depend on what is
    there; ``words`` gets the blueprint and the folder ``templates/<iac>``. ``made`` are the folders that its
    tools fill or test, which the linter of the functions leaves alone. ``toolchains`` are the runtimes that
    its own tools need, whatever the functions are written in; ``locks`` are the lock files they write.
    """

    title: str
    files: tuple[str, ...]
    words: Callable[[Blueprint, Path], Words]
    made: tuple[str, ...]
    more: Callable[[Blueprint], Iterable[str]] = _none
    toolchains: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()

    def paths(self, blueprint: Blueprint, language: Language) -> Iterator[str]:
        """Yield the files of a project that belong to no single function."""
        yield from self.files
        yield from self.more(blueprint)
        yield from language.paths(blueprint)


def _sam(blueprint: Blueprint, folder: Path) -> Words:
    from advisor.starter.flavours.sam import Sam

    return Sam.of(blueprint, folder)


def _typescript(blueprint: Blueprint, folder: Path) -> Words:
    from advisor.starter.flavours.cdk.typescript import typescript

    return typescript(blueprint, folder)


def _python(blueprint: Blueprint, folder: Path) -> Words:
    from advisor.starter.flavours.cdk.python import python

    return python(blueprint, folder)


def _terraform(blueprint: Blueprint, folder: Path) -> Words:
    from advisor.starter.flavours.terraform.words import Terraform

    return Terraform.of(blueprint, folder)


def _terraform_files(blueprint: Blueprint) -> Iterable[str]:
    from advisor.starter.flavours.terraform.words import files

    return files(blueprint)


# A project needs one of them, so the others are not loaded
FLAVOURS: Mapping[str, Flavour] = {
    "sam": Flavour(
        title="AWS SAM",
        files=(
            "template.yaml",
            "samconfig.toml",
            "wiring/requirements.txt",
            "wiring/template.py",
            "wiring/test_template.py",
        ),
        words=_sam,
        made=(".aws-sam/", "wiring/"),
    ),
    "cdk-typescript": Flavour(
        title="AWS CDK in TypeScript",
        files=(
            "infra/cdk.json",
            "infra/package.json",
            "infra/tsconfig.json",
            "infra/bin/app.ts",
            "infra/lib/acknowledged.ts",
            "infra/lib/stack.ts",
            "infra/test/stack.test.ts",
        ),
        words=_typescript,
        made=("build/", "infra/"),
        toolchains=("nodejs",),
        locks=("infra/package-lock.json",),
    ),
    "cdk-python": Flavour(
        title="AWS CDK in Python",
        files=(
            "infra/acknowledged.py",
            "infra/app.py",
            "infra/cdk.json",
            "infra/pyproject.toml",
            "infra/requirements.txt",
            "infra/stack.py",
            "infra/tests/test_stack.py",
        ),
        words=_python,
        made=("build/", "infra/"),
        toolchains=("nodejs", "python"),
    ),
    "terraform": Flavour(
        title="Terraform",
        files=(),
        words=_terraform,
        made=("build/", "infra/"),
        more=_terraform_files,
        locks=("infra/.terraform.lock.hcl",),
    ),
}
