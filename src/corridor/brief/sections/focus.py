"""What would have to change for the corridor that the study asks about."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.brief.case import Case, Sale
from corridor.brief.document import Block, Cited, Column, Name, Paragraph, Runs, Section, Table
from corridor.brief.facts import Fact
from corridor.brief.headline import the_plan
from corridor.brief.sections.costs import PART_WORDS
from corridor.brief.text import listed, plural, say, sentence
from corridor.brief.view import View
from corridor.routes import Route
from corridor.schema import PARTS
from corridor.wording import money

MOST_PARTS = 7
"""So many parts have a column of their own: those in which the ways differ most."""


def needed(view: View) -> Section | None:
    """What would have to change for it to carry anything."""
    case = view.main
    if case.focus is None or not case.ways_of_focus:
        return None
    who = case.names.corridor(case.focus)
    blocks: list[Block] = [*_law(view), *(_parts(view) if view.full else ())]
    return Section("needed", say("What would have to change for {who}", who=who), tuple(blocks))


def _law(view: View) -> Iterator[Block]:
    """Law first: no number helps where no way is lawful."""
    case = view.main
    who = case.names.corridor(case.focus or "")
    if case.by_corridor.get(case.focus or ""):
        yield Paragraph(
            sentence(
                "nothing: {who} carries {mtpa} million tonnes a year in {plan}.",
                who=who,
                mtpa=view.numbers.carried(case.focus or ""),
                plan=the_plan(case),
            )
        )
        return
    if not case.lawful_through_focus:
        measures = case.in_the_way
        rules = case.rules_in_the_way
        listing = listed(
            [
                (Name(m), *([] if view.full else dict.fromkeys(Cited(r.source) for r in rules if r.measure == m)))
                for m in measures
            ]
        )
        yield Paragraph(
            sentence(
                "the law: while {measures} {stand}, no change of price or cost lets {who} carry anything.",
                measures=listing,
                stand=plural(len(measures), "stands", "stand"),
                who=who,
            )
        )
    for seen in (view.own, *([view.as_if_lifted] if view.as_if_lifted else [])):
        if seen.nearest is None or seen.gap is None:
            continue
        where: Runs = ()
        if seen is not view.own:
            where = say("in the scenario {name} (as if measures were lifted, not the law), ", name=Name(seen.scenario))
        yield Paragraph(
            sentence(
                "{where}the nearest way by {who}, {what} from {origin} to {market}, would have to be paid {gap} USD a "
                "tonne to be as good as the best plan.",
                where=where,
                who=who,
                what=case.names.commodity(seen.nearest.commodity),
                origin=case.names.place(seen.nearest.origin),
                market=case.names.place(seen.nearest.market),
                gap=seen.gap,
            )
        )


def _parts(view: View) -> Iterator[Block]:
    """How much dearer the corridor is than the cheapest, part by part."""
    case = view.main
    pairs = [(sale, *pair) for sale in case.sales if (pair := _rivals(case, sale))]
    if not pairs:
        return
    gaps = {sale.commodity: [a - b for a, b in zip(own.parts, rival.parts, strict=True)] for sale, own, rival in pairs}
    widest = {i: max(abs(gap[i]) for gap in gaps.values()) for i in range(len(PARTS))}
    used = sorted(sorted(widest, key=lambda i: -widest[i])[:MOST_PARTS])
    used = [i for i in used if widest[i] > 0]
    rows = tuple(
        (
            sentence("{what}", what=case.names.commodity(sale.commodity)),
            say("{who}", who=case.names.corridor(rival.corridor)),
            *((_gap(view, own, rival, i),) for i in used),
            (_rest(view, own, rival, used),),
            (view.numbers.gap(own, rival),),
        )
        for sale, own, rival in pairs
    )
    heads = [PART_WORDS.get(PARTS[i], PARTS[i].replace("_", " ")) for i in used]
    columns = (
        Column(("Commodity",)),
        Column(("cheapest",)),
        *(Column((head,), numbers=True) for head in (*heads, "rest", "together")),
    )
    who = case.names.corridor(case.focus or "")
    caption = say(
        "How much dearer {who} is than the cheapest other way to the main market, whatever the law says, USD/t", who=who
    )
    note = say(
        "From the largest mine of each commodity. The parts add up to the whole; a minus is where {who} is cheaper.",
        who=who,
    )
    yield Table("gaps", caption, columns, rows, note)


def _rivals(case: Case, sale: Sale) -> tuple[Route, Route] | None:
    """The corridor's cheapest way whatever the law says, and the cheapest of the others."""
    own = sale.anyhow.get(case.focus or "")
    others = [route for corridor, route in sale.anyhow.items() if corridor != case.focus]
    if own is None or not others:
        return None
    return own, min(others, key=lambda route: route.generalised)


def _gap(view: View, own: Route, rival: Route, i: int) -> Fact:
    formula = f"the part {PARTS[i]} less that of the way by {rival.gateway} and {rival.entry or 'no crossing'}"
    return view.numbers.of_route(own, f"gap_{PARTS[i]}", own.parts[i] - rival.parts[i], money, "USD/t", formula=formula)


def _rest(view: View, own: Route, rival: Route, used: list[int]) -> Fact:
    rest = sum(a - b for i, (a, b) in enumerate(zip(own.parts, rival.parts, strict=True)) if i not in used)
    return view.numbers.of_route(
        own, "gap_rest", rest, money, "USD/t", formula="all other parts, less those of the other way"
    )
