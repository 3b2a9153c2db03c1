"""Each rule finds its fault in a system that has no other, and where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.inspect.run import inspect
from tests.inspect.shop import DAY, FAULTS, RULE_BASE, SHOP, edited, inspected


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_shop_has_no_findings(tmp_path: Path) -> None:
    found = inspected(SHOP, tmp_path)
    assert (found.findings, found.suppressed, found.not_read) == ((), (), ())


def test_every_rule_has_a_fault() -> None:
    assert set(FAULTS) == {rule.id for rule in RULE_BASE.inspection.rules}


@pytest.mark.parametrize("rule", FAULTS)
def test_a_fault_is_found(rule: str, tmp_path: Path) -> None:
    edits, follows = FAULTS[rule]
    found = inspected(edited(edits), tmp_path)
    assert {finding.rule for finding in found.findings} == {rule, *follows}
    place = next(finding.place for finding in found.findings if finding.rule == rule)
    assert place.file in SHOP and place.line > 0 and place.column > 0


@pytest.mark.parametrize("rule", sorted(set(FAULTS) - {"IN99"}))
def test_a_fault_is_suppressed_for_the_file(rule: str, tmp_path: Path) -> None:
    """Metadata of the template covers what stands in the template; states have comments of their own."""
    files = edited(FAULTS[rule][0])
    files["template.yaml"] += f"\nMetadata: {{advisor: {{ignore: {{{rule}: it is meant to be so}}}}}}\n"
    found = inspected(files, tmp_path)
    shown = [finding for finding in found.findings if finding.rule == rule]
    assert [finding.place.file for finding in shown if finding.place.file == "template.yaml"] == []
    assert shown or [finding.suppressed for finding in found.suppressed] == ["it is meant to be so"] * len(
        found.suppressed
    )


def test_what_is_found_twice_is_told_once(tmp_path: Path) -> None:
    """A file that is named and lies in a folder that is named is read once."""
    inspected(edited(FAULTS["IN34"][0]), tmp_path)
    found = inspect([".", "template.yaml", str(Path("."))], RULE_BASE, DAY)
    assert [finding.rule for finding in found.findings] == ["IN34"]
