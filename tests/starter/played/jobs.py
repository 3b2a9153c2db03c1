"""Laws of jobs that a schedule or a rule starts: what is sent, a start that is refused, a job that fails.

* steps: each job is started once for an event, with a request that its API takes and that names the event
* lost: a start that is refused is where the README says, and people hear of a job that failed, once
* rings: the alarm that the README names has a metric that moved, and none has where nothing failed
"""

from __future__ import annotations

import json
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

from advisor.starter.blueprint.jobs import JobStart
from tests.starter.played.events import send
from tests.starter.played.laws import SENDERS, contents, rings, rows
from tests.starter.played.stack import Properties
from tests.starter.played.world import Project, World

EVENT = "2026-11-23T12:00:07Z"  # the time that a schedule is for is all that its event says
SDK = ":aws-sdk:"
NO_INPUT = ":workflow/"  # Glue hands a workflow the ids of its events, and nothing of ours


def state_change(service: str, detail: dict[str, Any]) -> dict[str, Any]:
    """Return what a service says of a job, as it documents it."""
    kinds = {
        "batch": ("aws.batch", "Batch Job State Change"),
        "glue": ("aws.glue", "Glue Job State Change"),
        "codebuild": ("aws.codebuild", "CodeBuild Build State Change"),
        "emr": ("aws.emr", "EMR Step Status Change"),
        "ecs-fargate": ("aws.ecs", "ECS Task State Change"),
        "sagemaker": ("aws.sagemaker", "SageMaker Model Building Pipeline Execution Status Change"),
    }
    source, kind = kinds[service]
    return {"version": "0", "id": "e", "source": source, "detail-type": kind, "detail": detail}


def ended(service: str, wanted: Properties, good: bool) -> list[dict[str, Any]]:
    """Return the ways in which a job ends well, or badly; ``wanted`` is whose end the rule asks for."""
    own = {key: value[0] for key, value in wanted.items() if isinstance(value, list) and key != "$or"}
    own |= {"jobId": EVENT, "jobRunId": EVENT, "build-id": EVENT, "stepId": EVENT, "taskArn": EVENT}
    own |= {"pipelineExecutionArn": EVENT}
    if service == "ecs-fargate":
        code = {"name": "work", "lastStatus": "STOPPED", "exitCode": 0 if good else 1}
        ran = {**own, "lastStatus": "STOPPED", "stopCode": "EssentialContainerExited", "containers": [code]}
        never = {
            **own,
            "lastStatus": "STOPPED",
            "stopCode": "TaskFailedToStart",
            "containers": [{"name": "work"}],
        }
        return [ran] if good else [ran, never]
    field, well, badly = {
        "batch": ("status", ["SUCCEEDED", "RUNNING"], ["FAILED"]),
        "glue": ("state", ["SUCCEEDED"], ["FAILED", "TIMEOUT", "STOPPED"]),
        "codebuild": ("build-status", ["SUCCEEDED"], ["FAILED", "FAULT", "STOPPED", "TIMED_OUT"]),
        "emr": ("state", ["COMPLETED"], ["FAILED", "CANCELLED"]),
        "sagemaker": ("currentPipelineExecutionStatus", ["Succeeded"], ["Failed"]),
    }[service]
    return [{**own, field: state} for state in (well if good else badly)]


def as_modelled(request: Any, shape: Any) -> Any:
    """Return a request with its names as the API has them; EventBridge Scheduler wants a capital first."""
    if shape.type_name == "list":
        return [as_modelled(item, shape.member) for item in request]
    if shape.type_name != "structure":
        return request
    names = {name[0].upper() + name[1:]: name for name in shape.members}
    return {
        names.get(key, key): as_modelled(value, shape.members[names[key]]) if key in names else value
        for key, value in request.items()
    }


