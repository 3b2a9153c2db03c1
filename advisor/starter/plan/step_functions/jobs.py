"""Tasks that run a job elsewhere and wait for its end (``.sync``).

What the stack does not make itself is a parameter of it. Permissions are those of
https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
"""

from __future__ import annotations

from advisor.starter.blueprint.flow import Unit
from advisor.starter.blueprint.ids import MACHINE
from advisor.starter.blueprint.resources import Bucket, Container, Parameter
from advisor.starter.blueprint.wiring import Arn, Permission, Ref, Target
from advisor.starter.plan.rule_ids import RulesBehind
from advisor.starter.state_language.expressions import INPUT_TEXT, Filled, Split, Unique
from advisor.starter.state_language.task import Call

AN_HOUR = 3600
BUSYBOX = "public.ecr.aws/docker/library/busybox:stable"


def given(unit: Unit, asked: RulesBehind, suffix: str, text: str, default: str | None = None) -> Parameter:
    return Parameter(f"{unit.name.id}{suffix}", text, asked("targets"), default)


def watch(rule: str) -> Permission:
    """Return what a ``.sync`` job needs to hear of its end: EventBridge rules that AWS names itself."""
    arn = Arn(f"arn:{{partition}}:events:{{region}}:{{account}}:rule/{rule}")
    return Permission(MACHINE, ("events:PutTargets", "events:PutRule", "events:DescribeRule"), (arn,))


def may(*actions: str, on: Target) -> Permission:
    return Permission(MACHINE, actions, (on,))


