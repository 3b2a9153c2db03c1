"""The numbers of the rule base that a starter project is built with."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import fields

from advisor.knowledge.limits import Limit

IDS = {
    "async_retries": "async-max-retries",
    "event_age_s": "starter-event-age",
    "stream_retries": "starter-stream-retries",
    "stream_age_s": "starter-stream-record-age",
    "kafka_attempts": "kafka-max-attempts",
    "kafka_timeout_s": "kafka-function-timeout",
    "express_s": "express-duration",
    "http_api_s": "http-api-timeout",
    "state_bytes": "sfn-payload-bytes",
    "event_bytes": "async-payload-bytes",
    "topic_bytes": "sns-payload-bytes",
}


class Limits(Struct, frozen=True):
    """What AWS allows and what the starters choose; the defaults stand in where no rule base is given."""

    async_retries: int = 2
    event_age_s: int = 21_600
    stream_retries: int = 5
    stream_age_s: int = 86_400
    kafka_attempts: int = 10
    kafka_timeout_s: int = 840
    express_s: int = 300
    http_api_s: int = 30
    state_bytes: int = 262_144
    event_bytes: int = 1_048_576
    topic_bytes: int = 262_144


def limits_from(limits: Mapping[str, Limit]) -> Limits:
    """Return the numbers that ``limits`` holds by id, and the defaults for the others."""
    known = {field.name: limits.get(IDS[field.name]) for field in fields(Limits)}
    return Limits(**{name: int(limit.number) for name, limit in known.items() if limit})
