"""Failure plan: how often work is tried, where it goes, what keeps it. Made once, for all readers."""

from __future__ import annotations

from advisor.decision.workflow import Setting
from advisor.knowledge.answers import Project
from advisor.knowledge.failure_plan import ExecutionPlan, FailurePlan, HandoverPlan, Retrier
from advisor.knowledge.flow import Flow, units
from advisor.knowledge.rules import EXPRESS, STANDARD

REPORTED_TO = ("sqs", "sns", "eventbridge", "s3")  # services that the last state of a failed run can tell


def failure_plan_for(setting: Setting, project: Project, workflow_type: str, core: Flow) -> FailurePlan:
    """Return what happens to work that keeps failing, at the edge and in ``core``."""
    return FailurePlan(
        handover=_handover(setting, project), execution=_execution(setting, workflow_type, core)
    )


def failure_targets(setting: Setting) -> tuple[str, ...]:
    """Return where failed events go: as answered, else the plainest target that keeps them."""
    if "on_failure" in setting.requirements.answers:
        return setting.requirements.chosen("on_failure")
    return (_default_target(setting, edge=True),)


def _default_target(setting: Setting, *, edge: bool) -> str:
    """Return a topic where somebody is to be told, else a queue; a bucket for whole batches of a stream."""
    requirements = setting.requirements
    ordered = requirements.text("event_source") in setting.aws.ordered_sources
    if edge and ordered and requirements.flag("replay_payload"):
        return "s3"
    handling = requirements.chosen("failure_handling")
    return "sns" if "notify" in handling and "capture" not in handling else "sqs"


def _handover(setting: Setting, project: Project) -> HandoverPlan:
    requirements, aws = setting.requirements, setting.aws
    source = requirements.text("event_source")
    ordered = source in aws.ordered_sources and requirements.text("invocation", "stream") == "stream"
    retries = aws.limit("starter-stream-retries" if ordered else "async-max-retries")
    age_s = aws.limit("starter-stream-record-age" if ordered else "starter-event-age")
    topic = "kafka" if project.failure_topic and source == "kafka" else ""
    if source == "kafka" and ordered and not topic:  # only provisioned pollers take bounds
        retries, age_s = aws.limit("kafka-max-retries"), 0
    elif not ordered and requirements.text("retry") == "none":
        retries = 0
    if age_s and requirements.number("max_age_s", 0):
        least = aws.limit("stream-record-age" if ordered else "async-event-age")
        age_s = int(min(age_s, max(least, requirements.number("max_age_s", 0))))
    answered = requirements.chosen("on_failure")
    return HandoverPlan(
        retries=retries,
        age_s=age_s,
        answered=answered if "on_failure" in requirements.answers else None,
        target=topic or (*answered, _default_target(setting, edge=True))[0],
    )


def _execution(setting: Setting, workflow_type: str, core: Flow) -> ExecutionPlan:
    """Return the plan of a state machine; a run that is to be redriven must stop where it failed."""
    requirements = setting.requirements
    handling = requirements.chosen("failure_handling")
    answered = requirements.chosen("on_failure")
    named = [service for service in answered if service in REPORTED_TO]
    told = {"capture", "notify"} & set(handling) or workflow_type == EXPRESS
    target = named[0] if named else _default_target(setting, edge=False) if told else ""
    undoes = any(unit.undo for unit in units(core))
    resumed = (
        workflow_type == STANDARD
        and "redrive" in handling
        and "compensate" not in handling
        and set(answered) <= {"sqs"}
    )
    return ExecutionPlan(
        retrier=_retrier(setting),
        undoes=undoes,
        falls_back=any(unit.fallback for unit in units(core)),
        report="" if resumed else target,
        kept_outside=resumed and target == "sqs",
    )


def _retrier(setting: Setting) -> Retrier | None:
    wish = setting.requirements.text("retry", "default")
    if wish == "none":
        return None
    waiting = setting.requirements.text("caller_waits_for") == "result"
    return Retrier(
        retries=1 if waiting else setting.aws.limit(f"starter-retries-{wish}"),  # a caller waits no longer
        interval_s=setting.aws.limit("starter-retry-interval"),
        backoff=float(setting.aws.number("starter-retry-backoff")),
        max_delay_s=setting.aws.limit("starter-retry-max-delay"),
    )
