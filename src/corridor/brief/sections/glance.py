"""Who wins what, by which law, and how sure: one row a commodity."""

from __future__ import annotations

from corridor.brief.case import Case, Sale
from corridor.brief.document import Column, Runs, Section, Table
from corridor.brief.text import capitalised, likelihood, listed, say
from corridor.brief.view import View

NONE: Runs = ("–",)


def glance(view: View) -> Section | None:
    """One row a commodity: who carries it, how sure that is, and what each corridor costs."""
    case = view.main
    if not case.sales:
        return None
    corridors = [c for c in case.corridors if any(c in sale.anyhow for sale in case.sales)]
    rows = tuple(
        (
            capitalised((case.names.commodity(sale.commodity),)),
            carrier(case, sale.commodity),
            *((_how_sure(view, sale.commodity),) if view.best_shares else ()),
            *(_cost(view, sale, corridor) for corridor in corridors),
        )
        for sale in case.sales
    )
    columns = [Column(("Commodity",)), Column(("carried by",))]
    columns += [Column(("how sure",))] if view.best_shares else []
    columns += [Column(say("by {who}", who=case.names.corridor(c)), numbers=True) for c in corridors]
    note = say(
        "Costs, with their ranges, are in dollars of {year} a tonne from the commodity's largest mine to its main "
        "market, by the cheapest way of each corridor; ✗: may not be used by law. Who carries looks at all mines and "
        "markets.",
        year=view.numbers.price_year,
    )
    if view.best_shares:
        note = (*note, " How sure: how likely it is, by the share of draws, that the carrier is the best way.")
    return Section(
        "glance",
        ("At a glance",),
        (Table("glance", ("Who carries what, and what it costs",), tuple(columns), rows, note),),
    )


def carrier(case: Case, commodity: str) -> Runs:
    """By whom the best plan sends a commodity."""
    winner = case.winners.get(commodity)
    if winner:
        return (case.names.corridor(winner),)
    if commodity in case.tied:
        return listed([(case.names.corridor(c),) for c, what in case.carried if what == commodity])
    return ("nobody",)


def _how_sure(view: View, commodity: str) -> Runs:
    winner = view.main.winners.get(commodity)
    shares = view.best_shares.get(commodity, {})
    if winner not in shares:
        return NONE
    return say("{word} ({share})", word=likelihood(shares[winner]).word, share=view.best_share(commodity, winner))


def _cost(view: View, sale: Sale, corridor: str) -> Runs:
    """The lawful way of a corridor; where there is none, the cheapest of all with a mark."""
    route = sale.lawful.get(corridor) or sale.anyhow.get(corridor)
    if route is None:
        return ("no way",)
    mark = "" if route.usable else " ✗"
    return say("{cost}{mark}", cost=view.numbers.cost(route), mark=mark)
