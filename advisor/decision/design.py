"""Design of each approach: the functions that hand on, and the steps that a state machine coordinates."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from advisor.decision.failure.plan import failure_plan_for
from advisor.decision.recommendation import Design
from advisor.decision.workflow import PARALLEL, Setting, flow_for, outcome_steps, units_for
from advisor.knowledge.answers import Project, Step
from advisor.knowledge.flow import Flow, Parallel, Task
from advisor.knowledge.rules import BOTH, DESTINATIONS, STEP_FUNCTIONS

RECEIVER = Step("Receive event")


def designs_for(setting: Setting, project: Project, workflow_type: str) -> Mapping[str, Design]:
    """Return the design of each approach, whichever is recommended; a state machine has ``workflow_type``."""
    flows = {
        DESTINATIONS: (_chain(setting, project), ()),
        STEP_FUNCTIONS: ((), _coordinated(setting, project, 0)),
        BOTH: _split(setting, project),
    }
    return {
        approach: Design(
            approach=approach,
            workflow_type=workflow_type,
            longest_s=setting.longest_s,
            failure=failure_plan_for(setting, project, workflow_type, core),
            edge=edge,
            core=core,
        )
        for approach, (edge, core) in flows.items()
    }


def _chain(setting: Setting, project: Project) -> Flow:
    """Return functions in a chain; with static parallelism all others follow the first at the same time."""
    units = units_for(setting, project.units, 1, direct=False)
    tasks: Flow = tuple(Task(unit) for unit in units)
    outcome = tasks[-1:] if len(units) > 1 and units[-1].service != "lambda" else ()
    first, others = tasks[:1], tasks[1 : len(tasks) - len(outcome)]
    if setting.requirements.text("parallelism") == "static" and others:
        others = (Parallel(PARALLEL, tuple((task,) for task in others)),)
    return first + others + outcome


def _coordinated(setting: Setting, project: Project, after: int) -> Flow:
    """Return the states for all units but the first ones, ``after`` of them."""
    units = units_for(setting, project.units, 3, direct=True)
    arranged = (*project.steps, *outcome_steps(setting, project.units)) if project.steps else ()
    return flow_for(setting, units[after:], arranged[after:])


def _split(setting: Setting, project: Project) -> tuple[Flow, Flow]:
    """Return the first unit as a function at the edge and the others as states.

    Where the first unit is no single function, or the only one, a function that receives events is the edge.
    A stream has a pipe at its edge, which hands records on and sets aside what it cannot hand on.
    """
    if setting.requirements.text("event_source") in setting.aws.ordered_sources:
        return (), _coordinated(setting, project, 0)
    named, first = project.steps, next(iter(project.steps), None)
    alone = not named or (isinstance(first, Step) and first.service == "lambda" and len(project.units) > 1)
    if not alone:
        project = replace(project, steps=(RECEIVER, *named))
    elif not named and setting.requirements.number("steps", 2) < 2:
        setting = replace(setting, requirements=setting.requirements.having("steps", 2))
    units = units_for(setting, project.units, 3, direct=True)
    return (Task(units[0]),), _coordinated(setting, project, 1)
