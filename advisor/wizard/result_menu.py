"""The end: the recommendation, and a menu of what to do with it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from advisor.errors import AdvisorError
from advisor.knowledge.answers import Answers
from advisor.loading.entry_reader import MAX_NAME
from advisor.reserved_words import DEVICES
from advisor.wizard.menu_actions import Action, Done, Wish
from advisor.wizard.prompts import Mistake, Move, Picked, Prompt, Prompter, Reading, Row, Typed
from advisor.wizard.session import Session

MENU = (
    Row("reasons", "Reasons in full", "Every rule that spoke, with its source."),
    Row("flips", "What would change it", "The smallest changes of answers that do."),
    Row("cost", "Cost", "What each option costs a month."),
    Row("generate", "Generate the project", "A starter project that deploys and tests itself."),
    Row("save", "Save the answers", "A file to keep, share and run again."),
    Row("report", "Write the report", "The decision as a file: .md, .html, .json or .txt."),
    Row("change", "Change an answer", "Back to the review."),
    Row("quit", "Quit"),
)
Fields: TypeAlias = Mapping[str, str]
Step: TypeAlias = tuple[str, Callable[[Fields], Prompt]]
_Name = TypeVar("_Name", bound=str)
_TOOLS = {
    "sam": "AWS SAM: one template, the shortest way.",
    "cdk-python": "AWS CDK, written in Python.",
    "cdk-typescript": "AWS CDK, written in TypeScript.",
    "terraform": "Terraform with the AWS provider.",
}


class End(Struct, frozen=True):
    """State of the result menu: the answers, the file that holds exactly them, and the next action."""

    answers: Answers
    saved: Path | None = None
    leave: str = ""

    def wish(self) -> Wish:
        return Wish(answers=self.answers, saved=self.saved)


def end_menu(session: Session, end: End) -> End:
    """Show the recommendation and serve the menu until ``change`` or ``quit``."""
    session.prompter.say("")
    told = _do(session, session.actions.summary, end.wish(), "Working it out")
    if told is None:
        return replace(end, leave="change")
    chosen = ""
    while not end.leave:
        reply = session.prompter.ask(menu_prompt(told.text, chosen))
        chosen = reply.ids[0] if isinstance(reply, Picked) else "change"
        end = _chosen(session, end, chosen)
    return end


def menu_prompt(recommendation: str, chosen: str) -> Prompt:
    """Return the menu, below the first paragraph of the recommendation, on the row ``chosen`` last."""
    answer = " ".join(recommendation.strip().split("\n\n")[0].split())
    return Prompt(
        "What next?", "one", rows=MENU, given=(chosen,) if chosen else (), status=answer, quiet=True
    )


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
    """Ask for name, tool, language and folder, and generate the project; what has one choice is not asked."""
    project, actions = end.answers.project, session.actions
    steps: list[Step] = [("name", lambda _: _name_prompt(end.answers))]
    if len(actions.iacs) > 1:
        steps.append(("iac", lambda _: _choice_prompt("Infrastructure as code?", actions.iacs, project.iac)))
    if len(actions.runtimes) > 1:
        title = "Language of the functions?"
        steps.append(("runtime", lambda _: _choice_prompt(title, actions.runtimes, project.runtime)))
    steps.append(("path", lambda fields: _path_prompt("Folder to write to", folder_name(fields["name"]))))
    fields = fill(session.prompter, steps)
    if fields is None or not (may := _may_write_into(session.prompter, Path(fields["path"]))):
        return end
    chosen = replace(
        project,
        iac=_one_of(actions.iacs, fields.get("iac")),
        runtime=_one_of(actions.runtimes, fields.get("runtime")),
    )
    answers = replace(end.answers, name=fields["name"], project=chosen)
    named = End(answers, end.saved if answers == end.answers else None)
    wish = replace(named.wish(), path=Path(fields["path"]), replace=may == "replace")
    if _do(session, actions.generate, wish, "Writing and checking the project") is not None:
        _forget_draft(session)
    return named


def _one_of(values: tuple[_Name, ...], name: str | None) -> _Name:
    return next((value for value in values if value == name), values[0])


def _do(session: Session, action: Action, wish: Wish, meanwhile: str = "One moment") -> Done | None:
    """Do it and show what it says, or why it could not be done (then None)."""
    try:
        with session.prompter.working(meanwhile):
            done = action(wish)
    except AdvisorError as error:
        session.prompter.say(str(error), "warning")
        return None
    session.prompter.say(done.text)
    if done.command:
        session.prompter.say("The same without questions:", "note")
        session.prompter.say(f"  {done.shell}", "command")
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
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50].strip("-")
    return f"my-{made or 'workload'}" if made in {"", *DEVICES} else made


def _name_prompt(answers: Answers) -> Prompt:
    default = answers.name or "my-workload"
    return Prompt(
        "Name of the workload?", "line", default=default, note=f"Enter takes {default}", read=_read_name
    )


def _path_prompt(title: str, default: str) -> Prompt:
    return Prompt(f"{title}?", "line", default=default, note=f"Enter takes {default}", read=_read_path)


def _choice_prompt(title: str, values: Sequence[str], given: str | None) -> Prompt:
    rows = tuple(Row(value, value, _TOOLS.get(value, "")) for value in values)
    return Prompt(title, "one", rows=rows, given=(given,) if given else ())


def _read_name(text: str) -> Reading | Mistake:
    if len(text) > MAX_NAME:
        return Mistake(f"At most {MAX_NAME} characters are expected.")
    return Reading(text, text) if text.isprintable() else Mistake("Printable characters are expected.")


def _read_path(text: str) -> Reading | Mistake:
    if not text.isprintable():
        return Mistake("Printable characters are expected.")
    return Reading(os.path.expanduser(text), text)


def _may_write(prompter: Prompter, path: Path) -> str:
    """Return ``new`` or ``replace``, or nothing where the user would rather keep the file there."""
    if not os.path.exists(path):  # unlike Path.exists, False also for names that no file can have
        return "new"
    rows = (Row("keep", "Keep it", "Nothing is written."), Row("replace", "Replace it"))
    reply = prompter.ask(Prompt(f"{path} exists already.", "one", rows=rows))
    return "replace" if isinstance(reply, Picked) and reply.ids == ("replace",) else ""


def _may_write_into(prompter: Prompter, folder: Path) -> str:
    """Return ``new`` or ``replace``, or nothing where the user would rather keep the folder as it is."""
    try:
        if not os.listdir(folder):
            return "new"
    except OSError:  # not there yet; or it cannot be written, which is for the writer to say
        return "new"
    copies = "Files of the same name are replaced; a copy of each one that you changed is kept."
    rows = (Row("keep", "Leave it as it is", "Nothing is written."), Row("replace", "Write into it", copies))
    reply = prompter.ask(Prompt(f"{folder} already holds files.", "one", rows=rows))
    return "replace" if isinstance(reply, Picked) and reply.ids == ("replace",) else ""


def _forget_draft(session: Session) -> None:
    if session.draft is not None:
        session.draft.remove()
