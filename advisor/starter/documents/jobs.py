"""Shell commands of the README that start a managed job now, and that show its runs."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from advisor.starter.blueprint.jobs import JobStart
from advisor.starter.blueprint.project import Blueprint

Output = Callable[[str], str]


def asked(blueprint: Blueprint) -> str:
    """Return which variable of the commands is a list that the user gave at the deployment."""
    lists = ", ".join(f"`{start.subnets.to}`" for start in blueprint.job_starts if start.subnets)
    return f"`SUBNETS` is what you gave as {lists}." if lists else ""


def start(blueprint: Blueprint, output: Output) -> str:
    """Return what starts each job now, as its schedule would."""
    return "\n".join(_start(item, output) for item in blueprint.job_starts)


def _start(item: JobStart, output: Output) -> str:
    name = item.id.removesuffix("Start")
    match item.service:
        case "ecs-fargate":
            where = "awsvpcConfiguration={subnets=[$SUBNETS],assignPublicIp=ENABLED}"
            return (
                "SUBNETS=subnet-0a1b2c3d,subnet-4e5f6a7b\n"
                f"aws ecs run-task --cluster {output(f'{name}TaskClusterName')} --launch-type FARGATE \\\n"
                f"  --task-definition {output(f'{name}TaskDefinitionArn')} \\\n"
                f'  --network-configuration "{where}"'
            )
        case "batch":
            return (
                f"aws batch submit-job --job-name {shlex.quote(item.arguments['JobName'])} \\\n"
                f"  --job-queue {output(f'{name}JobQueueArnGiven')} \\\n"
                f"  --job-definition {output(f'{name}JobDefinitionArnGiven')} --parameters payload=1001"
            )
        case "glue":
            job = output(f"{name}GlueJobNameGiven")
            return f'aws glue start-job-run --job-name {job} --arguments \'{{"--payload": "1001"}}\''
        case "codebuild":
            return (
                f"aws codebuild start-build --project-name {output(f'{name}ProjectNameGiven')} \\\n"
                "  --environment-variables-override name=PAYLOAD,value=1001"
            )
        case "athena":
            return (
                f"aws athena start-query-execution --query-string {output(f'{name}QueryGiven')} \\\n"
                f"  --work-group {output(f'{name}WorkGroupGiven')} \\\n"
                f"  --result-configuration OutputLocation=s3://{output(f'{name}ResultsName')}/"
            )
        case "sagemaker":
            given = output(f"{name}PipelineArnGiven")
            parameters = " ".join(f"Name={key},Value=1001" for key in item.parameters or ("Payload",))
            return (
                f"aws sagemaker start-pipeline-execution --pipeline-name {given} \\\n"
                f"  --pipeline-parameters {parameters}"
            )
    return (
        f"aws emr add-steps --cluster-id {output(f'{name}ClusterIdGiven')} --steps \\\n"
        f"  'Type=CUSTOM_JAR,Name={item.arguments['Steps'][0]['Name']},ActionOnFailure=CONTINUE,"
        f"Jar=command-runner.jar,Args=[spark-submit,'{output(f'{name}ScriptGiven')}',1001]'"
    )


def look(blueprint: Blueprint, output: Output) -> str:
    """Return what shows the last runs of each job."""
    return "\n".join(_look(item, output) for item in blueprint.job_starts)


def _look(item: JobStart, output: Output) -> str:
    name = item.id.removesuffix("Start")
    match item.service:
        case "ecs-fargate":
            return f"aws ecs list-tasks --desired-status STOPPED --cluster {output(f'{name}TaskClusterName')}"
        case "batch":
            queue = output(f"{name}JobQueueArnGiven")
            return "\n".join(
                f"aws batch list-jobs --job-queue {queue} --job-status {state}"
                for state in ("RUNNING", "SUCCEEDED", "FAILED")
            )
        case "glue":
            return f"aws glue get-job-runs --job-name {output(f'{name}GlueJobNameGiven')} --max-results 3"
        case "codebuild":
            project = output(f"{name}ProjectNameGiven")
            return f"aws codebuild list-builds-for-project --project-name {project}"
        case "athena":
            group = output(f"{name}WorkGroupGiven")
            return f"aws athena list-query-executions --work-group {group} --max-results 3"
        case "sagemaker":
            pipeline = output(f"{name}PipelineArnGiven")
            return f"aws sagemaker list-pipeline-executions --pipeline-name {pipeline} --max-results 3"
    return f"aws emr list-steps --cluster-id {output(f'{name}ClusterIdGiven')}"
