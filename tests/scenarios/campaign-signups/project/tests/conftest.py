import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

os.environ |= {
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_SERVICE_NAME": "campaign-signups",
    "POWERTOOLS_TRACE_DISABLED": "1",
}
PROJECT = Path(__file__).parents[1]


@pytest.fixture
def event():
    return json.loads((PROJECT / "events" / "event.json").read_text(encoding="utf-8"))


@pytest.fixture
def context():
    return SimpleNamespace(
        function_name="function",
        memory_limit_in_mb=256,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:function:live",
        aws_request_id="c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
        get_remaining_time_in_millis=lambda: 30_000,
    )
