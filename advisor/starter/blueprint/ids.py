"""Ids and permissions that the plan and every flavour know by the same name."""

from __future__ import annotations

MACHINE = "Workflow"
NOTIFY_EMAIL = "NotifyEmail"
UNDELIVERED = "UndeliveredEvents"
INVALID_INPUT = "InvalidInput"  # the error that the generated handlers raise for a payload they cannot read
LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:CreateLogStream",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutLogEvents",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
TRACES = (
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
)
LOGS_WHY = "log delivery knows no resource-level permissions"
TRACES_WHY = "X-Ray knows no resource-level permissions"
STREAMS = ("kinesis", "dynamodb-stream", "kafka")  # sources that a poller reads in order
