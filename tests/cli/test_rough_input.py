"""Input that nobody would type on purpose: refused with a reason, and never called a bug of the advisor."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from advisor.cli.app import app_for
from tests.cli.conftest import Advise

SETS = ("--set", "steps=1", "--set", "invocation=async")
LONG = "n" * 300
ROUGH = (LONG, "y/" * 3_000 + "y", f"a/{LONG}/b", "/", "/dev/null/x", "\x1b[31m", "x\ny")
POSIX = pytest.mark.skipif(os.name == "nt", reason="names, links and folders as on POSIX")
PATHS = (
    ("recommend", "{}"),
    ("recommend", *SETS, "--output", "{}"),
    ("recommend", *SETS, "--rules", "{}"),
    ("recommend", "--batch", "{}"),
    ("generate", "{}", "--output", "x"),
    ("generate", *SETS, "--output", "{}"),
    ("generate", *SETS, "--output", "{}", "--dry-run"),
    ("generate", *SETS, "--output", "{}", "--force"),
    ("diff", "{}", "{}"),
    ("recheck", "{}"),
    ("rules", "lint", "--rules", "{}"),
    ("rules", "test", "--scenarios", "{}"),
    ("--answers", "{}"),
    ("{}",),
)


@POSIX
@pytest.mark.parametrize("path", ROUGH, ids=range(len(ROUGH)))
@pytest.mark.parametrize("command", PATHS, ids=" ".join)
def test_no_path_is_a_bug(advise: Advise, command: tuple[str, ...], path: str) -> None:
    outcome = advise(*(part.replace("{}", path) for part in command))
    assert "bug" not in outcome.err
    assert outcome.exit_code in (0, 1, 2, 3)
    assert all(line.isprintable() for line in (outcome.out + outcome.err).split("\n"))


def test_names_of_files_steer_no_terminal(advise: Advise) -> None:
    name = "a\x1b]0;owned\x07\u202eb.md"
    outcome = advise("recommend", *SETS, "--output", name)
    assert (outcome.exit_code, outcome.err.splitlines()[-1]) == (
        0,
        r"Written to a\x1b]0;owned\x07\u202eb.md.",
    )
    outcome = advise("generate", *SETS, "--output", "new\nline")
    assert outcome.out.startswith("new\\nline/.advisor/manifest.json\n")


LATIN = "n\udce9" if sys.platform == "linux" else "n\u00e9"  # a byte that is no UTF-8


@POSIX
@pytest.mark.parametrize("format_name", ["json", "markdown", "text"])
@pytest.mark.parametrize(
    "command",
    [
        ("diff", f"{LATIN}.yaml", "--set", "steps=1"),
        ("recheck", LATIN),
        ("inspect", "folder"),
        ("rules", "test", "--scenarios", f"{LATIN}.jsonl"),
        ("recommend", *SETS, "--rules", f"{LATIN}-rules"),
        ("rules", "list", "--rules", f"{LATIN}-rules"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_name_may_be_of_bytes_that_are_no_text(
    advise: Advise, tmp_path: Path, command: tuple[str, ...], format_name: str
) -> None:
    if command[1] == "test" and format_name == "markdown":
        pytest.skip("there is no such format")
    named_so(tmp_path)
    outcome = advise(*command, "--format", format_name)
    assert outcome.exit_code in (0, 1) and "bug" not in outcome.err, outcome.err
    if format_name == "json":
        assert "error" not in json.loads(outcome.out)
    assert outcome.out.isascii() or outcome.out.encode("utf-8")


@POSIX
def test_a_project_names_rules_whose_folder_has_such_a_name(advise: Advise, tmp_path: Path) -> None:
    named_so(tmp_path)
    outcome = advise("generate", *SETS, "--rules", f"{LATIN}-rules", "--output", "made")
    assert outcome.exit_code == 0, outcome.err
    stamp = json.loads((tmp_path / "made" / ".advisor" / "manifest.json").read_bytes())["rule_base"]
    assert stamp["overlays"][0]["name"] in (r"n\udce9-rules", "n\u00e9-rules")


def named_so(tmp_path: Path) -> None:
    """Write what a command may read, each with LATIN in its name."""
    answers = "requirements: {steps: 1, invocation: async}\n"
    decided = "decision: {option: destinations, rule_base: '2.0', as_of: '2026-11-27'}\n"
    files = {
        f"{LATIN}.yaml": answers,
        f"{LATIN}/answers.yaml": answers + decided,
        f"folder/{LATIN}.yaml": "Resources: {Topic: {Type: AWS::SNS::Topic}}\n",
        f"{LATIN}.jsonl": '{"id": "a", "requirements": {"steps": 1}, "recommended": "destinations"}\n',
        f"{LATIN}-rules/ours.yaml": "switch_off: [{rule: PE02, reason: We know it.}]\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")


def parameters() -> Iterator[tuple[str, object]]:
    """Yield every argument and option that takes a path, with the command it belongs to."""
    root = typer.main.get_command(app_for())
    waiting = [("advisor", root)]
    while waiting:
        name, command = waiting.pop()
        waiting += [(f"{name} {sub}", found) for sub, found in getattr(command, "commands", {}).items()]
        for parameter in command.params:
            if re.search("FILE|FOLDER|PATH|^A$|^.B.$", parameter.metavar or ""):
                yield f"{name} {parameter.name}", parameter


PARAMETERS = list(parameters())


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS, ids=[name for name, _ in PARAMETERS])
def test_a_tilde_is_the_home_folder_wherever_a_path_is_taken(
    name: str, parameter: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("USERPROFILE", "/home/me")
    assert parameter.type.convert("~/x", parameter, None) == "/home/me/x"  # type: ignore[attr-defined]


def test_there_are_parameters_that_take_a_path() -> None:
    assert len(PARAMETERS) >= 12


def test_own_rules_may_lie_in_the_home_folder(
    advise: Advise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("ADVISOR_RULES", "~/none")
    outcome = advise("recommend", *SETS)
    assert (outcome.exit_code, outcome.err) == (
        2,
        f"ADVISOR_RULES: {tmp_path}/none: there is no such folder.\n",
    )


@POSIX
@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", "x.yaml", "--output", "x"),
        ("generate", *SETS, "--output", "x"),
        ("recommend", *SETS, "--output", "x"),
        ("recheck", "."),
    ],
    ids=" ".join,
)
def test_a_working_folder_that_was_deleted_is_named(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "gone").mkdir()
    run = f"from advisor.cli import main; sys.exit(main({list(arguments)}))"
    code = f"import os, sys; os.rmdir(os.getcwd()); {run}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "gone",
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode in (1, 2)
    assert done.stderr.splitlines()[-1].startswith("The current folder does not exist any more")
    assert "bug" not in done.stderr


@POSIX
def test_help_that_cannot_be_written_is_said() -> None:
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "advisor", "--help"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False)
    message = "Standard output cannot be written: No space left on device.\n"
    assert (done.returncode, done.stderr) == (1, message)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives links away")
@pytest.mark.parametrize("command", ["recommend", "generate"])
def test_a_link_of_somebody_else_in_a_shared_folder_is_not_followed(
    advise: Advise, tmp_path: Path, command: str
) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine.txt").write_text("mine")
    target = "mine" if command == "generate" else "mine.txt"
    (tmp_path / "shared/link").symlink_to(tmp_path / target)
    (tmp_path / "two").symlink_to("shared/link")
    os.lchown(tmp_path / "shared/link", 65534, 65534)
    for path in ("shared/link", "two"):
        outcome = advise(command, *SETS, "--force", "--output", path)
        assert outcome.exit_code == 1
        assert f"{path} cannot be written: it is a link that somebody else made." in outcome.err
    assert (tmp_path / "mine.txt").read_text() == "mine" and os.listdir(tmp_path / "mine") == []
    os.lchown(tmp_path / "shared/link", 0, 0)
    assert advise(command, *SETS, "--force", "--output", "two").exit_code == 0


EPOCHS = ("99999999999999999999", "abc", "-1", "²", "1e3", "253402300800", "9" * 5_000)


@pytest.mark.parametrize("epoch", EPOCHS, ids=range(len(EPOCHS)))
def test_a_day_that_is_none_is_refused(advise: Advise, monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    outcome = advise("recommend", *SETS)
    expected = "SOURCE_DATE_EPOCH: seconds since 1970 are expected, from 0 to 253402300799; found"
    assert (outcome.exit_code, outcome.err.startswith(expected)) == (2, True)


def test_the_day_is_that_of_universal_time(advise: Advise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795391999")  # a second before midnight
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    assert "2026-11-22" in advise("recommend", *SETS, "--format", "markdown").out


RULE = """\
rules:
  - id: {id}
    title: Ours
    when: {when}
    favours: {favours}
    because: We say so.
    source: https://example.com/rules
    as_of: 2026-11-23
    fires_on: [{case}]
    quiet_on: [{{steps: 5}}]
