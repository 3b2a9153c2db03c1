"""``python -m bench [--write] [--rounds N]``: measure everything and show, or write, docs/speed.md.

The advisor stands in .venv-user (``pip install -c constraints/dev.txt .``) and in .venv-newest (``pip install
.``, as users do it); peers in .venv-bench (``pip install -r constraints/bench.txt``). What is missing is left
out and said so. Figures depend on the machine; the ratios say more.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import advisor
from advisor.decision.decide import decide
from advisor.decision.fast.compile import compile_rules
from advisor.decision.verdict import outcome_of
from advisor.knowledge.rules import RuleBase
from bench import rules as tables
from bench.processes import Command, Timed, in_turns

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "speed.md"
EXAMPLE = ROOT / "examples" / "order-notifications.yaml"
PEERS = ROOT / ".venv-bench" / "bin"
OURS = ROOT / ".venv-user" / "bin"
INSTALLS = {"our pins": OURS, "the newest of everything": ROOT / ".venv-newest" / "bin"}
LIBRARIES = ("typer", "click", "rich", "msgspec", "pyyaml", "jinja2")
SAM = Path(sys.executable).with_name("sam")
QUESTIONS = advisor.load_rule_base(advisor.rules_folder()).questionnaire.questions
SIZES = (10, 100, 1_000, 10_000)


def main() -> None:
    """Measure, and print the page or write it."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    parser.add_argument("--rounds", type=int, default=15)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = [
            head(),
            *start_up(wanted.rounds),
            *generating(folder, wanted.rounds),
            *deciding(folder),
            *many(folder),
            *growing(folder),
            TAIL,
        ]
    page = "\n".join(parts)
    if wanted.write:
        PAGE.write_text(page, encoding="utf-8", newline="\n")
    else:
        sys.stdout.write(page)


def head() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"""# Speed

Measured by `make bench` on {date()}: {platform.python_implementation()} {platform.python_version()},
{platform.system()} {platform.machine()}, {os.cpu_count()} processors{load} when it began. Whole processes
run in turns (A B C, A B C, …); tables show medians, and as ratio the median of the ratios of CPU time within
a turn, which other work on the machine disturbs least. In-process figures are CPU time too, the least of many
rounds. The advisor is installed as users do it, its peers in an environment of theirs.
"""


def date() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())


