"""template.yaml as plain data: `!Ref X` is {"Ref": X}, `!GetAtt X.Y` is {"GetAtt": "X.Y"} and so on."""

from pathlib import Path
from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    pass


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    return {suffix: loader.construct_sequence(node, deep=True)}


_Loader.add_multi_constructor("!", _intrinsic)
PROJECT = Path(__file__).parents[1]
TEMPLATE = _Loader((PROJECT / "template.yaml").read_text(encoding="utf-8")).get_single_data()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]


def of_type(kind: str) -> dict[str, Any]:
    return {name: item.get("Properties", {}) for name, item in RESOURCES.items() if item["Type"] == kind}


def target(reference: dict[str, str]) -> str:
    """Return the logical id that a reference names."""
    (value,) = reference.values()
    return value.split(".")[0]
