"""A Terraform plan as a neutral description: its names and ARNs are made up, so nothing is unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.starter import Blueprint
from tests.starter.checks.neutral import Collected, Description, allowed, listed, managed, watched
from tests.starter.checks.neutral_cloudformation import published, texts

Values = Mapping[str, Any]
# What others refer to: the attribute that is its name in AWS, and how the blueprint's id is spelt there
OWNERS = {
    "aws_cloudwatch_event_bus": ("name", "{}"),
    "aws_cloudwatch_event_connection": ("name", "{}"),
    "aws_glue_workflow": ("name", "{}"),
    "aws_glue_trigger": ("name", "{}"),
    "aws_cloudwatch_event_api_destination": ("name", "{}"),
    "aws_cloudwatch_event_rule": ("name", "{}"),
    "aws_cognito_user_pool": ("name", "{}"),
    "aws_dynamodb_table": ("name", "{}"),
    "aws_ecs_cluster": ("name", "{}Cluster"),
    "aws_ecs_task_definition": ("family", "{}"),
    "aws_iam_role": ("name", "{}Role"),
    "aws_kinesis_stream": ("name", "{}"),
    "aws_lambda_function": ("function_name", "{}"),
    "aws_lb": ("arn_suffix", "{}"),
    "aws_pipes_pipe": ("name", "{}"),
    "aws_s3_bucket": ("bucket", "{}"),
    "aws_sfn_activity": ("name", "{}"),
    "aws_sfn_state_machine": ("name", "{}"),
    "aws_sns_topic": ("name", "{}"),
    "aws_sqs_queue": ("name", "{}"),
}


@dataclass(frozen=True)
class Planned:
    """One resource of a plan: its type, its name in the configuration and its values."""

    type: str
    name: str
    values: Values


def describe(plan: Mapping[str, Any], blueprint: Blueprint) -> Description:
    """Return what the plan deploys, under the ids of ``blueprint``."""
    planned = [
        Planned(item["type"], item["name"], item["values"])
        for item in plan["planned_values"]["root_module"]["resources"]
        if item["mode"] == "managed"
    ]
    ids = _ids(planned, blueprint)
    found = Collected()
    for item in sorted(planned, key=lambda item: item.type):  # a rule before its target
        describer = DESCRIBERS.get(item.type)
        if describer:
            describer(found, ids.get(item.name, item.name), _translated(item.values, planned, ids))
    _permissions(found, planned, ids)
    found.sections.pop("patterns", None)
    return found.description()


def _ids(planned: Iterable[Planned], blueprint: Blueprint) -> dict[str, str]:
    """Return the ids of the blueprint by the names of the configuration."""
    plain = {item.id.lower(): item.id for item in blueprint.resources}
    names = {item.name for item in planned}
    return {name: plain.get(name.replace("_", ""), _pascal(name)) for name in names}


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _translated(value: Any, planned: list[Planned], ids: Mapping[str, str]) -> Any:
    """Return ``value`` with the ids of the blueprint where the plan has names in AWS."""
    known = _known(planned, ids)
    clusters = _known([item for item in planned if item.type == "aws_ecs_cluster"], ids)
    # these are called like the whole project, so that only in ARNs the name is theirs
    whole = ("aws_sfn_state_machine", "aws_cognito_user_pool")
    machines = [item.values["name"] for item in planned if item.type in whole]

    def text(value: str) -> str:
        if value[:1] in "[{":
            try:
                return json.dumps(translated(json.loads(value)))
            except ValueError:
                return value
        if value.startswith(("arn:", "https://sqs.", "kafka://", "s3://")):
            here = {**known, **clusters} if re.search(r":ecs:.*:(task|cluster)/", value) else known
            return "".join(here.get(part, part) for part in re.split(r"([:/])", value))
        return value if value in machines else known.get(value, value)

    def translated(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: translated(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [translated(item) for item in value]
        return text(value) if isinstance(value, str) else value

    return translated(value)


def _known(planned: Iterable[Planned], ids: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of the blueprint by the names in AWS."""
    found = {}
    for item in planned:
        if item.type in OWNERS:
            key, spelt = OWNERS[item.type]
            name = spelt.format(ids[item.name])
            found[str(item.values[key])] = name.lower() if item.type == "aws_s3_bucket" else name
    return found


