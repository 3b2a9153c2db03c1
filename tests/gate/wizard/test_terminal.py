"""The wizard as a user sees it, in a pseudo-terminal, with lists and in plain mode."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.wizard.terminal import (
    CTRL_C,
    CTRL_D,
    DOWN,
    END,
    ENTER,
    HOME,
    LEFT,
    ROOT,
    SPACE,
    UP,
    Terminal,
    runner,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


def wizard(tmp_path: Path, *flags: str, env: Mapping[str, str] | None = None, columns: int = 80) -> Terminal:
    return Terminal(runner(tmp_path / "draft.json", *flags), env=env, columns=columns)


def result(terminal: Terminal) -> object:
    """Read on to the end of the program and return the answers it printed."""
    assert terminal.exit_code() == 0
    found = re.search(r"RESULT (\{.*?\})\s*$", terminal.everything.replace("\n", ""))
    assert found, terminal.everything
    return json.loads(found[1])


INTRODUCTION = """\
Lambda Destinations or Step Functions? A few questions, then advice with its
reasons, and a starter project if you like. You can always go back, and no
answer is lost.
"""


class TestLists:
    def test_the_first_screen(self, tmp_path: Path) -> None:
        with wizard(tmp_path, "all") as terminal:
            assert terminal.wait_for("? help") == INTRODUCTION + (
                "\n"
                " Question 1, about 7 more. So far: both open\n"
                " How is the work started?\n"
                " ❯ Synchronous call    The caller waits for the answer.\n"
                "   Asynchronous event  Nobody waits.\n"
                "   I don't know        The result will say what it would change.\n"
                " ↑↓ move   Enter choose   < back   = review   ? help"
            )

    def test_the_straight_path(self, tmp_path: Path) -> None:
        target = tmp_path / "my answers.yaml"
        with wizard(tmp_path, "all") as terminal:
            terminal.wait_for("How is the work started?")
            terminal.type(DOWN, ENTER)
            terminal.wait_for("Which service starts it?")
            terminal.type(END, UP, ENTER)
            terminal.wait_for("How many steps?")
            assert terminal.type("3") == INTRODUCTION + (
                " How is the work started? Asynchronous event\n"
                " Which service starts it? Something else\n"
                "\n"
                " Question 3, about 5 more. So far: Destinations 1, Step Functions 0\n"
                " How many steps?\n"
                " Whole number from 1 to 10,000 steps, such as 1, 3.\n"
                " Enter done   < back   = review   - don't know   ? help\n"
                " > 3\n"
                " = 3 steps"
            )
            terminal.type(ENTER, ENTER)
            terminal.wait_for("What does a run wait for?")
            assert terminal.type(SPACE, DOWN, SPACE).endswith(
                " What does a run wait for?\n"
                "   [✓] A timer        A fixed delay.\n"
                " ❯ [✓] A callback     An outside system reports back.\n"
                "   [ ] None of these\n"
                "   [ ] I don't know   The result will say what it would change.\n"
                " ↑↓ move   Space mark   Enter done   < back   = review   ? help"
            )
            terminal.type(ENTER)
            terminal.wait_for("can no longer be used")
            terminal.type("5m", ENTER, ENTER)
            terminal.wait_for("What matters most?")
            assert terminal.type(DOWN, SPACE, UP, SPACE).endswith(
                " What matters most?\n"
                " ❯ [2] Cost               A low bill.\n"
                "   [1] Control            Each step as you define it.\n"
                "   [ ] Little to operate  Few moving parts.\n"
                "   [ ] None of these\n"
                "   [ ] I don't know       The result will say what it would change.\n"
                " ↑↓ move   Space mark   Enter done   < back   = review   ? help"
            )
            terminal.type(ENTER)
            assert terminal.wait_for("Review.").endswith(
                " Review. So far: Destinations out, Step Functions 1\n"
                " 8 answers. No other answer can change the recommendation.\n"
                " Choose an answer to change it.\n"
                " ❯ Show the recommendation\n"
                "   invocation               Asynchronous event\n"
                "   event_source             Something else\n"
                "   steps                    3 steps\n"
                "   parallelism              No\n"
                "   waits                    A timer, A callback\n"
                "   duration_s               300 seconds (5 minutes)\n"
                "   idempotent               Yes\n"
                "   priority                 Control, Cost\n"
                " ↑↓ move   Enter choose   < back"
            )
            terminal.type(ENTER)
            terminal.wait_for("What next?")
            terminal.type(END, UP, UP, UP, ENTER)
            terminal.wait_for("Name of the workload?")
            terminal.type("orders", ENTER)
            terminal.wait_for("Save the answers as?")
            terminal.type(str(target), ENTER)
            terminal.wait_for("Wrote")
            assert "my answers.yaml'" in terminal.text.replace("\n", "")
            terminal.type(END, ENTER)
            assert result(terminal) == json.loads(target.read_text(encoding="utf-8"))
        assert not (tmp_path / "draft.json").exists()

    def test_back_through_every_kind_of_prompt(self, tmp_path: Path) -> None:
        with wizard(tmp_path, "all") as terminal:
            terminal.wait_for("How is the work started?")
            terminal.type("<")
            assert "This is the first question." in terminal.text
            terminal.type(DOWN, ENTER, ENTER, "3", ENTER, ENTER, SPACE, ENTER, "60", ENTER, DOWN, ENTER)
            terminal.wait_for("What matters most?")
            terminal.type(SPACE, "<")  # from a list of several, to a flag
            assert " ❯ No   " in terminal.wait_for("Can a step safely run twice?")
            terminal.type("<")  # to a number, which keeps its answer
            assert "Enter keeps 60 seconds (1 minute)." in terminal.wait_for("How long does a run take?")
            terminal.type("<")  # from a number to several
            assert " ❯ [✓] A timer" in terminal.wait_for("What does a run wait for?")
            terminal.type("<", "<", "<", "<")  # over two lists and a number to the first
            assert " ❯ Asynchronous event" in terminal.wait_for("How is the work started?")
            for title in (
                "Which service",
                "How many steps",
                "same time",
                "wait for",
                "How long",
                "run twice",
            ):
                terminal.type(ENTER)
                terminal.wait_for(title)
            terminal.type(ENTER)
            terminal.wait_for("What matters most?")
            terminal.type(END, ENTER)
            terminal.wait_for("Review.")
            terminal.type(ENTER)
            terminal.wait_for("What next?")
            terminal.type(END, UP, UP, UP, ENTER)
            terminal.wait_for("Name of the workload?")
            terminal.type("<")  # from a line of text to the menu
            terminal.wait_for("What next?")
            terminal.type("<")  # from the menu to the review
            terminal.wait_for("Review.")
            terminal.type("<")  # from the review to the last question
            terminal.wait_for("What matters most?")
            terminal.type(ENTER)
            terminal.wait_for("Review.")
            terminal.type(ENTER)
            terminal.wait_for("What next?")
            terminal.type(END, ENTER)
            assert result(terminal) == {
                "invocation": "async", "event_source": "s3", "steps": 3, "parallelism": "none",
                "waits": ["timer"], "duration_s": 60, "idempotent": False,
            }  # fmt: skip

    def test_help_on_a_list_and_on_a_line(self, tmp_path: Path) -> None:
        with wizard(tmp_path, "all") as terminal:
            terminal.wait_for("How is the work started?")
            terminal.type("?")
            terminal.wait_for("Source: https")
            assert " Rules that read it:\n   Synchronous call: A waiting caller gets no" in terminal.text
            while "Back to the question" in terminal.text:
                terminal.type(ENTER)
            terminal.type(DOWN, ENTER, END, UP, ENTER)
            terminal.wait_for("How many steps?")
            terminal.type("?")
            terminal.wait_for("Range: Whole number from 1 to 10,000 steps, such as 1, 3.")

    def test_an_answer_is_changed_in_the_review(self, tmp_path: Path) -> None:
        with wizard(tmp_path, "all") as terminal:
            terminal.wait_for("How is the work started?")
            terminal.type(DOWN, ENTER, ENTER, "3", ENTER, "=")
            terminal.wait_for("Review.")
            assert "more questions" in terminal.text or "open questions" in terminal.text
            terminal.type(END, ENTER)
            assert "Enter keeps 3 steps." in terminal.wait_for("How many steps?")
            terminal.type("1.5k", ENTER)
            assert "steps                 " in terminal.wait_for("Review.")
            assert "1,500 steps" in terminal.text

    def test_a_contradiction_offers_the_way_back(self, tmp_path: Path) -> None:
        with wizard(tmp_path, "all") as terminal:
            terminal.wait_for("How is the work started?")
            terminal.type(ENTER)
            terminal.wait_for("Destinations can no longer be used")
            terminal.type(ENTER)
            screen = terminal.wait_for("What do you want to do?")
            assert "! These answers exclude each other." in screen
            assert " ❯ Change: Which service starts it?  Now: S3 event\n" in screen
            assert "   Change: How is the work started?  Now: Synchronous call\n" in screen
            terminal.type(DOWN, ENTER)
            terminal.wait_for("How is the work started?")
            terminal.type(DOWN, ENTER)
            terminal.wait_for("How many steps?")

    def test_it_fits_sixty_columns(self, tmp_path: Path) -> None:
        with wizard(tmp_path, "all") as terminal:
            terminal.wait_for("How is the work started?")
            terminal.resize(60)
            assert " ❯ Synchronous call    The caller waits for the answer." in terminal.text
            terminal.type(DOWN, ENTER, ENTER)
            terminal.resize(40)
            terminal.type("3")
            assert terminal.wait_for("= 3 steps").endswith(
                " How many steps?\n"
                " Whole number from 1 to 10,000 steps, su\n"
                "ch as 1, 3.\n"
                " Enter done   < back   = review   - don'\n"
                "t know   ? help\n"
                " > 3\n"
                " = 3 steps"
            )
            terminal.type(ENTER)
            terminal.wait_for("Do parts run at the same time?")

    def test_a_terminal_that_does_not_tell_its_cursor_works_without_a_warning(self, tmp_path: Path) -> None:
        with Terminal(runner(tmp_path / "draft.json", "all"), tells_cursor=False) as terminal:
            terminal.wait_for("How is the work started?")
            terminal.read(3.0)  # after two seconds the answer is given up on
            terminal.type(DOWN, ENTER, ENTER)
            terminal.wait_for("How many steps?")
            assert "- don't know" in terminal.text
            terminal.type("3", ENTER)
            terminal.wait_for("Do parts run at the same time?")
            assert "WARNING" not in terminal.everything

    @pytest.mark.parametrize(("before", "after"), [("\x1b[200~", "\x1b[201~"), ("", "")])
    def test_ten_thousand_characters_pasted(self, tmp_path: Path, before: str, after: str) -> None:
        with wizard(tmp_path, "all") as terminal:
            terminal.wait_for("How is the work started?")
            terminal.type(f"{before}{'y' * 10_000}{after}")
            terminal.type(DOWN, ENTER, ENTER)
            terminal.wait_for("How many steps?")
            terminal.type(f"{before}{'9' * 10_000}{after}")
            terminal.wait_for("At most 40 characters are expected.")
            terminal.type(ENTER)
            terminal.wait_for("At most 40 characters are expected.")
            terminal.type("\x15", "3", ENTER)
            terminal.wait_for("Do parts run at the same time?")
            terminal.type("=")
            terminal.wait_for("Review.")
            terminal.type(ENTER)
            terminal.wait_for("What next?")
            terminal.type(END, UP, UP, UP, ENTER)
            terminal.wait_for("Name of the workload?")
            terminal.type(f"{before}{'n' * 10_000}{after}")
            terminal.wait_for("At most 500 characters are expected.")
            terminal.type("\x15", "n", ENTER)
            terminal.wait_for("Save the answers as?")

    def test_keys_nobody_expects_change_nothing(self, tmp_path: Path) -> None:
        strange = [
            "\x1b[15~",
            "\x1bOP",
            LEFT,
            "\x1b[C",
            "\x1b[5~",
            "\x1b[3~",
            "\x1bx",
            "\x00",
            "\x7f",
            "ä",
            "🙂",
        ]
        strange += [
            "\x1b[M !!",
            "\x1b[<0;1;1M",
            *(chr(code) for code in range(1, 27) if code not in (3, 9, 13)),
        ]
        with wizard(tmp_path, "all") as terminal:
            before = terminal.wait_for("How is the work started?")
            for key in strange:
                if key not in ("\n", "\r"):
                    assert terminal.type(key) == before, repr(key)
            terminal.type("\x1b", "")
            terminal.type(DOWN, ENTER, ENTER)
            before = terminal.wait_for("How many steps?")
            for key in (
                "\x1b[15~",
                "\x1bOP",
                LEFT,
                "\x1b[C",
                "\x1b[5~",
                "\x1b[3~",
                UP,
                DOWN,
                "\t",
                "\x7f",
                HOME,
            ):
                terminal.type(key)
            terminal.type("\x15", "3", ENTER)
            terminal.wait_for("Do parts run at the same time?")

    def test_enter_with_nothing_marked_says_what_to_do(self, tmp_path: Path) -> None:
        with wizard(tmp_path, "all") as terminal:
            terminal.wait_for("How is the work started?")
            terminal.type(END, ENTER, END, ENTER, "-", END, ENTER)
            terminal.wait_for("What does a run wait for?")
            terminal.type(ENTER)
            terminal.wait_for("Mark at least one with Space, or choose 'None of these'")
            terminal.type(SPACE, END, UP, SPACE)
            assert "[✓] None of these" in terminal.text
            assert terminal.text.count("✓") == 1
            terminal.type(ENTER)
            terminal.wait_for("What does a run wait for? None of these")

    @pytest.mark.parametrize(
        ("flags", "env", "coloured"),
        [([], {}, True), ([], {"NO_COLOR": "1"}, False), (["nocolor"], {"COLORTERM": "truecolor"}, False)],
    )
    def test_no_color_reaches_everything(
        self, tmp_path: Path, flags: list[str], env: dict[str, str], coloured: bool
    ) -> None:
        with wizard(tmp_path, "all", *flags, env=env) as terminal:
            terminal.wait_for("How is the work started?")
            terminal.type(ENTER, ENTER)
            terminal.wait_for("What do you want to do?")
            terminal.type(END, ENTER)
            terminal.wait_for("How many steps?")
            terminal.type("0")
            terminal.wait_for("out of range")
            colours = re.findall(rb"\x1b\[[0-9;]*?(?:3[0-7]|9[0-7]|4[0-7]|38;)[0-9;]*m", terminal.seen)
            assert bool(colours) == coloured


class TestPlain:
    @pytest.mark.parametrize("way", ["flag", "ACCESSIBLE", "TERM"])
    def test_nothing_is_repainted_or_coloured(self, tmp_path: Path, way: str) -> None:
        env = {"ACCESSIBLE": {"ACCESSIBLE": "1"}, "TERM": {"TERM": "dumb"}, "flag": {}}[way]
        with wizard(tmp_path, "all", *(["plain"] if way == "flag" else []), env=env) as terminal:
            terminal.wait_for("? helps):")
            terminal.type("2", ENTER)
            terminal.wait_for("Which service starts it?")
            assert b"\x1b" not in terminal.seen
            assert terminal.text.startswith(
                INTRODUCTION + "\n"
                "Question 1, about 7 more. So far: both open\n"
                "How is the work started?\n"
                "  1. Synchronous call: The caller waits for the answer.\n"
                "  2. Asynchronous event: Nobody waits.\n"
                "  3. I don't know: The result will say what it would change.\n"
                "Number, 1 to 3 (< goes back, = reviews, ? helps): 2\n"
                "= Asynchronous event\n"
            )

    def test_the_whole_way_with_back_help_review_and_a_contradiction(self, tmp_path: Path) -> None:
        target = tmp_path / "a.yaml"
        lines = [
            ("1", "Which service starts it?"), ("1", "What do you want to do?"),
            ("2", "How is the work started?"), ("2", "How many steps?"),
            ("<", "Which service starts it?"), ("", "How many steps?"),
            ("?", "Why steps is asked."), ("7", "same time?"), ("1", "wait for?"), ("1,2", "How long"),
            ("90s", "run twice?"), ("-", "matters most?"), ("2,1", "Review."), ("4", "How many steps?"),
            ("2", "Review."), ("1", "What next?"), ("5", "Name of the workload?"), ("<", "What next?"),
            ("5", "Name of the workload?"), ("", "Save the answers as?"), (str(target), "What next?"),
        ]  # fmt: skip
        with wizard(tmp_path, "all", "plain") as terminal:
            terminal.wait_for("? helps):")
            for line, then in lines:
                count = terminal.everything.count(then)
                terminal.type(line + ENTER)
                assert terminal.everything.count(then) > count, f"{line!r}: no {then!r} in\n{terminal.text}"
            terminal.type("8" + ENTER)
            answers = result(terminal)
            assert b"\x1b" not in terminal.seen
        assert answers == json.loads(target.read_text(encoding="utf-8"))
        assert answers == {
            "invocation": "async", "event_source": "s3", "steps": 2, "parallelism": "none",
            "waits": ["timer", "callback"], "duration_s": 90, "priority": ["control", "cost"],
        }  # fmt: skip

    def test_ten_thousand_characters_are_refused(self, tmp_path: Path) -> None:
        with wizard(tmp_path, "all", "plain") as terminal:
            terminal.wait_for("? helps):")
            terminal.type("x" * 10_000)
            terminal.type(ENTER)
            terminal.wait_for("is not on the list. Type a number from 1 to 3.")

    def test_ascii_where_the_encoding_has_no_more(self, tmp_path: Path) -> None:
        with wizard(tmp_path, "all", env={"PYTHONIOENCODING": "cp437"}) as terminal:
            terminal.wait_for("How is the work started?")
            assert " > Synchronous call" in terminal.text
            assert " up/down move   Enter choose" in terminal.text
            assert terminal.text.isascii()


@pytest.mark.parametrize("flags", [["all"], ["all", "plain"]])
class TestNothingIsLost:
    def answer_two(self, terminal: Terminal, plain: bool) -> None:
        terminal.wait_for("How is the work started?")
        if plain:
            terminal.type(f"2{ENTER}")
            terminal.wait_for("Which service starts it?")
            terminal.type(f"3{ENTER}")
        else:
            terminal.type(DOWN, ENTER)
            terminal.wait_for("Which service starts it?")
            terminal.type(END, UP, ENTER)
        terminal.wait_for("How many steps?")

    def resumed(self, tmp_path: Path, flags: list[str]) -> None:
        with wizard(tmp_path, *flags) as terminal:
            assert "2 answers, kept 20" in terminal.wait_for("There is a draft of an unfinished run.")
            terminal.type(f"1{ENTER}" if "plain" in flags else ENTER)
            terminal.wait_for("Question 3, about 5 more")
            terminal.wait_for("How many steps?")

    @pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
    def test_after_ctrl_c_and_the_end_of_input(self, tmp_path: Path, flags: list[str], key: str) -> None:
        with wizard(tmp_path, *flags) as terminal:
            self.answer_two(terminal, "plain" in flags)
            terminal.type(key)
            assert terminal.exit_code() == 130
            draft = tmp_path / "draft.json"
            told = f"Interrupted. Your answers are kept in {draft}; 'advisor' offers to resume."
            assert terminal.everything.replace("\n", "").count(told) == 1
            assert "Traceback" not in terminal.everything
        self.resumed(tmp_path, flags)

    def test_after_kill(self, tmp_path: Path, flags: list[str]) -> None:
        with wizard(tmp_path, *flags) as terminal:
            self.answer_two(terminal, "plain" in flags)
            terminal.kill()
        self.resumed(tmp_path, flags)


@pytest.mark.parametrize("flags", [["all"], ["plain"]])
def test_without_a_terminal_it_ends_at_once_with_the_way_out(tmp_path: Path, flags: list[str]) -> None:
    done = subprocess.run(
        runner(tmp_path / "d.json", *flags),
        cwd=ROOT,
        input="1\n1\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "'advisor recommend FILE' or 'advisor generate FILE --output FOLDER'" in done.stderr
