"""Shell commands that send one event through the source of a project."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from advisor.decision.workflow import ITEMS_KEY
from advisor.knowledge.flow import takes_list
from advisor.starter.blueprint.ids import MAP_ITEMS, SOURCE_BUS
from advisor.starter.blueprint.items import typed
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import HttpApi, Route
from advisor.starter.documents import jobs

RAW = "--cli-binary-format raw-in-base64-out"
CREDENTIALS = 'eval "$(aws configure export-credentials --format env)"'
MAIL = "orders@example.com"
GROUP = "/app/orders"
CLI_READ_TIMEOUT_S = 60
CLUSTER = "arn:aws:kafka:us-east-1:123456789012:cluster/orders/2f1d-5"


class Project(Struct, frozen=True):
    """A project whose stack is deployed; ``output`` is how a command gets the value of an output."""

    blueprint: Blueprint
    output: Callable[[str], str]

    @property
    def payload(self) -> str:
        """Return the sample payload as one word of a command."""
        return _word(self.blueprint.payload)


def send(project: Project) -> str:
    """Return what sends one event through the source."""
    sent = SENDERS.get(_source(project.blueprint), _call)(project)
    return f"{_list(project)}{sent}"


def _list(project: Project) -> str:
    """Return what puts a list where the payload says it is; the object of a bucket is the list itself."""
    blueprint = project.blueprint
    if blueprint.event_source == "s3" or not takes_list(blueprint.flow):
        return ""
    key = blueprint.payload[ITEMS_KEY]["key"]
    return f"aws s3 cp events/list.json s3://{project.output(f'{MAP_ITEMS}Name')}/{key}\n"


def _source(blueprint: Blueprint) -> str:
    """Return where an event comes in: at the API, also where a bus is behind it."""
    over_http = any(isinstance(item, HttpApi) for item in blueprint.resources)
    return "api-gateway" if over_http else blueprint.event_source


def note(project: Project) -> str:
    """Return what is to be known before it is sent."""
    source = _source(project.blueprint)
    first = project.blueprint.first_function
    called = first and not first.answers and not project.blueprint.worked_on
    asynchronous = called and source not in SENDERS
    event = "`Event` is not the default: destinations fire for asynchronous calls only."
    if project.blueprint.durable:
        event = "`Event` is not the default: a run may outlast a call. The same name twice is the same run."
    if project.blueprint.job_starts and source == "schedule":
        return f"This starts the job now, and not by its schedule. {jobs.asked(project.blueprint)}".strip()
    return " ".join(filter(None, (NOTES.get(source, ""), event if asynchronous else "")))


def _word(value: Any) -> str:
    return shlex.quote(value if isinstance(value, str) else json.dumps(value))


NOTES: Mapping[str, str] = {
    "schedule": (
        "This is what the schedule does, before its time. It runs once a day, `rate(1 day)`: write your own "
        "rate or cron expression in its place."
    ),
    "alb": "Do it from a host in the network of the load balancer.",
    "cloudwatch-logs": "`GROUP` is what you gave as `WatchedLogGroup`.",
    "ses": (
        "`RECIPIENT` is what you gave as `MailRecipient`: SES has verified its domain, so it may write to "
        "itself. "
        "One set of receipt rules is active in an account; this one takes its place."
    ),
    "kafka": (
        "`CLUSTER` and `TOPIC` are what you gave as `KafkaClusterArn` and `KafkaTopic`. Do it from a host "
        "in the network of the cluster, with the tools of Kafka and "
        "[aws-msk-iam-auth](https://github.com/aws/aws-msk-iam-auth)."
    ),
}


def _call(project: Project) -> str:
    blueprint = project.blueprint
    if blueprint.worked_on:
        scheduled = [item for item in blueprint.resources if isinstance(item, Route) and item.schedule]
        if scheduled:
            return "\n".join(_scheduled(project, item) for item in scheduled)
        return _sns(project) if "SourceTopic" in blueprint.by_id else _sqs(project)
    first = blueprint.first_function
    if blueprint.job_starts:
        return jobs.start(blueprint, project.output)
    if first is None:
        machine = project.output("StateMachine")
        return f"aws stepfunctions start-execution --state-machine-arn {machine} --input {project.payload}"
    named = "--durable-execution-name order-1001 " if blueprint.durable else ""
    how = "" if first.answers else " --invocation-type Event"
    how += " --cli-read-timeout 0" if first.answers and first.timeout_s >= CLI_READ_TIMEOUT_S else ""
    return (
        f"aws lambda invoke --function-name {project.output('FirstFunction')}{how} \\\n"
        f"  {named}{RAW} --payload {project.payload} /dev/stdout"
    )


def _s3(project: Project) -> str:
    bucket = project.output("SourceBucketName")
    if takes_list(project.blueprint.flow):
        return f"aws s3 cp events/list.json s3://{bucket}/incoming/1001.json"
    return f"echo {project.payload} | aws s3 cp - s3://{bucket}/incoming/1001.json"


def _bus(project: Project) -> str:
    blueprint = project.blueprint
    detail = json.dumps(blueprint.payload)
    entry = {"Source": blueprint.source, "DetailType": "Work requested", "Detail": detail}
    if SOURCE_BUS in blueprint.by_id:
        entry["EventBusName"] = "BUS"
    bus = f"\"'{project.output('SourceBusName')}'\"" if SOURCE_BUS in blueprint.by_id else ""
    return f"aws events put-events --entries {_word([entry])}".replace('"BUS"', bus)


def _sns(project: Project) -> str:
    topic = project.output("SourceTopicArn")
    return f"aws sns publish --topic-arn {topic}{_group(project)} --message {project.payload}"


def _sqs(project: Project, queue_id: str = "SourceQueue", body: str = "") -> str:
    queue = project.output(f"{queue_id}Url")
    message = body or project.payload
    return f"aws sqs send-message --queue-url {queue}{_group(project)} --message-body {message}"


def _scheduled(project: Project, schedule: Route) -> str:
    """Return the message that ``schedule`` sends to its queue, with the id of the sample."""
    sent = {**(schedule.input or {}), "id": project.blueprint.payload["id"]}
    return _sqs(project, schedule.target.to, _word(sent))


def _group(project: Project) -> str:
    """Return the group whose messages keep their order, for queues and topics that are FIFO."""
    fifo = any(getattr(item, "fifo", False) for item in project.blueprint.resources)
    return " --message-group-id order-1001" if fifo else ""


def _kinesis(project: Project) -> str:
    stream = project.output("SourceStreamName")
    return (
        f"aws kinesis put-record --stream-name {stream} --partition-key 1001 \\\n"
        f"  {RAW} --data {project.payload}"
    )


def _table(project: Project) -> str:
    item = typed(project.blueprint.payload)["M"]
    return f"aws dynamodb put-item --table-name {project.output('SourceTableName')} --item {_word(item)}"


def _iot(project: Project) -> str:
    return f"aws iot-data publish --topic work/requested {RAW} --payload {project.payload}"


def _logs(project: Project) -> str:
    return (
        f"GROUP={GROUP}\n"
        'aws logs create-log-stream --log-group-name "$GROUP" --log-stream-name "try-$$"\n'
        'aws logs put-log-events --log-group-name "$GROUP" --log-stream-name "try-$$" \\\n'
        '  --log-events "timestamp=$(date +%s)000,message=ERROR: order 1001"'
    )


def _mail(project: Project) -> str:
    rules = project.output("MailRuleSetName")
    return (
        f"aws ses set-active-receipt-rule-set --rule-set-name {rules}\n"
        f"RECIPIENT={MAIL}\n"
        'aws ses send-email --from "$RECIPIENT" --to "$RECIPIENT" --subject "Order 1001" --text "Order 1001"'
    )


def _sign_up(project: Project) -> str:
    return (
        f"POOL={project.output('UserPoolId')}\n"
        'CLIENT=$(aws cognito-idp create-user-pool-client --user-pool-id "$POOL" --client-name try \\\n'
        "  --query UserPoolClient.ClientId --output text)\n"
        'aws cognito-idp sign-up --client-id "$CLIENT" --username ann@example.com \\\n'
        "  --password 'Only-4-a-try' --user-attributes Name=email,Value=ann@example.com\n"
        'aws cognito-idp admin-confirm-sign-up --user-pool-id "$POOL" --username ann@example.com'
    )


def _kafka(project: Project) -> str:
    return (
        f"CLUSTER={CLUSTER}\n"
        "TOPIC=orders\n"
        "cat > client.properties <<'END'\n"
        "security.protocol=SASL_SSL\n"
        "sasl.mechanism=AWS_MSK_IAM\n"
        "sasl.jaas.config=software.amazon.msk.auth.iam.IAMLoginModule required;\n"
        "sasl.client.callback.handler.class=software.amazon.msk.auth.iam.IAMClientCallbackHandler\n"
        "END\n"
        'BROKERS=$(aws kafka get-bootstrap-brokers --cluster-arn "$CLUSTER" \\\n'
        "  --query BootstrapBrokerStringSaslIam --output text)\n"
        f'echo {project.payload} | kafka-console-producer.sh --topic "$TOPIC" \\\n'
        '  --bootstrap-server "$BROKERS" --producer.config client.properties'
    )


def _http(project: Project) -> str:
    return _signed("execute-api", project, "ApiUrl")


def _url(project: Project) -> str:
    return _signed("lambda", project, "FunctionUrl")


def _balancer(project: Project) -> str:
    host = project.output("LoadBalancerHost")
    return f"curl{_key(project)} -d {project.payload} http://{host}/"


def _key(project: Project) -> str:
    """Return the header that tells this request from a repeated one, where something looks at it."""
    blueprint, first = project.blueprint, project.blueprint.first_function
    keyed = blueprint.machine or (first and first.answers and blueprint.idempotency)
    return f' -H "{HttpApi.key_header}: $(date +%s)"' if keyed else ""


def _signed(service: str, project: Project, address: str) -> str:
    return (
        f"{CREDENTIALS}\n"
        f'curl --aws-sigv4 "aws:amz:$AWS_REGION:{service}" \\\n'
        '  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\\n'
        f'  -H "x-amz-security-token: $AWS_SESSION_TOKEN"{_key(project)} \\\n'
        f"  -H 'content-type: application/json' -d {project.payload} {project.output(address)}"
    )


SENDERS: Mapping[str, Callable[[Project], str]] = {
    "s3": _s3,
    "eventbridge": _bus,
    "sns": _sns,
    "sqs": _sqs,
    "api-gateway": _http,
    "alb": _balancer,
    "function-url": _url,
    "dynamodb-stream": _table,
    "kinesis": _kinesis,
    "kafka": _kafka,
    "cognito": _sign_up,
    "ses": _mail,
    "iot": _iot,
    "cloudwatch-logs": _logs,
}
