"""Sections of a brief, in their order: what is compared, what it costs, what the law says, how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from corridor.brief.case import Case
from corridor.brief.document import Block, Bullets, Cited, Column, Name, Paragraph, Runs, Section, Table
from corridor.brief.headline import the_plan
from corridor.brief.text import likelihood, listed, plural, say, sentence
from corridor.brief.view import View
from corridor.routes import Route
from corridor.schema import EFFECTS, PARTS

NONE: Runs = ("–",)
PART_WORDS = {"gauge_break": "gauge change", "ad_valorem": "insurance, risk", "other": "other"}


def compared(view: View) -> Section:
    """What is compared."""
    case, numbers = view.main, view.numbers
    outcome = case.outcome
    sellers, buyers = outcome.sellers, outcome.buyers
    mines = numbers.count("mines", len({s.node for s in sellers}), "mines that ship something on the day")
    markets = numbers.count("markets", len({b.node for b in buyers}), "places where somebody bids")
    goods = numbers.count("traded", len(case.commodities), "commodities both offered and bid for")
    ways = numbers.count("ways", len(outcome.routes), "ways from a mine to a market by one gateway and one last crossing")
    told = sentence(
        "{mines} {m} offer {goods} {g}, and {markets} {k} bid for them. {ways} ways are compared: from each mine to each "
        "market the cheapest by every gateway (a port of loading, or the crossing out for a sale over land) and every "
        "last border crossing before it.",
        mines=mines, m=plural(len({s.node for s in sellers}), "mine", "mines"),
        goods=goods, g=plural(len(case.commodities), "commodity", "commodities"),
        markets=markets, k=plural(len({b.node for b in buyers}), "place", "places"), ways=ways,
    )
    use = listed([status for status in EFFECTS if status in outcome.study.file.assumptions.use])
    law = sentence("the plan uses ways that are {use}; all others are shown and never used.", use=use)
    return Section("compared", ("What is compared",), (Paragraph(told + (" ",) + law),))


def costs(view: View) -> Section:
    """What each way costs."""
    return Section("costs", ("What it costs",), (cost_table(view), *([parts_table(view)] if view.full else [])))


def cost_table(view: View) -> Table:
    """From the largest mine of each commodity to its main market, by corridor."""
    case, numbers = view.main, view.numbers
    rows: list[tuple[Runs, ...]] = []
    for sale in case.sales:
        if not sale.anyhow:
            continue
        rows.append((_ends(case, sale.commodity, sale.origin, sale.market),))
        for corridor, route in _told(case, sale.lawful, sale.anyhow):
            rows.append((
                say("{who}", who=case.names.corridor(corridor)),
                say("{way}", way=case.names.way(route.gateway, route.entry)),
                (numbers.cost(route),), (numbers.cash(route),), (numbers.days(route),), (numbers.netback(route),),
                (numbers.assumed(route),), _status(route),
            ))
    heads = ("Corridor", "Gateway, crossing", "USD/t (range)", "cash", "days", "netback", "assumed", "law")
    columns = tuple(Column((head,), numbers=head not in {"Corridor", "Gateway, crossing", "law"}) for head in heads)
    note = say(
        "From the largest mine of each commodity to its main market: the cheapest way of each corridor that may be used, "
        "and with ✗ the cheapest that may not, where there is no other or it would be cheaper. USD/t: generalised cost, "
        "with every part at its low and its high bound; cash: what is invoiced; netback: bid less cash; assumed: share of "
        "the cost that rests on assumed numbers. Dollars of {year}.", year=numbers.price_year,
    )
    return Table("costs", ("What each way costs",), columns, tuple(rows), note)


def _told(case: Case, lawful: dict[str, Route], anyhow: dict[str, Route]) -> Iterator[tuple[str, Route]]:
    """The lawful way of each corridor, then those that may not be used."""
    for corridor in case.corridors:
        if corridor in lawful:
            yield corridor, lawful[corridor]
        if corridor in anyhow and anyhow[corridor] is not lawful.get(corridor):
            yield corridor, anyhow[corridor]


def _ends(case: Case, commodity: str, origin: str, market: str) -> Runs:
    ends = {"what": case.names.commodity(commodity), "origin": case.names.place(origin), "market": case.names.place(market)}
    return sentence("{what}: {origin} to {market}", **ends)


def _status(route: Route) -> Runs:
    return (route.law_status if route.usable else f"✗\N{NO-BREAK SPACE}{route.law_status}",)


def parts_table(view: View) -> Table:
    """The parts of the cost of the largest mine's ways."""
    case, numbers = view.main, view.numbers
    shown = [
        (corridor, route)
        for sale in case.sales
        if sale == case.flagship
        for corridor, route in _told(case, sale.lawful, sale.anyhow)
    ]
    used = [part for i, part in enumerate(PARTS) if any(route.parts[i] for _, route in shown)]
    columns = (Column(("Corridor",)), *(Column((PART_WORDS.get(part, part.replace("_", " ")),), numbers=True) for part in used))
    columns += (Column(("total",), numbers=True), Column(("km",), numbers=True))
    rows = tuple(
        (
            say("{who}{mark}", who=case.names.corridor(corridor), mark="" if route.usable else " ✗"),
            *((numbers.part(route, part),) for part in used),
            (numbers.cost(route, ranged=False),),
            (numbers.kilometres(route),),
        )
        for corridor, route in shown
    )
    sale = case.flagship
    caption = say("Parts of the cost: {ends}", ends=_ends(case, sale.commodity, sale.origin, sale.market)) if sale else ()
    return Table("parts", caption, columns, rows, say("USD/t. Time and reliability steer the choice of way and are invoiced by nobody."))


