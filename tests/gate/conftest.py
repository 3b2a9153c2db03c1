"""The second ring: property tests that are imported here draw all their examples."""

from __future__ import annotations

import os

from tests.examples import THOROUGH

os.environ[THOROUGH] = "1"
