"""Typed access to the answers of the questionnaire."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from advisor.knowledge.conditions import Answer


class Requirements(Struct, frozen=True):
    """The answers, each read as one type; an answer that is unknown has the plainest reading."""

    answers: Mapping[str, Answer]

    def having(self, key: str, value: Answer) -> Requirements:
        """Return the same with another answer to ``key``."""
        return Requirements({**self.answers, key: value})

    def text(self, key: str, default: str = "") -> str:
        value = self.answers.get(key, default)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: float) -> float:
        value = self.answers.get(key, default)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else default

    def chosen(self, key: str) -> tuple[str, ...]:
        value = self.answers.get(key, ())
        return value if isinstance(value, tuple) else ()

    def without(self, *keys: str) -> Requirements:
        """Return the answers without those of ``keys``."""
        return Requirements({key: value for key, value in self.answers.items() if key not in keys})

    def flag(self, key: str) -> bool:
        return self.answers.get(key) is True
