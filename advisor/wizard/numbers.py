"""Numbers as people type them: ``5m``, ``2h``, ``1d``, ``10k``, ``1.5M``, ``10,000``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from advisor.knowledge.questions import Question
from advisor.wizard.prompts import Mistake, Reading

LONGEST = 40
_SECONDS = {
    "ms": 0.001,
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
}
_SECONDS |= {"d": 86_400, "day": 86_400, "w": 604_800, "week": 604_800}
_KILOBYTES = {"b": 1 / 1024, "byte": 1 / 1024, "k": 1, "kb": 1, "kib": 1, "m": 1024, "mb": 1024, "mib": 1024}
_KILOBYTES |= {"g": 1_048_576, "gb": 1_048_576, "gib": 1_048_576}
_COUNTS = {
    "k": 1_000,
    "thousand": 1_000,
    "m": 10**6,
    "mio": 10**6,
    "million": 10**6,
    "b": 10**9,
    "billion": 10**9,
}
_TABLES: Mapping[str, Mapping[str, float]] = {"s": _SECONDS, "KB": _KILOBYTES}
_FIGURE = r"[0-9]{1,3}(?:[,_ '][0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
_PART = re.compile(rf"({_FIGURE})(?:[eE]\+?([0-9]{{1,2}}))?\s*([a-zA-Z]*)")
_PERIODS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def read_number(text: str, question: Question) -> Reading | Mistake:
    """Return the number ``text`` stands for in the question's unit, or what does not fit."""
    text = text.strip()
    amount = _amount(text, question.unit)
    if amount is None:
        if re.fullmatch(r"[0-9]+,[0-9]{1,2}", text):
            return Mistake(f"Write decimals with a point: {text.replace(',', '.')}.")
        return Mistake(f"Not a number I can read. Expected: {expected(question)}.")
    if question.kind == "whole" and amount != amount.to_integral_value():
        return Mistake(f"A whole number is expected: {expected(question)}.")
    value = int(amount) if amount == amount.to_integral_value() else float(amount)
    if not question.minimum <= value <= question.maximum:
        return Mistake(f"{figure(value)} is out of range. Expected: {expected(question)}.")
    return Reading(value, shown(value, question.unit))


def expected(question: Question) -> str:
    """Return the range in words, such as ``whole number from 1 to 10,000 steps``."""
    noun = "whole number from" if question.kind == "whole" else "from"
    return f"{noun} {figure(question.minimum)} to {shown(question.maximum, question.unit)}"


def range_note(question: Question) -> str:
    """Return the range as a sentence, with examples."""
    examples = f", such as {', '.join(question.examples)}" if question.examples else ""
    text = f"{expected(question)}{examples}."
    return text[0].upper() + text[1:]


def shown(value: float, unit: str) -> str:
    """Return ``value`` with its unit, and what it comes to where the unit is small."""
    name = "seconds" if unit == "s" else unit
    text = f"{figure(value)} {name.removesuffix('s') if value == 1 and name != 'seconds' else name}".strip()
    if unit == "s" and value >= 60:
        return f"{text} ({_period(value)})"
    if unit == "KB" and value >= 1024:
        return f"{text} ({figure(round(value / 1024, 2))} MB)"
    return text


def figure(value: float) -> str:
    """Return ``value`` with thousands separated, and without needless decimals."""
    return f"{value:,.12g}" if isinstance(value, float) and not value.is_integer() else f"{int(value):,}"


def _amount(text: str, unit: str) -> Decimal | None:
    negative, text = text.startswith("-"), text.lstrip("+-").strip()
    for word in (unit, unit.removesuffix("s") or unit):
        if word and unit != "s" and text.lower().endswith(word.lower()):
            text = text[: -len(word)].strip()
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text).strip():
        return None
    table = _TABLES.get(unit, _COUNTS)
    total = Decimal(0)
    for number, exponent, suffix in parts:
        factor = _factor(suffix, table)
        if factor is None or (len(parts) > 1 and not suffix):
            return None
        total += Decimal(re.sub("[,_ ']", "", number)).scaleb(int(exponent or 0)) * factor
    return -total if negative else total


def _factor(suffix: str, table: Mapping[str, float]) -> Decimal | None:
    if not suffix:
        return Decimal(1)
    name = suffix.lower()
    factor = table.get(name, table.get(name.removesuffix("s")))
    return None if factor is None else Decimal(str(factor))


def _period(seconds: float) -> str:
    left, parts = seconds, []
    for size, name in _PERIODS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{int(count):,} {name}{'s' if count != 1 else ''}")
    return " ".join(parts[:2]) + (" or so" if len(parts) > 2 else "")
