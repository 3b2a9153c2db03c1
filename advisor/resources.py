"""Folders of the rule base and the templates: at the top of a checkout, inside an installed package.

A wheel also holds what is made of them when it is built: the rule base decoded, the templates compiled. These
are found by the versions they were made with; where there are none of these versions, the sources are read.
"""

from __future__ import annotations

from pathlib import Path

from advisor import __version__

BUILT = "built"


def rules_folder() -> Path:
    """Return the folder of the rule base that comes with the advisor."""
    return _folder("rules")


def templates_folder() -> Path:
    """Return the folder of the templates that come with the advisor."""
    return _folder("templates")


def package_folder() -> Path:
    """Return the folder of the package itself."""
    return Path(__file__).resolve().parent


def built_rule_base(package: Path) -> Path:
    """Return where ``package`` keeps the rule base decoded for this version, whether or not it is there."""
    return package / BUILT / f"rule-base-{__version__}.json"


def built_templates(package: Path, jinja_version: str) -> Path:
    """Return where ``package`` keeps the templates compiled for this version and this Jinja."""
    return package / BUILT / f"templates-{__version__}-{jinja_version}"


def _folder(name: str) -> Path:
    package = package_folder()
    installed = package / name
    return installed if installed.is_dir() else package.parent / name
