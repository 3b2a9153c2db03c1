"""The rule base that was decoded when the package was built is the rule base, or is not used."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.errors import RuleBaseError
from advisor.knowledge.rules import RuleBase
from advisor.loading.own_rules import own_rule_base, read_built, write_rule_base
from advisor.loading.rule_base import load_rule_base, with_overlays
from advisor.resources import built_rule_base, rules_folder

OVERLAY = """\
rules:
  - id: OW01
    title: We know queues
    when: {steps: {at_most: 2}}
    favours: {destinations: 3}
    because: We run them.
    source: https://example.com/rules
    as_of: 2026-11-23
    fires_on: [{steps: 1, targets: [sqs, sns]}]
    quiet_on: [{steps: 3}]
switch_off:
  - {rule: PE02, reason: everyone here knows it}
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a package for which the rule base was decoded, from a copy that stands elsewhere."""
    package = tmp_path_factory.mktemp("package")
    copy = shutil.copytree(rules_folder(), tmp_path_factory.mktemp("elsewhere") / 'ru"les')
    write_rule_base(package, copy)
    return package


def test_it_is_what_the_sources_say(package: Path) -> None:
    expected = load_rule_base(rules_folder())
    found = read_built(package)
    assert found is not None
    same = repr(found) == repr(expected)  # 900 is equal to 900.0, but not shown alike
    assert same and found == expected
    assert {Path(rule.place.file).parent.parent for rule in found.rules if rule.criterion == "retries"} == {
        rules_folder()
    }


def test_overlays_are_laid_over_it_from_their_sources(package: Path, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OVERLAY, encoding="utf-8")
    found = read_built(package)
    assert found is not None
    both = with_overlays(found, [tmp_path])
    same = repr(both) == repr(load_rule_base(rules_folder(), [tmp_path]))
    assert same
    assert "OW01" in both.by_id and "PE02" not in both.by_id


def test_every_problem_of_an_overlay_is_found(package: Path, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("rules: {}\nchanges: []\n", encoding="utf-8")
    (tmp_path / "two.yaml").write_text("[", encoding="utf-8")
    errors = []
    reads: tuple[Callable[[], RuleBase], ...] = (
        lambda: with_overlays(own_rule_base(), [tmp_path]),
        lambda: load_rule_base(rules_folder(), [tmp_path]),
    )
    for read in reads:
        with pytest.raises(RuleBaseError) as raised:
            read()
        errors.append(str(raised.value))
    assert errors[0] == errors[1]
    assert errors[0].startswith("The rule base has 3 problems.")


def test_one_of_another_version_is_not_used(package: Path) -> None:
    entry = built_rule_base(package)
    other = entry.rename(entry.with_name("rule-base-0.0.9.json"))
    assert read_built(package) is None
    other.rename(entry)
    assert read_built(package) is not None


def test_a_broken_rule_base_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(RuleBaseError):
        write_rule_base(tmp_path, tmp_path)
    assert not built_rule_base(tmp_path).exists()


def test_a_checkout_has_none_and_reads_its_sources() -> None:
    same = own_rule_base() == load_rule_base(rules_folder())
    assert same and own_rule_base() is own_rule_base()
