"""Tasks that run a job elsewhere and wait for its end (``.sync``).

What the stack does not make itself is a parameter of it. Permissions are those of
https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
"""

from __future__ import annotations

from advisor.knowledge.flow import Unit
from advisor.starter.blueprint.ids import MACHINE, PAYLOADS
from advisor.starter.blueprint.resources import Bucket, Container
from advisor.starter.blueprint.wiring import Arn, Permission, Ref, Target
from advisor.starter.plan.context import PlanContext
from advisor.starter.plan.job_inputs import given, query_results, workgroup_arn
from advisor.starter.plan.large_payloads import TAKEN_BY
from advisor.starter.state_language.expressions import (
    EXECUTION_NAME,
    INPUT,
    INPUT_TEXT,
    Filled,
    Split,
    Text,
    Unique,
    Value,
)
from advisor.starter.state_language.task import Call

AN_HOUR = 3600
BUSYBOX = "public.ecr.aws/docker/library/busybox:stable"


def job_timeout(context: PlanContext) -> int:
    """Return how long a job may take: twice what was answered, an hour at least, less than its run."""
    return int(max(AN_HOUR, 2 * context.requirements.number("step_duration_s", 0)))


def may(context: PlanContext, service: str, purpose: str, *on: Target) -> Permission:
    """Return the permission of the state machine to use ``service`` for ``purpose``."""
    access = context.aws.services[service].access[purpose]
    return Permission(MACHINE, access.actions, on or ("*",), access.any_resource)


def watch(context: PlanContext, service: str) -> Permission:
    """Return the permission on the EventBridge rule that tells of a job's end, which AWS names itself."""
    rule = context.aws.step(service).job_rule
    arn = Arn(f"arn:{{partition}}:events:{{region}}:{{account}}:rule/{rule}")
    return may(context, "eventbridge", "wait-for-job", arn)


def handed_over(unit: Unit, context: PlanContext) -> tuple[Value | Text | Filled, Call | None]:
    """Return the payload as text, or where it is too large for that, its address and the call that keeps it.

    An address needs nothing of the payload but its id, so that it is the same in both states.
    """
    size = context.requirements.number("payload_kb", 0) * 1024
    if size <= context.aws.limit(TAKEN_BY[unit.service]):
        return INPUT_TEXT, None
    bucket = Bucket(
        PAYLOADS,
        "keeps payloads that are too large to be handed on",
        context.asked("payload_kb"),
        expires_days=90,
    )
    name = f"${{{bucket.id}Name}}"
    parts = (EXECUTION_NAME, Value("input", ("id",)))
    keep = Call(
        resource=context.aws.step("s3").resource,
        arguments={
            "Bucket": name,
            "Key": Filled(f"{unit.name.slug}/{{}}/{{}}.json", parts),
            "Body": INPUT,
            "ContentType": "application/json",
        },
        substitutions=((f"{bucket.id}Name", Ref(bucket.id, "name")),),
        resources=(bucket,),
        permissions=(may(context, "s3", "write", Ref(bucket.id, "contents")),),
    )
    return Filled(f"s3://{name}/{unit.name.slug}/{{}}/{{}}.json", parts), keep


def fargate(unit: Unit, context: PlanContext) -> Call:
    """Run a container and wait for its end."""
    box = Container(
        f"{unit.name.id}Task", f"runs the container of '{unit.name.words}'", context.asked("targets")
    )
    subnets = given(unit, context, "Subnets", "ids of the container's subnets, with commas between")
    image = given(unit, context, "Image", "image of the container", BUSYBOX)
    cluster, task = f"{box.id}Cluster", f"{box.id}Definition"
    tasks = Arn("arn:{partition}:ecs:{region}:{account}:task/{0}/*", (Ref(box.id, "name"),))
    payload, keep = handed_over(unit, context)
    environment = [{"Name": "PAYLOAD", "Value": payload}]
    network = {"Subnets": Split(f"${{{subnets.id}}}", ","), "AssignPublicIp": "ENABLED"}
    return Call(
        resource=context.aws.step("ecs-fargate").resource,
        arguments={
            "LaunchType": "FARGATE",
            "Cluster": f"${{{cluster}}}",
            "TaskDefinition": f"${{{task}}}",
            "NetworkConfiguration": {"AwsvpcConfiguration": network},
            "Overrides": {"ContainerOverrides": [{"Name": "work", "Environment": environment}]},
        },
        substitutions=(
            (cluster, Ref(box.id, "cluster")),
            (task, Ref(box.id)),
            (subnets.id, Ref(subnets.id, "name")),
        ),
        resources=(subnets, image, Container(box.id, box.purpose, box.rules, Ref(image.id, "name"))),
        permissions=(
            *_pulling(context, f"{box.id}ExecutionRole"),
            *_reading(context, box.id, keep),
            may(context, "ecs-fargate", "start", Ref(box.id)),
            may(context, "ecs-fargate", "watch", tasks),
            may(context, "ecs-fargate", "roles", Ref(box.id, "role"), Ref(box.id, "execution_role")),
            watch(context, "ecs-fargate"),
        ),
        first=keep,
        standard_only=True,
        timeout_s=job_timeout(context),
    )