# --- permissions


def _permissions(found: Collected, planned: list[Planned], ids: Mapping[str, str]) -> None:
    holders: dict[str, list[str]] = {}
    for item in planned:
        for holder, role in _roles(item, ids):
            holders.setdefault(str(role).rpartition("/")[2], []).append(holder)
    for item in planned:
        if item.type == "aws_iam_role_policy":
            document = json.loads(_translated(item.values["policy"], planned, ids))
            lines = list(allowed(document))
        elif item.type == "aws_iam_role_policy_attachment":
            lines = list(managed(item.values["policy_arn"]))
        else:
            continue
        for holder in holders.get(item.values["role"], [f"nobody ({item.name})"]):
            found.add_to("permissions", holder, lines)


def _roles(item: Planned, ids: Mapping[str, str]) -> list[tuple[str, Any]]:
    of, name = item.values, ids[item.name]
    if item.type == "aws_lambda_function":
        return [(name, of["role"])]
    if item.type in ("aws_sfn_state_machine", "aws_pipes_pipe"):
        return [(name, of["role_arn"])]
    if item.type == "aws_scheduler_schedule":
        return [("schedule", of["target"][0]["role_arn"])]
    if item.type == "aws_cloudwatch_event_target":
        return [("rule", of["role_arn"])] if of.get("role_arn") else []
    if item.type == "aws_apigatewayv2_integration":
        return [("api", of["credentials_arn"])]
    if item.type == "aws_iot_topic_rule":
        parts = [*of.get("step_functions", []), *(of.get("error_action") or [])]
        inner = [one for part in parts for one in (part, *listed(part.get("sqs")))]
        return [("iot rule", one["role_arn"]) for one in inner if one.get("role_arn")]
    if item.type == "aws_ecs_task_definition":
        return [("task", of["task_role_arn"]), ("agent", of["execution_role_arn"])]
    return []


# --- resources


def _one(value: Any) -> Mapping[str, Any]:
    """Return the only block of a list of blocks, or an empty one."""
    blocks = listed(value)
    return blocks[0] if blocks else {}


def _function(found: Collected, name: str, of: Values) -> None:
    found.add(
        "functions",
        name,
        runtime=of["runtime"],
        handler=of["handler"],
        memory=of["memory_size"],
        timeout=of["timeout"],
        architectures=of["architectures"],
        tracing=_one(of["tracing_config"])["mode"],
        environment=_one(of.get("environment")).get("variables"),
        logs="its own group" if _one(of.get("logging_config")).get("log_group") else None,
        longest_run=_one(of.get("durable_config")).get("execution_timeout"),
        history=_one(of.get("durable_config")).get("retention_period"),
        letters=_one(of.get("dead_letter_config")).get("target_arn"),
    )


def _policy(found: Collected, name: str, of: Values) -> None:
    found.add_to("policies", name, allowed(json.loads(of["policy"])))


def _alias(found: Collected, name: str, of: Values) -> None:
    found.add("functions", of["function_name"], alias=of["name"])


def _asynchronous(found: Collected, name: str, of: Values) -> None:
    config = _one(of["destination_config"])
    found.add(
        "asynchronous",
        f"{of['function_name']}:{of['qualifier']}",
        retries=of["maximum_retry_attempts"],
        age=of["maximum_event_age_in_seconds"],
        success=_one(config.get("on_success")).get("destination"),
        failure=_one(config.get("on_failure")).get("destination"),
    )


