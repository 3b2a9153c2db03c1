"""Price lists and limits: complete where they must be, marked where they are not sure."""

from __future__ import annotations

import pytest

from advisor.knowledge.limits import Limit
from advisor.knowledge.prices import Price, PriceList
from advisor.loading import load_rule_base
from advisor.resources import rules_folder

RULE_BASE = load_rule_base(rules_folder())
LISTS = {found.region: found for found in RULE_BASE.prices}
IDS = (
    "lambda-request lambda-gb-second lambda-async-piece sfn-standard-transition sfn-express-request "
    "sfn-express-gb-second sqs-request sns-publish eventbridge-event s3-put durable-operation "
    "durable-gb-written pipes-request http-api-request alb-hour fargate-vcpu-second fargate-gb-second "
    "glue-dpu-second codebuild-second scheduler-invocation logs-gb"
)
SINGAPORE = {
    "lambda-request",
    "lambda-gb-second",
    "sfn-standard-transition",
    "sfn-express-request",
    "sfn-express-gb-second",
    "sqs-request",
    "sns-publish",
    "eventbridge-event",
    "s3-put",
}
PRICES = [price for found in RULE_BASE.prices for price in found.prices.values() if not price.borrowed]


def test_every_region_has_every_price() -> None:
    regions = "ap-northeast-1 ap-southeast-1 eu-central-1 eu-west-1 us-east-1 us-west-2"
    assert sorted(LISTS) == regions.split()
    assert {region for region, found in LISTS.items() if set(found.prices) != set(IDS.split())} == set()


@pytest.mark.parametrize("found", LISTS.values(), ids=lambda found: found.region)
def test_what_a_region_lacks_is_marked_as_borrowed(found: PriceList) -> None:
    own = {key for key, price in found.prices.items() if not price.borrowed}
    assert own == {
        "us-east-1": set(IDS.split()),
        "eu-central-1": {"sfn-standard-transition", "s3-put", "logs-gb"},
        "ap-northeast-1": {"sfn-standard-transition", "s3-put", "scheduler-invocation", "logs-gb"},
        "ap-southeast-1": SINGAPORE,
        "us-west-2": {"sfn-standard-transition", "s3-put"},
    }.get(found.region, {"sfn-standard-transition"})
    assert {price.borrowed for price in found.prices.values()} <= {"", "us-east-1"}


@pytest.mark.parametrize("price", PRICES, ids=lambda price: price.id)
def test_tiers_rise_in_volume_and_fall_in_price(price: Price) -> None:
    bounds = [tier.up_to for tier in price.tiers]
    assert bounds[-1] is None and None not in bounds[:-1]
    assert bounds[:-1] == sorted(bound for bound in bounds if bound is not None)
    rates = [tier.price for tier in price.tiers]
    assert rates == sorted(rates, reverse=True) and rates[-1] > 0
    assert price.free >= 0 and price.title and price.unit


@pytest.mark.parametrize("price", PRICES, ids=lambda price: price.id)
def test_only_a_page_of_aws_verifies_a_price(price: Price) -> None:
    aws = price.source.startswith(
        (
            "https://aws.amazon.com/",
            "https://docs.aws.amazon.com/",
            "https://pricing.us-east-1.amazonaws.com/",
        )
    )
    assert aws or not price.verified


@pytest.mark.parametrize(
    ("price_id", "units", "usd", "usd_without_free_tier"),
    [
        ("sfn-standard-transition", 3_000_000, 74.9, 75.0),
        ("sfn-standard-transition", 3_000, 0.0, 0.075),
        ("sfn-express-gb-second", 3_600_000, 60.012, 60.012),
        ("sfn-express-gb-second", 18_000_000, 60.012 + 119.952, 60.012 + 119.952),
        ("sfn-express-gb-second", 28_000_000, 225.564, 225.564),
        ("sqs-request", 6_000_000, 2.0, 2.4),
        ("logs-gb", 10, 2.5, 5.0),
    ],
)
def test_costs_by_tier_and_free_tier(
    price_id: str, units: float, usd: float, usd_without_free_tier: float
) -> None:
    price = LISTS["us-east-1"].prices[price_id]
    assert price.cost(units) == pytest.approx(usd)
    assert price.cost(units, free_tier=False) == pytest.approx(usd_without_free_tier)


@pytest.mark.parametrize("limit", RULE_BASE.limits.values(), ids=lambda limit: limit.id)
def test_a_limit_says_what_where_and_when(limit: Limit) -> None:
    assert limit.text.endswith(".") and len(limit.text) <= 120
    assert limit.unit and limit.source.startswith(("https://docs.aws.amazon.com/", "https://aws.amazon.com/"))
    assert "2026-11-23" <= limit.as_of <= "2026-11-27"
