"""Any input is answered or refused, and never ends in a traceback: a bounded run in every test run.

The long runs are ``python -m tests.fuzz.atheris_targets``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.fuzz.seeds import SEEDS, words
from tests.fuzz.targets import TARGETS

QUIET = settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))


def mutated(target: str, seed: bytes, chance: random.Random) -> bytes:
    """Return ``seed`` with some of it cut, doubled, moved, or replaced by words of the target."""
    known = words(target)
    for _ in range(chance.randint(1, 6)):
        start, end = sorted(chance.randint(0, len(seed)) for _ in range(2))
        end = min(end, start + 40)
        piece = {
            0: b"",
            1: seed[start:end] * 2,
            2: chance.choice(known),
            3: chance.randbytes(2),
            4: chance.choice(known) * chance.choice([1, 3, 200]),
        }[chance.randint(0, 4)]
        seed = seed[:start] + piece + seed[end if chance.random() < 0.7 else start :]
    return seed


def mutations(target: str, count: int, seed: int) -> Iterator[bytes]:
    """Yield ``count`` changed seeds, the same for the same ``seed``."""
    chance = random.Random(seed)
    for _ in range(count):
        yield mutated(target, chance.choice(SEEDS[target]), chance)


@pytest.mark.parametrize("target", TARGETS)
def test_seeds_and_their_mutations(target: str) -> None:
    count = examples(400, one_in=20 if target == "keystrokes" else 5)  # each of these is a whole session
    for data in (*SEEDS[target], *mutations(target, count, seed=20261123)):
        TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
def test_any_bytes(target: str) -> None:
    @QUIET
    @given(
        st.one_of(
            st.binary(max_size=200), st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace"))
        )
    )
    def holds(data: bytes) -> None:
        TARGETS[target](data)

    holds()


@pytest.mark.parametrize("target", TARGETS)
def test_known_words_in_any_order(target: str) -> None:
    @QUIET
    @given(st.lists(st.sampled_from(words(target)), max_size=60).map(b"".join))
    def holds(data: bytes) -> None:
        TARGETS[target](data)

    holds()
