"""The templates: compiled when the package was built, else once in a process."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any, NoReturn

import jinja2
from jinja2.bccache import Bucket

from advisor.knowledge.limits import in_words
from advisor.resources import built_templates, package_folder
from advisor.text.code_literals import PYTHON, call
from advisor.text.markdown import markdown
from advisor.text.yaml_scalar import quoted

_OPTIONS: Mapping[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}


def environment_of(folder: Path, filters: Mapping[str, Callable[..., Any]]) -> jinja2.Environment:
    """Return an environment over the templates in ``folder`` that has ``filters`` besides the common ones."""
    environment = shared_environment(folder, package_folder()).overlay()
    environment.filters = {**environment.filters, **filters}
    return environment


@lru_cache(maxsize=4)
def shared_environment(folder: Path, package: Path) -> jinja2.Environment:
    """Return an environment over the templates in ``folder``, or over those compiled with ``package``."""
    compiled = built_templates(package, jinja2.__version__)
    return _environment(
        jinja2.ModuleLoader(compiled) if compiled.is_dir() else jinja2.FileSystemLoader(folder)
    )


def _environment(loader: jinja2.BaseLoader) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=loader,
        bytecode_cache=_InMemory(),
        undefined=jinja2.StrictUndefined,
        **_OPTIONS,
    )
    environment.filters |= {
        "yaml": quoted,
        "json": lambda value: json.dumps(value, ensure_ascii=False),
        "python": PYTHON.literal,
        "call": call,
        "natural": lambda texts: sorted(texts, key=_natural),
        "raw_go": lambda text: text.replace("`", "\\u0060"),
        "because": lambda why: f"  # {why}" if why else "",
        "capitalised": lambda text: text[:1].upper() + text[1:],
        "md": markdown,
        "span": lambda seconds: in_words(seconds, "s"),
        "days": lambda seconds: seconds // 86_400,
    }
    return environment


def write_templates(package: Path, folder: Path) -> None:
    """Compile the templates in ``folder`` to modules of Python below ``package``. Raises TemplateError."""
    environment = _environment(jinja2.FileSystemLoader(folder))
    environment.filters = _Filters(environment.filters)
    target = built_templates(package, jinja2.__version__)
    target.mkdir(parents=True)
    environment.compile_templates(target, filter_func=is_of_projects, zip=None, ignore_errors=False)


def is_of_projects(name: str) -> bool:
    """Return whether the file ``name`` is a template of starter projects; reports have their own filters."""
    return name.endswith(".jinja") and not name.startswith("reports/")


def _natural(text: str) -> list[str | int]:
    """Return what sorts ``text`` so that 2 comes before 10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


class _Filters(dict[str, Callable[..., Any]]):
    """Filters by name; what a flavour will bring has a name already, and cannot be called yet."""

    def get(self, name: str, default: object = None) -> Any:
        return super().get(name, _not_yet)


def _not_yet(*_: object) -> NoReturn:
    raise NotImplementedError


class _InMemory(jinja2.BytecodeCache):
    """Compiled templates for as long as the process lives: environments with other filters share them."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self.codes[bucket.key, bucket.checksum] = bucket.code
