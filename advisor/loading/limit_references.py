"""References to limits in the YAML of the rule base, replaced by what the limits say.

A number may be ``{limit: lambda-timeout}``, ``{limit: async-event-age last}`` (of a series),
``{limit: inline-map-concurrency, plus: 1}`` or ``{limit: sfn-payload-bytes, in: KB, times: 0.5}``.
A sentence may hold ``{limit:lambda-timeout}`` ("30 minutes"), with ``last`` (of a series), ``number``
("1,800") or ``exact`` ("1,800 s") behind the name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from advisor.errors import Problem, did_you_mean
from advisor.knowledge.conditions import Number
from advisor.knowledge.limits import Limit, exactly, figure, in_words
from advisor.loading.field_reader import Fields
from advisor.loading.yaml_nodes import Entry

_IN_TEXT = re.compile(r"\{(limit:[^{}]*)\}")
_WORDS = ("last", "number", "exact")
_LAST = " last"
_UNITS: Mapping[tuple[str, str], Callable[[Number], Number]] = {
    ("bytes", "KB"): lambda size: size / 1024,
    ("days", "s"): lambda days: days * 86_400,
}


def resolved(entry: Entry, limits: Mapping[str, Limit], problems: list[Problem]) -> Entry:
    """Return ``entry`` with the number or the words of each limit that it refers to.

    Without any limits, the problem is that their file cannot be read, and no reference is one.
    """
    if isinstance(entry.value, tuple):
        return replace(entry, value=tuple(resolved(item, limits, problems) for item in entry.value))
    if isinstance(entry.value, Mapping):
        if "limit" in entry.mapping:
            return _number(entry, limits, problems)
        return replace(
            entry, value={key: resolved(item, limits, problems) for key, item in entry.value.items()}
        )
    if isinstance(entry.value, str) and "{limit" in entry.value:
        text = _IN_TEXT.sub(lambda found: _words(found[1], entry, limits, problems), entry.value)
        return replace(entry, value=text, text=text)
    return entry


def _number(entry: Entry, limits: Mapping[str, Limit], problems: list[Problem]) -> Entry:
    fields = Fields(entry, "a reference to a limit", problems)
    named = fields.get("limit", required=True)
    limit = limits.get(fields.one_of(_without_last(named), tuple(limits))) if named and limits else None
    plus, times, unit = fields.number("plus", 0), fields.number("times", 1), fields.text("in", required=False)
    fields.done()
    if named is None or limit is None:
        return replace(entry, value=1, text="1")
    number = limit.series[-1] if named.text.endswith(_LAST) else limit.number
    if unit and unit != limit.unit:
        convert = _UNITS.get((limit.unit, unit))
        if convert is None:
            fields.say(entry.place, f"the limit '{limit.id}' is in {limit.unit}, not in {unit[:40]}.")
        number = convert(number) if convert else number
    total = number * times + plus
    total = int(total) if total == int(total) else total
    return replace(entry, value=total, text=str(total))


def _without_last(named: Entry) -> Entry:
    """Return the name of a limit alone."""
    name = named.text.removesuffix(_LAST)
    return named if name == named.text else replace(named, value=name, text=name)


def words_of(limit: Limit, how: tuple[str, ...]) -> str:
    """Return the value of ``limit`` for a sentence; ``how`` holds some of "last", "number" and "exact"."""
    number = limit.series[-1] if "last" in how else limit.number
    if "number" in how:
        return figure(number)
    return exactly(number, limit.unit) if "exact" in how else in_words(number, limit.unit)


def _words(reference: str, entry: Entry, limits: Mapping[str, Limit], problems: list[Problem]) -> str:
    key, *how = reference.removeprefix("limit:").split()
    if not limits:
        return ""
    if key not in limits:
        hint = did_you_mean(key, tuple(limits)) or "The limits are in limits.yaml."
        problems.append(Problem(entry.place, f"there is no limit '{key[:40]}'.", hint))
        return ""
    for word in how:
        if word not in _WORDS:
            known = f"Known are {', '.join(_WORDS)}."
            problems.append(Problem(entry.place, f"'{word[:40]}' says nothing about a limit.", known))
    return words_of(limits[key], tuple(how))