def sureness(view: View) -> Section:
    """How sure it is."""
    case, numbers = view.main, view.numbers
    corridors = [c for c in case.corridors if any(c in shares for shares in view.best_shares.values())]
    rows: list[tuple[Runs, ...]] = []
    for commodity, shares in view.best_shares.items():
        winner = case.winners.get(commodity)
        cells = [
            (view.best_share(commodity, c),) if c in shares and _may(case, commodity, c) else NONE for c in corridors
        ]
        word: Runs = (likelihood(shares[winner]).word,) if winner in shares else NONE
        plan: Runs = (case.names.corridor(winner),) if winner else ("nothing shipped" if commodity in case.idle else "shared evenly",)
        rows.append((sentence("{what}", what=case.names.commodity(commodity)), plan, word, *cells))
    columns = (Column(("Commodity",)), Column(("Plan",)), Column(("That it is the best way is",)))
    columns += tuple(Column((case.names.corridor(c),), numbers=True) for c in corridors)
    note = say(
        "Shares of {n} draws of all uncertain numbers at once in which the first tonne goes by the corridor and earns "
        "something; what is missing sells nothing, and – has no lawful way. Likelihoods hold within the model, for its ranges.", n=view.draws_fact,
    )
    return Section("sureness", ("How sure it is",), (Table("sureness", ("In which share of the draws each corridor is the best way",), columns, tuple(rows), note),))


def _may(case: Case, commodity: str, corridor: str) -> bool:
    """Whether any way of a commodity by a corridor may be used."""
    return case.standing(commodity, corridor).status in case.outcome.study.file.assumptions.use


def law(view: View) -> Section:
    """What the law says."""
    case = view.main
    reached = [c for c in case.corridors if any(route.corridor == c for route in case.outcome.routes)]
    rows = [
        (sentence("{what}", what=case.names.commodity(commodity)), *(_standing(case, commodity, corridor) for corridor in reached))
        for commodity in case.commodities
    ]
    columns = (Column(("Commodity",)), *(Column((case.names.corridor(c),)) for c in reached))
    note = say("The mildest status of any way from any mine to any market. The model informs; it is not legal advice.")
    blocks: list[Block] = [Table("law", say("Legal status on {day}", day=view.numbers.as_of), columns, tuple(rows), note)]
    rules = list(_rules(view))
    if rules:
        blocks += [Paragraph(sentence("what stands in the way through {who}:", who=case.names.corridor(case.focus or ""))), Bullets(tuple(rules))]
    return Section("law", ("What the law says",), tuple(blocks))


def _standing(case: Case, commodity: str, corridor: str) -> Runs:
    status = case.standing(commodity, corridor).status
    return (status,) if status else ("no way",)


def _rules(view: View) -> Iterator[Runs]:
    """The rules in the way of the corridor asked about, each once."""
    case = view.main
    if case.focus is None or case.lawful_through_focus:
        return
    wanted = dict.fromkeys(rule for c in case.commodities for rule in case.standing(c, case.focus or "").rules)
    for rule in case.outcome.tables["rules"]:
        if rule.id in wanted and rule.effect != "open":
            paragraph = Name(f", {rule.paragraph}") if rule.paragraph else ""
            yield say("{measure}{paragraph} ({effect}): {wording} {cited}", measure=Name(rule.measure), paragraph=paragraph, effect=rule.effect, wording=Name(rule.wording), cited=Cited(rule.source))


def limits(view: View) -> Section:
    """What the model leaves out."""
    left_out = (
        "Flows and prices are those of a year: seasons, queues of a day and storage are not modelled.",
        "Tariffs are taken as given. Carriers and states do not answer each other's moves.",
        "Each mine sells where it earns most; contracts and ownership that tie a mine to a buyer are not known.",
        "Ranges are those of the tables. What nobody has written down has no range here.",
        "Money of planned lines is recovered from the cargo that they are built for; public money is not counted.",
        "Borders on maps imply no opinion on the status of any territory. The law is read as of the day and informs; it is not legal advice.",
    )
    return Section("limits", ("Assumptions and limits",), (Bullets(tuple((text,) for text in left_out)),))


SECTIONS: tuple[Callable[[View], Section], ...] = (compared, costs, sureness, law, limits)
"""In their order."""
