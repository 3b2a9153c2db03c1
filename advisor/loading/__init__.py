"""YAML and JSON text to values, every problem found in one pass with file, line and column."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advisor.loading.answers import load_answers, read_answers
    from advisor.loading.answers_writer import dump_answers
    from advisor.loading.rule_base import load_rule_base

__all__ = ["dump_answers", "load_answers", "load_rule_base", "read_answers"]


def __getattr__(name: str) -> Any:
    """Import what is asked for, and only then: what reads YAML is not needed for a decoded rule base."""
    if name not in __all__:
        raise AttributeError(f"module 'advisor.loading' has no attribute '{name}'")
    home = {"load_rule_base": "rule_base", "dump_answers": "answers_writer"}.get(name, "answers")
    return getattr(import_module(f"advisor.loading.{home}"), name)
