"""Distributed maps whose list and results outgrow a state: both are in S3, and the state holds addresses.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html and
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from advisor.decision.recommendation import Design
from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.flow import (
    Choice,
    Flow,
    Map,
    Node,
    Parallel,
    listing,
    maps,
    nodes,
    parts,
    stored_maps,
    takes_list,
    units,
)
from advisor.knowledge.requirements import Requirements
from advisor.starter.blueprint.ids import FAILED_ITEMS, MACHINE, MAP_ITEMS, UNDELIVERED
from advisor.starter.blueprint.resources import Bucket, Function, Queue, Route
from advisor.starter.blueprint.wiring import Arn, Permission, Ref, Target
from advisor.starter.plan.context import Fragment, PlanContext, merge
from advisor.starter.plan.delivery import RULES_OF_ACCOUNT, SOURCE_BUCKET, undelivered
from advisor.starter.state_language.states import LIST_BUCKET, LISTS, RESULT_BUCKET, RESULTS

VARIABLE = "MAP_ITEMS_BUCKET"
KEPT_DAYS = 90


def with_stored_maps(design: Design, requirements: Requirements, aws: AwsFacts) -> Design:
    """Return ``design``, where lists and results of distributed maps that a state cannot hold are in S3.

    What a map inside another works on is part of an item, and stays there.
    """
    large = bool(outgrown(requirements, aws))
    goes_on = "continue" in requirements.chosen("failure_handling")
    core = tuple(_stored(node, large=large, goes_on=goes_on) for node in design.core)
    return replace(design, core=core)


def _stored(node: Node, *, large: bool, goes_on: bool) -> Node:
    def inside(flow: Flow) -> Flow:
        return tuple(_stored(inner, large=large, goes_on=goes_on) for inner in flow)

    match node:
        case Choice():
            return replace(node, then=inside(node.then), otherwise=inside(node.otherwise))
        case Parallel():
            return replace(node, branches=tuple(inside(branch) for branch in node.branches))
        case Map() if node.distributed:
            return replace(node, listed=large, kept=large or goes_on, goes_on=goes_on)
    return node


def outgrown(requirements: Requirements, aws: AwsFacts) -> str:
    """Return why a state cannot hold the items of a map, with the arithmetic; empty where it can.

    A payload that is too large for a state by itself is in S3 anyway, and an item holds its key.
    """
    items, size = requirements.number("max_parallel_items", 0), requirements.number("payload_kb", 0)
    state, small = aws.limit("sfn-payload-bytes"), aws.limits["inline-map-results"]
    if 0 < size * 1024 <= state and items * size * 1024 > state:
        return (
            f"{items:,.10g} items of {size:,.10g} KB are {items * size:,.10g} KB, and a state holds "
            f"{state / 1024:,.0f} KB."
        )
    return f"{small.text} {items:,.10g} items are more." if items > small.number else ""


def storage(context: PlanContext, flow: Flow) -> Fragment:
    """Return the bucket of the stored maps, who may use it, and what tells of items that failed."""
    maps = stored_maps(flow)
    if not maps:
        return Fragment()
    goes_on = any(node.goes_on for node in maps)
    bucket = Bucket(
        MAP_ITEMS,
        f"keeps {_kept_there(context, maps)}",
        context.asked("max_parallel_items", "payload_kb", "failure_handling"),
        events=goes_on,
        expires_days=max(KEPT_DAYS, 2 * context.design.longest_s // 86_400),
    )
    own = Fragment((bucket,), tuple(_of_machine(context, maps)))
    return merge([own, _failed_items(context, bucket) if goes_on else Fragment()])


def _kept_there(context: PlanContext, maps: tuple[Map, ...]) -> str:
    lists = any(node.listed for node in maps) and not _from_source(context)
    results = f"what the items return below `{RESULTS}/`"
    return f"the lists of items below `{LISTS}/`, and {results}" if lists else results


def _from_source(context: PlanContext) -> bool:
    """Return whether the object that starts a run is the list."""
    return context.requirements.text("event_source") == "s3"


def _lists(context: PlanContext) -> Target:
    """Return the objects that a list may be in."""
    if _from_source(context):
        return Ref(SOURCE_BUCKET, "contents")
    return Arn(f"{{0}}/{LISTS}/*", (Ref(MAP_ITEMS),))


def _results() -> Arn:
    return Arn(f"{{0}}/{RESULTS}/*", (Ref(MAP_ITEMS),))


def _of_machine(context: PlanContext, maps: tuple[Map, ...]) -> Iterator[Permission]:
    actions = context.aws.services["s3"].actions
    if any(node.listed for node in maps):
        yield Permission(MACHINE, actions("read"), (_lists(context),))
    yield Permission(MACHINE, actions("write-results"), (_results(),))


def buckets_of(context: PlanContext, flow: Flow) -> tuple[tuple[str, Ref], ...]:
    """Return the placeholders of the definition that name buckets."""
    maps = stored_maps(flow)
    read = Ref(SOURCE_BUCKET if _from_source(context) else MAP_ITEMS, "name")
    return (
        *(((LIST_BUCKET, read),) if any(node.listed for node in maps) else ()),
        *(((RESULT_BUCKET, Ref(MAP_ITEMS, "name")),) if maps else ()),
    )


def with_items_in_reach(context: PlanContext, built: Fragment) -> Fragment:
    """Return ``built``, where functions around a stored map may write its list and read its results."""
    maps = stored_maps(context.design.core)
    if not maps:
        return built
    inside = {unit.function_id for node in maps for unit in units(node.body)}
    outside = [item for item in built.resources if isinstance(item, Function) and item.does != "start"]
    outside = [item for item in outside if item.id not in inside]
    writers = {item.id for item in outside if item.lists and not _from_source(context)}
    writers = writers if takes_list(context.design.core) else set()
    told = tuple(
        replace(item, environment=(*item.environment, (VARIABLE, Ref(MAP_ITEMS, "name"))))
        if isinstance(item, Function) and item.id in writers
        else item
        for item in built.resources
    )
    actions, after = context.aws.services["s3"].actions, _after(context.design.core)
    granted = [Permission(name, actions("write"), (_lists(context),)) for name in sorted(writers)]
    granted += [Permission(item.id, actions("read"), (_results(),)) for item in outside if item.id in after]
    return merge([replace(built, resources=told), Fragment(permissions=tuple(granted))])


def _after(flow: Flow) -> frozenset[str]:
    """Return the functions that may come after a map."""
    found, seen = set[str](), False
    for node in flow:
        if seen:
            found |= {unit.function_id for unit in units((node,))}
        for inner in parts(node):
            found |= _after(inner)
        seen = seen or any(isinstance(inner, Map) and inner.kept for inner in nodes((node,)))
    return frozenset(found)


def _failed_items(context: PlanContext, bucket: Bucket) -> Fragment:
    """Return a queue that hears of each file of failed items: the run around them ends well."""
    queue = Queue(
        FAILED_ITEMS,
        "keeps the address of each file of items that failed",
        bucket.rules,
        senders=(("events.amazonaws.com", RULES_OF_ACCOUNT),),
        stays_empty=True,
    )
    route = Route(
        "KeepFailedItems",
        "tells the queue of items that failed while the others went on",
        bucket.rules,
        pattern={
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                "bucket": {"name": [Ref(bucket.id, "name")]},
                "object": {"key": [{"suffix": "/FAILED_0.json"}]},
            },
        },
        target=Ref(queue.id),
        undelivered=Ref(UNDELIVERED),
        retry_attempts=context.aws.limit("eventbridge-retries"),
        max_event_age_s=context.aws.limit("eventbridge-retry-age"),
    )
    lost = undelivered(context, "EventBridge", ("events.amazonaws.com", RULES_OF_ACCOUNT))
    return Fragment((queue, route, *lost.resources))


def stored_notes(context: PlanContext) -> tuple[str, ...]:
    """Return what the README says of lists and results in S3."""
    return tuple(_notes(context))


def _notes(context: PlanContext) -> Iterator[str]:
    yield from _crowded(context)
    yield from _stopped(context)
    stored = stored_maps(context.design.core)
    if not stored:
        return
    if takes_list(context.design.core):
        why = outgrown(context.requirements, context.aws)
        yield f"{why} So list and results of `{stored[0].name}` are in S3. {_told_where(context)}"
    yield (
        f"What the items return is in files of the bucket `{MAP_ITEMS}`: `results` in the payload of the "
        "next state names their `manifest.json` (`bucket`, `key`). It names the files with input and output "
        "of each item (`SUCCEEDED_0.json`), and those with input, error and cause (`FAILED_0.json`). "
        + _again(goes_on=any(node.goes_on for node in stored))
    )


def _crowded(context: PlanContext) -> Iterator[str]:
    """Yield the arithmetic of branches and items whose results outgrow the state that they meet in."""
    size, most = context.requirements.number("payload_kb", 0), context.aws.limit("sfn-payload-bytes") / 1024
    items = context.requirements.number("max_parallel_items", 0)
    for node in nodes(context.design.core):
        if not isinstance(node, Parallel | Map) or (isinstance(node, Map) and node.kept):
            continue
        count = items if isinstance(node, Map) else len(node.branches)
        if size <= most < count * size:
            yield (
                f"`{node.name}` brings {count:,.10g} results of {size:,.10g} KB together: "
                f"{count * size:,.10g} KB, and a state holds {most:,.0f} KB. The run would end with "
                "`States.DataLimitExceeded`: let each put its result into S3 and return the key."
            )


def _stopped(context: PlanContext) -> Iterator[str]:
    """Yield which maps one failed item ends, where the answers want the others to go on."""
    inline = [f"`{node.name}`" for node in maps(context.design.core) if not node.distributed]
    if inline and "continue" in context.requirements.chosen("failure_handling"):
        most = context.aws.limit("inline-map-concurrency")
        yield (
            f"An item of {' and '.join(inline)} that fails for good ends the run: an inline Map tolerates no "
            f"failed item. Say `max_parallel_items: {most + 1}` or more for a distributed Map, which does, "
            "or catch the error inside the item."
        )


def _told_where(context: PlanContext) -> str:
    if _from_source(context):
        return "The object that starts a run is the list: a JSON array."
    made = [
        unit.function_id
        for unit in units(context.design.flow)
        if unit.name.module in listing(context.design.flow)
    ]
    writes = (
        f" `{made[0]}` may write it there (`{VARIABLE}` names the bucket) and returns its key."
        if made
        else ""
    )
    return (
        f"A list is a JSON array in the bucket `{MAP_ITEMS}`, and `items` of the payload names it: "
        f'`{{"items": {{"key": "{LISTS}/1001.json"}}}}`.{writes}'
    )


def _again(*, goes_on: bool) -> str:
    if goes_on:
        return (
            "An item that fails does not stop the others, and the run ends well: no redrive does it again. "
            "Make a new list of the inputs in `FAILED_0.json`, and send it as an event."
        )
    return "The first item that fails for good ends the run."
