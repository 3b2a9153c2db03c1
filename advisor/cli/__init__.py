"""The command line: flags in, exit codes out. The only place that prints or exits."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line on ``arguments`` (default: those of the process) and return its exit code."""
    try:
        from advisor.cli.run import run

        return run(arguments)
    except KeyboardInterrupt:  # before anything had begun
        return 130
