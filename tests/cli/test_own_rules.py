"""An organisation's own rules: the flag counts wherever it stands, and reports say which rules spoke."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Advise

TIED = ("--set", "invocation=async", "--set", "steps=3", "--set", "retry=default")
MINE = """\
rules:
  - id: OWN0{number}
    title: We run workflows already
    when: {{steps: {{at_least: 2}}}}
    favours: {{step-functions: 3}}
    because: Every team has dashboards for them.
    source: https://wiki.example.com/workflows
    as_of: 2026-11-23
    fires_on: [{{steps: 3}}]
    quiet_on: [{{steps: 1}}]
"""
CHANGE = "change:\n  - {rule: FL03, favours: {step-functions: 2}, reason: Three hops are many.}\n"
OFF = "switch_off:\n  - {rule: PE02, reason: We never use the default.}\n"


@pytest.fixture
def added(tmp_path: Path) -> Path:
    """A folder with one rule of our own."""
    return folder(tmp_path / "acme", {"ours.yaml": MINE.format(number=1)})


def folder(at: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text, encoding="utf-8", newline="\n")
    return at


def points(advise: Advise, *arguments: str) -> dict[str, int]:
    outcome = advise(*arguments, *TIED, "--format", "json")
    assert outcome.exit_code == 0, outcome.err
    options = json.loads(outcome.out)["options"]
    return {name: options[name]["score"] for name in ("destinations", "step-functions")}


def test_the_flag_counts_before_and_after_the_command(advise: Advise, added: Path) -> None:
    assert points(advise, "recommend") == {"destinations": 0, "step-functions": 1}
    for arguments in (["--rules", str(added), "recommend"], ["recommend", "--rules", str(added)]):
        assert points(advise, *arguments) == {"destinations": 0, "step-functions": 4}
    assert "OWN01" in advise("--rules", str(added), "rules", "show", "OWN01").out
    for arguments in (
        ["recommend", *TIED],
        ["rules", "list"],
        ["generate", *TIED, "--output", "x"],
        ["schema"],
    ):
        refused = advise("--rules", "nowhere", *arguments)
        assert (refused.exit_code, refused.err) == (2, "--rules nowhere: there is no such folder.\n")


def test_several_folders_count_in_their_order(advise: Advise, added: Path, tmp_path: Path) -> None:
    more = folder(tmp_path / "more", {"ours.yaml": MINE.format(number=2)})
    softer = "change:\n  - {rule: OWN01, favours: {step-functions: 1}, reason: Not so many.}\n"
    softened = folder(tmp_path / "softer", {"ours.yaml": softer})
    both = ["--rules", str(added), "--rules", str(more)]
    assert points(advise, "recommend", *both)["step-functions"] == 7
    assert points(advise, *both[:2], "recommend", *both[2:])["step-functions"] == 7
    assert points(advise, "recommend", *both[:2], "--rules", str(softened))["step-functions"] == 2
    wrong_order = advise("recommend", *TIED, "--rules", str(softened), *both[:2])
    assert wrong_order.exit_code == 3 and "'OWN01' is not known here" in wrong_order.err


def test_the_environment_counts_where_no_flag_does(
    advise: Advise, added: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = folder(tmp_path / "more", {"ours.yaml": MINE.format(number=2)})
    monkeypatch.setenv("ADVISOR_RULES", os.pathsep.join([str(added), str(more)]))
    assert points(advise, "recommend")["step-functions"] == 7
    assert points(advise, "recommend", "--rules", str(more))["step-functions"] == 4
    monkeypatch.setenv("ADVISOR_RULES", "/nowhere")
    assert advise("recommend", *TIED).err == "ADVISOR_RULES: /nowhere: there is no such folder.\n"


def test_an_empty_name_is_refused(advise: Advise) -> None:
    assert advise("recommend", *TIED, "--rules", "").err == "--rules '': there is no such folder.\n"


@pytest.mark.parametrize("name", ["ours.yml", "ours.YAML", "team/ours.yaml", "team/a/ours.Yml"])
def test_every_yaml_file_counts_wherever_it_stands(advise: Advise, tmp_path: Path, name: str) -> None:
    acme = folder(tmp_path / "acme", {"first.yaml": CHANGE, name: MINE.format(number=1), ".git/x.yml": "{"})
    assert points(advise, "recommend", "--rules", str(acme)) == {"destinations": 0, "step-functions": 5}


def test_a_folder_that_holds_itself_is_refused(advise: Advise, added: Path) -> None:
    (added / "again").symlink_to(added, target_is_directory=True)
    outcome = advise("recommend", *TIED, "--rules", str(added))
    assert (outcome.exit_code, "nested more than 8 deep" in outcome.err) == (3, True)


def test_every_report_says_which_rules_spoke(advise: Advise, tmp_path: Path) -> None:
    acme = folder(tmp_path / "acme", {"a.yaml": MINE.format(number=1), "b/c.yml": CHANGE})
    other = folder(tmp_path / "other", {"a.yaml": OFF})
    rules = ["--rules", str(acme), "--rules", str(other)]
    report = json.loads(advise("recommend", *TIED, *rules, "--format", "json").out)["rule_base"]
    first, second = report["overlays"]
    assert {key: first[key] for key in ("name", "added", "changed", "switched_off", "prices")} == {
        "name": "acme", "added": ["OWN01"], "changed": ["FL03"], "switched_off": [], "prices": [],
    }  # fmt: skip
    assert (second["name"], second["switched_off"]) == ("other", ["PE02"])
    digests = [first["digest"][:12], second["digest"][:12]]
    said = [
        f"Own rules from 'acme', digest {digests[0]}: 1 rule added (OWN01); 1 rule changed (FL03)",
        f"Own rules from 'other', digest {digests[1]}: 1 rule switched off (PE02)",
    ]
    for name in ("text", "markdown", "html"):
        text = advise("recommend", *TIED, *rules, "--format", name).out
        assert all(sentence in _plain(text) for sentence in said), name
    line = b'{"requirements": {"steps": 3}}\n'
    verdict = json.loads(advise("recommend", "--batch", "-", *rules, stdin=line).out)
    assert verdict["rule_base"] == {
        "version": report["version"],
        "as_of": report["as_of"],
        "overlays": [{key: item[key] for key in ("name", "digest")} for item in report["overlays"]],
    }
    assert advise("generate", *TIED, *rules, "--output", "made").exit_code == 0
    for made in ("README.md", "docs/decision.md"):
        text = Path("made", made).read_text(encoding="utf-8")
        assert all(sentence in _plain(text) for sentence in said), made
    assert "Use the same `--rules`" in Path("made/README.md").read_text(encoding="utf-8")


def _plain(text: str) -> str:
    """Return a report without line breaks, escapes and references."""
    return re.sub(r"\s+", " ", text.replace("\\", "").replace("&#39;", "'"))


def test_the_digest_is_that_of_the_contents(advise: Advise, added: Path, tmp_path: Path) -> None:
    def digest(at: Path) -> str:
        outcome = advise("recommend", *TIED, "--rules", str(at), "--format", "json")
        return str(json.loads(outcome.out)["rule_base"]["overlays"][0]["digest"])

    same = folder(tmp_path / "elsewhere" / "copy", {"ours.yaml": MINE.format(number=1)})
    assert digest(added) == digest(same)
    other = folder(tmp_path / "other", {"ours.yaml": MINE.format(number=1) + "# changed\n"})
    assert digest(added) != digest(other)


def test_many_own_rules_are_counted_and_the_first_are_named(advise: Advise, tmp_path: Path) -> None:
    one = MINE.removeprefix("rules:\n")
    text = "rules:\n" + "".join(one.format(number=f"0{n}") for n in range(10, 30))
    report = advise("recommend", *TIED, "--rules", str(folder(tmp_path / "acme", {"a.yaml": text}))).out
    assert "20 rules added (OWN0010, " in _plain(report)
    assert "OWN0017, and 12 more)" in _plain(report)


def test_the_list_of_rules_names_the_folders(advise: Advise, added: Path) -> None:
    for name in ("text", "markdown"):
        assert (
            "Own rules from 'acme', digest "
            in advise("rules", "list", "--rules", str(added), "--format", name).out
        )
    document = json.loads(advise("rules", "list", "--rules", str(added), "--format", "json").out)
    assert document["rule_base"]["overlays"][0]["added"] == ["OWN01"]
