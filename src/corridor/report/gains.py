"""Who gains -> a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from corridor.report.document import Document, heading
from corridor.strategy.gains import Gains
from corridor.strategy.incomes import Income
from corridor.study import Outcome

ABROAD = "no country of the study"
NOTHING_MUSD = 1e-4
"""A hundred dollars a year are the solver's tolerance, not a gain."""


def gains(outcome: Outcome, found: Gains) -> Document:
    """Document of who gains; all money in million USD/yr.

    ``players`` have Shapley value, core and income at tariffs; ``coalitions`` what each makes with cost shares at their
    low, central and high (members by their codes); ``incomes``, ``rents`` and ``revenues`` are of the best plan at the
    tariffs charged; ``payees`` say who is paid and how much of it is resource cost.
    """
    names: dict[str | None, str] = {country: country or ABROAD for country in found.payments.countries}
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
        "surplus_at_tariffs_musd_per_yr": found.surplus,
        "lost_to_tariffs_musd_per_yr": found.lost_to_tariffs,
        "players": _players(found, names),
        "coalitions": _coalitions(found),
        "objections": [
            {"members": [*found.coalition(objection.coalition)], "short_musd_per_yr": objection.short}
            for objection in game.objections
        ],
        "incomes": [_income(income, names) for income in found.incomes],
        "rents": [{**rent._asdict(), "country": names[rent.country]} for rent in found.rents],
        "revenues": [
            {"country": names[of.country], "commodity": of.commodity, **_money(of._asdict())} for of in found.revenues
        ],
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
    shares = _listed([f"{names[found.players[i]]} {game.shapley[i] / whole:.1%}" for i in gaining])
    what = "make together" if game.outside <= NOTHING_MUSD else "add to what others make without them"
    first = f"By Shapley's rule {shares} of the {whole:,.0f} million USD/yr that all can {what}."
    idle = [_why_idle(names, found, i) for i in range(len(found.players)) if i not in gaining]
    return " ".join([first, *idle])


def _why_idle(names: Mapping[str, str], found: Gains, i: int) -> str:
    nothing = f"{names[found.players[i]]} adds nothing"
    if found.moves[i] == 0:
        return f"{nothing}: no lawful way crosses it."
    if found.moves_by_law[i] == 0:
        return f"{nothing}: no lawful way crosses it, and as if measures were lifted no coalition gains by one."
    return f"{nothing}: ways across it are lawful, but no coalition gains by them."


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
            "moves": found.moves[i],
            "moves_as_the_law_stands": found.moves_by_law[i],
            "alone_musd_per_yr": float(game.worth[1 << i]),
            "added_to_all_others_musd_per_yr": whole - float(game.worth[everybody & ~(1 << i)]),
            "shapley_musd_per_yr": float(game.shapley[i]),
            "shapley_share": float(game.shapley[i] / whole) if whole > NOTHING_MUSD else None,
            "shapley_at_low_cost_shares_musd_per_yr": float(low.shapley[i]),
            "shapley_at_high_cost_shares_musd_per_yr": float(high.shapley[i]),
            "core_low_musd_per_yr": float(game.core.low[i]),
            "core_high_musd_per_yr": float(game.core.high[i]),
            "income_at_tariffs_musd_per_yr": incomes[player].total,
        }
        for i, player in enumerate(found.players)
    ]


def _coalitions(found: Gains) -> list[Document]:
    low, game, high = found.games
    return [
        {
            "members": [*found.coalition(members)],
            "worth_musd_per_yr": float(game.worth[members]),
            "at_low_cost_shares_musd_per_yr": float(low.worth[members]),
            "at_high_cost_shares_musd_per_yr": float(high.worth[members]),
        }
        for members in range(len(game.worth))
    ]


def _income(income: Income, names: Mapping[str | None, str]) -> Document:
    return {"country": names[income.country], **_money({**income._asdict(), "total": income.total})}


def _money(amounts: Mapping[str, Any]) -> Document:
    """Amounts among other fields, with their unit in their names."""
    return {f"{name}_musd_per_yr": amount for name, amount in amounts.items() if isinstance(amount, float)}


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
                    "country": names[payee.country],
                    "partner": names[payee.partner] if payee.partner else None,
                    "state": payee.state,
                    "commodity": row.commodity,
                    "paid_musd_per_yr": float(flows[of_both] @ paid.usd_per_t[of_both]),
                    "kept_musd_per_yr": float(flows[of_both] @ paid.kept(1)[of_both]),
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
