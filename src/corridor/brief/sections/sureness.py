"""How sure it is which corridor is the best."""

from __future__ import annotations

from corridor.brief.document import Column, Runs, Section, Table
from corridor.brief.pictures import drawn
from corridor.brief.sections.glance import carrier
from corridor.brief.text import likelihood, say, sentence
from corridor.brief.view import View

NONE: Runs = ("–",)


def sureness(view: View) -> Section | None:
    """How sure it is."""
    if not view.best_shares or not view.full:
        return None
    case = view.main
    corridors = [c for c in case.corridors if any(c in shares for shares in view.best_shares.values())]
    rows: list[tuple[Runs, ...]] = []
    for commodity, shares in view.best_shares.items():
        winner = case.winners.get(commodity)
        cells = [
            (view.best_share(commodity, c),) if c in shares and case.may(commodity, c) else NONE for c in corridors
        ]
        word: Runs = (likelihood(shares[winner]).word,) if winner in shares else NONE
        plan = carrier(case, commodity)
        rows.append((sentence("{what}", what=case.names.commodity(commodity)), plan, word, *cells))
    columns = [Column((head,)) for head in ("Commodity", "Plan", "That it is the best way is")]
    columns += [Column((case.names.corridor(c),), numbers=True) for c in corridors]
    note = say(
        "Shares of {n} draws of all uncertain numbers at once in which the first tonne goes by the corridor and earns "
        "something; what is missing sells nothing, and – has no lawful way. Likelihoods hold within the model, for its "
        "ranges.",
        n=view.draws_fact,
    )
    table = Table(
        "sureness", ("In which share of the draws each corridor is the best way",), tuple(columns), tuple(rows), note
    )
    return Section("sureness", ("How sure it is",), (table, *drawn(view, "sureness")))