"""
GOOD = {"id": "ACME01", "when": "{steps: 1}", "favours": "{destinations: 1}", "case": "{steps: 1}"}
FORM = "an id is two to eight capital letters and two to six digits, such as ACME01."
BAD = (
    ("id", '"\\e]0;PWNED\\a\\e[31mX1"', FORM),
    ("id", '""', FORM),
    ("id", '"A\\nB01"', FORM),
    ("id", "A" * 5_000 + "01", FORM),
    ("id", '"A<b>01"', FORM),
    ("id", '"\\u202eAB01"', FORM),
    ("id", "acme01", FORM),
    ("when", "{steps: {}}", "steps: an answer or a test of it is expected; found an empty mapping."),
    ("when", "{steps: []}", "steps: at least one answer is expected; found an empty list."),
    (
        "when",
        "{targets: {includes_any: []}}",
        "targets: at least one answer is expected; found an empty list.",
    ),
    ("when", "{any_of: []}", "any_of is a list of conditions; found an empty list."),
    ("when", "{}", "a condition is a mapping of answers; found an empty mapping."),
    ("when", "{steps: {at_least: 1e400}}", "steps: at_least takes a number; found text."),
    ("case", "{steps: -5}", "steps: a number from 1 to 10,000 is expected; found -5."),
    (
        "case",
        "{total_duration_s: 1e12}",
        "total_duration_s: a number from 0 to 315,360,000 is expected",
    ),
    ("favours", "{destinations: 1.5}", "points are 1 (leans), 2 (favours) or 3 (strongly favours)."),
    ("favours", "{destinations: true}", "points are 1 (leans), 2 (favours) or 3 (strongly favours)."),
)


@pytest.mark.parametrize(("key", "value", "message"), BAD, ids=range(len(BAD)))
def test_a_rule_that_says_nothing_or_too_much_is_refused(
    advise: Advise, tmp_path: Path, key: str, value: str, message: str
) -> None:
    (tmp_path / "own").mkdir()
    text = RULE.format(**{**GOOD, key: value})
    (tmp_path / "own/r.yaml").write_text(text, encoding="utf-8")
    for command in (("recommend", *SETS), ("rules", "lint"), ("rules", "list"), ("rules", "test")):
        outcome = advise(*command, "--rules", "own")
        assert (outcome.exit_code, outcome.out) == (3, "")
        assert message in outcome.err
        assert all(line.isprintable() and len(line) < 300 for line in outcome.err.split("\n"))


@pytest.mark.parametrize("points", ["1.0", "1e0", "0x1"[2:], "+1"])
def test_a_number_may_be_written_in_any_way(advise: Advise, tmp_path: Path, points: str) -> None:
    (tmp_path / "own").mkdir()
    text = RULE.format(**{**GOOD, "favours": f"{{destinations: {points}}}"})
    (tmp_path / "own/r.yaml").write_text(text, encoding="utf-8")
    outcome = advise("recommend", *SETS, "--rules", "own")
    assert (outcome.exit_code, "+1 ACME01  Ours" in outcome.out) == (0, True)


PRICES = """\
region: us-east-1
title: Ours
as_of: 2026-11-23
prices:
  - {{id: {id}, title: Ours, unit: requests, tiers: [{{price: {price}, up_to: {up_to}}}], free: {free},
     source: "https://example.com/prices"}}
