"""Parse trees of Terraform: blocks, attributes and words."""

from __future__ import annotations

from typing import Any

SPACE = ("new_line_or_comment",)


def is_token(tree: Any) -> bool:
    """Return whether a part of a tree is a word and not a tree itself."""
    return not hasattr(tree, "data")


def word(tree: Any) -> str:
    """Return the text of a name, keyword or plain string."""
    if is_token(tree):
        return str(tree)
    parts = [str(one) for one in tree.scan_values(lambda token: token.type not in ("DBLQUOTE",))]
    return "".join(parts)


def labels_of(block: Any) -> list[str]:
    """Return the type and labels of a block."""
    kinds = ("identifier", "string", "keyword", "literal_value")
    return [word(child) for child in block.children if getattr(child, "data", "") in kinds]


def body_of(block: Any) -> Any:
    """Return the body of a block."""
    return next(child for child in block.children if getattr(child, "data", "") == "body")


def blocks(body: Any) -> list[Any]:
    """Return the blocks in a body."""
    return [child for child in body.children if getattr(child, "data", "") == "block"]


def attributes(body: Any) -> list[tuple[str, Any]]:
    """Return the attributes in a body: name and expression."""
    found = [child for child in body.children if getattr(child, "data", "") == "attribute"]
    return [(word(child.children[0]), child.children[-1]) for child in found]


def trees(tree: Any) -> list[Any]:
    """Return the trees in a tree, without words, blanks and comments."""
    return [
        child for child in tree.children if not is_token(child) and getattr(child, "data", "") not in SPACE
    ]
