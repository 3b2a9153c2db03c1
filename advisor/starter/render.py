"""Blueprint and templates to files, in memory. Rendering twice gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import jinja2
from msgspec import Struct

from advisor.errors import RuleBaseError
from advisor.json_text import json_text
from advisor.resources import templates_folder
from advisor.starter.blueprint.ids import INVALID_INPUT
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import HttpApi, LoadBalancer
from advisor.starter.documents import readme
from advisor.starter.documents.commands import Commands
from advisor.starter.documents.diagram import mermaid
from advisor.starter.documents.retry_summary import delays, worst_case
from advisor.starter.documents.sample_records import record_fixtures
from advisor.starter.flavours.stack_outputs import in_reading_order, outputs
from advisor.starter.flavours.table import FLAVOURS, Words
from advisor.starter.plan.sample_payload import sample_list
from advisor.starter.runtimes.languages import LANGUAGES
from advisor.starter.templates import environment_of
from advisor.starter.workflow_code.routines import workflow_code
from advisor.text.markdown import description

IDENTIFIED = ("s3", "eventbridge", "schedule")  # what they send has an id, the same when it comes twice


class RenderedFile(Struct, frozen=True):
    """One file of the project: its POSIX path inside the folder, and its text."""

    path: str
    text: str
    executable: bool = False


def render(blueprint: Blueprint, extra: Mapping[str, str] = {}) -> tuple[RenderedFile, ...]:
    """Return every file of the project, sorted by path; ``extra`` maps paths to finished texts.

    Raises RuleBaseError where a template is broken.
    """
    folder = templates_folder()
    flavour, language = FLAVOURS[blueprint.iac], LANGUAGES[blueprint.runtime]
    words = flavour.words(blueprint, folder / blueprint.iac)
    context = {**_context(blueprint, words), "made": list(flavour.made)}
    context["toolchains"] = list(
        dict.fromkeys((*([blueprint.runtime] if blueprint.coded else []), *flavour.toolchains))
    )
    own_locks = language.locks if blueprint.functions else language.locks[:-1]
    context["locks"] = (*(own_locks if blueprint.coded else ()), *flavour.locks)
    environment = environment_of(folder, words.filters)
    own = f"handlers/{blueprint.runtime}"
    texts = {}
    for path in flavour.paths(blueprint, language):
        places = tuple(
            f"{place}{path}.jinja" for place in (f"{blueprint.iac}/project/", f"{own}/project/", "project/")
        )
        texts[path] = _fill(environment, places, context)
    for function in (*blueprint.functions, *blueprint.inner):
        for path, template in language.sources.of(function).items():
            texts[path] = _fill(environment, f"{own}/{template}.jinja", {**context, "function": function})
    texts.update(_data_files(blueprint))
    texts.update(extra)
    return tuple(RenderedFile(path, texts[path]) for path in sorted(texts))


def _data_files(blueprint: Blueprint) -> dict[str, str]:
    invalid_input = LANGUAGES[blueprint.runtime].invalid_input
    files = {"events/event.json": json_text(blueprint.event)}
    listed = sample_list(blueprint.flow)
    if listed:
        files["events/list.json"] = json_text(listed)
    if blueprint.machine:
        definition = _spelt(blueprint.machine.definition, invalid_input)
        files[f"statemachine/{blueprint.machine.name.slug}.asl.json"] = json_text(definition)
    if blueprint.functions:
        for name, record in record_fixtures(blueprint).items():
            files[f"tests/records/{name}.json"] = json_text(_spelt(record, invalid_input))
    return files


def _spelt(value: Any, invalid_input: str) -> Any:
    """Return ``value`` with the error that no retry can mend under the name its runtime reports."""
    if isinstance(value, Mapping):
        return {key: _spelt(item, invalid_input) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spelt(item, invalid_input) for item in value]
    if not isinstance(value, str):
        return value
    # What carries a record holds it as text
    in_text = value.replace(f'"{INVALID_INPUT}"', f'"{invalid_input}"')
    return invalid_input if value == INVALID_INPUT else in_text


def _context(blueprint: Blueprint, words: Words) -> dict[str, Any]:
    triggers = (function.trigger for function in blueprint.functions)
    polled = next((trigger for trigger in triggers if trigger and trigger.batch), None)
    return {
        "blueprint": blueprint,
        "description": f"{description(blueprint.title)}: starter for {blueprint.approach}",
        "runtime": blueprint.versions.runtimes[blueprint.runtime],
        "language": LANGUAGES[blueprint.runtime],
        "snapshots": blueprint.versions.runtimes[blueprint.runtime].snaps_in(blueprint.region),
        "packages": blueprint.versions.packages,
        "actions": blueprint.versions.actions,
        "resources": in_reading_order(blueprint),
        "outputs": outputs(blueprint),
        **words.names,
        "diagram": mermaid(blueprint),
        "worst_case": worst_case(blueprint),
        "delays": delays(blueprint),
        "steps": blueprint.business,
        "task_first": blueprint.approach == "step-functions"
        or bool(blueprint.machine and (blueprint.pipe or polled)),
        "durable": blueprint.durable.durable if blueprint.durable else None,
        "code": workflow_code(blueprint.flow) if blueprint.durable else None,
        "starter": next((function for function in blueprint.functions if function.does == "start"), None),
        "worker": next(
            (f.trigger.worker for f in blueprint.functions if f.trigger and f.trigger.worker), None
        ),
        "message_key": _message_key(blueprint),
        "requested": _requested(blueprint),
        "same_body": _same_body(blueprint),
        "choosing": "type" in blueprint.payload and bool(blueprint.worked_on),
        "batch": polled.batch if polled and blueprint.reads_batches else None,
        "polled": polled.batch if polled else None,
        "polled_kind": polled.kind if polled else "",
        "source": blueprint.event_source,
        "carrier": _carrier(blueprint),
        "kinds": {item.kind for item in blueprint.resources},
        "outcomes": {item.outcome for item in blueprint.records},
        "enveloped": _enveloped(blueprint),
        "of_table": _of_table(blueprint),
        "unwraps": not (blueprint.reads_batches or _of_table(blueprint)),
        "chained": _chained(blueprint),
        "waits": blueprint.caller_waits,
        "over_http": blueprint.event_source in ("function-url", "alb", "api-gateway"),
        "stream": polled.kind if polled and blueprint.reads_batches else "",
        "kept": sorted(item.id for item in blueprint.resources if getattr(item, "stays_empty", False)),
        "stars": _stars(blueprint),
        "described": readme.described(blueprint),
        "commands": Commands(blueprint, _existing(blueprint, words)),
        "checklist": readme.checklist(blueprint),
        "placeholder": readme.placeholder(blueprint),
        "routed": readme.routed(blueprint),
        "asking": readme.asking(blueprint),
        "awaited": readme.awaited(blueprint),
        "patience_s": _patience_s(blueprint),
        "piped": next((function.piped for function in blueprint.functions if function.piped), ""),
        "piped_from": blueprint.pipe.service if blueprint.pipe else "",
        "answers": next((function.answers for function in blueprint.functions if function.answers), ""),
        "models": readme.models(blueprint),
        "longest_run_s": blueprint.aws.limit(
            "durable-caller-wait" if blueprint.durable and blueprint.durable.answers else "durable-duration"
        ),
    }


def _existing(blueprint: Blueprint, words: Words) -> Callable[[str], str]:
    """Return how a command names an output of the stack; ValueError for an output that does not exist."""
    known = {item.name for item in outputs(blueprint)}

    def output(name: str) -> str:
        if name not in known:
            raise ValueError(f"The stack has no output {name}.")
        return words.output(name)

    return output


def _carrier(blueprint: Blueprint) -> str:
    """Return the source whose events reach a function as they are; a state machine takes its own apart."""
    if any(isinstance(item, HttpApi) and item.function for item in blueprint.resources):
        return "function-url"  # the same shape
    taken_apart = blueprint.approach in ("step-functions", "pipes")
    starts = any(function.does == "start" for function in blueprint.functions)
    return blueprint.event_source if starts or not taken_apart else ""


def _of_table(blueprint: Blueprint) -> bool:
    """Return whether records of a table's stream reach a function."""
    piped = blueprint.pipe is not None and any(function.piped for function in blueprint.functions)
    return blueprint.event_source == "dynamodb-stream" and (piped or blueprint.reads_batches)