def _mapping(found: Collected, name: str, of: Values) -> None:
    failure = _one(_one(of.get("destination_config")).get("on_failure"))
    found.add(
        "readers",
        of["function_name"].rpartition(":function:")[2],
        source=of["event_source_arn"],
        topics=of.get("topics"),
        size=of["batch_size"],
        window=of.get("maximum_batching_window_in_seconds"),
        start=of.get("starting_position"),
        concurrency=_one(of.get("scaling_config")).get("maximum_concurrency"),
        retries=of.get("maximum_retry_attempts"),
        age=of.get("maximum_record_age_in_seconds"),
        bisect=of.get("bisect_batch_on_function_error"),
        responses=of.get("function_response_types"),
        failure=failure.get("destination_arn"),
        group=_one(of.get("amazon_managed_kafka_event_source_config")).get("consumer_group_id"),
        pollers=_one(of.get("provisioned_poller_config")).get("maximum_pollers"),
        factor=of.get("parallelization_factor"),
        counted=_one(of.get("metrics_config")).get("metrics"),
    )


def _machine(found: Collected, name: str, of: Values) -> None:
    logging = _one(of["logging_configuration"])
    found.add(
        "machines",
        name,
        type=of["type"],
        level=logging["level"],
        data=logging["include_execution_data"],
        tracing=_one(of["tracing_configuration"])["enabled"],
        definition=json.loads(of["definition"]),
    )


def _rule(found: Collected, name: str, of: Values) -> None:
    found.add(
        "patterns", name, bus=of.get("event_bus_name") or "default", pattern=json.loads(of["event_pattern"])
    )


def _target(found: Collected, name: str, of: Values) -> None:
    retry = _one(of.get("retry_policy"))
    rule = found.sections["patterns"][of["rule"]]
    found.add(
        "rules",
        f"{rule['bus']} to {of['arn']}",
        pattern=rule["pattern"],
        input=of.get("input_path"),
        **_started(of, "ecs_target"),
        retries=retry.get("maximum_retry_attempts"),
        age=retry.get("maximum_event_age_in_seconds"),
        undelivered=_one(of.get("dead_letter_config")).get("arn"),
    )


def _schedule(found: Collected, name: str, of: Values) -> None:
    target = _one(of["target"])
    found.add(
        "schedules",
        target["arn"],
        expression=of["schedule_expression"],
        input=json.loads(target["input"]),
        retries=_one(target["retry_policy"])["maximum_retry_attempts"],
        age=_one(target["retry_policy"])["maximum_event_age_in_seconds"],
        undelivered=_one(target["dead_letter_config"])["arn"],
        **_started(target, "ecs_parameters"),
    )


def _started(of: Values, container: str) -> Values:
    """Return what is said of a job that a target is."""
    task, batch = _one(of.get(container)), _one(of.get("batch_target"))
    transformed = _one(of.get("input_transformer"))
    found: dict[str, Any] = {}
    if transformed:
        found |= {"paths": transformed["input_paths"], "template": json.loads(transformed["input_template"])}
    if batch:
        found |= {"definition": batch["job_definition"], "job": batch["job_name"]}
    if pipeline := _one(of.get("sagemaker_pipeline_target")):
        listed = pipeline["pipeline_parameter_list"]
        found |= {"parameters": {item["name"]: item["value"] for item in listed}}
    if task:
        network = _one(task["network_configuration"])
        found |= {
            "task": task["task_definition_arn"],
            "launch": task["launch_type"],
            "subnets": network["subnets"],
            "public": network["assign_public_ip"],
        }
    return found


def _may_publish(found: Collected, name: str, of: Values) -> None:
    for statement in json.loads(of["policy"])["Statement"]:
        found.add_to("may publish", of["arn"], [published(statement)])


def _topic(found: Collected, name: str, of: Values) -> None:
    found.add("topics", name, exists=True, fifo=of.get("fifo_topic"))


def _subscription(found: Collected, name: str, of: Values) -> None:
    redrive = json.loads(of.get("redrive_policy") or "{}")
    found.add(
        "subscriptions",
        f"{of['topic_arn']} to {of['endpoint']}",
        protocol=of["protocol"],
        raw=of.get("raw_message_delivery"),
        filter=json.loads(of.get("filter_policy") or "{}"),
        undelivered=redrive.get("deadLetterTargetArn"),
    )


