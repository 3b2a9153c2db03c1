"""Answers that lead to the advice and change nothing in what is deployed."""

from __future__ import annotations

from advisor.knowledge.requirements import Requirements

ADVICE_ONLY = ("coordination", "consumers", "data_passing", "loss", "team_asl_experience", "code")


def effect_notes(requirements: Requirements) -> tuple[str, ...]:
    """Return the sentence of the README on the given answers that shape nothing."""
    given = [f"`{key}`" for key in ADVICE_ONLY if key in requirements.answers]
    if not given:
        return ()
    *most, last = given
    told = f"{', '.join(most)} and {last}" if most else last
    return (f"Of the answers, {told} only led to the advice: nothing in the project differs.",)
