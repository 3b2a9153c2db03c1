"""Diagrams as Mermaid itself reads and draws them, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from advisor.decision.recommend import designs_of
from advisor.knowledge.answers import Project, Step
from advisor.reports.diagram.flow import Box, Frame, Lanes, Sequence, flow
from advisor.reports.diagram.mermaid import flowchart
from advisor.text.printable import printable
from tests.gate.reports.browser import NODE, data, needs_chromium, needs_module, script, seen
from tests.reports.real import RULE_BASE, WORKLOADS, advice_on
from tests.reports.samples import CASES
from tests.reports.samples import RULE_BASE as SMALL

MERMAID = "mermaid/dist/mermaid.min.js"
SCENARIOS = Path(__file__).parents[2] / "scenarios"
NASTY = (
    'a"] --> b["```',
    "<img src=x onerror=alert(1)>",
    "end",
    "日本 👩‍👩‍👧 \u202eשלום",
    "#quot; &lt; %% ; {{x}}",
)
DRAW = """
(async function () {
  const block = document.getElementById("data");
  const texts = JSON.parse(block.textContent);
  block.remove();
  mermaid.initialize({ startOnLoad: false });
  const out = [];
  for (const [number, text] of texts.entries()) {
    try {
      await mermaid.parse(text);
      const drawn = document.createElement("div");
      drawn.innerHTML = (await mermaid.render("drawing" + number, text)).svg;
      const labels = drawn.querySelectorAll(".nodeLabel");
      out.push({ error: "", labels: Array.from(labels, function (label) { return label.textContent; }) });
    } catch (error) {
      out.push({ error: String(error), labels: [] });
    }
  }
  document.body.replaceChildren(document.createElement("pre"));
  document.body.firstChild.id = "out";
  document.body.firstChild.textContent = JSON.stringify(out);
})();
"""


def _labels(parts: Sequence) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Box):
            yield part.label
        if isinstance(part, Frame):
            yield from (part.title, *_labels(part.parts))
        if isinstance(part, Lanes):
            yield from (part.title, *(label for lane in part.lanes for label in _labels(lane)))
        if not isinstance(part, Lanes) and part.on_failure:
            yield part.on_failure


def _flows() -> Iterator[Sequence]:
    yield from (flow(make(), SMALL) for make in CASES.values())
    yield from (flow(advice_on(workload), RULE_BASE) for workload in WORKLOADS)
    approval = advice_on("approval", "branching=content", "failure_handling=compensate,notify")
    steps = Project(steps=tuple(map(Step, NASTY)))
    answers = replace(approval.answers, project=steps)
    designs = designs_of(RULE_BASE, answers, approval.decision)
    yield flow(replace(approval, answers=answers, designs=designs), RULE_BASE)


def _blocks(markdown: str) -> list[str]:
    return re.findall(r"^```mermaid\n(.*?)\n```$", markdown, re.DOTALL | re.MULTILINE)


@needs_chromium
@needs_module(MERMAID)
def test_mermaid_draws_every_flow_with_its_words(tmp_path: Path) -> None:
    flows = list(_flows())
    library = f'<script src="{(NODE / MERMAID).as_uri()}"></script>'
    drawn = seen(tmp_path, data(list(map(flowchart, flows))), library, script(DRAW))
    for parts, found in zip(flows, drawn, strict=True):
        assert found["error"] == ""
        assert {"", *found["labels"]} >= {printable(label)[:60] for label in _labels(parts)}


@needs_chromium
@needs_module(MERMAID)
def test_mermaid_draws_the_diagrams_of_generated_projects(tmp_path: Path) -> None:
    files = [*SCENARIOS.glob("*/project/README.md"), *SCENARIOS.glob("*/project/docs/decision.md")]
    blocks = [block for file in files for block in _blocks(file.read_text(encoding="utf-8"))]
    assert len(blocks) >= len(files) >= 10
    library = f'<script src="{(NODE / MERMAID).as_uri()}"></script>'
    drawn = seen(tmp_path, data(blocks), library, script(DRAW))
    assert [found["error"] for found in drawn] == [""] * len(blocks)
