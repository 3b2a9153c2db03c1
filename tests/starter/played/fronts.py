"""Requests to the function in front of a machine, as HTTP API, function URL or load balancer send them."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Protocol

from advisor.starter import Blueprint
from tests.starter.played.answers import Answer

METRICS_5XX = {
    "api-gateway": ("AWS/ApiGateway", "5xx"),
    "function-url": ("AWS/Lambda", "Url5xxCount"),
    "alb": ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"),
}


class Counts(Protocol):
    """What has metrics."""

    def count(self, namespace: str, metric: str, of: str, number: int = 1) -> None:
        """Move a metric."""


@dataclass(frozen=True)
class Reply:
    """What the caller sees; ``error`` is the name of an error that is no answer."""

    status: int
    body: Any
    error: str = ""


def front_of(blueprint: Blueprint) -> str:
    """Return the function that starts a run for each request, where there is one."""
    behind = blueprint.event_source in METRICS_5XX
    return next((item.id for item in blueprint.functions if behind and item.does == "start"), "")


def request(source: str, body: str | None, key: str | None, encoded: bool = False) -> dict[str, Any]:
    """Return the event of a POST; a request without a body has none, only a load balancer an empty one."""
    named = {} if key is None else {"idempotency-key": key}
    headers = {"content-type": "application/json", "host": "example.com", **named}
    sent = b64encode(body.encode()).decode() if body and encoded else body
    if source == "alb":
        group = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/front/6d0ecf831eec9f09"
        place = {"requestContext": {"elb": {"targetGroupArn": group}}, "httpMethod": "POST", "path": "/"}
        return {**place, "headers": headers, "body": sent or "", "isBase64Encoded": encoded}
    route = "POST /" if source == "api-gateway" else "$default"
    http = {"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"}
    event: dict[str, Any] = {"version": "2.0", "routeKey": route, "rawPath": "/", "rawQueryString": ""}
    event |= {
        "headers": headers,
        "requestContext": {"http": http, "requestId": "r"},
        "isBase64Encoded": encoded,
    }
    return {**event, **({"body": sent} if sent else {})}


def reply(source: str, function: str, answer: Answer, metrics: Counts) -> Reply:
    """Return what the caller gets of a function's answer, and move the source's metric of errors."""
    status = 502 if answer.error else answer.result["statusCode"]
    if status >= 500:
        namespace, metric = METRICS_5XX[source]
        if answer.error and source == "alb":
            metric = "HTTPCode_ELB_5XX_Count"  # the target gave no answer
        for of in ("Api", "LoadBalancer", function):
            metrics.count(namespace, metric, of)
    if answer.error:
        return Reply(502, {"message": "Internal Server Error"}, answer.error)
    return Reply(status, json.loads(answer.result["body"]))
