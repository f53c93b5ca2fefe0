"""What each way costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from corridor.brief.case import Case
from corridor.brief.document import Block, Column, Runs, Section, Table
from corridor.brief.pictures import drawn
from corridor.brief.text import say, sentence
from corridor.brief.view import View
from corridor.routes import Route
from corridor.schema import PARTS

PART_WORDS = {"gauge_break": "gauge change", "ad_valorem": "insurance, risk", "other": "other"}


def costs(view: View) -> Section | None:
    """What each way costs."""
    tables = _tables(view) if view.full and any(sale.anyhow for sale in view.main.sales) else ()
    blocks = (*tables, *drawn(view, "costs"))
    return Section("costs", ("What it costs",), blocks) if blocks else None


def _tables(view: View) -> Iterator[Block]:
    yield cost_table(view)
    yield parts_table(view)


def cost_table(view: View) -> Table:
    """From the largest mine of each commodity to its main market, by corridor."""
    case, numbers = view.main, view.numbers
    rows: list[tuple[Runs, ...]] = []
    for sale in case.sales:
        if not sale.anyhow:
            continue
        rows.append((_ends(case, sale.commodity, sale.origin, sale.market),))
        for corridor, route in _told(case, sale.lawful, sale.anyhow):
            rows.append(
                (
                    say("{who}", who=case.names.corridor(corridor)),
                    say("{way}", way=case.names.way(route.gateway, route.entry)),
                    (numbers.cost(route),),
                    (numbers.cash(route),),
                    (numbers.days(route),),
                    (numbers.netback(route),),
                    (numbers.assumed(route),),
                    _status(route),
                )
            )
    heads = ("Corridor", "Gateway, crossing", "USD/t (range)", "cash", "days", "netback", "assumed", "law")
    columns = tuple(Column((head,), numbers=head not in {"Corridor", "Gateway, crossing", "law"}) for head in heads)
    note = say(
        "From the largest mine of each commodity to its main market: the cheapest way of each corridor that may be "
        "used, and with ✗ the cheapest that may not, where there is no other or it would be cheaper. USD/t: "
        "generalised cost, with every part at its low and its high bound; cash: what is invoiced; netback: bid less "
        "cash; assumed: share of the cost that rests on assumed numbers. Dollars of {year}.",
        year=numbers.price_year,
    )
    return Table("costs", ("What each way costs",), columns, tuple(rows), note)


def _told(case: Case, lawful: Mapping[str, Route], anyhow: Mapping[str, Route]) -> Iterator[tuple[str, Route]]:
    """The lawful way of each corridor, then those that may not be used."""
    for corridor in case.corridors:
        if corridor in lawful:
            yield corridor, lawful[corridor]
        if corridor in anyhow and anyhow[corridor] is not lawful.get(corridor):
            yield corridor, anyhow[corridor]


def _ends(case: Case, commodity: str, origin: str, market: str) -> Runs:
    ends = {
        "what": case.names.commodity(commodity),
        "origin": case.names.place(origin),
        "market": case.names.place(market),
    }
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
    columns = (
        Column(("Corridor",)),
        *(Column((PART_WORDS.get(part, part.replace("_", " ")),), numbers=True) for part in used),
    )
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
    caption = (
        say("Parts of the cost: {ends}", ends=_ends(case, sale.commodity, sale.origin, sale.market)) if sale else ()
    )
    return Table(
        "parts",
        caption,
        columns,
        rows,
        say("USD/t. Time and reliability steer the choice of way and are invoiced by nobody."),
    )
