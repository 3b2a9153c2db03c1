"""Answers files: every problem at once, with its place; nothing hostile gets further than an error."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import InputError
from advisor.knowledge.answers import (
    FIELD,
    KAFKA_TOPIC,
    PLACED_WAITS,
    REGION,
    Answers,
    Choice,
    FieldCondition,
    ForEach,
    Parallel,
    Part,
    PlacedWait,
    Project,
    Step,
)
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question
from advisor.loading import dump_answers, load_answers, load_rule_base
from advisor.loading import yaml_nodes as document
from advisor.resources import rules_folder

QUESTIONNAIRE = load_rule_base(rules_folder()).questionnaire


def problems(text: str | bytes, *overrides: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_answers(text, "a.yaml", QUESTIONNAIRE, overrides)
    return [str(problem) for problem in caught.value.problems]


def requirements(text: str, *overrides: str) -> Mapping[str, Answer]:
    return load_answers(text, "a.yaml", QUESTIONNAIRE, overrides).requirements


def test_a_whole_file() -> None:
    text = """\
schema: 1
name: order-pipeline
requirements:
  invocation: async
  event_source: s3
  steps: 3
  on_failure: [sqs, sns]
  idempotent: true
  payload_kb: 1.5
  retry: unknown
  waits: []
project:
  iac: terraform
  runtime: nodejs
  region: us-east-1
  steps:
    - {name: ValidateOrder, service: lambda}
    - {name: ChargeCard, service: http-api}
"""
    assert load_answers(text, "a.yaml", QUESTIONNAIRE) == Answers(
        requirements={
            "invocation": "async",
            "event_source": "s3",
            "steps": 3,
            "on_failure": ("sqs", "sns"),
            "idempotent": True,
            "payload_kb": 1.5,
            "waits": (),
        },
        name="order-pipeline",
        project=Project(
            iac="terraform",
            runtime="nodejs",
            region="us-east-1",
            steps=(Step("ValidateOrder"), Step("ChargeCard", "http-api")),
        ),
    )


def test_a_kafka_topic_for_failed_records_has_a_name_that_kafka_takes() -> None:
    text = "requirements: {}\nproject: {failure_topic: orders-failed}"
    assert load_answers(text, "a.yaml", QUESTIONNAIRE).project == Project(failure_topic="orders-failed")
    override = ["project.failure_topic=orders.failed"]
    changed = load_answers(text, "a.yaml", QUESTIONNAIRE, override).project
    assert changed == Project(failure_topic="orders.failed")
    assert problems("requirements: {}\nproject: {failure_topic: 'orders failed'}") == [
        "a.yaml:2:26: project.failure_topic: the name of a Kafka topic (at most 249 letters, digits, '.', "
        "'_' and '-') is expected; found 'orders failed'."
    ]


@pytest.mark.parametrize(
    "region",
    ["us-east-1", "ap-southeast-7", "us-gov-west-1", "cn-northwest-1", "us-isob-east-1", "eusc-de-east-1"],
)
def test_a_region_has_the_code_of_one(region: str) -> None:
    text = f"requirements: {{}}\nproject: {{region: {region}}}"
    assert load_answers(text, "a.yaml", QUESTIONNAIRE).project == Project(region=region)


@pytest.mark.parametrize(
    ("region", "hint"),
    [
        ("EU_West_1", " Did you mean 'eu-west-1'?"),
        ("mars", ""),
        ("us-east-1; rm -rf /", ""),
        ("us-east-1\n", ""),
    ],
)
def test_what_is_no_region_is_refused(region: str, hint: str) -> None:
    text = f"requirements: {{}}\nproject: {{region: {json.dumps(region)}}}"
    assert problems(text) == [
        "a.yaml:2:19: project.region: the code of an AWS Region like us-east-1 is expected; "
        f"found {region!r}.{hint}"
    ]


def test_steps_may_be_arranged() -> None:
    text = """\
requirements: {}
project:
  query_language: jsonpath
  steps:
    - Receive
    - parallel:
        - [{name: Flight}, {name: Seat, service: dynamodb}]
        - {name: Hotel}
    - for_each: [{name: Notify, service: sns}]
"""
    project = load_answers(text, "a.yaml", QUESTIONNAIRE).project
    flight, hotel = (Step("Flight"), Step("Seat", "dynamodb")), (Step("Hotel"),)
    notify = Step("Notify", "sns")
    assert project == Project(
        query_language="jsonpath", steps=(Step("Receive"), Parallel((flight, hotel)), ForEach((notify,)))
    )
    assert project.units == (Step("Receive"), *flight, *hotel, notify)
    assert problems("requirements: {}\nproject: {steps: [{parallel: x}, {for_each: y}]}") == [
        "a.yaml:2:30: parallel: a list of branches is expected; found text.",
        "a.yaml:2:45: for_each: a list of steps is expected; found text.",
    ]


def test_steps_may_have_conditions_and_waits() -> None:
    text = """\
