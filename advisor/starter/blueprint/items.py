"""DynamoDB's spelling of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def typed(value: Any) -> dict[str, Any]:
    """Return ``value`` as DynamoDB writes it."""
    if isinstance(value, Mapping):
        return {"M": {key: typed(item) for key, item in value.items()}}
    if isinstance(value, list | tuple):
        return {"L": [typed(item) for item in value]}
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"S": value} if isinstance(value, str) else {"N": str(value)}
