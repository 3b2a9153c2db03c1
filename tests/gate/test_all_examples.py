"""Property tests of the first ring once more, with all their examples."""

from __future__ import annotations

from tests.decision.test_compiled import test_our_own_rules_as_tables, test_tables_say_what_the_reference_says
from tests.decision.test_witness import (
    test_answers_that_tell_two_rules_apart_are_never_overlooked,
    test_what_is_settled_agrees_with_what_fires,
)
from tests.fuzz.test_targets import (
    test_any_bytes,
    test_known_words_in_any_order,
    test_seeds_and_their_mutations,
)
from tests.wizard.test_walk import (
    test_answering_on_reaches_the_end,
    test_one_can_step_back_to_the_first_question_and_forward_again,
)

__all__ = [
    "test_answering_on_reaches_the_end",
    "test_answers_that_tell_two_rules_apart_are_never_overlooked",
    "test_any_bytes",
    "test_known_words_in_any_order",
    "test_one_can_step_back_to_the_first_question_and_forward_again",
    "test_our_own_rules_as_tables",
    "test_seeds_and_their_mutations",
    "test_tables_say_what_the_reference_says",
    "test_what_is_settled_agrees_with_what_fires",
]
