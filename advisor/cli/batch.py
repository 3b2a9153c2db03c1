"""``advisor recommend --batch``: many answers in, one verdict a line out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO

from advisor.cli import console
from advisor.cli.flags import rule_base_with
from advisor.errors import CheckFailed, InputError, lines_of
from advisor.files import open_file
from advisor.json_text import with_escapes
from advisor.loading.json_lines import line_reader
from advisor.loading.yaml_nodes import MAX_BYTES
from advisor.reports.json.batch import tails

AT_ONCE = 500


def run_batch(source: str, rules: Sequence[str] | None = None) -> None:
    """Write one verdict for each line of ``source`` (a path, or ``-``) to standard output, in order.

    Lines that do not fit are told on standard error and skipped. Raises CheckFailed where there was one.
    """
    rule_base = rule_base_with(rules)
    file = "<stdin>" if source == "-" else source
    reader, tail = line_reader(file, rule_base.questionnaire), tails(rule_base)
    done, bad = 0, 0
    with _opened(source) as stream, _Progress() as progress:
        waiting: list[str] = []
        for number, data in numbered(stream):
            try:
                line = reader.read(data, number)
            except InputError as error:
                bad += 1
                progress.clear()
                console.say("\n".join(lines_of(error.problems)))
                continue
            done += 1
            name = f', "name": {with_escapes(json.dumps(line.name, ensure_ascii=False))}' if line.name else ""
            waiting.append(f'{{"line": {number}{name}, {tail(line.requirements)}\n')
            if len(waiting) == AT_ONCE:
                _write(waiting)
                progress.show(number)
        _write(waiting)
    if bad:
        raise CheckFailed(f"{file}: {bad:,} of {done + bad:,} lines do not fit and were skipped.")


def _write(waiting: list[str]) -> None:
    console.data("".join(waiting))
    waiting.clear()


def _opened(source: str) -> AbstractContextManager[BinaryIO]:
    if source == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return open_file(source, piped=True)
    except FileNotFoundError:
        raise InputError(f"{source}: there is no such file.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{source} cannot be read: {getattr(error, 'strerror', None) or error}.") from None


def numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield every line that is not blank, with its number; of a line that is too long, only its start.

    Never holds more than one line of at most 1 MB.
    """
    number = 0
    while data := stream.readline(MAX_BYTES + 1):
        number += 1
        rest = data
        while len(rest) > MAX_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_BYTES + 1)
        if number == 1:
            data = data.removeprefix(b"\xef\xbb\xbf")
        if not data.isspace() and data:
            yield number, data


class _Progress:
    """Progress of a batch in lines, on a terminal only, at most twice a second."""

    def __init__(self) -> None:
        self.shown = False
        self.next = time.monotonic() + 0.5 if sys.stderr.isatty() else float("inf")

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, number: int) -> None:
        now = time.monotonic()
        if now >= self.next:
            self.next, self.shown = now + 0.5, True
            sys.stderr.write(f"\r{number:,} lines")
            sys.stderr.flush()

    def clear(self) -> None:
        if self.shown:
            self.shown = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