def _reading(context: PlanContext, holder: str, keep: Call | None) -> tuple[Permission, ...]:
    """Return what the container needs to read a payload that it only has the address of."""
    read = context.aws.services["s3"].actions("read")
    return (Permission(holder, read, (Ref(PAYLOADS, "contents"),)),) if keep else ()


def _pulling(context: PlanContext, holder: str) -> tuple[Permission, ...]:
    """Return what an execution role needs to pull an image from the account's own registry."""
    access = context.aws.services["ecs-fargate"].access
    repositories = Arn("arn:{partition}:ecr:{region}:{account}:repository/*")
    return (
        Permission(holder, access["login"].actions, ("*",), access["login"].any_resource),
        Permission(holder, access["pull"].actions, (repositories,)),
    )


def batch(unit: Unit, context: PlanContext) -> Call:
    """Submit a Batch job and wait for its end."""
    queue = given(unit, context, "JobQueueArn", "ARN of the Batch job queue")
    job = given(unit, context, "JobDefinitionArn", "ARN of the Batch job definition")
    payload, keep = handed_over(unit, context)
    environment = [{"Name": "PAYLOAD", "Value": payload}]
    return Call(
        resource=context.aws.step("batch").resource,
        arguments={
            "JobName": unit.name.slug,
            "JobQueue": f"${{{queue.id}}}",
            "JobDefinition": f"${{{job.id}}}",
            "ContainerOverrides": {"Environment": environment},
        },
        substitutions=((queue.id, Ref(queue.id, "name")), (job.id, Ref(job.id, "name"))),
        resources=(queue, job),
        permissions=(
            may(context, "batch", "start", Ref(queue.id, "name"), Ref(job.id, "name")),
            may(context, "batch", "stop", Arn("arn:{partition}:batch:{region}:{account}:job/*")),
            may(context, "batch", "watch"),
            watch(context, "batch"),
        ),
        first=keep,
        standard_only=True,
        timeout_s=job_timeout(context),
    )


def glue(unit: Unit, context: PlanContext) -> Call:
    """Start a Glue job and wait for its end."""
    job = given(unit, context, "GlueJobName", "name of the Glue job")
    arn = Arn("arn:{partition}:glue:{region}:{account}:job/{0}", (Ref(job.id, "name"),))
    return Call(
        resource=context.aws.step("glue").resource,
        arguments={"JobName": f"${{{job.id}}}", "Arguments": {"--payload": INPUT_TEXT}},
        substitutions=((job.id, Ref(job.id, "name")),),
        resources=(job,),
        permissions=(may(context, "glue", "start", arn),),
        standard_only=True,
        timeout_s=job_timeout(context),
    )


