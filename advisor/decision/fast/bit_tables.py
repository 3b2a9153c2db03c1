"""Rules as sums: what fires for any answers in two microseconds, the same as ``decide`` says.

Each way in which a rule can fire is a row of tests, and has some bits of one large number for itself: they
count how many of the row's questions are answered as it wants. Every answer is a number too, which moves all
these counters at once; so the answers are added up, and where a counter is full, its highest bit is set and
the row stands. ``decide`` stays the reference: it explains itself, and a property test holds both equal.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from msgspec import Struct

from advisor.decision.scores import Side, Tally
from advisor.decision.verdict import Outcome, outcome_of
from advisor.knowledge.conditions import Answer, Test, Truth
from advisor.knowledge.rules import Rule

MAX_REMEMBERED = 4_096
_STANDARD, _EXPRESS = 2, 3  # places among the candidates: the options come before, alternatives after
_NUMBER = (int, float)  # a tuple: "int | float" would be made anew at every call

Parts: TypeAlias = tuple[tuple[Test, frozenset[Truth]], ...]
Points: TypeAlias = tuple[int, ...]
Mark: TypeAlias = tuple[int, tuple[bool, ...], tuple[bool, ...], bool, bool]
_Told: TypeAlias = tuple[tuple[Rule, ...], tuple[Rule, ...]]

_side = lru_cache(maxsize=1_024)(Side)


class Column(Struct, frozen=True, kw_only=True):
    """Numbers that an answer to one question adds to the sum.

    ``tests``: what each adds where it is true. ``always``: what any answer adds, and a question that does not
    arise. ``joined``: rows with several tests of this question. ``known``: what tells that there is an
    answer, ``implying``: that this answer says something about other questions.
    """

    tests: tuple[tuple[Test, int], ...]
    always: int
    joined: tuple[tuple[int, Parts], ...]
    known: int
    implying: Mapping[Answer, int]
    thresholds: tuple[float, ...]
    numeric: bool
    states: dict[int, int]

    def of(self, answer: Answer) -> int:
        """Return what ``answer`` adds; of numbers, once for all between the same two thresholds."""
        if not (self.numeric and isinstance(answer, _NUMBER)):
            return self._of(answer) + self.implying.get(answer, 0)
        state = bisect_left(self.thresholds, answer) + bisect_right(self.thresholds, answer)
        if state not in self.states:
            self.states[state] = self._of(answer)
        return self.states[state]

    def _of(self, answer: Answer) -> int:
        added = self.always + self.known
        for test, given in self.tests:
            if test.of(answer):
                added += given
        for given, parts in self.joined:
            added += given * _changed(parts, [test.of(answer) for test, _ in parts])
        return added

    @property
    def inapplicable(self) -> int:
        """What is added where the question does not arise: every test is false."""
        return self.always + sum(
            given * _changed(parts, [False] * len(parts)) for given, parts in self.joined
        )


def _changed(parts: Parts, truths: Sequence[Truth]) -> int:
    """Return by how much a counter differs from what it is without an answer."""
    stands = before = True
    for (_, accepted), truth in zip(parts, truths, strict=True):
        stands = stands and truth in accepted
        before = before and None in accepted
    return stands - before


class Tables(Struct, frozen=True, kw_only=True):
    """A rule base, compiled. Answers must fit the questionnaire, as ``load_answers`` returns them.

    ``start`` is the sum without any answer, ``added`` remembers what each answer adds. ``special``: bits that
    tell that a question does not arise, that an answer implies others, or that all factors of a product are
    known. A rule of several rows has its ``guard`` bit above them; taking ``low`` away leaves it where one of
    them stands. ``candidates``: options, workflow types and alternatives; ``scores``: for each of them, the
    rules that give it two points and one (three: both); ``vetoes``: those that rule it out. ``telling``:
    rules that name an alternative or both options.
    ``most``: how many answers to a question are remembered.
    """

    most: int
    start: int
    added: dict[str, dict[Answer, int]]
    columns: Mapping[str, Column]
    special: int
    implies: int
    implying: tuple[tuple[str, Mapping[Answer, Mapping[str, Answer]]], ...]
    conditional: tuple[tuple[str, int, int], ...]
    derived: tuple[tuple[Column, tuple[str, ...], int], ...]
    standing: int
    guard: int
    low: int
    firing: int
    rule_at: Mapping[int, Rule]
    candidates: tuple[str, ...]
    scores: tuple[tuple[int, int], ...]
    vetoes: tuple[int, ...]
    telling: int
    told: dict[int, _Told]
    outcomes: dict[Mark, Outcome]

    def fired(self, requirements: Mapping[str, Answer]) -> int:
        """Return one bit for each rule that fires; equal bits mean that the same rules fire."""
        added, total = self.added, self.start
        for key, answer in requirements.items():
            try:
                total += added[key][answer]
            except KeyError:
                total += self._of(key, answer)
        if total & self.special:
            total = self._settled(total, requirements)
        return ((total & self.standing | self.guard) - self.low) & self.firing

    def _of(self, key: str, answer: Answer) -> int:
        """Return what ``answer`` adds, and remember it."""
        known = self.added.get(key)
        if known is None:
            return 0
        found = known.get(answer)
        if found is None:
            if len(known) >= self.most:
                known.clear()
            found = known[answer] = self.columns[key].of(answer)
        return found

    def _settled(self, total: int, requirements: Mapping[str, Answer]) -> int:
        """Return ``total`` with what answers imply, without answers that do not arise, with products."""
        values = requirements
        if total & self.implies:
            implied = self._implied(requirements)
            for key, answer in implied.items():
                total += self._of(key, answer)
            values = {**implied, **requirements}
        dropped: list[str] = []
        for key, unless, inapplicable in self.conditional:
            if total & unless:
                total += inapplicable - (self._of(key, values[key]) if key in values else 0)
                dropped.append(key)
        for column, factors, known in self.derived:
            if total & known:
                product = 1.0
                for key in factors:
                    product *= values[key]  # type: ignore[operator]
                total += column.of(product)
            elif any(key in factors for key in dropped):
                total += column.inapplicable
        return total

    def _implied(self, requirements: Mapping[str, Answer]) -> dict[str, Answer]:
        """Return the answers nobody gave that follow from given ones."""
        found: dict[str, Answer] = {}
        for key, implies in self.implying:
            for other, follows in implies.get(requirements.get(key, ()), {}).items():
                if other not in requirements:
                    found.setdefault(other, follows)
        return found

    def rules(self, fired: int) -> list[Rule]:
        """Return the rules behind the bits of ``fired``, in the order of the rule base."""
        found: list[Rule] = []
        while fired:
            lowest = fired & -fired
            found.append(self.rule_at[lowest.bit_length() - 1])
            fired ^= lowest
        return found

    def points(self, fired: int) -> Points:
        """Return how many points each candidate gets from the rules behind the bits of ``fired``."""
        return tuple([2 * (fired & two).bit_count() + (fired & one).bit_count() for two, one in self.scores])

    def outcome(self, fired: int) -> Outcome:
        """Return the verdict where the rules behind the bits of ``fired`` fire, remembered by its mark."""
        mark = self.mark(fired, self.points(fired))
        found = self.outcomes.get(mark)
        if found is None:
            if len(self.outcomes) >= MAX_REMEMBERED:
                self.outcomes.clear()
            found = self.outcomes[mark] = outcome_of(self.tally(fired))
        return found

    def mark(self, fired: int, points: Points) -> Mark:
        """Return what a verdict hangs on: what can be had, who leads, which type leads, and who is named.

        Few differ, while the points themselves differ for nearly all answers.
        """
        viable = self._viable(fired)
        of_types = points[_STANDARD], points[_EXPRESS]
        competing = [score if can else -1 for score, can in zip(points, viable, strict=True)]
        competing[_STANDARD] = competing[_EXPRESS] = -1
        best = max(competing)
        leaders = tuple([score == best for score in competing])
        return fired & self.telling, tuple(viable), leaders, best > 0, of_types[1] > of_types[0]

    def _viable(self, fired: int) -> list[bool]:
        """Return which candidates nothing rules out; Step Functions is one of its workflow types."""
        viable = [not fired & veto for veto in self.vetoes]
        viable[1] = viable[1] and (viable[_STANDARD] or viable[_EXPRESS])
        return viable

    def tally(self, fired: int) -> Tally:
        """Return what the rules behind the bits of ``fired`` add up to."""
        names, combines = self.told.get(fired & self.telling) or self._told(fired & self.telling)
        one, two, three, four, *others = map(_side, self.candidates, self.points(fired), self._viable(fired))
        return Tally(one, two, three, four, tuple(others), names, combines)

    def _told(self, fired: int) -> _Told:
        rules = self.rules(fired)
        if len(self.told) >= MAX_REMEMBERED:
            self.told.clear()
        self.told[fired] = found = (
            tuple(rule for rule in rules if rule.names),
            tuple(rule for rule in rules if rule.combines),
        )
        return found
