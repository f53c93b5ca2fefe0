"""What the law says, by commodity and corridor."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.brief.case import Case
from corridor.brief.document import Block, Bullets, Cited, Column, Name, Paragraph, Runs, Section, Table
from corridor.brief.pictures import drawn
from corridor.brief.text import say, sentence
from corridor.brief.view import View
from corridor.schema import Rule
from corridor.wording import day


def law(view: View) -> Section | None:
    """What the law says."""
    blocks = [*([_table(view)] if view.full else []), *drawn(view, "law"), *(_in_the_way(view) if view.full else ())]
    return Section("law", ("What the law says",), tuple(blocks)) if blocks else None


def _table(view: View) -> Table:
    """The mildest status by commodity and corridor."""
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
    return Table("law", say("Legal status on {day}", day=view.numbers.as_of), columns, tuple(rows), note)


def _standing(case: Case, commodity: str, corridor: str) -> Runs:
    status = case.standing(commodity, corridor).status
    return (status,) if status else ("no way",)


def _in_the_way(view: View) -> Iterator[Block]:
    """What keeps cargo off the corridor asked about, with paragraphs, days and sources."""
    case, rules = view.main, view.main.rules_in_the_way
    if case.focus is None or case.lawful_through_focus or not rules:
        return
    who = case.names.corridor(case.focus)
    yield Paragraph(sentence("what stands in the way through {who}, on the mildest ways that there are:", who=who))
    yield Bullets(tuple(_rule(rule) for rule in rules))


def _rule(rule: Rule) -> Runs:
    since = Name(f", since {day(rule.valid_from)}")
    paragraph = Name(f", paragraph {rule.paragraph}") if rule.paragraph else ""
    return say(
        "{measure}{paragraph} ({effect}{since}): {wording}{cited}",
        measure=Name(rule.measure),
        paragraph=paragraph,
        effect=rule.effect,
        since=since,
        wording=Name(rule.wording),
        cited=Cited(rule.source),
    )