def _enveloped(blueprint: Blueprint) -> bool:
    """Return whether an event of EventBridge reaches a function: of its source, or with an outcome."""
    carried = any(item.service == "eventbridge" for item in blueprint.records)
    return carried or _carrier(blueprint) in ("s3", "eventbridge")


def _patience_s(blueprint: Blueprint) -> int:
    """Return how many seconds the caller of a function that answers waits for it."""
    limits = {"api-gateway": "http-api-timeout", "cognito": "cognito-trigger-timeout"}
    balancer = next((item for item in blueprint.resources if isinstance(item, LoadBalancer)), None)
    if balancer:
        return balancer.idle_s
    limit = limits.get(blueprint.event_source)
    return blueprint.aws.limit(limit) if limit else blueprint.aws.limit("lambda-timeout")


def _stars(blueprint: Blueprint) -> list[str]:
    starred = [item for item in blueprint.permissions if "*" in item.resources and not item.implied]
    return sorted(action for item in starred for action in item.actions)


def _message_key(blueprint: Blueprint) -> str:
    """Return what of a message stays the same when its work comes again, as JMESPath."""
    if _requested(blueprint):
        return "powertools_json(body).detail"
    return "body" if blueprint.event_source in (*IDENTIFIED, "api-gateway") else "messageId"


def _requested(blueprint: Blueprint) -> bool:
    """Return whether a bus carries requests, whose body says alone which is the same again."""
    return bool(blueprint.idempotency) and _api(blueprint, "bus")


def _same_body(blueprint: Blueprint) -> bool:
    """Return whether two requests with the same body are one."""
    own = blueprint.durable.durable if blueprint.durable else None
    remembers = bool(blueprint.idempotency) or (own is not None and own.claims)
    return remembers and (_api(blueprint, "bus") or _api(blueprint, "queue"))


def _api(blueprint: Blueprint, target: str) -> bool:
    return any(isinstance(item, HttpApi) and getattr(item, target) for item in blueprint.resources)


def _chained(blueprint: Blueprint) -> list[str]:
    """Return what carries a success to the function that goes on with it."""
    if not blueprint.idempotency:
        return []
    carried = {item.service for item in blueprint.records if item.outcome == "success"}
    return sorted(carried & {"lambda", "eventbridge"})


def _fill(environment: jinja2.Environment, name: str | tuple[str, ...], context: Mapping[str, Any]) -> str:
    """Return a filled template; of several names the first that exists."""
    try:
        text = environment.get_or_select_template(list(name) if isinstance(name, tuple) else name).render(
            context
        )
    except jinja2.TemplateError as error:
        line = getattr(error, "lineno", None)
        raise RuleBaseError(f"The template {name}{f':{line}' if line else ''} is broken: {error}.") from error
    return re.sub(r"\n{3,}", "\n\n\n", text).rstrip("\n") + "\n"
