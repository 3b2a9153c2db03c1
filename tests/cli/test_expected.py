"""What people expect of a command line: completion, --quiet, errors as JSON, a version that says it all."""

from __future__ import annotations

import json

import pytest

from advisor.cli.completion import SHELLS
from tests.cli.conftest import Advise, Outcome


@pytest.mark.parametrize("shell", SHELLS)
def test_a_completion_script_for_each_shell(advise: Advise, shell: str) -> None:
    outcome = advise("completion", shell)
    assert (outcome.exit_code, outcome.err) == (0, "")
    assert "_ADVISOR_COMPLETE" in outcome.out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("advisor rec", ["recheck", "recommend"]),
        ("advisor recommend --for", ["--force", "--format"]),
        ("advisor recommend --set retry=b", ["retry=backoff"]),
        ("advisor recommend --set idem", ["idempotent="]),
        ("advisor rules show RT0", ["RT02", "RT03", "RT04"]),
    ],
)
def test_words_of_a_command_line(
    advise: Advise, monkeypatch: pytest.MonkeyPatch, line: str, words: list[str]
) -> None:
    monkeypatch.setenv("_ADVISOR_COMPLETE", "complete_fish")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
    found = [row.split("\t")[0] for row in advise().out.splitlines()]
    assert set(words) <= set(found)
    assert all(word.lower().startswith(line.split(" ")[-1].lower()) for word in found)


def test_quiet_says_nothing_but_errors(advise: Advise) -> None:
    done = advise("generate", "--set", "steps=3", "--output", "p", "--quiet")
    assert (done.exit_code, done.err) == (0, "")
    assert "p/README.md" in done.out
    done = advise("generate", "--set", "steps=3", "--output", "p", "-q")
    assert done.exit_code == 1 and "already" in done.err


def test_errors_as_json_with_their_places(advise: Advise) -> None:
    done = advise("recommend", "-", "--format", "json", stdin=b"requirements:\n  invokation: async\n")
    assert done.exit_code == 2 and "invokation" in done.err
    assert json.loads(done.out) == {
        "schema": 1,
        "error": {
            "exit_code": 2,
            "message": "<stdin>: 1 problem in the answers.",
            "problems": [
                {
                    "file": "<stdin>",
                    "line": 2,
                    "column": 3,
                    "message": "'invokation' is not a known key.",
                    "hint": "Did you mean 'invocation'?",
                }
            ],
        },
    }


def test_help_has_exit_codes_and_environment(advise: Advise) -> None:
    text = " ".join(advise("--help").out.split())
    assert "Exit codes: 0 done; 1 " in text and "Environment: ADVISOR_RULES" in text


def test_the_version_says_the_rule_base(advise: Advise) -> None:
    import advisor

    base = advisor.load_rule_base(advisor.rules_folder())
    wanted = f"advisor {advisor.__version__} (rule base {base.version} of {base.as_of})\n"
    assert advise("--version") == Outcome(0, wanted, "")
