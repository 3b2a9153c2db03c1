"""A list to choose from, as a questionary question that can also go back, review and help."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from msgspec import Struct, field
from prompt_toolkit.application import Application
from prompt_toolkit.application.current import get_app
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import Dimension, FormattedTextControl, HSplit, Layout, Window
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import BaseStyle
from questionary import Question

from advisor.wizard.prompters.look import Look, wrapped
from advisor.wizard.prompts import Move, Picked, Prompt, Row

WIDEST_LABEL = 34
NARROWEST_TEXT = 28
SPARE_LINES = 3
ROWS_AROUND = 9  # a list leaves room for the lines around it, and for some of what was said before
KEYS = {Move.BACK: "back", Move.REVIEW: "review", Move.UNKNOWN: "don't know"}


class Aside(Enum):
    """Key that asks for help instead of an answer."""

    HELP = "?"


class Cursor(Struct):
    """The one thing that changes while a list is shown: the row pointed at, and the rows marked."""

    rows: tuple[Row, ...]
    at: int = 0
    marked: list[str] = field(default_factory=list)
    mistake: str = ""

    @property
    def row(self) -> Row:
        return self.rows[self.at]

    def move(self, by: int) -> None:
        self.at = (self.at + by) % len(self.rows)
        self.mistake = ""

    def toggle(self) -> None:
        self.mistake = ""
        if self.row.id in self.marked:
            self.marked.remove(self.row.id)
            return
        alone = {row.id for row in self.rows if row.alone}
        self.marked = [] if self.row.alone else [name for name in self.marked if name not in alone]
        self.marked.append(self.row.id)


def cursor_for(prompt: Prompt) -> Cursor:
    """Return a cursor on what was chosen before, else on the first row."""
    ids = [row.id for row in prompt.rows]
    given = [row_id for row_id in prompt.given if row_id in ids]
    marked = given if prompt.kind == "several" else []
    return Cursor(prompt.rows, ids.index(given[0]) if given else 0, list(marked))


def list_question(
    prompt: Prompt, cursor: Cursor, look: Look, style: BaseStyle, depth: ColorDepth | None
) -> Question:
    """Return the question; asked, it gives a ``Picked``, a ``Move`` or an ``Aside``."""

    def width() -> int:
        return get_app().output.get_size().columns

    head = Window(FormattedTextControl(lambda: _head(prompt, width())), dont_extend_height=True)
    rows = Window(
        FormattedTextControl(lambda: _rows(prompt, cursor, look, width()), show_cursor=False),
        height=lambda: _height_on(get_app().output.get_size().rows, len(prompt.rows)),
        dont_extend_height=True,
    )
    foot = Window(FormattedTextControl(lambda: _foot(prompt, cursor, look, width())), dont_extend_height=True)
    application: Application[object] = Application(
        layout=Layout(HSplit([head, rows, foot]), focused_element=rows),
        key_bindings=_bindings(prompt, cursor),
        style=style,
        color_depth=depth,
        erase_when_done=True,
    )
    return Question(application)


def _height_on(screen_rows: int, rows: int) -> Dimension:
    return Dimension(min=min(3, rows), max=max(3, screen_rows - ROWS_AROUND))


def _head(prompt: Prompt, width: int) -> StyleAndTextTuples:
    lines: StyleAndTextTuples = [("", "\n")]
    lines += [("class:status", line + "\n") for line in wrapped(prompt.status, width - 1, " ") if line]
    lines.append(("class:title", "\n".join(wrapped(prompt.title, width - 1, " "))))
    lines += [("class:note", "\n" + line) for line in wrapped(prompt.note, width - 1, " ") if line]
    return lines


def _rows(prompt: Prompt, cursor: Cursor, look: Look, width: int) -> StyleAndTextTuples:
    prefixes = [
        f" {look.pointer if number == cursor.at else ' '} {_mark(prompt, cursor, row, look)}"
        for number, row in enumerate(prompt.rows)
    ]
    shown: StyleAndTextTuples = []
    for number, lines in enumerate(laid_out(prompt.rows, prefixes, width - 1)):
        here = number == cursor.at
        shown += [("[SetCursorPosition]", "")] if here else []
        end = "\n" if number < len(prompt.rows) - 1 else ""
        shown.append(("class:current" if here else "", "\n".join(lines) + end))
    return shown


def _mark(prompt: Prompt, cursor: Cursor, row: Row, look: Look) -> str:
    if prompt.kind != "several":
        return ""
    if row.id not in cursor.marked:
        return "[ ] "
    return f"[{cursor.marked.index(row.id) + 1 if prompt.ordered and not row.alone else look.marked}] "


def laid_out(rows: Sequence[Row], prefixes: Sequence[str], width: int) -> list[list[str]]:
    """Return each row as lines: in two columns, or label and text run together where that is shorter."""
    label_width = min(max(len(row.label) for row in rows), WIDEST_LABEL)
    columns, together = [], []
    for row, prefix in zip(rows, prefixes, strict=True):
        label = f"{prefix}{row.label:<{label_width}}  "
        inline = wrapped(f"{row.label}: {row.text}" if row.text else row.label, width, prefix)
        fits = len(row.label) <= label_width and width - len(label) >= NARROWEST_TEXT
        columns.append(wrapped(row.text, width, label) if row.text and fits else inline)
        together.append(inline)
    return columns if _height(columns) <= _height(together) + SPARE_LINES else together


def _height(blocks: list[list[str]]) -> int:
    return sum(len(block) for block in blocks)


def _foot(prompt: Prompt, cursor: Cursor, look: Look, width: int) -> StyleAndTextTuples:
    choose = ["Space mark", "Enter done"] if prompt.kind == "several" else ["Enter choose"]
    position = [f"{cursor.at + 1} of {len(prompt.rows)}"] if len(prompt.rows) > 9 else []
    keys = [f"{look.arrows} move", *choose, *key_legend(prompt), *position]
    lines: StyleAndTextTuples = []
    if cursor.mistake:
        lines.append(("class:mistake", f" {cursor.mistake}\n"))
    lines.append(("class:keys", "\n".join(wrapped("   ".join(keys), width - 1, " "))))
    return lines


def key_legend(prompt: Prompt) -> list[str]:
    """Return the keys that every prompt of this kind understands, with what they do."""
    listed = any(row.alone for row in prompt.rows)  # a list shows "I don't know" as a row
    shown = [move for move in KEYS if move in prompt.moves and not (listed and move is Move.UNKNOWN)]
    keys = [f"{move.value} {KEYS[move]}" for move in shown]
    return [*keys, "? help"] if prompt.help else keys


def _bindings(prompt: Prompt, cursor: Cursor) -> KeyBindings:
    keys = KeyBindings()

    def exits(key: str, result: object) -> None:
        keys.add(key)(lambda event: event.app.exit(result=result))

    for key, by in ((Keys.Down, 1), (Keys.Up, -1), (Keys.Tab, 1), (Keys.BackTab, -1)):
        keys.add(key)(lambda _, by=by: cursor.move(by))
    keys.add(Keys.Home)(lambda _: cursor.move(-cursor.at))
    keys.add(Keys.End)(lambda _: cursor.move(-cursor.at - 1))
    keys.add(Keys.ControlC)(lambda event: event.app.exit(exception=KeyboardInterrupt()))
    for move in prompt.moves:
        exits(move.value, move)
    if prompt.help:
        exits(Aside.HELP.value, Aside.HELP)
    if prompt.kind == "several":
        keys.add(" ")(lambda _: cursor.toggle())
    keys.add(Keys.Enter)(lambda event: _enter(event, prompt, cursor))
    keys.add(Keys.Any)(lambda _: None)  # anything else, a paste included, does nothing
    return keys


def _enter(event: KeyPressEvent, prompt: Prompt, cursor: Cursor) -> None:
    if prompt.kind == "one" or (not cursor.marked and cursor.row.alone):
        event.app.exit(result=Picked((cursor.row.id,)))
    elif cursor.marked:
        event.app.exit(result=Picked(tuple(cursor.marked)))
    else:
        others = " or ".join(f"'{row.label}'" for row in prompt.rows if row.alone)
        cursor.mistake = "Mark at least one with Space" + (f", or choose {others}." if others else ".")
