"""Limits, prices and the comparison from YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from advisor.errors import Problem, did_you_mean
from advisor.knowledge.conditions import ALWAYS
from advisor.knowledge.limits import HeldAgainst, Limit, Model
from advisor.knowledge.prices import Price, PriceList, Tier
from advisor.knowledge.rules import Topic, TopicLine
from advisor.loading.conditions import ConditionReader
from advisor.loading.field_reader import Fields
from advisor.loading.limit_references import words_of
from advisor.loading.yaml_nodes import Entry

REFERENCE_REGION = "us-east-1"
MOST_USD = 1_000_000  # for one unit


def limits_from(entry: Entry, problems: list[Problem]) -> Mapping[str, Limit]:
    """Return the limits in ``limits.yaml`` by id."""
    top = Fields(entry, "the limits", problems)
    found: dict[str, Limit] = {}
    for item in top.items("limits", required=True):
        fields = Fields(item, "a limit", problems)
        value = fields.get("value", required=True)
        series = value.items if value and isinstance(value.value, tuple) else ()
        number = fields.number_in(value, "value") if value and not series else 0.0
        limit = Limit(
            id=fields.text("id"),
            value=tuple(fields.number_in(part, "value") for part in series) if series else number,
            unit=fields.text("unit"),
            text=fields.text("text"),
            source=fields.source(),
            as_of=fields.as_of(),
            within=fields.text("within", required=False),
            held_against=tuple(_held(held, problems) for held in fields.items("held_against")),
        )
        fields.done()
        limit = _with_value(limit)
        if limit.id in found:
            top.say(item.place, f"the limit '{limit.id}' is there twice.")
        found[limit.id] = limit
        _keep_within(limit, found, item, top)
    top.done()
    return found


def _keep_within(limit: Limit, known: Mapping[str, Limit], entry: Entry, top: Fields) -> None:
    """Report a choice of ours that is not within the limit it names."""
    if not limit.within:
        return
    outer = known.get(limit.within)
    if outer is None:
        hint = did_you_mean(limit.within, tuple(known)) or "Name a limit that stands above."
        top.say(
            entry.place, f"the limit '{limit.id}' is within '{limit.within[:40]}', which is unknown.", hint
        )
    elif not (len(outer.series) == 1 or outer.series[0] <= limit.number) or limit.number > outer.series[-1]:
        top.say(entry.place, f"the limit '{limit.id}' is not within '{outer.id}' ({outer.text})")


def _held(entry: Entry, problems: list[Problem]) -> HeldAgainst:
    """Read ``{botocore: lambda, shape: Timeout, bounds: [max]}`` or the same of a CloudFormation property."""
    fields = Fields(entry, "a model", problems)
    model: Model = "botocore" if "botocore" in entry.mapping else "cloudformation"
    held = HeldAgainst(
        model=model,
        of=fields.text(model),
        at=fields.text("shape" if model == "botocore" else "property"),
        bounds=tuple(item.text for item in fields.items("bounds")),
        says=fields.text("says", required=False),
    )
    fields.done()
    if bool(held.bounds) == bool(held.says):
        fields.say(entry.place, "a model: give 'bounds' or 'says', what is to be found there.")
    return held


def _with_value(limit: Limit) -> Limit:
    """Return ``limit`` with its value in its texts, in place of ``{value}`` or ``{value last}``."""

    def told(text: str) -> str:
        return re.sub(r"\{value([^{}]*)\}", lambda found: words_of(limit, tuple(found[1].split())), text)

    held = tuple(replace(item, says=told(item.says)) for item in limit.held_against)
    return replace(limit, text=told(limit.text), held_against=held)


def prices_from(entry: Entry, problems: list[Problem], known: Sequence[str] = ()) -> PriceList:
    """Return the price list of one region; with ``known``, another id of a price is a problem."""
    top = Fields(entry, "a price list", problems)
    as_of = top.as_of()
    prices = [_price(item, as_of, problems) for item in top.items("prices", required=True)]
    for item, price in zip(top.items("prices"), prices, strict=True):
        if known and price.id and price.id not in known:
            hint = did_you_mean(price.id, known) or f"Known are {', '.join(known)}."
            top.say(item.place, f"the price '{price.id[:40]}' is not one that costs are made of.", hint)
    found = PriceList(top.text("region"), top.text("title"), {price.id: price for price in prices})
    top.done()
    return found


def _price(entry: Entry, as_of: str, problems: list[Problem]) -> Price:
    fields = Fields(entry, "a price", problems)
    tiers: list[Tier] = []
    for item in fields.items("tiers", required=True):
        tier = Fields(item, "a tier", problems)
        tiers.append(Tier(tier.amount("price", most=MOST_USD), tier.amount("up_to", 0) or None))
        tier.done()
    price = Price(
        id=fields.text("id"),
        title=fields.text("title"),
        unit=fields.text("unit"),
        tiers=tuple(tiers),
        source=fields.source(),
        as_of=fields.as_of(as_of),
        free=fields.amount("free", 0),
        verified=fields.flag("verified", True),
        note=fields.text("note", required=False),
    )
    fields.done()
    return price


def complete(lists: tuple[PriceList, ...]) -> tuple[PriceList, ...]:
    """Return ``lists`` with every gap filled from the reference region, and marked so."""
    reference = next((found for found in lists if found.region == REFERENCE_REGION), None)
    if reference is None:
        return lists
    borrowed = {key: replace(price, borrowed=REFERENCE_REGION) for key, price in reference.prices.items()}
    return tuple(
        found if found is reference else replace(found, prices={**borrowed, **found.prices})
        for found in lists
    )


def topics_from(entry: Entry, reader: ConditionReader) -> tuple[Topic, ...]:
    """Return the topics of the comparison; the last line of each must hold always."""
    top = Fields(entry, "the comparison", reader.problems)
    topics = []
    for item in top.items("topics", required=True):
        fields = Fields(item, "a topic", reader.problems)
        lines = tuple(_topic_line(line, reader) for line in fields.items("lines", required=True))
        topics.append(
            Topic(
                id=fields.text("id"),
                title=fields.text("title"),
                source=fields.source(),
                alternatives=_beside(fields, reader),
                lines=lines,
            )
        )
        fields.done()
        if not lines or lines[-1].when != ALWAYS:
            top.say(item.place, "the last line of a topic has no 'when', so that one line always holds.")
    top.done()
    return tuple(topics)


def _beside(fields: Fields, reader: ConditionReader) -> Mapping[str, str]:
    found = fields.get("alternatives", required=True)
    if found is None:
        return {}
    named = Fields(found, "the alternatives of a topic", reader.problems)
    lines = {key: named.text(key) for key in found.mapping}
    named.done()
    return lines


def _topic_line(entry: Entry, reader: ConditionReader) -> TopicLine:
    fields = Fields(entry, "a line", reader.problems)
    when = fields.get("when")
    line = TopicLine(
        when=reader.condition(when) if when else ALWAYS,
        destinations=fields.text("destinations"),
        step_functions=fields.text("step-functions"),
    )
    fields.done()
    return line
