"""Sources that wait for an answer: a load balancer, a user pool, and the shape of a request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from advisor.starter.blueprint.resources import LoadBalancer, Parameter, UserPool
from advisor.starter.blueprint.wiring import Ref, Trigger
from advisor.starter.plan.context import Fragment, PlanContext

USERS = "Users"
SIGN_UP = {
    "triggerSource": "PostConfirmation_ConfirmSignUp",
    "userName": "1001",
    "request": {
        "userAttributes": {"sub": "b7f1c2d4-5e6a-4b8c-9d0e-1f2a3b4c5d6e", "email": "ann@example.com"}
    },
    "response": {},
}
SIGN_UP_TRIGGER = Trigger("cognito", source=Ref(USERS, "name"))


def load_balancer(context: PlanContext, function: Ref, purpose: str, idle_s: int) -> Fragment:
    """Return a load balancer in the user's network with ``function`` as its target."""
    rules = asked(context)
    network = Parameter("VpcId", "network of the load balancer", rules, None, type="AWS::EC2::VPC::Id")
    subnets = Parameter(
        "SubnetIds", "two subnets of it or more", rules, None, type="List<AWS::EC2::Subnet::Id>"
    )
    balancer = LoadBalancer(
        "LoadBalancer",
        purpose,
        rules,
        function=function,
        network=Ref(network.id, "name"),
        subnets=Ref(subnets.id, "name"),
        idle_s=idle_s,
    )
    return Fragment((network, subnets, balancer))


def user_pool(context: PlanContext, purpose: str) -> Fragment:
    """Return a user pool, whose sign-ups ``SIGN_UP_TRIGGER`` hands to a function."""
    return Fragment((UserPool(USERS, purpose, asked(context)),))


def http_event(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request that an HTTP API, a function URL or a load balancer hands on."""
    return {
        "headers": {"content-type": "application/json"},
        "body": json.dumps(payload),
        "isBase64Encoded": False,
    }


def asked(context: PlanContext) -> tuple[str, ...]:
    """Return the ids of the rules behind what callers reach."""
    return context.asked("event_source", "invocation", "caller_waits_for")
