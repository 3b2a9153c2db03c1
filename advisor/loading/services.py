"""``services.yaml`` to services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from advisor.errors import Problem
from advisor.knowledge.services import (
    Accepted,
    Access,
    Bill,
    Destination,
    EventSource,
    FoundationModel,
    Invokes,
    JobBill,
    JobUnits,
    Metric,
    Missing,
    Service,
    StartsWorkflow,
    StepUse,
)
from advisor.loading.field_reader import Fields
from advisor.loading.yaml_nodes import Entry


def services_from(entry: Entry, limits: Sequence[str], problems: list[Problem]) -> Mapping[str, Service]:
    """Return the services in ``entry`` by id; ``limits`` are the ids that a price may refer to."""
    top = Fields(entry, "the services", problems)
    found: dict[str, Service] = {}
    for item in top.items("services", required=True):
        service = _service(item, limits, problems)
        if service.id in found:
            top.say(item.place, f"the service '{service.id}' is there twice.")
        found[service.id] = service
    top.done()
    return found


def _service(entry: Entry, limits: Sequence[str], problems: list[Problem]) -> Service:
    named = entry.mapping.get("id")
    fields = Fields(entry, f"service {named.text}" if named else "a service", problems)
    destination, source, step, bill, job_bill, missing, model = (
        fields.get(key)
        for key in ("destination", "event_source", "step", "bill", "job_bill", "missing", "model")
    )
    service = Service(
        id=fields.text("id"),
        noun=fields.text("noun"),
        source=fields.source(),
        as_of=fields.as_of(),
        destination=_destination(destination, problems) if destination else None,
        event_source=_event_source(source, problems) if source else None,
        step=_step(step, problems) if step else None,
        bill=_bill(bill, limits, problems) if bill else None,
        job_bill=_job_bill(job_bill, limits, problems) if job_bill else None,
        access={key: _access(item, problems) for key, item in _mapping(fields, "access").items()},
        metrics={key: _metric(item, problems) for key, item in _mapping(fields, "metrics").items()},
        missing=_missing(missing, problems) if missing else None,
        model=_model(model, problems) if model else None,
    )
    fields.done()
    return service


def _mapping(fields: Fields, key: str) -> Mapping[str, Entry]:
    found = fields.get(key)
    if found is None:
        return {}
    if not isinstance(found.value, Mapping):
        fields.say(found.place, f"{fields.what}: '{key}' is a mapping; found {found.kind}.")
    return found.mapping


def _word(fields: Fields, key: str, words: Any) -> Any:
    """Return one of the words of the Literal ``words``; its first one where there is a problem."""
    known = get_args(words)
    found = fields.get(key, required=True)
    return (fields.one_of(found, known) if found else "") or known[0]


def _destination(entry: Entry, problems: list[Problem]) -> Destination:
    fields = Fields(entry, "a destination", problems)
    takes: Any = fields.names("takes", get_args(Accepted))
    found = Destination(takes=takes, found=fields.text("found"))
    fields.done()
    return found


def _bill(entry: Entry, limits: Sequence[str], problems: list[Problem]) -> Bill:
    fields = Fields(entry, "a bill", problems)

    piece, included = fields.get("piece"), fields.get("included")
    bill = Bill(
        price=fields.text("price"),
        words=fields.text("words"),
        once=fields.number("once", 0),
        each_piece=fields.number("each_piece", 0),
        piece=fields.one_of(piece, limits) if piece else "",
        included=fields.one_of(included, limits) if included else "",
    )
    fields.done()
    if bool(bill.each_piece) != bool(bill.piece):
        fields.say(entry.place, "a bill: 'each_piece' and 'piece' belong together.")
    return bill


def _job_bill(entry: Entry, limits: Sequence[str], problems: list[Problem]) -> JobBill:
    fields = Fields(entry, "the bill of a job", problems)
    rounding = fields.get("rounding")
    found = JobBill(
        each=tuple(_job_units(item, limits, problems) for item in fields.items("each", required=True)),
        least=_limit(fields, "least", limits),
        rounding=fields.one_of(rounding, limits) if rounding else "",
    )
    fields.done()
    return found


def _job_units(entry: Entry, limits: Sequence[str], problems: list[Problem]) -> JobUnits:
    fields = Fields(entry, "the bill of a job", problems)
    found = JobUnits(price=fields.text("price"), units=_limit(fields, "units", limits))
    fields.done()
    return found


def _limit(fields: Fields, key: str, limits: Sequence[str]) -> str:
    found = fields.get(key, required=True)
    return fields.one_of(found, limits) if found else ""


def _event_source(entry: Entry, problems: list[Problem]) -> EventSource:
    fields = Fields(entry, "an event source", problems)
    found = EventSource(
        invokes=_word(fields, "invokes", Invokes),
        starts_workflow=_word(fields, "starts_workflow", StartsWorkflow),
        ordered_by=fields.text("ordered_by", required=False),
    )
    fields.done()
    return found


def _step(entry: Entry, problems: list[Problem]) -> StepUse:
    fields = Fields(entry, "a step", problems)
    found = StepUse(
        integration=fields.text("integration"),
        title=fields.text("title", required=False),
        job_rule=fields.text("job_rule", required=False),
    )
    fields.done()
    return found


def _access(entry: Entry, problems: list[Problem]) -> Access:
    fields = Fields(entry, "an access", problems)
    actions = tuple(item.text for item in fields.items("actions", required=True))
    found = Access(actions, fields.text("any_resource", required=False))
    fields.done()
    return found


def _metric(entry: Entry, problems: list[Problem]) -> Metric:
    fields = Fields(entry, "a metric", problems)
    found = Metric(
        namespace=fields.text("namespace"),
        name=fields.text("name"),
        dimension=fields.text("dimension"),
        statistic=fields.text("statistic", required=False) or "Sum",
    )
    fields.done()
    return found


def _missing(entry: Entry, problems: list[Problem]) -> Missing:
    fields = Fields(entry, "missing Regions", problems)
    missing = Missing(
        resource_type=fields.text("resource_type"),
        regions=tuple(item.text for item in fields.items("regions", required=True)),
        source=fields.source(),
        as_of=fields.as_of(),
    )
    fields.done()
    return missing


def _model(entry: Entry, problems: list[Problem]) -> FoundationModel:
    fields = Fields(entry, "a model", problems)
    profiles = _mapping(fields, "profiles")
    model = FoundationModel(
        id=fields.text("id"),
        regions=tuple(item.text for item in fields.items("regions", required=True)),
        profiles={prefix: tuple(item.text for item in regions.items) for prefix, regions in profiles.items()},
        source=fields.source(),
        as_of=fields.as_of(),
    )
    fields.done()
    return model