def rows(header: Sequence[str], lines: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"| --- |{' ---: |' * (len(header) - 1)}"
    for line in lines:
        yield f"| {' | '.join(map(str, line))} |"
    yield ""


def compared(found: Mapping[str, Timed], base: str) -> Iterator[str]:
    """Yield the table of ``found``, each beside ``base``."""
    lines = [
        (
            f"`{name}`",
            f"{1000 * median(timed.wall):.0f}",
            f"{1000 * median(timed.cpu):.0f}",
            f"{timed.ratio(found[base]):.2f}",
            f"{median(timed.memory):.0f}",
        )
        for name, timed in found.items()
    ]
    yield from rows(("command", "ms", "CPU ms", f"× `{base}`", "MB"), lines)


def fixed(*arguments: object) -> Command:
    return lambda _: arguments


def start_up(rounds: int) -> Iterator[str]:
    """Yield how long it takes until something is said, in each install."""
    yield "## Start\n"
    base = 'python -c "import typer"'
    for name, install in INSTALLS.items():
        python, tool = install / "python", install / "advisor"
        if not tool.exists():
            yield f"Not there on this machine: the install with {name}.\n"
            continue
        yield f"With {name}: {_versions(python)}.\n"
        commands: dict[str, Command] = {
            'python -c "pass"': fixed(python, "-c", "pass"),
            base: fixed(python, "-c", "import typer"),
            "advisor --help": fixed(tool, "--help"),
            "advisor recommend FILE --format json": fixed(tool, "recommend", EXAMPLE, "--format", "json"),
        }
        yield from compared(in_turns(commands, rounds), base)


def _versions(python: Path) -> str:
    """Return the versions of the libraries that a start imports."""
    code = (
        "import sys\nfrom importlib.metadata import PackageNotFoundError, version\n"
        "for name in sys.argv[1:]:\n"
        "    try:\n        print(name, version(name))\n    except PackageNotFoundError:\n        pass"
    )
    done = subprocess.run([python, "-c", code, *LIBRARIES], check=True, capture_output=True, text=True)
    return ", ".join(done.stdout.splitlines())


def generating(folder: Path, rounds: int) -> Iterator[str]:
    """Yield how long a starter project takes, beside tools that only copy one."""
    ours = folder / "ours"
    subprocess.run([OURS / "advisor", "generate", EXAMPLE, "-o", ours], check=True, capture_output=True)
    files = [path for path in ours.rglob("*") if path.is_file()]
    cutter, copied = _templates(folder, ours, files)
    out = folder / "out"
    mine = "advisor generate FILE"
    newest = INSTALLS["the newest of everything"] / "advisor"
    commands: dict[str, Command] = {
        mine: lambda n: [OURS / "advisor", "generate", EXAMPLE, "-o", out / f"a{n}"],
        "the same, the newest of everything": lambda n: [newest, "generate", EXAMPLE, "-o", out / f"e{n}"],
        "copier copy --defaults": lambda n: [
            PEERS / "copier", "copy", "--defaults", "--quiet", copied, out / f"b{n}",
        ],
        "cookiecutter --no-input": lambda n: [
            PEERS / "cookiecutter", "--no-input", "-o", out / f"c{n}", cutter,
        ],
        "sam init --location": lambda n: [
            SAM, "init", "--no-input", "--location", cutter, "-o", out / f"d{n}",
        ],
    }  # fmt: skip
    there = {name: command for name, command in commands.items() if Path(str(command(0)[0])).exists()}
    yield f"## A project of {len(files)} files\n"
    yield "The peers copy a template that holds the same files; only the advisor decides what they say.\n"
    yield from compared(in_turns(there, rounds, SAM_CLI_TELEMETRY="0"), mine)
    if missing := [name for name in commands if name not in there]:
        yield f"Not there on this machine: {', '.join(missing)}.\n"


def _templates(folder: Path, ours: Path, files: Sequence[Path]) -> tuple[Path, Path]:
    """Return our own project as a template of cookiecutter (and SAM), and of copier."""
    cutter, copied = folder / "cutter", folder / "copied"
    for path in files:
        below = path.relative_to(ours)
        text = f"{{% raw %}}{path.read_text(encoding='utf-8')}{{% endraw %}}"
        for target in (cutter / "{{cookiecutter.name}}" / below, copied / f"{below}.jinja"):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
    (cutter / "cookiecutter.json").write_text('{"name": "made"}', encoding="utf-8")
    (copied / "copier.yml").write_text("name: {type: str, default: made}\n", encoding="utf-8")
    return cutter, copied


def per_call(function: Callable[[Any], object], arguments: Sequence[Any], rounds: int = 200) -> float:
    """Return the seconds one call takes, in the round that was disturbed least."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        for argument in arguments:
            function(argument)
        found.append((time.process_time() - start) / len(arguments))
    return min(found)


def deciding(folder: Path) -> Iterator[str]:
    """Yield how long one decision takes, beside rule engines on the same table."""
    table, sets = tables.table(100, QUESTIONS), tables.answers(300, QUESTIONS)
    rule_base = tables.only(table, folder / "hundred")
    known = [tables.known(requirements) for requirements in sets]
    sums = [(d.destinations.score, d.step_functions.score) for d in (decide(rule_base, a) for a in known)]
    compiled = compile_rules(rule_base)
    verdict = lambda answers: compiled.outcome(compiled.fired(answers))  # noqa: E731
    before, peers = per_call(verdict, known), _peers({"rules": table, "answers": sets, "sums": sums})
    mine = min(before, per_call(verdict, known))  # on both sides of the peers: machines change their pace
    found = {
        "advisor, bit tables": mine,
        "advisor, with all findings (`decide.py`)": per_call(partial(decide, rule_base), known, 5),
        **peers,
    }
    yield "## One decision\n"
    yield "100 rules, 15 answers, one process, warm; the sums of points are the same everywhere. Tables give"
    yield "the whole verdict (option, workflow type, what to use instead), the others the two sums.\n"
    lines = [(name, f"{1e6 * each:,.1f}", f"{each / mine:,.1f}") for name, each in found.items()]
    yield from rows(("engine", "µs", "× tables"), lines)


def _peers(given: Mapping[str, object]) -> dict[str, float]:
    python = PEERS / "python"
    if not python.exists():
        return {}
    command = [python, ROOT / "bench" / "engines.py"]
    done = subprocess.run(command, input=json.dumps(given), text=True, capture_output=True, check=True)
    found = json.loads(done.stdout)
    assert all(engine["right"] for engine in found.values()), found
    return {name: engine["seconds"] for name, engine in found.items()}


def many(folder: Path) -> Iterator[str]:
    """Yield what a hundred thousand decisions on our own rules take."""
    count = 100_000
    rule_base = advisor.load_rule_base(advisor.rules_folder())
    sets = tables.answers(count, QUESTIONS)
    file = folder / "many.jsonl"
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(f"{json.dumps({'requirements': requirements})}\n" for requirements in sets)
    known = [tables.known(requirements) for requirements in sets[:20_000]]
    compiled = compile_rules(rule_base)
    walk = per_call(lambda answers: compiled.outcome(compiled.fired(answers)), known, 15)
    loop = per_call(lambda answers: outcome_of(decide(rule_base, answers)), known[:1_000], 5)
    command = (OURS / "advisor", "recommend", "--batch", file)
    timed = in_turns({"batch": fixed(*command)}, 5)["batch"]
    whole = median(timed.cpu) / count
    yield "## Many decisions\n"
    yield f"Our {len(rule_base.rules)} rules, 15 random answers each; one process on one core.\n"
    batch = f"`advisor recommend --batch`, {count:,} lines, start included"
    ways = {"table walk, in process": walk, "naive loop, in process": loop, batch: whole}
    lines = [(way, f"{each * 1e6:.1f}", f"{1 / each:,.0f}") for way, each in ways.items()]
    yield from rows(("way", "µs each", "a second"), lines)
    yield f"Peak memory of the batch: {median(timed.memory):.0f} MB, however many lines there are.\n"


def growing(folder: Path) -> Iterator[str]:
    """Yield how things grow with the number of rules."""
    known = [tables.known(requirements) for requirements in tables.answers(200, QUESTIONS)]
    yield "## More rules\n"
    yield "Rules of two or three tests over our questions, laid over ours; start: a whole process.\n"
    lines = []
    for size in SIZES:
        overlay = tables.write_overlay(tables.table(size, QUESTIONS), folder / f"rules-{size}")
        start = time.process_time()
        rule_base = advisor.load_rule_base(advisor.rules_folder(), [overlay])
        loaded = time.process_time() - start
        lines.append((f"{size:,}", f"{1000 * loaded:,.0f}", *_grown(rule_base, overlay, known)))
    header = ("rules", "read, ms", "compile, ms", "decision by tables, µs", "by `decide`, µs")
    yield from rows((*header, "start, ms"), lines)


def _grown(rule_base: RuleBase, overlay: Path, known: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    start = time.process_time()
    compiled = compile_rules(rule_base)
    yield f"{1000 * (time.process_time() - start):,.0f}"
    yield f"{1e6 * per_call(lambda answers: compiled.tally(compiled.fired(answers)), known, 20):,.1f}"
    yield f"{1e6 * per_call(partial(decide, rule_base), known[:20], 7):,.0f}"
    command = (OURS / "advisor", "recommend", EXAMPLE, "--format", "json", "--rules", overlay)
    timed = in_turns({"start": fixed(*command)}, 3)["start"]
    yield f"{1000 * median(timed.cpu):,.0f}"


TAIL = (ROOT / "bench" / "notes.md").read_text(encoding="utf-8")

if __name__ == "__main__":
    main()
