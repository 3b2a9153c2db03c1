"""Recommendation in, starter project out: plan, render, write."""

from __future__ import annotations

from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.plan.project import plan
from advisor.starter.render import RenderedFile, render
from advisor.starter.write import check_project, write_project

__all__ = ["Blueprint", "NotSupported", "RenderedFile", "check_project", "plan", "render", "write_project"]
