"""Every file of many projects, parsed in its own language; each tool is started once for all of them."""

from __future__ import annotations

import ast
import configparser
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import yaml
from packaging.requirements import Requirement

from tests.starter.checks.cdk import cdk_modules
from tests.starter.checks.deployed import read
from tests.starter.checks.terraform import binary
from tests.starter.checks.toolchains import Outcome, need, run

HERE = Path(__file__).parent
ANY_FILE = "--eval=.DEFAULT:;"  # stands for the files of the project that are not there
TARGETS = ("test", "lint", "build", "deploy", "delete")
# What is not a pattern of .gitignore: a blank, which would have to be escaped, or anything that is not ASCII
_PATTERN = re.compile(r"[!-~]*")
_SUM = re.compile(r"\S+ v\S+ h1:[A-Za-z0-9+/]{43}=")


@dataclass(frozen=True)
class Texts:
    """Texts that differ, each in a folder of its own below ``folder``; ``told`` says whose each is."""

    folder: Path
    told: dict[tuple[str, str], str]

    def add(self, path: str, text: str, whose: str) -> None:
        """Add a file of a project, unless another one has the same."""
        key = (PurePosixPath(path).name, text)
        if key not in self.told:
            place = self.folder / key[0].rpartition(".")[2].lower() / str(len(self.told))
            place.mkdir(parents=True)
            (place / key[0]).write_bytes(text.encode("utf-8"))
            self.told[key] = f"{path} of {whose}"

    def of(self, *endings: str) -> Iterator[tuple[str, str]]:
        """Yield text and owner of the files that end so."""
        for (name, text), whose in self.told.items():
            if name.endswith(endings):
                yield text, whose

    def below(self, ending: str) -> Path:
        """Return the folder with all files that end so."""
        return self.folder / ending


def _ini(text: str) -> None:
    configparser.ConfigParser().read_string(text)


def _requirements(text: str) -> None:
    for line in text.splitlines():
        if line and not line.startswith(("#", "-r ")):
            Requirement(line)


def _ignored(text: str) -> None:
    if not all(_PATTERN.fullmatch(line) for line in text.splitlines()):
        raise ValueError("not a list of patterns")


def _sums(text: str) -> None:
    if not all(_SUM.fullmatch(line) for line in text.splitlines()):
        raise ValueError("not a list of sums")


# Read here, one by one
READERS: Mapping[str, Callable[[str], object]] = {
    ".py": ast.parse,
    ".json": json.loads,
    ".yaml": read,
    ".yml": yaml.safe_load,
    ".toml": tomllib.loads,
    ".ini": _ini,
    ".xml": ElementTree.fromstring,
    ".txt": _requirements,
    "go.sum": _sums,
    ".gitignore": _ignored,
}
# Read by a tool of their own; Markdown is never wrong, so the tests look at what it says
TOOLS = (".js", ".ts", ".java", ".go", "go.mod", ".tf", ".hcl", "Makefile", ".md")


def faults(texts: Texts) -> list[str]:
    """Return what no parser of its language takes."""
    unknown = [whose for (name, _), whose in texts.told.items() if not name.endswith((*READERS, *TOOLS))]
    found = [f"{whose}: nobody can tell whether it is sound" for whose in unknown]
    for ending, reader in READERS.items():
        for text, whose in texts.of(ending):
            try:
                reader(text)
            except Exception as error:
                found.append(f"{whose}: {error}")
    scripts = read_by_node(texts.folder)["faults"]
    found += [f"{path}: {fault}" for path, fault in scripts.items()]
    found += _said(run([need("java"), str(HERE / "Parse.java"), str(texts.below("java"))], texts.folder))
    found += _said(run([need("gofmt"), "-l", "."], texts.below("go")))
    for place in sorted(texts.below("mod").glob("*")):
        found += _said(run([need("go"), "mod", "edit", "-json"], place), silent=False)
    for ending in ("tf", "hcl"):
        formatted = [binary(), "fmt", "-check", "-diff", "-recursive"]
        found += _said(run(formatted, texts.below(ending), TF_CLI_CONFIG_FILE=os.devnull))
    for place in sorted(texts.below("makefile").glob("*")):
        found += _said(run([need("make"), "-n", ANY_FILE, *TARGETS], place), silent=False)
    return found


def read_by_node(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Return what is wrong with the scripts below ``folder``, and the descriptions in them."""
    told = folder / "told"
    command = [need("node"), "--no-warnings", "--experimental-vm-modules", str(HERE / "parse.mjs")]
    done = run([*command, str(folder), str(cdk_modules() / "typescript"), str(told)], folder)
    assert done.code == 0, done.output
    return dict(json.loads(told.read_text(encoding="utf-8")))


def _said(done: Outcome, *, silent: bool = True) -> list[str]:
    """Return what a tool finds fault with; a ``silent`` one finds fault whenever it says something."""
    return [done.output] if done.code or (silent and done.output) else []
