"""The second ring: sweeps that are imported here draw other examples than the first ring.

FULL_GATE=1 draws all of them.
"""

from __future__ import annotations

import os

from tests.examples import THOROUGH

os.environ[THOROUGH] = "all" if os.environ.get("FULL_GATE") else "others"