def athena(unit: Unit, context: PlanContext) -> Call:
    """Run a query and wait for its end; the result is an object in a bucket."""
    group = given(unit, context, "WorkGroup", "Athena workgroup", "primary")
    told = "the query, a backslash before each double quote; its tables need permissions of their own"
    query = given(unit, context, "Query", told, "SELECT 1")
    results, arn = query_results(unit, context), workgroup_arn(group)
    return Call(
        resource=context.aws.step("athena").resource,
        arguments={
            "QueryString": f"${{{query.id}}}",
            "WorkGroup": f"${{{group.id}}}",
            "ResultConfiguration": {"OutputLocation": f"s3://${{{results.id}Name}}/"},
        },
        substitutions=(
            (group.id, Ref(group.id, "name")),
            (query.id, Ref(query.id, "name")),
            (f"{results.id}Name", Ref(results.id, "name")),
        ),
        resources=(group, query, results),
        permissions=(
            may(context, "athena", "start", arn),
            may(context, "s3", "locate", Ref(results.id)),
            may(context, "s3", "read-and-write", Ref(results.id, "contents")),
        ),
        standard_only=True,
        timeout_s=job_timeout(context),
    )


def emr(unit: Unit, context: PlanContext) -> Call:
    """Add a step to a running EMR cluster and wait for its end."""
    cluster = given(unit, context, "ClusterId", "id of the running EMR cluster")
    script = given(unit, context, "Script", "S3 address of the Spark script")
    arn = Arn("arn:{partition}:elasticmapreduce:{region}:{account}:cluster/{0}", (Ref(cluster.id, "name"),))
    payload, keep = handed_over(unit, context)
    step = {
        "Name": unit.name.words,
        "ActionOnFailure": "CONTINUE",
        "HadoopJarStep": {
            "Jar": "command-runner.jar",
            "Args": ["spark-submit", f"${{{script.id}}}", payload],
        },
    }
    return Call(
        resource=context.aws.step("emr").resource,
        arguments={"ClusterId": f"${{{cluster.id}}}", "Step": step},
        substitutions=((cluster.id, Ref(cluster.id, "name")), (script.id, Ref(script.id, "name"))),
        resources=(cluster, script),
        permissions=(may(context, "emr", "start", arn), watch(context, "emr")),
        first=keep,
        standard_only=True,
        timeout_s=job_timeout(context),
    )


def sagemaker(unit: Unit, context: PlanContext) -> Call:
    """Run a batch transform with a model and wait for its end."""
    model = given(unit, context, "ModelName", "name of the SageMaker model")
    data = Bucket(
        f"{unit.name.id}Data", f"holds input/ and output/ of '{unit.name.words}'", context.asked("targets")
    )
    location = f"s3://${{{data.id}Name}}"
    jobs = Arn("arn:{partition}:sagemaker:{region}:{account}:transform-job/*")
    models = Arn("arn:{partition}:sagemaker:{region}:{account}:model/{0}", (Ref(model.id, "name"),))
    s3_source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{location}/input/"}}
    return Call(
        resource=context.aws.step("sagemaker").resource,
        arguments={
            "TransformJobName": Filled(f"{unit.name.slug[:26]}-{{}}", (Unique(),)),
            "ModelName": f"${{{model.id}}}",
            "TransformInput": {"DataSource": s3_source, "ContentType": "application/json"},
            "TransformOutput": {"S3OutputPath": f"{location}/output/"},
            "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
        },
        substitutions=((model.id, Ref(model.id, "name")), (f"{data.id}Name", Ref(data.id, "name"))),
        resources=(model, data),
        permissions=(
            may(context, "sagemaker", "start", jobs, models),
            may(context, "sagemaker", "watch", jobs),
            watch(context, "sagemaker"),
        ),
        standard_only=True,
        timeout_s=job_timeout(context),
    )


def codebuild(unit: Unit, context: PlanContext) -> Call:
    """Start a build and wait for its end."""
    project = given(unit, context, "ProjectName", "name of the CodeBuild project")
    arn = Arn("arn:{partition}:codebuild:{region}:{account}:project/{0}", (Ref(project.id, "name"),))
    payload, keep = handed_over(unit, context)
    variable = {"Name": "PAYLOAD", "Value": payload, "Type": "PLAINTEXT"}
    return Call(
        resource=context.aws.step("codebuild").resource,
        arguments={"ProjectName": f"${{{project.id}}}", "EnvironmentVariablesOverride": [variable]},
        substitutions=((project.id, Ref(project.id, "name")),),
        resources=(project,),
        permissions=(may(context, "codebuild", "start", arn), watch(context, "codebuild")),
        first=keep,
        standard_only=True,
        timeout_s=job_timeout(context),
    )
