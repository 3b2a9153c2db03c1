"""A command of the AWS CLI, held to the model of its service that botocore brings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.validate import ParamValidator

# Commands of the CLI's own, and its own spelling of parameters: aws-cli 2, awscli/customizations
OWN = {
    "s3 cp": r"(-|events/list\.json) s3://[a-z0-9.-]+/[\w/.]+|s3://[a-z0-9.-]+/[\w/.]+ -",
    "s3 rm": r"s3://[a-z0-9.-]+( --recursive|/[\w/.]+)",
    "emr add-steps": r"--cluster-id j-\w+ --steps Type=CUSTOM_JAR,Name=[\w-]+,ActionOnFailure=CONTINUE,"
    r"Jar=command-runner\.jar,Args=\[[\w./:,-]+\]",
    "logs tail": r"[\w/.-]+ --since 10m",
    "configure export-credentials": r"--format env",
}
SHORTHAND = {"ses send-email": {"--from", "--to", "--subject", "--text"}}
GLOBAL = {"--query", "--output", "--cli-binary-format", "--max-items", "--no-paginate", "--region"}
ALONE = {"--no-paginate"}


@cache
def service(name: str) -> ServiceModel:
    """Return botocore's model of a service, by the CLI's name of it."""
    return ServiceModel(
        botocore.session.get_session().get_component("data_loader").load_service_model(name, "service-2")
    )


def faults(args: list[str]) -> list[str]:
    """Return what the AWS CLI would refuse of ``aws`` with ``args``."""
    call = " ".join(args[:2])
    if call in OWN:
        rest = " ".join(args[2:])
        return [] if re.fullmatch(OWN[call], rest) else [f"{call} {rest}"]
    names = {xform_name(name, "-"): name for name in service(args[0]).operation_names}
    if args[1] not in names:
        return [f"{args[0]} has no operation {args[1]}"]
    return [
        f"{call}: {fault}"
        for fault in _faults(call, service(args[0]).operation_model(names[args[1]]), args[2:])
    ]


def _faults(call: str, operation: OperationModel, args: list[str]) -> Iterator[str]:
    shape = operation.input_shape
    members = {"--" + xform_name(name, "-"): name for name in (shape.members if shape else {})}
    given: dict[str, Any] = {}
    flags = _flags(args)
    for flag, value in flags:
        if flag in GLOBAL or flag in SHORTHAND.get(call, ()):
            continue
        if flag not in members:
            if not (call == "lambda invoke" and flag == ""):
                yield f"no option {flag or value}"
        elif shape:
            given[members[flag]] = _value(value, shape.members[members[flag]])
    blobs = [flag for flag in members if shape and shape.members[members[flag]].type_name == "blob"]
    if any(flag in blobs for flag, _ in flags) and "raw-in-base64-out" not in args:
        yield "version 2 of the CLI takes this for Base64"
    if call not in SHORTHAND and shape:
        tokens = {key: "0" * 36 for key, of in shape.members.items() if of.metadata.get("idempotencyToken")}
        given = {**tokens, **given}  # the CLI makes one
        yield from filter(None, ParamValidator().validate(given, shape).generate_report().splitlines())


def _flags(args: list[str]) -> list[tuple[str, str]]:
    """Return options with their values; what belongs to none has the option ""."""
    found, place = [], 0
    while place < len(args):
        if not args[place].startswith("--"):
            found.append(("", args[place]))
            place += 1
        elif args[place] in ALONE:
            found.append((args[place], ""))
            place += 1
        else:
            found.append((args[place], args[place + 1] if place + 1 < len(args) else ""))
            place += 2
    return found


def _value(text: str, shape: Shape) -> Any:
    if shape.type_name in ("list", "structure", "map"):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return _shorthand(text, shape)
    if shape.type_name in ("integer", "long"):
        return int(text)
    return text.encode() if shape.type_name == "blob" else text


def _shorthand(text: str, shape: Shape) -> Any:
    """Return ``key=value,key={key=[value,value]}``, or lone words of a list, as the CLI reads them."""
    if shape.type_name == "list" and text.startswith("["):
        return [_value(part, shape.member) for part in _parts(text[1:-1])]
    if text.startswith("{"):
        text = text[1:-1]
    member = shape.member if shape.type_name == "list" else shape
    if "=" not in text:
        return [text]
    fields = dict(part.partition("=")[::2] for part in _parts(text))
    read = {key: _field(value, member, key) for key, value in fields.items()}
    return [read] if shape.type_name == "list" else read


def _field(text: str, shape: Shape, key: str) -> Any:
    if shape.type_name == "map":
        return _value(text, shape.value)
    return _value(text, shape.members[key]) if key in shape.members else text


def _parts(text: str) -> list[str]:
    """Return what commas divide, but for those inside brackets."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter in "[{") - (letter in "]}")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return found
