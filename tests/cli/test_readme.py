"""The README says what the command says, and names every command there is."""

from __future__ import annotations

import re
import tomllib

from tests.cli.readme import README, ROOT, renewed
from tests.cli.test_help import COMMAND, all_commands


def test_every_transcript_is_what_the_command_prints_today() -> None:
    text = README.read_text(encoding="utf-8")
    assert "$ advisor recommend" in text
    assert text == renewed(text), "python -m tests.cli.readme writes it anew"


def test_the_recommendation_fits_80_columns() -> None:
    text = README.read_text(encoding="utf-8")
    block = re.search(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert block and block[1].startswith("$ advisor recommend examples/")
    assert max(len(line) for line in block[1].splitlines() if "https://" not in line) <= 80


def test_the_excerpt_is_of_the_example() -> None:
    block = re.search(r"^```yaml\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    example = (ROOT / "examples" / "order-notifications.yaml").read_text(encoding="utf-8").splitlines()
    assert block and set(block[1].splitlines()) <= set(example)


def test_every_command_is_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    for path in all_commands(COMMAND):
        assert " ".join(["advisor", *path]) in text, path


def test_every_file_the_readme_links_to_is_there() -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", README.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


def test_the_changelog_has_this_version() -> None:
    import advisor

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in project["project"]["dynamic"], "one place: advisor/__init__.py"
    assert f"## [{advisor.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
