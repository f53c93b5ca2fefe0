"""Title and key findings: what the numbers say, whichever way they fall."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.brief.case import Case, Sale
from corridor.brief.document import Bullets, Run, Runs
from corridor.brief.text import LIKELIHOODS, capitalised, joined, likelihood, listed, plural, say, sentence
from corridor.brief.view import View


def title(view: View) -> Runs:
    """The finding in one line."""
    case = view.main
    if not case.any_lawful:
        return say("No lawful way leads from any mine to any market")
    if not case.carried:
        return say("Nothing pays its way to market: the best lawful plan ships nothing")
    told = [_who_carries(view), *_focus(view)]
    return capitalised(joined([run for i, part in enumerate(told) for run in (*(["; "] if i else []), *part)]))


def _who_carries(view: View) -> Runs:
    """Who carries how many commodities."""
    case, names, total = view.main, view.main.names, len(view.main.commodities)
    all_of = view.numbers.count("commodities", total, "commodities both offered and bid for", view.numbers.of_plan)
    (first, own), *rest = case.won.items()
    who = names.corridor(first)
    if total == 1:
        return say("{who} carries all {what} that is shipped", who=who, what=names.commodity(own[0]))
    if len(own) == total:
        return say("{who} carries most of all {n} commodities", who=who, n=all_of) if _shared(case) else say(
            "{who} carries all {n} commodities", who=who, n=all_of
        )
    most = "most of " if _shared(case) else ""
    told = [say("{who} carries {most}{k} of {n} commodities", who=who, most=most, k=_won(view, first), n=all_of)]
    told += [say("{who} {k}", who=names.corridor(corridor), k=_won(view, corridor)) for corridor, _ in rest]
    if case.idle:
        idle = view.numbers.count("idle", len(case.idle), "commodities of which nothing is shipped", view.numbers.of_plan)
        told.append(say("{k} {stay} unsold", k=idle, stay=plural(len(case.idle), "stays", "stay")))
    return listed(told)


def _shared(case: Case) -> bool:
    """Whether any commodity goes by several corridors."""
    return any(sum(what == commodity for _, what in case.carried) > 1 for commodity in case.commodities)


def _won(view: View, corridor: str) -> Run:
    number = len(view.main.won[corridor])
    return view.numbers.count(f"won/{corridor}", number, "commodities of which it carries most", view.numbers.of_plan)


def _focus(view: View) -> Iterator[Runs]:
    """What becomes of the corridor that the study asks about, where it wins nothing."""
    case, focus = view.main, view.main.focus
    if focus is None or focus in case.won:
        return
    who = case.names.corridor(focus)
    if case.nearest is None:
        if case.ways_of_focus:
            yield say("no lawful way leads through {who}", who=who)
        else:
            yield say("no way leads through {who}", who=who)
    elif case.by_corridor.get(focus):
        yield say("{who} carries most of none", who=who)
    else:
        yield say("{who} carries nothing", who=who)


def findings(view: View) -> Bullets:
    """Three to five key findings, the last one on how sure they are."""
    found = [*_plan(view), *_law(view), *_cost(view), *_counterfactual(view), *_confidence(view)]
    return Bullets(tuple(found))


def _plan(view: View) -> Iterator[Runs]:
    """Who carries how much, and what it is worth."""
    case, numbers, names = view.main, view.numbers, view.main.names
    if not case.carried:
        yield sentence(
            "As of {day} the best lawful plan ships nothing: {why}.",
            day=numbers.as_of,
            why="no sale covers what mine and way cost" if case.any_lawful else "every way to every market is closed",
        )
        return
    carriers = listed(
        [say("{who} {mtpa}", who=names.corridor(corridor), mtpa=numbers.carried(corridor)) for corridor in case.by_corridor]
    )
    told = sentence(
        "In the best lawful plan as of {day}, {carriers} million tonnes a year, worth {value} million USD a year",
        day=numbers.as_of,
        carriers=say("{who} carry", who=carriers) if False else carriers,
        value=numbers.net_value,
    )
    yield told


def _law(view: View) -> Iterator[Runs]:
    return iter(())


def _cost(view: View) -> Iterator[Runs]:
    return iter(())


def _counterfactual(view: View) -> Iterator[Runs]:
    return iter(())


def _confidence(view: View) -> Iterator[Runs]:
    return iter(())
