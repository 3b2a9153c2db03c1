"""Checks of a state machine's definition: four readers, and what none of them sees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonata
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.static_analyser.express_static_analyser import ExpressStaticAnalyser
from statelint.config import Config
from statelint.linter import Linter

from tests.starter.checks.deployed import read, resolve, translate
from tests.starter.checks.distributed import for_moto
from tests.starter.checks.template import allowed
from tests.starter.checks.variables import unassigned

HERE = "us-east-1:123456789012"
FUNCTIONS = {
    "string",
    "type",
    "merge",
    "number",
    "count",
    "uuid",
    "now",
    "toMillis",
    "split",
    "substring",
    "hash",
    "millis",
    "floor",
    "exists",
    "not",
    "sift",
    "each",
    "map",
}
INTRINSICS = {
    "States.JsonToString",
    "States.UUID",
    "States.Format",
    "States.StringSplit",
    "States.Array",
    "States.ArrayGetItem",
    "States.ArrayLength",
    "States.MathAdd",
}
NEEDS = {
    "lambda:invoke": ("FunctionName", "lambda:InvokeFunction"),
    "sqs:sendMessage": ("QueueUrl", "sqs:SendMessage"),
    "sns:publish": ("TopicArn", "sns:Publish"),
    "dynamodb:putItem": ("TableName", "dynamodb:PutItem"),
    "aws-sdk:s3:putObject": ("Bucket", "s3:PutObject"),
    "ecs:runTask": ("TaskDefinition", "ecs:RunTask"),
    "batch:submitJob": ("JobQueue", "batch:SubmitJob"),
    "glue:startJobRun": ("JobName", "glue:StartJobRun"),
    "athena:startQueryExecution": ("WorkGroup", "athena:StartQueryExecution"),
    "elasticmapreduce:addStep": ("ClusterId", "elasticmapreduce:AddJobFlowSteps"),
    "sagemaker:createTransformJob": ("ModelName", "sagemaker:CreateTransformJob"),
    "bedrock:invokeModel": ("ModelId", "bedrock:InvokeModel"),
    "codebuild:startBuild": ("ProjectName", "codebuild:StartBuild"),
    "http:invoke": ("ApiEndpoint", "states:InvokeHTTPEndpoint"),
    "states:startExecution": ("StateMachineArn", "states:StartExecution"),
}


def check_machines(files: dict[str, str]) -> list[str]:
    """Return every fault of the project's state machines."""
    problems: list[str] = []
    source = read(files["template.yaml"])
    for name, resource in source["Resources"].items():
        if resource["Type"] == "AWS::Serverless::StateMachine":
            properties = resource["Properties"]
            text = files[properties["DefinitionUri"]]
            problems += check_definition(text, express=properties["Type"] == "EXPRESS")
            problems += definition_faults(name, text, translate(source, files))
    return problems


def check_definition(text: str, *, express: bool) -> list[str]:
    """Return every fault of one definition."""
    filled = re.sub(r"\$\{(\w+ActivityArn)\}", rf"arn:aws:states:{HERE}:activity:\1", text)
    filled = re.sub(r"\$\{(\w+)\}", rf"arn:aws:lambda:{HERE}:function:\1", filled)
    # statelint knows no type of a list
    plain = re.sub(r'"ReaderConfig": {\s*"InputType": "JSON"\s*},', "", without_variables(filled))
    problems = [f"statelint: {item}" for item in Linter.validate(plain, Config(None, False, False))]
    # A service and its errors that moto does not know
    filled = filled.replace(":::http:invoke", ":::apigateway:invoke").replace("States.Http.", "Http.")
    try:
        AmazonStateLanguageParser.parse(for_moto(filled))
        if express:
            ExpressStaticAnalyser().analyse(filled)
    except Exception as error:
        Preprocessor._query_language_per_scope.clear()
        problems.append(f"parser: {error}")
    definition = json.loads(text)
    for reader, states in in_languages(definition).items():
        problems += list((_paths if reader == "JSONPath" else _expressions)(states, "$"))
    problems += unassigned(definition)
    return [*problems, *_structure(definition, outer=True, express=express)]


