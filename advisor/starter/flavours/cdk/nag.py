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
    named = (
        target for target in _named(blueprint) if not isinstance(target, Arn) or not _set(target, blueprint)
    )
    return sorted(
        {arn for arn in (_spelt(target, blueprint) for target in named) if "*" in arn and arn != "*"}
    )


def starred_by_setting(blueprint: Blueprint) -> list[Arn]:
    """Return the ARNs with a star whose text depends on settings, which are known at deployment."""
    found = {
        Arn(_in_no_region(target.pattern), target.parts)
        for target in _named(blueprint)
        if isinstance(target, Arn) and "*" in target.pattern and _set(target, blueprint)
    }
    return sorted(found, key=lambda arn: arn.pattern)


def _named(blueprint: Blueprint) -> Iterator[Target]:
    written = (item for item in blueprint.permissions if not (item.implied and item.on_itself))
    return (target for item in written for target in item.resources)


def _set(arn: Arn, blueprint: Blueprint) -> bool:
    """Return whether all that ``arn`` names is settings."""
    return bool(arn.parts) and all(blueprint.by_id[part.to].kind == "parameter" for part in arn.parts)


def _in_no_region(pattern: str) -> str:
    for name, shown in PSEUDO.items():
        pattern = pattern.replace(f"{{{name}}}", shown)
    return pattern


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
