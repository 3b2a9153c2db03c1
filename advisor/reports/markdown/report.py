"""The recommendation as a decision record (MADR 4), for a repository or a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.decision.decide import Scorecard
from advisor.decision.provenance import provenance
from advisor.decision.recommendation import CostLine, Flip, Recommendation
from advisor.knowledge.rules import NEITHER, SCORED, Rule, RuleBase
from advisor.reports import ReportOptions
from advisor.reports.answers import NOT_ANSWERED, answered, turned_to, turns
from advisor.reports.diagram.flow import flow, in_words, placeholder
from advisor.reports.diagram.mermaid import flowchart
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
    score_words,
    standing_words,
    strength_words,
    title,
)
from advisor.reports.markdown.escaping import escaped, link, literal, table
from advisor.reports.reasons import Argument, arguments_against, arguments_for, arguments_on_type, exclusions


def render(recommendation: Recommendation, rule_base: RuleBase, options: ReportOptions, /) -> str:
    """Return the record; the same answers, rule base and date give the same bytes."""
    record = _Record(recommendation, rule_base)
    blocks = [
        record.head(options.date),
        record.context(),
        record.drivers(),
        record.considered(),
        record.outcome(),
        record.picture(),
        record.comparison(),
        record.consequences(),
        record.ruled_out(),
        record.flips(),
        record.open_questions(),
        record.confirmation(),
        record.pros_and_cons(),
        record.cost(),
        record.failures(),
        record.more(),
    ]
    return "\n\n".join(part for block in blocks for part in block if part) + "\n"


class _Record:
    """The sections in MADR's order; each yields Markdown blocks, which a blank line sets apart."""

    def __init__(self, recommendation: Recommendation, rule_base: RuleBase) -> None:
        self.recommendation = recommendation
        self.rule_base = rule_base
        self.decision = recommendation.decision
        self.title = title(recommendation, rule_base)

    def head(self, date: str) -> Iterator[str]:
        name = self.recommendation.answers.name
        rules = [escaped(sentence.rstrip(".")) for sentence in provenance(self.recommendation.rule_base)]
        yield f"# {escaped(_capital(self.title))} for {literal(name) or 'this workload'}"
        yield _items(["Status: proposed", *([f"Date: {escaped(date)}"] if date else []), *rules])

    def context(self) -> Iterator[str]:
        yield "## Context and Problem Statement"
        yield (
            "Should this workload be wired with Lambda Destinations, with Step Functions, with both, or with "
            "something else? These answers describe it."
        )
        rows = [
            (
                escaped(item.ask),
                escaped(item.words),
                f"`{item.pair}`",
                f"follows from `{item.follows_from}`" if item.follows_from else "given",
            )
            for item in answered(self.recommendation, self.rule_base)
        ]
        if rows:
            yield "\n".join(table(("Question", "Answer", "Key and value", "Note"), rows))
        else:
            yield "No question has been answered yet."
        steps = self.recommendation.answers.project.units
        if steps:
            named = ", ".join(f"{literal(step.name)} ({escaped(step.service)})" for step in steps)
            yield f"Units of work: {named}."

    def drivers(self) -> Iterator[str]:
        yield "## Decision Drivers"
        spoken = (*arguments_for(self.recommendation), *arguments_against(self.recommendation))
        ordered = sorted((*spoken, *arguments_on_type(self.recommendation)), key=lambda item: -item.points)
        rules = {item.rule.id: item.rule for item in ordered}
        weights: dict[str, list[str]] = {key: [] for key in rules}
        for argument in ordered:
            weights[argument.rule.id].append(self._weight(argument))
        for item in exclusions(self.recommendation):
            rules[item.rule.id] = item.rule
            weights.setdefault(item.rule.id, []).append(f"rules out {options_words(item.options)}")
        yield (
            _items(
                f"{escaped(rule.title)} ({self._rule(rule)}, {', '.join(weights[key])})"
                for key, rule in rules.items()
            )
            or "Nothing that was answered speaks for either option."
        )

    def _weight(self, argument: Argument) -> str:
        name = option_name(argument.speaks_for, self.rule_base)
        points = f"{score_words(True, argument.points)} for " if argument.points else "for "
        return f"{points}{escaped(name)}"

    def _rule(self, rule: Rule) -> str:
        return link(rule.id, rule.source)

    def considered(self) -> Iterator[str]:
        yield "## Considered Options"
        scored = [f"{NAMES[option]}: {standing_words(self.decision, option)}" for option in SCORED]
        named = [f"{escaped(item.title)} (an alternative)" for item in self.recommendation.alternatives]
        yield _items([*scored, *named])

    def outcome(self) -> Iterator[str]:
        yield "## Decision Outcome"
        opening, _, reason = self.recommendation.summary.partition(": ")
        because = f", because {escaped(reason)}" if reason else f". {escaped(opening)}"
        yield f'Chosen option: "{escaped(_capital(self.title))}"{because}'
        if self.recommendation.verdict.option == NEITHER:
            yield _items(
                f"{escaped(item.title)}: {escaped(item.sketch)}" for item in self.recommendation.alternatives
            )
        yield escaped(strength_words(self.recommendation, self.rule_base))
        if self.recommendation.conflicts:
            yield "### Answers That Exclude Each Other"
            yield _items(
                f"{escaped(item.words)} ({link('AWS', item.source)})"
                for item in self.recommendation.conflicts
            )

    def picture(self) -> Iterator[str]:
        parts = flow(self.recommendation, self.rule_base)
        yield "### The Flow as Recommended"
        yield f"```mermaid\n{flowchart(parts)}\n```"
        yield f"In words: {escaped(in_words(parts))}."
        empty = placeholder(self.recommendation)
        if empty:
            yield (
                f"`{empty}` is a placeholder, because nobody said what decides: both ways do the same. "
                "Give the condition in `project.steps`."
            )

    def comparison(self) -> Iterator[str]:
        rows = [
            (
                escaped(row.title),
                *map(escaped, compared(row, self.recommendation)),
                link("AWS", row.source),
            )
            for row in self.recommendation.comparison
        ]
        if rows:
            yield "### Side by Side"
            yield "\n".join(table(("Topic", *compared_names(self.recommendation), "Source"), rows))

    def consequences(self) -> Iterator[str]:
        yield "### Consequences"
        good = [
            f"Good, because of {self._rule(item.rule)}: {escaped(item.rule.because)}"
            for item in arguments_for(self.recommendation)
        ]
        bad = [self._speaks_for_another(item) for item in arguments_against(self.recommendation)]
        warnings = [f"Warning: {escaped(text)}" for text in self.recommendation.warnings]
        yield _items([*good, *bad, *warnings]) or "Nothing that was answered speaks for or against it."

    def _speaks_for_another(self, item: Argument) -> str:
        name, because = option_name(item.speaks_for, self.rule_base), escaped(item.rule.because)
        return f"Bad, because {self._rule(item.rule)} speaks for {escaped(name)}: {because}"

    def ruled_out(self) -> Iterator[str]:
        yield "### Ruled Out"
        yield (
            _items(
                f"{options_words(item.options)}, by {self._rule(item.rule)}: "
                f"{escaped(item.rule.title)}. {escaped(item.rule.because)}"
                for item in exclusions(self.recommendation)
            )
            or "No constraint excludes anything."
        )

    def flips(self) -> Iterator[str]:
        yield "### What Would Change the Advice"
        rows = [self._flip(flip) for flip in self.recommendation.flips]
        if rows:
            yield "\n".join(table(("Change", "Today", "Recommendation then"), rows))
        else:
            yield "No single answer, and no two of the given ones, would change this advice."

    def _flip(self, flip: Flip) -> tuple[str, str, str]:
        changed = turns(flip, self.recommendation, self.rule_base)
        now = ", ".join(f"`{turn.key}: {turn.now_code}`" for turn in changed if turn.now_code)
        threshold = f" ({escaped(flip.threshold)})" if flip.threshold else ""
        then = escaped(_capital(turned_to(flip, self.rule_base)))
        return f"`{change_code(flip)}`{threshold}", now or NOT_ANSWERED, then

    def open_questions(self) -> Iterator[str]:
        yield "### Open Questions"
        asked = self.rule_base.questionnaire.by_key
        keys = self.recommendation.open_questions
        found = _items(f"`{key}`: {escaped(asked[key].ask)} {escaped(asked[key].changes)}" for key in keys)
        yield found or "None that could change this advice."

    def confirmation(self) -> Iterator[str]:
        yield "### Confirmation"
        yield (
            "Keep the answers file beside this record and run `advisor recommend` on it again when an answer "
            "or the rule base changes; a different option reopens the decision."
        )

    def pros_and_cons(self) -> Iterator[str]:
        yield "## Pros and Cons of the Options"
        for option in SCORED:
            card = self.decision.card(option)
            yield f"### {NAMES[option]}"
            rejected = [self._argued("Bad", rule, "ruled out") for rule in _own_exclusions(card)]
            good = [self._argued("Good", f.rule, score_words(True, f.points)) for f in card.findings]
            stands = _capital(standing_words(self.decision, option))
            yield _items([*rejected, *good]) or f"{stands}: no answer speaks for or against it."
        for item in self.recommendation.alternatives:
            yield f"### {escaped(item.title)} (alternative)"
            yield f"{escaped(item.sketch)} ({link('AWS', item.source)})"
            rules = self.recommendation.alternative_rules.get(item.id, ())
            yield _items(self._argued("Good", rule, "named") for rule in rules)

    def _argued(self, word: str, rule: Rule, weight: str) -> str:
        told = f"{escaped(rule.title)}. {escaped(rule.because)}"
        return f"{word}, because of {self._rule(rule)}: {told} ({weight})"

    def cost(self) -> Iterator[str]:
        cost = self.recommendation.cost
        yield "## Cost a Month"
        volume = f"{count(cost.volume)} executions a month{' (assumed)' if cost.assumed else ''}"
        yield f"For {volume} in {escaped(cost.region)}, in US dollars, with prices of {escaped(cost.as_of)}."
        totals = [
            (
                escaped(priced_name(item.option, self.recommendation)),
                money(item.usd),
                money(item.usd_without_free_tier),
                ", ".join(cost_remarks(item, self.recommendation)),
            )
            for item in priced(self.recommendation)
        ]
        heads = ("Option", "With free tier", "Without free tier", "Remarks")
        yield "\n".join(table(heads, _dollars(totals)))
        lines = [
            self._priced(item.option, line) for item in priced(self.recommendation) for line in item.lines
        ]
        if lines:
            yield "\n".join(table(("Option", "Item", "Formula", "Cost", "Price"), _dollars(lines)))
        notes = [*break_evens(self.recommendation), *cost.assumptions]
        yield _items(escaped(note) for note in notes)

    def _priced(self, option: str, line: CostLine) -> tuple[str, ...]:
        checked = "" if line.verified else ", not verified"
        price = f"{link('price', line.source)} of {escaped(line.as_of)}{checked}"
        name = escaped(priced_name(option, self.recommendation))
        return name, escaped(line.title), escaped(line.formula), money(line.usd), price

    def failures(self) -> Iterator[str]:
        stories = self.recommendation.failure_stories
        if stories:
            yield "## When the Work Keeps Failing"
        for story in stories:
            yield f"### Failing under {escaped(priced_name(story.option, self.recommendation))}"
            yield f"Attempts: {escaped(story.attempts)}"
            rows = [(moment(e.at_s), escaped(e.title), escaped(e.text)) for e in story.events]
            if rows:
                yield "\n".join(table(("After", "Event", "What happens"), rows))
            ends = (("Ends up", story.ends_up), ("Lost", story.lost), ("Alarm", story.alarm))
            yield _items(f"{label}: {escaped(text)}" for label, text in ends)

    def more(self) -> Iterator[str]:
        yield "## More Information"
        rules = " ".join(map(escaped, provenance(self.recommendation.rule_base)))
        yield f"{rules} Each rule id links to its source; `advisor rules show ID` explains the rule."


def _items(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _own_exclusions(card: Scorecard) -> Iterator[Rule]:
    """A rule against both workflow types stands under each type, not under Step Functions as well."""
    return (rule for rule in card.ruled_out_by if card.option in rule.rules_out)


def _dollars(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Two dollar signs on a line start a formula on GitHub, so each is escaped."""
    return (tuple(part.replace("$", "\\$") if part.startswith("$") else part for part in row) for row in rows)