def in_languages(definition: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of ``definition`` by query language; a state may have another than its machine."""
    language = definition.get("QueryLanguage", "JSONPath")
    own: dict[str, Any] = {}
    rest = _without_own(definition, own)
    return {language: rest, **({"JSONata": {"States": own}} if own else {})}


def _without_own(level: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return ``level`` without the states that have a language of their own, which go to ``own``."""
    states = {}
    for name, state in level["States"].items():
        if "QueryLanguage" in state:
            own[name] = state
            continue
        states[name] = dict(state)
        if "Branches" in state:
            states[name]["Branches"] = [_without_own(branch, own) for branch in state["Branches"]]
        if "ItemProcessor" in state:
            states[name]["ItemProcessor"] = _without_own(state["ItemProcessor"], own)
    return {**level, "States": states}


def _all_states(level: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for state in level["States"].values():
        yield state
        for inner in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            yield from _all_states(inner)


def _stand_in(name: str, state: dict[str, Any]) -> dict[str, Any]:
    """Return a state in JSONPath that leads where ``state`` leads."""
    if state["Type"] == "Choice":
        rules = [{"Variable": "$.x", "IsPresent": True, "Next": rule["Next"]} for rule in state["Choices"]]
        return {"Type": "Choice", "Choices": rules, "Default": state["Default"]}
    branch = {"StartAt": f"In {name}", "States": {f"In {name}": {"Type": "Succeed"}}}
    caught = [{"ErrorEquals": ["States.ALL"], "Next": catch["Next"]} for catch in state.get("Catch", [])]
    ends: dict[str, Any] = {key: state[key] for key in ("Next", "End") if key in state}
    return {"Type": "Parallel", "Branches": [branch], "Catch": caught[:1], **ends}


def _all_levels(level: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield level
    for state in level["States"].values():
        for inner in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            yield from _all_levels(inner)


def _expressions(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _expressions(item, f"{place}.{key}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _expressions(item, f"{place}[{number}]")
    elif isinstance(value, str) and value.startswith("{%"):
        if not value.endswith("%}"):
            yield f"{place}: an expression without its end"
            return
        try:
            tree = jsonata.Jsonata(value[2:-2].strip()).ast
        except Exception as error:
            yield f"{place}: {error}"
            return
        if ".Arguments" in place and "$states.result" in value:
            yield f"{place}: the result does not exist yet"
        own = set(re.findall(r"\$(\w+) := function", value))
        yield from (f"{place}: ${name} is not a function here" for name in _called(tree) - FUNCTIONS - own)


def without_variables(text: str) -> str:
    """Return a JSONPath definition as statelint can read it: it knows variables in JSONata only."""
    definition = json.loads(text)
    if definition.get("QueryLanguage") != "JSONPath":
        return text
    for level in _all_levels(definition):
        for name, state in level["States"].items():
            if state.get("QueryLanguage"):
                level["States"][name] = _stand_in(name, state)
    for state in _all_states(definition):
        if state["Type"] == "Pass":
            state.pop("Assign", None)
    return re.sub(r'"\$(failure|event|item\d?)\b', r'"$.\1', json.dumps(definition))


FAILED = "Workflow failed"  # a machine without it leaves errors uncaught, to be redriven
OF_JSONATA = {"Arguments", "Output", "Items", "Condition"}


def _paths(value: Any, place: str) -> Iterator[str]:
    """Yield what is not JSONPath: another language, a lookup that AWS would hand on as mere text."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _paths(item, f"{place}[{number}]")
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        here = f"{place}.{key}"
        if key in OF_JSONATA and "Type" in value:
            yield f"{here}: a field of JSONata"
        if isinstance(item, str) and item.startswith("{%"):
            yield f"{here}: an expression of JSONata"
        looks_up = isinstance(item, str) and re.match(r"\$|States\.[A-Z]\w+\(", item)
        if key.endswith(".$") and not looks_up:
            yield f"{here}: not a path and not an intrinsic function"
        if looks_up and not item.startswith("${") and not (key.endswith((".$", "Path")) or key == "Variable"):
            yield f"{here}: {item} is not looked up without .$"
        for name in re.findall(r"States\.[A-Z]\w+", item if looks_up else ""):
            if name not in INTRINSICS:
                yield f"{here}: {name} is not a function here"
        yield from _paths(item, here)


def _called(node: Any, seen: set[int] | None = None) -> set[str]:
    seen = set() if seen is None else seen
    if node is None or id(node) in seen or isinstance(node, str | int | float | bool):
        return set()
    seen.add(id(node))
    if isinstance(node, list | tuple):
        return set().union(*(_called(item, seen) for item in node))
    found = set()
    if getattr(node, "type", "") == "function":
        found.add(str(node.procedure.value))
    for item in vars(node).values() if hasattr(node, "__dict__") else ():
        found |= _called(item, seen)
    return found


def _given(state: dict[str, Any]) -> dict[str, Any]:
    """Return what a Task hands to its service, by name."""
    given = state.get("Arguments", state.get("Parameters", {}))
    return (
        {name.removesuffix(".$"): value for name, value in given.items()} if isinstance(given, dict) else {}
    )


def _structure(level: dict[str, Any], *, outer: bool, express: bool) -> Iterator[str]:
    if outer and not level.get("TimeoutSeconds"):
        yield "the machine has no timeout"
    for name, state in level["States"].items():
        if state["Type"] == "Task":
            yield from _task(name, state, caught=outer and FAILED in level["States"])
        if state["Type"] == "Choice" and "Default" not in state:
            yield f"{name}: a Choice without a default"
        inline = state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode") == "INLINE"
        if inline and state.get("MaxConcurrency", 0) > 40:
            yield f"{name}: more than 40 items at once"
        for branch in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            yield from _structure(branch, outer=False, express=express)


def _task(name: str, state: dict[str, Any], *, caught: bool) -> Iterator[str]:
    if "TimeoutSeconds" not in state:
        yield f"{name}: a Task without a timeout"
    if caught and "Catch" not in state:
        yield f"{name}: a Task without a Catch"
    arguments = _given(state)
    for call, (field, _) in NEEDS.items():
        if call in state["Resource"] and field not in arguments:
            yield f"{name}: {call} without {field}"
    for retrier in state.get("Retry", []):
        if "States.ALL" in retrier["ErrorEquals"] and retrier is not state["Retry"][-1]:
            yield f"{name}: States.ALL is not last"
        if retrier.get("MaxDelaySeconds", 10**9) < retrier.get("IntervalSeconds", 1):
            yield f"{name}: MaxDelaySeconds is below IntervalSeconds"
    if state["Resource"].endswith("lambda:invoke"):
        errors = {error for retrier in state.get("Retry", []) for error in retrier["ErrorEquals"]}
        if not {"Lambda.ServiceException", "Lambda.TooManyRequestsException"} <= errors:
            yield f"{name}: Lambda's own errors are not retried"


def definition_faults(name: str, text: str, result: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong between a definition and the machine ``name`` of a plain template."""
    yield from _substitutions(text, result["Resources"][name]["Properties"])
    yield from _permissions(name, text, result)


def _substitutions(text: str, properties: dict[str, Any]) -> Iterator[str]:
    used, given = set(re.findall(r"\$\{(\w+)\}", text)), set(properties.get("DefinitionSubstitutions", {}))
    yield from (f"${{{name}}} is not filled" for name in sorted(used - given))
    yield from (f"${{{name}}} is filled but not used" for name in sorted(given - used))


def tasks(level: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every Task with its name, inner ones too."""
    for name, state in level["States"].items():
        if state["Type"] == "Task":
            yield name, state
        for branch in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            yield from tasks(branch)


# What a Map state does with S3: https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
OF_MAPS = {
    "ItemReader": ("Key", ("s3:GetObject",)),
    "ResultWriter": (
        "Prefix",
        ("s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"),
    ),
}


def _of_maps(level: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, state in level["States"].items():
        yield from ((name, field, _given(state[field])) for field in OF_MAPS if field in state)
        for branch in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            yield from _of_maps(branch)


def _permissions(name: str, text: str, result: dict[str, Any]) -> Iterator[str]:
    machine = result["Resources"][name]["Properties"]
    role = machine["RoleArn"]["Fn::GetAtt"][0]
    given = {key: resolve(value, result) for key, value in machine.get("DefinitionSubstitutions", {}).items()}
    for state_name, field, arguments in _of_maps(json.loads(text)):
        bucket = re.sub(r"\$\{(\w+)\}", lambda match: given[match.group(1)], arguments["Bucket"])
        own = {"ItemReader": "lists", "ResultWriter": arguments.get("Prefix")}[field]
        place = "incoming" if "source" in bucket.lower() else own
        for action in OF_MAPS[field][1]:
            if not allowed(role, action, f"arn:aws:s3:::{bucket}/{place}/x.json", result):
                yield f"{state_name}: the machine's role may not {action} in {bucket}/{place}"
    for state_name, state in tasks(json.loads(text)):
        for call, (field, action) in NEEDS.items():
            if f":{call}" in state["Resource"]:
                value = _given(state).get(field, "")
                filled = re.sub(r"\$\{(\w+)\}", lambda match: given.get(match.group(1), ""), value)
                own = str(resolve({"Ref": name}, result))
                target = own if call.startswith("http:") else _arn(call, filled)
                if not allowed(role, action, target, result):
                    yield f"{state_name}: the machine's role may not {action} on {target}"


NAMED = {
    "glue": f"arn:aws:glue:{HERE}:job/",
    "athena": f"arn:aws:athena:{HERE}:workgroup/",
    "elasticmapreduce": f"arn:aws:elasticmapreduce:{HERE}:cluster/",
    "sagemaker": f"arn:aws:sagemaker:{HERE}:model/",
    "bedrock": "arn:aws:bedrock:us-east-1::foundation-model/",
    "codebuild": f"arn:aws:codebuild:{HERE}:project/",
}


def _arn(call: str, value: str) -> str:
    if call.split(":")[0] in NAMED:
        return NAMED[call.split(":")[0]] + value
    if call.startswith("sqs"):
        return f"arn:aws:sqs:us-east-1:123456789012:{value.rpartition('/')[2]}"
    if call.startswith("dynamodb"):
        return f"arn:aws:dynamodb:us-east-1:123456789012:table/{value}"
    return f"arn:aws:s3:::{value}/x.json" if "s3" in call else value
