"""Sellers and buyers on a date: what mines offer and what markets bid."""

from __future__ import annotations

from typing import NamedTuple

from corridor.schema import METAL_GROUP, NEEDED_BY_BID, NEEDED_BY_METAL, NEEDED_BY_MINE, Bid, Commodity
from corridor.tables import Tables
from corridor.values import Figure, Values


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
    """

    node: str
    commodity: str
    output_mtpa: float
    cost: float
    figures: tuple[Figure, ...]

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
    """

    bid: str
    node: str
    commodity: str
    delivery_term: str
    main_market: bool
    intake_mtpa: float
    price: float
    figures: tuple[Figure, ...]


def sellers(tables: Tables, values: Values) -> list[Seller]:
    """All offers that hold on the date of ``values``, in the order of the tables; those without output are left out."""
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
        if output.central > 0:
            cost = cash_cost.central + royalty.central * value - premium.central
            found.append(Seller(node, commodity, output.central, cost, (output, cash_cost, premium, royalty, *behind)))
    return found


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
    price = reference.central
    if metal:
        payable, treatment, refining = (figure.central for figure in metal if figure)
        price = price * payable - treatment - refining * payable
    price *= factor.central * (1 - moisture.central if moisture else 1.0)
    figures = (reference, intake, factor, differential, *(figure for figure in (*metal, moisture) if figure))
    return Buyer(
        bid=bid.id,
        node=bid.node,
        commodity=bid.commodity,
        delivery_term=bid.delivery_term,
        main_market=bid.main_market == "yes",
        intake_mtpa=intake.central,
        price=price + differential.central,
        figures=figures,
    )
