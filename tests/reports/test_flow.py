"""The flow as recommended: what is drawn follows from the answers, and nothing else is."""

from __future__ import annotations

import pytest

from advisor.reports.diagram.flow import Box, Frame, Lanes, flow, in_words
from advisor.reports.html.flow_drawing import draw
from tests.reports.real import RULE_BASE as REAL
from tests.reports.real import advice_on
from tests.reports.samples import CASES, RULE_BASE, destinations, stream

CATCH = "SQS queue"


def test_asynchronous_functions_hand_on_by_destinations() -> None:
    assert flow(destinations(), RULE_BASE) == (
        Box("source", "Amazon S3"),
        Box("function", "Validate order", CATCH, hands_on=True),
        Box("target", "Charge card"),
    )


def test_a_polled_function_has_no_destination_for_success() -> None:
    assert flow(stream(), RULE_BASE) == (
        Box("source", "Stream"),
        Box("function", "Validate order", CATCH),
        Box("target", "Charge card"),
    )


def test_a_state_machine_holds_the_map_over_the_middle_steps() -> None:
    source, machine = flow(CASES["step-functions"](), RULE_BASE)
    middle = (Box("task", "Charge card"),)
    parts = (Box("task", "Validate order"), Frame("Work on each item (Map)", middle))
    assert source == Box("source", "Amazon S3")
    assert machine == Frame("Step Functions Standard state machine", parts)


def test_the_alternative_frames_the_work() -> None:
    assert (
        in_words(flow(CASES["neither"](), RULE_BASE))
        == "SQS queue, then Queue redrive [Validate order, then Charge card] (on failure: Dead-letter queue)"
    )


def test_what_a_failure_leads_to_is_drawn_where_no_target_is_given() -> None:
    machine = flow(advice_on("core and edge", "failure_handling=compensate,notify"), REAL)[1]
    assert isinstance(machine, Frame)
    assert machine.on_failure == "Undo steps, then SNS topic"


@pytest.mark.parametrize("case", CASES)
def test_everything_stands_on_the_sheet(case: str) -> None:
    drawing = draw(flow(CASES[case](), RULE_BASE))
    for shape in drawing.shapes:
        assert shape.x >= 0
        assert shape.x + shape.width <= drawing.width
        assert shape.y >= 0
        assert shape.y + shape.height <= drawing.height


def test_boxes_never_overlap() -> None:
    lane = (Box("task", "a", "queue"), Frame("b", (Box("task", "c"),)))
    parts = (
        Box("source", "s"),
        Lanes("choice", "if", (lane, (), lane)),
        Frame("f", lane, "topic"),
        Box("task", "e"),
    )
    boxes = [shape for shape in draw(parts).shapes if shape.kind not in ("frame", "start")]
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            above = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert beside or above, (one, other)
