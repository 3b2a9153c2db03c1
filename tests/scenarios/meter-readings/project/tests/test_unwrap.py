from shared.unwrap import unwrap


def test_a_plain_payload_stays_as_it_is():
    assert unwrap({"id": "1"}) == {"id": "1"}


def test_the_payload_of_a_task():
    assert unwrap({"execution": "run", "state": "Step", "payload": {"id": "1"}}) == {"id": "1"}
