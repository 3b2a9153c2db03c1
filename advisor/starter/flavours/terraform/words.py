"""Blueprint in the syntax of Terraform: names, references, values and policy statements."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from advisor.errors import RuleBaseError
from advisor.starter.blueprint.jobs import JobStart
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import Function, Machine, Parameter, Queue, Resource, Route
from advisor.starter.blueprint.wiring import Arn, Permission, Ref, Target, refs_in, spelt
from advisor.starter.flavours.references import load_references
from advisor.starter.flavours.senders import senders_of
from advisor.starter.flavours.stack_outputs import outputs
from advisor.starter.flavours.terraform.test_data import MADE, calls_function, lists, mocks

PSEUDO = {
    "partition": "${data.aws_partition.current.partition}",
    "region": "${data.aws_region.current.region}",
    "account": "${data.aws_caller_identity.current.account_id}",
}
LONGEST_NAME = 20  # with the longest name of a function (43) and a hyphen: the 64 characters that AWS allows
BESIDE = 80  # how long a list may be to stay in one line
WRITE_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
# What brings events of its own; it has a file of its own
SOURCES = frozenset(
    (
        "http_api",
        "iot_rule",
        "job_start",
        "load_balancer",
        "mail_rule",
        "pipe",
        "subscription",
        "user_pool",
    )
)
# What acts in a role of its own, and for whom
ASSUMED_BY = {
    "function": "lambda",
    "machine": "states",
    "http_api": "apigateway",
    "iot_rule": "iot",
    "container": "ecs-tasks",
}
CALLED = ("function", "machine")
LOG_GROUP = "arn:{partition}:logs:{region}:{account}:log-group:{0}:*"
ASKS = {"mail_rule": "{account}", "pipe": "{account}", "container": "{region}"}
# What a parameter must look like, by the end of its name: a condition on {0}, and what is wrong else
CHECKS = (
    ("_email", 'can(regex("^[^@ ]+@[^@ ]+$", {0}))', "must be an e-mail address"),
    ("_recipient", 'can(regex("^[^@ ]+@[^@ ]+$", {0}))', "must be an e-mail address"),
    ("_arn", 'startswith({0}, "arn:")', "must be an ARN"),
    ("_endpoint", 'startswith({0}, "https://")', "must be an HTTPS address"),
    ("_ids", "length({0}) >= 2", "must name two or more"),
)


class Terraform(Struct, frozen=True, dict=True):
    """The words of Terraform for one blueprint; ``words`` is ``templates/terraform/references.yaml``."""

    blueprint: Blueprint
    words: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, blueprint: Blueprint, folder: Path) -> Terraform:
        """Return the words for ``blueprint``, with the spelling of references in ``folder``."""
        return cls(blueprint, load_references(folder))

    @property
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        """Return the filters Terraform's templates use."""
        return {
            "ref": self.ref,
            "hcl": quoted,
            "value": self.value,
            "json_text": self.json_text,
            "snake": snake,
            "called": called,
            "formatted": formatted,
            "check": check,
            "example": example,
            "type_of": lambda parameter: "list(string)" if is_list(parameter) else "string",
            "lines": lines,
            "arn_of": lambda resource: self.ref(Ref(resource.id)) if resource.kind in CALLED else "",
        }

    @property
    def names(self) -> Mapping[str, Any]:
        """Return what Terraform's templates may call by name."""
        return {
            "stack": self.blueprint.name.slug[:LONGEST_NAME].rstrip("-"),
            "longest_name": LONGEST_NAME,
            "services": self._services(),
            "statements_of": self.statements_of,
            "own_statements_of": self.own_statements_of,
            "senders_of": lambda queue: senders_of(self.blueprint, queue),
            "triggered_by": self.triggered_by,
            "starting": self.starting,
            "log_group_arn": lambda group: self.ref(Arn(LOG_GROUP, (group,))),
            "pseudo": self._pseudo(),
            "starred": self._starred(),
            "mocks": mocks(self.blueprint),
            "alias_arn": MADE["aws_lambda_alias"]["arn"],
            "has": lists(self.blueprint, snake, self.ref),
        }

    def output(self, name: str) -> str:
        """Return a call of the shell function that the README defines."""
        return f'"$(output {snake(name)})"'

    def ref(self, target: Target) -> str:
        """Return ``target`` as an expression."""
        if isinstance(target, str):
            return quoted(target)
        if isinstance(target, Arn):
            inside = [f"${{{self.ref(part)}}}" for part in target.parts]
            return f'"{target.pattern.format(*inside, **PSEUDO)}"'
        kind = self.blueprint.by_id[target.to].kind
        spelt = self.words[kind].get(target.attribute)
        if spelt is None:
            raise RuleBaseError(
                f"templates/terraform/references.yaml has no '{target.attribute}' for '{kind}'."
            )
        return spelt.format(snake(target.to))

    def value(self, value: Any) -> str:
        """Return plain data that may hold references as an expression; objects take a line for each key."""
        if isinstance(value, Ref | Arn):
            return self.ref(value)
        if isinstance(value, Mapping):
            inside = [f"{_key(key)} = {self.value(item)}" for key, item in value.items()]
            return "{\n" + "\n".join(inside) + "\n}"
        if isinstance(value, list | tuple):
            items = [self.value(item) for item in value]
            beside = f"[{', '.join(items)}]"
            return lines(items) if "\n" in beside or len(beside) > BESIDE else beside
        return quoted(value) if isinstance(value, str) else str(value).lower()

    def json_text(self, value: Any) -> str:
        """Return plain data that may hold references to parameters as one string of JSON."""
        text = json.dumps(spelt(value, lambda ref: f"@{ref.to}@"), separators=(",", ":"))
        named = {ref.to: self.ref(ref) for ref in refs_in(value)}
        return re.sub(r"@(\w+)@", lambda found: f"${{{named[found[1]]}}}", quoted(text))

    def statements_of(self, holder: str) -> tuple[Permission, ...]:
        """Return everything the role of ``holder`` may do, but for what it does with itself.

        A durable function keeps the state of its own runs, which are named without it.
        """
        every = self.blueprint.permissions_of(holder)
        asked = tuple(item for item in every if not item.on_itself or item.implied)
        owner = self.blueprint.by_id.get(holder)
        return (*asked, *(self._plumbing(owner) if owner else ()))

    def own_statements_of(self, holder: str) -> tuple[Permission, ...]:
        """Return the permissions of ``holder`` on itself, which its own role cannot hold: a circle."""
        return tuple(item for item in self.blueprint.permissions_of(holder) if item.on_itself)

    def _starred(self) -> tuple[str, ...]:
        """Return the actions that AWS knows no resource for."""
        named_by = (item.holder for item in self.blueprint.permissions)
        holders = dict.fromkeys((*(item.id for item in self.blueprint.resources), *named_by))
        every = [statement for holder in holders for statement in self.statements_of(holder)]
        named = {action for item in every if "*" in item.resources for action in item.actions}
        return tuple(quoted(action) for action in sorted(named))

    def triggered_by(self, resource: Resource) -> Function | None:
        """Return the function that ``resource`` is the source of."""
        found = (f for f in self.blueprint.functions if f.trigger and f.trigger.source)
        return next((f for f in found if f.trigger and f.trigger.source == Ref(resource.id, "name")), None)

    def starting(self, holder: Function | Machine) -> tuple[Permission, ...]:
        """Return what the role of the rule or schedule that starts ``holder`` may do."""
        services = self.blueprint.aws.services
        function = isinstance(holder, Function)
        starts = (
            services["lambda"].actions("write") if function else services["step-functions"].actions("start")
        )
        start = Permission(holder.id, starts, (Ref(holder.id),))
        trigger = holder.trigger
        if trigger is None or trigger.kind != "schedule" or trigger.undelivered is None:
            return (start,)
        return (start, Permission(holder.id, services["sqs"].actions("write"), (trigger.undelivered,)))

    def _plumbing(self, holder: Resource) -> Iterator[Permission]:
        """Yield what Lambda needs to write logs and traces, which SAM adds by itself."""
        if isinstance(holder, Function):
            yield Permission(holder.id, WRITE_LOGS, (Ref(holder.id, "log_streams"),))
            trace = self.blueprint.aws.services["x-ray"].access["trace"]
            yield Permission(holder.id, trace.actions, ("*",), trace.any_resource)

    def _services(self) -> tuple[str, ...]:
        """Return the services that act in a role, by their names in ``<name>.amazonaws.com``."""
        resources = self.blueprint.resources
        acting = {
            ASSUMED_BY[item.kind]
            for item in resources
            if item.kind in ASSUMED_BY and not calls_function(item)
        }
        acting |= {
            "scheduler" if item.schedule else "events" for item in resources if isinstance(item, JobStart)
        }
        machine = self.blueprint.machine
        if machine and machine.trigger and machine.trigger.kind == "eventbridge":
            acting.add("events")
        sent = any(isinstance(item, Route) and item.schedule for item in resources)
        if sent or "schedule" in self._trigger_kinds():
            acting.add("scheduler")
        return tuple(sorted(acting))

    def _trigger_kinds(self) -> set[str]:
        holders = (*self.blueprint.functions, self.blueprint.machine)
        return {item.trigger.kind for item in holders if item and item.trigger}

    def _pseudo(self) -> tuple[str, ...]:
        """Return what the project asks AWS about itself: partition, region, account."""
        blueprint = self.blueprint
        targets: list[Target] = [target for item in blueprint.permissions for target in item.resources]
        targets += [output.value for output in outputs(blueprint)]
        targets += [item.target for item in blueprint.resources if isinstance(item, JobStart)]
        queues = [item for item in blueprint.resources if isinstance(item, Queue)]
        targets += [source for queue in queues for _, source in senders_of(blueprint, queue)]
        targets += [Arn(LOG_GROUP)] if "cloudwatch-logs" in self._trigger_kinds() else []
        texts = " ".join(target.pattern for target in targets if isinstance(target, Arn))
        texts += "{partition}{region}{account}" if blueprint.durable else ""
        texts += "".join(ASKS.get(item.kind, "") for item in blueprint.resources)
        return tuple(name for name in PSEUDO if f"{{{name}}}" in texts)


