"""Netback against price: at which price a route stops paying, and at which price another one pays better.

Along one reference price, all others held, everything that decides about a route with given links is a straight line:
the bid, the parts of cost that follow the value at loading, the royalty. So break-even prices have a closed form.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import numpy as np

from corridor.cost import EdgeCosts
from corridor.errors import InputError
from corridor.market import Buyer, Seller
from corridor.paths import Ints
from corridor.routes import Route, RouteFinder
from corridor.schema import NOT_CASH, PARTS
from corridor.sensitivity.lines import Crossing, Line, crossing, highest
from corridor.sensitivity.parameters import PRICE, find_price, moved
from corridor.study import Outcome
from corridor.values import Floats, Values

BY_VALUE = ("ad_valorem", "loss", "time", "reliability")
"""Parts of cost that are a share of the value at loading; the others do not know the price."""

SEARCHED_TO = 2.0
"""Best sales are searched from a price of 0 to so many times the highest price of history, or of today."""


class History(NamedTuple):
    """Means of a reference price by year, in dollars of the scenario's price year."""

    reference: str
    by_year: dict[int, float]

    @property
    def low(self) -> tuple[int, float]:
        """Year with the lowest mean, and the mean."""
        return min(self.by_year.items(), key=lambda item: item[1])

    @property
    def high(self) -> tuple[int, float]:
        """Year with the highest mean, and the mean."""
        return max(self.by_year.items(), key=lambda item: item[1])

    def years_above(self, price: float) -> int:
        """In how many years the mean was above a price."""
        return sum(mean > price for mean in self.by_year.values())


def history(outcome: Outcome, reference: str) -> History:
    """Read all years that the tables have of a reference price, restated as all money of the scenario is."""
    by_year = {}
    for row in outcome.tables["prices"]:
        if row.subject == reference:
            # each row as it is read on a day on which it holds: one rule for converting money, that of Values
            day: dt.date = row.valid_from or row.valid_until or outcome.as_of
            figure = Values(outcome.tables, day, outcome.price_year).find(PRICE, reference)
            if figure:
                by_year[figure.row.year] = figure.central
    return History(reference, dict(sorted(by_year.items())))


@dataclass(frozen=True)
class PricedRoute:
    """A route as straight lines in one reference price.

    Attributes
    ----------
    route
        As compared, today.
    reference, price
        What moves, and where it stands today, USD a tonne as quoted.
    decision, cash
        Decision netback (bid less generalised cost) and cash netback (bid less cash).
    mine
        Cash cost and royalty less the premium for grade: what the mine must earn.
    intake_mtpa
        Most that the buyer takes.
    """

    route: Route
    reference: str
    price: float
    decision: Line
    cash: Line
    mine: Line
    intake_mtpa: float

    @property
    def available(self) -> bool:
        """Whether the study may use it and a tonne finds room: only then the plan can ship by it."""
        return self.route.usable and self.route.capacity_mtpa != 0 and self.intake_mtpa > 0

    @property
    def margin(self) -> Line:
        """Decision netback less what the mine must earn: the plan ships where this is above 0."""
        return self.decision.less(self.mine)

    @property
    def shut_in(self) -> Crossing:
        """Where the decision netback covers the mine: what the plan, which decides by generalised cost, goes by."""
        return crossing(self.decision, self.mine)

    @property
    def cash_shut_in(self) -> Crossing:
        """Where the cash netback covers the mine: what is invoiced, waiting at no cost."""
        return crossing(self.cash, self.mine)


class Switch(NamedTuple):
    """Two routes from one mine, and the price at which the better one by decision netback changes.

    Attributes
    ----------
    one, other
        The one that leads today first; where one of them is not available, the available one first.
    fixed_sale
        Whether both sell to the same buyer, so that price moves the choice only through what follows the value.
    crossing
        Where ``one`` lies above ``other``.
    """

    one: PricedRoute
    other: PricedRoute
    fixed_sale: bool
    crossing: Crossing

    @property
    def available(self) -> bool:
        """Whether both may be used: else the price is what it would be if the law allowed the other."""
        return self.one.available and self.other.available

    @property
    def lead(self) -> float:
        """How far the first is ahead today, USD/t."""
        gap = self.one.decision.less(self.other.decision)
        return gap.at(self.one.price)


