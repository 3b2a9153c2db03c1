"""Distributed maps as AWS runs them, where moto differs.

moto takes a ``ResultWriter`` in JSONPath only and writes a manifest without files; it goes on whatever items
fail, starts a thread for each item that could run at once, and gives all of them one execution. Here a writer
may be in JSONata, writes ``SUCCEEDED_0.json`` and ``FAILED_0.json``, more failed items than are tolerated end
the map, and each item is an execution of its own.
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType, MapRunFailedEventDetails
from moto.stepfunctions.parser.asl.antlr.runtime.ASLParser import ASLParser
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (  # noqa: E501
    DistributedIterationComponent,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.distributed_item_processor_worker import (  # noqa: E501
    DistributedItemProcessorWorker,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.result_writer.resource_eval.resource_eval_s3 import (  # noqa: E501
    ResourceEvalS3,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.program_state import ProgramError

AT_ONCE = 4
_writer_field = ASLParser.result_writer_field
_job, _map = DistributedItemProcessorWorker._eval_job, DistributedIterationComponent._map_run


class Failed:
    """Outcome of an item that failed."""

    def __init__(self, error: dict[str, str]) -> None:
        self.error = error


def _in_either_language(parser: ASLParser) -> Any:
    if parser._input.LA(1) != ASLParser.ARGUMENTS:
        return _writer_field(parser)
    context = ASLParser.Result_writer_fieldContext(parser, parser._ctx, parser.state)
    parser.enterRule(context, 170, ASLParser.RULE_result_writer_field)
    parser.enterOuterAlt(context, 2)
    parser.arguments_decl()
    parser.exitRule()
    return context


def _with_its_error(worker: DistributedItemProcessorWorker, env: Any, job: Any) -> None:
    context = env.states.context_object.context_object_data
    parent = context["Execution"]  # each item is a run of its own
    own = {key: f"{parent[key]}-item-{job.job_index}" for key in ("Id", "Name")}
    context["Execution"] = {**parent, **own}
    _job(worker, env, job)
    state = env.program_state()
    if isinstance(state, ProgramError):
        job.job_output = Failed(dict(state.error))


def _within_what_is_tolerated(component: DistributedIterationComponent, env: Any, eval_input: Any) -> None:
    items = env.stack[-1]
    if not items:
        env.stack.pop()
        outputs: list[Any] = []
    else:
        _map(component, env, eval_input)
        outputs = env.stack.pop()
    eval_input.map_run_record.outcomes = list(zip(items, outputs, strict=True))
    failed = [output for output in outputs if isinstance(output, Failed)]
    if 100 * len(failed) > eval_input.tolerated_failure_percentage * len(items):
        raise _too_many(env)
    env.stack.append([output for output in outputs if not isinstance(output, Failed)])


def _too_many(env: Any) -> FailureEventException:
    name = StatesErrorName(typ=StatesErrorNameType.StatesExceedToleratedFailureThreshold)
    told = MapRunFailedEventDetails(
        error=name.error_name, cause="The specified tolerated failure threshold was exceeded"
    )
    return FailureEventException(
        FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.MapRunFailed,
            event_details=EventDetails(mapRunFailedEventDetails=told),
        )
    )


def _write(env: Any, resource_runtime_part: Any, state_credentials: Any) -> None:
    parameters = env.stack.pop()
    env.stack.pop()
    client = ResourceEvalS3._get_s3_client(resource_runtime_part, state_credentials)
    record = env.map_run_record_pool_manager.get_all().pop()
    bucket, folder = parameters["Bucket"], f"{parameters['Prefix']}/{record.map_run_arn.split(':')[-1]}"
    files: dict[str, list[Any]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for given, outcome in record.outcomes:
        if isinstance(outcome, Failed):
            told = {"Error": outcome.error.get("error"), "Cause": outcome.error.get("cause")}
            files["FAILED"].append({"Input": json.dumps(given), "Status": "FAILED", **told})
        else:
            done = {"Input": json.dumps(given), "Status": "SUCCEEDED", "Output": json.dumps(outcome)}
            files["SUCCEEDED"].append(done)
    named = {
        kind: [{"Key": f"{folder}/{kind}_0.json", "Size": len(json.dumps(rows))}] if rows else []
        for kind, rows in files.items()
    }
    for kind, rows in files.items():
        if rows:
            client.put_object(Bucket=bucket, Key=f"{folder}/{kind}_0.json", Body=json.dumps(rows))
    manifest = {"DestinationBucket": bucket, "MapRunArn": record.map_run_arn, "ResultFiles": named}
    client.put_object(Bucket=bucket, Key=f"{folder}/manifest.json", Body=json.dumps(manifest))
    details = {"Bucket": bucket, "Key": f"{folder}/manifest.json"}
    env.stack.append({"MapRunArn": record.map_run_arn, "ResultWriterDetails": details})


ASLParser.result_writer_field = _in_either_language
DistributedItemProcessorWorker._eval_job = _with_its_error
DistributedIterationComponent._map_run = _within_what_is_tolerated
ResourceEvalS3._handle_put_object = staticmethod(_write)


def for_moto(definition: str) -> str:
    """Return ``definition`` as moto reads it: few items at once, a percentage with its fraction."""
    few = re.sub(
        r'"MaxConcurrency": (\d+)',
        lambda found: f'"MaxConcurrency": {min(int(found[1]), AT_ONCE)}',
        definition,
    )
    return re.sub(r'("ToleratedFailurePercentage": \d+)(?=[,\s])', r"\1.0", few)
