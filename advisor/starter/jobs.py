"""Tasks that run a job elsewhere and wait for it (``.sync``), or call what lives outside the stack.

What the stack does not make itself is a parameter of it. Permissions are those of
https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
"""

from __future__ import annotations

from advisor.starter.asked import AskedBy
from advisor.starter.blueprint import (
    Activity,
    Arn,
    Bucket,
    Connection,
    Container,
    Parameter,
    Permission,
    Ref,
    Target,
)
from advisor.starter.calls import INPUT, INPUT_TEXT, MACHINE, Call
from advisor.starter.flow import Unit

AN_HOUR = 3600
BUSYBOX = "public.ecr.aws/docker/library/busybox:stable"
HTTP_S = 60


def _given(unit: Unit, asked: AskedBy, suffix: str, text: str, default: str | None = None) -> Parameter:
    return Parameter(f"{unit.name.id}{suffix}", text, asked("targets"), default)


def _watch(rule: str) -> Permission:
    """Return what a ``.sync`` job needs to hear of its end: EventBridge rules that AWS names itself."""
    arn = Arn(f"arn:{{partition}}:events:{{region}}:{{account}}:rule/{rule}")
    return Permission(MACHINE, ("events:PutTargets", "events:PutRule", "events:DescribeRule"), (arn,))


def _may(*actions: str, on: Target) -> Permission:
    return Permission(MACHINE, actions, (on,))