"""
PRICE = {"id": "sqs-request", "price": "0.1", "up_to": "5", "free": "0"}


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("price", "-1", "'price' is a number from 0 to 1,000,000; found -1."),
        ("price", "1e300", "'price' is a number from 0 to 1,000,000; found 1e300."),
        ("price", "1e400", "'price' is a number; found text."),
        ("up_to", "-5", "'up_to' is a number from 0 to"),
        ("free", "-5", "'free' is a number from 0 to"),
        (
            "id",
            "sqs-requests",
            "the price 'sqs-requests' is not one that costs are made of. Did you",
        ),
    ],
)
def test_a_price_that_cannot_be_is_refused(
    advise: Advise, tmp_path: Path, key: str, value: str, message: str
) -> None:
    (tmp_path / "own/prices").mkdir(parents=True)
    (tmp_path / "own/prices/p.yaml").write_text(PRICES.format(**{**PRICE, key: value}), encoding="utf-8")
    for form in ("text", "html"):
        outcome = advise("recommend", *SETS, "--rules", "own", "--format", form)
        assert (outcome.exit_code, message in outcome.err) == (3, True), outcome.err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('requirements: {idempotent: "true"}', "found 'true'. Write it without quotes."),
        ('requirements: {steps: "3"}', "found '3'. Write it without quotes."),
        ('requirements: {payload_kb: "2.5"}', "found '2.5'. Write it without quotes."),
        ('{schema: "1", requirements: {}}', "this version reads schema 1. Write it without quotes."),
        ("requirements: {idempotent: ture}", "found 'ture'. Did you mean 'true'?"),
        ("requirements: {monthly_executions: 1e15}", "from 0 to 1,000,000,000,000 per month is expected"),
    ],
)
def test_what_is_expected_is_said(advise: Advise, tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "a.yaml").write_text(line, encoding="utf-8")
    outcome = advise("recommend", "a.yaml")
    assert outcome.exit_code == 2
    assert message in outcome.err


@pytest.mark.parametrize("number", ["03", "3.", "+3", ".5"])
def test_json_is_json_in_a_file_as_in_a_batch(advise: Advise, tmp_path: Path, number: str) -> None:
    text = f'{{"requirements": {{"steps": {number}}}}}'
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert "not valid JSON" in advise("recommend", "a.json").err
    assert "not valid JSON" in advise("recommend", "--batch", "-", stdin=text.encode()).err
    assert advise("recommend", "a.yaml").exit_code == (2 if number == ".5" else 0)  # YAML has more numbers


def test_nothing_is_a_little_less_than_zero(advise: Advise) -> None:
    outcome = advise("recommend", "--set", "monthly_executions=-0.0", "--format", "json")
    assert '"monthly_executions": 0.0' in outcome.out


def test_problems_of_flags_keep_their_order_and_many_are_counted(advise: Advise, tmp_path: Path) -> None:
    sets = [part for number in range(12) for part in ("--set", f"steps=x{number}")]
    lines = advise("recommend", *sets).err.splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        f"--set #{number}" for number in range(1, 13)
    ]
    (tmp_path / "many.yaml").write_text("".join(f"key{number}: 1\n" for number in range(5_000)))
    lines = advise("recommend", "many.yaml").err.splitlines()
    assert lines[0] == "many.yaml: 5001 problems in the answers."
    assert (len(lines), lines[-1]) == (102, "  and 4,901 more problems.")
    batch = json.dumps({f"key{number}": 1 for number in range(5_000)}).encode()
    assert len(advise("recommend", "--batch", "-", stdin=batch).err.splitlines()) == 102


def test_a_line_that_is_too_long_is_called_a_line(advise: Advise) -> None:
    outcome = advise("recommend", "--batch", "-", stdin=b"[" * 1_000_001 + b"{}\n")
    assert outcome.err.splitlines()[0] == "<stdin>:1:1: the line has more than 1,000,000 bytes."


def test_nothing_in_json_turns_the_text_beside_it(advise: Advise) -> None:
    answers = json.dumps({"name": "a\u202eb\x9bc\u2028", "requirements": {"steps": 1}}).encode()
    for command in (("recommend", "-", "--format", "json"), ("recommend", "--batch", "-")):
        outcome = advise(*command, stdin=answers)
        assert outcome.exit_code == 0
        assert '"name": "a\\u202eb\\u009bc\\u2028"' in outcome.out


@pytest.mark.parametrize(
    ("name", "message"),
    [("x/", "the name of a file is expected; this is a folder."), ("report.pdf", "'.pdf' names no format")],
)
def test_a_report_goes_where_and_as_its_name_says(
    advise: Advise, tmp_path: Path, name: str, message: str
) -> None:
    outcome = advise("recommend", *SETS, "--output", name)
    assert (outcome.exit_code, message in outcome.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_format_may_be_named_as_its_suffix_is(advise: Advise) -> None:
    assert advise("recommend", *SETS, "--format", "md").out.startswith("# ")
    assert advise("recommend", *SETS, "--format", "text", "--output", "report.pdf").exit_code == 0


@POSIX
def test_a_file_in_the_way_is_no_folder(advise: Advise, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("mine")
    for command in (("generate",), ("recommend",)):
        outcome = advise(*command, *SETS, "--output", "a.yaml/x")
        assert (outcome.exit_code, "Not a directory" in outcome.err) == (1, True)


def test_the_folder_one_is_in_is_named_in_full(advise: Advise, tmp_path: Path) -> None:
    outcome = advise("generate", *SETS, "--output", ".")
    assert outcome.exit_code == 0
    assert f"files written to {tmp_path.resolve()}. Next:" in outcome.err
