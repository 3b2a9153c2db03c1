"""What the first ring runs a share of (``tests/examples.py``), in full: sweeps and properties."""

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
from tests.starter.test_advice_is_built import (
    test_what_is_recommended_on_any_pair_of_answers_is_built,
    test_what_is_recommended_on_more_answers_is_built,
)
from tests.starter.test_behaviour import (
    test_a_state_machine_does_what_it_should,
    test_the_gate_reaches_every_way,
    test_the_gate_sees_a_fault_of_behaviour,
)
from tests.starter.test_combinations import (
    test_a_combination_is_refused_or_goes_through_the_whole_gate,
    test_every_combination_of_source_outcome_and_runtime_is_refused_or_well_formed,
)
from tests.starter.test_gate import (
    test_invalid_input_ends_the_run_at_once_and_says_why,
    test_the_project_passes_its_own_tests,
    test_the_state_machine_has_no_finding,
    test_the_template_has_no_finding,
)
from tests.starter.test_query_languages import (
    test_a_project_in_jsonpath_has_no_finding,
    test_both_bear_a_failure_that_passes,
    test_both_choose_the_same_way,
    test_both_end_a_failure_that_stays_in_the_same_way,
    test_both_reach_the_same_end,
    test_only_the_definition_differs,
)
from tests.starter.test_render import test_nasty_names_give_a_sound_project
from tests.wizard.test_walk import (
    test_answering_on_reaches_the_end,
    test_one_can_step_back_to_the_first_question_and_forward_again,
)

__all__ = [
    "test_a_combination_is_refused_or_goes_through_the_whole_gate",
    "test_a_project_in_jsonpath_has_no_finding",
    "test_a_state_machine_does_what_it_should",
    "test_answering_on_reaches_the_end",
    "test_answers_that_tell_two_rules_apart_are_never_overlooked",
    "test_any_bytes",
    "test_both_bear_a_failure_that_passes",
    "test_both_choose_the_same_way",
    "test_both_end_a_failure_that_stays_in_the_same_way",
    "test_both_reach_the_same_end",
    "test_every_combination_of_source_outcome_and_runtime_is_refused_or_well_formed",
    "test_invalid_input_ends_the_run_at_once_and_says_why",
    "test_known_words_in_any_order",
    "test_nasty_names_give_a_sound_project",
    "test_one_can_step_back_to_the_first_question_and_forward_again",
    "test_only_the_definition_differs",
    "test_our_own_rules_as_tables",
    "test_seeds_and_their_mutations",
    "test_tables_say_what_the_reference_says",
    "test_the_gate_reaches_every_way",
    "test_the_gate_sees_a_fault_of_behaviour",
    "test_the_project_passes_its_own_tests",
    "test_the_state_machine_has_no_finding",
    "test_the_template_has_no_finding",
    "test_what_is_recommended_on_any_pair_of_answers_is_built",
    "test_what_is_recommended_on_more_answers_is_built",
    "test_what_is_settled_agrees_with_what_fires",
]
