"""From a recommendation to a starter project: plan, render, write."""

from __future__ import annotations

from advisor.starter.blueprint import Blueprint
from advisor.starter.plan import plan
from advisor.starter.refusals import Refused
from advisor.starter.render import RenderedFile, render
from advisor.starter.write import write_project

__all__ = ["Blueprint", "Refused", "RenderedFile", "plan", "render", "write_project"]
