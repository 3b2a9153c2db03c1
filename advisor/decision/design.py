"""How each approach does the work: which functions hand on, and what a state machine coordinates."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.decision.recommendation import Design
from advisor.decision.workflow import PARALLEL, Setting, flow_for, outcome_steps, units_for
from advisor.knowledge.answers import Part, Project, Step
from advisor.knowledge.flow import Flow, Parallel, Task, Unit
from advisor.knowledge.rules import BOTH, DESTINATIONS, STEP_FUNCTIONS


def designs_for(setting: Setting, project: Project) -> Mapping[str, Design]:
    """Return the design of each approach, whichever is recommended."""
    made = (_destinations(setting, project), _step_functions(setting, project), _both(setting, project))
    return {design.approach: design for design in made}


def _destinations(setting: Setting, project: Project) -> Design:
    """Functions in a chain; where branches are wanted, all others follow the first at the same time."""
    units = units_for(setting, project.units, 1, direct=False)
    tasks: Flow = tuple(Task(unit) for unit in units)
    outcome = tasks[-1:] if len(units) > 1 and units[-1].service != "lambda" else ()
    first, others = tasks[:1], tasks[1 : len(tasks) - len(outcome)]
    if setting.requirements.text("parallelism") == "static" and others:
        others = (Parallel(PARALLEL, tuple((task,) for task in others)),)
    return Design(approach=DESTINATIONS, longest_s=setting.longest_s, edge=first + others + outcome)


def _step_functions(setting: Setting, project: Project) -> Design:
    units, arranged = _coordinated(setting, project)
    core = flow_for(setting, units, arranged)
    return Design(approach=STEP_FUNCTIONS, longest_s=setting.longest_s, core=core)


def _coordinated(setting: Setting, project: Project) -> tuple[tuple[Unit, ...], tuple[Part, ...]]:
    """Return the units of a state machine and how they are arranged, where the user arranged them."""
    steps = project.units
    units = units_for(setting, steps, 3, direct=True)
    return units, (*project.steps, *outcome_steps(setting, steps)) if steps else ()


def _both(setting: Setting, project: Project) -> Design:
    """The first unit as a function at the edge; where that cannot be, all units in the state machine."""
    units, arranged = _coordinated(setting, project)
    alone = not arranged or isinstance(arranged[0], Step)
    several = len(project.units or units) > 1
    edge = 1 if several and units[0].service == "lambda" and alone else 0
    core = flow_for(setting, units[edge:], arranged[edge:])
    return Design(
        approach=BOTH,
        longest_s=setting.longest_s,
        edge=tuple(Task(unit) for unit in units[:edge]),
        core=core,
    )