requirements: {}
project:
  steps:
    - choice: {field: order.amount, at_least: 100}
      then: [CheckCredit, {wait: human-approval}]
      otherwise:
        - {choice: {field: coupon, equals: "SUMMER '26"}, then: [ApplyVoucher]}
    - {choice: {field: gift, present: false}, otherwise: [PrintInvoice]}
    - {choice: {field: qty, at_most: -1.5}, then: [Warn]}
    - {choice: {field: vip, equals: true}, then: [Greet]}
"""
    answers = load_answers(text, "a.yaml", QUESTIONNAIRE)
    coupon = FieldCondition("coupon", "equals", "SUMMER '26")
    assert answers.project.steps == (
        Choice(
            FieldCondition("order.amount", "at_least", 100),
            (Step("CheckCredit"), PlacedWait("human-approval")),
            (Choice(coupon, (Step("ApplyVoucher"),)),),
        ),
        Choice(FieldCondition("gift", "present", value=False), (), (Step("PrintInvoice"),)),
        Choice(FieldCondition("qty", "at_most", -1.5), (Step("Warn"),)),
        Choice(FieldCondition("vip", "equals", value=True), (Step("Greet"),)),
    )
    assert load_answers(dump_answers(answers), "b.yaml", QUESTIONNAIRE) == answers


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("{choice: {field: a, at_most: x}, then: [A]}", ": at_most: a number is expected; found 'x'."),
        ("{choice: {field: a, at_most: 1}}", ": a choice needs steps: 'then', 'otherwise' or both."),
        ("{choice: {field: a-b, equals: 1}, then: [A]}", ": field: a name in the payload, or names joined"),
        ("{choice: {equals: 1}, then: [A]}", ": field: a name in the payload, or names joined by dots"),
        ("{choice: {field: a}, then: [A]}", ": choice: one of equals, at_least, at_most, present is"),
        (
            "{choice: {field: a, equals: 1, at_most: 2}, then: [A]}",
            "expected beside 'field'; found equals and",
        ),
        ("{choice: {field: a, present: 1}, then: [A]}", ": present: true or false is expected; found '1'."),
        (
            "{choice: {field: a, equals: '${x}'}, then: [A]}",
            ": equals: a number, true, false or text of at",
        ),
        ("{choice: {field: a, equals: [1]}, then: [A]}", ": equals: a number, true, false or text of at"),
        (
            "{choice: amount > 100, then: [A]}",
            ": choice is a mapping with the keys field, equals, at_least",
        ),
        ("{choice: {field: a, equals: 1}, than: [A]}", "'than' is not a known key. Did you mean 'then'?"),
        ("{wait: timr}", ": wait: one of timer, callback, human-approval is expected; found 'timr'. Did"),
    ],
)
def test_a_condition_that_cannot_be_read_is_named(step: str, expected: str) -> None:
    found = problems(f"requirements: {{}}\nproject:\n  steps:\n    - {step}\n")
    assert any(expected in problem for problem in found), found
    assert all(problem.startswith("a.yaml:4:") for problem in found)


def test_every_problem_of_a_file_at_once() -> None:
    text = """\
schema: 2
requirments:
  a: 1
requirements:
  invocation: asynch
  evnt_source: s3
  steps: three
  waits: timer
  targets: [lambda, sqss, lambda]
  idempotent: maybe
  steps_max: 3
project:
  iac: cdk
  steps: [{nme: x}]
