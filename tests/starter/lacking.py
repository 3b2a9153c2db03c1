"""What public examples lack, counted over our own projects by the same measures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.starter.checks.deployed import read

Files = Mapping[str, str]
# Public samples: one snapshot each of aws-samples/serverless-patterns, step-functions-workflows-collection,
# aws-stepfunctions-examples, serverless-test-samples and awsdocs/aws-lambda-developer-guide, counted by us.
PUBLIC = (
    "serverless-patterns (1,024)",
    "with a state machine (296)",
    "with destinations (12)",
    "test samples (43)",
)
# AWS's published policies for the delivery of logs and for reading MSK, and actions that know no resource
UNNAMED = {
    "logs:CreateLogStream", "logs:PutLogEvents",
    "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups", "xray:PutTraceSegments", "xray:PutTelemetryRecords",
    "xray:GetSamplingRules", "xray:GetSamplingTargets", "dynamodb:ListStreams", "batch:DescribeJobs",
    "ecr:GetAuthorizationToken",
    "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
}  # fmt: skip


def _tests(files: Files) -> str:
    named = r"(^|/)(test_\w+\.py|[\w-]+\.test\.js|\w+_test\.go|\w+Test\.java)$"
    return "".join(text for path, text in files.items() if re.search(named, path))


def _statements(files: Files) -> Iterator[tuple[list[str], object]]:
    for resource in read(files["template.yaml"])["Resources"].values():
        for policy in resource.get("Properties", {}).get("Policies") or []:
            document = policy.get("PolicyDocument", policy) if isinstance(policy, dict) else {}
            for statement in document.get("Statement", []):
                actions = statement["Action"]
                yield [actions] if isinstance(actions, str) else actions, statement["Resource"]


def _broad(files: Files) -> bool:
    stars = any("*" in action for actions, _ in _statements(files) for action in actions)
    return (
        stars or any(of in ("*", ["*"]) for _, of in _statements(files)) or "FullAccess" in _template(files)
    )


def _broader_than_needed(files: Files) -> bool:
    return "FullAccess" in _template(files) or any(
        any("*" in action for action in actions) or (of in ("*", ["*"]) and not UNNAMED.issuperset(actions))
        for actions, of in _statements(files)
    )


def _template(files: Files) -> str:
    return files["template.yaml"]


Measure = Callable[[Files], bool]
MEASURES: dict[str, tuple[tuple[str, str, str, str], Measure]] = {
    "any test file": (("14 %", "16 %", "33 %", "93 %"), lambda files: bool(_tests(files))),
    "a test with an assertion": (
        ("8 %", "9 %", "17 %", "93 %"),
        lambda files: bool(re.search(r"assert|\bt\.(Error|Fatal)", _tests(files))),
    ),
    "alarm": (("1 %", "0 %", "0 %", "5 %"), lambda files: "AWS::CloudWatch::Alarm" in _template(files)),
    "tracing": (
        ("6 %", "15 %", "25 %", "56 %"),
        lambda files: bool(re.search(r"Tracing: (Active|\{Enabled: true\})", _template(files))),
    ),
    "dead-letter or redrive of any kind, destinations left out": (
        ("6 %", "7 %", "17 %", "7 %"),
        lambda files: bool(re.search(r"DeadLetter|RedrivePolicy", _template(files))),
    ),
    "log retention": (("14 %", "18 %", "17 %", "5 %"), lambda files: "RetentionInDays" in _template(files)),
    "state machine logging": (
        ("n/a", "28 %", "n/a", "n/a"),
        lambda files: bool(re.search(r"Level: (ALL|ERROR)", _template(files))),
    ),
    "sample events": (
        ("6 %", "5 %", "17 %", "42 %"),
        lambda files: any(path.startswith("events/") for path in files),
    ),
    "CI file": (("0 %", "0 %", "0 %", "2 %"), lambda files: ".github/workflows/ci.yml" in files),
    "broad permission (resource `*`, `service:*`, FullAccess)": (("29 %", "55 %", "17 %", "14 %"), _broad),
    "the same, without log delivery and access to Kafka as AWS publishes them, "
    "and without actions that know no resource": (
        ("", "", "", ""),
        _broader_than_needed,
    ),
}


def lacking(approaches: Sequence[str], projects: Sequence[Files]) -> list[str]:
    """Return the lines of the table: public samples beside ``projects``, each made for its approach."""
    kinds = list(dict.fromkeys(approaches))
    heads = [*PUBLIC, *(f"ours: {kind} ({approaches.count(kind)})" for kind in kinds)]
    lines = [f"| share of projects with | {' | '.join(heads)} |", "| --- " * (len(heads) + 1) + "|"]
    for name, (public, measure) in MEASURES.items():
        shares = []
        for kind in kinds:
            of = [files for approach, files in zip(approaches, projects, strict=True) if approach == kind]
            machines = "state machine" not in name or kind in ("step-functions", "both")
            shares.append(f"{100 * sum(map(measure, of)) / len(of):.0f} %" if machines else "n/a")
        lines.append(f"| {' | '.join([name, *public, *shares])} |")
    return lines
