"""What every reader of entries says about them: places, expectations, near names; every problem is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from advisor.errors import Place, Problem, did_you_mean
from advisor.knowledge.questions import Questionnaire
from advisor.loading.yaml_nodes import Entry, scalar

MAX_NAME = 1_000


class EntryReader(Struct):
    """Checks entries and keeps every problem."""

    questionnaire: Questionnaire
    problems: list[Problem] = field(default_factory=list)

    def say(self, place: Place, message: str, hint: str = "") -> None:
        self.problems.append(Problem(place, message, hint))

    def is_mapping(self, entry: Entry, what: str, keys: Iterable[str]) -> bool:
        if not isinstance(entry.value, Mapping):
            expected = ", ".join(keys)
            self.say(entry.place, f"{what} is a mapping with the keys {expected}; found {entry.kind}.")
            return False
        self.known_keys(entry, keys)
        return True

    def known_keys(self, entry: Entry, keys: Iterable[str]) -> None:
        known = list(keys)
        for key in entry.mapping:
            if key not in known:
                hint = did_you_mean(key, known) or f"Known are {', '.join(known)}."
                self.say(entry.place_of(key), f"'{short(key)}' is not a known key.", hint)

    def expected(self, key: str, entry: Entry, what: str, near: Sequence[str]) -> None:
        found = repr(short(entry.text)) if entry.text else entry.kind
        if isinstance(entry.value, str) and not isinstance(scalar(entry.text), str):
            hint = "Write it without quotes."
        else:
            hint = did_you_mean(entry.text, near) if entry.text else ""
        self.say(entry.place, f"{key}: {what} is expected; found {found}.", hint)

    def text(self, entry: Entry | None, key: str) -> str:
        if entry is None or entry.value is None:
            return ""
        if isinstance(entry.value, tuple | Mapping):
            self.say(entry.place, f"{key}: text is expected; found {entry.kind}.")
            return ""
        if len(entry.text) > MAX_NAME:
            self.say(
                entry.place, f"{key}: at most {MAX_NAME} characters are expected; found {len(entry.text)}."
            )
        return entry.text


def short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
