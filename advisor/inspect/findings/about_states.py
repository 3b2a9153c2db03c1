"""Facts of the states of a state machine, and of their retriers and catchers."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.errors import Place
from advisor.inspect.definition import Graph, State
from advisor.inspect.findings.about_retries import ALL, catcher_facts, retrier_facts
from advisor.inspect.findings.choices import exhaustive, tests_numbers
from advisor.inspect.findings.graph import cycle, events
from advisor.inspect.findings.permissions import allows
from advisor.inspect.findings.scene import Scene
from advisor.inspect.findings.setting import Setting
from advisor.inspect.findings.subject import Subject, known
from advisor.inspect.findings.suppressions import in_comment
from advisor.inspect.model import StateMachine
from advisor.inspect.reading.asl import JSONATA
from advisor.inspect.values import PLACEHOLDER, walk
from advisor.knowledge.conditions import Answer

_RETRIED = ("Task", "Parallel", "Map")
_JSONPATH_FIELDS = ("InputPath", "Parameters", "ResultSelector", "ResultPath", "OutputPath")
_MAX_CALLS = 50


def states(scene: Scene, machine: StateMachine) -> Iterator[Subject]:
    """Yield each state with its facts, then its retriers and catchers."""
    if machine.definition is None:
        return
    setting = Setting(scene, machine, machine.definition)
    for graph in machine.definition.graphs:
        for state in graph.states:
            yield _subject("state", _state_facts(state, graph, setting), setting, state, state.place)
            for number, retrier in enumerate(state.retriers):
                facts = retrier_facts(retrier, number, state, setting)
                yield _subject("retrier", facts, setting, state, retrier.place)
            for number, catcher in enumerate(state.catchers):
                facts = catcher_facts(catcher, number, state, graph)
                yield _subject("catcher", facts, setting, state, catcher.place)


def _subject(about: str, facts: dict[str, Answer], setting: Setting, state: State, place: Place) -> Subject:
    return Subject(
        about=about,
        facts=facts,
        place=place,
        owner=state.place,
        resource=setting.machine.id,
        group=setting.machine.key,
        part=state.name,
        suppressions=(*setting.suppressions, *in_comment(state.node.get("Comment"))),
    )


# --- the state


def _state_facts(state: State, graph: Graph, setting: Setting) -> dict[str, Answer]:
    return {
        **known(
            type=state.type or None,
            language=state.language,
            language_differs=state.language != setting.definition.language,
            in_other_language=setting.in_other_language,
            machine_type=setting.machine.type,
            machine_timeout=_run_limited(state, setting),
            retry_misplaced=state.type not in _RETRIED and bool(state.retriers or state.catchers),
            next_missing=_next_missing(state, graph),
            reachable=state.name in setting.reached[id(graph)] if graph.start in graph.by_name else None,
            ends=bool(state.node.get("Next").there or state.node.get("End").flag),
            jsonata_text=_jsonata_text(state),
            jsonpath_fields=_jsonpath_fields(state),
        ),
        **(_task_facts(state, setting) if state.type == "Task" else {}),
        **(_map_facts(state, setting) if state.type == "Map" else {}),
        **(_wait_facts(state, graph, setting) if state.type == "Wait" else {}),
        **(_choice_facts(state) if state.type == "Choice" else {}),
    }


def _run_limited(state: State, setting: Setting) -> bool:
    """Return whether the run that the state is part of ends by itself: by a timeout, or as it is Express."""
    if setting.definition.timeout.there or setting.machine.type == "express":
        return True
    graphs = setting.definition.graphs
    express = [graph.path for graph in graphs if graph.mode == "distributed-express"]
    return any(state.path[: len(path)] == path for path in express)


def _next_missing(state: State, graph: Graph) -> bool:
    return any(target not in graph.by_name and "${" not in target for target in state.targets)


def _own_texts(state: State) -> Iterator[str]:
    """Yield the texts of a state without those of the states inside it."""
    inner = ("Branches", "ItemProcessor", "Iterator", "Comment")
    for key, node in state.node.mapping.items():
        if key not in inner:
            yield from (found.template for found in walk(node))


def _jsonata_text(state: State) -> bool:
    return any(text.startswith("{%") and text.endswith("%}") for text in _own_texts(state))


def _jsonpath_fields(state: State) -> bool:
    fields = set(state.node.mapping)
    parameters = state.node.any("Arguments", "ItemSelector")
    return bool(fields & set(_JSONPATH_FIELDS)) or any(
        key.endswith(".$") for found in walk(parameters) for key in found.mapping
    )


def _task_facts(state: State, setting: Setting) -> dict[str, Answer]:
    timeout, heartbeat = state.node.get("TimeoutSeconds"), state.node.get("HeartbeatSeconds")
    timed = state.node.any("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath")
    longer = None
    if timeout.number is not None and heartbeat.number is not None:
        longer = heartbeat.number >= timeout.number
    integration = state.integration
    return known(
        integration=integration or None,
        pattern=_pattern(state),
        timeout=timed.there,
        heartbeat_too_long=longer,
        retries_transient=_retries_transient(state, setting),
        sync_offered=integration in setting.base.table("sync-offered") if integration else None,
        polls_job=_polls_job(state, setting),
        asynchronous=state.arguments.get("InvocationType").string == "Event",
        payload=_payload(state),
        placeholder_open=_placeholder_open(state, setting),
        job_limited=_job_limited(state, setting),
        result_kept=_result_kept(state),
        permitted=_permitted(state, setting),
        job_permitted=_job_permitted(state, setting),
    )


def _pattern(state: State) -> str | None:
    if state.integration == "states:activity":
        return "activity"
    if not state.integration and state.resource.template.startswith("${"):
        return None
    words = {"": "request", "sync": "sync", "sync:2": "sync", "waitForTaskToken": "callback"}
    return words.get(state.pattern)


def _retries_transient(state: State, setting: Setting) -> bool:
    wanted = {*setting.base.lists.get("transient", ()), *ALL}
    return any(
        wanted & set(retrier.errors) and retrier.attempts != 0
        for one in (state, *setting.around(state))
        for retrier in one.retriers
    )


def _polls_job(state: State, setting: Setting) -> bool:
    """Return whether the state leads straight to a Wait that stands in a loop without it."""
    for graph in setting.definition.graphs:
        if graph.by_name.get(state.name) is not state:
            continue
        for name in state.onward:
            waiting = graph.by_name.get(name)
            if waiting is not None and waiting.type == "Wait":
                turn = cycle(graph, waiting)
                return bool(turn) and state not in turn
    return False


def _payload(state: State) -> bool | None:
    """Return whether a function is given a payload; None where its arguments are not known.

    The arguments of a Task that names the function itself are the payload.
    """
    by_arn = ":states:" not in state.resource.template
    if state.integration != "lambda:invoke" or by_arn or not state.arguments.mapping:
        return None
    return any(key in state.arguments.mapping for key in ("Payload", "Payload.$"))


def _placeholder_open(state: State, setting: Setting) -> bool | None:
    """Return whether the Resource or an argument is nothing but a placeholder that gets no value."""
    filled = setting.machine.filled
    if filled is None:
        return None
    texts = (node.template for node in (state.resource, *state.arguments.mapping.values()))
    names = [match[1].strip() for text in texts if (match := PLACEHOLDER.fullmatch(text))]
    return any(name not in filled and not name.startswith("AWS::") for name in names)


def _job_limited(state: State, setting: Setting) -> bool:
    keys = setting.base.table("job-limits").get(state.integration, ())
    return any(state.arguments.get(key).there for key in keys)


def _result_kept(state: State) -> bool:
    if state.language == JSONATA:
        return "Output" not in state.node.mapping
    node = state.node
    dropped = "ResultPath" in node.mapping and not node.get("ResultPath").there
    selected = node.get("ResultSelector").there or (node.get("OutputPath").string or "$") != "$"
    return not (dropped or selected)


def _permitted(state: State, setting: Setting) -> bool | None:
    actions = setting.base.table("integration-actions").get(state.integration)
    if not actions or "Credentials" in state.node.mapping:
        return None
    return allows(setting.machine.grants, actions, setting.base)


def _job_permitted(state: State, setting: Setting) -> bool | None:
    actions = setting.base.table("sync-actions").get(state.integration)
    if not actions or not state.pattern.startswith("sync") or "Credentials" in state.node.mapping:
        return None
    return allows(setting.machine.grants, actions, setting.base)


def _map_facts(state: State, setting: Setting) -> dict[str, Answer]:
    inner = (*state.path, state.name)
    modes = [graph.mode for graph in setting.definition.graphs if graph.path == inner]
    mode = "distributed" if any(one.startswith("distributed") for one in modes) else "inline"
    limit = state.node.any("MaxConcurrency", "MaxConcurrencyPath")
    calls = (one.integration for one in setting.inside(state) if one.integration)
    return known(
        map_mode=mode,
        concurrency_limited=limit.there and limit.number != 0,
        calls=tuple(dict.fromkeys(calls))[:_MAX_CALLS],
        result_kept=_result_kept(state),
        result_writer=state.node.get("ResultWriter").there,
    )


def _wait_facts(state: State, graph: Graph, setting: Setting) -> dict[str, Answer]:
    seconds = state.node.get("Seconds").number
    turn = cycle(graph, state)
    polls = any(one.type == "Choice" for one in turn)
    limits = setting.scene.rule_base.limits
    bounded = setting.definition.timeout.there or any(tests_numbers(one) for one in turn)
    full = (
        None
        if seconds is None or not turn
        else seconds * limits["sfn-history-events"].number / events(turn, limits)
    )
    return known(wait_s=seconds, polls=polls, loop_bounded=bounded, loop_full_after_s=full)


def _choice_facts(state: State) -> dict[str, Answer]:
    return known(default=state.node.get("Default").there, exhaustive=exhaustive(state))
