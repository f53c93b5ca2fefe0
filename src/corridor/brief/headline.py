"""Title and key findings: what the numbers say, whichever way they fall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from corridor.brief.case import Case
from corridor.brief.document import Bullets, Name, Runs
from corridor.brief.facts import Fact
from corridor.brief.glimpse import Glimpse
from corridor.brief.numbers import Numbers
from corridor.brief.text import (
    LIKELIHOODS,
    capitalised,
    joined,
    likelihood,
    listed,
    plural,
    say,
    sentence,
)
from corridor.brief.view import View
from corridor.routes import Route
from corridor.schema import EFFECTS


def title(view: View) -> Runs:
    """The finding in one line."""
    case = view.main
    if not case.outcome.routes:
        told = [say("no way leads from any mine to any market")]
    elif not case.any_lawful:
        told = [say("no lawful way leads from any mine to any market")]
    elif not case.carried:
        told = [say("nothing pays its way to market")]
    else:
        told = [_who_carries(view), *_focus_in_title(case)]
    as_if = say("as if measures were lifted: ") if case.lifted else ()
    return capitalised(
        joined([*as_if, *(run for i, part in enumerate(told) for run in (*(["; "] if i else []), *part))])
    )


def _who_carries(view: View) -> Runs:
    """Who carries how many commodities."""
    case, names, numbers = view.main, view.main.names, view.numbers
    total = numbers.of_them("commodities", len(case.commodities), "commodities both offered and bid for")
    if not case.won:
        carriers = listed([names.corridor(corridor) for corridor in case.by_corridor])
        what = names.commodity(case.tied[0]) if len(case.commodities) == 1 else say("{n} commodities", n=total)
        return say("{who} carry equal parts of {what}", who=carriers, what=what)
    (first, own), *rest = case.won.items()
    who = names.corridor(first)
    most = "most of " if _shared(case) else ""
    if len(case.commodities) == 1:
        return say("{who} carries {most}{what}", who=who, most=most, what=names.commodity(own[0]))
    if len(own) == len(case.commodities):
        extent = "most of each of the" if most else "all"
        return say("{who} carries {extent} {n} commodities", who=who, extent=extent, n=total)
    told = [say("{who} carries {most}{k} of {n} commodities", who=who, most=most, k=_won(numbers, first), n=total)]
    told += [say("{who} {k}", who=names.corridor(corridor), k=_won(numbers, corridor)) for corridor, _ in rest]
    if case.tied:
        tied = numbers.of_them("tied", len(case.tied), "commodities of which several corridors carry the same")
        told.append(say("{k} {are} shared evenly", k=tied, are=plural(len(case.tied), "is", "are")))
    if case.idle:
        idle = numbers.of_them("idle", len(case.idle), "commodities of which the best lawful plan ships nothing")
        told.append(say("{k} {stay} unsold", k=idle, stay=plural(len(case.idle), "stays", "stay")))
    return listed(told)


def the_plan(case: Case) -> str:
    """What the best plan is called."""
    return "the best plan with the measures treated as if lifted" if case.lifted else "the best lawful plan"


def _shared(case: Case) -> bool:
    """Whether any commodity goes by several corridors."""
    return any(sum(what == commodity for _, what in case.carried) > 1 for commodity in case.commodities)


def _won(numbers: Numbers, corridor: str) -> Fact:
    formula = "commodities of which the corridor carries most in the best lawful plan"
    return numbers.of_them(f"won/{corridor}", len(numbers.case.won[corridor]), formula)


def _focus_in_title(case: Case) -> Iterator[Runs]:
    """What becomes of the corridor that the study asks about, where it wins nothing."""
    focus = case.focus
    if focus is None or focus in case.won:
        return
    who = case.names.corridor(focus)
    if case.by_corridor.get(focus):
        yield say("{who} carries a smaller part", who=who)
    elif case.lawful_through_focus:
        yield say("{who} carries nothing", who=who)
    else:
        yield say("no {lawful}way leads through {who}", lawful="lawful " if case.ways_of_focus else "", who=who)


def findings(view: View) -> Bullets:
    """Three to five key findings, the last one on how sure they are."""
    found = [_plan(view), *_law(view), *_cost(view), *_behind(view)]
    if view.best_shares:
        found.append(_confidence(view))
    return Bullets(tuple(found))


def _plan(view: View) -> Runs:
    """Who carries how much, and what it is worth."""
    case, numbers, names = view.main, view.numbers, view.main.names
    if not case.carried:
        why = "no sale covers what mine and way cost" if case.any_lawful else "no way to any market may be used"
        return sentence("as of {day} the best lawful plan ships nothing: {why}.", day=numbers.as_of, why=why)
    first, *rest = [(names.corridor(corridor), numbers.carried(corridor)) for corridor in case.by_corridor]
    carry = [say("{who} carries {mtpa} million tonnes a year", who=first[0], mtpa=first[1])]
    carry += [say("{who} {mtpa}", who=who, mtpa=mtpa) for who, mtpa in rest]
    told = sentence(
        "in {plan} {carry}. It is worth {value} million USD a year",
        plan=the_plan(case),
        carry=listed(carry),
        value=numbers.net_value,
    )
    if view.draws:
        told += say("; in nine of ten draws of the uncertain numbers {range}", range=view.net_value_range())
    return joined(
        (
            *told,
            *say(
                ". Of the dollars behind it {share} rest at least in part on assumed numbers.",
                share=numbers.plan_assumed,
            ),
        )
    )


def _law(view: View) -> Iterator[Runs]:
    """What the law says of the corridor asked about."""
    case, numbers = view.main, view.numbers
    if case.focus is None or not case.ways_of_focus:
        return
    who, ways = case.names.corridor(case.focus), case.ways_of_focus
    total = numbers.count("focus_ways", sum(ways.values()), "ways by the corridor, from any mine to any market")
    counts = [
        say(
            "{n} {are} {status}",
            n=numbers.count(f"focus_ways/{status}", ways[status], f"those that are {status}"),
            are=plural(ways[status], "is", "are"),
            status=status,
        )
        for status in EFFECTS
        if ways.get(status)
    ]
    as_if = "with the measures treated as if lifted" if case.lifted else "as the law stood"
    if len(counts) == 1:
        [status] = ways
        yield sentence(
            "all {n} ways through {who} that were compared were {status} on {day}, {as_if}.",
            n=total,
            who=who,
            status=status,
            day=numbers.as_of,
            as_if=as_if,
        )
        return
    yield sentence(
        "of {n} ways through {who} that were compared, {counts} on {day}, {as_if}.",
        n=total,
        who=who,
        counts=listed(counts),
        day=numbers.as_of,
        as_if=as_if,
    )


def _cost(view: View) -> Iterator[Runs]:
    """What the corridor asked about costs beside the cheapest, whatever the law says."""
    case, numbers = view.main, view.numbers
    sale, focus = case.flagship, case.focus
    if sale is None:
        return
    cheapest = min(sale.anyhow.values(), key=lambda route: route.generalised)
    ends = {
        "what": case.names.commodity(sale.commodity),
        "origin": case.names.place(sale.origin),
        "market": case.names.place(sale.market),
    }
    if focus is None or focus not in sale.anyhow:
        yield sentence(
            "{what} from {origin} to {market} costs {cost} USD/t by {way}.",
            **ends,
            cost=numbers.cost(cheapest),
            way=_by(case, cheapest),
        )
        return
    own = sale.anyhow[focus]
    reached = [one for one in case.sales if focus in one.anyhow]
    best = [one for one in reached if one.anyhow[focus].generalised <= min(r.generalised for r in one.anyhow.values())]
    formula = (
        "commodities whose cheapest way from the largest mine to the main market is by the corridor, lawful or not"
    )
    k = numbers.count("focus_cheapest", len(best), formula, none="none")
    n = numbers.count("focus_reached", len(reached), "commodities whose main market is reached by the corridor")
    first = sentence(
        "whatever the law says, {who} is the cheapest way to the main market for {k} of {n} {commodities}. ",
        who=case.names.corridor(focus),
        k=k,
        n=n,
        commodities=plural(len(reached), "commodity", "commodities"),
    )
    if own is cheapest:
        yield joined(
            (
                *first,
                *sentence(
                    "{what} from {origin} to {market} costs {cost} USD/t by {way}.",
                    **ends,
                    cost=numbers.cost(own),
                    way=_by(case, own),
                ),
            )
        )
        return
    yield joined(
        (
            *first,
            *sentence(
                "{what} from {origin} to {market} {costs} {own} USD/t by {way} and {cost} by {rival}.",
                **ends,
                costs="costs" if own.usable else "would cost",
                own=numbers.cost(own),
                way=_by(case, own),
                cost=numbers.cost(cheapest),
                rival=_by(case, cheapest),
            ),
        )
    )


def _by(case: Case, route: Route) -> Name:
    return case.names.place(route.gateway)


def _behind(view: View) -> Iterator[Runs]:
    """How far the corridor asked about is from carrying anything: as the law stands, and as if measures were lifted."""
    if view.main.focus is None:
        return
    who = view.main.names.corridor(view.main.focus)
    if view.own.lawful:
        yield _does(view, view.own, say("{who} ", who=who), "carries")
    if view.as_if_lifted is not None and view.as_if_lifted.lawful:
        start = say("as if the measures against it were lifted, which is not the law, {who} would ", who=who)
        yield _does(view, view.as_if_lifted, start, "carry")


def _does(view: View, seen: Glimpse, start: Runs, carry: str) -> Runs:
    """What becomes of the corridor asked about in a scenario in which some of its ways may be used."""
    names, carried = view.main.names, seen.carried.get(view.main.focus or "")
    if carried is not None:
        return sentence("{start}{carry} {mtpa} million tonnes a year.", start=start, carry=carry, mtpa=carried)
    nothing = say("{start}{carry} nothing", start=start, carry=carry)
    if seen.nearest is None or seen.gap is None:
        return sentence("{nothing}: no way through it has room.", nothing=nothing)
    return sentence(
        "{nothing}: its nearest way, {what} from {origin} to {market}, is {gap} USD/t behind the best plan.",
        nothing=nothing,
        what=names.commodity(seen.nearest.commodity),
        origin=names.place(seen.nearest.origin),
        market=names.place(seen.nearest.market),
        gap=seen.gap,
    )


def _confidence(view: View) -> Runs:
    """How sure it is which corridor is the best, by the share of draws."""
    case, names = view.main, view.main.names
    groups: dict[str, dict[str, list[float]]] = {}
    for commodity, corridor in case.winners.items():
        share = view.best_shares.get(commodity, {}).get(corridor or "")
        if corridor and share is not None:
            groups.setdefault(corridor, {}).setdefault(likelihood(share).word, []).append(share)
    told = [
        _how_sure(view, names.corridor(corridor), corridor, by_word, first=not i)
        for i, (corridor, by_word) in enumerate(groups.items())
    ]
    return sentence(
        "how sure, by the share of {n} draws: {told}.",
        n=view.draws_fact,
        told=[run for i, part in enumerate(told) for run in (*(["; "] if i else []), *part)],
    )


def _how_sure(view: View, who: Name, corridor: str, by_word: Mapping[str, Sequence[float]], *, first: bool) -> Runs:
    """How likely it is that a corridor is the best way for the commodities that the plan sends by it."""
    formula = (
        "commodities that the plan sends by the corridor, and that go there first in so large a share of the draws"
    )
    told: list[Runs] = []
    for known in LIKELIHOODS:
        if shares := by_word.get(known.word):
            n = view.numbers.count(f"sure/{corridor}/{known.word}", len(shares), formula, view.of_draws)
            what = (
                say("{n} {commodities}", n=n, commodities=plural(len(shares), "commodity", "commodities"))
                if first and not told
                else say("{n}", n=n)
            )
            verb = "" if told else say("{who} is ", who=who)
            so = say(" to be the best way" if first else " to be so") if not told else ""
            told.append(
                say(
                    "{verb}{word}{so} for {what} ({shares})",
                    verb=verb,
                    word=known.word,
                    so=so,
                    what=what,
                    shares=view.shares(f"{corridor}/{known.word}", min(shares), max(shares)),
                )
            )
    return listed(told)
