"""The coverage-guided fuzzer, for long runs: ``pip install -e '.[fuzz]'``, then

    python -m tests.fuzz.atheris_targets answers-file --runs 200000

What fails is written to ``build/fuzz/NAME/`` and can be run again: ``… answers-file --replay FILE``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

HANG_S = 2
MEMORY_MB = 300  # the fuzzer itself included


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz one target until the runs are done; libFuzzer's exit code says whether it held."""
    parser = argparse.ArgumentParser(prog="tests.fuzz.atheris_targets")
    parser.add_argument("target")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=0, help="stop after this time (0: only by --runs)")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--replay", type=Path)
    wanted = parser.parse_args(arguments)

    import atheris

    with atheris.instrument_imports(include=["advisor"]):
        from tests.fuzz.seeds import SEEDS, words
        from tests.fuzz.targets import TARGETS
    if wanted.target not in TARGETS:
        parser.error(f"the targets are {', '.join(TARGETS)}")
    target = TARGETS[wanted.target]
    if wanted.replay:
        target(wanted.replay.read_bytes())
        return 0
    folder = Path("build/fuzz") / wanted.target
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[wanted.target]):
        (corpus / f"seed-{number}").write_bytes(seed)
    dictionary = folder / "words.txt"
    lines = ('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in words(wanted.target))
    dictionary.write_text("".join(lines), encoding="ascii", newline="\n")
    atheris.Setup(
        [
            sys.argv[0], str(corpus), f"-runs={wanted.runs}", f"-max_total_time={wanted.seconds}",
            f"-seed={wanted.seed}", f"-timeout={HANG_S}", f"-rss_limit_mb={MEMORY_MB}", "-max_len=4000",
            f"-dict={dictionary}", f"-artifact_prefix={folder}/", "-print_final_stats=1",
        ],
        target,
    )  # fmt: skip
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
