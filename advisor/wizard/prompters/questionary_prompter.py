"""The prompter for a full terminal: lists to move in, lines checked while typing; built on questionary."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import questionary
from msgspec import Struct
from msgspec.structs import replace
from prompt_toolkit import print_formatted_text
from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Always, Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from advisor.wizard.prompters.list_prompt import Aside, cursor_for, key_legend, list_question
from advisor.wizard.prompters.look import WIDEST, Look, laid_out, wrapped
from advisor.wizard.prompts import Mistake, Move, Picked, Prompt, Reading, Reply, Row, Tone, Typed, read_line

PATIENCE_S = 0.5
LONGEST_PASTE = 2_000
_COLOURS = {
    "question": "bold",
    "title": "bold",
    "current": "ansicyan bold",
    "answer": "ansicyan",
    "warning": "ansiyellow",
    "mistake": "ansired",
    "validation-toolbar": "noreverse bg:default ansired",
    "bottom-toolbar": "noreverse",
}

_ROWS_OF_PAUSE = 6  # of the screen, below a page of help


class QuestionaryPrompter(Struct, frozen=True):
    """Asks on the terminal of the process."""

    look: Look
    color: bool

    def ask(self, prompt: Prompt) -> Reply:
        prompt = _shown(prompt, self.look)
        reply = self._line(prompt) if prompt.kind == "line" else self._list(prompt)
        if not prompt.quiet:
            self._trace(prompt, reply)
        return reply

    def say(self, text: str, tone: Tone = "plain") -> None:
        text = laid_out(self.look.shown(text), tone, shutil.get_terminal_size().columns)
        self._print([(f"class:{tone}", text)])

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        timer = threading.Timer(PATIENCE_S, lambda: self.say(f"{text}…", "note"))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    @property
    def _width(self) -> int:
        return min(shutil.get_terminal_size().columns - 1, WIDEST)

    @property
    def _style(self) -> Style:
        return Style(list(_COLOURS.items()))

    @property
    def _depth(self) -> ColorDepth | None:
        return None if self.color else ColorDepth.DEPTH_1_BIT

    def _print(self, fragments: list[tuple[str, str]]) -> None:
        print_formatted_text(FormattedText(fragments), style=self._style, color_depth=self._depth)

    def _list(self, prompt: Prompt) -> Reply:
        cursor = cursor_for(prompt)
        while True:
            reply = _asked(list_question(prompt, cursor, self.look, self._style, self._depth))
            if isinstance(reply, Picked | Move):
                return reply
            cursor.mistake = ""
            self._help(prompt)

    def _line(self, prompt: Prompt) -> Reply:
        while True:
            try:
                said = _asked(self._line_question(prompt))
            except EOFError:
                raise KeyboardInterrupt from None
            if isinstance(said, Move):
                return said
            if isinstance(said, Aside):
                self._help(prompt)
                continue
            read = read_line(str(said), prompt)
            if isinstance(read, Reading):
                return Typed(read.value)

    def _line_question(self, prompt: Prompt) -> questionary.Question:
        def checked(text: str) -> bool | str:
            read = read_line(text, prompt)
            return read.message if isinstance(read, Mistake) else True

        width = self._width
        status = "".join(f"\n {line}" for line in wrapped(prompt.status, width) if line)
        legend = "   ".join(["Enter done", *key_legend(prompt)])
        below = [*wrapped(prompt.note, width), *wrapped(legend, width)]
        note = "".join(f"\n {line}" for line in below if line)
        question = questionary.text(
            message="\n ".join(wrapped(prompt.title, width)),
            qmark=f"{status}\n",
            instruction=f"{note}\n >",
            validate=checked,
            validate_while_typing=True,
            key_bindings=_line_bindings(prompt),
            bottom_toolbar=lambda: _line_foot(prompt, get_app().current_buffer.text),
            style=self._style,
            color_depth=self._depth,
            erase_when_done=True,
            reserve_space_for_menu=0,
        )
        _fitted(question, prompt.longest)
        return question

    def _help(self, prompt: Prompt) -> None:
        """Show the help, in pages that fit the screen where it leaves no room for the question."""
        lines = [self.look.shown(line) for line in _help_lines(prompt, self._width)]
        screen = shutil.get_terminal_size().lines
        if len(lines) + 2 * len(prompt.rows) + 6 <= screen:
            return self._print([("", "\n".join(lines))])
        page = max(4, screen - _ROWS_OF_PAUSE)
        for start in range(0, len(lines), page):
            self._print([("", "\n".join(lines[start : start + page]))])
            more = start + page < len(lines)
            row = Row("on", "Read on") if more else Row("back", "Back to the question")
            title = "The help goes on." if more else "End of the help."
            self.ask(Prompt(title, "one", rows=(row,), moves=frozenset(), quiet=True))
        return None

    def _trace(self, prompt: Prompt, reply: Reply) -> None:
        said = _told(prompt, reply)
        if said:
            lines = wrapped(f"{prompt.title} {said}", self._width, " ", "   ")
            text = "\n".join(lines)
            head = text[: text.rfind(said)] if said in text else text
            self._print([("", head), ("class:answer", text[len(head) :])])


def _asked(question: questionary.Question) -> object:
    """Ask; a terminal that does not tell where its cursor is does well enough without a warning each time."""
    question.application.renderer.cpr_not_supported_callback = None
    return question.unsafe_ask()


def _shown(prompt: Prompt, look: Look) -> Prompt:
    """Return the prompt with every text fit for the terminal."""
    rows = tuple(Row(row.id, look.shown(row.label), look.shown(row.text), row.alone) for row in prompt.rows)
    return replace(
        prompt,
        title=look.shown(prompt.title),
        status=look.shown(prompt.status),
        note=look.shown(prompt.note),
        rows=rows,
    )


def _fitted(question: questionary.Question, longest: int) -> None:
    """Keep the line as low as its text, and cut what is pasted to one character more than fits."""
    layout = question.application.layout
    for window in layout.find_all_windows():
        if window.content is layout.current_control:
            window.dont_extend_height = Always()
        else:
            window.wrap_lines = Always()  # a terminal made narrower shall not hide the question's end

    def cut(buffer: Buffer) -> None:
        if len(buffer.text) > longest + 1:
            buffer.text = buffer.text[: longest + 1]

    question.application.current_buffer.on_text_changed += cut


def _line_bindings(prompt: Prompt) -> KeyBindings:
    keys = KeyBindings()
    empty = Condition(lambda: not get_app().current_buffer.text)

    def exits(key: str, result: object) -> Callable[[KeyPressEvent], None]:
        return keys.add(key, filter=empty)(lambda event: event.app.exit(result=result))

    for move in prompt.moves:
        exits(move.value, move)
    if prompt.help:
        exits(Aside.HELP.value, Aside.HELP)
    keys.add(Keys.BracketedPaste)(lambda event: event.current_buffer.insert_text(_one_line(event.data)))
    return keys


def _one_line(pasted: str) -> str:
    return " ".join(pasted[:LONGEST_PASTE].split())


def _line_foot(prompt: Prompt, text: str) -> str:
    read = read_line(text, prompt) if text.strip() else None
    return f" = {read.echo}" if isinstance(read, Reading) and read.echo != text.strip() else ""


def _help_lines(prompt: Prompt, width: int) -> list[str]:
    lines = ["", f" {prompt.title}"]
    for section in prompt.help:
        alone = len(section.lines) == 1
        lines += wrapped(f"{section.heading}:{' ' + section.lines[0] if alone else ''}", width, " ", "   ")
        for line in () if alone else section.lines:
            lines += wrapped(line, width, "   ", "     ")
    return lines


def _told(prompt: Prompt, reply: Reply) -> str:
    if isinstance(reply, Picked):
        return ", ".join(prompt.row(row_id).label for row_id in reply.ids)
    if isinstance(reply, Typed):
        read = prompt.read(str(reply.value))
        return read.echo if isinstance(read, Reading) else str(reply.value)
    return "I don't know" if reply is Move.UNKNOWN else ""
