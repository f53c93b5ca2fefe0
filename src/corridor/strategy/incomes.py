"""Who gets what by the best plan at the tariffs charged: rents, royalties, fees, and what carriers keep."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from corridor.flow import Rents
from corridor.paths import Floats
from corridor.payments import Payments
from corridor.plan import Plan

NUDGES = (1e-4, 1e-6)
"""Shares by which a country's bounds are moved to see both ends of what its rents may be: the first that does."""

PRICES_FIT = 1e-9
"""How near, as a share, rents must come to the net value to be rents of the plan."""


class Income(NamedTuple):
    """What a country gets by the best plan at the tariffs charged, million USD/yr.

    Attributes
    ----------
    country
        None: what belongs to no country of the study.
    seller, buyer, facility
        Rents of its mines, of the buyers in it, and of its facilities.
    royalty
        What its mines pay to the state.
    fees
        What its state keeps of fees and levies over their resource cost.
    margin
        What its railways, ports and hauliers keep of their charges over resource cost.
    scarcity_low, scarcity_high
        Least and most that seller, buyer and facility rents together may be, over all prices that fit the plan.
    """

    country: str | None
    seller: float
    buyer: float
    facility: float
    royalty: float
    fees: float
    margin: float
    scarcity_low: float
    scarcity_high: float

    @property
    def scarcity(self) -> float:
        """Rents of what is scarce."""
        return self.seller + self.buyer + self.facility

    @property
    def total(self) -> float:
        """All of it."""
        return self.scarcity + self.royalty + self.fees + self.margin


class Rent(NamedTuple):
    """What is scarce, whose it is, and what it earns by the best plan, million USD/yr.

    Attributes
    ----------
    country
        Facilities that touch several belong to each in equal parts.
    kind, name
        facility, buyer or seller, and which.
    musd_per_yr
        The country's part, at the plan's prices.
    """

    country: str
    kind: str
    name: str
    musd_per_yr: float


class Revenue(NamedTuple):
    """What is paid to the payees of a country for one commodity at the tariffs charged, million USD/yr.

    Attributes
    ----------
    paid
        All that is charged.
    margin
        What is kept over resource cost by whom it belongs to: partners have a share in that.
    margin_low, margin_high
        The same with all cost shares at their high and at their low.
    """

    country: str | None
    commodity: str
    paid: float
    margin: float
    margin_low: float
    margin_high: float


def incomes_of(plan: Plan, paid: Payments, players: Sequence[str]) -> tuple[Income, ...]:
    """Income of each country, the players first; others only if they get anything.

    Parameters
    ----------
    plan, paid
        The best plan at the tariffs charged, and who is paid by it.
    players
        Countries that are told of in any case.
    """
    rents, solution = plan.solution.rents, plan.solution
    owned = _owned(plan)
    royalty: dict[str | None, float] = defaultdict(float)
    for seller, bought in zip(plan.sellers, solution.purchases.tolist(), strict=True):
        royalty[plan.network.nodes[seller.node].country] += seller.royalty * bought
    kept = paid.kept(1) * solution.flows[paid.edges]
    of_state = np.array([payee.state == "yes" for payee in paid.receivers], dtype=bool)[paid.payees]
    fees = dict(zip(paid.countries, (kept * of_state) @ paid.owned, strict=True))
    margin = dict(zip(paid.countries, (kept * ~of_state) @ paid.owned, strict=True))
    others = sorted({*owned, *royalty, *paid.countries} - {*players}, key=lambda country: (country is None, country))
    incomes = []
    for country in (*players, *others):
        own = owned.get(country or "", _Owned.nothing(plan))
        low, high = _scarcity(plan, own)
        income = Income(
            country,
            seller=float(own.offers @ rents.seller),
            buyer=float(own.bids @ rents.buyer),
            facility=float(own.facilities @ rents.facility),
            royalty=royalty[country],
            fees=float(fees.get(country, 0.0)),
            margin=float(margin.get(country, 0.0)),
            scarcity_low=low,
            scarcity_high=high,
        )
        if country in players or any(income[1:]):
            incomes.append(income)
    return tuple(incomes)


