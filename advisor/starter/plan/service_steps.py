"""Steps of a durable function on services that its SDKs have no integration for: they become business code.

What runs for long is two steps: one starts it, one asks how far it is, and the run waits in between.
Source: https://docs.aws.amazon.com/durable-execution/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.flow import Choice, Flow, Map, Node, Parallel, Poll, Task, Unit, units
from advisor.knowledge.names import names
from advisor.knowledge.rules import STANDARD
from advisor.starter.blueprint.ids import MACHINE
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Function, Outside
from advisor.starter.blueprint.wiring import Ref
from advisor.starter.plan.context import Fragment, PlanContext, PlannedFlow, merge
from advisor.starter.plan.job_inputs import given
from advisor.starter.plan.step_functions.service_integrations import call_for
from advisor.starter.state_language.task import Call
from advisor.starter.workflow_code.routines import VARIABLES

CALLED = ("http-api", "bedrock")  # they answer at once
ASK_AGAIN_S = 30


class CodedFlow(Struct, frozen=True, kw_only=True):
    """A flow whose steps are code or messages only, and what the added code works with.

    ``outside`` says of each added step, by module, what it is the place for.
    """

    flow: Flow
    outside: Mapping[str, Outside] = {}
    parts: Fragment = Fragment()
    environment: tuple[tuple[str, Ref], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def has_job(self) -> bool:
        """Return whether something runs outside the function for as long as it takes."""
        return any(place.does == "ask" for place in self.outside.values())


def has_no_integration(unit: Unit) -> bool:
    """Return whether business code has to call the service of ``unit``."""
    return unit.service != "lambda" and unit.service not in VARIABLES


def is_job(unit: Unit) -> bool:
    """Return whether ``unit`` starts something that runs on by itself."""
    return has_no_integration(unit) and unit.service not in CALLED


def coded(context: PlanContext, flow: Flow, holder: Unit) -> CodedFlow:
    """Return ``flow`` with business code of ``holder`` for each service that has no integration."""
    found = [unit for unit in units(flow) if has_no_integration(unit)]
    if not found:
        return CodedFlow(flow=flow)
    jobs = [unit for unit in found if is_job(unit)]
    taken = {unit.name.module for unit in units(flow)}
    checks = names((f"Check {unit.name.words.lower()}" for unit in jobs), taken=taken)
    asking = {unit.name.module: Unit(check) for unit, check in zip(jobs, checks, strict=True)}
    needs = {unit.name.module: _needs(context, unit) for unit in found}
    return CodedFlow(
        flow=tuple(_nodes(flow, asking)),
        outside=dict(_places(context, found, asking, needs)),
        parts=merge(_parts(call, holder) for call in needs.values()),
        environment=tuple(pair for call in needs.values() for pair in _environment(call)),
        notes=(_note(context, found, asking),),
    )


def with_call(context: PlanContext, planned: PlannedFlow, unit: Unit) -> PlannedFlow:
    """Return ``planned`` with what the function of ``unit`` needs to call its service, as a durable one has.

    Raises NotSupported for a job, whose end a function does not wait for.
    """
    if not has_no_integration(unit):
        return planned
    if is_job(unit):
        raise NotSupported(
            f"The step '{unit.name.words}' is {context.aws.services[unit.service].noun}, and a function does "
            "not wait for its end. Use --approach step-functions, or make it a lambda step."
        )
    code = coded(context, (Task(unit),), unit)
    resources = tuple(
        replace(
            item,
            environment=(*item.environment, *code.environment),
            outside=code.outside[unit.name.module],
        )
        if isinstance(item, Function) and item.id == unit.function_id
        else item
        for item in planned.parts.resources
    )
    note = (
        f"'{unit.name.words}' calls {context.aws.services[unit.service].noun}; you write the call where its "
        "business code says so."
    )
    parts = merge([replace(planned.parts, resources=resources), code.parts])
    return replace(planned, parts=parts, notes=(*planned.notes, note))


def _nodes(flow: Flow, asking: Mapping[str, Unit]) -> Iterator[Node]:
    for node in flow:
        if isinstance(node, Task) and has_no_integration(node.unit):
            yield Task(replace(node.unit, service="lambda"))
            if node.unit.name.module in asking:
                yield Poll(asking[node.unit.name.module], ASK_AGAIN_S)
        elif isinstance(node, Choice):
            then, otherwise = (tuple(_nodes(way, asking)) for way in (node.then, node.otherwise))
            yield replace(node, then=then, otherwise=otherwise)
        elif isinstance(node, Parallel):
            yield replace(node, branches=tuple(tuple(_nodes(branch, asking)) for branch in node.branches))
        elif isinstance(node, Map):
            yield replace(node, body=tuple(_nodes(node.body, asking)))
        else:
            yield node


def _needs(context: PlanContext, unit: Unit) -> Call:
    """Return what the state machine would need for ``unit``, without what only a state machine needs."""
    if unit.service == "http-api":
        endpoint = given(unit, context, "Endpoint", "HTTPS address that the step calls")
        return Call(
            resource="",
            arguments={},
            substitutions=((endpoint.id, Ref(endpoint.id, "name")),),
            resources=(endpoint,),
        )
    if unit.service == "activity-worker":
        return Call(resource="", arguments={})
    call = call_for(unit, replace(context, design=replace(context.design, workflow_type=STANDARD)))
    watching = context.aws.services["eventbridge"].actions("wait-for-job")
    query = f"{unit.name.id}Query"  # the query of Athena is code here
    return replace(
        call,
        substitutions=tuple(pair for pair in call.substitutions if pair[0] != query),
        resources=tuple(item for item in call.resources if item.id != query),
        permissions=tuple(item for item in call.permissions if item.actions != watching),
    )


def _parts(call: Call, holder: Unit) -> Fragment:
    own = (
        replace(item, holder=holder.function_id) if item.holder == MACHINE else item
        for item in call.permissions
    )
    return Fragment(call.resources, tuple(own))


def _environment(call: Call) -> Iterator[tuple[str, Ref]]:
    for name, value in call.substitutions:
        if isinstance(value, Ref):
            yield re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper(), value


def _places(
    context: PlanContext, found: list[Unit], asking: Mapping[str, Unit], needs: Mapping[str, Call]
) -> Iterator[tuple[str, Outside]]:
    for unit in found:
        module, noun = unit.name.module, context.aws.services[unit.service].noun
        variables = tuple(name for name, _ in _environment(needs[module]))
        place = Outside(does="call", service=unit.service, noun=noun, variables=variables)
        if module in asking:
            yield module, replace(place, does="start")
            yield asking[module].name.module, replace(place, does="ask", variables=())
        else:
            yield module, place


def _note(context: PlanContext, found: list[Unit], asking: Mapping[str, Unit]) -> str:
    steps = ", ".join(f"'{unit.name.words}' ({context.aws.services[unit.service].noun})" for unit in found)
    note = (
        f"The SDK of durable functions has no integration for {steps}, so you write the call "
        "as business code."
    )
    if not asking:
        return note
    words = ", ".join(f"'{unit.name.words}'" for unit in asking.values())
    verb = "ask" if len(asking) > 1 else "asks"
    return (
        f"{note} A job is two steps: one starts it, and {words} {verb} every {ASK_AGAIN_S} seconds "
        "how far it is. The function does not run in between."
    )