def files(blueprint: Blueprint) -> Iterator[str]:
    """Yield the files that a project of this content has in Terraform."""
    kinds = {item.kind for item in blueprint.resources}
    yield from ("infra/versions.tf", "infra/main.tf", "infra/variables.tf", "infra/resources.tf")
    yield from ("infra/alarms.tf", "infra/tests/wiring.tftest.hcl")
    if blueprint.functions:
        yield "infra/functions.tf"
    if kinds & {"machine", "container", "connection"}:
        yield "infra/workflow.tf"
    if kinds & SOURCES:
        yield "infra/sources.tf"
    if outputs(blueprint):
        yield "infra/outputs.tf"


def snake(name: str) -> str:
    """Return the id of a resource as Terraform spells names (``FailureQueue``: ``failure_queue``)."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def called(resource: Resource, longest: int = 43) -> str:
    """Return the part of a resource's name in AWS that says what it is; ``longest`` as AWS allows."""
    name = resource.name.slug if isinstance(resource, Function) else snake(resource.id).replace("_", "-")
    return name[:longest].rstrip("-")


def check(parameter: Parameter) -> tuple[str, str] | None:
    """Return the condition on the value of ``parameter``, and what is wrong where it does not hold."""
    variable = f"var.{snake(parameter.id)}"
    for suffix, condition, message in CHECKS:
        if variable.endswith(suffix):
            return condition.format(variable), f"{snake(parameter.id)} {message}."
    if parameter.default is None:
        return f'{variable} != ""', f"{snake(parameter.id)} must not be empty."
    return None


