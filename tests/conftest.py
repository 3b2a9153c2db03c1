"""Tests leave the cache and the drafts of whoever runs them alone."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_HOME = Path(tempfile.gettempdir()) / f"advisor-tests-{os.getuid() if hasattr(os, 'getuid') else 0}"
os.environ["XDG_CACHE_HOME"] = str(_HOME / "cache")
os.environ["XDG_STATE_HOME"] = str(_HOME / "state")
