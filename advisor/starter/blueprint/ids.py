"""Ids that the plan and every flavour know by the same name."""

from __future__ import annotations

DURABLE = "durable-functions"
IDEMPOTENCY = "IdempotencyTable"
MACHINE = "Workflow"
PAYLOADS = "PayloadBucket"
MAP_ITEMS, FAILED_ITEMS = "MapItemsBucket", "FailedItems"
NOTIFY_EMAIL = "NotifyEmail"
STARTER = "StartWorkflowFunction"
UNDELIVERED = "UndeliveredEvents"
INVALID_INPUT = "InvalidInput"  # the error that the generated handlers raise for a payload they cannot read
SOURCE_BUS = "SourceBus"