def fargate(unit: Unit, asked: AskedBy, source: str) -> Call:
    """Run a container and wait for its end."""
    box = Container(f"{unit.name.id}Task", f"runs the container of '{unit.name.words}'", asked("targets"))
    subnets = _given(unit, asked, "Subnets", "ids of the container's subnets, with commas between")
    image = _given(unit, asked, "Image", "image of the container", BUSYBOX)
    cluster, task = f"{box.id}Cluster", f"{box.id}Definition"
    environment = [{"Name": "PAYLOAD", "Value": INPUT_TEXT}]
    network = {"Subnets": f"{{% $split('${{{subnets.id}}}', ',') %}}", "AssignPublicIp": "ENABLED"}
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
            _may("ecs:RunTask", on=Ref(box.id)),
            _may(
                "ecs:StopTask",
                "ecs:DescribeTasks",
                on=Arn("arn:{partition}:ecs:{region}:{account}:task/{0}/*", (Ref(box.id, "name"),)),
            ),
            Permission(MACHINE, ("iam:PassRole",), (Ref(box.id, "role"), Ref(box.id, "execution_role"))),
            _watch("StepFunctionsGetEventsForECSTaskRule"),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def batch(unit: Unit, asked: AskedBy, source: str) -> Call:
    """Submit a Batch job and wait for its end."""
    queue = _given(unit, asked, "JobQueueArn", "ARN of the Batch job queue")
    job = _given(unit, asked, "JobDefinitionArn", "ARN of the Batch job definition")
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
            _may("batch:TerminateJob", on=Arn("arn:{partition}:batch:{region}:{account}:job/*")),
            Permission(MACHINE, ("batch:DescribeJobs",), ("*",), why),
            _watch("StepFunctionsGetEventsForBatchJobsRule"),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def glue(unit: Unit, asked: AskedBy, source: str) -> Call:
    """Start a Glue job and wait for its end."""
    job = _given(unit, asked, "GlueJobName", "name of the Glue job")
    arn = Arn("arn:{partition}:glue:{region}:{account}:job/{0}", (Ref(job.id, "name"),))
    return Call(
        "arn:aws:states:::glue:startJobRun.sync",
        {"JobName": f"${{{job.id}}}", "Arguments": {"--payload": INPUT_TEXT}},
        substitutions=((job.id, Ref(job.id, "name")),),
        resources=(job,),
        permissions=(
            _may("glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun", on=arn),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def athena(unit: Unit, asked: AskedBy, source: str) -> Call:
    """Run a query and wait for its end; the result is an object in a bucket."""
    group = _given(unit, asked, "WorkGroup", "Athena workgroup", "primary")
    query = _given(unit, asked, "Query", "the query; its tables need permissions of their own", "SELECT 1")
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
            _may(
                "athena:StartQueryExecution", "athena:GetQueryExecution", "athena:StopQueryExecution", on=arn
            ),
            _may("s3:GetBucketLocation", "s3:ListBucket", on=Ref(results.id)),
            _may("s3:GetObject", "s3:PutObject", on=Ref(results.id, "contents")),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def emr(unit: Unit, asked: AskedBy, source: str) -> Call:
    """Add a step to a running EMR cluster and wait for its end."""
    cluster = _given(unit, asked, "ClusterId", "id of the running EMR cluster")
    script = _given(unit, asked, "Script", "S3 address of the Spark script")
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
        permissions=(_may(*actions, on=arn), _watch("StepFunctionsGetEventForEMRAddJobFlowStepsRule")),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def sagemaker(unit: Unit, asked: AskedBy, source: str) -> Call:
    """Run a batch transform with a model and wait for its end."""
    model = _given(unit, asked, "ModelName", "name of the SageMaker model")
    data = Bucket(f"{unit.name.id}Data", f"holds input/ and output/ of '{unit.name.words}'", asked("targets"))
    location = f"s3://${{{data.id}Name}}"
    run = "$substring($states.context.Execution.Name, 0, 20)"
    jobs = Arn("arn:{partition}:sagemaker:{region}:{account}:transform-job/*")
    models = Arn("arn:{partition}:sagemaker:{region}:{account}:model/{0}", (Ref(model.id, "name"),))
    s3_source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{location}/input/"}}
    return Call(
        "arn:aws:states:::sagemaker:createTransformJob.sync",
        {
            "TransformJobName": f"{{% '{unit.name.slug}-' & {run} %}}",
            "ModelName": f"${{{model.id}}}",
            "TransformInput": {"DataSource": s3_source, "ContentType": "application/json"},
            "TransformOutput": {"S3OutputPath": f"{location}/output/"},
            "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
        },
        substitutions=((model.id, Ref(model.id, "name")), (f"{data.id}Name", Ref(data.id, "name"))),
        resources=(model, data),
        permissions=(
            Permission(MACHINE, ("sagemaker:CreateTransformJob",), (jobs, models)),
            _may(
                "sagemaker:DescribeTransformJob", "sagemaker:StopTransformJob", "sagemaker:AddTags", on=jobs
            ),
            _watch("StepFunctionsGetEventsForSageMakerTransformJobsRule"),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def bedrock(unit: Unit, asked: AskedBy, source: str) -> Call:
    """Ask a foundation model and go on with its answer."""
    model = _given(unit, asked, "ModelId", "id of the Bedrock model", "amazon.nova-lite-v1:0")
    arn = Arn("arn:{partition}:bedrock:{region}::foundation-model/{0}", (Ref(model.id, "name"),))
    message = {"role": "user", "content": [{"text": INPUT_TEXT}]}
    return Call(
        "arn:aws:states:::bedrock:invokeModel",
        {"ModelId": f"${{{model.id}}}", "Body": {"messages": [message]}, "ContentType": "application/json"},
        "{% $merge([$states.input, {'answer': $states.result.Body}]) %}",
        ((model.id, Ref(model.id, "name")),),
        (model,),
        (_may("bedrock:InvokeModel", on=arn),),
        timeout_s=HTTP_S,
    )


def codebuild(unit: Unit, asked: AskedBy, source: str) -> Call:
    """Start a build and wait for its end."""
    project = _given(unit, asked, "ProjectName", "name of the CodeBuild project")
    arn = Arn("arn:{partition}:codebuild:{region}:{account}:project/{0}", (Ref(project.id, "name"),))
    variable = {"Name": "PAYLOAD", "Value": INPUT_TEXT, "Type": "PLAINTEXT"}
    return Call(
        "arn:aws:states:::codebuild:startBuild.sync",
        {"ProjectName": f"${{{project.id}}}", "EnvironmentVariablesOverride": [variable]},
        substitutions=((project.id, Ref(project.id, "name")),),
        resources=(project,),
        permissions=(
            _may("codebuild:StartBuild", "codebuild:StopBuild", "codebuild:BatchGetBuilds", on=arn),
            _watch("StepFunctionsGetEventForCodeBuildStartBuildRule"),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def http_api(unit: Unit, asked: AskedBy, source: str) -> Call:
    """POST the payload to an HTTPS endpoint whose key is kept in a connection."""
    endpoint = _given(unit, asked, "Endpoint", "HTTPS address to POST to")
    key = Parameter(
        f"{unit.name.id}Key", "key of the endpoint, sent as x-api-key", asked("targets"), None, secret=True
    )
    link = Connection(
        f"{unit.name.id}Connection", "holds the endpoint's key", asked("targets"), Ref(key.id, "name")
    )
    condition = {
        "StringEquals": {"states:HTTPMethod": "POST", "states:HTTPEndpoint": Ref(endpoint.id, "name")}
    }
    return Call(
        "arn:aws:states:::http:invoke",
        {
            "ApiEndpoint": f"${{{endpoint.id}}}",
            "Method": "POST",
            "InvocationConfig": {"ConnectionArn": f"${{{link.id}Arn}}"},
            "RequestBody": INPUT,
        },
        "{% $merge([$states.input, {'response': $states.result.ResponseBody}]) %}",
        ((endpoint.id, Ref(endpoint.id, "name")), (f"{link.id}Arn", Ref(link.id))),
        (endpoint, key, link),
        (
            Permission(MACHINE, ("states:InvokeHTTPEndpoint",), (Ref(MACHINE),), condition=condition),
            _may("events:RetrieveConnectionCredentials", on=Ref(link.id)),
            _may("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", on=Ref(link.id, "secret")),
        ),
        timeout_s=HTTP_S,
    )


def child(unit: Unit, asked: AskedBy, source: str) -> Call:
    """Run another state machine and wait for its result."""
    machine = _given(unit, asked, "StateMachineArn", "ARN of the Standard state machine to run")
    runs = Arn("arn:{partition}:states:{region}:{account}:execution:*")
    return Call(
        "arn:aws:states:::states:startExecution.sync:2",
        {
            "StateMachineArn": f"${{{machine.id}}}",
            "Input": {
                "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": "{% $states.context.Execution.Id %}",
                "payload": INPUT,
            },
        },
        "{% $merge([$states.input, {'result': $states.result.Output}]) %}",
        ((machine.id, Ref(machine.id, "name")),),
        (machine,),
        (
            _may("states:StartExecution", on=Ref(machine.id, "name")),
            _may("states:DescribeExecution", "states:StopExecution", on=runs),
            _watch("StepFunctionsGetEventsForStepFunctionsExecutionRule"),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def activity(unit: Unit, asked: AskedBy, source: str) -> Call:
    """Wait for a worker anywhere that polls for the task; workers bring their own permissions."""
    made = Activity(
        f"{unit.name.id}Activity", f"hands '{unit.name.words}' to workers that poll", asked("targets")
    )
    return Call(
        f"${{{made.id}Arn}}",
        INPUT,
        "{% $states.result %}",
        ((f"{made.id}Arn", Ref(made.id)),),
        (made,),
        standard_only=True,
        timeout_s=AN_HOUR,
        heartbeat_s=300,
    )
