"""The end: the recommendation, and a menu of what to do with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from advisor.errors import AdvisorError
from advisor.knowledge.answers import Answers
from advisor.wizard.actions import Action, Done, Wish
from advisor.wizard.prompts import Mistake, Move, Picked, Prompt, Prompter, Reading, Row, Typed
from advisor.wizard.session import Session

MENU = (
    Row("reasons", "Reasons in full", "Every rule that spoke, with its source."),
    Row("flips", "What would change it", "The smallest changes that turn it."),
    Row("cost", "Cost", "What each option costs a month."),
    Row("generate", "Generate the project", "A starter project that deploys and tests itself."),
    Row("save", "Save the answers", "A file to keep, share and run again."),
    Row("report", "Write the report", "The decision as a file: .md, .html, .json or .txt."),
    Row("change", "Change an answer", "Back to the review."),
    Row("quit", "Quit"),
)
Fields: TypeAlias = Mapping[str, str]
Step: TypeAlias = tuple[str, Callable[[Fields], Prompt]]


@dataclass(frozen=True, slots=True)
class End:
    """Where the end stands: the answers, the file that holds exactly them, and the way on."""

    answers: Answers
    saved: Path | None = None
    leave: str = ""

    def wish(self) -> Wish:
        return Wish(self.answers, self.saved)


def end_menu(session: Session, end: End) -> End:
    """Show the recommendation and serve the menu until ``change`` or ``quit``."""
    session.prompter.say("")
    told = _do(session, session.actions.summary, end.wish())
    if told is None:
        return replace(end, leave="change")
    chosen = ""
    while not end.leave:
        reply = session.prompter.ask(
            Prompt("What next?", "one", rows=MENU, given=(chosen,) if chosen else (), quiet=True)
        )
        chosen = reply.ids[0] if isinstance(reply, Picked) else "change"
        end = _chosen(session, end, chosen)
    return end


def _chosen(session: Session, end: End, chosen: str) -> End:
    if chosen in ("change", "quit"):
        return replace(end, leave=chosen)
    if chosen == "generate":
        return _generate(session, end)
    if chosen in ("save", "report"):
        return _write(session, end, chosen)
    shows: Mapping[str, Action] = {
        "reasons": session.actions.reasons,
        "flips": session.actions.flips,
        "cost": session.actions.cost,
    }
    _do(session, shows[chosen], end.wish())
    return end


def _write(session: Session, end: End, what: str) -> End:
    """Ask for a file name (and the workload's name) and save the answers or write the report."""
    suffix, title = (".yaml", "Save the answers as") if what == "save" else (".md", "Write the report to")
    steps: list[Step] = [
        ("name", lambda _: _name_prompt(end.answers)),
        ("path", lambda fields: _path_prompt(title, folder_name(fields["name"]) + suffix)),
    ]
    fields = fill(session.prompter, steps)
    if fields is None or not (may := _may_write(session.prompter, Path(fields["path"]))):
        return end
    named = replace(end, answers=replace(end.answers, name=fields["name"]))
    if named.answers != end.answers:
        named = replace(named, saved=None)
    wish = replace(named.wish(), path=Path(fields["path"]), replace=may == "replace")
    done = _do(session, session.actions.save if what == "save" else session.actions.report, wish)
    if done is None:
        return named
    if what == "save":
        _forget_draft(session)
        return replace(named, saved=wish.path)
    return named


def _generate(session: Session, end: End) -> End:
    """Ask for tool, runtime, name and folder, and generate the project."""
    project = end.answers.project
    steps: list[Step] = [
        ("name", lambda _: _name_prompt(end.answers)),
        ("iac", lambda _: _choice_prompt("Infrastructure as code?", session.actions.iacs, project.iac)),
        (
            "runtime",
            lambda _: _choice_prompt("Language of the functions?", session.actions.runtimes, project.runtime),
        ),
        ("path", lambda fields: _path_prompt("Folder to write to", folder_name(fields["name"]))),
    ]
    fields = fill(session.prompter, steps)
    if fields is None:
        return end
    chosen = replace(
        project,
        iac=next(iac for iac in session.actions.iacs if iac == fields["iac"]),
        runtime=next(runtime for runtime in session.actions.runtimes if runtime == fields["runtime"]),
    )
    answers = replace(end.answers, name=fields["name"], project=chosen)
    named = End(answers, end.saved if answers == end.answers else None)
    with session.prompter.working("Writing and checking the project"):
        done = _do(session, session.actions.generate, replace(named.wish(), path=Path(fields["path"])))
    if done is not None:
        _forget_draft(session)
    return named


def _do(session: Session, action: Action, wish: Wish) -> Done | None:
    """Do it and show what it says, or why it could not be done (then None)."""
    try:
        done = action(wish)
    except AdvisorError as error:
        session.prompter.say(str(error), "warning")
        return None
    session.prompter.say(done.text)
    if done.command:
        session.prompter.say("The same without questions:", "note")
        session.prompter.say(f"  {done.shell}")
    return done


def fill(prompter: Prompter, steps: Sequence[Step]) -> Fields | None:
    """Ask the steps in order, each may go back to the one before; None where one goes back from the first."""
    fields: dict[str, str] = {}
    at = 0
    while 0 <= at < len(steps):
        name, prompt_of = steps[at]
        prompt = prompt_of(fields)
        if name in fields:
            earlier = fields[name]
            prompt = (
                replace(prompt, default=earlier)
                if prompt.kind == "line"
                else replace(prompt, given=(earlier,))
            )
        reply = prompter.ask(prompt)
        if isinstance(reply, Move):
            at -= 1
        else:
            fields[name] = str(reply.value) if isinstance(reply, Typed) else reply.ids[0]
            at += 1
    return fields if at > 0 else None


def folder_name(name: str) -> str:
    """Return a name that every file system and shell takes, made from a workload's name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50].strip("-") or "my-workload"


def _name_prompt(answers: Answers) -> Prompt:
    default = answers.name or "my-workload"
    return Prompt(
        "Name of the workload?", "line", default=default, note=f"Enter takes {default}", read=_read_name
    )


def _path_prompt(title: str, default: str) -> Prompt:
    return Prompt(f"{title}?", "line", default=default, note=f"Enter takes {default}", read=_read_path)


def _choice_prompt(title: str, values: Sequence[str], given: str | None) -> Prompt:
    rows = tuple(Row(value, value) for value in values)
    return Prompt(title, "one", rows=rows, given=(given,) if given else ())


def _read_name(text: str) -> Reading | Mistake:
    return Reading(text, text) if text.isprintable() else Mistake("Printable characters are expected.")


def _read_path(text: str) -> Reading | Mistake:
    if not text.isprintable():
        return Mistake("Printable characters are expected.")
    return Reading(str(Path(text).expanduser()), text)


def _may_write(prompter: Prompter, path: Path) -> str:
    """Return ``new`` or ``replace``, or nothing where the user would rather keep the file there."""
    if not path.exists():
        return "new"
    rows = (Row("keep", "Keep it", "Nothing is written."), Row("replace", "Replace it"))
    reply = prompter.ask(Prompt(f"{path} exists already.", "one", rows=rows))
    return "replace" if isinstance(reply, Picked) and reply.ids == ("replace",) else ""


def _forget_draft(session: Session) -> None:
    if session.draft is not None:
        session.draft.remove()
