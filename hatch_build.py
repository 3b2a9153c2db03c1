"""What a build adds: the rules decoded and the templates compiled, for a wheel; the links of the project."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


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


class ProjectUrls(MetadataHookInterface):
    """Links to the repository whose workflow builds the package; none where no workflow does."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the links that a package index shows."""
        server, repository = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
        if server and repository:
            home = f"{server}/{repository}"
            metadata["urls"] = {
                "Repository": home,
                "Documentation": f"{home}/tree/main/docs",
                "Changelog": f"{home}/blob/main/CHANGELOG.md",
                "Issues": f"{home}/issues",
            }
