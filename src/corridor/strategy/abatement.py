"""What it costs to emit less: net value against emissions, while as much of each commodity is shipped."""

from __future__ import annotations

import numpy as np

from corridor.errors import NoAnswerError
from corridor.plan import NEGLIGIBLE_MTPA, Plan
from corridor.strategy.cap import Cap, Measure
from corridor.strategy.frontier import Frontier, under
from corridor.study import Outcome
from corridor.units import KG_PER_T

EMISSIONS = "emissions"


def abatement(outcome: Outcome, without: str | None = None) -> Frontier:
    """Find the best net value under every cap on emissions, from those of the scenario's plan down to the least.

    Parameters
    ----------
    outcome
        The scenario: only what is lawful in it is used.
    without
        A corridor or country; the frontier without it is found too.

    Returns
    -------
    Frontier
        Caps are shares of what the scenario's plan emits, ``cap.whole`` in Mt CO2e/yr.

    Raises
    ------
    NoAnswerError
        If nothing is known of emissions, or the plan emits nothing.

    Notes
    -----
    The tonnes of each commodity are held: else shipping less, or less of what is far, would meet every cap. Which mine
    ships, by which way and to whom, is free. What is emitted behind the place of sale is not counted, so that a sale
    nearer by counts as a cut. The slope is the price of carbon at which the plan would change by itself.
    """
    if not outcome.cost_model.emissions.known:
        raise NoAnswerError("the study has no emissions.csv: what is emitted is not known.")
    plan = outcome.plan
    emitted = _emitted(outcome, plan)
    whole = emitted.of(plan.solution)
    if whole <= NEGLIGIBLE_MTPA:
        raise NoAnswerError(f"the plan of {outcome.scenario} emits nothing: there is nothing to cut.")
    held = [(shipped, shipped.of(plan.solution)) for shipped in _shipped(plan)]
    cap = Cap((emitted,), whole, "t CO2e", tuple((one, amount) for one, amount in held if amount > NEGLIGIBLE_MTPA))
    return under(outcome, cap, (EMISSIONS, "all", "t CO2e"), without)


def usd_per_t(found: Frontier) -> list[float]:
    """Price of a tonne of CO2e less between a point and the next, USD/t."""
    prices: list[float] = found.unit_prices.tolist()
    return prices


def _emitted(outcome: Outcome, plan: Plan) -> Measure:
    per_column = np.zeros(sum(plan.problem.count(kind) for kind in ("edge", "bid", "offer")))
    for column, (e, commodity) in enumerate(zip(plan.edge_of, plan.commodity_of, strict=False)):
        per_column[column] = outcome.emissions[commodity][e, 1] / KG_PER_T
    return Measure("CO2e", per_column)


def _shipped(plan: Plan) -> list[Measure]:
    """What mines ship of each commodity."""
    first = plan.problem.count("edge") + plan.problem.count("bid")
    measures = []
    for commodity in dict.fromkeys(seller.commodity for seller in plan.sellers):
        per_column = np.zeros(first + plan.problem.count("offer"))
        per_column[first:] = [seller.commodity == commodity for seller in plan.sellers]
        measures.append(Measure(f"{commodity} shipped", per_column))
    return measures
