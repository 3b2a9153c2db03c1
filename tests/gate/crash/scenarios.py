"""What is killed: everything that writes, with what was in the folder before and what the next run does."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

import advisor
from advisor.starter import RenderedFile
from advisor.starter.manifest import Manifest
from advisor.starter.update import updated
from advisor.starter.write import take_back
from advisor.wizard.drafts import Draft, DraftFile
from advisor.wizard.interview_state import Walk
from tests.wizard.small import QUESTIONNAIRE

Act = Callable[[Path], object]


def _nothing(room: Path) -> None:
    """Leave the room empty."""


@dataclass(frozen=True)
class Scenario:
    """One thing that writes into a room.

    ``next_run`` is what a user does then; where ``refused``, it must leave the room as before or complete.
    ``mine`` are the user's own files. ``at_once``: nobody ever sees a state between.
    """

    act: Act
    next_run: Act
    prepare: Act = _nothing
    refused: bool = False
    mine: tuple[str, ...] = ()
    at_once: bool = True


PROJECT = tuple(
    RenderedFile(path, f"new {path}\n" * 300, executable=path == "run.sh")
    for path in (
        "README.md",
        "answers.yaml",
        "functions/a/app.py",
        "functions/b/app.py",
        "run.sh",
        "tests/test_a.py",
    )
)
_OLD = {file.path: file.text for file in PROJECT[:2]} | {
    path: f"old {path}\n" for path in ("functions/a/app.py", "old/er/file.py", "old/edited.py", "run.sh")
}
MINE = ("project/.git/HEAD", "project/functions/mine.py", "project/notes.txt")
_RULE_BASE = advisor.load_rule_base(advisor.rules_folder())
_ANSWERS = advisor.load_answers("{name: n, requirements: {steps: 3}}", "a.yaml", _RULE_BASE.questionnaire)
_DRAFTS = [
    Draft(Walk(answers={"steps": number}, unknown=(), trail=("steps",)), "n" * 2000 * number)
    for number in range(1, 4)
]


def _write(force: bool) -> Act:
    return lambda room: advisor.write_project(PROJECT, room / "project", force=force)


def _update(room: Path) -> None:
    goal = room / "project"
    take_back(goal)
    new = {file.path: file.text for file in PROJECT}
    files = (*PROJECT, RenderedFile(".advisor/manifest.json", _manifest(new)))
    merged = updated(files, goal, lambda manifest: new if manifest.files.keys() == new.keys() else _OLD)
    advisor.write_project(merged.files, goal, force=True)


def _refused(room: Path) -> None:
    advisor.write_project([RenderedFile("../out.txt", "x")], room / "project")


def _put(texts: Mapping[str, str]) -> Act:
    def prepare(room: Path) -> None:
        for path, text in texts.items():
            (room / path).parent.mkdir(parents=True, exist_ok=True)
            (room / path).write_text(text, encoding="utf-8")

    return prepare


def _old_project(room: Path) -> None:
    _put(dict.fromkeys(MINE, "mine\n"))(room)
    _put({f"project/{path}": "old\n" for path in ("README.md", "functions/a/app.py", "functions/old.py")})(
        room
    )
    (room / "project/functions/a/app.py").chmod(0o640)
    os.symlink("notes.txt", room / "project/answers.yaml")


def _manifest(texts: Mapping[str, str]) -> str:
    files = {path: sha256(text.encode()).hexdigest() for path, text in texts.items()}
    manifest = Manifest(
        schema=1, advisor="0", rule_base={}, approach="", iac="", runtime="", answers="", files=files
    )
    return msgspec.json.encode(manifest).decode()


def _earlier_project(room: Path) -> None:
    """A project of an earlier starter: files that stay, change, were edited, and are left over."""
    _put(dict.fromkeys(MINE, "mine\n"))(room)
    edited = dict.fromkeys(("run.sh", "old/edited.py"), "edited\n")
    texts = {".advisor/manifest.json": _manifest(_OLD)}
    texts[".advisor/backup-1/run.sh"] = "kept earlier\n"
    _put({f"project/{path}": text for path, text in (_OLD | edited | texts).items()})(room)


def _save(replace: bool) -> Act:
    text = advisor.dump_answers(_ANSWERS)
    return lambda room: advisor.write_text(room / "answers.yaml", text, replace=replace)


def _keep_drafts(room: Path) -> None:
    for draft in _DRAFTS:
        DraftFile(room / "state" / "draft.json").write(draft)


def _read_draft(room: Path) -> None:
    """Whatever draft is there, it is a whole one."""
    found = DraftFile(room / "state" / "draft.json").read(QUESTIONNAIRE)
    assert found is None or found in _DRAFTS
    _keep_drafts(room)


def _careless(room: Path) -> None:
    (room / "one.txt").write_text("new", encoding="utf-8")
    (room / "two.txt").write_text("new", encoding="utf-8")


SCENARIOS: Mapping[str, Scenario] = {
    "new": Scenario(_write(False), _refused, refused=True),
    "empty": Scenario(
        _write(False), _refused, lambda room: (room / "project").mkdir(), refused=True, at_once=False
    ),
    "others": Scenario(
        _write(False), _refused, _put(dict.fromkeys(MINE, "mine\n")), refused=True, mine=MINE, at_once=False
    ),
    "force": Scenario(_write(True), _refused, _old_project, refused=True, mine=MINE, at_once=False),
    "regenerate": Scenario(_write(True), _refused, _earlier_project, refused=True, mine=MINE, at_once=False),
    "update": Scenario(_update, _update, _earlier_project, mine=MINE, at_once=False),
    "update-refused": Scenario(_update, _refused, _earlier_project, refused=True, mine=MINE, at_once=False),
    "answers": Scenario(_save(False), _save(False), _put({"mine.txt": "mine\n"}), mine=("mine.txt",)),
    "answers-force": Scenario(_save(True), _save(True), _put({"answers.yaml": "old\n"})),
    "drafts": Scenario(_keep_drafts, _read_draft, at_once=False),
    "careless": Scenario(_careless, _refused, refused=True),  # not ours: what the harness must object to
}