"""
    found = [line.split(": ", 1) for line in problems(text)]
    assert [place for place, _ in found] == [
        "a.yaml:1:9",
        "a.yaml:2:1",
        "a.yaml:5:15",
        "a.yaml:6:3",
        "a.yaml:7:10",
        "a.yaml:8:10",
        "a.yaml:9:21",
        "a.yaml:9:27",
        "a.yaml:10:15",
        "a.yaml:11:3",
        "a.yaml:13:8",
        "a.yaml:14:11",
        "a.yaml:14:11",
    ] or [place for place, _ in found][-1].startswith("a.yaml:14")
    said = "\n".join(message for _, message in found)
    assert "'requirments' is not a known key. Did you mean 'requirements'?" in said
    assert "found 'asynch'. Did you mean 'async'?" in said
    assert "'evnt_source' is not a known key. Did you mean 'event_source'?" in said
    assert "steps: a whole number from" in said
    assert "waits: a list is expected; found one value. Write [timer]." in said
    assert "found 'sqss'. Did you mean 'sqs'?" in said
    assert "targets: 'lambda' is there twice." in said
    assert "schema '2' is not known" in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "requirements"),
        ("[]", "an answers file is a mapping"),
        ("just text", "an answers file is a mapping"),
        ("requirements: {invocation: async\n", "not valid YAML"),
        ("requirements:\n\tinvocation: async\n", "not valid YAML"),
        ("requirements: {steps: 1, steps: 2}", "'steps' is already given in line 1"),
        ('{"requirements": {"steps": 1, "steps": 2}}', "'steps' is already given in line 1"),
        ("requirements: !!python/object/apply:os.system [ls]", "the tag"),
        ("requirements: !custom {}", "the tag !custom is not allowed"),
        ("requirements: {steps: !!binary aGk=}", "the tag"),
        ("a: 1\n---\nb: 2\n", "another one starts here"),
        ("requirements: &a {steps: *a}", "no finished anchor"),
        ("? [a, b]\n: c\n", "a key must be a single name"),
        ("[" * 3000, "nested"),
        ("{" * 3000, "nested"),
        ('{"requirements": {}', "not valid"),
        (b"\xff\xfe\x00\xd8\x00", "not UTF-8"),
        (b"requirements: {steps: \xe9}", "not UTF-8 text"),
        (b"\x00\x01\x02", "not valid YAML"),
        (b"x" * 50_000_000, "more than 1,000,000 bytes"),
        ("requirements: {steps: " + "9" * 5000 + "}", "whole number"),
        ("requirements: {steps: 1e999}", "whole number"),
        ("requirements: {payload_kb: .inf}", "number"),
        ("requirements: {payload_kb: .nan}", "number"),
        ("requirements: {steps: -1}", "whole number"),
        ("requirements: {steps: true}", "whole number"),
        ("requirements: {steps: 2.5}", "whole number"),
        ("requirements: {invocation: [async]}", "invocation: one of sync, async, stream"),
        ("requirements: {invocation: {a: b}}", "found a mapping"),
        ("requirements: 3", "requirements is a mapping"),
        ("requirements: {}\nname: [a]", "name: text is expected"),
        ("requirements: {}\nproject: {steps: [{name: ' '}]}", "a step needs a name"),
    ],
)
def test_what_does_not_fit_is_refused(text: str | bytes, expected: str) -> None:
    assert expected in "\n".join(problems(text)), problems(text)


@pytest.mark.parametrize("gap", ["\n", "\r", " \r\n\t"])
def test_json_may_put_a_colon_on_the_next_line(gap: str) -> None:
    text = f'{{"name": "a\\"\\n: b", "requirements": {{"steps"{gap}: 3, "retry"{gap}:{gap}"none"}}}}'
    found = load_answers(text, "a.json", QUESTIONNAIRE)
    assert (found.name, found.requirements) == ('a"\n: b', {"steps": 3, "retry": "none"})
    (problem,) = problems(text.replace("3", "true"))
    assert re.match(r"a\.yaml:2:[34]: steps: a whole number", problem)


@pytest.mark.parametrize("loader", [document.LOADER, yaml.SafeLoader], ids=["ours", "without C"])
def test_half_a_character_is_refused(monkeypatch: pytest.MonkeyPatch, loader: object) -> None:
    monkeypatch.setattr(document, "LOADER", loader)
    (found,) = problems('requirements: {}\nname: "a\\ud800"')
    assert re.fullmatch(r"a\.yaml:2:\d+: not valid YAML: .*character.*", found)


def test_aliases_that_explode_are_counted_and_refused_quickly() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    started = time.monotonic()
    assert "too many entries" in "\n".join(problems("\n".join(lines)))
    assert time.monotonic() - started < 30  # would be hours: a hang is a bug, whatever the machine


def test_plain_words_mean_what_they_say() -> None:
    """No YAML 1.1 surprises: a workload called ``no`` keeps its name, JSON escapes are joined."""
    assert load_answers("name: no\nrequirements: {}", "a", QUESTIONNAIRE).name == "no"
    assert load_answers("name: 0123\nrequirements: {}", "a", QUESTIONNAIRE).name == "0123"
    text = json.dumps({"name": "caf\u00e9 \U0001f600", "requirements": {"payload_kb": 1e2}}, indent="\t")
    assert "\\ud83d" in text
    answers = load_answers(text, "a.json", QUESTIONNAIRE)
    assert answers == Answers({"payload_kb": 100.0}, "caf\u00e9 \U0001f600")


def test_json_and_utf16_and_a_byte_order_mark() -> None:
    expected = Answers({"steps": 2})
    for data in (
        b'{"requirements": {"steps": 2}}',
        b"\xef\xbb\xbfrequirements: {steps: 2}",
        "requirements: {steps: 2}\r\n".encode("utf-16"),
    ):
        assert load_answers(data, "a", QUESTIONNAIRE) == expected


def test_overrides() -> None:
    base = "requirements: {steps: 2, waits: [timer], retry: none}"
    assert requirements(
        base,
        "steps=4",
        "waits=[]",
        "targets=lambda, sqs",
        "retry=unknown",
        "requirements.idempotent=true",
        "on_failure=",
    ) == {
        "steps": 4,
        "waits": (),
        "targets": ("lambda", "sqs"),
        "idempotent": True,
        "on_failure": (),
    }
    named = ["name=x", "project.iac=sam", "project.region=eu-west-1"]
    changed = load_answers(base, "a", QUESTIONNAIRE, named)
    assert (changed.name, changed.project) == ("x", Project(iac="sam", region="eu-west-1"))
    assert problems(base, "stps=4", "steps=many", "nothing", "project.iac=sm") == [
        "--set #1: 'stps' is not a known key. Did you mean 'steps'?",
        problems(base, "x=1", "steps=many")[1],
        "--set #3: KEY=VALUE is expected; found 'nothing'.",
        "--set #4: project.iac: one of sam, cdk-python, cdk-typescript, terraform is expected; found 'sm'."
        " Did you mean 'sam'?",
    ]


def answer_to(question: Question) -> st.SearchStrategy[Answer]:
    if question.kind == "list":
        values = [str(choice.value) for choice in question.choices]
        return st.lists(st.sampled_from(values), unique=True).map(tuple)
    if question.choices:
        return st.sampled_from([choice.value for choice in question.choices])
    low, high = int(question.minimum), int(question.maximum)
    whole = st.integers(low, high)
    return whole if question.kind == "whole" else st.one_of(whole, st.floats(low, high))


REQUIREMENTS = st.fixed_dictionaries(
    {}, optional={question.key: answer_to(question) for question in QUESTIONNAIRE.questions}
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
CONDITIONS = st.one_of(
    st.builds(
        FieldCondition,
        st.from_regex(FIELD, fullmatch=True).filter(lambda text: len(text) <= 200),
        st.just("equals"),
        st.one_of(
            st.booleans(), st.integers(-(10**9), 10**9), st.from_regex(r"[\w '\"#,:]{1,40}", fullmatch=True)
        ),
    ),
    st.builds(FieldCondition, st.just("a.b"), st.sampled_from(["at_least", "at_most"]), st.integers(0, 9)),
    st.builds(FieldCondition, st.just("true"), st.just("present"), st.booleans()),
)
STEPS: st.SearchStrategy[Part] = st.builds(Step, TEXT.filter(str.strip), st.sampled_from(["sqs", "lambda"]))
PARTS = st.recursive(
    STEPS,
    lambda inner: st.one_of(
        st.builds(ForEach, st.lists(inner, min_size=1, max_size=2).map(tuple)),
        st.builds(
            Parallel,
            st.lists(st.lists(inner, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2).map(tuple),
        ),
        st.builds(Choice, CONDITIONS, st.lists(inner, min_size=1, max_size=2).map(tuple)),
        st.builds(PlacedWait, st.sampled_from(PLACED_WAITS)),
    ),
    max_leaves=4,
)
PROJECTS = st.builds(
    Project,
    iac=st.sampled_from([None, "sam", "cdk-python"]),
    runtime=st.sampled_from([None, "go"]),
    region=st.one_of(st.none(), st.from_regex(REGION, fullmatch=True)),
    query_language=st.sampled_from([None, "jsonata", "jsonpath"]),
    failure_topic=st.one_of(st.none(), st.from_regex(KAFKA_TOPIC, fullmatch=True)),
    steps=st.lists(PARTS, max_size=3).map(tuple),
)


@given(REQUIREMENTS, TEXT, PROJECTS)
def test_what_is_saved_loads_again(found: dict[str, Answer], name: str, project: Project) -> None:
    text = dump_answers(Answers(found, name, project), header=["a comment"])
    again = load_answers(text.encode(), "a.yaml", QUESTIONNAIRE)
    assert (again.name, again.project) == (name, project)
    assert again.requirements.keys() == found.keys()
    for key, value in found.items():
        assert again.requirements[key] == (pytest.approx(value) if isinstance(value, float) else value)


@given(st.one_of(st.text(max_size=300), st.binary(max_size=300)))
def test_anything_gives_answers_or_an_input_error(data: str | bytes) -> None:
    try:
        load_answers(data, "a.yaml", QUESTIONNAIRE)
    except InputError as error:
        assert error.exit_code == 2


@given(st.lists(st.text(max_size=40), max_size=4))
def test_any_override_gives_answers_or_an_input_error(overrides: list[str]) -> None:
    try:
        load_answers("requirements: {}", "a.yaml", QUESTIONNAIRE, overrides)
    except InputError as error:
        assert error.exit_code == 2