def _invoke(found: Collected, name: str, of: Values) -> None:
    qualifier = f":{of['qualifier']}" if of.get("qualifier") else ""
    function = f"arn:aws:lambda:us-east-1:123456789012:function:{of['function_name']}{qualifier}"
    source = of.get("source_arn") or of.get("source_account")
    via = "" if of["action"] == "lambda:InvokeFunction" else f" by {of['action']}"
    found.add_to("may invoke", function, [f"{of['principal']}{via}{' for a source' if source else ''}"])


def _queue(found: Collected, name: str, of: Values) -> None:
    redrive = json.loads(of.get("redrive_policy") or "{}")
    found.add(
        "queues",
        name,
        retention=of["message_retention_seconds"],
        encrypted=of.get("sqs_managed_sse_enabled"),
        visibility=of.get("visibility_timeout_seconds") or 30,
        undelivered=redrive.get("deadLetterTargetArn"),
        receives=redrive.get("maxReceiveCount"),
        delay=of.get("delay_seconds"),
        fifo=of.get("fifo_queue"),
        scope=of.get("deduplication_scope"),
        throughput=of.get("fifo_throughput_limit"),
    )


def _queue_policy(found: Collected, name: str, of: Values) -> None:
    for statement in listed(json.loads(of["policy"])["Statement"]):
        sources = [value for test in statement.get("Condition", {}).values() for value in test.values()]
        who = f"{statement['Principal'].get('Service', statement['Principal'])} for {sources}"
        for resource in listed(statement["Resource"]):
            found.add_to(
                "may send", resource, [f"{action} by {who}" for action in listed(statement["Action"])]
            )


def _alarm(found: Collected, name: str, of: Values) -> None:
    found.add(
        "alarms",
        name,
        metric=f"{of['namespace']} {of['metric_name']}",
        of=[watched(key, "Api" if key == "ApiId" else value) for key, value in of["dimensions"].items()],
        statistic=of["statistic"],
        period=of["period"],
        periods=of["evaluation_periods"],
        threshold=of["threshold"],
        comparison=of["comparison_operator"],
        missing=of["treat_missing_data"],
        tells=of["alarm_actions"],
    )


def _bucket(found: Collected, name: str, of: Values) -> None:
    found.add("buckets", name, public=True)


def _private(found: Collected, name: str, of: Values) -> None:
    kept = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    if all(of[key] for key in kept):
        found.sections["buckets"][name].pop("public")


def _lifecycle(found: Collected, name: str, of: Values) -> None:
    found.add("buckets", name, expires=[_one(rule["expiration"])["days"] for rule in of["rule"]])


def _notification(found: Collected, name: str, of: Values) -> None:
    found.add("buckets", name, events=of["eventbridge"])


def _table(found: Collected, name: str, of: Values) -> None:
    found.add(
        "tables",
        name,
        billing=of["billing_mode"],
        key=[f"{of['hash_key']} HASH"],
        expires=_one(of.get("ttl")).get("attribute_name"),
        stream=of.get("stream_view_type"),
        restorable=_one(of.get("point_in_time_recovery")).get("enabled"),
    )


def _stream(found: Collected, name: str, of: Values) -> None:
    found.add(
        "streams",
        name,
        mode=_one(of["stream_mode_details"])["stream_mode"],
        key=of["kms_key_id"],
        hours=of["retention_period"],
    )


def _logs(found: Collected, name: str, of: Values) -> None:
    vended = of["name"].startswith("/aws/vendedlogs/states/")
    found.add("log groups", f"{name}Logs", days=of["retention_in_days"], vended=vended or None)


