"""Any text becomes names that every place in a project accepts."""

from __future__ import annotations

import keyword
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.knowledge.names import LONGEST, RESERVED, Name, name, names

NASTY = [
    "",
    " ",
    "😀",
    "x" * 500,
    "class",
    "CON",
    "nul",
    "json",
    "shared",
    "../../etc/passwd",
    "quote \" and ' and `tick`",
    "{{ jinja }}",
    "{% expr %}",
    "${Sub} !Ref #{x}",
    "line\nbreak",
    "\x00\u202e",
    "1st step",
    "Größe prüfen",
    "日本語",
    "<script>alert(1)</script>",
]


@pytest.mark.parametrize("text", NASTY)
def test_nasty_text_becomes_a_safe_name(text: str) -> None:
    _is_safe(name(text))


@given(st.text(max_size=600))
def test_every_text_becomes_a_safe_name_and_always_the_same(text: str) -> None:
    made = name(text)
    _is_safe(made)
    assert made == name(text)
    assert made.text == text


@given(st.lists(st.text(max_size=60), max_size=12))
def test_no_two_steps_share_a_name(texts: list[str]) -> None:
    made = names(texts)
    assert len(made) == len(texts)
    for spelling in ("id", "module", "words", "slug"):
        spelt = [getattr(item, spelling).lower() for item in made]
        assert len(set(spelt)) == len(spelt)


def _is_safe(made: Name) -> None:
    assert re.fullmatch(r"[A-Z][A-Za-z0-9]{0,60}", made.id)
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,60}", made.module)
    assert re.fullmatch(r"[A-Z][A-Za-z0-9 ]{0,79}", made.words)
    assert re.fullmatch(r"[a-z][a-z0-9-]{0,60}", made.slug)
    assert not keyword.iskeyword(made.module)
    assert made.module not in RESERVED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ValidateOrder", ("ValidateOrder", "validate_order", "Validate order")),
        ("charge the HTTPCard", ("ChargeTheHttpCard", "charge_the_http_card", "Charge the http card")),
        ("Größe", ("Groe", "groe", "Groe")),
        ("class", ("ClassStep", "class_step", "Class step")),
        ("2 days", ("Step2Days", "step_2_days", "Step 2 days")),
        ("😀", ("Process", "process", "Process")),
    ],
)
def test_names_read_like_what_was_typed(text: str, expected: tuple[str, str, str]) -> None:
    made = name(text, "process")
    assert (made.id, made.module, made.words) == expected


def test_long_names_are_cut_but_stay_apart() -> None:
    first, second = names(["a" * 500 + "1", "a" * 500 + "2"])
    assert len(first.words) <= LONGEST
    assert first.module != second.module


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert [item.words for item in names(["Pay", "pay", "PAY!"])] == ["Pay", "Pay 2", "Pay 3"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["ab", "a b", "A-B"], ["Ab", "AB2", "AB3"]),
        (["A b", "AB 2", "ab", "a b2"], ["AB", "Ab2", "Ab3", "AB22"]),
    ],
)
def test_names_that_differ_in_capitals_only_get_numbers(texts: list[str], expected: list[str]) -> None:
    """``AB.java`` and ``Ab.java`` are one file on Windows and on a Mac."""
    assert [item.id for item in names(texts)] == expected


def test_what_is_taken_is_so_in_any_capitals() -> None:
    assert [item.id for item in names(["handlesuccess"], taken=["handle_success"])] == ["Handlesuccess2"]


def test_names_do_not_depend_on_the_python_that_makes_them() -> None:
    """Modules that Python 3.12 and 3.13 removed, and those that 3.14 has, are reserved under every Python."""
    assert [item.module for item in map(name, ("Chunk", "Imp", "Crypt", "Annotationlib", "Type"))] == [
        "chunk_step",
        "imp_step",
        "crypt_step",
        "annotationlib_step",
        "type_step",
    ]


def test_every_module_and_keyword_of_this_python_is_reserved() -> None:
    modules = {module.lower() for module in sys.stdlib_module_names if not module.startswith("_")}
    assert modules | {word.lower() for word in keyword.kwlist} <= RESERVED
