"""What the law says, by commodity and corridor."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.brief.case import Case
from corridor.brief.document import Block, Bullets, Cited, Column, Name, Paragraph, Runs, Section, Table
from corridor.brief.pictures import drawn
from corridor.brief.text import say, sentence
from corridor.brief.view import View


def law(view: View) -> Section:
    """What the law says."""
    case = view.main
    reached = [c for c in case.corridors if any(route.corridor == c for route in case.outcome.routes)]
    rows = [
        (
            sentence("{what}", what=case.names.commodity(commodity)),
            *(_standing(case, commodity, corridor) for corridor in reached),
        )
        for commodity in case.commodities
    ]
    columns = (Column(("Commodity",)), *(Column((case.names.corridor(c),)) for c in reached))
    note = say("The mildest status of any way from any mine to any market. The model informs; it is not legal advice.")
    blocks: list[Block] = [
        Table("law", say("Legal status on {day}", day=view.numbers.as_of), columns, tuple(rows), note),
        *drawn(view, "law"),
    ]
    rules = list(_rules(view))
    if rules:
        blocks += [
            Paragraph(sentence("what stands in the way through {who}:", who=case.names.corridor(case.focus or ""))),
            Bullets(tuple(rules)),
        ]
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
            yield say(
                "{measure}{paragraph} ({effect}): {wording} {cited}",
                measure=Name(rule.measure),
                paragraph=paragraph,
                effect=rule.effect,
                wording=Name(rule.wording),
                cited=Cited(rule.source),
            )
