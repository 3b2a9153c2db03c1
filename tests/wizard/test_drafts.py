"""Drafts: for their owner only, replaced as a whole, never trusted blindly."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.wizard.drafts import Draft, DraftFile, fits
from advisor.wizard.interview_state import Walk
from tests.wizard.small import QUESTIONNAIRE

TRAIL = ("invocation", "steps", "waits", "duration_s")
WALK = Walk(
    answers={"invocation": "async", "waits": (), "duration_s": 0.5},
    unknown=("steps",),
    trail=TRAIL,
    at=2,
    everything=True,
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "state" / "draft.json")
    assert file.read(QUESTIONNAIRE) is None
    file.write(Draft(WALK, 'n "{{\n🙂'))
    assert file.read(QUESTIONNAIRE) == Draft(WALK, 'n "{{\n🙂')
    file.remove()
    file.remove()
    assert file.read(QUESTIONNAIRE) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_the_owner_can_read_it_whatever_was_there_before(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    file = DraftFile(folder / "draft.json")
    file.path.write_text("old", encoding="utf-8")
    file.path.chmod(0o644)
    file.write(Draft(WALK))
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_it_is_replaced_as_a_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "draft.json")
    for _ in range(3):
        file.write(Draft(WALK))
    assert [path.name for path in tmp_path.iterdir()] == ["draft.json"]


BROKEN: list[tuple[bytes, str]] = [
    (b"", "it is damaged"),
    (b"{", "it is damaged"),
    (b"\xff\xfe\x00", "it is damaged"),
    (b"[]", "it is damaged"),
    (b"null", "it is damaged"),
    (b'{"schema": 1}', "it is damaged"),
    (b'{"schema": 2}', "it was written by another version"),
    (b'{"schema": 1, "answers": [], "unknown": [], "trail": [], "at": 0}', "it is damaged"),
    (b"[" * 100_000, "it is damaged"),
    (b" " * 1_000_001, "it has more than 1,000,000 bytes"),
]


@pytest.mark.parametrize(("data", "reason"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_draft_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    file = DraftFile(tmp_path / "draft.json")
    file.path.write_bytes(data)
    with pytest.raises(ValueError, match=reason):
        file.read(QUESTIONNAIRE)


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="it is a folder"):
        DraftFile(tmp_path).read(QUESTIONNAIRE)


def test_answers_that_no_longer_fit_the_questions_are_left_out(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "draft.json")
    answers = {"invocation": "gone", "other": 1, "steps": 3, "waits": ["timer", "timer"], "idempotent": 1}
    trail = ["invocation", "other", "steps", "waits", "idempotent", "event_source"]
    plain = {"schema": 1, "name": "n", "answers": answers, "unknown": ["event_source", "x"], "trail": trail}
    file.path.write_text(
        json.dumps({**plain, "at": 1, "everything": False, "ticks": {"gone": [[], []]}}), encoding="utf-8"
    )
    assert file.read(QUESTIONNAIRE) == Draft(
        Walk(answers={"steps": 3}, unknown=("event_source",), trail=("steps", "event_source"), at=2), "n"
    )


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ANY = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
KEYS = ("schema", "name", "answers", "unknown", "trail", "at", "everything", "ticks")


@given(st.fixed_dictionaries(dict.fromkeys(KEYS, ANY) | {"schema": st.just(1) | ANY}))
def test_whatever_a_draft_holds_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    file = DraftFile(tmp_path_factory.mktemp("draft") / "draft.json")
    file.path.write_text(json.dumps(data), encoding="utf-8")
    try:
        draft = file.read(QUESTIONNAIRE)
    except ValueError:
        return
    assert draft is not None
    assert all(fits(value, QUESTIONNAIRE.by_key[key]) for key, value in draft.walk.answers.items())
    assert 0 <= draft.walk.at <= len(draft.walk.trail)


def test_it_lives_in_the_state_folder_of_the_platform() -> None:
    file = DraftFile.of_user()
    assert file is not None
    path = file.path
    assert (path.name, path.parent.name) == ("draft.json", "lambda-flow-advisor")
