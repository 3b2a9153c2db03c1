"""A prompter that replies from a script and remembers what it was asked and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from advisor.wizard.prompts import Picked, Prompt, Reading, Reply, Tone, Typed

Answerer: TypeAlias = Callable[[Prompt], Reply]


@dataclass
class Scripted:
    """Replies with ``answerer``; the end of a script is Ctrl-C."""

    answerer: Answerer
    asked: list[Prompt] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def ask(self, prompt: Prompt) -> Reply:
        self.asked.append(prompt)
        return self.answerer(prompt)

    def say(self, text: str, tone: Tone = "plain") -> None:
        self.told.append(f"{tone}: {text}")

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        yield


def script(*replies: Reply | str) -> Scripted:
    """Return a prompter that gives ``replies`` in turn; text is a row's id, or a line to type."""
    left = iter(replies)

    def answer(prompt: Prompt) -> Reply:
        reply = next(left, None)
        if reply is None:
            raise KeyboardInterrupt
        if not isinstance(reply, str):
            return reply
        if prompt.kind != "line":
            assert reply in [row.id for row in prompt.rows], f"{reply} is no row of {prompt.title}"
            return Picked((reply,))
        read = prompt.read(reply or prompt.default)
        assert isinstance(read, Reading), read
        return Typed(read.value)

    return Scripted(answer)
