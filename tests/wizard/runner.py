"""The wizard over the small rule base, as a program: run in a pseudo-terminal by the tests.

``python -m tests.wizard.runner DRAFT [plain] [all] [nocolor]``
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from advisor.decision.decide import decide
from advisor.decision.verdict import option_of
from advisor.errors import AdvisorError, CannotWrite
from advisor.knowledge.answers import Answers
from advisor.wizard import Action, Actions, Done, DraftFile, Wish, choose_prompter, run
from tests.wizard.small import RULE_BASE


def _tells(text: str, *flags: str) -> Action:
    return lambda wish: Done(text, ("advisor", "recommend", str(wish.saved or "-"), *flags))


def _summary(wish: Wish) -> Done:
    option, _ = option_of(decide(RULE_BASE, wish.answers.requirements))
    return Done(f"Recommendation: {option}", ("advisor", "recommend", str(wish.saved or "-")))


def _writes(command: str) -> Action:
    def write(wish: Wish) -> Done:
        assert wish.path is not None
        if wish.path.exists() and not wish.replace:
            raise CannotWrite(f"{wish.path} exists already; nothing was written.")
        wish.path.write_text(json.dumps(dict(wish.answers.requirements)), encoding="utf-8")
        return Done(f"Wrote {wish.path}", ("advisor", command, str(wish.path)))

    return write


ACTIONS = Actions(
    summary=_summary,
    reasons=_tells("All reasons.", "--format", "text"),
    flips=_tells("All flips."),
    cost=_tells("All costs."),
    save=_writes("recommend"),
    report=_writes("recommend"),
    generate=_writes("generate"),
)


def main(arguments: list[str]) -> int:
    try:
        prompter = choose_prompter(
            "plain" in arguments, os.environ, sys.stdin, sys.stdout, "nocolor" not in arguments
        )
        answers = run(
            RULE_BASE,
            prompter,
            start=Answers(),
            draft=DraftFile(Path(arguments[0])),
            ask_all="all" in arguments,
            actions=ACTIONS,
        )
    except AdvisorError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt as stop:
        print(stop)
        return 130
    print(f"RESULT {json.dumps(dict(answers.requirements))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
