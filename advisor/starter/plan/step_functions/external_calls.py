"""Tasks that call what lives outside the stack and go on with its answer.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html and the page of each
service below it.
"""

from __future__ import annotations

from msgspec.structs import replace

from advisor.knowledge.flow import Unit
from advisor.knowledge.rules import EXPRESS
from advisor.starter.blueprint.ids import MACHINE
from advisor.starter.blueprint.resources import Activity, Connection, Parameter
from advisor.starter.blueprint.wiring import Arn, Ref
from advisor.starter.plan.context import PlanContext
from advisor.starter.plan.job_inputs import given
from advisor.starter.plan.step_functions.jobs import job_timeout, may, watch
from advisor.starter.plan.step_functions.retries import http_retries
from advisor.starter.state_language.expressions import EXECUTION_ID, INPUT, INPUT_TEXT, RESULT, Merged, Value
from advisor.starter.state_language.task import Call

HERE = "in this account and Region"


def bedrock(unit: Unit, context: PlanContext) -> Call:
    """Ask a foundation model and go on with its answer.

    The id may be that of an inference profile, which calls the model in several Regions:
    https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
    """
    known = context.aws.services["bedrock"].model
    default = known.called_in(context.region) if known else None
    model = given(
        unit, context, "ModelId", "id of a Bedrock model in this Region, or of an inference profile", default
    )
    own = Arn("arn:{partition}:bedrock:{region}::foundation-model/{0}", (Ref(model.id, "name"),))
    profile = Arn(
        "arn:{partition}:bedrock:{region}:{account}:inference-profile/{0}", (Ref(model.id, "name"),)
    )
    through = may(context, "bedrock", "invoke", Arn("arn:{partition}:bedrock:*::foundation-model/*"))
    only = {"StringEquals": {"bedrock:InferenceProfileArn": profile}}
    message = {"role": "user", "content": [{"text": INPUT_TEXT}]}
    return Call(
        resource=context.aws.step("bedrock").resource,
        arguments={
            "ModelId": f"${{{model.id}}}",
            "Body": {"messages": [message]},
            "ContentType": "application/json",
        },
        output=Merged("answer", {"body": Value("result", ("Body",))}),
        substitutions=((model.id, Ref(model.id, "name")),),
        resources=(model,),
        permissions=(may(context, "bedrock", "invoke", own, profile), replace(through, condition=only)),
        timeout_s=context.aws.limit("http-task-timeout"),
    )


def http_api(unit: Unit, context: PlanContext) -> Call:
    """POST the payload to an HTTPS endpoint whose key is kept in a connection."""
    endpoint = given(unit, context, "Endpoint", "HTTPS address to POST to")
    key = Parameter(
        f"{unit.name.id}Key",
        "key of the endpoint, sent as x-api-key",
        context.asked("targets"),
        None,
        secret=True,
    )
    link = Connection(
        f"{unit.name.id}Connection", "holds the endpoint's key", context.asked("targets"), Ref(key.id, "name")
    )
    condition = {
        "StringEquals": {"states:HTTPMethod": "POST", "states:HTTPEndpoint": Ref(endpoint.id, "name")}
    }
    return Call(
        resource=context.aws.step("http-api").resource,
        arguments={
            "ApiEndpoint": f"${{{endpoint.id}}}",
            "Method": "POST",
            "InvocationConfig": {"ConnectionArn": f"${{{link.id}Arn}}"},
            "RequestBody": INPUT,
        },
        output=Merged(
            "response",
            {"status": Value("result", ("StatusCode",)), "body": Value("result", ("ResponseBody",))},
        ),
        substitutions=((endpoint.id, Ref(endpoint.id, "name")), (f"{link.id}Arn", Ref(link.id))),
        resources=(endpoint, key, link),
        permissions=(
            replace(may(context, "http-api", "call", Ref(MACHINE)), condition=condition),
            may(context, "eventbridge", "use-connection", Ref(link.id)),
            may(context, "http-api", "read-key", Ref(link.id, "secret")),
        ),
        timeout_s=context.aws.limit("http-task-timeout"),
        retries=http_retries(context),
    )


def child(unit: Unit, context: PlanContext) -> Call:
    """Run another state machine and wait for its result; an Express workflow starts it and goes on."""
    if context.design.workflow_type == EXPRESS:
        return _started(unit, context)
    machine = given(unit, context, "StateMachineName", f"name of the Standard state machine to run, {HERE}")
    arn = _of_states("stateMachine:{0}", machine)
    return Call(
        resource=context.aws.step("step-functions").resource,
        arguments={
            "StateMachineArn": f"${{{unit.name.id}StateMachineArn}}",
            "Input": {
                "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": EXECUTION_ID,
                "payload": INPUT,
            },
        },
        output=Merged("result", {"output": Value("result", ("Output",))}),
        substitutions=((f"{unit.name.id}StateMachineArn", arn),),
        resources=(machine,),
        permissions=(
            may(context, "step-functions", "start", arn),
            may(context, "step-functions", "watch", _of_states("execution:{0}:*", machine)),
            watch(context, "step-functions"),
        ),
        standard_only=True,
        timeout_s=job_timeout(context),
    )


def _started(unit: Unit, context: PlanContext) -> Call:
    machine = given(unit, context, "StateMachineName", f"name of the state machine to start, {HERE}")
    arn = _of_states("stateMachine:{0}", machine)
    return Call(
        resource=context.aws.step("step-functions").resource.removesuffix(".sync:2"),
        arguments={
            "StateMachineArn": f"${{{unit.name.id}StateMachineArn}}",
            "Input": {"payload": INPUT},
        },
        output=Merged("result", {"execution": Value("result", ("ExecutionArn",))}),
        substitutions=((f"{unit.name.id}StateMachineArn", arn),),
        resources=(machine,),
        permissions=(may(context, "step-functions", "start", arn),),
    )


def _of_states(what: str, machine: Parameter) -> Arn:
    """Return an ARN of Step Functions that the name of a state machine is part of."""
    return Arn(f"arn:{{partition}}:states:{{region}}:{{account}}:{what}", (Ref(machine.id, "name"),))


def activity(unit: Unit, context: PlanContext) -> Call:
    """Wait for a worker anywhere that polls for the task; workers bring their own permissions."""
    made = Activity(
        f"{unit.name.id}Activity", f"hands '{unit.name.words}' to workers that poll", context.asked("targets")
    )
    return Call(
        resource=f"${{{made.id}Arn}}",
        arguments=INPUT,
        output=RESULT,
        substitutions=((f"{made.id}Arn", Ref(made.id)),),
        resources=(made,),
        standard_only=True,
        timeout_s=job_timeout(context),
        heartbeat_s=300,
    )
