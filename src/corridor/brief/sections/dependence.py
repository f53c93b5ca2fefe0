"""How much goes by one neighbour, and who receives the value."""

from __future__ import annotations

import math
from collections.abc import Iterator

from corridor.brief.document import Block, Paragraph, Runs, Section
from corridor.brief.pictures import drawn
from corridor.brief.sections.frontier import closures, price_of_dependence
from corridor.brief.sections.gains import gains
from corridor.brief.text import joined, listed, say, sentence
from corridor.brief.view import View
from corridor.wording import percent

RECEIVERS = {
    "seller": "the mines",
    "facility": "whoever owns what is scarce on the way (railways, crossings, ports)",
    "buyer": "buyers whose intake is full",
}


def dependence(view: View) -> Section | None:
    """How much goes by whom, and who receives what."""
    if not view.main.carried:
        return None
    blocks: list[Block] = []
    if view.full or not view.frontier:
        blocks.append(Paragraph(joined([run for runs in (*_shares(view), *_rents(view)) for run in runs])))
    blocks += [*price_of_dependence(view), *closures(view), *gains(view), *drawn(view, "dependence")]
    return Section("dependence", ("Dependence, and who gains",), tuple(blocks))


def _shares(view: View) -> Iterator[Runs]:
    case, numbers = view.main, view.numbers
    total = sum(case.by_corridor.values())
    told = [
        say(
            "{who} {share}",
            who=case.names.corridor(corridor),
            share=numbers.fact(
                f"share/{corridor}",
                mtpa / total,
                percent,
                "share",
                "its tonnes over all tonnes of the best lawful plan",
                numbers.of_plan,
            ),
        )
        for corridor, mtpa in case.by_corridor.items()
    ]
    yield sentence("tonnes of the plan by corridor: {told}. ", told=listed(told))


def _rents(view: View) -> Iterator[Runs]:
    """Who receives the net value, at the plan's prices."""
    numbers, rents = view.numbers, view.main.outcome.plan.solution.rents
    by_kind = {kind: math.fsum(getattr(rents, kind).tolist()) for kind in RECEIVERS}
    total = math.fsum(by_kind.values())
    if total <= 0:
        return
    told = [
        say(
            "{who} {share}",
            who=RECEIVERS[kind],
            share=numbers.fact(
                f"rent/{kind}",
                rent / total,
                percent,
                "share",
                f"rents of kind {kind} over net value, at the duals of the plan",
                numbers.of_plan,
            ),
        )
        for kind, rent in by_kind.items()
        if rent > 0
    ]
    yield sentence(
        "of the net value, {told}, where prices settle as in the plan; tariffs count as cost, not as gain.",
        told=listed(told),
    )
