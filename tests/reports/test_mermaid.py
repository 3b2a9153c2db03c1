"""Diagrams as Mermaid text; ``tests/gate/reports`` draws them in a browser."""

from __future__ import annotations

import re

from advisor.reports.diagram.flow import Box, Lanes
from advisor.reports.diagram.mermaid import flowchart


def test_every_way_out_of_the_last_part_ends() -> None:
    choice = Lanes("choice", "Large?", ((Box("task", "Ask"),), ()))
    assert re.search(r'^  n\d+\(\["End"\]\)$', flowchart((Box("source", "S3"), choice)), re.MULTILINE)
