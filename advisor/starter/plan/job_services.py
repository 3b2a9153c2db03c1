"""Managed jobs by service: how a schedule and a rule start one, and the event of one that failed.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from advisor.knowledge.flow import Unit
from advisor.starter.blueprint.ids import NOTIFY_EMAIL
from advisor.starter.blueprint.jobs import GlueWorkflow, JobWatch
from advisor.starter.blueprint.resources import Container, Parameter, Resource, Topic
from advisor.starter.blueprint.wiring import Arn, Ref, Target
from advisor.starter.plan.context import PlanContext
from advisor.starter.plan.job_inputs import given, query_results, workgroup_arn

BUSYBOX = "public.ecr.aws/docker/library/busybox:stable"
VARIABLE = "PAYLOAD"
OBJECT = "<bucket>/<key>"
Grant = tuple[str, str, tuple[Target, ...]]


class Job(Struct, frozen=True, kw_only=True):
    """One job: ``action`` and ``arguments`` are for a schedule, ``target`` and ``overrides`` for a rule.

    A rule reaches no job that has no ``target``. ``parameters`` are those of a pipeline that a rule starts.
    ``for_rule`` are resources and grants that a rule needs instead of ``grants``, beside ``resources``.
    ``grants`` are purposes of services with what they are for; ``on_failure`` is the pattern of the event
    that tells of a failure.
    """

    resources: tuple[Resource, ...]
    grants: tuple[Grant, ...]
    on_failure: Mapping[str, Any]
    action: Target
    arguments: Mapping[str, Any]
    target: Target = ""
    overrides: Mapping[str, Any] = {}
    task: Ref | None = None
    subnets: Ref | None = None
    definition: Ref | None = None
    job_name: str = ""
    parameters: Mapping[str, str] = {}
    for_rule: tuple[tuple[Resource, ...], tuple[Grant, ...]] | None = None

    def template(self) -> str:
        """Return what a rule hands on, with the placeholders of its transformer."""
        return json.dumps(self.overrides) if self.overrides else ""


def _universal(action: str) -> Arn:
    return Arn(f"arn:{{partition}}:scheduler:::aws-sdk:{action}")


def _fargate(context: PlanContext, unit: Unit, what: str) -> Job:
    rules = context.asked("targets", "step_duration_s")
    image = given(unit, context, "Image", "image of the container", BUSYBOX)
    subnets = Parameter(
        f"{unit.name.id}SubnetIds",
        "two public subnets of the container, or more",
        rules,
        None,
        type="List<AWS::EC2::Subnet::Id>",
    )
    purpose = f"runs the container of '{unit.name.words}'"
    box = Container(f"{unit.name.id}Task", purpose, rules, Ref(image.id, "name"))
    variable = {"name": VARIABLE, "value": what}
    overrides = {"containerOverrides": [{"name": "work", "environment": [variable]}]}
    failed = {"containers": {"exitCode": [{"anything-but": 0}]}}
    return Job(
        resources=(subnets, image, box),
        grants=(
            ("ecs-fargate", "start", (Ref(box.id),)),
            ("ecs-fargate", "roles", (Ref(box.id, "role"), Ref(box.id, "execution_role"))),
        ),
        on_failure={
            "source": ["aws.ecs"],
            "detail-type": ["ECS Task State Change"],
            "detail": {
                "clusterArn": [Ref(box.id, "cluster")],
                "lastStatus": ["STOPPED"],
                "$or": [failed, {"stopCode": ["TaskFailedToStart"]}],
            },
        },
        action=Ref(box.id, "cluster"),
        arguments=overrides,
        target=Ref(box.id, "cluster"),
        overrides=overrides,
        task=Ref(box.id),
        subnets=Ref(subnets.id, "name"),
    )


def _batch(context: PlanContext, unit: Unit, what: str) -> Job:
    queue = given(unit, context, "JobQueueArn", "ARN of the Batch job queue")
    text = "ARN of the Batch job definition; its command reads `Ref::payload`"
    definition = given(unit, context, "JobDefinitionArn", text)
    parameters = {"Parameters": {"payload": what}}
    return Job(
        resources=(queue, definition),
        grants=(("batch", "start", (Ref(queue.id, "name"), Ref(definition.id, "name"))),),
        on_failure={
            "source": ["aws.batch"],
            "detail-type": ["Batch Job State Change"],
            "detail": {
                "jobQueue": [Ref(queue.id, "name")],
                "jobName": [unit.name.slug],
                "status": ["FAILED"],
            },
        },
        action=_universal("batch:submitJob"),
        arguments={
            "JobName": unit.name.slug,
            "JobQueue": Ref(queue.id, "name"),
            "JobDefinition": Ref(definition.id, "name"),
            **parameters,
        },
        target=Ref(queue.id, "name"),
        overrides=parameters,
        definition=Ref(definition.id, "name"),
        job_name=unit.name.slug,
    )


def _glue(context: PlanContext, unit: Unit, what: str) -> Job:
    job = given(unit, context, "GlueJobName", "name of the Glue job")
    workflow = GlueWorkflow(
        f"{unit.name.id}Workflow",
        f"starts the Glue job of '{unit.name.words}', which a rule cannot do itself",
        context.asked("targets", "event_source"),
        job=Ref(job.id, "name"),
    )
    notified = Arn("arn:{partition}:glue:{region}:{account}:workflow/{0}", (Ref(workflow.id, "name"),))
    arn = Arn("arn:{partition}:glue:{region}:{account}:job/{0}", (Ref(job.id, "name"),))
    return Job(
        resources=(job,),
        grants=(("glue", "launch", (arn,)),),
        on_failure={
            "source": ["aws.glue"],
            "detail-type": ["Glue Job State Change"],
            "detail": {"jobName": [Ref(job.id, "name")], "state": ["FAILED", "TIMEOUT", "STOPPED"]},
        },
        action=_universal("glue:startJobRun"),
        arguments={"JobName": Ref(job.id, "name"), "Arguments": {"--payload": what}},
        target=notified,
        for_rule=((workflow,), (("glue", "notify", (notified,)),)),
    )


def _codebuild(context: PlanContext, unit: Unit, what: str) -> Job:
    project = given(unit, context, "ProjectName", "name of the CodeBuild project")
    arn = Arn("arn:{partition}:codebuild:{region}:{account}:project/{0}", (Ref(project.id, "name"),))
    sent = {"Name": VARIABLE, "Value": what, "Type": "PLAINTEXT"}
    overridden = {key.lower(): value for key, value in sent.items()}
    return Job(
        resources=(project,),
        grants=(("codebuild", "launch", (arn,)),),
        on_failure={
            "source": ["aws.codebuild"],
            "detail-type": ["CodeBuild Build State Change"],
            "detail": {
                "project-name": [Ref(project.id, "name")],
                "build-status": ["FAILED", "FAULT", "STOPPED", "TIMED_OUT"],
            },
        },
        action=_universal("codebuild:startBuild"),
        arguments={"ProjectName": Ref(project.id, "name"), "EnvironmentVariablesOverride": [sent]},
        target=arn,
        overrides={"environmentVariablesOverride": [overridden]},
    )


def _emr(context: PlanContext, unit: Unit, what: str) -> Job:
    cluster = given(unit, context, "ClusterId", "id of the running EMR cluster")
    script = given(unit, context, "Script", "S3 address of the Spark script")
    arn = Arn("arn:{partition}:elasticmapreduce:{region}:{account}:cluster/{0}", (Ref(cluster.id, "name"),))
    command = {"Jar": "command-runner.jar", "Args": ["spark-submit", Ref(script.id, "name"), what]}
    step = {"Name": unit.name.slug, "ActionOnFailure": "CONTINUE", "HadoopJarStep": command}
    return Job(
        resources=(cluster, script),
        grants=(("emr", "launch", (arn,)),),
        on_failure={
            "source": ["aws.emr"],
            "detail-type": ["EMR Step Status Change"],
            "detail": {
                "clusterId": [Ref(cluster.id, "name")],
                "name": [unit.name.slug],
                "state": ["FAILED", "CANCELLED"],
            },
        },
        action=_universal("emr:addJobFlowSteps"),
        arguments={"JobFlowId": Ref(cluster.id, "name"), "Steps": [step]},
    )


def _athena(context: PlanContext, unit: Unit, what: str) -> Job:
    text = "Athena workgroup of this query alone: a failure of any query in it is told"
    group = given(unit, context, "WorkGroup", text)
    text = "SQL of the query, with no double quote; its tables need permissions of their own"
    query = given(unit, context, "Query", text, "SELECT 1")
    results, arn = query_results(unit, context), workgroup_arn(group)
    return Job(
        resources=(group, query, results),
        grants=(
            ("athena", "launch", (arn,)),
            ("s3", "locate", (Ref(results.id),)),
            ("s3", "read-and-write", (Ref(results.id, "contents"),)),
        ),
        on_failure={
            "source": ["aws.athena"],
            "detail-type": ["Athena Query State Change"],
            "detail": {"workgroupName": [Ref(group.id, "name")], "currentState": ["FAILED", "CANCELLED"]},
        },
        action=_universal("athena:startQueryExecution"),
        arguments={
            "QueryString": Ref(query.id, "name"),
            "WorkGroup": Ref(group.id, "name"),
            "ResultConfiguration": {"OutputLocation": Arn("s3://{0}/", (Ref(results.id, "name"),))},
            "ClientRequestToken": f"scheduled-start-{what}",  # the same when the schedule tries again
        },
    )


def _sagemaker(context: PlanContext, unit: Unit, what: str) -> Job:
    # An event's values as they are: a parameter that is a path cannot hold text beside it
    parameters = {"Payload": "$.detail.id"}
    says = "parameter `Payload` says"
    if what == OBJECT:
        parameters = {"Bucket": "$.detail.bucket.name", "Key": "$.detail.object.key"}
        says = "parameters `Bucket` and `Key` say"
    text = f"ARN of the SageMaker pipeline; its {says} what to work on"
    pipeline = given(unit, context, "PipelineArn", text)
    ref = Ref(pipeline.id, "name")
    return Job(
        resources=(pipeline,),
        grants=(("sagemaker", "launch", (ref,)),),
        on_failure={
            "source": ["aws.sagemaker"],
            "detail-type": ["SageMaker Model Building Pipeline Execution Status Change"],
            "detail": {"pipelineArn": [ref], "currentPipelineExecutionStatus": ["Failed"]},
        },
        action=_universal("sagemaker:startPipelineExecution"),
        arguments={
            "PipelineName": ref,
            "PipelineParameters": [{"Name": "Payload", "Value": what}],
            "ClientRequestToken": f"scheduled-start-{what}",  # the same when the schedule tries again
        },
        target=ref,
        parameters=parameters,
    )


def watched(context: PlanContext, unit: Unit, job: Job, start: Ref) -> tuple[Topic, JobWatch]:
    """Return what tells people of each job of ``start`` that failed."""
    rules, topic = context.asked("failure_handling", "visibility", "targets"), f"{unit.name.id}Failed"
    told = Topic(
        topic, f"tells people that '{unit.name.words}' failed, and why", rules, Ref(NOTIFY_EMAIL, "name")
    )
    watch = JobWatch(
        f"{unit.name.id}Watch",
        f"hears of each '{unit.name.words}' that failed",
        rules,
        start=start,
        pattern=job.on_failure,
        topic=Ref(topic),
    )
    return told, watch


JOBS: Mapping[str, Callable[[PlanContext, Unit, str], Job]] = {
    "ecs-fargate": _fargate,
    "batch": _batch,
    "glue": _glue,
    "codebuild": _codebuild,
    "emr": _emr,
    "athena": _athena,
    "sagemaker": _sagemaker,
}
