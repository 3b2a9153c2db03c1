"""What starts a managed job, and what tells of its failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from advisor.starter.blueprint.resources import Resource
from advisor.starter.blueprint.wiring import Ref, Target


class JobStart(Resource, frozen=True, kw_only=True):
    """A rule, or a schedule, that starts a job through its own role.

    ``arguments`` are what a schedule sends to ``target``; a rule fills ``template`` with the ``paths`` of an
    event, and the ``parameters`` of a pipeline with such paths. ``task`` and ``subnets`` are those of a
    container, ``definition`` and ``job_name`` of a Batch job.
    """

    kind: ClassVar[str] = "job_start"
    service: str = ""
    schedule: str = ""
    pattern: Mapping[str, Any] | None = None
    target: Target = ""
    arguments: Mapping[str, Any] = {}
    paths: Mapping[str, str] = {}
    template: str = ""
    parameters: Mapping[str, str] = {}
    task: Ref | None = None
    subnets: Ref | None = None
    definition: Ref | None = None
    job_name: str = ""
    undelivered: Ref = Ref("")
    retry_attempts: int = 0
    max_event_age_s: int = 0


class GlueWorkflow(Resource, frozen=True, kw_only=True):
    """A Glue workflow whose trigger starts ``job`` for each event that a rule notifies it of."""

    kind: ClassVar[str] = "glue_workflow"
    batch_size: ClassVar[int] = 1
    job: Ref = Ref("")


class JobWatch(Resource, frozen=True, kw_only=True):
    """A rule that publishes the event of each job of ``start`` that failed."""

    kind: ClassVar[str] = "job_watch"
    start: Ref = Ref("")
    pattern: Mapping[str, Any] = {}
    topic: Ref = Ref("")
