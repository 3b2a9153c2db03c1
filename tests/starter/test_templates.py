"""Compiled templates are kept beside the templates, and only ever used for what they were compiled from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from advisor.errors import RuleBaseError
from advisor.starter.templates import Beside, environment_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one template; Python keeps bytecode, whatever it was told outside."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.delenv("ADVISOR_NO_CACHE", raising=False)
    (tmp_path / "a.jinja").write_text("{% if shown %}\none {{ name|json }}\n{% endif %}\n", encoding="utf-8")
    return tmp_path


def filled(folder: Path) -> str:
    """Return the template, filled by a process that has seen nothing yet."""
    environment = environment_of(folder, {}).overlay(bytecode_cache=Beside(folder), cache_size=0)
    return environment.get_template("a.jinja").render(shown=True, name='"ß"')


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "__pycache__").glob("*"))


def test_it_is_kept_and_used(folder: Path) -> None:
    text = filled(folder)
    assert text == 'one "\\"ß\\""\n'
    (entry,) = kept(folder)
    written = entry.stat().st_mtime_ns
    assert filled(folder) == text
    assert entry.stat().st_mtime_ns == written


def test_a_changed_template_is_compiled_anew(folder: Path) -> None:
    filled(folder)
    (folder / "a.jinja").write_text("two {{ name }}", encoding="utf-8")
    assert filled(folder) == 'two "ß"'
    assert len(kept(folder)) == 1


@pytest.mark.parametrize(
    "data", [b"", b"j2", b"\x80\x04.", bytes(range(200))], ids=["empty", "short", "pickle", "any"]
)
def test_an_entry_that_is_broken_is_replaced(folder: Path, data: bytes) -> None:
    text = filled(folder)
    (entry,) = kept(folder)
    whole = entry.read_bytes()
    for broken in (data, whole[:-20], whole[:30] + data):
        entry.write_bytes(broken)
        assert filled(folder) == text
        assert entry.read_bytes() == whole


def test_nothing_is_kept_where_nothing_should_be(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as told:
        told.setattr(sys, "dont_write_bytecode", True)
        filled(folder)
    monkeypatch.setenv("ADVISOR_NO_CACHE", "1")
    filled(folder)
    assert kept(folder) == []


def test_a_folder_that_cannot_be_written_is_no_error(folder: Path) -> None:
    (folder / "__pycache__").write_text("in the way", encoding="utf-8")
    assert filled(folder) == 'one "\\"ß\\""\n'


def test_a_broken_template_says_where(folder: Path) -> None:
    from advisor.starter.render import _fill

    (folder / "a.jinja").write_text("one\n{% if %}", encoding="utf-8")
    with pytest.raises(RuleBaseError, match=r"a\.jinja:2 is broken"):
        _fill(environment_of(folder, {}), "a.jinja", {})
