"""Stand-in for every tool that a README names: it checks what the real one needs first, and logs the call.

It runs without the standard site packages, so that starting it takes some ten milliseconds. ``TYPED`` names a
JSON file: what the project is, what the stack's outputs are, where calls are logged.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

NAME = os.path.basename(sys.argv[0])
ARGS = sys.argv[1:]
with open(os.environ["TYPED"], encoding="utf-8") as file:
    WORLD = json.load(file)
STATE = Path(WORLD["state"])
FLAGS: dict[str, set[str]] = {
    "sam build": {"--use-container"},
    "sam deploy": {"--guided"},
    "sam delete": set(),
    "cdk bootstrap": set(),
    "cdk deploy": {"--parameters", "--context", "--require-approval"},
    "cdk destroy": {"--force"},
    "terraform init": {"-backend=false", "-input=false"},
    "terraform test": set(),
    "terraform apply": set(),
    "terraform destroy": set(),
    "terraform output": {"-raw"},
    "terraform fmt": {"-check", "-recursive"},
    "terraform validate": set(),
}


def log(**facts: object) -> None:
    entry = {"tool": NAME, "args": ARGS, "region": os.environ.get("AWS_REGION", ""), **facts}
    with open(WORLD["log"], "a", encoding="utf-8") as out:
        out.write(json.dumps(entry) + "\n")


def fail(text: str) -> NoReturn:
    log(failed=text)
    sys.stderr.write(f"{NAME}: {text}\n")
    sys.exit(1)


def done(name: str) -> bool:
    return (STATE / name).exists()


def note(name: str) -> None:
    (STATE / name).touch()


def needs(path: str | Path, text: str) -> None:
    if not Path(path).exists():
        fail(text)


def known(command: str, args: list[str]) -> None:
    for flag in args:
        if flag.startswith("-") and flag.split("=")[0] not in FLAGS[command] and flag not in FLAGS[command]:
            fail(f"{command} has no {flag}")


def install(folder: Path, names: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        link = folder / name
        if not link.exists():
            link.symlink_to(Path(WORLD["bin"]) / "tool")


def python3() -> None:
    if ARGS[:2] != ["-m", "venv"]:
        fail(f"what is {ARGS}?")
    install(Path(ARGS[2]) / "bin", ("python", "pip", "pytest", "ruff", "cfn-lint"))


def pip() -> None:
    for flag, value in itertools.pairwise(ARGS):
        if flag == "-r":
            needs(value, f"Could not open requirements file: {value}")
        if flag == "--target":
            Path(value, "installed").mkdir(parents=True, exist_ok=True)


def checker() -> None:
    for argument in ARGS:
        if not argument.startswith("-") and argument not in ("check", "format"):
            needs(argument, f"file or directory not found: {argument}")


def npm() -> None:
    folder = Path(ARGS[ARGS.index("--prefix") + 1] if "--prefix" in ARGS else ".")
    needs(folder / "package.json", f"Could not read package.json in {folder}")
    if ARGS[0] in ("install", "ci"):
        if ARGS[0] == "ci":
            needs(
                folder / "package-lock.json", "`npm ci` can only install with an existing package-lock.json"
            )
        (folder / "package-lock.json").write_text("{}", encoding="utf-8")
        if "--package-lock-only" not in ARGS:
            install(folder / "node_modules" / ".bin", ("cdk", "tsc", "eslint"))
        return
    script = ARGS[1] if ARGS[0] == "run" else ARGS[0]
    if script not in json.loads((folder / "package.json").read_text("utf-8"))["scripts"]:
        fail(f"Missing script: {script}")
    needs(folder / "node_modules", "sh: not found (no node_modules)")


def npx() -> None:
    args = [item for item in ARGS if item != "--yes"]
    if args[0] == "cdk":
        near = [Path.cwd(), *Path.cwd().parents]
        if not any((folder / "node_modules/.bin/cdk").exists() for folder in near):
            fail("npx would fetch another version of the command line than the project's")
    elif args[0] != WORLD["cdk"]:
        fail(f"another version of the command line than the project's: {args[0]}")
    cdk(args[1:])


def cdk(args: list[str]) -> None:
    command = f"cdk {args[0]}"
    known(command, args[1:])
    if command == "cdk bootstrap":
        if len(args) != 2 or not re.fullmatch(r"aws://\d{12}/[a-z]{2}-[a-z]+-\d", args[1]):
            fail("Specify an environment name like 'aws://123456789012/us-east-1'")
        note(f"bootstrapped {args[1].rpartition('/')[2]}")
        return
    needs("cdk.json", "--app is required either in command-line, in cdk.json or in ~/.cdk.json")
    settings = json.loads(Path("cdk.json").read_text("utf-8"))
    program = ".venv/bin/python" if "python" in settings["app"] else "node_modules"
    needs(program, f"{program}: not found")
    if WORLD["functions"]:
        needs("../build/functions", f"Cannot find asset at {Path('../build/functions').resolve()}")
    empty = [name for name in WORLD["required"] if not settings["context"].get(name)]
    if empty:
        fail(f"Say {empty} in cdk.json")
    if command == "cdk deploy":
        if not done(f"bootstrapped {WORLD['region']}"):
            fail("/cdk-bootstrap/hnb659fds/version not found. Has the environment been bootstrapped?")
        given = {item.partition("=")[0] for flag, item in itertools.pairwise(args) if flag == "--parameters"}
        if not done("deployed") and set(WORLD["secrets"]) - given:
            fail("The following CloudFormation Parameters are missing a value")
        if given - set(WORLD["secrets"]):
            fail(f"Parameters: {given} do not exist in the template")
    ended(command == "cdk deploy")


def ended(deployed: bool) -> None:
    if deployed:
        note("deployed")
        return
    if STATE.joinpath("full").exists() and STATE.joinpath("full").read_text("utf-8").split():
        fail("The bucket you tried to delete is not empty")
    note("deleted")


def sam() -> None:
    needs("template.yaml", "Template file not found")
    command = f"sam {ARGS[0]}"
    known(command, ARGS[1:])
    if command == "sam build":
        Path(".aws-sam/build").mkdir(parents=True, exist_ok=True)
        return
    config = Path("samconfig.toml").read_text("utf-8")
    if "stack_name" not in config:
        fail("Missing option '--stack-name'")
    if command == "sam deploy":
        needs(".aws-sam/build", "it would deploy what is not built")
        if "--guided" not in ARGS and not done("deployed"):
            fail("Parameters must have values, and nobody was asked for them")
    ended(command == "sam deploy")


def terraform() -> None:
    folder = Path(ARGS[0].removeprefix("-chdir="))
    if not ARGS[0].startswith("-chdir=") or not list(folder.glob("*.tf")):
        fail("no configuration files")
    known(f"terraform {ARGS[1]}", [item for item in ARGS[2:] if item.startswith("-")])
    if ARGS[1] == "init":
        (folder / ".terraform").mkdir(exist_ok=True)
        return
    if ARGS[1] == "output":
        told(ARGS[-1])
        return
    needs(folder / ".terraform", "Inconsistent dependency lock file. Run: terraform init")
    if ARGS[1] in ("apply", "destroy"):
        if WORLD["functions"]:
            needs("build/functions", "could not archive missing directory: ./../build/functions")
        values = folder / "terraform.tfvars"
        given = values.read_text("utf-8") if values.exists() else ""
        absent = [name for name in WORLD["required"] if not re.search(rf"^{name} +=|^{name}=", given, re.M)]
        if absent:
            fail(f"No value for required variable {absent}")
        ended(ARGS[1] == "apply")


def told(name: str) -> None:
    if not done("deployed") or name not in WORLD["outputs"]:
        fail(f"Output {name!r} not found")
    print(WORLD["outputs"][name])


def go() -> None:
    if ARGS[0] == "build":
        needs(ARGS[-1], f"no Go files in {ARGS[-1]}")
        Path(ARGS[ARGS.index("-o") + 1]).parent.mkdir(parents=True, exist_ok=True)
        Path("build/functions").mkdir(exist_ok=True)  # one asset for each function
    for argument in ARGS[1:]:
        if argument.endswith("/..."):
            needs(argument.removesuffix("/..."), f"{argument} matched no packages")


def mvn() -> None:
    needs("pom.xml", "there is no POM in this directory")
    Path("target/classes").mkdir(parents=True, exist_ok=True)
    for argument in ARGS:
        if argument.startswith("-DoutputDirectory="):
            Path(argument.partition("=")[2]).mkdir(parents=True, exist_ok=True)


ANSWERS = {
    "sts get-caller-identity": "123456789012",
    "configure export-credentials": "export AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=S AWS_SESSION_TOKEN=T",
    "cognito-idp create-user-pool-client": "1h57kf5cpq17m0eml12EXAMPLE",
    "kafka get-bootstrap-brokers": "b-1.orders.kafka.us-east-1.amazonaws.com:9098",
    "sqs get-queue-attributes": "arn:aws:sqs:us-east-1:123456789012:stack-UndeliveredEvents-1X",
    "stepfunctions describe-execution": json.dumps(WORLD["payload"]),
    "kinesis get-shard-iterator": "AAAAAAAAAAE=",
    "dynamodbstreams get-shard-iterator": "AAAAAAAAAAE=",
    "s3api list-objects-v2": "aws/lambda/kept.json",
    "stepfunctions list-executions": "arn:aws:states:us-east-1:123456789012:execution:stack:6b7d",
}


def aws() -> None:
    call = " ".join(ARGS[:2])
    stdin = sys.stdin.read() if ARGS[2:3] == ["-"] or "file:///dev/stdin" in ARGS else ""
    if {"", "null", "None"} & {*ARGS} or stdin.strip() == "null":
        fail(f"{call}: nothing was found")
    if call == "cloudformation describe-stacks":
        name = re.search(r"OutputKey=='(\w+)'", " ".join(ARGS))
        if ARGS[ARGS.index("--stack-name") + 1] != WORLD["stack"]:
            fail("Stack does not exist")
        told(name.group(1) if name else "")
    elif call == "s3 cp" and ARGS[-1] == "-":
        print(json.dumps(WORLD["kept"][ARGS[2].split("/")[2]]))
    elif call == "s3 cp":
        if ARGS[2] != "-" and not Path(ARGS[2]).is_file():
            fail(f"The user-provided path {ARGS[2]} does not exist.")
        (STATE / "full").write_text("source")
    elif call == "s3 rm" and "--recursive" in ARGS:
        (STATE / "full").write_text("")
    elif call == "sqs receive-message" and "--query" in ARGS:
        body = json.dumps(WORLD["kept"].get(ARGS[3].rpartition("/")[2], WORLD["payload"]))
        print(json.dumps({"MessageId": "1", "ReceiptHandle": "AQEB+/=", "Body": body}))
    elif call == "lambda invoke" and "answer.json" in ARGS:
        Path("answer.json").write_text('{"batchItemFailures": []}', encoding="utf-8")
    else:
        print(ANSWERS.get(call, ""))
    log(stdin=stdin)


def other() -> None:
    if NAME != "gofmt":
        log(stdin=sys.stdin.read() if NAME.startswith("kafka") else "")


TOOLS: dict[str, Callable[[], None]] = {
    "python3": python3, "pip": pip, "pytest": checker, "ruff": checker, "cfn-lint": checker, "npm": npm,
    "npx": npx, "sam": sam, "terraform": terraform, "go": go, "mvn": mvn, "aws": aws, "curl": other,
    "kafka-console-producer.sh": other, "gofmt": other,
}  # fmt: skip
TOOLS[NAME]()
if NAME not in ("aws", "curl", "kafka-console-producer.sh"):
    log()
