"""Files as they are in the wild, and files made to hurt: each is read or reported, and the rest goes on."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from advisor.inspect.inspection import Inspection
from advisor.inspect.run import inspect
from tests.inspect.shop import DAY, RULE_BASE, SAMPLES

GOOD = "Resources:\n  Own: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.14}}\n"
QUEUE = "Resources:\n  A:\n    Type: AWS::SQS::Queue\n    Properties:\n"
SERVICE = "service: x\nprovider: {name: aws}\n"


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def inspected(files: dict[str, str | bytes]) -> Inspection:
    for name, text in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return inspect(["."], RULE_BASE, DAY)


def notes(found: Inspection) -> list[str]:
    return [f"{note.place}: {note.because}" for note in found.not_read]


# name: (file, its content, what is said of it)
NOT_READ: dict[str, tuple[str, str | bytes, str]] = {
    "wrong JSON": (
        "m.asl.json",
        '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true,}}}',
        "Expecting property name enclosed in double quotes. It is read as YAML.",
    ),
    "JSON that ends early": (
        "m.asl.json",
        '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true,',
        "not valid JSON: Expecting property name enclosed in double quotes.",
    ),
    "Jinja": (
        "t.yaml",
        "Resources:\n{% for x in y %}\n  A{{x}}:\n    Type: AWS::SQS::Queue\n{% endfor %}\n",
        "t.yaml:2:2: not valid YAML: found character that cannot start any token.",
    ),
    "a fragment": (
        "t.yaml",
        "Resources:\n# Type: AWS::SQS::Queue\n",
        "t.yaml:1:1: there is no mapping 'Resources': this is no whole template.",
    ),
    "nested deep in YAML": (
        "t.yaml",
        f"{QUEUE}      X: {'[' * 3000}{']' * 3000}\n",
        "t.yaml:5:107: nested too deep (aliases count each time they are used).",
    ),
    "nested deep in JSON": (
        "t.json",
        '{"Resources": {"A": {"Type": "AWS::SQS::Queue", "Properties": ' + '{"a":' * 2000 + "1" + "}" * 2003,
        "t.json:1:549: nested too deep (aliases count each time they are used).",
    ),
    "aliases of aliases": (
        "t.yaml",
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
        + QUEUE
        + "      X: *a8\n",
        "t.yaml:6:35: too many entries (aliases count each time they are used).",
    ),
    "Latin-1": ("t.yaml", b'Resources:\n  A: {Type: AWS::SQS::Queue, x: "\xe9"}\n', "not UTF-8 text."),
    "Terraform that is none": (
        "main.tf",
        'resource "aws_sqs_queue" "x" {\n  name =\n}\n',
        "main.tf:2:9: this is not valid Terraform, or newer than the parser.",
    ),
    "blanks in Terraform": (
        "main.tf",
        f'resource "aws_sqs_queue" "x" {{\n{" " * 50_000}\n}}\n',
        "main.tf:1:1: there are more than 1,000 blanks in a row.",
    ),
    "a plan without resources": (
        "plan.json",
        '{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {}}',
        "plan.json:1:1: this plan or state of Terraform has no resources.",
    ),
    "another provider": (
        "serverless.yml",
        "service: x\nprovider: {name: azure}\nfunctions: {a: {handler: b}}\n",
        "serverless.yml:2:1: the provider is azure, not aws.",
    ),
    "code behind a variable": (
        "serverless.yml",
        SERVICE + "functions: ${file(functions.js):all}\n"
        "resources: {Resources: {Q: {Type: AWS::SQS::Queue}}}\n",
        "serverless.yml:3:12: what functions.js gives is not known: it is no data file.",
    ),
    "a macro": (
        "t.yaml",
        QUEUE + "      Fn::Transform: {Name: AWS::Include, Parameters: {Location: x.yaml}}\n",
        "t.yaml:5:7: what AWS::Include fills in is not in this file.",
    ),
    "a definition in a bucket": (
        "t.yaml",
        "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n"
        "    Properties: {DefinitionUri: {Bucket: b, Key: k}}\n",
        "t.yaml:2:3: the definition of 'M' is not in these files.",
    ),
    "a definition by address": (
        "t.yaml",
        "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties: {DefinitionUri: s3://b/k}\n",
        "t.yaml:2:3: the definition s3://b/k is not a file beside the template.",
    ),
    "a second document": (
        "t.yaml",
        QUEUE + "      QueueName: x\n---\na: b\n",
        "t.yaml:6:1: one document is expected, but another one starts here.",
    ),
    "the same key twice": (
        "t.yaml",
        "Resources:\n  A: {Type: AWS::SQS::Queue}\n  A: {Type: AWS::SNS::Topic}\n",
        "t.yaml:3:3: 'A' is given twice, in lines 2 and 3; the last one counts.",
    ),
}


@pytest.mark.parametrize("name", NOT_READ)
def test_it_is_said_with_its_place_and_the_rest_is_read(name: str) -> None:
    file, text, expected = NOT_READ[name]
    found = inspected({f"a/{file}": text, "b/good.yaml": GOOD})
    assert [note for note in notes(found) if expected in note.replace("a/", "")] != [], notes(found)
    assert [one.id for report in found.systems for one in report.system.functions] == ["Own"]


def test_keys_that_yaml_1_1_takes_for_something_else_are_names_of_states() -> None:
    found = inspected(
        {
            "m.asl.yaml": "StartAt: Yes\nStates:\n  Yes: {Type: Pass, Next: No}\n"
            "  No: {Type: Pass, Next: on}\n"
            "  on: {Type: Pass, Next: 2024-01-01}\n  2024-01-01: {Type: Pass, Next: 0x10}\n"
            "  0x10: {Type: Succeed}\n"
        }
    )
    (machine,) = found.systems[0].system.machines
    assert machine.definition is not None
    assert [state.name for state in machine.definition.states] == ["Yes", "No", "on", "2024-01-01", "0x10"]
    assert (found.findings, found.not_read) == ((), ())


ENCODED = (GOOD.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + GOOD.encode(), GOOD.encode("utf-16"))


@pytest.mark.parametrize("encoded", ENCODED)
def test_line_ends_and_byte_order_marks_do_not_matter(encoded: bytes) -> None:
    found = inspected({"t.yaml": encoded})
    (function,) = found.systems[0].system.functions
    assert (function.id, function.place.line, found.not_read) == ("Own", 2, ())


ALL_WRONG = SAMPLES / "wrong"  # each value of another type than the format has


@pytest.mark.parametrize("file", sorted(path.name for path in ALL_WRONG.iterdir()))
def test_values_of_the_wrong_type_are_passed_over(file: str) -> None:
    found = inspected({file: (ALL_WRONG / file).read_bytes()})
    assert file in {one.path for one in found.files}


LOOPS = {
    "variables": {
        "serverless.yml": SERVICE
        + "custom: {a: '${self:custom.b}', b: '${self:custom.a}', c: '${self:custom}'}\n"
        + "functions:\n  f: {handler: a, name: '${self:custom.a}', environment: '${self:custom.c}'}\n"
    },
    "variables that grow": {
        "serverless.yml": SERVICE
        + "custom:\n  a0: xxxxxxxxxx\n"
        + "".join(f"  a{n}: ${{self:custom.a{n - 1}}}${{self:custom.a{n - 1}}}\n" for n in range(1, 40))
        + "functions:\n  f: {handler: a, name: '${self:custom.a39}'}\n"
    },
    "texts that grow": {
        "t.yaml": f"Parameters:\n  P: {{Type: String, Default: '{'x' * 1000}'}}\n{QUEUE}"
        + "".join(f"      K{n}: !Sub '{'${P}' * 2000}'\n" for n in range(40))
    },
    "nested stacks": {
        "a.yaml": "Resources:\n  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: b.yaml}}\n",
        "b.yaml": "Resources:\n  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: a.yaml}}\n",
    },
    "modules": {"main.tf": 'module "a" {\n  source = "./"\n}\nlocals {\n  a = local.b\n  b = local.a\n}\n'},
    "modules that multiply": {
        f"m{n}/main.tf": "".join(f'module "{name}" {{\n  source = "../m{n + 1}"\n}}\n' for name in "ab")
        for n in range(20)
    },
    "lists in Terraform": {"main.tf": f"locals {{\n  a = {'[' * 400}{']' * 400}\n}}\n"},
}


@pytest.mark.parametrize("name", LOOPS)
def test_what_leads_back_to_itself_or_grows_ends(name: str) -> None:
    files = LOOPS[name]
    assert {one.path for one in inspected(dict(files)).files} >= set(files)


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes")
def test_links_and_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo("pipe.yaml")
    for link, target in (
        ("zero.yaml", "/dev/zero"),
        ("loop", "."),
        ("gone.json", "missing"),
        ("me.tf", "me.tf"),
    ):
        os.symlink(target, link)
    Path("folder.yaml").mkdir()
    found = inspected({"good.yaml": GOOD})
    assert len(found.systems) == 1
    assert {note.place.file for note in found.not_read} == {
        "pipe.yaml",
        "zero.yaml",
        "gone.json",
        "me.tf",
    }


def test_what_git_ignores_and_tools_make_is_left_out() -> None:
    left_out = (
        "node_modules/a/t.yaml",
        ".aws-sam/build/t.yaml",
        "out/t.yaml",
        "a/tmp/t.yaml",
        "a/keep/x.yaml",
    )
    found = inspected(
        {
            ".gitignore": "# made\nout/\ntmp\n*/keep/*\n!a/keep/good.yaml\ncdk.out\n",
            **dict.fromkeys(left_out, GOOD),
            "a/keep/good.yaml": GOOD,
            "cdk.out/t.template.json": json.dumps({"Resources": {"F": {"Type": "AWS::Lambda::Function"}}}),
        }
    )
    assert [one.path for one in found.files] == ["a/keep/good.yaml", "cdk.out/t.template.json"]


def test_terraform_without_its_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hcl2", None)
    found = inspected({"main.tf": 'resource "aws_sqs_queue" "q" {\n}\n', "good.yaml": GOOD})
    assert notes(found) == [
        "main.tf: Terraform files need an extra: pip install 'lambda-flow-advisor[inspect]'."
    ]
    assert [(one.path, one.read) for one in found.files] == [("good.yaml", True), ("main.tf", False)]
