"""How many examples a property test draws: a share of them in the first ring, all of them in the gate."""

from __future__ import annotations

import os

THOROUGH = "ADVISOR_THOROUGH"


def examples(count: int, one_in: int = 5) -> int:
    """Return ``count`` in the gate, and a fifth of it (one in ``one_in``) in the first ring."""
    return count if os.environ.get(THOROUGH) else max(1, count // one_in)
