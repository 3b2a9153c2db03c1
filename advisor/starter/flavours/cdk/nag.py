"""Permissions with ``*`` in a CDK stack, in the words of cdk-nag: each is acknowledged by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.wiring import Arn, Target

PSEUDO = {"partition": "<AWS::Partition>", "region": "<AWS::Region>", "account": "<AWS::AccountId>"}
# What the CDK's grants for a bucket of failures say with a star; the second is that of a reader of batches.
S3_DESTINATION = ("s3:Abort*", "s3:GetBucket*", "s3:GetObject*", "s3:List*")
S3_READER = (*S3_DESTINATION, "s3:DeleteObject*")


def starred(blueprint: Blueprint) -> list[str]:
    """Return the ARNs with a star, but for the star alone, that permissions name."""
    written = (item for item in blueprint.permissions if not (item.implied and item.on_itself))
    named = (target for item in written for target in item.resources)
    return sorted(
        {arn for arn in (_spelt(target, blueprint) for target in named) if "*" in arn and arn != "*"}
    )


def granted(blueprint: Blueprint) -> list[str]:
    """Return the actions with a star that the CDK's own grants allow."""
    return sorted(set(_granted(blueprint)))


def _granted(blueprint: Blueprint) -> Iterator[str]:
    for function in blueprint.functions:
        asynchronous, batch = function.asynchronous, function.trigger and function.trigger.batch
        if asynchronous and asynchronous.on_failure.service == "s3":
            yield from S3_DESTINATION
        if batch and batch.on_failure and batch.on_failure.service == "s3":
            yield from S3_READER


def _spelt(target: Target, blueprint: Blueprint) -> str:
    """Return an ARN as cdk-nag shows it, for a stack that is in no region yet."""
    if isinstance(target, str):
        return target
    if isinstance(target, Arn):
        return target.pattern.format(*(_spelt(part, blueprint) for part in target.parts), **PSEUDO)
    if target.attribute == "contents":
        return f"<{logical_id(target.to)}.Arn>/*"
    if target.attribute == "executions":
        return f"<{logical_id(target.to)}.Arn>:*"
    if blueprint.by_id[target.to].kind == "container" and target.attribute == "name":
        return f"<{target.to}Cluster>"  # written without a construct, which would add a network
    return f"<{logical_id(target.to)}.{target.attribute.title()}>"


def logical_id(name: str) -> str:
    """Return the logical id that the CDK gives to what a construct of a stack makes."""
    return name + hashlib.md5(f"{name}/Resource".encode(), usedforsecurity=False).hexdigest()[:8].upper()
