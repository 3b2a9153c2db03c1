"""Diagrams as Mermaid text; ``tests/gate/reports`` draws them in a browser."""

from __future__ import annotations

import re

from advisor.reports import FORMATS
from tests.reports.real import RULE_BASE, advice_on


def test_every_way_out_of_the_last_part_ends() -> None:
    record = FORMATS["markdown"](advice_on("approval"), RULE_BASE)
    assert re.search(r'^  n\d+\(\["End"\]\)$', record, re.MULTILINE)
