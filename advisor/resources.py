"""Where the rule base and the templates stand: at the top of a checkout, inside an installed package."""

from __future__ import annotations

from pathlib import Path


def rules_folder() -> Path:
    """Return the folder of the rule base that comes with the advisor."""
    return _folder("rules")


def templates_folder() -> Path:
    """Return the folder of the templates that come with the advisor."""
    return _folder("templates")


def _folder(name: str) -> Path:
    package = Path(__file__).resolve().parent
    installed = package / name
    return installed if installed.is_dir() else package.parent / name
