"""Monthly cost of orchestration for each approach, and the volume at which another becomes cheaper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from math import floor, isclose

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.cost.alternatives import ALTERNATIVES, NOT_COMPARED, about
from advisor.decision.cost.billable_units import (
    Use,
    Workload,
    destinations_uses,
    durable_uses,
    express_uses,
    log_gb,
    record_uses,
    standard_uses,
    start_function_uses,
    workload_of,
)
from advisor.decision.recommendation import BreakEven, Cost, CostLine, OptionCost
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import holds
from advisor.knowledge.limits import counted, figure
from advisor.knowledge.prices import Price, PriceList
from advisor.knowledge.questions import Settled
from advisor.knowledge.rules import DESTINATIONS, DURABLE_FUNCTIONS, EXPRESS, STANDARD, Rule, RuleBase

REFERENCE_REGION = "us-east-1"


class _Priced(Struct, frozen=True):
    """All uses of one price together, since they share its free tier."""

    price: Price
    per_run: float
    what: str
    a_month: float = 0

    def units(self, runs: float) -> float:
        return self.per_run * runs + self.a_month

    def cost(self, runs: float, *, free_tier: bool = True) -> float:
        return self.price.cost(self.units(runs), free_tier=free_tier)

    def corners(self, reach: float) -> Iterable[float]:
        """Yield the runs a month, below ``reach``, at which one more run begins to cost something else."""
        for tier_end in (0.0, *(tier.up_to for tier in self.price.tiers if tier.up_to is not None)):
            units = self.price.free + tier_end - self.a_month
            if 0 <= units < reach * self.per_run:
                yield units / self.per_run


class _Way(Struct, frozen=True):
    """One way to do it, and what it uses."""

    option: str
    uses: tuple[_Priced, ...]

    def cost(self, runs: float, *, free_tier: bool = True) -> float:
        return sum(use.cost(runs, free_tier=free_tier) for use in self.uses)


def estimate(rule_base: RuleBase, answers: Answers, settled: Settled, beside: tuple[str, ...] = ()) -> Cost:
    """Return the orchestration cost a month of Destinations, Standard, Express and durable functions.

    Every amount is runs x units a run x price. A way is left out where a run exceeds its limits, and said;
    durable functions also where a rule excludes them. The alternatives ``beside`` are compared with them.
    """
    workload = workload_of(rule_base.aws, answers, settled)
    region = answers.project.region or REFERENCE_REGION
    prices = _price_list(rule_base, region)
    excluding = next(_excluding(rule_base, settled, DURABLE_FUNCTIONS), None)
    ways = tuple(
        _Way(option, _priced(uses, prices))
        for option, uses in _uses(workload)
        if not (excluding and option == DURABLE_FUNCTIONS)
    )
    others = tuple(_Way(name, _priced(uses(workload), prices)) for name, uses in ALTERNATIVES.items())
    added = tuple(way for way in others if way.option in beside)
    used = {use.price.id: use.price for way in (*ways, *added) for use in way.uses}
    compared = (*ways, *(way for way in added if way.option not in NOT_COMPARED))
    reach = rule_base.questionnaire.by_key["monthly_executions"].maximum
    return Cost(
        region=region,
        price_region=prices.region,
        volume=workload.runs,
        assumed=workload.assumed,
        as_of=min(price.as_of for price in used.values()),
        options=tuple(_option_cost(way, workload.runs) for way in ways),
        alternatives=tuple(_option_cost(way, workload.runs) for way in others),
        break_even=tuple(_break_even(one, other, reach) for one, other in combinations(compared, 2)),
        assumptions=(
            *workload.said,
            _left_out(workload),
            *_about_prices(region, prices, used),
            *_about_ways(rule_base, workload, prices),
            *_about_durable(workload, excluding),
            *(line for name in beside for line in about(name, workload)),
        ),
    )


def _excluding(rule_base: RuleBase, settled: Settled, option: str) -> Iterator[Rule]:
    """Yield the rules that rule ``option`` out."""
    for rule in rule_base.rules:
        excepted = rule.unless and holds(rule.unless, settled.facts)
        if option in rule.rules_out and holds(rule.when, settled.facts) and not excepted:
            yield rule


def _uses(workload: Workload) -> Iterable[tuple[str, Iterable[Use]]]:
    yield DESTINATIONS, destinations_uses(workload)
    yield STANDARD, standard_uses(workload)
    if workload.fits_express:
        yield EXPRESS, express_uses(workload)
    if workload.fits_durable:
        yield DURABLE_FUNCTIONS, durable_uses(workload)


def _price_list(rule_base: RuleBase, region: str) -> PriceList:
    lists = {found.region: found for found in rule_base.prices}
    return lists.get(region) or lists[REFERENCE_REGION]


def _priced(uses: Iterable[Use], prices: PriceList) -> tuple[_Priced, ...]:
    found: dict[str, _Priced] = {}
    for use in uses:
        before = found.get(use.price_id)
        found[use.price_id] = (
            replace(before, per_run=before.per_run + use.per_run, what=f"{before.what}; {use.what}")
            if before
            else _Priced(prices.prices[use.price_id], use.per_run, use.what, use.a_month)
        )
    return tuple(found.values())


def _option_cost(way: _Way, runs: float) -> OptionCost:
    lines = tuple(_line(use, runs) for use in way.uses)
    return OptionCost(
        option=way.option,
        usd=way.cost(runs),
        usd_without_free_tier=way.cost(runs, free_tier=False),
        lines=lines,
    )


def _line(use: _Priced, runs: float) -> CostLine:
    price = use.price
    free = f", {figure(price.free)} free" if price.free else ""
    rates = ", then ".join(f"${figure(tier.price)}" for tier in price.tiers)
    per_run = f"{counted(runs, 'runs')} x {counted(use.per_run, price.unit)}"
    if use.a_month:
        per_run = f"{counted(use.a_month, price.unit)} a month"
    return CostLine(
        price_id=price.id,
        title=f"{price.title}: {use.what}",
        units=use.units(runs),
        unit=price.unit,
        usd=use.cost(runs),
        formula=f"{per_run}{free}, x {rates}",
        source=price.source,
        as_of=price.as_of,
        verified=price.verified,
    )


def _break_even(one: _Way, other: _Way, reach: float) -> BreakEven:
    """Return the first whole number of runs from which on the way that is cheaper at ``reach`` stays cheaper.

    Both costs are piecewise linear in the runs, so the last crossing lies on one of their pieces and is
    found exactly, up to a millionth of a run.
    """
    cheaper, dearer = (one, other) if one.cost(reach) < other.cost(reach) else (other, one)
    corners = {corner for way in (one, other) for use in way.uses for corner in use.corners(reach)}
    ends = sorted({0.0, *corners, reach})
    lags = [_lag(cheaper.cost(end), dearer.cost(end)) for end in ends]
    last = max((index for index, lag in enumerate(lags) if lag >= 0), default=-1)
    if last < 0:  # dearer by the hour, so without any run
        return BreakEven(cheaper.option, dearer.option, 1)
    if ends[last] == reach:
        return BreakEven(cheaper.option, dearer.option, None)
    crossing = ends[last] + (ends[last + 1] - ends[last]) * lags[last] / (lags[last] - lags[last + 1])
    return BreakEven(cheaper.option, dearer.option, floor(round(crossing, 6)) + 1)


def _lag(cost: float, than: float) -> float:
    """Return how much more ``cost`` is, without the noise of floating point."""
    return 0.0 if isclose(cost, than, rel_tol=1e-9, abs_tol=1e-9) else cost - than


def _left_out(workload: Workload) -> str:
    but = " but for the function that starts an Express run" if workload.started_by_function else ""
    return f"Lambda requests and duration, storage and data transfer are left out: alike in each option{but}."


def _about_prices(region: str, prices: PriceList, used: Mapping[str, Price]) -> Iterable[str]:
    if region != prices.region:
        yield f"There are no prices for {region} here; those of {prices.region} are taken."
    borrowed = sorted(price.title for price in used.values() if price.borrowed)
    if borrowed:
        yield f"Taken from {REFERENCE_REGION}, since none was found for {region}: {', '.join(borrowed)}."
    unverified = sorted(price.title for price in used.values() if not price.verified)
    if unverified:
        yield f"Not seen in a price list or on a page of AWS, so confirm them first: {', '.join(unverified)}."
    yield "Free tiers belong to the account; other workloads may have used them up."


def _about_ways(rule_base: RuleBase, workload: Workload, prices: PriceList) -> Iterable[str]:
    share, targets = figure(workload.failed_share * 100), ", ".join(workload.on_failure) or "nowhere"
    yield f"Destinations: {share} % of the runs are taken to fail for good; their records go to: {targets}."
    hops = workload.steps - 1
    handed_on = rule_base.questionnaire.by_key.get("on_success")
    if hops and handed_on and not workload.stream:
        targets_of_hops = rule_base.aws.accepting("success")
        others = ", ".join(
            f"{choice.label} {_hops_cost(workload, str(choice.value), prices)}"
            for choice in handed_on.choices
            if choice.value in targets_of_hops and choice.value != "lambda"
        )
        yield f"Destinations: steps call the next function directly. Over another target, more by: {others}."
    states = ", ".join((counted(workload.steps, "steps"), *workload.states))
    yield f"Standard: each executed state is a transition ({states}); retries would add theirs."
    if workload.items > 1:
        yield f"One of the steps runs for {figure(workload.items)} items a run; a longer list costs more."
    if workload.fits_express:
        logs = _money(prices.prices["logs-gb"].cost(log_gb(workload), free_tier=False))
        log_kb = figure(workload.aws.number("assumed-log-kb"))
        yield f"Express: one chunk of memory is taken; logs of {log_kb} KB a run would add up to {logs}."
        if workload.started_by_function:
            uses = _priced(start_function_uses(workload), prices)
            added = _money(sum(use.cost(workload.runs, free_tier=False) for use in uses))
            yield f"Express: a function starts each run and waits for it; that would add up to {added}."
    else:
        yield f"Express is left out: a run takes {figure(workload.run_s)} s and would be stopped before."


def _about_durable(workload: Workload, excluding: Rule | None) -> Iterable[str]:
    if excluding:
        yield f"Durable functions are left out: {excluding.because} [{excluding.id}]"
    elif not workload.fits_durable:
        operations = figure(workload.durable_operations)
        yield f"Durable functions are left out: a run of {operations} operations is beyond their limits."
    elif not workload.payload_kb:
        yield "Durable functions: no payload size given, so the data written is left out."


def _hops_cost(workload: Workload, target: str, prices: PriceList) -> str:
    uses = _priced(record_uses(workload, target, workload.steps - 1, "hops"), prices)
    return _money(sum(use.cost(workload.runs, free_tier=False) for use in uses))


def _money(usd: float) -> str:
    return f"${usd:,.2f}"