def rents_of(plan: Plan) -> tuple[Rent, ...]:
    """Rents of the plan by owner, those of each country from the greatest."""
    names = (plan.facilities, [buyer.bid for buyer in plan.buyers], [seller.id for seller in plan.sellers])
    found = [
        Rent(country, kind, name, share * rent)
        for country, own in _owned(plan).items()
        for kind, of_kind, shares, rents in zip(
            ("facility", "buyer", "seller"), names, own, _parts(plan.solution.rents), strict=True
        )
        for name, share, rent in zip(of_kind, shares.tolist(), rents.tolist(), strict=True)
        if share * rent > 0
    ]
    return tuple(sorted(found, key=lambda rent: (rent.country, -rent.musd_per_yr, rent.name)))


class _Owned(NamedTuple):
    """What a country owns of facilities, bids and offers of a problem: shares of each."""

    facilities: Floats
    bids: Floats
    offers: Floats

    @classmethod
    def nothing(cls, plan: Plan) -> _Owned:
        return cls(*(np.zeros(len(of)) for of in (plan.facilities, plan.buyers, plan.sellers)))


def _owned(plan: Plan) -> dict[str, _Owned]:
    """Country to what it owns: mines and buyers where they lie, facilities by equal parts of all that they touch."""
    nodes = plan.network.nodes
    found: dict[str, _Owned] = defaultdict(lambda: _Owned.nothing(plan))
    touched: dict[str, set[str]] = defaultdict(set)
    for edge in plan.network.edges:
        if edge.link.facility:
            ends = (edge.tail,) if edge.link.kind == "sea" else (edge.tail, edge.head)
            touched[edge.link.facility] |= {nodes[end].country for end in ends}
    for i, facility in enumerate(plan.facilities):
        for country in touched[facility]:
            found[country].facilities[i] = 1 / len(touched[facility])
    for i, buyer in enumerate(plan.buyers):
        found[nodes[buyer.node].country].bids[i] = 1.0
    for i, seller in enumerate(plan.sellers):
        found[nodes[seller.node].country].offers[i] = 1.0
    return found


def _scarcity(plan: Plan, own: _Owned) -> tuple[float, float]:
    """Least and most of what a country's facilities, buyers and mines earn together, over all prices that fit.

    Net value is concave in bounds. With a little more of what a country owns the prices are those that give it least,
    with a little less those that give it most; both are prices of the plan too, as long as they give all that is
    scarce its net value.
    """
    if not any(part.any() for part in own):
        return 0.0, 0.0
    ends = [_earned(own, _parts(plan.solution.rents))] * 2
    for i, sign in enumerate((1.0, -1.0)):
        for nudge in NUDGES:
            rents = _nudged(plan, [1 + sign * nudge * share for share in own])
            if math.isclose(sum(map(math.fsum, rents)), plan.solution.net_value, rel_tol=PRICES_FIT):
                ends[i] = _earned(own, rents)
                break
    return min(ends), max(ends)


def _nudged(plan: Plan, factors: Sequence[Floats]) -> list[Floats]:
    """Rents at the plan's own bounds, by the prices that hold where these are larger or smaller by some factors."""
    problem = plan.problem
    columns = ("facility_capacity", "bid_most", "offer_most")
    moved: dict[str, Any] = {c: getattr(problem, c) * factor for c, factor in zip(columns, factors, strict=True)}
    found = _parts(plan.prepared.resolve(**moved).rents)
    return [rent / factor for rent, factor in zip(found, factors, strict=True)]


def _earned(own: _Owned, rents: Sequence[Floats]) -> float:
    return math.fsum(float(share @ rent) for share, rent in zip(own, rents, strict=True))


def _parts(rents: Rents) -> tuple[Floats, Floats, Floats]:
    return rents.facility, rents.buyer, rents.seller


def revenues_of(plan: Plan, paid: Payments) -> tuple[Revenue, ...]:
    """What is paid to whom, in the order of countries and commodities."""
    flows = plan.solution.flows[paid.edges]
    cargo = np.array(plan.commodity_of)[paid.edges] if len(paid.edges) else np.array([], dtype=str)
    found = []
    for c, country in enumerate(paid.countries):
        for commodity in sorted({*cargo.tolist()}):
            of_it = cargo == commodity
            received = float((flows * paid.usd_per_t * paid.received[:, c])[of_it].sum())
            margins = [float((flows * paid.kept(bound) * paid.owned[:, c])[of_it].sum()) for bound in (1, 2, 0)]
            if received or any(margins):
                found.append(Revenue(country, commodity, received, *margins))
    return tuple(found)
