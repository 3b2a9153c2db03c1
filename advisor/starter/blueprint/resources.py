"""The kinds of resources that a starter project may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from msgspec import Struct

from advisor.knowledge.failure_plan import Retrier
from advisor.knowledge.names import Name
from advisor.starter.blueprint.wiring import (
    Answers,
    AsyncInvoke,
    Batch,
    Piped,
    Ref,
    Target,
    Trigger,
    Work,
    WorkflowType,
)

STARTED = ("ecs-fargate", "batch", "sagemaker")  # jobs, which get no event but what is picked out of it
IOT_SQL_VERSION = "2016-03-23"


class Resource(Struct, frozen=True):
    """Base of all resources: ``rules`` are the ids of the rules that asked for it."""

    kind: ClassVar[str]
    log_days: ClassVar[int] = 30
    id: str
    purpose: str
    rules: tuple[str, ...]


class Durable(Struct, frozen=True, kw_only=True):
    """Settings of durable executions: how long one may last, how long its history is kept, its retries.

    ``claims``: a run claims its event first, so that an event that comes again starts no second one.
    """

    timeout_s: int
    retention_days: int
    retry: Retrier | None = None
    claims: bool = False


class Outside(Struct, frozen=True, kw_only=True):
    """What business code is the place for: to call a service, to start a job, or to ask how far it is.

    ``variables`` are environment variables that name what to use.
    """

    does: Literal["call", "start", "ask"]
    service: str
    noun: str
    variables: tuple[str, ...] = ()

    @property
    def known(self) -> str:
        """Return the noun with the definite article."""
        return f"the {self.noun.partition(' ')[2]}"


class Function(Resource, frozen=True, kw_only=True):
    """A Lambda function; its business code is the same file whichever option.

    Each version is published under ``alias``, which is what everything calls and what has the settings.
    ``undoes`` is the step whose effect it takes back, ``lists`` the key of a list that the next state reads;
    where that is ``stored``, the key of an address in S3.
    ``durable``: its runs are durable executions; ``dead_letters`` gets the event of one that ends badly.
    ``answers``: who waits for what it returns. ``outside``: its code is yet to call a service. ``piped``: a
    pipe calls it with a list of records, and gets their results, or which of them failed.
    """

    kind: ClassVar[str] = "function"
    alias: ClassVar[str] = "live"
    architecture: ClassVar[str] = "arm64"
    name: Name
    does: Work = "step"
    undoes: str = ""
    lists: str = ""
    stored: bool = False
    answers: Answers = ""
    piped: Piped = ""
    outside: Outside | None = None
    timeout_s: int = 30
    environment: tuple[tuple[str, Ref | str], ...] = ()
    trigger: Trigger | None = None
    asynchronous: AsyncInvoke | None = None
    durable: Durable | None = None
    dead_letters: Ref | None = None


class Queue(Resource, frozen=True, kw_only=True):
    """An SQS queue; alarms ring when one that ``stays_empty`` does not, or a message is ``oldest_s`` old.

    ``senders`` are service principals, each with the resources it may act for. A queue with ``dead_letters``
    keeps messages for a shorter time: one keeps its age when it moves, and must stay there long enough. One
    that is ``fifo`` keeps the order of the messages of a group.
    """

    kind: ClassVar[str] = "queue"
    retention_s: int = 1_209_600
    visibility_s: int = 30
    senders: tuple[tuple[str, Target], ...] = ()
    stays_empty: bool = False
    dead_letters: Ref | None = None
    max_receives: int = 0
    oldest_s: int = 0
    delay_s: int = 0
    fifo: bool = False


class Topic(Resource, frozen=True):
    """An SNS topic; ``email`` names the parameter with an address to subscribe."""

    kind: ClassVar[str] = "topic"
    email: Ref | None = None
    fifo: bool = False


class Bucket(Resource, frozen=True):
    """A private S3 bucket; ``events`` sends object events to the default event bus."""

    kind: ClassVar[str] = "bucket"
    events: bool = False
    expires_days: int = 0


class Bus(Resource, frozen=True):
    """A custom EventBridge bus."""

    kind: ClassVar[str] = "bus"


class Table(Resource, frozen=True):
    """A DynamoDB table billed per request; one whose items do not expire can be restored to any second."""

    kind: ClassVar[str] = "table"
    key: str = "id"
    expires: str = ""
    stream: bool = False

    @property
    def restorable(self) -> bool:
        """Return whether there is something to lose."""
        return not self.expires


class Stream(Resource, frozen=True, kw_only=True):
    """A Kinesis stream in on-demand mode; after ``kept_hours`` a record is gone."""

    kind: ClassVar[str] = "stream"
    kept_hours: int = 24


class HttpApi(Resource, frozen=True, kw_only=True):
    """An HTTP API with one IAM-authorised route: to the machine, a bus, a queue or a function that answers.

    ``key_header`` names the run: the same key twice is the same request.
    """

    kind: ClassVar[str] = "http_api"
    route: ClassVar[str] = "POST /"
    key_header: ClassVar[str] = "Idempotency-Key"
    log_prefix: ClassVar[str] = "/aws/vendedlogs/apigateway/"
    access_log: ClassVar[Mapping[str, str]] = {
        "requestId": "$context.requestId",
        "status": "$context.status",
        "error": "$context.integrationErrorMessage",
    }
    per_second: int = 50
    burst: int = 100
    machine: Ref | None = None
    bus: Ref | None = None
    queue: Ref | None = None
    source: str = ""
    detail_type: str = ""
    function: Ref | None = None


class Pipe(Resource, frozen=True, kw_only=True):
    """An EventBridge pipe that hands each record of a queue or stream on to ``target``.

    ``template`` picks the payload out of the record; ``waits``: the pipe waits for each run's result.
    ``enrichment`` is the function that computes what the target gets; then the template is for its input.
    A job gets what the path ``picks``, an HTTP endpoint has it as the key of the request; ``task`` and
    ``subnets`` are those of a container, ``definition`` and ``job_name`` of a Batch job.
    ``filter`` is what a record must be like. ``bisects``: a batch of which a part failed is halved.
    ``topic`` and ``group``: what it reads of a Kafka cluster, and as which consumer group. Its log says why a
    delivery failed; ``logs_records``: and keeps the record itself, which the queue of a stream does not.
    """

    kind: ClassVar[str] = "pipe"
    start: ClassVar[str] = Batch.start
    log_prefix: ClassVar[str] = "/aws/vendedlogs/pipes/"
    batch_size: int = 1
    bisects: bool = False
    service: str = ""
    source: Ref = Ref("")
    target: Ref = Ref("")
    target_service: str = "step-functions"
    enrichment: Ref | None = None
    template: str = ""
    waits: bool = False
    undelivered: Ref | None = None
    retry_attempts: int = 0
    max_record_age_s: int = 0
    topic: Ref | None = None
    group: Ref | None = None
    logs_records: bool = False
    filter: Mapping[str, Any] | None = None
    at_once: int = 1
    task: Ref | None = None
    subnets: Ref | None = None
    definition: Ref | None = None
    job_name: str = ""
    picks: str = ""

    @property
    def job(self) -> bool:
        """Return whether the pipe starts a job, and does not wait for its end."""
        return self.target_service in STARTED

    @property
    def target_template(self) -> str:
        """Return what is picked out of a record for the target; empty where it gets all of it, or none."""
        return "" if self.enrichment or self.job else self.template

    @property
    def parameterised(self) -> bool:
        """Return whether there is anything to say of the target."""
        own = self.target_service not in ("sns", "sqs", "http-api")
        return bool(self.target_template or self.picks or own)


class Subscription(Resource, frozen=True, kw_only=True):
    """A topic's delivery of bare messages to a queue, of all or of those whose fields match ``filter``.

    ``undelivered`` gets what it cannot deliver.
    """

    kind: ClassVar[str] = "subscription"
    topic: Ref = Ref("")
    queue: Ref = Ref("")
    undelivered: Ref | None = None
    filter: Mapping[str, Any] | None = None


class IotRule(Resource, frozen=True, kw_only=True):
    """An IoT rule that starts the machine, calls ``function`` or publishes to ``topic``.

    ``undelivered`` gets what it cannot hand on.
    """

    kind: ClassVar[str] = "iot_rule"
    sql_version: ClassVar[str] = IOT_SQL_VERSION
    sql: str = ""
    machine: Ref | None = None
    function: Ref | None = None
    topic: Ref | None = None
    undelivered: Ref = Ref("")


class MailRule(Resource, frozen=True):
    """An SES receipt rule for mail to ``recipient``: it calls a function or publishes to a topic."""

    kind: ClassVar[str] = "mail_rule"
    function: Ref | None = None
    recipient: Ref = Ref("")
    topic: Ref | None = None


class LoadBalancer(Resource, frozen=True, kw_only=True):
    """An Application Load Balancer in the user's network with a function as its only target.

    ``idle_s``: how long it waits for an answer.
    """

    kind: ClassVar[str] = "load_balancer"
    port: ClassVar[int] = 80
    clients: ClassVar[str] = "10.0.0.0/8"
    function: Ref = Ref("")
    network: Ref = Ref("")
    subnets: Ref = Ref("")
    idle_s: int = 60


class UserPool(Resource, frozen=True):
    """A Cognito user pool whose sign-ups trigger a function."""

    kind: ClassVar[str] = "user_pool"


class Connection(Resource, frozen=True):
    """An EventBridge connection that holds the key of an HTTP endpoint."""

    kind: ClassVar[str] = "connection"
    header: ClassVar[str] = "x-api-key"
    key: Ref = Ref("")


class ApiDestination(Resource, frozen=True, kw_only=True):
    """An HTTPS address that EventBridge POSTs to, with the key of ``connection``, so often at most."""

    kind: ClassVar[str] = "api_destination"
    method: ClassVar[str] = "POST"
    connection: Ref = Ref("")
    endpoint: Ref = Ref("")
    per_second: int = 0


class Container(Resource, frozen=True):
    """A Fargate task: cluster, task definition with one container named ``work``, its roles and its log."""

    kind: ClassVar[str] = "container"
    cpu: ClassVar[int] = 256
    memory_mb: ClassVar[int] = 512
    command: ClassVar[tuple[str, ...]] = ("sh", "-c", "echo $PAYLOAD")
    image: Ref = Ref("")


class Activity(Resource, frozen=True):
    """A Step Functions activity: tasks that workers anywhere poll for."""

    kind: ClassVar[str] = "activity"


class Route(Resource, frozen=True, kw_only=True):
    """An EventBridge rule that hands matching events to a queue or topic, or a schedule that sends ``input``.

    A schedule sends to queues only, in a role of its own; ``group`` is the message group of what it sends to
    a FIFO queue.
    """

    kind: ClassVar[str] = "route"
    schedule: str = ""
    input: Mapping[str, Any] | None = None
    group: str = ""
    bus: Ref | None = None
    pattern: Mapping[str, Any] | None = None
    target: Ref = Ref("")
    target_service: Literal["sqs", "sns"] = "sqs"
    undelivered: Ref | None = None
    retry_attempts: int = 0
    max_event_age_s: int = 0


class Machine(Resource, frozen=True, kw_only=True):
    """A state machine: its definition as data, and what its placeholders stand for."""

    kind: ClassVar[str] = "machine"
    log_prefix: ClassVar[str] = "/aws/vendedlogs/states/"
    name: Name = Name(text="", id="", module="", words="")
    workflow_type: WorkflowType = "standard"
    definition: Mapping[str, Any] = ()  # type: ignore[assignment]
    substitutions: tuple[tuple[str, Target], ...] = ()
    trigger: Trigger | None = None

    @property
    def log_level(self) -> str:
        """Return what is logged: everything where there is no history to look at."""
        return "ALL" if self.workflow_type == "express" else "ERROR"


class Alarm(Resource, frozen=True, kw_only=True):
    """A CloudWatch alarm that rings when ``metric`` is above ``threshold``."""

    kind: ClassVar[str] = "alarm"
    namespace: str = ""
    metric: str = ""
    dimension: str = ""
    of: Ref = Ref("")
    threshold: int = 0
    statistic: str = "Sum"
    period_s: int = 60
    periods: int = 1
    action: Ref = Ref("")


class Policy(Resource, frozen=True):
    """A managed policy for people or systems outside the project; its permissions are those it holds."""

    kind: ClassVar[str] = "policy"


EXAMPLES = {  # by how the name of a parameter ends
    "VpcId": "vpc-0a1b2c3d",
    "SubnetIds": "subnet-0a1b2c3d,subnet-4e5f6a7b",
    "Subnets": "subnet-0a1b2c3d,subnet-4e5f6a7b",
    "JobQueueArn": "arn:aws:batch:us-east-1:123456789012:job-queue/work",
    "JobDefinitionArn": "arn:aws:batch:us-east-1:123456789012:job-definition/work:1",
    "KafkaClusterArn": "arn:aws:kafka:us-east-1:123456789012:cluster/orders/2f1d-5",
    "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:orders",
    "PipelineArn": "arn:aws:sagemaker:us-east-1:123456789012:pipeline/train",
    "ClusterId": "j-3H6EATEWWRKC",
    "Script": "s3://example-bucket/job.py",
    "WatchedLogGroup": "/aws/lambda/orders",
    "Endpoint": "https://example.com",
    "Recipient": "ann@example.com",
    "Email": "ann@example.com",
}


class Parameter(Resource, frozen=True):
    """A value the user gives when deploying."""

    kind: ClassVar[str] = "parameter"
    default: str | None = ""
    secret: bool = False
    type: str = "String"

    @property
    def example(self) -> str:
        """Return a value of the right form, for tests that deploy nothing."""
        return self.default or next(
            (text for end, text in EXAMPLES.items() if self.id.endswith(end)), "example"
        )
