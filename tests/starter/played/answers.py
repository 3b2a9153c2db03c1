"""What an invocation of a handler came to, whatever its runtime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Answer:
    """What one invocation returned, or the name of its error; "crash" where the process ended."""

    result: Any = None
    error: str = ""


class Probe(Protocol):
    """One function whose business code does what the payload says."""

    @property
    def worked(self) -> list[str]:
        """Return the ids that the business code finished, in order."""

    def call(self, event: Any, left_ms: int = 30_000) -> Answer:
        """Invoke the handler; ``left_ms`` is the time until the invocation's deadline."""
