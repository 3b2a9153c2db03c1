"""The list is long and varied enough, and every string on it goes everywhere."""

from __future__ import annotations

import keyword
from collections import defaultdict
from itertools import product

import pytest

from advisor.knowledge.answers import RUNTIMES
from advisor.reports import FORMATS
from tests.injection.strings import (
    FLAVOURS,
    LONGEST,
    categories,
    is_name,
    is_step,
    strings,
    workloads,
)

# What has to be there: a category, and what some string of it must hold.
WANTED = [
    *product(["quotes"], ["'", '"', '"""', "\\", "*/", "<!--"]),
    *product(["jinja"], ["{{", "}}", "{%", "%}", "{#"]),
    *product(["cloudformation"], ["${", "!Sub", "!Ref", "Fn::", "{{resolve:", "${Token["]),
    *product(["terraform"], ["%{", "${var", "$${", "<<EOF"]),
    *product(["ruby"], ["#{", "%s", "{0}", "<%="]),
    *product(["backticks"], ["`", "```", "$(", "&&", "\t", "endef"]),
    *product(["lines"], ["\n", "\r", "\u2028", "\u0085", "---", "\u00a0"]),
    *product(["controls"], ["\x00", "\x1b[", "\x7f", "\x9b", "\ufeff", "\uffff", "\U000e0001"]),
    *product(["surrogates"], ["\ud800", "\udfff"]),
    *product(["right-to-left"], ["\u202e", "\u2066", "\u200f", "\u061c", "א"]),
    *product(["emoji"], ["😀", "\u200d", "\ufe0f", "🇩🇪"]),
    *product(["scripts"], ["ß", "日本", "\u0301", "ﬁ", "１"]),
    *product(["states"], ["$states", "{%", "States.ALL"]),
    *product(["paths"], ["..", "/etc/passwd", "C:\\", "\\\\", "%2e", "~"]),
    *product(["windows"], ["CON", "nul", "COM1", "LPT1", "aux."]),
    *product(["case"], ["ab", "AB", "Ab"]),
    *product(["markdown"], ["# ", "1. ", "1) ", "===", "| a |", "](", "&lt;", "www.", "a@b.c"]),
    *product(["html"], ["<script>", "</title>", "onerror", "&#0;", "]]>"]),
    *product(["mermaid"], ["-->", "#quot;", "subgraph"]),
    *product(["regions"], ["us-east-1", "us-east-1\n", "us-east-1; id"]),
]
LANGUAGES = {
    "python": {*keyword.kwlist},
    "javascript": {"await", "delete", "enum", "arguments", "typeof", "__proto__", "package"},
    "typescript": {"any", "declare", "namespace", "never", "readonly"},
    "java": {"abstract", "assert", "record", "native", "Object", "strictfp", "volatile"},
    "go": {"chan", "defer", "func", "init", "iota", "nil", "fallthrough", "range"},
    "terraform": {"locals", "dynamic", "for_each", "provider"},
    "yaml": {"yes", "no", "null", "~", "1:30"},
}


def test_there_are_five_hundred_strings_and_none_twice() -> None:
    assert len(strings()) >= 500
    assert len(set(strings())) == len(strings())


@pytest.mark.parametrize(("category", "part"), WANTED, ids=map(ascii, WANTED))
def test_what_has_broken_generators_is_there(category: str, part: str) -> None:
    assert any(part in text for text in categories()[category])


@pytest.mark.parametrize("language", LANGUAGES)
def test_reserved_words_of_every_language_are_there(language: str) -> None:
    assert LANGUAGES[language] - set(strings()) == set()


def test_there_are_names_as_long_as_one_may_be_and_longer_ones() -> None:
    long = categories()["1,000 characters"]
    assert {len(text) for text in long} == {LONGEST}
    assert len(long) >= 20
    assert not any(map(is_name, categories()["too long"]))
    assert len([text for text in strings() if is_name(text)]) >= 500


def test_every_string_meets_every_flavour_and_every_runtime() -> None:
    """As a step, in four projects; as the name of a workload, in one of them."""
    met: dict[str, set[str]] = defaultdict(set)
    for workload in workloads():
        for step in workload.steps:
            met[step["name"]] |= {workload.iac, workload.runtime}
    wanted = {*FLAVOURS, *RUNTIMES}
    assert [text for text in strings() if is_step(text) and met[text] != wanted] == []
    assert sorted(workload.name for workload in workloads()) == sorted(filter(is_name, strings()))


def test_each_two_of_flavour_runtime_and_approach_meet() -> None:
    found = {(item.iac, item.runtime, item.approach) for item in workloads()}
    assert len(found) == len(FLAVOURS) * len(RUNTIMES) * 3
    assert set(FORMATS) == {"text", "json", "markdown", "html"}
