"""A system of our own without findings, and one edit for each fault that a rule finds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml

from advisor.inspect.inspection import Inspection
from advisor.inspect.run import inspect
from advisor.knowledge.rules import RuleBase
from advisor.loading import load_rule_base
from advisor.resources import rules_folder

SAMPLES = Path(__file__).parent / "samples"
DAY = date(2026, 11, 23)
RULE_BASE: RuleBase = load_rule_base(rules_folder())
TEMPLATE, DEFINITION = "template.yaml", "statemachine/order.asl.json"
SHOP = {name: (SAMPLES / "shop" / name).read_text(encoding="utf-8") for name in (TEMPLATE, DEFINITION)}

Edit = tuple[str, str]


def _faults() -> dict[str, tuple[tuple[Edit, ...], set[str]]]:
    """Return for each rule the edits that put its fault in, and what else is found then."""
    text = (Path(__file__).parent / "faults.yaml").read_text(encoding="utf-8")
    return {
        rule: (
            tuple((edit["old"], edit["new"]) for edit in fault["edits"]),
            set(fault.get("follows", ())),
        )
        for rule, fault in yaml.safe_load(text).items()
    }


FAULTS = _faults()


def edited(edits: tuple[Edit, ...]) -> dict[str, str]:
    """Return the files of the shop with ``edits``, each of which changes one file."""
    files = dict(SHOP)
    for old, new in edits:
        (name,) = [name for name, text in files.items() if old in text]
        files[name] = files[name].replace(old, new)
    return files


def inspected(files: dict[str, str], folder: Path) -> Inspection:
    """Return the inspection of ``files``, written below ``folder``, which is the working directory."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return inspect(["."], RULE_BASE, DAY)
