"""How often the rules say what the source of a scenario chose, with all answers and with fewer."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from statistics import mean, median

from msgspec.structs import replace

from advisor.decision.decide import decide
from advisor.decision.rule_checks.rule_tests import Replay
from advisor.decision.rule_checks.rule_tests import replay as decided
from advisor.decision.verdict import outcome_of
from advisor.knowledge.rules import BOTH, DESTINATIONS, NEITHER, STEP_FUNCTIONS, RuleBase
from advisor.knowledge.scenarios import Scenario
from advisor.wizard.interview import interview
from advisor.wizard.interview_state import given

CLASSES = (DESTINATIONS, STEP_FUNCTIONS, BOTH, NEITHER)
CORE = ("invocation", "event_source", "parallelism", "branching", "retry", "targets")
SEEDS = (1, 2, 3, 4, 5)
DROPPED = (0.1, 0.2, 0.3)


def only_scored(scenario_id: str) -> bool:
    """Return whether a scenario is kept out of development: about a third, by the hash of its id."""
    return int(sha256(scenario_id.encode()).hexdigest(), 16) % 3 == 0


@dataclass(frozen=True)
class Share:
    """``right`` of ``cases``."""

    right: float
    cases: int

    def __str__(self) -> str:
        right = f"{self.right:.1f}".removesuffix(".0")
        return f"{100 * self.right / self.cases:.0f} % ({right} of {self.cases})" if self.cases else "no case"


@dataclass(frozen=True)
class Interview:
    """One replay of the wizard: how many questions, and whether the verdict is that of all answers."""

    scenario: Scenario
    asked: int
    unknown: int
    same_option: bool
    same_verdict: bool


def option_right(item: Replay) -> bool:
    return item.outcome[0] == item.scenario.option


def share(items: Iterable[Replay], right: Callable[[Replay], bool] = option_right) -> Share:
    verdicts = [right(item) for item in items]
    return Share(sum(verdicts), len(verdicts))


def accuracy(items: Sequence[Replay]) -> Mapping[str, Share]:
    """Return the shares of right options: all, unambiguous, each class, and of right workflow types."""
    named = [item for item in items if item.scenario.workflow_type]
    return {
        "All": share(items),
        "Unambiguous": share(item for item in items if not item.scenario.ambiguous),
        **{
            f"Source chose `{name}`": share(item for item in items if item.scenario.option == name)
            for name in CLASSES
        },
        "Standard or Express": share(named, lambda item: item.right),
    }


def averaged(found: Sequence[Mapping[str, Share]]) -> Mapping[str, Share]:
    return {name: Share(mean(item[name].right for item in found), found[0][name].cases) for name in found[0]}


def dropped(scenario: Scenario, seed: int, part: float) -> Scenario:
    """Return ``scenario`` with each answer left out with a chance of ``part``; the same for the same seed."""
    chance = random.Random(f"{seed}:{scenario.id}")
    kept = {key: scenario.answers[key] for key in sorted(scenario.answers) if chance.random() >= part}
    return replace(scenario, answers=kept)


def only_core(scenario: Scenario) -> Scenario:
    return replace(scenario, answers={key: v for key, v in scenario.answers.items() if key in CORE})


def topics_known(scenario: Scenario) -> int:
    """Return how many of the five core questions ``scenario`` answers; the source says the invocation."""
    return len({"invocation" if key == "event_source" else key for key in scenario.answers if key in CORE})


@dataclass(frozen=True)
class Worth:
    """What comes out wrong (by id) without a rule, and how many come out right."""

    lost: tuple[str, ...]
    won: int


def worth(rule_base: RuleBase, scenarios: Sequence[Scenario]) -> Mapping[str, Worth]:
    """Return for each rule which options come out wrong without it, and how many come out right."""
    before = decided(rule_base, scenarios)
    found = {}
    for rule in rule_base.rules:
        without = replace(rule_base, rules=tuple(other for other in rule_base.rules if other is not rule))
        fired = [item for item in before if rule in item.fired]  # elsewhere nothing changes without it
        after = decided(without, [item.scenario for item in fired])
        pairs = [
            (was.scenario.id, option_right(was), option_right(now))
            for was, now in zip(fired, after, strict=True)
        ]
        found[rule.id] = Worth(
            tuple(name for name, was, now in pairs if was and not now),
            sum(now and not was for _, was, now in pairs),
        )
    return found


def confusion(items: Iterable[Replay]) -> Mapping[tuple[str, str], int]:
    """Return how often each (what the source chose, what the rules say) occurs."""
    return Counter((item.scenario.option, item.outcome[0]) for item in items)


def interviewed(rule_base: RuleBase, scenario: Scenario) -> Interview:
    """Replay the wizard with somebody who knows what the scenario says and nothing else."""
    walk = interview(rule_base, scenario.answers)
    short = outcome_of(decide(rule_base, given(walk, rule_base.questionnaire)))
    full = outcome_of(decide(rule_base, scenario.answers))
    return Interview(scenario, len(walk.trail), len(walk.unknown), short[0] == full[0], short[:2] == full[:2])


@dataclass(frozen=True)
class Measured:
    """Everything the page tells; ``fewer`` are the blind answers again, with some left out."""

    blind: tuple[Replay, ...]
    informed: tuple[Replay, ...]
    fewer: Mapping[str, tuple[tuple[Replay, ...], ...]]
    interviews: tuple[Interview, ...]
    worth: Mapping[str, Worth]

    @property
    def median_questions(self) -> float:
        return median(item.asked for item in self.interviews)


def measure(rule_base: RuleBase, blind: Sequence[Scenario], informed: Sequence[Scenario]) -> Measured:
    """Judge the rules by ``blind`` and ``informed`` answers of the same scenarios."""
    fewer = {
        f"{part:.0%} of the answers dropped".replace("%", " %"): tuple(
            decided(rule_base, [dropped(item, seed, part) for item in blind]) for seed in SEEDS
        )
        for part in DROPPED
    }
    core = [only_core(item) for item in blind]
    fewer["The five core questions only"] = (decided(rule_base, core),)
    telling = [item for item in core if topics_known(item) >= 3]
    fewer["The five only, three or more answered"] = (decided(rule_base, telling),)
    return Measured(
        decided(rule_base, blind),
        decided(rule_base, informed),
        fewer,
        tuple(interviewed(rule_base, scenario) for scenario in blind),
        worth(rule_base, [item for item in blind if not only_scored(item.id)]),
    )
