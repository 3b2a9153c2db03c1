"""Typed access to the fields of one mapping; every misfit becomes a problem, nothing is raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct, field

from advisor.errors import Place, Problem, did_you_mean
from advisor.loading.yaml_nodes import Entry


class Fields(Struct):
    """The fields of ``entry``, which is called ``what`` in messages.

    ``done`` reports the fields nobody asked for, so call it last.
    """

    entry: Entry
    what: str
    problems: list[Problem]
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not isinstance(self.entry.value, Mapping):
            self.say(self.entry.place, f"{self.what} is a mapping; found {self.entry.kind}.")

    def say(self, place: Place, message: str, hint: str = "") -> None:
        self.problems.append(Problem(place, message, hint))

    def get(self, key: str, *, required: bool = False) -> Entry | None:
        self.asked.add(key)
        found = self.entry.mapping.get(key)
        if found is not None and found.value is not None:
            return found
        if required and isinstance(self.entry.value, Mapping):
            self.say(self.entry.place, f"{self.what}: '{key}' is missing.")
        return None

    def text(self, key: str, *, required: bool = True) -> str:
        found = self.get(key, required=required)
        if found is None:
            return ""
        if isinstance(found.value, tuple | Mapping):
            self.say(found.place, f"{self.what}: '{key}' is text; found {found.kind}.")
            return ""
        return found.text.strip()

    def flag(self, key: str, default: bool = False) -> bool:
        found = self.get(key)
        if found is None:
            return default
        if not isinstance(found.value, bool):
            self.say(found.place, f"{self.what}: '{key}' is true or false; found {found.kind}.")
            return default
        return found.value

    def number(self, key: str, default: float | None = None) -> float:
        found = self.get(key, required=default is None)
        if found is None:
            return 0.0 if default is None else default
        return self.number_in(found, key)

    def amount(self, key: str, default: float | None = None, most: float = 1e15) -> float:
        """Return a number that is not negative, and at most ``most``."""
        value = self.number(key, default)
        if not 0 <= value <= most:
            found = self.entry.mapping[key]
            expected = f"'{key}' is a number from 0 to {most:,.15g}"
            self.say(found.place, f"{self.what}: {expected}; found {found.text[:40]}.")
            return 0.0
        return value

    def number_in(self, found: Entry, key: str) -> float:
        if isinstance(found.value, bool) or not isinstance(found.value, int | float):
            self.say(found.place, f"{self.what}: '{key}' is a number; found {found.kind}.")
            return 0.0
        return found.value

    def source(self) -> str:
        url = self.text("source")
        if url and not url.startswith("https://"):
            found = self.entry.mapping["source"]
            self.say(found.place, f"{self.what}: the source is an https:// address; found {url[:60]!r}.")
        return url

    def as_of(self, default: str = "") -> str:
        day = self.text("as_of", required=not default) or default
        if day and not _is_date(day):
            found = self.entry.mapping.get("as_of", self.entry)
            self.say(found.place, f"{self.what}: 'as_of' is a date such as 2026-11-23; found {day[:40]!r}.")
        return day

    def one_of(self, found: Entry, names: Sequence[str]) -> str:
        if isinstance(found.value, str) and found.value in names:
            return found.value
        hint = did_you_mean(found.text, names) or f"Known are {', '.join(names)}."
        self.say(found.place, f"{self.what}: '{found.text[:40] or found.kind}' is not known here.", hint)
        return ""

    def items(self, key: str, *, required: bool = False) -> tuple[Entry, ...]:
        found = self.get(key, required=required)
        if found is None:
            return ()
        if not isinstance(found.value, tuple):
            self.say(found.place, f"{self.what}: '{key}' is a list; found {found.kind}.")
            return ()
        return found.items

    def names(self, key: str, known: Sequence[str]) -> tuple[str, ...]:
        found = [self.one_of(item, known) for item in self.items(key)]
        return tuple(name for name in found if name)

    def done(self) -> None:
        for key in self.entry.mapping:
            if key not in self.asked:
                hint = did_you_mean(key, self.asked) or f"Known are {', '.join(sorted(self.asked))}."
                self.say(self.entry.place_of(key), f"{self.what}: '{key[:40]}' is not a known field.", hint)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
