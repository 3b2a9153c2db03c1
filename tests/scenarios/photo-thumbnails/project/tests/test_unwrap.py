import json
from pathlib import Path

import pytest

from shared.unwrap import unwrap

RECORDS = Path(__file__).parent / "records"


def test_a_plain_payload_stays_as_it_is():
    assert unwrap({"id": "1"}) == {"id": "1"}


@pytest.mark.parametrize("path", sorted(RECORDS.glob("*.json")), ids=lambda path: path.stem)
def test_the_record_of_an_outcome_in_the_shape_of_each_target(path):
    payload = unwrap(json.loads(path.read_text(encoding="utf-8")))
    if path.stem.endswith("success"):
        assert payload == {"id": "1001"}
    else:
        assert payload["error"]["errorType"] == "InvalidInput"
        assert payload["id"] == payload["payload"]["id"]
