"""Whether a role allows an action, as far as the files say."""

from __future__ import annotations

from fnmatch import fnmatchcase

from advisor.inspect.model import Grants
from advisor.inspect.values import Node
from advisor.knowledge.findings import InspectionBase


def allows(grants: Grants, actions: tuple[str, ...], base: InspectionBase) -> bool | None:
    """Return whether a role allows all of ``actions`` on something; None where a part of it is not known."""
    patterns, complete = allowed(grants, base)
    if all(any(fnmatchcase(action.lower(), pattern) for pattern in patterns) for action in actions):
        return True
    return False if complete else None


def allowed(grants: Grants, base: InspectionBase) -> tuple[frozenset[str], bool]:
    """Return the actions that a role allows, in lower case, and whether these are all."""
    found: set[str] = set()
    complete = grants.complete
    for statement in grants.statements:
        if effect(statement) == "Allow":
            written = [item.string for item in statement.get("Action").items]
            complete = complete and None not in written and not statement.get("NotAction").there
            found.update(name.lower() for name in written if name)
    templates = tuple(name for name, _ in grants.templates)
    for table, names in (("managed-policies", grants.managed), ("policy-templates", templates)):
        for name in names:
            actions = base.table(table).get(name)
            complete = complete and actions is not None
            found.update(action.lower() for action in actions or ())
    return frozenset(found), complete


def effect(statement: Node) -> str:
    """Return whether a statement allows or denies."""
    return statement.get("Effect").string or "Allow"
