"""Tasks that call what lives outside the stack and go on with its answer.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html and the page of each
service below it.
"""

from __future__ import annotations

from advisor.starter.blueprint.flow import Unit
from advisor.starter.blueprint.ids import MACHINE
from advisor.starter.blueprint.resources import Activity, Connection, Parameter
from advisor.starter.blueprint.wiring import Arn, Permission, Ref
from advisor.starter.plan.rule_ids import RulesBehind
from advisor.starter.plan.step_functions.jobs import AN_HOUR, given, may, watch
from advisor.starter.state_language.expressions import EXECUTION_ID, INPUT, INPUT_TEXT, RESULT, Merged, Value
from advisor.starter.state_language.task import Call

HTTP_S = 60


def bedrock(unit: Unit, asked: RulesBehind, source: str) -> Call:
    """Ask a foundation model and go on with its answer."""
    model = given(unit, asked, "ModelId", "id of the Bedrock model", "amazon.nova-lite-v1:0")
    arn = Arn("arn:{partition}:bedrock:{region}::foundation-model/{0}", (Ref(model.id, "name"),))
    message = {"role": "user", "content": [{"text": INPUT_TEXT}]}
    return Call(
        "arn:aws:states:::bedrock:invokeModel",
        {"ModelId": f"${{{model.id}}}", "Body": {"messages": [message]}, "ContentType": "application/json"},
        Merged("answer", {"body": Value("result", ("Body",))}),
        ((model.id, Ref(model.id, "name")),),
        (model,),
        (may("bedrock:InvokeModel", on=arn),),
        timeout_s=HTTP_S,
    )


def http_api(unit: Unit, asked: RulesBehind, source: str) -> Call:
    """POST the payload to an HTTPS endpoint whose key is kept in a connection."""
    endpoint = given(unit, asked, "Endpoint", "HTTPS address to POST to")
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
        Merged(
            "response",
            {"status": Value("result", ("StatusCode",)), "body": Value("result", ("ResponseBody",))},
        ),
        ((endpoint.id, Ref(endpoint.id, "name")), (f"{link.id}Arn", Ref(link.id))),
        (endpoint, key, link),
        (
            Permission(MACHINE, ("states:InvokeHTTPEndpoint",), (Ref(MACHINE),), condition=condition),
            may("events:RetrieveConnectionCredentials", on=Ref(link.id)),
            may("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", on=Ref(link.id, "secret")),
        ),
        timeout_s=HTTP_S,
    )


def child(unit: Unit, asked: RulesBehind, source: str) -> Call:
    """Run another state machine and wait for its result."""
    machine = given(unit, asked, "StateMachineArn", "ARN of the Standard state machine to run")
    runs = Arn("arn:{partition}:states:{region}:{account}:execution:*")
    return Call(
        "arn:aws:states:::states:startExecution.sync:2",
        {
            "StateMachineArn": f"${{{machine.id}}}",
            "Input": {
                "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": EXECUTION_ID,
                "payload": INPUT,
            },
        },
        Merged("result", {"output": Value("result", ("Output",))}),
        ((machine.id, Ref(machine.id, "name")),),
        (machine,),
        (
            may("states:StartExecution", on=Ref(machine.id, "name")),
            may("states:DescribeExecution", "states:StopExecution", on=runs),
            watch("StepFunctionsGetEventsForStepFunctionsExecutionRule"),
        ),
        standard_only=True,
        timeout_s=AN_HOUR,
    )


def activity(unit: Unit, asked: RulesBehind, source: str) -> Call:
    """Wait for a worker anywhere that polls for the task; workers bring their own permissions."""
    made = Activity(
        f"{unit.name.id}Activity", f"hands '{unit.name.words}' to workers that poll", asked("targets")
    )
    return Call(
        f"${{{made.id}Arn}}",
        INPUT,
        RESULT,
        ((f"{made.id}Arn", Ref(made.id)),),
        (made,),
        standard_only=True,
        timeout_s=AN_HOUR,
        heartbeat_s=300,
    )
