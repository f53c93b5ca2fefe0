"""What the law says on a day, and how it changed, as documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from corridor.errors import NoAnswerError
from corridor.law_history import LawHistory
from corridor.mildest import Status
from corridor.report.document import Document, heading, known_word
from corridor.rules import said_by
from corridor.schema import Rule
from corridor.study import Outcome

NOTE = (
    "Of the law alone: whether a railway or berth was there on the day is not asked. "
    "It informs and is not legal advice."
)


def law(
    outcome: Outcome,
    day: dt.date | None = None,
    commodity: str | None = None,
    node: str | None = None,
    mined_in: str | None = None,
) -> Document:
    """Document of the rules in force on a day.

    Parameters
    ----------
    outcome
        Its tables, and the measures that it lifts.
    day
        The outcome's own if None.
    commodity
        Only rules that speak of it.
    node
        Only rules that speak of a link at it; a name that several begin with stands for all of them. With a commodity
        too, its status there follows.
    mined_in
        Country where the cargo was mined. Default: rules for cargo of any, status for that of the mines.

    Raises
    ------
    UsageError
        If a name is none of the study's.
    NoAnswerError
        If no rule holds, and no status was asked for or no way leads there.
    """
    history, day = outcome.law_history, day or outcome.as_of
    known_word(commodity, history.network.commodities, "commodity")
    known_word(mined_in, {place.country for place in history.network.nodes.values()}, "country")
    nodes = history.nodes(node) if node is not None else ()
    rules = history.in_force(day, commodity, nodes, (mined_in,) if mined_in else ())
    status = [
        _status_record(outcome, found)
        for place in nodes
        for country in ((mined_in,) if mined_in else history.origins)
        if commodity is not None
        for found in history.status(day, commodity, country, place)
    ]
    if not rules and not status:
        asked = [("for", commodity), ("at", node), ("mined in", mined_in)]
        of = " ".join(f"{word} {name}" for word, name in asked if name)
        so = "no way of the tables brings it there" if commodity and nodes else "nothing there is barred by them"
        raise NoAnswerError(f"no rule of the tables holds {of} on {day}: {so}.".replace("  ", " "))
    return {
        **heading(outcome),
        "as_of": day.isoformat(),
        "commodity": commodity,
        "node": node,
        "mined_in": mined_in,
        "note": NOTE,
        "rules": [_rule_record(outcome, rule, history, day) for rule in rules],
        **({"status": status} if commodity is not None and node is not None else {}),
    }


def timeline(
    outcome: Outcome, last: dt.date | None = None, commodity: str | None = None, node: str | None = None
) -> Document:
    """Document of what began and ended since 2006, and of the status of cargoes at berths in between.

    Parameters
    ----------
    outcome
        Its tables, and the measures that it lifts.
    last
        Where it ends; the outcome's day if None.
    commodity, node
        Only of these; a node as for :func:`law`.

    Raises
    ------
    UsageError
        If a name is none of the study's, or the end lies before 2006.
    NoAnswerError
        If no rule speaks of it.
    """
    history, last = outcome.law_history, last or outcome.as_of
    known_word(commodity, history.network.commodities, "commodity")
    nodes = history.nodes(node) if node is not None else ()
    berths = [place for place in nodes if place in history.berths] or list(nodes)
    found = history.timeline(last, berths=berths, commodities=(commodity,) if commodity else ())
    told = {rule.id for rule in history.speaking_of(history.rules, commodity, nodes)}
    if not told:
        raise NoAnswerError("no rule of the tables speaks of that: it was open on every day.")
    changes = [
        {
            "day": change.day.isoformat(),
            "event": change.event,
            "before_the_timeline": change.event == "begins" and change.rule.valid_from < found.first,
            **_naming(outcome, change.rule),
            "lifts": list(change.rule.lifts),
            "wording": change.rule.wording,
        }
        for change in found.changes
        if change.rule.id in told
    ]
    spans = [
        {"from": span.first.isoformat(), "until": span.last.isoformat(), **_status_record(outcome, span.status)}
        for span in found.spans
    ]
    ends = {"from": found.first.isoformat(), "as_of": last.isoformat()}
    return {**heading(outcome), **ends, "note": NOTE, "changes": changes, "spans": spans}


def _naming(outcome: Outcome, rule: Rule) -> Document:
    return {
        "rule": rule.id,
        "measure": rule.measure,
        "paragraph": rule.paragraph,
        "effect": rule.effect,
        "set_aside_by_scenario": rule.measure in outcome.law_history.lifted_measures,
    }


def _rule_record(outcome: Outcome, rule: Rule, history: LawHistory, day: dt.date) -> Document:
    citation = {source.id: source.citation for source in outcome.tables["sources"]}
    return {
        **_naming(outcome, rule),
        "valid_from": rule.valid_from.isoformat(),
        "valid_until": rule.valid_until.isoformat() if rule.valid_until else None,
        "matches": scope(rule),
        "condition": rule.condition,
        "wording": rule.wording,
        "lifts": list(rule.lifts),
        "lifted_by": [other.id for other in history.in_force(day) if rule.id in other.lifts],
        "note": rule.note,
        "source": citation[rule.source],
    }


def _status_record(outcome: Outcome, status: Status) -> Document:
    return {
        "commodity": status.commodity,
        "origin_country": status.origin,
        "node": status.node,
        "importer": status.importer,
        "status": status.effect,
        "usable": status.effect in outcome.study.file.assumptions.use,
        "rules": [rule.id for rule in status.rules],
        "because_of": [said_by(rule) for rule in status.rules],
    }


def scope(rule: Rule) -> str:
    """Say in words what a rule speaks of."""
    parts = [
        _words("", rule.commodities) or "all cargo",
        _words("mined in ", rule.origins),
        _words("at ", rule.nodes),
        _words("on ", rule.links),
        _words("handled by ", rule.operators),
        _words("into ", rule.importers),
        _words("by ship from ", rule.last_ports),
        _words("after passing ", rule.passed),
    ]
    return ", ".join(part for part in parts if part)


def _words(before: str, words: Sequence[str]) -> str:
    """``mined in MN or RU``; ``mined in any but KP``."""
    if not words:
        return ""
    named = [word for word in words if not word.startswith("!")]
    but = [word[1:] for word in words if word.startswith("!")]
    said = " or ".join(named) or "any"
    return before + said + (f" but {' or '.join(but)}" if but else "")
