"""The commands take any name, write where they are told, and leave nothing behind where they refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from advisor.knowledge.answers import IACS, RUNTIMES
from advisor.reserved_words import DEVICES
from advisor.wizard.result_menu import folder_name
from tests.cli.conftest import Advise, advise
from tests.injection.safe import spelt_out
from tests.injection.strings import answers_file, categories, is_name, is_step, read, strings

__all__ = ["advise"]  # the fixture of the command line's own tests
SHORT = [text for text in strings() if is_name(text)]
LONG = [text for text in strings() if not is_name(text)]
BAD_INPUT = 2
NASTIEST = (
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\Windows",
    "\\\\server\\share",
    "a\x00b",
    "CON",
    "nul.py",
    "..",
    "-rf",
    "a\nb",
    "\u202egnp.exe",
    "{{ config }}",
    "",
)


REFUSED = [
    *(answers_file(text) for text in LONG),
    *(answers_file("x", region=text) for text in categories()["regions"][5:]),
    *(answers_file("x", [{"name": text}]) for text in (" ", "\n", "\u3000")),
]


def test_what_is_refused_leaves_nothing_behind(advise: Advise, tmp_path: Path) -> None:
    for data in REFUSED:
        if b"us-east-99" in data or b"aa-bb" in data:  # codes that AWS may give one day
            continue
        for command in (["generate", "-", "--output", "made"], ["recommend", "-", "--output", "made.html"]):
            said = advise(*command, stdin=data)
            assert (said.exit_code, said.out) == (BAD_INPUT, ""), data[:200]
            assert said.err.startswith("<stdin>: 1 problem in the answers.\n  <stdin>:1:")
            assert list(tmp_path.iterdir()) == []


def test_flags_take_what_a_file_takes(advise: Advise, tmp_path: Path) -> None:
    for text in (*LONG, "\ud800"):
        said = advise("generate", "--set", "steps=1", "--output", "made", "--name", text)
        assert said.exit_code == BAD_INPUT
        assert said.err.startswith("--name: ")
    said = advise("recommend", "--set", f"name={'x' * 1001}")
    assert (said.exit_code, said.out) == (BAD_INPUT, "")
    assert list(tmp_path.iterdir()) == []


def test_each_line_of_a_batch_is_answered_in_a_line(advise: Advise) -> None:
    said = advise("recommend", "--batch", "-", stdin=b"\n".join(map(answers_file, SHORT)))
    lines = [json.loads(line) for line in said.out.split("\n") if line]
    assert (said.exit_code, said.err) == (0, "")
    assert [line.get("name", "") for line in lines] == list(map(read, SHORT))


@pytest.mark.parametrize(("number", "name"), list(enumerate(NASTIEST)), ids=map(ascii, NASTIEST))
def test_a_project_stays_in_its_folder(number: int, name: str, advise: Advise, tmp_path: Path) -> None:
    steps = [{"name": text} for text in NASTIEST if is_step(text)]
    made_with = {"iac": IACS[number % 4], "runtime": RUNTIMES[(number + number // 4) % 4]}
    data = answers_file(name, steps, **made_with)
    said = advise("generate", "-", "--approach", "step-functions", "--output", "made", stdin=data)
    assert said.exit_code == 0, said.err
    there = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if not path.is_dir()]
    assert sorted(there) == sorted(said.out.splitlines())
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    record = (tmp_path / "made/docs/decision.md").read_text(encoding="utf-8")
    assert spelt_out(name) in record.partition("\n")[0]


def test_a_folder_of_ones_own_is_called_as_every_system_takes_it() -> None:
    for text in map(read, SHORT):
        name = folder_name(text)
        assert re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?", name)
        assert name not in DEVICES
