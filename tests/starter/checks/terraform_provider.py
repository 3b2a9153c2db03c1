"""A provider that knows the names and types of the AWS provider but reaches nobody: for plans offline.

Its schema is the table in ``provider_facts.json``. A plan gives every resource the name and the ARN it would
get, so that references come out resolved and can be held against what AWS accepts.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import grpc
import msgpack
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc
from tf.types import Unknown
from tf.utils import Diagnostics, to_dynamic_value

from advisor.starter.flavours.terraform.test_data import HERE, MADE

FACTS = json.loads(Path(__file__).with_name("provider_facts.json").read_text(encoding="utf-8"))
PROVIDER = {"attributes": {"region": "string"}, "blocks": {"default_tags": {
    "attributes": {"tags": "map(string)"}, "blocks": {}, "min": 0, "max": 1}}}  # fmt: skip
ARCHIVE = {
    "type": "string!", "source_dir": "string", "output_path": "string!", "output_base64sha256": "string=",
}  # fmt: skip
HOSTS = ("registry.terraform.io", "registry.opentofu.org")
# What AWS fills in where the user says nothing
FILLED = {"id", "arn", "name", "bucket", "tags_all", "region"}
REGION, ACCOUNT = HERE.split(":")
# What AWS makes of a name, beside what the projects' own tests need to know of it
MADE_TOO = {
    "aws_cloudwatch_event_connection": {
        "arn": f"arn:aws:events:{HERE}:connection/{{name}}/1",
        "secret_arn": f"arn:aws:secretsmanager:{HERE}:secret:{{name}}",
    },
    "aws_ecs_cluster": {"arn": f"arn:aws:ecs:{HERE}:cluster/{{name}}"},
    "aws_ecs_task_definition": {"arn": f"arn:aws:ecs:{HERE}:task-definition/{{family}}:1"},
    "aws_lambda_alias": {"arn": f"arn:aws:lambda:{HERE}:function:{{function_name}}:{{name}}"},
    "aws_lambda_function": {"arn": f"arn:aws:lambda:{HERE}:function:{{function_name}}", "version": "1"},
    "aws_lb": {**MADE["aws_lb"], "arn_suffix": "app/{name}/1"},
    "aws_pipes_pipe": {"arn": f"arn:aws:pipes:{HERE}:pipe/{{name}}"},
    "aws_s3_bucket": {"arn": "arn:aws:s3:::{bucket}", "id": "{bucket}"},
    "aws_sfn_activity": {"arn": f"arn:aws:states:{HERE}:activity:{{name}}"},
}
READ = {
    "aws_caller_identity": {"account_id": ACCOUNT},
    "aws_partition": {"partition": "aws"},
    "aws_region": {"region": REGION},
    "archive_file": {"output_base64sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
}
ARN, ARN_TOO = r"arn:aws:[\w-]+:([a-z0-9-]*):(\d{12})?:.+", ("alarm_actions", "target_id")
ASYNC = r"arn:aws:(sqs|sns|lambda|events):[^/]*(event-bus/.+)?"
FAILURE = r"arn:aws:((sqs|sns|lambda|events):[^/]*(event-bus/.+)?|s3:::.+)"
# What AWS accepts: a range, or a pattern of the whole value; the provider says so, or AWS when it is too late
ACCEPTED: Mapping[str, Mapping[str, tuple[int, int] | str]] = {
    "aws_lambda_function_event_invoke_config": {
        "maximum_retry_attempts": (0, 2),
        "maximum_event_age_in_seconds": (60, 21_600),
        "destination_config.on_success.destination": ASYNC,
        "destination_config.on_failure.destination": FAILURE,
    },
    "aws_lambda_event_source_mapping": {
        "maximum_retry_attempts": (-1, 10_000),
        "maximum_record_age_in_seconds": (-1, 604_800),
        "destination_config.on_failure.destination_arn": r"arn:aws:(sqs|sns):.+|arn:aws:s3:::.+|kafka://.+",
    },
    "aws_lambda_function": {
        "function_name": r"[\w-]{1,64}",
        "role": r"arn:aws:iam::\d{12}:role/.+",
        "timeout": (1, 900),
        "memory_size": (128, 10_240),
        "runtime": r"(python3\.1[1-4]|nodejs2[24]\.x|java(17|21|25)|provided\.al2023)",
    },
    "aws_cloudwatch_event_target": {
        "retry_policy.maximum_retry_attempts": (0, 185),
        "retry_policy.maximum_event_age_in_seconds": (60, 86_400),
        "dead_letter_config.arn": r"arn:aws:sqs:.+",
    },
    "aws_scheduler_schedule": {
        "name": r"[\w.-]{1,64}",
        "target.retry_policy.maximum_retry_attempts": (0, 185),
        "target.retry_policy.maximum_event_age_in_seconds": (60, 86_400),
        "target.dead_letter_config.arn": r"arn:aws:sqs:.+",
    },
    "aws_cloudwatch_event_rule": {"name": r"[\w.-]{1,64}"},
    "aws_cloudwatch_event_connection": {"name": r"[\w.-]{1,64}"},
    "aws_cloudwatch_event_api_destination": {"name": r"[\w.-]{1,64}"},
    "aws_iam_role": {"name_prefix": r"[\w+=,.@-]{1,38}"},
    "aws_iot_topic_rule": {"name": r"\w{1,128}"},
    "aws_pipes_pipe": {"name": r"[\w.-]{1,64}"},
    "aws_s3_bucket": {"bucket_prefix": r"[a-z0-9.-]{1,37}"},
    "aws_security_group": {"name_prefix": r".{1,229}"},
    "aws_ses_receipt_rule": {"name": r"[\w-]{1,64}"},
    "aws_sfn_activity": {"name": r"[\w-]{1,80}"},
    "aws_sfn_state_machine": {"name": r"[\w-]{1,80}"},
    "aws_sqs_queue": {
        "name": r"[\w-]{1,75}(\.fifo|[\w-]{0,5})",
        "message_retention_seconds": (60, 1_209_600),
    },
}


class Stub(rpc.ProviderServicer):  # type: ignore[misc]
    """The provider's side of the protocol, as far as validate, plan and test use it."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)

    def GetProviderSchema(self, request: Any, context: Any) -> Any:
        return _schemas()

    def ValidateProviderConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateProviderConfig.Response()

    def ConfigureProvider(self, request: Any, context: Any) -> Any:
        return pb.ConfigureProvider.Response()

    def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateDataResourceConfig.Response()

    def ValidateResourceConfig(self, request: Any, context: Any) -> Any:
        found, values = Diagnostics(), _read(request.config)
        for place, wanted in ACCEPTED.get(request.type_name, {}).items():
            for value in _at(values, place.split(".")):
                if not _accepted(value, wanted):
                    found.add_error(
                        f"{request.type_name}: {place} cannot be {value}", f"It has to be {wanted}."
                    )
        for place, value in _arns(values):
            if value.startswith("kafka://") or re.fullmatch(ARN, value):
                continue
            found.add_error(f"{request.type_name}: {place} cannot be {value}", "It has to be an ARN.")
        return pb.ValidateResourceConfig.Response(diagnostics=found.to_pb())

    def ReadDataSource(self, request: Any, context: Any) -> Any:
        values = {**_read(request.config), **READ[request.type_name]}
        return pb.ReadDataSource.Response(state=to_dynamic_value(values))

    def PlanResourceChange(self, request: Any, context: Any) -> Any:
        values = _read(request.proposed_new_state)
        if values is not None:
            self._fill(request.type_name, values)
        return pb.PlanResourceChange.Response(planned_state=to_dynamic_value(values))

    def _fill(self, kind: str, values: dict[str, Any]) -> None:
        """Say what AWS will set: names where there are none, and what is made of them."""
        for name in ("name", "bucket"):
            if values.get(name, "") is None:
                prefix = values.get("bucket_prefix") or values.get("name_prefix") or "made-"
                values[name] = f"{prefix}{next(self.numbers)}"
        made = MADE_TOO.get(kind) or MADE.get(kind, {})
        for name, spelt in FACTS["resource"][kind]["attributes"].items():
            if values[name] is None and (spelt.endswith("=") or name in FILLED):
                text = made.get(name, "{name}" if name == "id" and "name" in values else None)
                known = text and not any(values.get(part) is Unknown for part in re.findall(r"{(\w+)}", text))
                values[name] = text.format(**values) if text and known else Unknown

    def StopProvider(self, request: Any, context: Any) -> Any:
        return pb.StopProvider.Response()