class Piece(NamedTuple):
    """A stretch of prices over which one sale is the best.

    Attributes
    ----------
    low, high
        From and to, USD a tonne as quoted.
    best
        The sale; None where the mine earns more by selling nothing.
    ties
        Others that are as good all along the stretch.
    """

    low: float
    high: float
    best: PricedRoute | None
    ties: tuple[PricedRoute, ...]


def references(outcome: Outcome, commodity: str, bids: Iterable[str]) -> list[str]:
    """Reference prices that move netbacks of a commodity at some bids: the bids' own, and that of its value."""
    wanted = {*bids}
    own = [bid.price_reference for bid in outcome.tables["bids"] if bid.id in wanted]
    return list(dict.fromkeys([*own, outcome.network.commodities[commodity].price_reference]))


class Along:
    """What one commodity costs and fetches along one reference price, all other prices held.

    Parameters
    ----------
    outcome
        A study under a scenario.
    commodity
        What is shipped.
    reference
        The price that moves. Where bids follow another one than the value at loading does, each moves only its own.

    Raises
    ------
    UsageError
        If there is no such price.
    InputError
        If a number is missing, which :func:`corridor.read_study` would have told.
    """

    def __init__(self, outcome: Outcome, commodity: str, reference: str) -> None:
        parameter = find_price(outcome, reference)
        figure, factor = outcome.values.need(PRICE, reference), outcome.values.need("value_factor", commodity)
        if figure is None or factor is None:
            raise InputError(outcome.values.faults)
        self.outcome, self.commodity, self.reference = outcome, commodity, reference
        self.price = figure.central
        follows = outcome.network.commodities[commodity].price_reference == reference
        self._value = factor.central if follows else 0.0
        self._follows = {bid.id for bid in outcome.tables["bids"] if bid.price_reference == reference}
        self._buyers = {buyer.bid: buyer for buyer in outcome.buyers if buyer.commodity == commodity}
        self._sellers = {seller.node: seller for seller in outcome.sellers if seller.commodity == commodity}
        valued = np.isin(PARTS, BY_VALUE)
        parts = outcome.costs[commodity].parts
        self._slopes = np.where(valued & follows, parts, 0.0) / (self.price or 1.0)
        if follows and self.price == 0:  # the shares cannot be read off costs that are all zero: cost a price of 1
            one = moved(outcome, {parameter: 1.0})
            by_price = one.values.need(PRICE, reference)
            self._slopes = np.where(valued, one.costs[commodity].parts, 0.0) / (by_price.central if by_price else 1.0)
        self._fixed = np.where(valued & follows, 0.0, parts)

    @cached_property
    def history(self) -> History:
        """The price in other years."""
        return history(self.outcome, self.reference)

    def bid(self, buyer: Buyer) -> Line:
        """What a buyer pays: the formula of :mod:`corridor.market`, a straight line in its own reference."""
        slope = 0.0
        if buyer.bid in self._follows:
            by_name = {figure.row.parameter: figure.central for figure in buyer.figures}
            slope = by_name["price_factor"] * by_name.get("payable", 1.0) * (1 - by_name.get("moisture", 0.0))
        return Line(buyer.price - slope * self.price, slope)

    def mine(self, seller: Seller) -> Line:
        """What a mine must earn: royalty is a share of the value at loading."""
        royalty = next(figure.central for figure in seller.figures if figure.row.parameter == "royalty")
        slope = royalty * self._value
        return Line(seller.cost - slope * self.price, slope)

    def priced(self, route: Route) -> PricedRoute:
        """Turn a route into lines; its links stay, whatever the price."""
        edges: Ints = np.array(route.edges, dtype=np.int64)
        buyer = self._buyers[route.bid]
        bid = self.bid(buyer)

        def way(counted: Callable[[str], bool]) -> Line:
            columns = [counted(part) for part in PARTS]
            fixed, slopes = self._fixed[edges][:, columns], self._slopes[edges][:, columns]
            return Line(math.fsum(fixed.ravel().tolist()), math.fsum(slopes.ravel().tolist()))

        return PricedRoute(
            route=route,
            reference=self.reference,
            price=self.price,
            decision=bid.less(way(lambda part: True)),  # noqa: ARG005  # every part counts
            cash=bid.less(way(lambda part: part not in NOT_CASH)),
            mine=self.mine(self._sellers[route.origin]),
            intake_mtpa=buyer.intake_mtpa,
        )

    def routes_at(self, origin: str, price: float) -> list[Route]:
        """The routes of a mine when the price is another: other links may then be the cheapest."""
        here = self.outcome
        if price == self.price:
            return here.find_routes(self._sellers[origin])[0]
        buyers = [buyer._replace(price=self.bid(buyer).at(price)) for buyer in self._buyers.values()]
        finder = RouteFinder(
            here.network,
            {self.commodity: self._costs_at(price)},
            here.law,
            here.study.file.assumptions.use,
            here.corridor_of,
            here.spare,
            {seller.node for seller in here.sellers},
        )
        return finder.find(self._sellers[origin], buyers)[0]

    def _costs_at(self, price: float) -> EdgeCosts:
        costs = self.outcome.costs[self.commodity]
        parts: Floats = self._fixed + self._slopes * price
        unknown = np.full_like(costs.low, np.nan)  # bounds are of today's price
        return costs._replace(parts=parts, generalised=np.asarray(parts.sum(axis=1)), low=unknown, high=unknown)

    def best_sales(self, origin: str, markets: Collection[str] | None = None) -> list[Piece]:
        """Find the best available sale of a mine at every price, exactly; shared capacities are not looked at.

        Parameters
        ----------
        origin
            Mine.
        markets
            Places of sale that count; all if None.

        Notes
        -----
        The best of given routes is the upper envelope of their lines. Routes are found anew at every breakpoint until
        no way turns up that is not among them: then no other is better anywhere, as each way is one straight line.
        """
        top = SEARCHED_TO * max(self.price, *self.history.by_year.values()) or 1.0
        known: dict[tuple[str, tuple[int, ...]], PricedRoute] = {}
        asked: set[float] = set()
        waiting = {0.0, self.price, top}
        pieces: list[Piece] = []
        while waiting:
            for route in (route for price in sorted(waiting) for route in self.routes_at(origin, price)):
                if (route.bid, route.edges) not in known and (markets is None or route.market in markets):
                    known[route.bid, route.edges] = self.priced(route)
            asked |= waiting
            pieces = list(_pieces([one for one in known.values() if one.available], top))
            waiting = {piece.low for piece in pieces} - asked
        return pieces


