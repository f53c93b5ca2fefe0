"""What is compared."""

from __future__ import annotations

from corridor.brief.document import Paragraph, Section
from corridor.brief.pictures import drawn
from corridor.brief.text import listed, plural, sentence
from corridor.brief.view import View
from corridor.schema import EFFECTS


def compared(view: View) -> Section:
    """What is compared."""
    case, numbers = view.main, view.numbers
    outcome = case.outcome
    sellers, buyers = outcome.sellers, outcome.buyers
    mines = numbers.count("mines", len({s.node for s in sellers}), "mines that ship something on the day")
    markets = numbers.count("markets", len({b.node for b in buyers}), "places where somebody bids")
    goods = numbers.count("traded", len(case.commodities), "commodities both offered and bid for")
    ways = numbers.count(
        "ways", len(outcome.routes), "ways from a mine to a market by one gateway and one last crossing"
    )
    told = sentence(
        "{mines} {m} offer {goods} {g}, and {markets} {k} bid for them. {ways} ways are compared: from each mine to "
        "each market the cheapest by every gateway{what} and every last border crossing before it.",
        what=" (a port of loading, or the crossing out for a sale over land)" if view.full else "",
        mines=mines,
        m=plural(len({s.node for s in sellers}), "mine", "mines"),
        goods=goods,
        g=plural(len(case.commodities), "commodity", "commodities"),
        markets=markets,
        k=plural(len({b.node for b in buyers}), "place", "places"),
        ways=ways,
    )
    use = listed([status for status in EFFECTS if status in outcome.study.file.assumptions.use])
    law = sentence("the plan uses ways that are {use}; all others are shown and never used.", use=use)
    return Section("compared", ("What is compared",), (Paragraph((*told, " ", *law)), *drawn(view, "compared")))
