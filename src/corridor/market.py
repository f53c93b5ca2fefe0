"""Sellers and buyers on a date: what mines offer and what markets bid."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.schema import METAL_GROUP, NEEDED_BY_BID, NEEDED_BY_METAL, NEEDED_BY_MINE, Bid, Commodity
from corridor.tables import Tables
from corridor.values import BOUNDS, Figure, Floats, Level, Values


class Draws(NamedTuple):
    """What is dealt in each draw of the numbers: the most, Mt/yr, and the cost or price, USD/t."""

    most: Floats
    price: Floats


class Seller(NamedTuple):
    """What a mine offers.

    Attributes
    ----------
    node, commodity
        Mine and product.
    output_mtpa
        Most that it can ship, Mt/yr.
    cost
        Cash cost and royalty less the premium for its grade, USD/t.
    figures
        The rows behind it.
    draws
        Output and cost in each draw, where values are drawn.
    royalty
        What of the cost goes to the state of the mine, USD/t.
    """

    node: str
    commodity: str
    output_mtpa: float
    cost: float
    figures: tuple[Figure, ...]
    draws: Draws | None = None
    royalty: float = 0.0

    @property
    def id(self) -> str:
        """Name of the offer."""
        return f"{self.commodity}_{self.node}"


class Buyer(NamedTuple):
    """What a market bids.

    Attributes
    ----------
    bid, node, commodity, delivery_term, main_market
        As in ``bids.csv``.
    intake_mtpa
        Most that it takes, Mt/yr.
    price
        USD per wet tonne, net of value-added tax, for the standard grade.
    figures
        The rows behind it.
    draws
        Intake and price in each draw, where values are drawn.
    """

    bid: str
    node: str
    commodity: str
    delivery_term: str
    main_market: bool
    intake_mtpa: float
    price: float
    figures: tuple[Figure, ...]
    draws: Draws | None = None


def sellers(tables: Tables, values: Values, *, idle: bool = False) -> list[Seller]:
    """All offers that hold on the date of ``values``, in the order of the tables.

    Parameters
    ----------
    tables, values
        Mines, and the numbers of the date.
    idle
        Whether mines whose central output is 0 are listed too.
    """
    commodities = {commodity.id: commodity for commodity in tables["commodities"]}
    offers = dict.fromkeys((row.subject, row.commodity) for row in tables["mines"] if row.commodity)
    found = []
    for node, commodity in offers:
        figures = {name: values.need(name, node, commodity=commodity) for name in NEEDED_BY_MINE}
        royalty = values.need("royalty", commodity)
        value, behind = values.value_at_loading(commodities[commodity])
        if royalty is None or any(figure is None for figure in figures.values()):
            continue
        output, cash_cost, premium = (figure for figure in figures.values() if figure)
        if output.central > 0 or idle:
            due = royalty.level * value
            cost = cash_cost.level + due - premium.level
            figures_behind = (output, cash_cost, premium, royalty, *behind)
            draws = _draws(output.level, cost)
            found.append(Seller(node, commodity, output.central, _central(cost), figures_behind, draws, _central(due)))
    return found


def _central(level: Level) -> float:
    return float(np.asarray(level).flat[0])  # the first columns of draws are at the centre


def _draws(most: Level, price: Level) -> Draws | None:
    if isinstance(most, np.ndarray) and isinstance(price, np.ndarray):
        return Draws(most[BOUNDS:], price[BOUNDS:])
    return None


def buyers(tables: Tables, values: Values) -> list[Buyer]:
    """All bids, priced on the date of ``values``."""
    commodities = {commodity.id: commodity for commodity in tables["commodities"]}
    found = [_buyer(bid, commodities[bid.commodity], values) for bid in tables["bids"]]
    return [buyer for buyer in found if buyer]


def _buyer(bid: Bid, commodity: Commodity, values: Values) -> Buyer | None:
    """Price a bid: ``((reference*payable - TC - RC*payable)*factor)*(1 - moisture) + differential``."""
    reference = values.need("price", bid.price_reference)
    intake, factor, differential = (values.need(name, bid.id, commodity=bid.commodity) for name in NEEDED_BY_BID)
    metal = [values.need(name, commodity.id) for name in NEEDED_BY_METAL] if commodity.group == METAL_GROUP else []
    moisture = values.need("moisture", commodity.id) if commodity.price_basis == "dry" else None
    if reference is None or intake is None or factor is None or differential is None or None in metal:
        return None
    if commodity.price_basis == "dry" and moisture is None:
        return None
    price = reference.level
    if metal:
        payable, treatment, refining = (figure.level for figure in metal if figure)
        price = price * payable - treatment - refining * payable
    price = price * (factor.level * (1 - moisture.level if moisture else 1.0)) + differential.level
    figures = (reference, intake, factor, differential, *(figure for figure in (*metal, moisture) if figure))
    return Buyer(
        bid=bid.id,
        node=bid.node,
        commodity=bid.commodity,
        delivery_term=bid.delivery_term,
        main_market=bid.main_market == "yes",
        intake_mtpa=intake.central,
        price=_central(price),
        figures=figures,
        draws=_draws(intake.level, price),
    )