def lines(items: Sequence[str]) -> str:
    """Return a list of expressions, one in each line if they are several."""
    if len(items) == 1:
        return f"[{items[0]}]"
    return "[\n" + "".join(f"{item},\n" for item in items) + "]"


def example(parameter: Parameter) -> str:
    """Return a value that ``parameter`` accepts, as an expression."""
    if is_list(parameter):
        return f"[{', '.join(quoted(item) for item in parameter.example.split(','))}]"
    return quoted(parameter.example)


def is_list(parameter: Parameter) -> bool:
    """Return whether ``parameter`` takes several values."""
    return parameter.type.startswith("List<")


def quoted(text: str) -> str:
    """Return ``text`` as one string literal in one line, literally: nothing in it is filled in."""
    escaped = "".join(_ESCAPES.get(one) or (one if one.isprintable() else _code(one)) for one in text)
    return '"' + re.sub(r"([$%])\{", r"\1\1{", escaped) + '"'


def _code(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def formatted(text: str) -> str:
    """Return ``text`` as ``terraform fmt`` has it, with one blank line where there were several."""
    return re.sub(r"\n{3,}", "\n\n", _aligned(_indented(text.split("\n"))))


def _indented(lines: Iterable[str]) -> Iterator[str]:
    """Yield ``lines`` two columns deeper for each line that leaves brackets open, however many those are."""
    opened: list[int] = []
    for line in lines:
        bare = line.strip()
        change = 0 if bare.startswith("#") else _opened(bare)
        closing = -change
        while closing > 0 and opened:
            still = opened.pop() - closing
            closing = -still
            if still > 0:
                opened.append(still)
        yield f"{'  ' * len(opened)}{bare}" if bare else ""
        if change > 0:
            opened.append(change)


def _aligned(lines: Iterable[str]) -> str:
    """Return ``lines`` with the equals signs of neighbours in one column."""
    done: list[str] = []
    block: list[tuple[str, str]] = []
    for line in [*lines, ""]:
        found = _ASSIGNMENT.fullmatch(line)
        if found and _opened(found[2]) == 0:
            block.append((found[1], found[2]))
            continue
        width = max((len(name) for name, _ in block), default=0)
        done += [f"{name:<{width}} = {value}" for name, value in block]
        block = []
        done.append(line)
    return "\n".join(done[:-1])


def _opened(text: str) -> int:
    """Return how many brackets stay open at the end of ``text``; those in strings do not count."""
    bare = _STRING.sub("", text)
    return sum(bare.count(one) for one in "([{") - sum(bare.count(one) for one in ")]}")


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", key) else quoted(key)


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ASSIGNMENT = re.compile(r'(\s*(?:[A-Za-z][\w-]*|"[^"]*")) = (.*)')
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