class Jobs:
    """Plays a project that only starts jobs, and keeps what it finds."""

    def __init__(self, project: Project) -> None:
        self.project, self.starts = project, project.blueprint.job_starts
        self.rows = rows(project.stack.files["README.md"])
        self.payload = {**project.blueprint.payload, "id": EVENT}
        self.found: list[str] = []

    def play(self) -> list[str]:
        """Return every law that is broken."""
        self.all_start()
        self.refused()
        for start in self.starts:
            for good in (True, False):
                self.ends(start, good)
        return self.found

    def law(self, law: str, holds: bool, told: object) -> None:
        """Note a broken law."""
        if not holds:
            self.found.append(f"{law}: {told}")

    def all_start(self) -> None:
        for throttled in (0, 2):
            with self.project.world() as world:
                world.account.throttled.update(dict.fromkeys(self.targets(), throttled))
                send(world, self.payload)
                world.account.settle()
                sent = world.account.started
                self.law("steps", len(sent) == len(self.starts), f"{len(sent)} of {len(self.starts)} started")
                self.law("lost", not world.account.lost, world.account.lost)
                for arn, request in sent:
                    self.accepted(arn, request)
                self.law("rings", not self.ringing(world), f"nothing fails, but {self.ringing(world)}")

    def accepted(self, arn: str, request: Any) -> None:
        """Hold that a request names its event, and that the API takes it."""
        if NO_INPUT not in arn:
            self.law("steps", EVENT in json.dumps(request), f"{arn} is not told of its event: {request}")
        if SDK not in arn:
            return
        service, action = arn.partition(SDK)[2].split(":")
        model = botocore.session.get_session().get_service_model(service)
        name = next(item for item in model.operation_names if item.lower() == action.lower())
        shape = model.operation_model(name).input_shape
        faults = ParamValidator().validate(as_modelled(request, shape), shape)
        self.law("steps", not faults.has_errors(), f"{name}: {faults.generate_report()}")

    def refused(self) -> None:
        """Hold that a start which no retry brings through is kept, once for each job."""
        sender = SENDERS[self.project.blueprint.event_source][0]
        row = next((row for row in self.rows if row.failure == f"{sender} cannot deliver an event"), None)
        self.law("lost", row is not None, "no line of the README is for a start that is refused")
        with self.project.world() as world:
            world.account.blocked |= set(self.targets())
            send(world, self.payload)
            world.account.settle()
            kept = [text for text in contents(world, row.place) if EVENT in text] if row else []
            self.law(
                "lost", len(kept) == len(self.starts), f"{len(kept)} of {len(self.starts)} starts are kept"
            )
            self.law("lost", not world.account.lost, f"refused: {world.account.lost}")
            if row:
                self.law(
                    "rings", any(rings(world, name) for name in row.rings), f"refused: {row.rings} did not"
                )

    def ends(self, start: JobStart, good: bool) -> None:
        """Hold that people hear of a job that failed, and of no other."""
        row = next((row for row in self.rows if f"`{start.id}`" in row.failure), None)
        self.law("lost", row is not None, f"no line of the README is for the job of {start.id}")
        if row is None:
            return
        watch = self.project.stack.of("AWS::Events::Rule")[row.rings[0].removesuffix("Alarm")]
        for detail in ended(start.service, watch["EventPattern"]["detail"], good):
            with self.project.world() as world:
                world.account.put("default", state_change(start.service, detail))
                world.account.settle()
                heard = [text for text in contents(world, row.place) if EVENT in text]
                self.law(
                    "lost", len(heard) == (not good), f"{start.id} {detail}: people heard {len(heard)} times"
                )
                wanted = [] if good else list(row.rings)
                self.law("rings", self.ringing(world) == wanted, f"{detail}: {self.ringing(world)} ring")

    def ringing(self, world: World) -> list[str]:
        return [name for name in self.project.stack.of("AWS::CloudWatch::Alarm") if rings(world, name)]

    def targets(self) -> list[str]:
        """Return what is called to start the jobs."""
        stack = self.project.stack
        ruled = [item for rule in stack.of("AWS::Events::Rule").values() for item in rule["Targets"]]
        timed = [item["Target"] for item in stack.of("AWS::Scheduler::Schedule").values()]
        return [item["Arn"] for item in [*ruled, *timed] if ":sns:" not in item["Arn"]]
