"""What runs in a pseudo-terminal is for systems that have one."""

from __future__ import annotations

import sys

collect_ignore = ["test_command.py"] if sys.platform == "win32" else []
