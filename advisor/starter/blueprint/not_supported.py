"""Error for a project that cannot be generated, raised before anything is written."""

from __future__ import annotations

from advisor.errors import InputError


class NotSupported(InputError):
    """The starter asked for cannot work on AWS, or is not available here; the message says what can."""
