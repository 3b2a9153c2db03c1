"""The decision under somebody else's engine: Dask's workers say what the batch command says.

Needs the extra ``scale``; skipped without it. ``ADVISOR_SCALE`` sets the number of answer sets.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from advisor.loading.json_lines import line_reader
from advisor.loading.own_rules import own_rule_base
from advisor.reports.json.batch import tails
from tests.cli.test_batch import answer_sets

bag = pytest.importorskip("dask.bag", reason="pip install 'lambda-flow-advisor[scale]'")
COUNT = int(os.environ.get("ADVISOR_SCALE", "100000"))


def verdicts(lines: Iterable[str]) -> list[str]:
    """Return the verdict on each line of a partition, as the documentation has it."""
    rule_base = own_rule_base()
    reader, tail = line_reader("partition", rule_base.questionnaire), tails(rule_base)
    return ["{" + tail(reader.read(line.encode(), n).requirements) for n, line in enumerate(lines, start=1)]


def test_dask_says_what_the_batch_command_says(tmp_path: Path) -> None:
    different = [json.dumps({"requirements": requirements}) for requirements in answer_sets(5_000)]
    file = tmp_path / "many.jsonl"
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{different[number * 7 % 5_000]}\n" for number in range(COUNT))
    command = [sys.executable, "-m", "advisor", "recommend", "--batch", str(file)]
    batch = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout
    lines = bag.read_text(str(file), blocksize=2**21)
    assert lines.npartitions > 1
    found = lines.map_partitions(verdicts).compute(scheduler="processes", num_workers=2)
    for number, (one, other) in enumerate(zip(found, batch.splitlines(), strict=True), start=1):
        assert {"line": number, **json.loads(one)} == json.loads(other)
    assert number == COUNT