def _pipe(found: Collected, name: str, of: Values) -> None:
    sources = dict(_one(of["source_parameters"]))
    filters = _one(sources.pop("filter_criteria", None)).get("filter", [])
    reads = next(_one(block) for block in sources.values() if block)
    target = _one(of.get("target_parameters"))
    event = _one(target.get("eventbridge_event_bus_parameters"))
    found.add(
        "pipes",
        name,
        source=of["source"],
        target=of["target"],
        size=reads["batch_size"],
        start=reads.get("starting_position"),
        retries=reads.get("maximum_retry_attempts"),
        age=reads.get("maximum_record_age_in_seconds"),
        undelivered=_one(reads.get("dead_letter_config")).get("arn"),
        input=target.get("input_template"),
        enrichment=of.get("enrichment"),
        enriched=_one(of.get("enrichment_parameters")).get("input_template"),
        bisects=reads.get("on_partial_batch_item_failure"),
        invocation=_one(target.get("step_function_state_machine_parameters")).get("invocation_type"),
        picks=sorted(text for text in texts(target) if text.startswith("$.")),
        task=_one(target.get("ecs_task_parameters")).get("task_definition_arn"),
        definition=_one(target.get("batch_job_parameters")).get("job_definition"),
        called=_one(target.get("lambda_function_parameters")).get("invocation_type"),
        event={"Source": event["source"], "DetailType": event["detail_type"]} if event else None,
        filters=[item["pattern"] for item in filters],
        factor=reads.get("parallelization_factor"),
        logs=_one(of["log_configuration"])["level"],
        records=_one(of["log_configuration"]).get("include_execution_data"),
    )


def _integration(found: Collected, name: str, of: Values) -> None:
    if of.get("integration_uri"):
        found.add("apis", "Api", calls=of["integration_uri"], format=of["payload_format_version"])
        return
    found.add("apis", "Api", does=of["integration_subtype"], **of["request_parameters"])


def _route(found: Collected, name: str, of: Values) -> None:
    found.add("apis", "Api", route=of["route_key"], authorization=of["authorization_type"])


def _stage(found: Collected, name: str, of: Values) -> None:
    limits, log = _one(of["default_route_settings"]), _one(of.get("access_log_settings"))
    found.add(
        "apis",
        "Api",
        stage=of["name"],
        burst=limits["throttling_burst_limit"],
        rate=limits["throttling_rate_limit"],
        log=json.loads(log.get("format") or "null"),
    )


def _iot(found: Collected, name: str, of: Values) -> None:
    to = [*(of.get("lambda") or []), *(of.get("step_functions") or [])][0]
    found.add(
        "iot rules",
        "rule",
        sql=of["sql"],
        version=of["sql_version"],
        to=to.get("function_arn") or "the state machine",
        undelivered=_one(_one(of.get("error_action")).get("sqs")).get("queue_url"),
    )


def _mail(found: Collected, name: str, of: Values) -> None:
    calls = of.get("lambda_action")
    action = _one(calls or of["sns_action"])
    found.add(
        "mail rules",
        "rule",
        recipients=of["recipients"],
        tls=of["tls_policy"],
        scan=of["scan_enabled"],
        enabled=of["enabled"],
        to=action.get("function_arn") or action["topic_arn"],
        how=action["invocation_type"] if calls else action["encoding"],
    )


def _filter(found: Collected, name: str, of: Values) -> None:
    found.add("log filters", of["log_group_name"], pattern=of["filter_pattern"], to=of["destination_arn"])


def _url(found: Collected, name: str, of: Values) -> None:
    found.add("urls", f"{of['function_name']}:{of['qualifier']}", authorization=of["authorization_type"])


def _pool(found: Collected, name: str, of: Values) -> None:
    triggers = _one(of["lambda_config"])
    found.add(
        "user pools",
        name,
        triggers={_pascal(key): value for key, value in triggers.items() if value},
        verified=of["auto_verified_attributes"],
        names=of["username_attributes"],
    )


def _balancer(found: Collected, name: str, of: Values) -> None:
    found.add("load balancers", "balancer", scheme="internal" if of["internal"] else "internet-facing")


def _listener(found: Collected, name: str, of: Values) -> None:
    found.add("load balancers", "balancer", protocol=of["protocol"], port=of["port"])


def _target_group(found: Collected, name: str, of: Values) -> None:
    found.add("load balancers", "balancer", type=of["target_type"])


