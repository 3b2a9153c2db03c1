"""The command line: flags in, exit codes out. The only place that prints or exits."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line on ``arguments`` (default: those of the process) and return its exit code."""
    # Imports make no garbage and the end frees everything: looking for it took a third of the time
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)
    try:
        from advisor.cli.run import run

        return run(arguments)
    except KeyboardInterrupt:  # before anything had begun
        return 130
