"""YAML and JSON text to values, every problem found in one pass with file, line and column."""

from advisor.loading.answers import dump_answers, load_answers, read_answers
from advisor.loading.rule_base import load_rule_base

__all__ = ["dump_answers", "load_answers", "load_rule_base", "read_answers"]
