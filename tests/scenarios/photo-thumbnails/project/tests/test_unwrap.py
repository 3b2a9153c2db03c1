from shared.unwrap import unwrap


def test_a_plain_payload_stays_as_it_is():
    assert unwrap({"id": "1"}) == {"id": "1"}
