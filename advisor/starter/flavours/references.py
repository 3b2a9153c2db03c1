"""Reader of ``templates/<iac>/references.yaml``: the syntax of a reference to each kind of resource."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from advisor.files import read_file
from advisor.loading.yaml_nodes import LOADER, MAX_BYTES


@cache
def load_references(folder: Path) -> Mapping[str, Any]:
    """Return what ``references.yaml`` in ``folder`` says."""
    return dict(yaml.load(read_file(folder / "references.yaml", MAX_BYTES), LOADER))
