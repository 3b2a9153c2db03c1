"""The recommendation for a terminal: the answer first, then why, then what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from advisor.decision.provenance import provenance
from advisor.decision.recommendation import FailureStory, Flip, OptionCost, Recommendation
from advisor.knowledge.rules import NEITHER, Rule, RuleBase
from advisor.reports import ReportOptions
from advisor.reports.answers import answered, turned_to, turns
from advisor.reports.diagram.flow import flow, in_words
from advisor.reports.labels import (
    NAMES,
    break_evens,
    change_code,
    compared,
    compared_names,
    cost_remarks,
    count,
    moment,
    money,
    option_name,
    options_words,
    priced,
    priced_name,
    reason_headings,
    standing_words,
    strength_words,
)
from advisor.reports.reasons import Argument, arguments_against, arguments_for, arguments_on_type, exclusions
from advisor.reports.text.page import BOLD, Page
from advisor.reports.text.terminal import ascii_punctuation, pad, side_by_side, width, wrap

_NARROWEST = 40


def render(recommendation: Recommendation, rule_base: RuleBase, options: ReportOptions, /) -> str:
    """Return the report as lines of at most ``options.width`` columns (40 at least)."""
    page = Page(
        recommendation=recommendation,
        rule_base=rule_base,
        options=options,
        columns=max(_NARROWEST, options.width),
    )
    sections = [list(section) for section in _sections(page)]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def render_part(
    part: Literal["flips", "cost"],
    recommendation: Recommendation,
    rule_base: RuleBase,
    options: ReportOptions,
    /,
) -> str:
    """Return one section of the report by itself."""
    page = Page(
        recommendation=recommendation,
        rule_base=rule_base,
        options=options,
        columns=max(_NARROWEST, options.width),
    )
    section = {"flips": _flips, "cost": _cost}[part]
    return "\n".join(section(page)) + "\n"


def _sections(page: Page) -> Iterator[Iterator[str]]:
    replaced = page.recommendation.verdict.option == NEITHER
    yield _answer(page)
    yield _conflicts(page)
    if replaced:
        yield _alternatives(page, "What to use instead")
    yield _side_by_side(page)
    if page.options.explain and page.recommendation.comparison:
        yield _sources(page)
    headings = reason_headings(page.recommendation, page.rule_base)
    yield _reasons(page, headings[0], arguments_for(page.recommendation))
    yield _reasons(page, headings[1], arguments_against(page.recommendation))
    yield _ruled_out(page)
    yield _workflow_type(page)
    yield _flips(page)
    yield _open_questions(page)
    yield _cost(page)
    if page.options.explain:
        yield _flow(page)
        for story in page.recommendation.failure_stories:
            yield _failure_story(page, story)
    yield _warnings(page)
    if not replaced:
        yield _alternatives(page, "Also worth knowing")
    if page.options.explain:
        yield _answers(page)
    yield _imprint(page)


def _answer(page: Page) -> Iterator[str]:
    for line in page.say(page.recommendation.summary, ""):
        yield page.paint(BOLD, line)
    yield from page.say(strength_words(page.recommendation, page.rule_base), "")


def _conflicts(page: Page) -> Iterator[str]:
    if page.recommendation.conflicts:
        yield from page.heading("Answers that exclude each other")
        for conflict in page.recommendation.conflicts:
            yield from page.say(conflict.words)
            yield from page.source(conflict.source, "    ")


def _side_by_side(page: Page) -> Iterator[str]:
    table = [("Side by side", *compared_names(page.recommendation))]
    table += [(row.title, *compared(row, page.recommendation)) for row in page.recommendation.comparison]
    if page.options.plain:
        table = [tuple(ascii_punctuation(cell) for cell in row) for row in table]
    first, others = page.columns // 6, len(table[0]) - 1
    widths = (first, *[(page.columns - first - 2 * others) // others] * others)
    bar = "-" if page.options.plain else "─"
    for number, row in enumerate(table):
        for line in side_by_side(row, widths):
            yield page.paint(BOLD, line) if number == 0 else line
        if number == 0:
            yield "  ".join(bar * columns for columns in widths)


def _sources(page: Page) -> Iterator[str]:
    yield from page.heading("Sources of the comparison")
    for row in page.recommendation.comparison:
        yield from page.say(row.title)
        yield from page.source(row.source, "    ")


def _flow(page: Page) -> Iterator[str]:
    yield from page.heading("The flow as recommended")
    yield from page.say(f"{in_words(flow(page.recommendation, page.rule_base))}.", "  ")


def _reasons(page: Page, heading: str, arguments: Sequence[Argument]) -> Iterator[str]:
    if not arguments:
        return
    yield from page.heading(heading)
    several = len({argument.speaks_for for argument in arguments}) > 1
    shown = page.some(arguments)
    for argument in arguments[:shown]:
        points = f"+{argument.points}" if argument.points else "  "
        for_whom = f" ({option_name(argument.speaks_for, page.rule_base)})" if several else ""
        yield from _rule(page, argument.rule, f"{points} ", for_whom)
    yield from _more(page, [argument.rule for argument in arguments[shown:]])


def _rule(page: Page, rule: Rule, mark: str = "", tail: str = "") -> Iterator[str]:
    first = f"  {mark}{rule.id}  "
    indent = " " * len(first)
    yield from page.say(f"{rule.title}{tail}", first, indent)
    if page.options.explain:
        yield from page.say(rule.because, indent)
    yield from page.source(rule.source, indent)


def _more(page: Page, rules: Sequence[Rule]) -> Iterator[str]:
    if rules:
        names = ", ".join(rule.id for rule in rules)
        yield from page.say(f"and {len(rules)} more ({names}); --explain shows all.", "  ")


def _ruled_out(page: Page) -> Iterator[str]:
    found = exclusions(page.recommendation)
    if not found:
        return
    yield from page.heading("Ruled out")
    for exclusion in found:
        names = options_words(exclusion.options)
        yield from page.say(f"{names}: {exclusion.rule.title}.", f"  {exclusion.rule.id}  ", " " * 8)
        if page.options.explain:
            yield from page.say(exclusion.rule.because, " " * 8)
        yield from page.source(exclusion.rule.source, " " * 8)


def _workflow_type(page: Page) -> Iterator[str]:
    arguments = arguments_on_type(page.recommendation)
    if page.options.explain:
        yield from _reasons(page, "Standard or Express", arguments)
    elif arguments:
        decision = page.recommendation.decision
        yield from page.heading("Standard or Express")
        for card in (decision.standard, decision.express):
            rules = ", ".join(rule.id for rule in card.ruled_out_by or [item.rule for item in card.findings])
            words = f"{NAMES[card.option]}: {standing_words(decision, card.option)}"
            yield from page.say(f"{words} ({rules})" if rules else words, "  ", "    ")


def _flips(page: Page) -> Iterator[str]:
    flips = page.recommendation.flips
    yield from page.heading("What would change the advice")
    if not flips:
        yield from page.say("No single answer, and no two of the given ones, would change this advice.")
    shown = page.some(flips)
    for flip in flips[:shown]:
        yield from page.say(_flip_words(page, flip), "  ", "      ")
    if shown < len(flips):
        yield from page.say(f"and {len(flips) - shown} more; --explain shows all.")


def _flip_words(page: Page, flip: Flip) -> str:
    arrow = "->" if page.options.plain else "→"
    changed = turns(flip, page.recommendation, page.rule_base)
    before = ", ".join(f"{turn.key} is {turn.now_code}" for turn in changed if turn.now_code)
    remarks = "; ".join(filter(None, (flip.threshold, f"now {before}" if before else "not answered yet")))
    return f"{change_code(flip)} {arrow} {turned_to(flip, page.rule_base)} ({remarks})"


def _open_questions(page: Page) -> Iterator[str]:
    keys = page.recommendation.open_questions
    if not keys:
        return
    yield from page.heading("Open questions, the most decisive first")
    shown = page.some(keys)
    for key in keys[:shown]:
        question = page.rule_base.questionnaire.by_key[key]
        yield from page.say(f"{key}: {question.ask}", "  ", "      ")
    if shown < len(keys):
        yield from page.say(f"and {len(keys) - shown} more: {', '.join(keys[shown:])}", "  ", "      ")


def _cost(page: Page) -> Iterator[str]:
    cost = page.recommendation.cost
    assumed = " assumed" if cost.assumed else ""
    heading = f"Cost a month for {count(cost.volume)} executions{assumed}, {cost.region}, {cost.as_of}"
    yield from page.heading(heading)
    shown = priced(page.recommendation)
    names = [priced_name(item.option, page.recommendation) for item in shown]
    first = max(map(width, names), default=0)
    figures = max((len(money(item.usd)) for item in shown), default=0)
    for name, item in zip(names, shown, strict=True):
        start = f"  {pad(name, first)}  {money(item.usd):>{figures}}  "
        yield from page.say(_cost_words(page, item), start, " " * width(start))
        if page.options.explain:
            for line in item.lines:
                mark = "" if line.verified else " (price not verified)"
                yield from page.say(f"{line.title}: {line.formula} = {money(line.usd)}{mark}", " " * 6)
                yield from page.source(line.source, " " * 6)
    if page.options.explain:
        notes = (*break_evens(page.recommendation), *cost.assumptions)
        for note in notes:
            yield from page.say(note, "  - ", "    ")


def _cost_words(page: Page, item: OptionCost) -> str:
    words = []
    if money(item.usd) != money(item.usd_without_free_tier):
        words.append(f"{money(item.usd_without_free_tier)} without free tier")
    return ", ".join((*words, *cost_remarks(item, page.recommendation)))


def _failure_story(page: Page, story: FailureStory) -> Iterator[str]:
    yield from page.heading(f"When it keeps failing: {priced_name(story.option, page.recommendation)}")
    yield from page.say(f"Attempts: {story.attempts}")
    for event in story.events:
        yield from page.say(f"{event.title}. {event.text}", f"  {moment(event.at_s):>8}  ", " " * 12)
    for label, text in (("Ends up", story.ends_up), ("Lost", story.lost), ("Alarm", story.alarm)):
        yield from page.say(f"{label}: {text}", "  ", "    ")


def _warnings(page: Page) -> Iterator[str]:
    if page.recommendation.warnings:
        yield from page.heading("Warnings")
        for warning in page.recommendation.warnings:
            yield from page.say(warning, "  - ", "    ")


def _alternatives(page: Page, heading: str) -> Iterator[str]:
    found = page.recommendation.alternatives
    if not found:
        return
    yield from page.heading(heading)
    for item in found:
        rules = page.recommendation.alternative_rules.get(item.id, ())
        names = f" [{', '.join(rule.id for rule in rules)}]" if rules else ""
        yield from page.say(f"{item.title}{names}: {' '.join(item.sketch.split())}", "  ", "    ")
        yield from page.source(item.source, "    ")


def _answers(page: Page) -> Iterator[str]:
    yield from page.heading("Answers")
    for item in answered(page.recommendation, page.rule_base):
        note = f" (follows from {item.follows_from})" if item.follows_from else ""
        yield from page.say(f"{item.pair}{note}", "  ", "      ")


def _imprint(page: Page) -> Iterator[str]:
    """Whose workload this is, and which rules spoke: user text comes last, where it can do no harm."""
    name = page.recommendation.answers.name
    if name.strip():
        yield from wrap(f"Workload: {name}", page.columns, "", "  ")
    base, *overlays = provenance(page.recommendation.rule_base)
    for sentence in (f"{base} advisor rules show ID explains a rule.", *overlays):
        yield from page.say(sentence, "", "  ")
