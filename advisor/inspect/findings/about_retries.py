"""Facts of the entries of Retry and Catch."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.inspect.definition import Catcher, Graph, Retrier, State
from advisor.inspect.findings.setting import Setting
from advisor.inspect.findings.subject import known
from advisor.inspect.reading.asl import JSONPATH
from advisor.inspect.values import walk
from advisor.knowledge.conditions import Answer
from advisor.knowledge.limits import Limit

ALL = ("States.ALL", "States.TaskFailed")


def _all_misplaced(errors: Sequence[str], number: int, count: int) -> bool:
    return "States.ALL" in errors and (len(errors) > 1 or number < count - 1)


def retrier_facts(retrier: Retrier, number: int, state: State, setting: Setting) -> dict[str, Answer]:
    """Return the facts of entry ``number`` of Retry."""
    base, limits = setting.base, setting.scene.rule_base.limits
    errors = set(retrier.errors)
    kinds = {
        "all": bool(errors & set(ALL)),
        "throttling": bool(errors & set(base.lists.get("throttling", ())) - set(ALL)),
        "transient": bool(errors & set(base.lists.get("transient", ()))),
    }
    covers = tuple(kind for kind, there in kinds.items() if there) or ("other",)
    attempts = _given(retrier.attempts, limits["asl-retry-attempts"])
    rate = _given(retrier.rate, limits["asl-retry-backoff"])
    interval = _given(retrier.interval, limits["asl-retry-interval"])
    return known(
        covers=covers,
        rate=rate,
        attempts=attempts,
        jitter=retrier.jitter,
        last_wait_s=_last_wait(interval, attempts, rate, retrier.max_delay),
        all_misplaced=_all_misplaced(retrier.errors, number, len(state.retriers)),
    )


def _given(value: float | None, default: Limit) -> float:
    return default.number if value is None else value


def _last_wait(interval: float, attempts: float, rate: float, most: float | None) -> float:
    """Return the longest wait between two attempts, in seconds."""
    grown = interval * rate ** min(max(attempts - 1, 0), 200) if 0 < rate < 1e3 else interval
    return min(grown, most or grown, 1e15)


def catcher_facts(catcher: Catcher, number: int, state: State, graph: Graph) -> dict[str, Answer]:
    """Return the facts of entry ``number`` of Catch."""
    following = graph.by_name.get(catcher.next)
    return known(
        replaces_input=state.language == JSONPATH and catcher.result_path == "$",
        next_reads_input=_reads_input(following) if following else None,
        itself=catcher.next == state.name,
        all_misplaced=_all_misplaced(catcher.errors, number, len(state.catchers)),
    )


def _reads_input(state: State) -> bool:
    """Return whether a state reads a field of its input that an error does not have."""
    if state.language != JSONPATH:
        return False
    texts = [found.template for found in walk(state.node.get("Parameters"))]
    texts += [state.node.get(name).template for name in ("InputPath", "ItemsPath", "SecondsPath")]
    texts += [choice.get("Variable").template for choice in state.node.get("Choices").items]
    fields = {text[2:].split(".")[0].split("[")[0] for text in texts if text.startswith("$.")}
    return bool(fields - {"Error", "Cause"})
