"""Runs commands and measures them, from a process so small that its own memory does not show.

Standard input: a JSON list of [arguments, environment]; standard output: [wall s, CPU s, peak MB] of each.
"""

import json
import os
import subprocess
import sys
import time

UNIT = 1 << 20 if sys.platform == "darwin" else 1 << 10  # of ru_maxrss


def measured(arguments: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """Run one command; raise where it fails."""
    everything = {**os.environ, **environment}
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH"):  # what is installed counts, as pip compiled it
        everything.pop(name, None)
    with open(os.devnull, "r+b") as nothing:
        start = time.perf_counter()
        process = subprocess.Popen(arguments, stdin=nothing, stdout=nothing, stderr=nothing, env=everything)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / UNIT


if __name__ == "__main__":
    json.dump(
        [measured(arguments, environment) for arguments, environment in json.load(sys.stdin)], sys.stdout
    )
