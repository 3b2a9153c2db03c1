from shared.unwrap import payload_of


def test_the_payload_of_a_record():
    assert payload_of({"kinesis": {"data": "eyJpZCI6ICIxIn0="}}) == {"id": "1"}
