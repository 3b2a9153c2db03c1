"""The templates, each compiled once; what is compiled is kept beside them, as Python keeps its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2.bccache import Bucket

from advisor.files import replace_private
from advisor.text.markdown import markdown
from advisor.text.yaml_scalar import quoted

_OPTIONS: Mapping[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}


def environment_of(folder: Path, filters: Mapping[str, Callable[..., Any]]) -> jinja2.Environment:
    """Return an environment over the templates in ``folder`` that has ``filters`` besides the common ones."""
    environment = _shared_environment(folder).overlay()
    environment.filters = {**environment.filters, **filters}
    return environment


@lru_cache(maxsize=4)
def _shared_environment(folder: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        bytecode_cache=Beside(folder),
        undefined=jinja2.StrictUndefined,
        **_OPTIONS,
    )
    environment.filters |= {
        "yaml": quoted,
        "json": lambda value: json.dumps(value, ensure_ascii=False),
        "asked": lambda rules: f" Asked for by: {', '.join(rules)}" if rules else "",
        "asked_md": lambda rules: f" ({', '.join(rules)})" if rules else "",
        "python": lambda value: json.dumps(value, ensure_ascii=False),
        "because": lambda why: f"  # {why}" if why else "",
        "capitalised": lambda text: text[:1].upper() + text[1:],
        "md": markdown,
        "days": lambda seconds: seconds // 86_400,
    }
    return environment


class Beside(jinja2.BytecodeCache):
    """Compiled templates in ``__pycache__`` beside the templates: who can write there can write those, too.

    Kept under the rules for Python's own: not where Python was told to keep none, and no error where the
    folder cannot be written. Jinja takes an entry only for the very source and Python it was made of.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "__pycache__"
        self.codes: dict[tuple[str, str], CodeType] = {}  # what this process has seen

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        made_by = f"{name} {jinja2.__version__} {_OPTIONS}"
        return f"{Path(name).stem}-{sha256(made_by.encode()).hexdigest()[:16]}.jinjac"

    def load_bytecode(self, bucket: Bucket) -> None:
        seen = (bucket.key, bucket.checksum)
        if seen not in self.codes and not os.environ.get("ADVISOR_NO_CACHE"):
            try:
                with open(self.folder / bucket.key, "rb") as file:
                    bucket.load_bytecode(file)
            except Exception:  # whatever is wrong with it, the template is there
                bucket.reset()
            if bucket.code:
                self.codes[seen] = bucket.code
        bucket.code = self.codes.get(seen)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self.codes[bucket.key, bucket.checksum] = bucket.code
        if sys.dont_write_bytecode or os.environ.get("ADVISOR_NO_CACHE"):
            return
        with suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            replace_private(self.folder / bucket.key, bucket.bytecode_to_string())
