"""``advisor generate``: what is written, what is listed, what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from advisor.cli.generate import ALTERNATIVES, APPROACHES, LANGUAGES, TOOLS
from advisor.knowledge.answers import IACS, RUNTIMES
from advisor.starter.blueprint.project import Approach
from advisor.starter.plan import alternatives
from tests.cli.conftest import Advise, Outcome

ROOT = Path(__file__).parents[2]
ORDERS = str(ROOT / "examples" / "order-notifications.yaml")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_what_is_listed_is_what_is_written(advise: Advise, tmp_path: Path) -> None:
    dry = advise("generate", ORDERS, "--output", "orders", "--dry-run")
    assert not (tmp_path / "orders").exists()
    wet = advise("generate", ORDERS, "--output", "orders")
    written = contents(tmp_path / "orders")
    assert (dry.exit_code, wet.exit_code) == (0, 0)
    assert dry.out == wet.out == "".join(f"orders/{name}\n" for name in sorted(written))
    assert f"{len(written)} files would be written to orders; nothing was.\n" in dry.err
    assert f"{len(written)} files written to orders." in wet.err


def test_the_project_holds_the_decision_and_the_answers_that_made_it(advise: Advise, tmp_path: Path) -> None:
    assert advise("generate", ORDERS, "--output", "one").exit_code == 0
    record = advise("recommend", ORDERS, "--format", "markdown", "--explain").out
    assert (tmp_path / "one" / "docs" / "decision.md").read_text(encoding="utf-8") == record
    assert advise("generate", "one/answers.yaml", "--output", "two").exit_code == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_flags_go_before_the_file(advise: Advise, tmp_path: Path) -> None:
    flags = [
        "--name",
        "Überweisung {{ 1 }}",
        "--iac",
        "sam",
        "--runtime",
        "python",
        "--set",
        "project.region=eu-west-1",
    ]
    assert advise("generate", ORDERS, "--output", "x", *flags).exit_code == 0
    answers = yaml.safe_load((tmp_path / "x" / "answers.yaml").read_text(encoding="utf-8"))
    assert answers["name"] == "Überweisung {{ 1 }}"
    assert answers["project"]["region"] == "eu-west-1"


def test_a_folder_in_use_is_left_alone(advise: Advise, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "README.md").write_text("mine", encoding="utf-8")
    for flags in ([], ["--dry-run"]):
        outcome = advise("generate", ORDERS, "--output", "mine", *flags)
        assert (outcome.exit_code, outcome.out) == (1, "")
        assert re.match(r"mine already holds README\.md\..*nothing was written\.\n", outcome.err)
        assert contents(tmp_path / "mine") == {"README.md": b"mine"}
    assert advise("generate", ORDERS, "--output", "mine", "--force").exit_code == 0
    assert (tmp_path / "mine" / "README.md").read_text(encoding="utf-8") != "mine"


def test_force_says_what_it_does_to_each_file_and_keeps_what_was_changed(
    advise: Advise, tmp_path: Path
) -> None:
    assert advise("generate", ORDERS, "--output", "mine").exit_code == 0
    handler = sorted((tmp_path / "mine/functions").glob("*/app.py"))[0]
    handler.write_text("# business\n", encoding="utf-8")
    before = contents(tmp_path / "mine")
    flags = ("generate", ORDERS, "--output", "mine", "--force", "--iac", "terraform")
    dry = advise(*flags, "--dry-run")
    assert contents(tmp_path / "mine") == before
    wet = advise(*flags)
    assert (dry.exit_code, wet.exit_code, dry.out) == (0, 0, wet.out)
    path = handler.relative_to(tmp_path / "mine").as_posix()
    changed = f"replaced, a copy of each kept in mine/.advisor/backup-1:\n  {path}\n"
    assert f"Changed by you: {changed}" in wet.err
    assert f"Changed by you: would be {changed.replace('kept', 'would be kept')}" in dry.err
    left = "Left over from an earlier starter, unchanged: removed:\n  samconfig.toml\n  template.yaml\n"
    assert left.replace("template.yaml\n", "") in wet.err and "  template.yaml\n" in wet.err
    assert not (tmp_path / "mine/template.yaml").exists()
    kept = tmp_path / "mine/.advisor/backup-1" / path
    assert kept.read_text(encoding="utf-8") == "# business\n"
    advise("generate", ORDERS, "--output", "fresh", "--iac", "terraform")
    found = contents(tmp_path / "mine")
    assert found.keys() - contents(tmp_path / "fresh").keys() == {
        f".advisor/backup-1/{path}",
        ".advisor/backup-1/.gitignore",
    }
    again = advise(*flags)
    assert f"The same as before: {len(contents(tmp_path / 'fresh'))} files.\n" in again.err
    assert contents(tmp_path / "mine") == found


def test_other_files_in_the_folder_are_no_obstacle(advise: Advise, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "NOTES.txt").write_text("mine", encoding="utf-8")
    assert advise("generate", ORDERS, "--output", "mine").exit_code == 0
    assert (tmp_path / "mine" / "NOTES.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "Name the folder to write to: --output FOLDER.\n"),
        (
            ["--output", "x", "--iac", "sma"],
            "--iac: one of sam, cdk-python, cdk-typescript, terraform is expected; found 'sma'. "
            "Did you mean 'sam'?\n",
        ),
        (
            ["--output", "x", "--approach", "step-function"],
            "--approach: one of auto, destinations, step-functions, both, single-function, direct-invoke, "
            "messaging, queue-redrive, pipes, durable-functions, managed-job is expected; "
            "found 'step-function'. "
            "Did you mean 'step-functions'?\n",
        ),
    ],
)
def test_flags_that_do_not_fit(advise: Advise, tmp_path: Path, flags: list[str], message: str) -> None:
    assert advise("generate", ORDERS, *flags) == Outcome(2, "", message)
    assert list(tmp_path.iterdir()) == []


def test_where_neither_fits_the_first_alternative_is_built(advise: Advise, tmp_path: Path) -> None:
    outcome = advise("generate", str(ROOT / "examples" / "campaign-signups.yaml"), "--output", "x")
    assert outcome.exit_code == 0
    assert "Use neither, but plain messaging" in outcome.err
    assert "AWS::Serverless::Function" in (tmp_path / "x" / "template.yaml").read_text(encoding="utf-8")


def test_help_names_every_tool_and_language() -> None:
    assert tuple(TOOLS.split("|")) == IACS
    assert tuple(LANGUAGES.split("|")) == RUNTIMES


def test_every_approach_that_is_planned_can_be_named() -> None:
    assert set(ALTERNATIVES) == set(alternatives.ALTERNATIVES)
    assert ("auto", *get_args(Approach)) == APPROACHES
