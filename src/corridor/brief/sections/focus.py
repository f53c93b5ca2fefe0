"""What would have to change for the corridor that the study asks about."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.brief.case import Case, Sale
from corridor.brief.document import Block, Column, Name, Paragraph, Runs, Section, Table
from corridor.brief.facts import Fact
from corridor.brief.names import from_id
from corridor.brief.sections.costs import PART_WORDS
from corridor.brief.text import listed, money, plural, say, sentence
from corridor.brief.view import View
from corridor.routes import Route
from corridor.schema import PARTS


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
                plan=_plan(case),
            )
        )
        return
    if not case.lawful_through_focus:
        measures = dict.fromkeys(measure for commodity in case.commodities for measure in _measures(case, commodity))
        listing = listed([(Name(measure),) for measure in measures])
        yield Paragraph(
            sentence(
                "the law: while {measures} {stand}, no change of price or cost lets {who} carry anything.",
                measures=listing,
                stand=plural(len(measures), "stands", "stand"),
                who=who,
            )
        )
    for numbers in (view.numbers, *view.numbers_of_others):
        near = numbers.case.nearest
        if near is None or numbers.case.by_corridor.get(case.focus or ""):
            continue
        if near.behind_usd_per_t == float("inf"):
            continue
        ends = {
            "what": case.names.commodity(near.route.commodity),
            "origin": case.names.place(near.route.origin),
            "market": case.names.place(near.route.market),
        }
        where = (
            ()
            if numbers is view.numbers
            else say(
                "in the scenario {name}{lifted}, ",
                name=Name(numbers.case.scenario),
                lifted=" (as if measures were lifted, not the law)" if numbers.case.lifted else "",
            )
        )
        yield Paragraph(
            sentence(
                "{where}each tonne by {who} would have to be paid {gap} USD to be as good as the best plan, at the least: {what} from {origin} to {market}.",
                where=where,
                who=who,
                gap=numbers.behind(near),
                **ends,
            )
        )


def _plan(case: Case) -> str:
    return "the best plan with the measures treated as if lifted" if case.lifted else "the best lawful plan"


def _measures(case: Case, commodity: str) -> Iterator[str]:
    """Measures on the mildest ways of a commodity by the corridor."""
    wanted = {*case.standing(commodity, case.focus or "").rules}
    use = case.outcome.study.file.assumptions.use
    for rule in case.outcome.tables["rules"]:
        if rule.id in wanted and rule.effect not in use:
            yield rule.measure


def _parts(view: View) -> Iterator[Block]:
    """How much dearer the corridor is than the cheapest, part by part."""
    case = view.main
    pairs = [(sale, *pair) for sale in case.sales if (pair := _rivals(case, sale))]
    if not pairs:
        return
    gaps = {sale.commodity: [a - b for a, b in zip(own.parts, rival.parts, strict=True)] for sale, own, rival in pairs}
    used = [i for i in range(len(PARTS)) if any(abs(gap[i]) >= 0.05 for gap in gaps.values())]  # noqa: PLR2004  # shown as 0.1
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
