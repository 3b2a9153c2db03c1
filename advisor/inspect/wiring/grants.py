"""What the role of a function or state machine allows."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.inspect.model import Grants
from advisor.inspect.reading.document import Resource
from advisor.inspect.values import NOTHING, Node, Unknown
from advisor.inspect.wiring.catalogue import Catalogue


def grants(resource: Resource, properties: Node, catalogue: Catalogue) -> Grants:
    """Return what the role of ``resource`` allows; not complete where a part of it is not in these files."""
    if catalogue.by_scope[resource.scope].connectors:
        return Grants()
    role = properties.any("RoleArn", "Role")
    if role.there:
        found = catalogue.resource(catalogue.followed(role))
        return _role(found, catalogue) if found and found.type == "AWS::IAM::Role" else Grants()
    if resource.type.startswith("AWS::Serverless::"):
        return _sam_policies(properties.get("Policies"), catalogue)
    return Grants()


def _sam_policies(policies: Node, catalogue: Catalogue) -> Grants:
    """Return what SAM's ``Policies`` allow: statements, names of managed policies, policy templates."""
    statements: list[Node] = []
    managed: list[str] = []
    templates: list[tuple[str, Node]] = []
    complete = True
    for item in policies.items:
        if item.get("Statement").there:
            statements += item.get("Statement").items
        elif item.mapping:
            templates += item.mapping.items()
        elif item.string:
            managed.append(_name(item.string))
        elif item.there:
            complete = complete and _attached(item, catalogue, statements, managed)
    return Grants(tuple(statements), tuple(managed), tuple(templates), complete)


def _role(role: Resource, catalogue: Catalogue) -> Grants:
    statements: list[Node] = []
    managed: list[str] = []
    complete = not role.properties.get("PermissionsBoundary").there
    for policy in role.properties.get("Policies").items:
        document = policy.get("PolicyDocument")
        statements += document.get("Statement").items
        complete = complete and bool(document.mapping)
    for item in role.properties.get("ManagedPolicyArns").items:
        complete = _attached(item, catalogue, statements, managed) and complete
    for document, by_reference in _policies_for(role, catalogue):
        statements += document.get("Statement").items
        complete = complete and bool(document.mapping) and by_reference
    for item in _attachments(role, catalogue):
        complete = _attached(item, catalogue, statements, managed) and complete
    return Grants(tuple(statements), tuple(managed), (), complete)


def _attached(item: Node, catalogue: Catalogue, statements: list[Node], managed: list[str]) -> bool:
    """Add what an attached policy allows; return whether that is known."""
    if "policy/" in item.template:
        managed.append(_name(item.template))
        return True
    found = catalogue.resource(catalogue.followed(item))
    document = found.properties.get("PolicyDocument") if found else NOTHING
    statements += document.get("Statement").items
    return bool(document.mapping)


def _policies_for(role: Resource, catalogue: Catalogue) -> Iterator[tuple[Node, bool]]:
    """Yield the stand-alone policies that may be for the role, and whether they surely are."""
    for policy in catalogue.of_type("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"):
        named = (*policy.properties.get("Roles").items, policy.properties.get("RoleName"))
        is_for = [_is(node, role, catalogue) for node in named]
        if True in is_for or None in is_for:
            yield policy.properties.get("PolicyDocument"), True in is_for


def _is(node: Node, role: Resource, catalogue: Catalogue) -> bool | None:
    """Return whether ``node`` names the role; None where the files do not say."""
    if not node.there:
        return False
    found = catalogue.resource(catalogue.followed(node))
    if found is not None:
        return found.key == role.key
    name = role.properties.any("RoleName", "Name").string
    return None if name is None or node.string is None else node.string == name


def _attachments(role: Resource, catalogue: Catalogue) -> Iterator[Node]:
    for item in catalogue.of_type("Advisor::IAM::RolePolicyAttachment"):
        is_for = _is(item.properties.get("RoleName"), role, catalogue)
        if is_for is not False:
            yield item.properties.get("PolicyArn") if is_for else Node(Unknown("policy"))


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def allowed_actions(grants: Grants) -> Iterator[str]:
    """Yield the actions of every statement that allows something, in lower case."""
    for statement in grants.statements:
        if (statement.get("Effect").string or "Allow") == "Allow":
            for action in statement.get("Action").items:
                yield (action.string or "").lower()
