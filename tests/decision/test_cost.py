"""The cost of orchestration: known figures to the cent, and laws that hold for every volume."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.cost.estimate import estimate
from advisor.decision.recommendation import BreakEven, Cost, CostLine
from advisor.knowledge.answers import Answers, Project, Step
from advisor.knowledge.conditions import Answer
from advisor.knowledge.prices import Tier
from advisor.loading import load_rule_base
from advisor.resources import rules_folder

RULE_BASE = load_rule_base(rules_folder())
THREE_STEPS: dict[str, Answer] = {"invocation": "async", "steps": 3, "total_duration_s": 0.7}


NO_PROJECT = Project()


def cost(requirements: dict[str, Answer], project: Project = NO_PROJECT) -> Cost:
    answers = Answers(requirements, "orders", project)
    return estimate(RULE_BASE, answers, RULE_BASE.questionnaire.settle(requirements))


def usd(found: Cost, *, free_tier: bool = True) -> dict[str, float]:
    return {
        item.option: round(item.usd if free_tier else item.usd_without_free_tier, 2) for item in found.options
    }


def test_a_million_three_step_runs_before_free_tiers() -> None:
    found = cost({**THREE_STEPS, "monthly_executions": 1_000_000})
    assert usd(found, free_tier=False) == {
        "destinations": 0.0,
        "standard": 75.0,
        "express": 1.73,
        "durable-functions": 32.0,
    }
    assert (
        "Destinations: steps call the next function directly. Over another target, more by: "
        "SNS $1.00, SQS $2.40, EventBridge $2.00." in found.assumptions
    )
    assert (
        "Express: one chunk of memory is taken; logs of 10 KB a run would add up to $5.00."
        in found.assumptions
    )


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        (1_000, {"destinations": 0.0, "standard": 0.0, "express": 0.0, "durable-functions": 0.03}),
        (10_000, {"destinations": 0.0, "standard": 0.65, "express": 0.03, "durable-functions": 0.32}),
        (
            200_000_000,
            {"destinations": 0.0, "standard": 14999.9, "express": 411.88, "durable-functions": 6400.0},
        ),
    ],
)
def test_three_steps_of_two_seconds(runs: int, expected: dict[str, float]) -> None:
    assert usd(cost({**THREE_STEPS, "total_duration_s": 2, "monthly_executions": runs})) == expected


@pytest.mark.parametrize("source", ["api-gateway", "function-url", "alb"])
def test_a_function_that_starts_runs_for_waiting_callers_is_priced(source: str) -> None:
    """A million requests at 0.20 USD, and half a second each at 256 MB: 125,000 GB-seconds."""
    answers: dict[str, Answer] = {"steps": 3, "total_duration_s": 0.5, "monthly_executions": 1_000_000}
    waited = cost({**answers, "event_source": source, "invocation": "sync", "caller_waits_for": "result"})
    told = "Express: a function starts each run and waits for it; that would add up to $2.28."
    assert told in waited.assumptions
    assert any(
        line.endswith("but for the function that starts an Express run.") for line in waited.assumptions
    )
    queued = cost({**answers, "event_source": "sqs"})
    assert not any("starts" in line and "Express" in line for line in queued.assumptions)


def test_a_run_that_express_would_stop_has_no_such_function() -> None:
    answers: dict[str, Answer] = {"event_source": "api-gateway", "caller_waits_for": "result"}
    found = cost({**answers, "steps": 3, "total_duration_s": 900})
    assert not any("starts each run" in line for line in found.assumptions)


def test_a_line_shows_its_formula_source_and_doubt() -> None:
    found = cost({**THREE_STEPS, "monthly_executions": 200_000_000, "total_duration_s": 2})
    standard, express = found.option("standard"), found.option("express")
    assert standard is not None and express is not None
    assert standard.lines == (
        CostLine(
            price_id="sfn-standard-transition",
            title="Standard state transitions: one for each executed state",
            units=600_000_000,
            unit="transitions",
            usd=pytest.approx(14999.9),  # type: ignore[arg-type]
            formula="200,000,000 runs x 3 transitions, 4,000 free, x $0.000025",
            source="https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonStates/current/us-east-1/index.json",
            as_of="2026-09-11",
            verified=True,
        ),
    )
    assert [(line.price_id, line.formula, line.verified) for line in express.lines] == [
        ("sfn-express-request", "200,000,000 runs x 1 request, x $0.000001", True),
        (
            "sfn-express-gb-second",
            "200,000,000 runs x 0.125 GB-seconds, x $0.00001667, then $0.00000833, then $0.00000456",
            True,
        ),
    ]


@pytest.mark.parametrize(
    ("target", "per_million"),
    [("lambda", 0.0), ("sqs", 1.2), ("sns", 0.5), ("eventbridge", 1.0), ("dynamodb", 1.0)],
)
def test_results_are_billed_by_the_target(target: str, per_million: float) -> None:
    found = cost({**THREE_STEPS, "on_success": (target,), "on_failure": (), "monthly_executions": 1_000_000})
    assert usd(found, free_tier=False)["destinations"] == per_million


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"on_failure": ("sqs",)}, {"sqs-request": 3_000}),
        ({"on_failure": ("sqs",), "payload_kb": 100}, {"sqs-request": 5_000}),
        ({"on_failure": ("s3",)}, {"s3-put": 1_000}),
        ({"on_failure": ("lambda",)}, {}),
        ({"on_failure": ()}, {}),
        ({}, {"sqs-request": 3_000}),
        ({"failure_handling": ("notify",)}, {"sns-publish": 1_000}),
        ({"on_success": ("sqs",), "on_failure": ("sqs",)}, {"sqs-request": 3_003_000}),
        ({"invocation": "stream", "on_success": ("sqs",), "on_failure": ("sns",)}, {"sns-publish": 1_000}),
    ],
)
def test_failures_are_one_in_a_thousand(answers: dict[str, Answer], expected: dict[str, float]) -> None:
    found = cost({**THREE_STEPS, "monthly_executions": 1_000_000, **answers}).option("destinations")
    assert found is not None
    assert {line.price_id: round(line.units) for line in found.lines} == expected


@pytest.mark.parametrize(
    ("answers", "states"),
    [
        ({}, 3),
        ({"branching": "content"}, 4),
        ({"parallelism": "static", "waits": ("timer",)}, 5),
        ({"parallelism": "dynamic"}, 4),
        ({"parallelism": "dynamic", "max_parallel_items": 40}, 43),
        ({"parallelism": "dynamic", "max_parallel_items": 41}, 85),
    ],
)
def test_each_executed_state_is_a_transition(answers: dict[str, Answer], states: int) -> None:
    found = cost({**THREE_STEPS, "monthly_executions": 1, **answers}).option("standard")
    assert found is not None
    assert [line.units for line in found.lines] == [states]


@pytest.mark.parametrize(
    ("kb", "expected"),
    [
        (0, {"sns-publish": 1, "sqs-request": 3, "eventbridge-event": 1, "lambda-async-piece": 0}),
        (64, {"sns-publish": 1, "sqs-request": 3, "eventbridge-event": 1, "lambda-async-piece": 0}),
        (65, {"sns-publish": 2, "sqs-request": 5, "eventbridge-event": 2, "lambda-async-piece": 0}),
        (250, {"sns-publish": 4, "sqs-request": 9, "eventbridge-event": 4, "lambda-async-piece": 0}),
        (257, {"sns-publish": 5, "sqs-request": 11, "eventbridge-event": 5, "lambda-async-piece": 3}),
        (1000, {"sns-publish": 16, "sqs-request": 33, "eventbridge-event": 16, "lambda-async-piece": 36}),
    ],
)
def test_messages_are_billed_in_pieces(kb: float, expected: dict[str, int]) -> None:
    """SNS, SQS and EventBridge bill each 64 KB; an asynchronous event each 64 KB above 256 KB, here three."""
    targets = {"sns": "sns-publish", "sqs": "sqs-request", "eventbridge": "eventbridge-event"}
    found: dict[str, float] = {}
    for target in targets:
        more: dict[str, Answer] = {"payload_kb": kb, "on_success": (target,), "on_failure": ()}
        option = cost({**THREE_STEPS, **more, "monthly_executions": 1}).option("destinations")
        assert option is not None
        found |= {line.price_id: line.units for line in option.lines}
    assert {"lambda-async-piece": 0, **found} == expected


def test_a_pipe_bills_each_piece_of_a_record() -> None:
    found = cost({"event_source": "kinesis", "payload_kb": 200, "steps": 1, "monthly_executions": 1})
    option = found.option("standard")
    assert option is not None
    assert {line.price_id: line.units for line in option.lines}["pipes-request"] == 4


@pytest.mark.parametrize(
    ("waits", "operations", "transitions"),
    [((), 3, 3), (("timer",), 4, 4), (("timer", "callback", "human-approval"), 6, 6), (("poll-job",), 3, 3)],
)
def test_a_wait_is_counted(waits: tuple[str, ...], operations: int, transitions: int) -> None:
    found = cost({**THREE_STEPS, "waits": waits, "monthly_executions": 1})
    durable, standard = found.option("durable-functions"), found.option("standard")
    assert durable is not None and standard is not None
    assert durable.lines[0].units == operations + 1
    assert standard.lines[0].units == transitions


def test_a_durable_execution_writes_so_much_and_no_more() -> None:
    fits = cost({"steps": 99, "payload_kb": 1024, "monthly_executions": 1})
    too_much = cost({"steps": 100, "payload_kb": 1024, "monthly_executions": 1})
    assert fits.option("durable-functions") and not too_much.option("durable-functions")


def test_the_event_of_a_bucket_is_billed_in_each_option() -> None:
    found = cost({"event_source": "s3", "steps": 2, "on_failure": (), "monthly_executions": 1})
    for name in ("destinations", "standard", "express"):
        option = found.option(name)
        assert option is not None
        assert {line.price_id: line.units for line in option.lines}["eventbridge-event"] == 1


@pytest.mark.parametrize(
    ("source", "between"),
    [
        ("s3", {"eventbridge-event": 1}),
        ("sns", {"sqs-request": 3, "pipes-request": 1}),
        ("kinesis", {"pipes-request": 1}),
        ("sqs", {"pipes-request": 1}),
        ("eventbridge", {}),
    ],
)
def test_what_lies_between_source_and_state_machine_is_billed(source: str, between: dict[str, int]) -> None:
    found = cost({"steps": 1, "total_duration_s": 1, "monthly_executions": 1, "event_source": source})
    for option in ("standard", "express"):
        item = found.option(option)
        assert item is not None
        own = {line.price_id: line.units for line in item.lines if not line.price_id.startswith("sfn-")}
        assert own == between


@pytest.mark.parametrize(("seconds", "billed"), [(0, 0.1), (0.1, 0.1), (0.11, 0.2), (0.7, 0.7), (300, 300)])
def test_express_rounds_up_to_a_tenth_of_a_second(seconds: float, billed: float) -> None:
    found = cost({"total_duration_s": seconds, "monthly_executions": 16}).option("express")
    assert found is not None
    assert found.lines[1].units == pytest.approx(billed)


def test_what_cannot_run_that_long_has_no_price() -> None:
    found = cost({"total_duration_s": 301, "steps": 3000})
    assert [item.option for item in found.options] == ["destinations", "standard"]
    assert "Express is left out: a run takes 301 s and would be stopped before." in found.assumptions
    assert (
        "Durable functions are left out: a run of 3,001 operations is beyond their limits."
        in found.assumptions
    )


def test_gaps_are_filled_and_said() -> None:
    found = cost({})
    assert (found.volume, found.assumed, found.region, found.price_region) == (
        100_000,
        True,
        "us-east-1",
        "us-east-1",
    )
    assert found.assumptions[:3] == (
        "No volume given: 100,000 runs a month are taken.",
        "No number of steps given: 3 are taken.",
        "No duration given: 1 s a run is taken; only Express bills it.",
    )


def test_named_steps_count() -> None:
    found = cost({"monthly_executions": 1}, Project(steps=(Step("A"), Step("B")))).option("standard")
    assert found is not None
    assert found.lines[0].units == 2


def test_a_region_borrows_what_it_lacks_and_says_so() -> None:
    found = cost(THREE_STEPS, Project(region="eu-central-1"))
    assert (found.region, found.price_region) == ("eu-central-1", "eu-central-1")
    borrowed = next(text for text in found.assumptions if text.startswith("Taken from us-east-1"))
    assert "Express requests" in borrowed and "Standard" not in borrowed


def test_a_region_without_prices_falls_back_to_the_reference() -> None:
    found = cost(THREE_STEPS, Project(region="mars-north-1"))
    assert (found.region, found.price_region) == ("mars-north-1", "us-east-1")
    assert "There are no prices for mars-north-1 here; those of us-east-1 are taken." in found.assumptions


def test_break_even_volumes() -> None:
    found = cost({**THREE_STEPS, "on_failure": ()})
    assert found.break_even == (
        BreakEven("destinations", "standard", 1334),
        BreakEven("destinations", "express", 1),
        BreakEven("destinations", "durable-functions", 1),
        BreakEven("express", "standard", 1365),
        BreakEven("durable-functions", "standard", 2326),
        BreakEven("express", "durable-functions", 1),
    )


def test_a_long_single_step_is_cheaper_in_standard_from_the_first_run() -> None:
    # 18.75 GB-seconds a run cost $85.50 per million even in the last tier, one transition $25.00
    found = cost({"steps": 1, "total_duration_s": 300}).break_even
    assert BreakEven("standard", "express", 1) in found


def test_what_is_in_front_of_a_function_that_answers_is_told_and_not_compared() -> None:
    answers: dict[str, Answer] = {"event_source": "alb", "steps": 1}
    found = estimate(RULE_BASE, Answers(answers), RULE_BASE.questionnaire.settle(answers), ("direct-invoke",))
    assert not any("direct-invoke" in (item.cheaper, item.dearer) for item in found.break_even)
    assert any("costs the same before an option" in line for line in found.assumptions)


def test_ways_that_cost_the_same_have_no_break_even() -> None:
    free = tuple(
        replace(found, prices={key: replace(price, tiers=(Tier(0),)) for key, price in found.prices.items()})
        for found in RULE_BASE.prices
    )
    settled = RULE_BASE.questionnaire.settle(THREE_STEPS)
    found = estimate(replace(RULE_BASE, prices=free), Answers(THREE_STEPS), settled)
    assert {item.executions for item in found.break_even} == {None}


ANSWERS = st.fixed_dictionaries(
    {
        "steps": st.integers(1, 60),
        "total_duration_s": st.floats(0, 300, allow_nan=False),
        "on_success": st.lists(st.sampled_from(["sqs", "sns", "lambda", "eventbridge"]), unique=True).map(
            tuple
        ),
        "on_failure": st.lists(st.sampled_from(["sqs", "sns", "s3"]), unique=True).map(tuple),
        "event_source": st.sampled_from(["s3", "sns", "kinesis", "eventbridge", "api-gateway"]),
    },
    optional={
        "payload_kb": st.floats(0, 1000, allow_nan=False),
        "parallelism": st.just("dynamic"),
        "max_parallel_items": st.integers(1, 100),
    },
)


def total(requirements: dict[str, Answer], option: str, runs: float) -> float:
    item = cost({**requirements, "monthly_executions": runs}).option(option)
    assert item is not None
    return item.usd


@given(ANSWERS, st.floats(1, 1e9, allow_nan=False))
def test_after_the_break_even_the_cheaper_way_stays_cheaper(
    answers: dict[str, Answer], factor: float
) -> None:
    for item in cost(answers).break_even:
        if item.executions is None:
            continue
        after = min(item.executions * factor, 1e12)
        gap = total(answers, item.dearer, after) - total(answers, item.cheaper, after)
        assert gap >= -1e-9 * total(answers, item.dearer, after)
        if item.executions > 1:
            before = item.executions - 1
            lead = total(answers, item.cheaper, before) - total(answers, item.dearer, before)
            assert lead >= -1e-9 * (1 + total(answers, item.dearer, before))


@given(ANSWERS, st.integers(0, 10**9), st.integers(0, 10**9))
def test_lines_add_up_and_more_runs_never_cost_less(answers: dict[str, Answer], runs: int, more: int) -> None:
    found = cost({**answers, "monthly_executions": runs})
    grown = cost({**answers, "monthly_executions": runs + more})
    for item, later in zip(found.options, grown.options, strict=True):
        assert item.usd == pytest.approx(sum(line.usd for line in item.lines))
        assert item.usd <= item.usd_without_free_tier + 1e-9
        assert item.usd <= later.usd + 1e-9