def fargate(unit: Unit, asked: RulesBehind, source: str) -> Call:
    """Run a container and wait for its end."""
    box = Container(f"{unit.name.id}Task", f"runs the container of '{unit.name.words}'", asked("targets"))
    subnets = given(unit, asked, "Subnets", "ids of the container's subnets, with commas between")
    image = given(unit, asked, "Image", "image of the container", BUSYBOX)
    cluster, task = f"{box.id}Cluster", f"{box.id}Definition"
    environment = [{"Name": "PAYLOAD", "Value": INPUT_TEXT}]
    network = {"Subnets": Split(f"${{{subnets.id}}}", ","), "AssignPublicIp": "ENABLED"}
    return Call(
        "arn:aws:states:::ecs:runTask.sync",
        {
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
            may("ecs:RunTask", on=Ref(box.id)),
            may(
                "ecs:StopTask",
                "ecs:DescribeTasks",
                on=Arn("arn:{partition}:ecs:{region}:{account}:task/{0}/*", (Ref(box.id, "name"),)),
            ),
            Permission(MACHINE, ("iam:PassRole",), (Ref(box.id, "role"), Ref(box.id, "execution_role"))),
            watch("StepFunctionsGetEventsForECSTaskRule"),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def batch(unit: Unit, asked: RulesBehind, source: str) -> Call:
    """Submit a Batch job and wait for its end."""
    queue = given(unit, asked, "JobQueueArn", "ARN of the Batch job queue")
    job = given(unit, asked, "JobDefinitionArn", "ARN of the Batch job definition")
    environment = [{"Name": "PAYLOAD", "Value": INPUT_TEXT}]
    why = "Batch describes jobs without resource-level permissions"
    return Call(
        "arn:aws:states:::batch:submitJob.sync",
        {
            "JobName": unit.name.slug,
            "JobQueue": f"${{{queue.id}}}",
            "JobDefinition": f"${{{job.id}}}",
            "ContainerOverrides": {"Environment": environment},
        },
        substitutions=((queue.id, Ref(queue.id, "name")), (job.id, Ref(job.id, "name"))),
        resources=(queue, job),
        permissions=(
            Permission(MACHINE, ("batch:SubmitJob",), (Ref(queue.id, "name"), Ref(job.id, "name"))),
            may("batch:TerminateJob", on=Arn("arn:{partition}:batch:{region}:{account}:job/*")),
            Permission(MACHINE, ("batch:DescribeJobs",), ("*",), why),
            watch("StepFunctionsGetEventsForBatchJobsRule"),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def glue(unit: Unit, asked: RulesBehind, source: str) -> Call:
    """Start a Glue job and wait for its end."""
    job = given(unit, asked, "GlueJobName", "name of the Glue job")
    arn = Arn("arn:{partition}:glue:{region}:{account}:job/{0}", (Ref(job.id, "name"),))
    return Call(
        "arn:aws:states:::glue:startJobRun.sync",
        {"JobName": f"${{{job.id}}}", "Arguments": {"--payload": INPUT_TEXT}},
        substitutions=((job.id, Ref(job.id, "name")),),
        resources=(job,),
        permissions=(
            may("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun", on=arn),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def athena(unit: Unit, asked: RulesBehind, source: str) -> Call:
    """Run a query and wait for its end; the result is an object in a bucket."""
    group = given(unit, asked, "WorkGroup", "Athena workgroup", "primary")
    told = "the query, a backslash before each double quote; its tables need permissions of their own"
    query = given(unit, asked, "Query", told, "SELECT 1")
    results = Bucket(
        f"{unit.name.id}Results", f"keeps what '{unit.name.words}' found", asked("targets"), expires_days=30
    )
    arn = Arn("arn:{partition}:athena:{region}:{account}:workgroup/{0}", (Ref(group.id, "name"),))
    return Call(
        "arn:aws:states:::athena:startQueryExecution.sync",
        {
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
            may(
                "athena:StartQueryExecution", "athena:GetQueryExecution", "athena:StopQueryExecution", on=arn
            ),
            may("s3:GetBucketLocation", "s3:ListBucket", on=Ref(results.id)),
            may("s3:GetObject", "s3:PutObject", on=Ref(results.id, "contents")),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def emr(unit: Unit, asked: RulesBehind, source: str) -> Call:
    """Add a step to a running EMR cluster and wait for its end."""
    cluster = given(unit, asked, "ClusterId", "id of the running EMR cluster")
    script = given(unit, asked, "Script", "S3 address of the Spark script")
    arn = Arn("arn:{partition}:elasticmapreduce:{region}:{account}:cluster/{0}", (Ref(cluster.id, "name"),))
    step = {
        "Name": unit.name.words,
        "ActionOnFailure": "CONTINUE",
        "HadoopJarStep": {
            "Jar": "command-runner.jar",
            "Args": ["spark-submit", f"${{{script.id}}}", INPUT_TEXT],
        },
    }
    actions = (
        "elasticmapreduce:AddJobFlowSteps",
        "elasticmapreduce:DescribeStep",
        "elasticmapreduce:CancelSteps",
    )
    return Call(
        "arn:aws:states:::elasticmapreduce:addStep.sync",
        {"ClusterId": f"${{{cluster.id}}}", "Step": step},
        substitutions=((cluster.id, Ref(cluster.id, "name")), (script.id, Ref(script.id, "name"))),
        resources=(cluster, script),
        permissions=(may(*actions, on=arn), watch("StepFunctionsGetEventForEMRAddJobFlowStepsRule")),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def sagemaker(unit: Unit, asked: RulesBehind, source: str) -> Call:
    """Run a batch transform with a model and wait for its end."""
    model = given(unit, asked, "ModelName", "name of the SageMaker model")
    data = Bucket(f"{unit.name.id}Data", f"holds input/ and output/ of '{unit.name.words}'", asked("targets"))
    location = f"s3://${{{data.id}Name}}"
    jobs = Arn("arn:{partition}:sagemaker:{region}:{account}:transform-job/*")
    models = Arn("arn:{partition}:sagemaker:{region}:{account}:model/{0}", (Ref(model.id, "name"),))
    s3_source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{location}/input/"}}
    return Call(
        "arn:aws:states:::sagemaker:createTransformJob.sync",
        {
            "TransformJobName": Filled(f"{unit.name.slug[:26]}-{{}}", (Unique(),)),
            "ModelName": f"${{{model.id}}}",
            "TransformInput": {"DataSource": s3_source, "ContentType": "application/json"},
            "TransformOutput": {"S3OutputPath": f"{location}/output/"},
            "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
        },
        substitutions=((model.id, Ref(model.id, "name")), (f"{data.id}Name", Ref(data.id, "name"))),
        resources=(model, data),
        permissions=(
            Permission(MACHINE, ("sagemaker:CreateTransformJob",), (jobs, models)),
            may("sagemaker:DescribeTransformJob", "sagemaker:StopTransformJob", "sagemaker:AddTags", on=jobs),
            watch("StepFunctionsGetEventsForSageMakerTransformJobsRule"),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def codebuild(unit: Unit, asked: RulesBehind, source: str) -> Call:
    """Start a build and wait for its end."""
    project = given(unit, asked, "ProjectName", "name of the CodeBuild project")
    arn = Arn("arn:{partition}:codebuild:{region}:{account}:project/{0}", (Ref(project.id, "name"),))
    variable = {"Name": "PAYLOAD", "Value": INPUT_TEXT, "Type": "PLAINTEXT"}
    return Call(
        "arn:aws:states:::codebuild:startBuild.sync",
        {"ProjectName": f"${{{project.id}}}", "EnvironmentVariablesOverride": [variable]},
        substitutions=((project.id, Ref(project.id, "name")),),
        resources=(project,),
        permissions=(
            may("codebuild:StartBuild", "codebuild:StopBuild", "codebuild:BatchGetBuilds", on=arn),
            watch("StepFunctionsGetEventForCodeBuildStartBuildRule"),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )
