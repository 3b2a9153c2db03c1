"""What moved in AWS's models since the rule base was written: each fact with its file and line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint
import samtranslator
import yaml
from cfnlint.helpers import REGIONS
from msgspec import Struct

from advisor.knowledge.rules import WORKFLOW_TYPES, RuleBase
from advisor.knowledge.services import Service
from advisor.knowledge.versions import Versions
from tests.tools.facts.models import difference, plain, resource_schema, resource_types, service_model

# How AWS's texts name what our questionnaire calls by the service.
KINDS = {"function": "lambda", "queue": "sqs", "bucket": "s3", "topic": "sns", "event bus": "eventbridge"}
CFN_LINT = Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs"
SAM_POLICIES = Path(samtranslator.__file__).parent / "policy_templates_data" / "policy_templates.json"
YEAR = timedelta(days=365)
QUARTER = timedelta(days=92)


class Moved(Struct, frozen=True):
    """A fact that no longer holds: its file in ``rules/``, a pattern that finds its line, what changed."""

    file: str
    pattern: str
    text: str

    def line(self, rules: Path) -> str:
        """Return "rules/limits.yaml:57: what changed"; line 1 where the pattern is nowhere."""
        lines = (rules / self.file).read_text(encoding="utf-8").splitlines()
        found = (number for number, line in enumerate(lines, 1) if re.search(self.pattern, line))
        return f"rules/{self.file}:{next(found, 1)}: {self.text}"


@cache
def table(path: Path) -> Any:
    """Return a JSON table that a package ships."""
    return json.loads(path.read_text(encoding="utf-8"))


def limits(rule_base: RuleBase) -> Iterator[Moved]:
    """Yield the limits that a model tells otherwise."""
    for limit in rule_base.limits.values():
        for held in limit.held_against:
            if told := difference(limit, held):
                yield Moved("limits.yaml", rf"- id: {limit.id}$", told)


def workflow_types() -> Iterator[Moved]:
    """Yield other types of state machines than the rule base knows."""
    schema = resource_schema("AWS::StepFunctions::StateMachine")["properties"]["StateMachineType"]["enum"]
    known = [name.upper() for name in WORKFLOW_TYPES]
    for model, found in (
        ("CloudFormation", schema),
        ("botocore", service_model("stepfunctions")["shapes"]["StateMachineType"]["enum"]),
    ):
        if found != known:
            yield Moved(
                "workflow-types.yaml", "^code:", f"{model} knows the types {found}, the rules {known}."
            )


def asynchronous_destinations() -> tuple[set[str], set[str]]:
    """Return where success and where failure may go, as botocore tells it of PutFunctionEventInvokeConfig."""
    members = service_model("lambda")["shapes"]["PutFunctionEventInvokeConfigRequest"]["members"]
    told = members["DestinationConfig"]["documentation"]
    failure = {
        KINDS.get(name.lower(), name) for name in re.findall(r"<b>([^<]+)</b> - The (?:Amazon|ARN)", told)
    }
    only_failure = {"s3"} if "S3 buckets are supported only for on-failure destinations" in told else set()
    return failure - only_failure, failure


def stream_destinations() -> set[str]:
    """Return where a stream's failed batches may go, as CloudFormation's schema of a mapping tells it."""
    schema = resource_schema("AWS::Lambda::EventSourceMapping")["definitions"]["OnFailure"]["properties"]
    told = plain(str(schema["Destination"]["description"]))
    words = " ".join(re.findall(r"you can configure an (.*?) as the destination", told))
    return {name for word, name in KINDS.items() if re.search(rf"Amazon \w+ {word}", words)}


def destinations(rule_base: RuleBase) -> Iterator[Moved]:
    """Yield the outcomes that Lambda delivers elsewhere than ``services.yaml`` says."""
    success, failure = asynchronous_destinations()
    for outcome, found in (
        ("success", success),
        ("failure", failure),
        ("stream-failure", stream_destinations()),
    ):
        known = set(rule_base.aws.accepting(outcome))  # type: ignore[arg-type]
        if found != known:
            text = f"'{outcome}' can go to {sorted(found)} in the models, to {sorted(known)} in the rules."
            yield Moved("services.yaml", r"^    destination:", text)


def actions(rule_base: RuleBase) -> Iterator[Moved]:
    """Yield the IAM actions that AWS's list, as cfn-lint has it, does not know."""
    for service in rule_base.services.values():
        for action in _actions_of(service):
            prefix, _, name = action.partition(":")
            if name.lower() not in table(CFN_LINT / "Policies.json").get(prefix, {}).get("Actions", {}):
                yield Moved("services.yaml", re.escape(action), f"AWS lists no action {action} any more.")


def _actions_of(service: Service) -> Iterator[str]:
    for access in service.access.values():
        yield from access.actions


def regions(rule_base: RuleBase) -> Iterator[Moved]:
    """Yield the services that other Regions lack than ``services.yaml`` says, by cfn-lint's schemas."""
    for service in rule_base.services.values():
        if service.missing:
            wanted, known = service.missing.resource_type, list(service.missing.regions)
            found = [name for name in REGIONS if "iso" not in name and wanted not in resource_types(name)]
            if sorted(found) != known:
                text = f"CloudFormation has no {wanted} in {sorted(found)}, the rules say {known}."
                yield Moved("services.yaml", rf'resource_type: "{wanted}"', text)


def runtimes(versions: Versions, day: date) -> Iterator[Moved]:
    """Yield the runtimes of starters that AWS does not know, or deprecates within a year after ``day``."""
    ends = table(CFN_LINT / "LmbdRuntimeLifecycle.json")
    for runtime in versions.runtimes.values():
        name = runtime.identifier
        for model, known in (
            ("botocore", service_model("lambda")["shapes"]["Runtime"]["enum"]),
            ("CloudFormation", resource_schema("AWS::Lambda::Function")["properties"]["Runtime"]["enum"]),
        ):
            if name not in known:
                yield _runtime(name, f"{model} does not know the runtime {name}.")
        end = ends.get(name, {}).get("deprecated")
        if end is None:
            yield _runtime(name, f"cfn-lint's table of runtimes has no {name}.")
        elif date.fromisoformat(end) <= day + YEAR:
            yield _runtime(name, f"AWS deprecates {name} on {end}, within a year.")


def _runtime(name: str, text: str) -> Moved:
    return Moved("versions.yaml", rf"identifier: {re.escape(name)}$", text)


def inspection_tables(rules: Path) -> Any:
    """Return the tables that ``inspect`` reads."""
    return yaml.safe_load((rules / "inspection.yaml").read_text(encoding="utf-8"))["tables"]


def runtime_ends(rules: Path) -> Iterator[Moved]:
    """Yield the ends of runtimes, as ``inspect`` reads them, that differ from cfn-lint's table."""
    known = inspection_tables(rules)["runtimes"]
    found = table(CFN_LINT / "LmbdRuntimeLifecycle.json")
    for name, item in found.items():
        told, end = known.get(name, [None])[0], item["deprecated"]
        if told != end:
            ours = f"on {told}" if told else "do not know it"
            text = f"cfn-lint's table ends {name} on {end}, the rules {ours}."
            yield Moved("inspection.yaml", rf"^    {re.escape(name)}:" if told else r"^  runtimes:", text)


def policy_templates(rules: Path) -> Iterator[Moved]:
    """Yield the policy templates that SAM does not have."""
    for name in inspection_tables(rules)["policy-templates"]:
        if name not in table(SAM_POLICIES)["Templates"]:
            yield Moved("inspection.yaml", rf"^    {name}:", f"SAM has no policy template {name}.")


def old(rules: Path, day: date) -> Iterator[Moved]:
    """Yield the facts whose date is more than a year before ``day``; ``history`` is meant to be old."""
    for path in sorted(rules.rglob("*.yaml")):
        name = path.relative_to(rules).as_posix()
        dates = re.findall(r"as_of: (\d{4}-\d\d-\d\d)", path.read_text(encoding="utf-8"))
        if name.startswith("history/"):
            continue
        for told in sorted(set(dates)):
            if date.fromisoformat(told) < day - YEAR:
                text = f"{dates.count(told)} facts are as of {told}, more than a year ago."
                yield Moved(name, f"as_of: {told}", text)


def holes(versions: Versions, day: date) -> Iterator[Moved]:
    """Yield pins below the lowest safe version, and safe versions that nobody has looked at for a quarter."""
    for safe in versions.safe:
        pattern, pin = rf"{re.escape(safe.package)}.*from:", versions.packages.get(safe.package)
        if pin and not safe.holds(pin):
            yield Moved("versions.yaml", pattern, f"{safe.package} {pin} has a known hole: {safe.advisory}.")
        if date.fromisoformat(safe.as_of) < day - QUARTER:
            yield Moved(
                "versions.yaml", pattern, f"The safe version of {safe.package} is as of {safe.as_of}."
            )


def everything(rule_base: RuleBase, versions: Versions, rules: Path, day: date) -> Iterable[Moved]:
    """Yield all that moved, or is too old on ``day``."""
    yield from limits(rule_base)
    yield from workflow_types()
    yield from destinations(rule_base)
    yield from actions(rule_base)
    yield from regions(rule_base)
    yield from runtimes(versions, day)
    yield from runtime_ends(rules)
    yield from policy_templates(rules)
    yield from holes(versions, day)
    yield from old(rules, day)
