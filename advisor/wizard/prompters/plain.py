"""The prompter for screen readers, dumb terminals and slow lines: one line at a time, nothing repainted."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from msgspec import Struct

from advisor.wizard.prompters.look import WIDEST, Look, laid_out, wrapped
from advisor.wizard.prompts import Mistake, Move, Picked, Prompt, Reading, Reply, Tone, Typed, read_line

PATIENCE_S = 0.5
_MOVES = {Move.BACK: "< goes back", Move.REVIEW: "= reviews", Move.UNKNOWN: "- if you don't know"}


class PlainPrompter(Struct, frozen=True):
    """Asks with numbered choices on ``stdout`` and reads lines from ``stdin``."""

    stdin: TextIO
    stdout: TextIO
    look: Look

    def ask(self, prompt: Prompt) -> Reply:
        self._write("")
        self._show(prompt)
        while True:
            self._write(self._invitation(prompt), end=" ")
            line = self._read()
            if line == "?" and prompt.help:
                self._help(prompt)
                continue
            reply = understood(line, prompt)
            if not isinstance(reply, Mistake):
                self._confirm(reply, prompt, line)
                return reply
            self._write(reply.message)

    def say(self, text: str, tone: Tone = "plain") -> None:
        self._write(laid_out(text, tone, shutil.get_terminal_size().columns))

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        timer = threading.Timer(PATIENCE_S, lambda: self._write(f"{text}..."))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _read(self) -> str:
        try:
            line = self.stdin.readline()
        except KeyboardInterrupt:
            self._write("")  # what follows starts on a line of its own
            raise
        if not line:
            self._write("")
            raise KeyboardInterrupt
        return line.strip()

    @property
    def _width(self) -> int:
        return min(shutil.get_terminal_size().columns - 1, WIDEST)

    def _write(self, text: str, end: str = "\n") -> None:
        self.stdout.write(self.look.shown(text) + end)
        self.stdout.flush()

    def _paragraph(self, text: str, first: str = "") -> None:
        for line in wrapped(text, self._width, first):
            self._write(line)

    def _show(self, prompt: Prompt) -> None:
        if prompt.status:
            self._paragraph(prompt.status)
        self._paragraph(prompt.title)
        for number, row in enumerate(prompt.rows, start=1):
            self._paragraph(f"{row.label}: {row.text}" if row.text else row.label, f"  {number}. ")
        if prompt.note:
            self._paragraph(prompt.note)

    def _invitation(self, prompt: Prompt) -> str:
        count = len(prompt.rows)
        what = {
            "one": f"Number, 1 to {count}",
            "several": f"Numbers, 1 to {count}, such as 1,3"
            + (" (most important first)" if prompt.ordered else ""),
            "line": "Answer",
        }[prompt.kind]
        keys = ["Enter keeps " + self._kept(prompt)] if self._kept(prompt) else []
        listed = any(row.alone for row in prompt.rows)  # a list shows "I don't know" as a row
        hidden = {Move.UNKNOWN} if listed else set()
        keys += [text for move, text in _MOVES.items() if move in prompt.moves - hidden]
        keys += ["? helps"] if prompt.help else []
        return f"{what} ({', '.join(keys)}):" if keys else f"{what}:"

    def _kept(self, prompt: Prompt) -> str:
        ids = [row.id for row in prompt.rows]
        return prompt.default or ",".join(str(ids.index(given) + 1) for given in prompt.given if given in ids)

    def _help(self, prompt: Prompt) -> None:
        for section in prompt.help:
            self._write(f"{section.heading}:")
            for line in section.lines:
                self._paragraph(line, "  ")

    def _confirm(self, reply: Reply, prompt: Prompt, line: str) -> None:
        if reply is Move.UNKNOWN:
            self._write("= I don't know")
        elif isinstance(reply, Picked):
            self._paragraph(", ".join(prompt.row(row_id).label for row_id in reply.ids), "= ")
        elif isinstance(reply, Typed) and isinstance(read := read_line(line, prompt), Reading):
            self._paragraph(read.echo, "= ")


def understood(line: str, prompt: Prompt) -> Reply | Mistake:
    """Return what ``line`` replies to ``prompt``, or what would be a reply."""
    for move in Move:
        if line == move.value and move in prompt.moves:
            return move
    if prompt.kind == "line":
        return _typed(line, prompt)
    if not line and prompt.given:
        return Picked(prompt.given)
    words = [word for word in re.split(r"[,;\s]+", line)[:50] if word]
    numbers = {str(number): row.id for number, row in enumerate(prompt.rows, start=1)}
    numbers |= {row.id: row.id for row in prompt.rows}
    wrong = [word for word in words if word not in numbers]
    if wrong or not words:
        found = f"{wrong[0][:20]!r} is not on the list. " if wrong else ""
        return Mistake(f"{found}Type a number from 1 to {len(prompt.rows)}.")
    ids = tuple(dict.fromkeys(numbers[word] for word in words))
    if len(ids) > 1 and prompt.kind == "one":
        return Mistake("One number is expected here.")
    single = [prompt.row(row_id).label for row_id in ids if prompt.row(row_id).alone]
    if single and len(ids) > 1:
        return Mistake(f"'{single[0]}' excludes the other answers.")
    return Picked(ids)


def _typed(line: str, prompt: Prompt) -> Reply | Mistake:
    read = read_line(line, prompt)
    return read if isinstance(read, Mistake) else Typed(read.value)
