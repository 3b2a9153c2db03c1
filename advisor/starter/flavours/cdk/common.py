"""Blueprint in the syntax of the AWS CDK: references, grants, order of constructs, imports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from advisor.errors import RuleBaseError
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import Resource
from advisor.starter.blueprint.wiring import Arn, Destination, Permission, Ref, Target
from advisor.starter.flavours.cdk.nag import granted, starred, starred_by_setting
from advisor.starter.flavours.stack_outputs import in_reading_order
from advisor.starter.runtimes.languages import LANGUAGES
from advisor.text.code_literals import WIDTH, Code, Layout

SECRET = "secret parameter"
RETENTION = {7: "ONE_WEEK", 30: "ONE_MONTH", 90: "THREE_MONTHS", 365: "ONE_YEAR"}  # the CDK's names of days

NAMED = re.compile(r"(?<![\w.])\w+")  # each name in a code that is not a property of another
OPENED = re.compile(r"(?<![\w.])(\w+)\.[A-Z]")  # each that a class or constant is taken from


class Dialect(Struct, frozen=True, kw_only=True, dict=True):
    """Syntax of one language of the CDK.

    ``variable`` makes a name of a resource's id, ``text`` a string with expressions in it; ``tidied`` drops
    names that nothing uses, ``imports`` are the lines that a text needs.
    """

    variable: Callable[[str], str]
    text: Callable[[str, tuple[str, ...]], str]
    layout: Callable[[Callable[[Any], str]], Layout]
    imports: Callable[[str, Mapping[str, str]], list[str]]
    tidied: Callable[[str], str]


class Cdk(Struct, frozen=True, dict=True):
    """The words of the CDK for one blueprint; ``words`` is ``references.yaml`` of the language."""

    blueprint: Blueprint
    words: Mapping[str, Any]
    dialect: Dialect

    @property
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        """Return the filters the CDK's templates use."""
        return {
            "ref": self.ref,
            "variable": self.variable,
            "literal": self.literal,
            "destination": lambda to: self._destination(to, "destinations"),
            "stream_destination": lambda to: self._destination(to, "stream_destinations"),
            "pattern": lambda of: {
                self.words["pattern"].get(key, key): self._matched(value) for key, value in of.items()
            },
            "tidied": self.dialect.tidied,
            "constant": constant,
            "duration": duration,
            "retention": RETENTION.__getitem__,
            "wrapped": self._wrapped,
        }

    @property
    def names(self) -> Mapping[str, Any]:
        """Return what the CDK's templates may call by name."""
        return {
            "arranged": self.arranged,
            "leads": self.leads,
            "default_timeout_s": self.blueprint.functions[0].timeout_s if self.blueprint.functions else 0,
            "logs": {"function", "machine", "container", "http_api", "pipe"}
            & {item.kind for item in self.arranged},
            "imports": lambda text: self.dialect.imports(text, self.words["modules"]),
            "grants_of": self.grants_of,
            "policy_of": self._written,
            "statements_of": self.statements_of,
            "own_statements_of": self.own_statements_of,
            "built": self._built(),
            "reads": next((f.id for f in self.blueprint.functions if f.trigger and f.trigger.batch), ""),
            "untargeted": self._untargeted(),
            "starred": starred(self.blueprint),
            "starred_by_setting": [self._acknowledged(arn) for arn in starred_by_setting(self.blueprint)],
            "granted": granted(self.blueprint),
            "settings": [item for item in self.blueprint.parameters if not item.secret],
            "secrets": [item for item in self.blueprint.parameters if item.secret],
        }

    def _built(self) -> list[str]:
        language = LANGUAGES[self.blueprint.runtime]
        return list(dict.fromkeys(language.built_of(function) for function in self.blueprint.functions))

    def _untargeted(self) -> list[str]:
        """Return the actions for which AWS knows no resource, those of the constructs among them."""
        starred = [item for item in self.blueprint.permissions if "*" in item.resources]
        traces = self.blueprint.aws.services["x-ray"].actions("trace-and-sample")
        return sorted({*traces, *(action for item in starred for action in item.actions)})

    def _acknowledged(self, arn: Arn) -> str:
        parts = tuple(self.ref(part) for part in arn.parts)
        return self.dialect.text(f"AwsSolutions-IAM5[Resource::{arn.pattern}]", parts)

    def output(self, name: str) -> str:
        """Return a call of the shell function that the README defines."""
        return f'"$(output {name})"'

    def ref(self, target: Target) -> str:
        """Return ``target`` as an expression."""
        if isinstance(target, str):
            return self._layout.leaf(target)
        if isinstance(target, Arn):
            return self.dialect.text(target.pattern, tuple(self.ref(part) for part in target.parts))
        resource = self.blueprint.by_id[target.to]
        kind = SECRET if getattr(resource, "secret", False) else resource.kind
        spelt = self.words["references"].get(kind, {}).get(target.attribute)
        if spelt is None:
            raise RuleBaseError(f"The CDK's references.yaml has no '{target.attribute}' for '{kind}'.")
        return str(spelt).format(self.dialect.variable(target.to))

    def variable(self, named: Resource | Ref | str) -> str:
        """Return the constant that stands for a resource or parameter."""
        if isinstance(named, str):
            return self.dialect.variable(named)
        return self.dialect.variable(named.to if isinstance(named, Ref) else named.id)

    def _destination(self, to: Destination, kind: str) -> str:
        name = self.ref(Ref(to.target.to, "name"))
        return str(self.words[kind][to.service]).format(self.dialect.variable(to.target.to), name)

    def _matched(self, wanted: Any) -> Any:
        """Return what a field of an event must be like; a lone test, such as a prefix, as a function."""
        if not isinstance(wanted, list) or len(wanted) != 1 or not isinstance(wanted[0], Mapping):
            return wanted
        ((test, value),) = wanted[0].items()
        return Code(str(self.words["matches"][test]).format(self._layout.leaf(value)))

    def literal(self, value: Any, indent: int = 0, used: int = 0) -> str:
        """Return plain data that may hold references, laid out from column ``indent`` + ``used``."""
        return self._layout.literal(value, indent, used)

    @cached_property
    def _layout(self) -> Layout:
        return self.dialect.layout(self.ref)

    @cached_property
    def arranged(self) -> tuple[Resource, ...]:
        """Return the resources in reading order, but each after those that it names."""
        done: dict[str, Resource] = {}
        for resource in in_reading_order(self.blueprint):
            self._arrange(resource, done, frozenset())
        return tuple(done.values())

    def leads(self, resource: Resource) -> bool:
        """Return whether ``resource`` is the first of its kind."""
        return resource is next(item for item in self.arranged if item.kind == resource.kind)

    def _arrange(self, resource: Resource, done: dict[str, Resource], above: frozenset[str]) -> None:
        if resource.id in done or resource.id in above:
            return
        needed = [*refs(resource), *(ref for item in self._written(resource.id) for ref in refs(item))]
        if resource.kind == "function" and self.blueprint.idempotency:
            needed.append(self.blueprint.idempotency)
        for ref in needed:
            before = self.blueprint.by_id[ref.to]
            if before.kind != "parameter":
                self._arrange(before, done, above | {resource.id})
        done[resource.id] = resource

    def _written(self, holder: str) -> tuple[Permission, ...]:
        """Return the permissions that no construct grants by itself."""
        asked = self.blueprint.permissions_of(holder)
        logs = self.blueprint.aws.services["cloudwatch-logs"].actions("deliver")
        return tuple(item for item in asked if not item.implied and item.actions != logs)

    def grants_of(self, holder: str) -> tuple[str, ...]:
        """Return the grants of ``holder``, where a construct's own grants no more than is asked for."""
        return tuple(grant for item in self._written(holder) for grant in self._grants(item))

    def statements_of(self, holder: str) -> tuple[Permission, ...]:
        """Return the permissions that are written as statements."""
        asked = self._written(holder)
        return tuple(item for item in asked if not item.on_itself and not self._grants(item))

    def own_statements_of(self, holder: str) -> tuple[Permission, ...]:
        """Return the permissions of ``holder`` on itself, which its own role cannot hold: a circle."""
        return tuple(item for item in self._written(holder) if item.on_itself)

    def _grants(self, permission: Permission) -> list[str]:
        if permission.on_itself or permission.condition:
            return []
        spelt = [self._grant(permission, target) for target in permission.resources]
        return [grant for grant in spelt if grant] if all(spelt) else []

    def _grant(self, permission: Permission, target: Target) -> str:
        """Return the grant of one resource, or nothing where its construct has none as narrow."""
        if not isinstance(target, Ref) or target.attribute != "arn":
            return ""
        grants = self.words["grants"].get(self.blueprint.by_id[target.to].kind, {})
        spelt = grants.get(" ".join(permission.actions), grants.get("any", ""))
        actions = ", ".join(self._layout.leaf(action) for action in permission.actions)
        names = (self.dialect.variable(target.to), self.dialect.variable(permission.holder))
        return self._wrapped(str(spelt).format(*names, actions=actions), 2 * self._layout.step)

    def _wrapped(self, call: str, indent: int, used: int = 1) -> str:
        """Return a call ``indent`` deep, beside ``used`` characters: too long, with an argument a line."""
        if len(call) + indent + used <= WIDTH:
            return call
        head, _, rest = call.partition("(")
        deeper = " " * (indent + self._layout.step)
        arguments = "".join(f"{deeper}{item},\n" for item in rest[:-1].split(", "))
        return f"{head}(\n{arguments}{' ' * indent})" if rest else call


def refs(value: Any) -> Iterator[Ref]:
    """Yield every reference inside ``value``."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Struct):
        for field in fields(value):
            yield from refs(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield from refs(tuple(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from refs(item)


def constant(identifier: str) -> str:
    """Return the CDK's constant for a Lambda runtime: ``python3.14`` is ``PYTHON_3_14``."""
    return re.sub(r"^([a-z]+)(?=\d)", r"\1_", identifier).replace(".", "_").upper()


def duration(seconds: int) -> str:
    """Return a length of time in the largest unit that fits."""
    units = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
    unit = next(name for name, size in units.items() if seconds % size == 0)
    return f"Duration.{unit}({seconds // units[unit]})"