def _attachment(found: Collected, name: str, of: Values) -> None:
    found.add("load balancers", "balancer", to=[of["target_id"]])


def _glue_trigger(found: Collected, name: str, of: Values) -> None:
    size = _one(of["event_batching_condition"])["batch_size"]
    job = _one(of["actions"])["job_name"]
    found.add("glue triggers", f"{name}Trigger", type=of["type"], job=job, size=size)


def _api_destination(found: Collected, name: str, of: Values) -> None:
    found.add(
        "api destinations",
        name,
        connection=of["connection_arn"],
        method=of["http_method"],
        endpoint=of["invocation_endpoint"],
        rate=of["invocation_rate_limit_per_second"],
    )


def _connection(found: Collected, name: str, of: Values) -> None:
    given = _one(_one(of["auth_parameters"])["api_key"])
    found.add("connections", name, authorization=of["authorization_type"], header=given["key"])


def _task(found: Collected, name: str, of: Values) -> None:
    (container,) = json.loads(of["container_definitions"])
    found.add(
        "tasks",
        name,
        cpu=str(of["cpu"]),
        memory=str(of["memory"]),
        network=of["network_mode"],
        container=container["name"],
        image=container["image"],
        command=container["command"],
        logs=container["logConfiguration"]["logDriver"],
    )


def _exists(section: str) -> Callable[[Collected, str, Values], None]:
    return lambda found, name, of: found.add(section, name, exists=True)


DESCRIBERS: Mapping[str, Callable[[Collected, str, Values], None]] = {
    "aws_apigatewayv2_integration": _integration,
    "aws_apigatewayv2_route": _route,
    "aws_apigatewayv2_stage": _stage,
    "aws_cloudwatch_event_bus": _exists("buses"),
    "aws_cloudwatch_event_connection": _connection,
    "aws_glue_trigger": _glue_trigger,
    "aws_cloudwatch_event_api_destination": _api_destination,
    "aws_cloudwatch_event_rule": _rule,
    "aws_cloudwatch_event_target": _target,
    "aws_cloudwatch_log_group": _logs,
    "aws_cloudwatch_log_subscription_filter": _filter,
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_cognito_user_pool": _pool,
    "aws_dynamodb_table": _table,
    "aws_ecs_cluster": lambda found, name, of: found.add("clusters", f"{name}Cluster", exists=True),
    "aws_ecs_task_definition": _task,
    "aws_iam_policy": _policy,
    "aws_iot_topic_rule": _iot,
    "aws_kinesis_stream": _stream,
    "aws_lambda_alias": _alias,
    "aws_lambda_event_source_mapping": _mapping,
    "aws_lambda_function": _function,
    "aws_lambda_function_event_invoke_config": _asynchronous,
    "aws_lambda_function_url": _url,
    "aws_lambda_permission": _invoke,
    "aws_lb": _balancer,
    "aws_lb_listener": _listener,
    "aws_lb_target_group": _target_group,
    "aws_lb_target_group_attachment": _attachment,
    "aws_pipes_pipe": _pipe,
    "aws_s3_bucket": _bucket,
    "aws_s3_bucket_lifecycle_configuration": _lifecycle,
    "aws_s3_bucket_notification": _notification,
    "aws_s3_bucket_public_access_block": _private,
    "aws_scheduler_schedule": _schedule,
    "aws_ses_receipt_rule": _mail,
    "aws_sfn_activity": _exists("activities"),
    "aws_sfn_state_machine": _machine,
    "aws_sns_topic": _topic,
    "aws_sns_topic_policy": _may_publish,
    "aws_sns_topic_subscription": _subscription,
    "aws_sqs_queue": _queue,
    "aws_sqs_queue_policy": _queue_policy,
}
# What says nothing of its own: it belongs to one of the above.
PARTS = {
    "aws_apigatewayv2_api",
    "aws_glue_workflow",
    "aws_iam_role",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_security_group",
    "aws_ses_receipt_rule_set",
    "aws_vpc_security_group_ingress_rule",
}
