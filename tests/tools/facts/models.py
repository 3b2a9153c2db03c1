"""Numbers and descriptions in the models that are installed: botocore's, and CloudFormation's in cfn-lint."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from advisor.knowledge.limits import HeldAgainst, Limit

REGION = "us-east-1"


def difference(limit: Limit, held: HeldAgainst) -> str:
    """Return how ``limit`` differs from the model, in one sentence; empty where both agree."""
    try:
        found = _botocore(held) if held.model == "botocore" else _cloudformation(held)
    except KeyError as missing:
        return f"{held.of} has no {held.at} any more ({missing})."
    if held.says:
        says = plain(str(found.get("documentation") or found.get("description") or ""))
        return "" if held.says in says else f'{held.of} {held.at} no longer says "{held.says}".'
    numbers = [found.get(bound) for bound in held.bounds]
    kept = list(limit.series[-len(numbers) :])
    return "" if numbers == kept else f"{held.of} {held.at} says {numbers}, the rule base {kept}."


def plain(documentation: str) -> str:
    """Return a description without markup and with single spaces."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", documentation)))


@cache
def service_model(service: str) -> Mapping[str, Any]:
    """Return botocore's model of a service."""
    model: Mapping[str, Any] = Loader().load_service_model(service, "service-2")
    return model


@cache
def resource_schema(resource_type: str, region: str = REGION) -> Mapping[str, Any]:
    """Return CloudFormation's schema of a resource type."""
    schema: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type).schema
    return schema


@cache
def resource_types(region: str) -> frozenset[str]:
    """Return the resource types that CloudFormation has in a Region."""
    return frozenset(PROVIDER_SCHEMA_MANAGER.get_resource_types(region))


def _botocore(held: HeldAgainst) -> Mapping[str, Any]:
    model = service_model(held.of)
    name, _, member = held.at.partition(".")
    found = model["shapes"].get(name) or model["operations"][name]
    return found["members"][member] if member else found  # type: ignore[no-any-return]


def _cloudformation(held: HeldAgainst) -> Mapping[str, Any]:
    schema = resource_schema(held.of)
    found: Mapping[str, Any] = schema
    for name in held.at.split("."):
        found = found["properties"][name]
        if "$ref" in found:
            found = schema["definitions"][found["$ref"].rsplit("/", 1)[-1]]
    return found
