"""A failed event is tried again from what is really kept of it, and is not removed before that worked."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from advisor.starter import Blueprint, render
from tests.starter.projects import blueprint_of
from tests.starter.typed.typist import POSITIONS, blocks, kept

AWS = r"""
aws() {
  case "$1 $2" in
    "cloudformation describe-stacks") printf %s "$*" | sed "s/.*OutputKey=='\([A-Za-z]*\)'.*/\1/" ;;
    "sqs receive-message") cat "$HOME/message" ;;
    "s3api list-objects-v2") echo kept.json ;;
    "s3 cp") cat "$HOME/record" ;;
    "stepfunctions list-executions") echo RUN ;;
    *get-shard-iterator) echo "$*" >> "$HOME/calls"; echo ITERATOR ;;
    *get-records) echo "$*" >> "$HOME/calls" ;;
    "stepfunctions describe-execution") cat "$HOME/input" ;;
    *)
      echo "$1 $2" >> "$HOME/calls"
      case "$*" in
        *file:///dev/stdin*)
          cat > "$HOME/given"
          [ -s "$HOME/given" ] || return 1
          cat "$HOME/given" >> "$HOME/calls"
          echo >> "$HOME/calls" ;;
      esac
      case "$*" in *answer.json*) echo "$ANSWER" > answer.json ;; esac
      [ -z "$REFUSE" ] ;;
  esac
}
"""
TAKEN = ("sqs delete-message", "s3 rm")


def again(made: Blueprint, place: str) -> str:
    """Return the commands below "Try a failed event again" that read ``place``."""
    readme = next(file.text for file in render(made) if file.path == "README.md")
    block, *_ = blocks(readme.partition("### Try a failed event again")[2].partition("### Nothing")[0])
    return next(part for part in block.split("\n\n") if f"output {place}" in part)


def typed(
    made: Blueprint, record: Any, folder: Path, *, refuse: bool = False, answer: str = "{}"
) -> list[str]:
    """Return the calls of a shell that types them, with what was handed over."""
    message = {"ReceiptHandle": "R", "Body": json.dumps(record)} if record is not None else None
    for name, text in (("message", message), ("record", record), ("input", made.event)):
        (folder / name).write_text(json.dumps(text), encoding="utf-8")
    if record is None:
        (folder / "record").write_text("", encoding="utf-8")
    (folder / "calls").write_text("", encoding="utf-8")
    places = {"FailureBucket": "FailureBucketName", "FailureQueue": "FailureQueueUrl"}
    place = next((url for name, url in places.items() if name in made.by_id), "UndeliveredEventsUrl")
    shell = 'output() { echo "$1"; }\n' + AWS + again(made, place)
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "REFUSE": "1" if refuse else "",
        "ANSWER": answer,
    }
    subprocess.run(["bash", "-c", shell], cwd=folder, env=environment, check=False, capture_output=True)
    return [line for line in (folder / "calls").read_text("utf-8").splitlines() if line]


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "runs to a queue": ({"event_source": "eventbridge", "failure_handling": ("capture",)}, "step-functions"),
    "runs to a topic": ({"event_source": "s3", "on_failure": ("sns",)}, "step-functions"),
    "runs to a bus": ({"event_source": "eventbridge", "on_failure": ("eventbridge",)}, "step-functions"),
    "logs to a workflow": ({"event_source": "cloudwatch-logs", "on_failure": ("sqs",)}, "step-functions"),
    "functions to a queue": ({"event_source": "s3", "on_failure": ("sqs",)}, "destinations"),
    "functions to a topic": ({"event_source": "sns", "on_failure": ("sns",)}, "destinations"),
    "functions to a bus": ({"event_source": "iot", "on_failure": ("eventbridge",)}, "destinations"),
    "functions to a bucket": ({"event_source": "ses", "on_failure": ("s3",), "steps": 1}, "destinations"),
    "both": ({"event_source": "s3", "failure_handling": ("capture",), "steps": 4}, "both"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_kept_starts_the_work_again_and_is_then_removed(case: str, tmp_path: Path) -> None:
    answers, approach = CASES[case]
    made = blueprint_of({"steps": 2, **answers}, approach)
    records = kept(made)
    assert records
    for record in records.values():
        calls = typed(made, record, tmp_path)
        place = [number for number, call in enumerate(calls) if call in TAKEN]
        assert place, calls
        assert json.loads(calls[place[0] - 1]) == made.event
        assert not {*typed(made, record, tmp_path, refuse=True)} & {*TAKEN}
        assert not {*typed(made, None, tmp_path)} & {*TAKEN}


def test_a_queue_with_records_of_functions_and_of_runs_serves_both(tmp_path: Path) -> None:
    made = blueprint_of({"event_source": "s3", "failure_handling": ("capture",), "steps": 4}, "both")
    record = {"requestContext": {"functionArn": "F"}, "requestPayload": {"id": "1"}}
    assert typed(made, record, tmp_path)[:2] == ["lambda invoke", '{"id":"1"}']
    report = {"execution": "E", "input": {"id": "2"}, "error": {"Error": "X"}}
    assert typed(made, report, tmp_path)[:2] == ["stepfunctions start-execution", '{"id":"2"}']


@pytest.mark.parametrize("idempotent", [False, True])
def test_the_event_of_a_run_that_was_stopped_is_sent_again_under_another_key(idempotent: bool) -> None:
    """Such a run has not given its claim free: its event as it was would end as a repeat, and be deleted."""
    answers = {"event_source": "eventbridge", "steps": 2, "waits": ("timer",), "idempotent": idempotent}
    command = again(blueprint_of(answers, "durable-functions"), "FailedRunsUrl")
    shell = next(line for line in command.splitlines() if line.startswith("printf"))
    kept = json.dumps({"MessageId": "m1", "Body": json.dumps({"id": "1"})})
    asked = f"KEPT='{kept}'; {shell.partition(' | aws')[0]}"
    done = subprocess.run(["bash", "-c", asked], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == ({"id": "1"} if idempotent else {"id": "1", "sent_again": "m1"})


@pytest.mark.parametrize("source", ["kinesis", "dynamodb-stream", "kafka"])
def test_a_kept_batch_is_removed_only_when_all_of_it_is_done(source: str, tmp_path: Path) -> None:
    made = blueprint_of({"event_source": source, "steps": 1, "on_failure": ("s3",)}, "destinations")
    (record,) = kept(made).values()
    bad = ['{"errorMessage": "x"}', '{"batchItemFailures": [{"itemIdentifier": "1"}]}']
    for answer in bad:
        assert "s3 rm" not in typed(made, record, tmp_path, answer=answer)
    for answer in ('{"batchItemFailures": []}', "{}", "null"):
        calls = typed(made, record, tmp_path, answer=answer)
        assert calls == ["lambda invoke", json.dumps(made.event), "s3 rm"]


@pytest.mark.parametrize(
    "answers",
    [
        {"event_source": "sqs", "latency": "interactive", "total_duration_s": 20},
        {"event_source": "api-gateway", "caller_waits_for": "result", "total_duration_s": 9},
    ],
)
def test_what_its_sender_does_again_is_not_started_as_well(answers: dict[str, Any]) -> None:
    made = blueprint_of({**answers, "steps": 2, "failure_handling": ("capture",)}, "step-functions")
    readme = next(file.text for file in render(made) if file.path == "README.md")
    assert "as well" in readme or "start it no sooner" in readme
    assert "start-execution" not in readme


def test_a_run_that_timed_out_keeps_its_event_and_is_redriven() -> None:
    """Its claim on the event still stands: started anew, it would end as a repeat."""
    answers = {"event_source": "eventbridge", "steps": 2, "failure_handling": ("compensate",)}
    made = blueprint_of({**answers, "idempotent": False}, "step-functions")
    rows = [route for route in made.failure_routes if "times out" in route.failure.pattern]
    assert rows and all("redrive" in row.ends_up.pattern for row in rows)
    assert not any("start it anew" in row.ends_up.pattern for row in rows)
    readme = next(file.text for file in render(made) if file.path == "README.md")
    assert "describe-execution" in readme


def test_a_set_of_receipt_rules_is_not_deleted_while_it_is_active() -> None:
    for iac in ("sam", "terraform"):
        made = blueprint_of({"event_source": "ses", "steps": 1}, "destinations", iac=iac)
        readme = next(file.text for file in render(made) if file.path == "README.md")
        cleanup = blocks(readme.partition("## Cleanup")[2])[0]
        assert cleanup.index("aws ses set-active-receipt-rule-set\n") < cleanup.index("make delete")


@pytest.mark.parametrize("source", ["api-gateway", "function-url", "alb"])
@pytest.mark.parametrize("approach", ["direct-invoke", "step-functions"])
@pytest.mark.parametrize("idempotent", [False, True])
def test_a_request_shows_the_key_that_something_looks_at(
    source: str, approach: str, *, idempotent: bool
) -> None:
    answers = {"event_source": source, "steps": 1, "idempotent": idempotent, "caller_waits_for": "result"}
    made = blueprint_of({**answers, "total_duration_s": 5}, approach)
    readme = next(file.text for file in render(made) if file.path == "README.md")
    assert ('-H "Idempotency-Key: ' in readme) is (not idempotent or approach == "step-functions")


@pytest.mark.parametrize("source", ["kinesis", "dynamodb-stream"])
@pytest.mark.parametrize(
    ("approach", "target"), [("destinations", "sqs"), ("destinations", "sns"), ("step-functions", "")]
)
def test_a_record_is_read_back_from_its_position(
    source: str, approach: str, target: str, tmp_path: Path
) -> None:
    answers = {"event_source": source, "steps": 1 if target else 2, "failure_handling": ("redrive",)}
    made = blueprint_of(
        {**answers, "waits": () if target else ("timer",), **({"on_failure": (target,)} if target else {})},
        approach,
    )
    record = next(iter(kept(made).values()))
    found, shown = typed(made, record, tmp_path)
    (arn,) = {place["streamArn"] for place in POSITIONS.values() if source[:6] in place["streamArn"]}
    assert f"--stream-arn {arn} --shard-id shardId-00000001795435200000-f35f62ef" in found
    assert "sequence-number 4421584500000000017450439091" in found
    assert shown.endswith("get-records --shard-iterator ITERATOR --limit 1")


REPORTED: dict[str, tuple[dict[str, Any], str]] = {
    "both behind a stream": ({"event_source": "kinesis", "steps": 4}, "both"),
    "messages": ({"event_source": "sqs", "total_duration_s": 20}, "step-functions"),
    "requests": (
        {"event_source": "api-gateway", "caller_waits_for": "result", "total_duration_s": 9},
        "step-functions",
    ),
    "changes, to a bucket": (
        {"event_source": "dynamodb-stream", "total_duration_s": 20, "on_failure": ("s3",)},
        "step-functions",
    ),
}


@pytest.mark.parametrize("case", REPORTED)
def test_a_report_of_a_run_that_its_sender_tries_again_is_shown_and_removed(
    case: str, tmp_path: Path
) -> None:
    """Nothing starts its event a second time, but the alarm of the queue rings until somebody removes it."""
    answers, approach = REPORTED[case]
    given = {"steps": 2, "latency": "interactive", "failure_handling": ("capture",), **answers}
    made = blueprint_of(given, approach)
    report = {"execution": "E", "input": {"id": "2"}, "error": {"Error": "X"}}
    (taken,) = typed(made, report, tmp_path)
    assert taken in TAKEN
    assert typed(made, None, tmp_path) == []


def test_a_position_is_removed_after_its_record_was_put_in_again() -> None:
    made = blueprint_of({"event_source": "kinesis", "steps": 2, "failure_handling": ("capture",)}, "both")
    readme = next(file.text for file in render(made) if file.path == "README.md")
    shown, removed = blocks(readme.partition("### Try a failed event again")[2].partition("### Nothing")[0])
    assert "get-records" in shown.splitlines()[-1]
    assert removed.startswith('aws sqs delete-message --queue-url "$(output UndeliveredEventsUrl)"')
