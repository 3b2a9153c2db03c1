"""The laws of a project, whatever its approach."""

from __future__ import annotations

from tests.starter.played.answering import Answering
from tests.starter.played.asking import Asking
from tests.starter.played.fronts import front_of
from tests.starter.played.handing import Handing
from tests.starter.played.jobs import Jobs
from tests.starter.played.laws import Laws
from tests.starter.played.world import Project


def play(project: Project) -> list[str]:
    """Return every law that ``project`` breaks."""
    if project.blueprint.job_starts:
        return Jobs(project).play()
    if not project.blueprint.functions and project.blueprint.pipe:
        return Handing(project).play()
    if front_of(project.blueprint):
        return Asking(project).play()
    return (Answering if project.blueprint.approach == "direct-invoke" else Laws)(project).play()
