"""Actions of the wizard's result menu, each with the command that does the same without questions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

import advisor
from advisor.cli.changes_text import changes_text
from advisor.cli.editor_schema import schema_beside
from advisor.cli.project_builder import make
from advisor.cli.recommend import format_for, report_options
from advisor.decision.recheck import decision_of
from advisor.errors import AdvisorError
from advisor.knowledge.answers import IACS, RUNTIMES, Answers
from advisor.knowledge.rules import RuleBase
from advisor.loading.answers_writer import FOR_EDITORS
from advisor.reports import ReportOptions
from advisor.reports.text.report import render_part
from advisor.wizard import Actions, Done, Wish


class Desk(Struct, frozen=True, kw_only=True):
    """Input of the actions: the rule base, its flags, and the file of the answers."""

    rule_base: RuleBase
    rules: tuple[str, ...] = ()
    file: str | None = None
    start: Answers = Answers()
    plain: bool = False

    def actions(self) -> Actions:
        """Return everything the end menu offers."""
        return Actions(
            summary=self.summary,
            reasons=self.reasons,
            flips=partial(self.part, "flips"),
            cost=partial(self.part, "cost"),
            save=self.save,
            report=self.report,
            generate=self.generate,
            iacs=IACS,
            runtimes=RUNTIMES,
        )

    def options(self, *, explain: bool = False, to_file: bool = False) -> ReportOptions:
        """Return how to tell it; without colour, since the prompter that shows it has its own."""
        options = report_options(explain=explain, to_file=to_file)
        return replace(options, colour=False, links=False, plain=options.plain or self.plain)

    def summary(self, wish: Wish) -> Done:
        return self._told(wish, explain=False)

    def reasons(self, wish: Wish) -> Done:
        return self._told(wish, explain=True)

    def _told(self, wish: Wish, *, explain: bool) -> Done:
        recommendation = advisor.recommend(self.rule_base, wish.answers)
        text = advisor.FORMATS["text"](recommendation, self.rule_base, self.options(explain=explain))
        return Done(text, self.command("recommend", wish, *(["--explain"] if explain else [])))

    def part(self, part: Literal["flips", "cost"], wish: Wish) -> Done:
        recommendation = advisor.recommend(self.rule_base, wish.answers)
        text = render_part(part, recommendation, self.rule_base, self.options(explain=True))
        return Done(text, self.command("recommend", wish, "--explain"))

    def save(self, wish: Wish) -> Done:
        assert wish.path is not None
        decision = decision_of(advisor.recommend(self.rule_base, wish.answers))
        text = advisor.dump_answers(replace(wish.answers, decision=decision), header=(FOR_EDITORS,))
        advisor.write_text(wish.path, text, replace=wish.replace)
        saved = replace(wish, saved=wish.path)
        told = f"The answers are in {wish.path}.{schema_beside(wish.path, self.rule_base.questionnaire)}"
        return Done(told, self.command("recommend", saved))

    def report(self, wish: Wish) -> Done:
        assert wish.path is not None
        recommendation = advisor.recommend(self.rule_base, wish.answers)
        report = advisor.FORMATS[format_for(str(wish.path))]
        text = report(recommendation, self.rule_base, self.options(explain=True, to_file=True))
        advisor.write_text(wish.path, text, replace=wish.replace)
        flags = ["--explain", "--output", str(wish.path), *(["--force"] if wish.replace else [])]
        return Done(f"The report is in {wish.path}.", self.command("recommend", wish, *flags))

    def generate(self, wish: Wish) -> Done:
        assert wish.path is not None
        made = make(self.rule_base, wish.answers)
        changes = advisor.write_project(made.files, wish.path, force=wish.replace)
        existing = [changes_text(changes, wish.path)] if changes.existing else []
        flags = ["--output", str(wish.path), *(["--force"] if wish.replace else [])]
        again = (
            "advisor",
            "generate",
            str(wish.path / "answers.yaml"),
            "--output",
            str(wish.path),
            "--force",
        )
        text = "\n".join([*changes.notes, *existing, made.told(wish.path)])
        return Done(text, self.command("generate", wish, *flags) or again)

    def command(self, name: str, wish: Wish, *flags: str) -> tuple[str, ...]:
        """Return the command for these answers: their file, else ``--set`` each; none where neither can."""
        rules = tuple(part for folder in self.rules for part in ("--rules", folder))
        file = str(wish.saved) if wish.saved else self.file if wish.answers == self.start else None
        if file is not None:
            return ("advisor", name, file, *flags, *rules)
        sets = tuple(sets_for(wish.answers))
        if not sets or self._read(sets) != wish.answers:
            return ()
        return ("advisor", name, *(part for text in sets for part in ("--set", text)), *flags, *rules)

    def _read(self, sets: tuple[str, ...]) -> Answers | None:
        try:
            return advisor.load_answers("requirements: {}", "--set", self.rule_base.questionnaire, sets)
        except AdvisorError:
            return None


def sets_for(answers: Answers) -> Iterator[str]:
    """Yield ``KEY=VALUE`` for every answer that fits on a command line."""
    if answers.name:
        plain = answers.name.replace("-", "").isalnum() and answers.name[0].isalpha()
        yield f"name={answers.name if plain else json.dumps(answers.name, ensure_ascii=False)}"
    for key, value in answers.requirements.items():
        if isinstance(value, tuple):
            yield f"{key}={','.join(value)}"
        else:
            yield f"{key}={json.dumps(value) if not isinstance(value, str) else value}"
    project = answers.project
    for key, text in (("iac", project.iac), ("runtime", project.runtime), ("region", project.region)):
        if text:
            yield f"project.{key}={text}"
