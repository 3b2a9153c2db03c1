"""Adds to a wheel what is made of its sources, so that nothing needs to be kept between runs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Built(BuildHookInterface[Any]):
    """Decodes the rule base and compiles the templates; an editable installation does without."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, self.root)
        from advisor.loading.own_rules import write_rule_base
        from advisor.resources import BUILT
        from advisor.starter.templates import write_templates

        self.made = tempfile.TemporaryDirectory()
        package = Path(self.made.name)
        write_rule_base(package, root / "rules")
        write_templates(package, root / "templates")
        build_data["force_include"][str(package / BUILT)] = f"advisor/{BUILT}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "made"):
            self.made.cleanup()
