"""Shell commands of the README that start a managed job now, and that show its runs."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from advisor.starter.blueprint.jobs import JobStart
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.wiring import refs_in

Output = Callable[[str], str]


def asked(blueprint: Blueprint) -> str:
    """Return which variables of the commands are values that the user gave at the deployment."""
    named = ", ".join(f"`{name}`" for start in blueprint.job_starts for name in _given(blueprint, start))
    return f"Fill in what you gave as {named}." if named else ""


def _given(blueprint: Blueprint, start: JobStart) -> tuple[str, ...]:
    refs = dict.fromkeys(ref.to for ref in refs_in((start.arguments, start.target, start.subnets)))
    return tuple(name for name in refs if blueprint.by_id[name].kind == "parameter")


def start(blueprint: Blueprint, output: Output) -> str:
    """Return what starts each job now, as its schedule would."""
    return "\n".join(_start(item, output) for item in blueprint.job_starts)


def _start(item: JobStart, output: Output) -> str:
    name = item.id.removesuffix("Start")
    match item.service:
        case "ecs-fargate":
            where = "'awsvpcConfiguration={subnets=[subnet-0a1b2c3d],assignPublicIp=ENABLED}'"
            return (
                f"aws ecs run-task --cluster {output(f'{name}TaskClusterName')} --launch-type FARGATE \\\n"
                f"  --task-definition {output(f'{name}TaskDefinitionArn')} \\\n"
                f"  --network-configuration {where}"
            )
        case "batch":
            return (
                f"aws batch submit-job --job-name {shlex.quote(item.arguments['JobName'])} "
                "--job-queue JOB_QUEUE_ARN \\\n"
                "  --job-definition JOB_DEFINITION_ARN --parameters payload=1001"
            )
        case "glue":
            return 'aws glue start-job-run --job-name GLUE_JOB_NAME --arguments \'{"--payload": "1001"}\''
        case "codebuild":
            return (
                "aws codebuild start-build --project-name PROJECT_NAME \\\n"
                "  --environment-variables-override name=PAYLOAD,value=1001"
            )
    return (
        "aws emr add-steps --cluster-id CLUSTER_ID --steps \\\n"
        f"  'Type=CUSTOM_JAR,Name={item.arguments['Steps'][0]['Name']},ActionOnFailure=CONTINUE,"
        "Jar=command-runner.jar,Args=[spark-submit,SCRIPT,1001]'"
    )


def look(blueprint: Blueprint, output: Output) -> str:
    """Return what shows the last runs of each job."""
    return "\n".join(_look(item, output) for item in blueprint.job_starts)


def _look(item: JobStart, output: Output) -> str:
    name = item.id.removesuffix("Start")
    return {
        "ecs-fargate": (
            f"aws ecs list-tasks --desired-status STOPPED --cluster {output(f'{name}TaskClusterName')}"
            if item.task
            else ""
        ),
        "batch": "aws batch list-jobs --job-queue JOB_QUEUE_ARN --filters name=JOB_STATUS,values=FAILED",
        "glue": "aws glue get-job-runs --job-name GLUE_JOB_NAME --max-results 3",
        "codebuild": "aws codebuild list-builds-for-project --project-name PROJECT_NAME",
        "emr": "aws emr list-steps --cluster-id CLUSTER_ID",
    }[item.service]
