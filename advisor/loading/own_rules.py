"""The rule base that comes with the advisor: as it was decoded when the package was built, else from YAML."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from advisor.files import read_file
from advisor.knowledge.rules import RuleBase
from advisor.resources import built_rule_base, package_folder, rules_folder

MAX_BYTES = 50_000_000
_FOLDER = b"\\u0000"  # stands for the rules' folder, which is another one on each machine; YAML has no NUL


@cache
def own_rule_base() -> RuleBase:
    """Return our own rule base, without overlays; read once."""
    found = read_built(package_folder())
    if found is not None:
        return found
    from advisor.loading.rule_base import load_rule_base

    return load_rule_base(rules_folder())


def read_built(package: Path) -> RuleBase | None:
    """Return the rule base that was decoded for this version of ``package``; None where there is none."""
    try:
        data = read_file(built_rule_base(package), MAX_BYTES)
    except OSError:
        return None
    return msgspec.json.decode(data.replace(_FOLDER, _literal(rules_folder())), type=RuleBase)


def write_rule_base(package: Path, rules: Path) -> None:
    """Decode the rule base in ``rules`` and keep it below ``package``. Raises RuleBaseError."""
    from advisor.loading.rule_base import load_rule_base

    path = built_rule_base(package)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(load_rule_base(rules)).replace(_literal(rules), _FOLDER))


def _literal(folder: Path) -> bytes:
    """Return ``folder`` as it stands inside a JSON string."""
    return msgspec.json.encode(str(folder))[1:-1]