def _pieces(sales: Sequence[PricedRoute], top: float) -> Iterator[Piece]:
    """The best of some sales, or none, from a price of 0 to the top."""
    nothing = Line(0.0, 0.0)
    for stretch in highest([nothing, *(sale.margin for sale in sales)], 0.0, top):
        best = sales[stretch.best - 1] if stretch.best else None
        yield Piece(stretch.low, stretch.high, best, tuple(sales[i - 1] for i in stretch.ties if i))


def switches(routes: Sequence[PricedRoute], corridors: Sequence[str]) -> list[Switch]:
    """Compare the best routes of the corridors from one mine: at each place of sale, and over all of them.

    Parameters
    ----------
    routes
        Of one mine and commodity, along one reference price.
    corridors
        Names in the order in which they are told.

    Returns
    -------
    list of Switch
        For each bid the pairs of the corridors' best available routes, and beside the best of them each corridor's best
        route that is not available; then the same over all bids. The best are those of today's price.
    """
    by_bid: dict[str, list[PricedRoute]] = defaultdict(list)
    for priced in routes:
        by_bid[priced.route.bid].append(priced)
    groups = [(group, True) for group in by_bid.values()]
    groups += [([*routes], False)] if len(by_bid) > 1 else []
    return [switch for group, fixed in groups for switch in _pairs(group, corridors, fixed_sale=fixed)]


def _pairs(routes: Sequence[PricedRoute], corridors: Sequence[str], *, fixed_sale: bool) -> Iterator[Switch]:
    may = list(leaders((one for one in routes if one.available), corridors).values())
    may_not = list(leaders((one for one in routes if not one.available), corridors).values())
    may.sort(key=lambda one: -one.decision.at(one.price))  # a stable sort: ties stay in the order of the corridors
    for one, other in [*combinations(may, 2), *((may[0], other) for other in may_not if may)]:
        yield Switch(one, other, fixed_sale, crossing(one.decision, other.decision))


def leaders(routes: Iterable[PricedRoute], corridors: Sequence[str]) -> dict[str, PricedRoute]:
    """The route of each corridor with the greatest decision netback today, in the order of ``corridors``."""
    best: dict[str, PricedRoute] = {}
    for one in routes:
        name = one.route.corridor
        if name not in best or one.decision.at(one.price) > best[name].decision.at(one.price):
            best[name] = one
    order = [*corridors, *sorted({*best} - {*corridors})]
    return {name: best[name] for name in order if name in best}
