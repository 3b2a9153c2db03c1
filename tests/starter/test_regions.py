"""What a Region lacks is refused, and the default model is one that can be called there."""

from __future__ import annotations

from typing import Any

import pytest
from cfnlint.helpers import REGIONS

from advisor.knowledge.answers import Step
from advisor.starter import NotSupported, plan, render
from tests.examples import sample
from tests.starter.checks.deployed import read, translate
from tests.starter.projects import ASKED, PROJECTS, files, recommendation, versions
from tests.tools.facts.models import resource_types

# One project for each service that some Region lacks, and a share of the others.
LACKING = ["async-mail", "standard-function-url", "standard-sqs", "standard-cognito", "jobs-call"]


def planned(name: str, region: str) -> str:
    """Return why a project cannot be planned in a Region; empty where it can."""
    requirements, approach, steps = PROJECTS[name]
    advice = recommendation(requirements, steps=steps, region=region, **ASKED.get(name, {}))
    try:
        plan(advice, versions(), approach=approach)
    except NotSupported as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize("name", [*LACKING, *sample(sorted(set(PROJECTS) - set(LACKING)), 8)])
def test_a_project_is_refused_just_where_cloudformation_lacks_a_resource_of_it(name: str) -> None:
    template = translate(read(files(name)["template.yaml"]), dict(files(name)))
    types = frozenset(resource["Type"] for resource in template["Resources"].values())
    # One Region of those that lack the same; make facts and its test hold the lists themselves
    alike = {types - resource_types(region): region for region in REGIONS if "iso" not in region}
    for lacked, region in alike.items():
        said = planned(name, region)
        assert not lacked or any(f"has no {kind} in {region} " in said for kind in lacked), region
        assert lacked or not said or name == "jobs-call", region  # its CodeBuild project is outside the stack


def test_the_refusal_names_region_service_and_ways_on() -> None:
    said = planned("async-mail", "me-central-1")
    assert said.startswith(
        "CloudFormation has no AWS::SES::ReceiptRuleSet in me-central-1 (as of 2026-11-27), and an SES "
        "receipt rule needs it; the same holds in ap-east-1, ap-east-2, ap-south-2, "
    )
    assert said.endswith(
        "us-gov-west-1 (https://docs.aws.amazon.com/general/latest/gr/ses.html). Name another "
        "project.region, or leave it out; or do without this service."
    )


def asking(region: str) -> tuple[str, dict[str, Any]]:
    """Return the SAM template of a flow that asks a model in ``region``, and its README."""
    requirements = {"event_source": "sdk", "steps": 2, "targets": ("lambda", "bedrock")}
    made = plan(recommendation(requirements, region=region), versions(), approach="step-functions")
    texts = {file.path: file.text for file in render(made)}
    return texts["README.md"], read(texts["template.yaml"])


@pytest.mark.parametrize(
    ("region", "model"),
    [
        ("us-east-1", "amazon.nova-lite-v1:0"),
        ("us-west-2", "us.amazon.nova-lite-v1:0"),
        ("eu-central-1", "eu.amazon.nova-lite-v1:0"),
        ("ap-northeast-1", "apac.amazon.nova-lite-v1:0"),
        ("sa-east-1", None),  # no default works there: whoever deploys names a model
    ],
)
def test_the_default_model_can_be_called_in_the_region(region: str, model: str | None) -> None:
    readme, template = asking(region)
    (name,) = (key for key in template["Parameters"] if key.endswith("ModelId"))
    assert template["Parameters"][name].get("Default") == model
    assert f"`{name}` is the id of a Bedrock model that your Region has, or of an inference profile" in readme


def test_a_profile_may_be_called_and_models_elsewhere_only_through_it() -> None:
    _, template = asking("eu-central-1")
    machine = next(item for item in template["Resources"].values() if item["Type"].endswith("StateMachine"))
    statements = [
        statement
        for policy in machine["Properties"]["Policies"]
        if isinstance(policy, dict)
        for statement in policy["Statement"]
        if statement["Action"] == "bedrock:InvokeModel"
    ]
    bedrock = "arn:${AWS::Partition}:bedrock:"
    (name,) = (key for key in template["Parameters"] if key.endswith("ModelId"))
    profile = {"Fn::Sub": f"{bedrock}${{AWS::Region}}:${{AWS::AccountId}}:inference-profile/${{{name}}}"}
    assert statements == [
        {
            "Effect": "Allow",
            "Action": "bedrock:InvokeModel",
            "Resource": [{"Fn::Sub": f"{bedrock}${{AWS::Region}}::foundation-model/${{{name}}}"}, profile],
        },
        {
            "Effect": "Allow",
            "Action": "bedrock:InvokeModel",
            "Resource": {"Fn::Sub": f"{bedrock}*::foundation-model/*"},
            "Condition": {"StringEquals": {"bedrock:InferenceProfileArn": profile}},
        },
    ]


def test_two_endpoints_keep_a_permission_each() -> None:
    requirements = {"event_source": "sdk", "steps": 2, "targets": ("http-api",)}
    steps = (Step("Ask", "http-api"), Step("Tell", "http-api"))
    made = plan(recommendation(requirements, steps=steps), versions(), approach="step-functions")
    calls = [item for item in made.permissions if item.actions == ("states:InvokeHTTPEndpoint",)]
    asked = [call.condition["StringEquals"]["states:HTTPEndpoint"].to for call in calls if call.condition]
    assert asked == ["AskEndpoint", "TellEndpoint"]
