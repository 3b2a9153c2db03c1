"""The two streams: data to standard output, everything else to standard error."""

from __future__ import annotations

import codecs
import errno
import os
import sys
from collections.abc import Callable
from typing import TextIO

from advisor.errors import CannotWrite, escaped

_PLAIN = {
    "–": "-", "—": "-", "−": "-", "‑": "-", "×": "x", "·": "-", "•": "*", "…": "...", "≥": ">=", "≤": "<=",
    "→": "->", "←": "<-", "↔": "<->", "≈": "~", "‘": "'", "’": "'", "“": '"', "”": '"', "›": ">", "‹": "<",
    "✓": "+", "✗": "x", "\u00a0": " ", "\u202f": " ",
}  # fmt: skip

# Terminals that show links, by TERM_PROGRAM and TERM: https://github.com/Alhadis/OSC8-Adoption
_LINKING_PROGRAMS = frozenset(
    {"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "WarpTerminal"}
)
_LINKING_TERMINALS = frozenset({"alacritty", "contour", "foot", "ghostty", "kitty", "wezterm"})
_FIRST_LINKING_VTE = 5000


def prepare() -> None:
    """Make both streams take any text: UTF-8 where nobody reads along, the nearest characters elsewhere.

    A Windows console of code page 1252 shows ``->`` for an arrow; PYTHONIOENCODING is respected.
    Raises CannotWrite where there is no standard output.
    """
    if sys.stdin is None:  # closed by whoever started us
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
    if sys.stdout is None:
        raise CannotWrite("Standard output is closed.")
    codecs.register_error("advisor", _nearest)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream.isatty() or os.environ.get("PYTHONIOENCODING"):
            reconfigure(errors="advisor")
        else:
            reconfigure(encoding="utf-8", errors="advisor", newline="\n")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


def data(text: str) -> None:
    """Write ``text`` to standard output, at once. Raises CannotWrite where it cannot take it."""
    try:
        _write(sys.stdout, text)
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno == errno.EINVAL:  # how Windows says that nobody reads any more
            raise BrokenPipeError from None
        raise CannotWrite(f"Standard output cannot be written: {error.strerror or error}.") from None


def say(text: str) -> None:
    """Write ``text`` to standard error, at once, if there is one; only line ends steer the terminal."""
    if sys.stderr is not None:
        _write(sys.stderr, "\n".join(map(escaped, text.split("\n"))))


def notes(quiet: bool) -> Callable[[str], None]:
    """Return how to tell what is no error: as ``say`` does, or not at all."""
    return (lambda text: None) if quiet else say


def _write(stream: TextIO, text: str) -> None:
    stream.write(text if text.endswith("\n") or not text else f"{text}\n")
    stream.flush()


def has_colour() -> bool:
    """Return whether colour is welcome: NO_COLOR, TERM=dumb and consoles without ANSI say no."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return os.name != "nt" or bool(os.environ.get("WT_SESSION") or os.environ.get("TERM"))


def has_links() -> bool:
    """Return whether the terminal shows links (OSC 8): one that is known to, or FORCE_HYPERLINK says so."""
    forced = os.environ.get("FORCE_HYPERLINK", "")
    if forced or not has_colour():
        return forced not in ("", "0")
    vte = os.environ.get("VTE_VERSION", "")
    return (
        os.environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or not _LINKING_TERMINALS.isdisjoint(os.environ.get("TERM", "").split("-"))
        or any(name in os.environ for name in ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM"))
        or (vte.isascii() and vte.isdigit() and len(vte) < 9 and int(vte) >= _FIRST_LINKING_VTE)
    )


def has_signs() -> bool:
    """Return whether standard output can show more than ASCII and nobody asked for plain text."""
    return "utf" in (sys.stdout.encoding or "").lower() and os.environ.get("ACCESSIBLE", "") in ("", "0")


def silence() -> None:
    """Send what is left for standard output nowhere, so that the interpreter's last flush cannot fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
