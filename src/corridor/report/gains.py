"""Who gains -> a document."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from corridor.report.document import Document, heading
from corridor.strategy.gains import Gains
from corridor.strategy.game import Objection
from corridor.strategy.incomes import Income
from corridor.study import Outcome

ABROAD = "no country of the study"
NOTHING_MUSD = 1e-4
"""A hundred dollars a year are the solver's tolerance, not a gain."""


def gains(outcome: Outcome, found: Gains) -> Document:
    """Document of who gains; all money in million USD/yr.

    ``players`` have Shapley value, core and today's income; ``coalitions`` what each makes with cost shares at their
    low, central and high; ``incomes``, ``rents`` and ``revenues`` are those of the best plan at today's tariffs;
    ``payees`` say who is paid and how much of it is resource cost.
    """
    names: dict[str | None, str] = {None: ABROAD}
    names.update(outcome.country_names.items())
    game = found.central
    return {
        **heading(outcome),
        "claim": claim(outcome, found),
        "grand_coalition_musd_per_yr": float(game.worth[-1]),
        "countries_that_do_not_play_musd_per_yr": game.outside,
        "core_is_empty": game.core.is_empty,
        "least_core_epsilon_musd_per_yr": game.core.epsilon,
        "shapley_lies_in_the_core": not game.objections,
        "surplus_at_todays_tariffs_musd_per_yr": found.surplus,
        "lost_to_tariffs_musd_per_yr": found.lost_to_tariffs,
        "players": _players(found, names),
        "coalitions": _coalitions(found, names),
        "objections": [
            {"members": _called(found, names, objection), "short_musd_per_yr": objection.short}
            for objection in game.objections
        ],
        "incomes": [_income(income, names) for income in found.incomes],
        "rents": [{**rent._asdict(), "country": names[rent.country]} for rent in found.rents],
        "revenues": [{**revenue._asdict(), "country": names[revenue.country]} for revenue in found.revenues],
        "payees": _payees(outcome, found, names),
    }


def claim(outcome: Outcome, found: Gains) -> str:
    """Say in a sentence or two who gains, whichever way it is."""
    names, game = outcome.country_names, found.central
    whole = float(game.worth[-1])
    together = _listed([names[player] for player in found.players])
    if whole <= NOTHING_MUSD:
        if game.outside <= NOTHING_MUSD:
            return "Nothing is gained: no lawful way pays, whoever joins."
        return f"Nothing is gained: {together} add nothing to what others make without them."
    order = np.argsort(-game.shapley, kind="stable")
    gaining = [i for i in order.tolist() if game.shapley[i] > NOTHING_MUSD]
    shares = _listed([f"{names[found.players[i]]} {game.shapley[i] / whole:.0%}" for i in gaining])
    what = "make together" if game.outside <= NOTHING_MUSD else "add to what others make without them"
    first = f"By Shapley's rule {shares} of the {whole:,.0f} million USD/yr that all can {what}."
    as_if = "count as lawful only as if measures were lifted, and even so"
    lawful = as_if if outcome.lifted_measures else "are lawful, but"
    idle = [_why_idle(names, found, i, lawful) for i in range(len(found.players)) if i not in gaining]
    return " ".join([first, *idle])


def _why_idle(names: Mapping[str, str], found: Gains, i: int, lawful: str) -> str:
    name = names[found.players[i]]
    if found.moves[i] == 0:
        return f"{name} adds nothing: no lawful way crosses it."
    return f"{name} adds nothing: ways across it {lawful} no coalition is better off by them."


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _players(found: Gains, names: Mapping[str | None, str]) -> list[Document]:
    low, game, high = found.games
    whole, incomes = float(game.worth[-1]), {income.country: income for income in found.incomes}
    everybody = len(game.worth) - 1
    return [
        {
            "country": names[player],
            "code": player,
            "lawful_moves": found.moves[i],
            "alone": float(game.worth[1 << i]),
            "added_to_all_others": whole - float(game.worth[everybody & ~(1 << i)]),
            "shapley": float(game.shapley[i]),
            "shapley_share": float(game.shapley[i] / whole) if whole > NOTHING_MUSD else None,
            "shapley_at_low_cost_shares": float(low.shapley[i]),
            "shapley_at_high_cost_shares": float(high.shapley[i]),
            "core_low": float(game.core.low[i]),
            "core_high": float(game.core.high[i]),
            "income_at_todays_tariffs": incomes[player].total,
        }
        for i, player in enumerate(found.players)
    ]


def _coalitions(found: Gains, names: Mapping[str | None, str]) -> list[Document]:
    low, game, high = found.games
    return [
        {
            "members": [names[player] for player in found.coalition(members)],
            "worth": float(game.worth[members]),
            "at_low_cost_shares": float(low.worth[members]),
            "at_high_cost_shares": float(high.worth[members]),
        }
        for members in range(len(game.worth))
    ]


def _called(found: Gains, names: Mapping[str | None, str], objection: Objection) -> list[str]:
    return [names[player] for player in found.coalition(objection.coalition)]


def _income(income: Income, names: Mapping[str | None, str]) -> Document:
    return {**income._asdict(), "country": names[income.country], "total": income.total}


def _payees(outcome: Outcome, found: Gains, names: Mapping[str | None, str]) -> list[Document]:
    """Each payee with each cost share that counts for it, and what it gets by the plan."""
    paid = found.payments
    flows = outcome.plan.solution.flows[paid.edges]
    rows = []
    for p, payee in enumerate(paid.receivers):
        of_payee = paid.payees == p
        for f in np.unique(paid.shares[of_payee]).tolist():
            of_both, row = of_payee & (paid.shares == f), paid.figures[f].row
            rows.append(
                {
                    "payee": payee.id,
                    "name": payee.name,
                    "country": names.get(payee.country, payee.country),
                    "partner": names.get(payee.partner, payee.partner) if payee.partner else None,
                    "state": payee.state,
                    "commodity": row.commodity,
                    "paid": float(flows[of_both] @ paid.usd_per_t[of_both]),
                    "kept": float(flows[of_both] @ paid.kept(1)[of_both]),
                    "cost_share_low": row.low,
                    "cost_share": row.central,
                    "cost_share_high": row.high,
                    "unit": row.unit,
                    "basis": row.basis,
                    "grade": row.grade,
                    "source": row.source,
                    "row": paid.figures[f].place,
                }
            )
    return rows
