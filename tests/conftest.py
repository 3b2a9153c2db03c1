"""Tests leave the drafts and journals of whoever runs them alone."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

from hypothesis import settings

_HOME = Path(tempfile.gettempdir()) / f"advisor-tests-{os.getuid() if hasattr(os, 'getuid') else 0}"
os.environ["XDG_STATE_HOME"] = str(_HOME / "state")
os.environ["SOURCE_DATE_EPOCH"] = "1795392000"  # whole outputs are compared, and a decision record has a date

# In CI examples are drawn from a fixed seed, so that a red run can be repeated; elsewhere they stay random.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

# A shell starts background jobs deaf to Ctrl-C, and so would be every command the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
