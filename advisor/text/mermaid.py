"""Words of a Mermaid flowchart: nodes, arrows, subgraphs and labels that nothing can break out of."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.text.printable import printable

BOX, STADIUM, CYLINDER, SUBROUTINE = '["{}"]', '(["{}"])', '[("{}")]', '[["{}"]]'
RHOMBUS, HEXAGON, TRAPEZOID = '{{"{}"}}', '{{{{"{}"}}}}', '[/"{}"\\]'
_PLAIN = frozenset(" .,()-/:?")
_LONGEST = 60


def node(name: str, text: str, shape: str = BOX, *, below: str = "") -> str:
    """Return a node that shows ``text``, and ``below`` on a second line."""
    second = f"<br/>{label(below, longest=len(below))}" if below else ""
    return name + shape.format(label(text) + second)


def arrow(start: str, end: str, text: str = "", *, dotted: bool = False) -> str:
    """Return an arrow from ``start`` to ``end``; ``text`` is plain words."""
    if dotted:
        return f"{start} -. {text} .-> {end}"
    return f"{start} -- {text} --> {end}" if text else f"{start} --> {end}"


def subgraph(name: str, title: str, lines: Iterable[str], indent: str = "  ") -> list[str]:
    """Return ``lines`` in a frame."""
    plain = title.replace(" ", "").isalnum() and title.isascii()
    shown = title if plain else f'"{label(title)}"'
    return [f"subgraph {name}[{shown}]", *(f"{indent}{line}" for line in lines), "end"]


def label(text: str, longest: int = _LONGEST) -> str:
    """Return ``text`` as the inside of a quoted label: no character of it can end the label."""
    shown = printable(text)
    shown = shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in shown)
