"""Answers that lead to the advice and change nothing in what is deployed."""

from __future__ import annotations

from advisor.knowledge.requirements import Requirements

ADVICE_ONLY = ("coordination", "consumers", "data_passing", "loss", "team_asl_experience", "code")
# What decides there how many queues there are, and whether a function reads them
SHAPES = {"messaging": ("coordination", "consumers", "code")}


def effect_notes(requirements: Requirements, approach: str) -> tuple[str, ...]:
    """Return the README's sentence on given answers that shape nothing in a project of ``approach``."""
    without = [key for key in ADVICE_ONLY if key not in SHAPES.get(approach, ())]
    given = [f"`{key}`" for key in without if key in requirements.answers]
    if not given:
        return ()
    *most, last = given
    told = f"{', '.join(most)} and {last}" if most else last
    return (f"Of the answers, {told} only led to the advice: nothing in the project differs.",)
