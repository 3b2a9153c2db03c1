"""What a starter defines is used: no function, constant or import that only its own tests know."""

from __future__ import annotations

import re

import pytest

from advisor.knowledge.answers import RUNTIMES
from advisor.starter import render
from tests.examples import sample
from tests.starter.projects import ASKED, PROJECTS, blueprint_of

DEFINES = {
    "python": r"^(?:def|class) (\w+)|^(\w+) = ",
    "nodejs": r"^(?:export )?(?:async )?(?:function|class|const) (\w+)",
    "go": r"^(?:func|var|type) (\w+)",
    "java": r"^    (?:private )?static [\w<>, ?\[\]]+ (\w+)\(",
}
CODE = {"python": "functions/", "nodejs": "functions/", "go": "functions/", "java": "src/main/java/"}
CALLED_FROM_ELSEWHERE = {"handler", "main", "read"}  # by Lambda; Json.read by the tests


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("name", sample(PROJECTS, 9))
def test_whatever_a_project_defines_is_used(name: str, runtime: str) -> None:
    requirements, approach, steps = PROJECTS[name]
    if approach == "durable-functions" and runtime in ("go", "java"):
        return
    made = blueprint_of(requirements, approach, steps=steps, runtime=runtime, **ASKED.get(name, {}))
    code = {file.path: file.text for file in render(made) if file.path.startswith(CODE[runtime])}
    code = {path: text for path, text in code.items() if "_test." not in path and not path.endswith(".json")}
    together = "\n".join(code.values())
    unused = [
        f"{path}: {found}"
        for path, text in code.items()
        for groups in re.findall(DEFINES[runtime], text, re.MULTILINE)
        for found in filter(None, [groups] if isinstance(groups, str) else groups)
        if found not in CALLED_FROM_ELSEWHERE and len(re.findall(rf"\b{found}\b", _code(together))) < 2
    ]
    assert unused == []


def _code(text: str) -> str:
    """Return ``text`` without comments of whole lines, which name what they explain."""
    return re.sub(r"^\s*(//|#|\*|/\*\*).*$", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", ["stream-kinesis", "stream-kafka", "both-branch", "standard-cognito"])
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_no_shape_is_read_that_no_source_sends(name: str, runtime: str) -> None:
    """Records of outcomes reach a function where one function hands on to another, and nowhere else."""
    requirements, approach, steps = PROJECTS[name]
    made = blueprint_of(requirements, approach, steps=steps, runtime=runtime)
    assert made.records == ()
    text = "\n".join(file.text for file in render(made) if re.search(r"unwrap\.\w+$", file.path.lower()))
    assert "responsePayload" not in text
    assert not any(file.path.startswith("tests/records/") for file in render(made))


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("source", ["api-gateway", "function-url", "alb"])
def test_a_caller_that_waits_gets_the_output_or_a_status_that_says_what_failed(
    source: str, runtime: str
) -> None:
    """Never 200 for a run that failed, nor the whole execution; the projects' own tests call the function."""
    answers = {"event_source": source, "caller_waits_for": "result", "steps": 2, "latency": "interactive"}
    files = {
        file.path: file.text for file in render(blueprint_of(answers, "step-functions", runtime=runtime))
    }
    assert "StepFunctions-StartSyncExecution" not in files["template.yaml"]
    (start,) = [text for path, text in files.items() if _starts(path) and "_test" not in path]
    assert all(status in start for status in ("200", "400", "502", "504"))


def _starts(path: str) -> bool:
    return re.search(r"functions/start.workflow/|main/java/starter/StartWorkflowFunction", path) is not None
