"""What a legal rule speaks of, and rules that cannot be meant as they stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from corridor.errors import Fault
from corridor.schema import EFFECTS, Commodity, Link, Node, Rule


class Passage(NamedTuple):
    """A link in one direction, as rules see it."""

    link: Link
    tail: Node
    head: Node


def fits(words: tuple[str, ...], found: Collection[str]) -> bool:
    """Blank fits all; ``!x`` fits what is not x; else one of the words must be found."""
    if not words:
        return True
    asked = False
    hit = False
    for word in words:
        if word.startswith("!"):
            if word[1:] in found:
                return False
        else:
            asked = True
            hit = hit or word in found
    return hit or not asked


def speaks_of_commodity(rule: Rule, commodity: Commodity) -> bool:
    """Tell whether a rule speaks of a commodity, wherever it was mined."""
    return not rule.commodities or fits(rule.commodities, _words_of(commodity))


def speaks_of_origin(rule: Rule, country: str) -> bool:
    """Tell whether a rule speaks of cargo that was mined in a country."""
    return fits(rule.origins, (country,))


def speaks_of_history(rule: Rule, passed: Collection[str]) -> bool:
    """Tell whether a rule speaks of cargo that was in these countries before."""
    return fits(rule.passed, passed)


def asked_of_history(rule: Rule) -> set[str]:
    """Countries of which a rule asks whether cargo was there."""
    return {word.removeprefix("!") for word in rule.passed}


def _words_of(commodity: Commodity) -> set[str]:
    digits = commodity.hs_code
    return {commodity.id, commodity.group, *(f"hs{digits[:n]}" for n in range(2, len(digits) + 1))}


def speaks_of_passage(rule: Rule, passage: Passage) -> bool:
    """Tell whether a rule speaks of a link in one direction."""
    link, tail, head = passage
    if rule.last_ports and (link.kind != "sea" or not fits(rule.last_ports, (tail.country,))):
        return False
    return (  # blank columns are the rule, so that asking first is several times quicker
        (not rule.nodes or fits(rule.nodes, (tail.id, head.id)))
        and (not rule.importers or fits(rule.importers, (head.country,)))
        and (not rule.operators or fits(rule.operators, (link.operator,)))
        and (not rule.links or fits(rule.links, (link.id,)))
    )


def passages(links: Iterable[Link], nodes: Iterable[Node]) -> list[Passage]:
    """All links of the tables, on any day, in each direction; those without known ends are left out."""
    by_id = {node.id: node for node in nodes}
    found = []
    for link in links:
        if link.from_node in by_id and link.to_node in by_id:
            one, other = by_id[link.from_node], by_id[link.to_node]
            found += [Passage(link, one, other), *([Passage(link, other, one)] if link.direction == "both" else [])]
    return found


def faults(rules: Sequence[Rule], ways: Sequence[Passage]) -> Iterator[Fault]:
    """Rules that would do nothing, or that undo each other: slips of the pen that would leave a bar out."""
    by_id = {rule.id: rule for rule in rules}
    for rule in rules:
        for word in rule.commodities:
            digits = word.removeprefix("!").removeprefix("hs")
            if digits.isdigit() and (len(digits) % 2 or not 2 <= len(digits) <= 10):  # noqa: PLR2004  # digits of HS
                message = f'"{word}": codes of the Harmonised System have 2, 4, 6, 8 or 10 digits.'
                yield Fault("rules.csv", rule.number, "commodities", message)
        if not any(speaks_of_passage(rule, way) for way in ways):
            message = (
                f'"{rule.id}" matches no link of this study on any day: it would never hold. Mend a matching column.'
            )
            yield Fault("rules.csv", rule.number, None, message)
        for other in (by_id[word] for word in rule.lifts if word in by_id):
            if other is rule:
                yield Fault("rules.csv", rule.number, "lifts", f'"{rule.id}" lifts itself. Remove it here.')
            elif rule.id in other.lifts:
                message = f'"{rule.id}" and "{other.id}" lift each other, so that neither would hold. Keep one.'
                yield Fault("rules.csv", rule.number, "lifts", message)
            elif _common_day(rule, other) is None:
                message = (
                    f'"{rule.id}" lifts "{other.id}", but the two never hold on the same day. Mend a date or name.'
                )
                yield Fault("rules.csv", rule.number, "lifts", message)


def contradictions(
    rules: Sequence[Rule], ways: Sequence[Passage], commodities: Sequence[Commodity], origins: Collection[str]
) -> list[str]:
    """Name pairs of rules of one measure that say different things of the same cargo on the same link and day.

    One of them is no stricter than ``conditional``, does not lift the other, and names the cargo no less closely: an
    exception that forgot to lift, most likely. Rules of different measures add up and contradict nothing.

    Returns
    -------
    list of str
        A remark a pair. The stricter of the two holds.
    """
    return [
        f"rules.csv:{one.number} and rules.csv:{other.number} contradict each other from {day}: "
        f"{said_by(one)} has {one.effect}, {said_by(other)} has {other.effect} for the same cargo. The stricter holds;"
        " if the milder is an exception, let it lift the other."
        for one, other in combinations(rules, 2)
        if _at_odds(one, other)
        and (day := _common_day(one, other))
        and any(speaks_of_commodity(one, cargo) and speaks_of_commodity(other, cargo) for cargo in commodities)
        and any(speaks_of_origin(one, country) and speaks_of_origin(other, country) for country in origins)
        and any(speaks_of_passage(one, way) and speaks_of_passage(other, way) for way in ways)
    ]


def _at_odds(one: Rule, other: Rule) -> bool:
    """Whether two rules of a measure differ, and the milder is neither a mere general rule nor lifts the stricter."""
    milder, stricter = sorted((one, other), key=lambda rule: EFFECTS.index(rule.effect))
    return (
        one.measure == other.measure
        and one.effect != other.effect
        and milder.effect in ("open", "conditional")
        and stricter.id not in milder.lifts
        and milder.id not in stricter.lifts
        and bool(milder.commodities or not stricter.commodities)
    )


def _common_day(one: Rule, other: Rule) -> dt.date | None:
    """The first day on which both hold."""
    first = max(one.valid_from, other.valid_from)
    last = min(one.valid_until or dt.date.max, other.valid_until or dt.date.max)
    return first if first <= last else None


def absent_goods(rules: Sequence[Rule], commodities: Sequence[Commodity]) -> list[str]:
    """Name rules on goods that the study does not ship: right, if it is so meant; they bar nothing here."""
    known = set[str]().union(*(_words_of(commodity) for commodity in commodities))
    return [
        f"rules.csv:{rule.number}: {said_by(rule)} speaks of {' '.join(rule.commodities)}, "
        "which no commodity of this study is"
        for rule in rules
        if rule.commodities and not any(word.startswith("!") or word in known for word in rule.commodities)
    ]


def said_by(rule: Rule) -> str:
    """Measure and paragraph of a rule."""
    return f"{rule.measure}, {rule.paragraph}" if rule.paragraph else rule.measure