def _read(value: Any) -> Any:
    """Return what came over the wire; a value of which only bounds are known is unknown."""
    return msgpack.unpackb(value.msgpack, ext_hook=lambda code, data: Unknown)


def _at(values: Any, steps: list[str]) -> Iterator[Any]:
    """Yield the known values at a place, in each of the blocks on the way."""
    if isinstance(values, list):
        for item in values:
            yield from _at(item, steps)
    elif steps and isinstance(values, dict):
        yield from _at(values.get(steps[0]), steps[1:])
    elif not steps and values is not None and values is not Unknown:
        yield values


def _arns(values: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the known values of all attributes that are ARNs by their names, as the provider checks them."""
    if isinstance(values, dict):
        for inside, value in values.items():
            yield from _arns(value, inside)
    elif isinstance(values, list):
        for value in values:
            yield from _arns(value, name)
    elif isinstance(values, str) and (name.endswith(("arn", "arns")) or name in ARN_TOO):
        yield name, values


def _accepted(value: Any, wanted: tuple[int, int] | str) -> bool:
    if isinstance(wanted, str):
        return re.fullmatch(wanted, value) is not None
    return wanted[0] <= int(value) <= wanted[1]


@cache
def _schemas() -> Any:
    data = {**FACTS["data"], "archive_file": {"attributes": ARCHIVE, "blocks": {}}}
    return pb.GetProviderSchema.Response(
        provider=_schema(PROVIDER),
        resource_schemas={name: _schema(schema) for name, schema in FACTS["resource"].items()},
        data_source_schemas={name: _schema(schema) for name, schema in data.items()},
    )


def _schema(of: Mapping[str, Any]) -> Any:
    return pb.Schema(version=0, block=_block(of))


def _block(of: Mapping[str, Any]) -> Any:
    return pb.Schema.Block(
        attributes=[_attribute(name, spelt) for name, spelt in of["attributes"].items()],
        block_types=[
            pb.Schema.NestedBlock(
                type_name=name,
                block=_block(inside),
                nesting=pb.Schema.NestedBlock.NestingMode.LIST,
                min_items=inside["min"],
                max_items=inside["max"],
            )
            for name, inside in of["blocks"].items()
        ],
    )


def _attribute(name: str, spelt: str) -> Any:
    filled = name in FILLED and not spelt.endswith("!")
    return pb.Schema.Attribute(
        name=name,
        type=json.dumps(_type(spelt.rstrip("!="))).encode(),
        required=spelt.endswith("!"),
        optional=not spelt.endswith(("!", "=")),
        computed=spelt.endswith("=") or filled,
    )


def _type(spelt: str) -> Any:
    kind, _, element = spelt.partition("(")
    return [kind, _type(element[:-1])] if element else kind


@contextmanager
def serving() -> Iterator[str]:
    """Serve the provider while the context lasts; yield what ``TF_REATTACH_PROVIDERS`` has to be."""
    with tempfile.TemporaryDirectory(prefix="tf-") as folder:
        socket = f"{folder}/provider.sock"
        server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
        rpc.add_ProviderServicer_to_server(Stub(), server)
        server.add_insecure_port(f"unix://{socket}")
        server.start()
        address = {"Network": "unix", "String": socket}
        how = {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": address}
        names = [f"{host}/hashicorp/{name}" for host in HOSTS for name in ("aws", "archive")]
        yield json.dumps(dict.fromkeys(names, how))
        server.stop(grace=None).wait()
