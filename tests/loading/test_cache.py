"""The cache gives back exactly what was read, or nothing: a wrong entry never becomes advice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from shutil import copytree

import platformdirs
import pytest

from advisor.errors import RuleBaseError
from advisor.loading.cache import KEPT, cache_folder, load_cached
from advisor.loading.rule_base import load_rule_base
from advisor.resources import rules_folder

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
  - {rule: PE01, reason: everyone here knows it}
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of our own, empty."""
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "cache"))
    monkeypatch.delenv("ADVISOR_NO_CACHE", raising=False)
    found = cache_folder()
    assert found is not None
    return found


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(copytree(rules_folder(), tmp_path / "rules"))


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "own.yaml").write_text(OVERLAY, encoding="utf-8")
    return folder


def entries(cache: Path) -> list[Path]:
    return sorted(cache.iterdir()) if cache.is_dir() else []


def test_the_folder_is_the_one_of_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADVISOR_NO_CACHE", raising=False)
    assert cache_folder() == platformdirs.user_cache_path("lambda-flow-advisor", appauthor=False)


def test_read_twice_gives_the_same_rule_base(cache: Path, rules: Path, overlay: Path) -> None:
    expected = load_rule_base(rules, [overlay])
    assert load_cached(rules, [overlay]) == expected
    (entry,) = entries(cache)
    written = entry.stat().st_mtime_ns
    assert repr(load_cached(rules, [overlay])) == repr(expected)  # 900 is equal to 900.0, but not told alike
    assert (entries(cache), entry.stat().st_mtime_ns) == ([entry], written)


def test_every_change_of_a_rule_file_is_seen(cache: Path, rules: Path, overlay: Path) -> None:
    load_cached(rules, [overlay])
    for file in (rules / "criteria" / "02-flow.yaml", overlay / "own.yaml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("title: ", "title: Truly, ", 1), encoding="utf-8")
        assert load_cached(rules, [overlay]) == load_rule_base(rules, [overlay])
    assert len(entries(cache)) == 3


def test_a_broken_rule_base_is_reported_and_not_kept(cache: Path, rules: Path) -> None:
    (rules / "limits.yaml").write_text("limits: 3\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(RuleBaseError):
            load_cached(rules)
    assert entries(cache) == []


def _rewritten(entry: Path, change: Callable[[str], str]) -> None:
    """Change the data and give it the digest that fits."""
    _, _, data = entry.read_bytes().partition(b"\n")
    fresh = change(data.decode()).encode()
    entry.write_bytes(sha256(fresh).hexdigest().encode() + b"\n" + fresh)


BREAKAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda entry: entry.write_bytes(b""),
    "cut off": lambda entry: entry.write_bytes(entry.read_bytes()[:-10]),
    "one letter changed": lambda entry: entry.write_bytes(
        entry.read_bytes().replace(b"Retries", b"Retrier", 1)
    ),
    "no digest": lambda entry: entry.write_bytes(entry.read_bytes().partition(b"\n")[2]),
    "not JSON": lambda entry: _rewritten(entry, lambda _: "{"),
    "other JSON": lambda entry: _rewritten(entry, lambda _: "[1]"),
    "an unknown class": lambda entry: _rewritten(entry, lambda text: text.replace('"Limit"', '"system"')),
    "a field too many": lambda entry: _rewritten(entry, lambda text: text.replace('"Limit",', '"Limit",1,')),
    "nested too deep": lambda entry: _rewritten(entry, lambda _: "[" * 100_000),
    "not text": lambda entry: entry.write_bytes(sha256(b"\xff").hexdigest().encode() + b"\n\xff"),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_an_entry_that_is_not_as_it_was_written_is_ignored_and_replaced(
    cache: Path, rules: Path, breakage: str
) -> None:
    expected = load_cached(rules)
    (entry,) = entries(cache)
    whole = entry.read_bytes()
    BREAKAGES[breakage](entry)
    assert load_cached(rules) == expected
    assert entry.read_bytes() == whole


posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and owners are those of POSIX")


@posix
@pytest.mark.parametrize("what", ["entry", "folder"])
def test_what_others_could_have_written_is_ignored(cache: Path, rules: Path, what: str) -> None:
    expected = load_cached(rules)
    (entry,) = entries(cache)
    _rewritten(entry, lambda text: text.replace('"destinations":3', '"destinations":1'))
    (entry if what == "entry" else cache).chmod(0o777)
    assert load_cached(rules) == expected


@posix
def test_a_symbolic_link_is_not_followed(cache: Path, rules: Path, tmp_path: Path) -> None:
    expected = load_cached(rules)
    (entry,) = entries(cache)
    _rewritten(entry, lambda text: text.replace('"destinations":3', '"destinations":1'))
    elsewhere = entry.rename(tmp_path / "elsewhere.json")
    entry.symlink_to(elsewhere)
    assert load_cached(rules) == expected
    assert not entry.is_symlink()


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_an_entry_of_somebody_else_is_ignored(cache: Path, rules: Path) -> None:
    expected = load_cached(rules)
    (entry,) = entries(cache)
    _rewritten(entry, lambda text: text.replace('"destinations":3', '"destinations":1'))
    os.chown(entry, 12345, -1)
    assert load_cached(rules) == expected


@pytest.mark.parametrize("obstacle", ["a file in the way", "switched off"])
def test_without_a_cache_everything_works(
    cache: Path, rules: Path, monkeypatch: pytest.MonkeyPatch, obstacle: str
) -> None:
    if obstacle == "switched off":
        monkeypatch.setenv("ADVISOR_NO_CACHE", "1")
    else:
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text("", encoding="utf-8")
    assert load_cached(rules) == load_rule_base(rules)
    assert not cache.is_dir()


def test_old_entries_go(cache: Path, rules: Path) -> None:
    file = rules / "rule-base.yaml"
    text = file.read_text(encoding="utf-8")
    for number in range(KEPT + 3):
        file.write_text(f"{text}# {number}\n", encoding="utf-8")
        load_cached(rules)
    assert len(entries(cache)) == KEPT


def test_the_command_says_the_same_with_and_without(cache: Path) -> None:
    def said(**extra: str) -> object:
        command = [sys.executable, "-m", "advisor", "recommend", "--set", "steps=4", "--format", "json"]
        environment = {**os.environ, **extra}
        return json.loads(subprocess.run(command, check=True, capture_output=True, env=environment).stdout)

    without = said(ADVISOR_NO_CACHE="1")
    assert entries(cache) == []
    assert [said(), said()] == [without, without]
    assert len(entries(cache)) == 1
