"""The plain prompter: lines in, lines out, nothing else."""

from __future__ import annotations

import time
from io import StringIO

import pytest

from advisor.wizard.prompters.look import ASCII, Look, laid_out
from advisor.wizard.prompters.plain import PlainPrompter, understood
from advisor.wizard.prompts import Mistake, Move, Picked, Prompt, Reply, Row, Typed
from advisor.wizard.question_prompts import prompt_for
from tests.wizard.small import QUESTIONNAIRE, RULE_BASE

ASK = QUESTIONNAIRE.by_key


def asked(prompt: Prompt, *lines: str, look: Look = ASCII) -> tuple[Reply, str]:
    out = StringIO()
    reply = PlainPrompter(StringIO("".join(f"{line}\n" for line in lines)), out, look).ask(prompt)
    return reply, out.getvalue()


def test_a_choice_as_it_is_read_aloud() -> None:
    reply, shown = asked(prompt_for(ASK["invocation"], RULE_BASE, None), "7", "2")
    assert reply == Picked(("async",))
    assert shown == (
        "\n"
        "How is the work started?\n"
        "  1. Synchronous call: The caller waits for the answer.\n"
        "  2. Asynchronous event: Nobody waits.\n"
        "  3. I don't know: The result will say what it would change.\n"
        "Number, 1 to 3 (< goes back, = reviews, ? helps): "
        "'7' is not on the list. Type a number from 1 to 3.\n"
        "Number, 1 to 3 (< goes back, = reviews, ? helps): "
        "= Asynchronous event\n"
    )


def test_help_is_read_and_the_question_goes_on() -> None:
    reply, shown = asked(prompt_for(ASK["steps"], RULE_BASE, 3), "?", "")
    assert reply == Typed(3)
    assert shown == (
        "\n"
        "How many steps?\n"
        "Whole number from 1 to 10,000 steps, such as 1, 3. Enter keeps 3 steps.\n"
        "Answer (Enter keeps 3, < goes back, = reviews, - if you don't know, ? helps): "
        "Why we ask:\n"
        "  Why steps is asked.\n"
        "What it changes:\n"
        "  What steps changes.\n"
        "How to decide:\n"
        "  How to decide steps.\n"
        "Range:\n"
        "  Whole number from 1 to 10,000 steps, such as 1, 3.\n"
        "To undo later:\n"
        "  Easy.\n"
        "Rules that read it:\n"
        "  from 5 steps: Many steps need an overview (Step Functions +3)\n"
        "  up to 2 steps: Few steps need none (Destinations +2)\n"
        "Source:\n"
        "  https://docs.aws.amazon.com/lambda/latest/dg/welcome.html\n"
        "Answer (Enter keeps 3, < goes back, = reviews, - if you don't know, ? helps): "
        "= 3 steps\n"
    )


ONE = prompt_for(ASK["invocation"], RULE_BASE, "async")
SEVERAL = prompt_for(ASK["waits"], RULE_BASE, None)
ORDERED = prompt_for(ASK["priority"], RULE_BASE, ("low-ops", "cost"))
NUMBER = prompt_for(ASK["duration_s"], RULE_BASE, None)
REPLIES: list[tuple[str, Prompt, Reply | Mistake]] = [
    ("<", ONE, Move.BACK),
    ("=", SEVERAL, Move.REVIEW),
    ("-", NUMBER, Move.UNKNOWN),
    ("-", ONE, Move.UNKNOWN),
    ("", ONE, Picked(("async",))),
    ("sync", ONE, Picked(("sync",))),
    ("1 2", ONE, Mistake("One number is expected here.")),
    ("2,1", SEVERAL, Picked(("callback", "timer"))),
    ("1, 1, 2", SEVERAL, Picked(("timer", "callback"))),
    ("3", SEVERAL, Picked(("none-of-these",))),
    ("1,3", SEVERAL, Mistake("'None of these' excludes the other answers.")),
    ("", SEVERAL, Mistake("Type a number from 1 to 4.")),
    ("", ORDERED, Picked(("low-ops", "cost"))),
    ("3 2", ORDERED, Picked(("low-ops", "control"))),
    ("5m", NUMBER, Typed(300)),
    ("", NUMBER, Mistake("Type an answer, or - if you don't know.")),
    ("x" * 10_000, ONE, Mistake("'xxxxxxxxxxxxxxxxxxxx' is not on the list. Type a number from 1 to 3.")),
]


@pytest.mark.parametrize(("line", "prompt", "reply"), REPLIES)
def test_a_line_is_understood(line: str, prompt: Prompt, reply: Reply | Mistake) -> None:
    assert understood(line, prompt) == reply


def test_the_end_of_input_is_an_interruption() -> None:
    with pytest.raises(KeyboardInterrupt):
        asked(ONE)


def test_an_old_code_page_gets_ascii_and_no_control_characters() -> None:
    prompt = Prompt("Größe – “x” → y\x1b[31m?", "one", rows=(Row("a", "≥ 1 · 日"),), moves=frozenset())
    _, shown = asked(prompt, "1")
    assert shown.splitlines()[1:3] == ['Grosse - "x" -> y [31m?', "  1. >= 1 - ?"]
    assert shown.isascii()


def test_only_what_is_too_long_is_broken_and_commands_never() -> None:
    table = "a" * 40 + "  " + "b" * 37 + "\n  " + "word " * 20
    assert laid_out(table, "plain", 80).splitlines() == [
        "a" * 40 + "  " + "b" * 37,
        "  " + " ".join(["word"] * 15),
        "  " + " ".join(["word"] * 5),
    ]
    assert laid_out("x " * 60, "command", 80) == "x " * 60
    assert laid_out("a " * 60, "warning", 80).splitlines()[0].startswith("! a a")


@pytest.mark.parametrize("columns", [20, 40, 80])
@pytest.mark.parametrize(
    "address", ["https://docs.aws.amazon.com/" + "step-functions/" * 9, "/home/" + "me/" * 40]
)
def test_an_address_is_never_broken(address: str, columns: int) -> None:
    assert address in laid_out(f"Look at {address} for more", "plain", columns).split()


@pytest.mark.parametrize(("seconds", "shown"), [(0.0, ""), (0.8, "Writing...\n")])
def test_only_long_work_is_announced(seconds: float, shown: str) -> None:
    out = StringIO()
    with PlainPrompter(StringIO(), out, ASCII).working("Writing"):
        time.sleep(seconds)
    assert out.getvalue() == shown
