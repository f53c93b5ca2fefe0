"""Who is paid on each edge of a plan, to which country it belongs, and how much of it is resource cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from corridor.cost import EdgeCosts
from corridor.errors import Fault, InputError
from corridor.network import Edge
from corridor.paths import Floats, Ints
from corridor.plan import Plan
from corridor.schema import PAID, PARTS, Payee
from corridor.values import BOUNDS, Figure, Values


class Payments(NamedTuple):
    """What is charged on the edges of a plan, one row a charge.

    Attributes
    ----------
    edges
        Edge of the plan's problem.
    payees
        Index into ``receivers``.
    usd_per_t
        The charge.
    resource_usd_per_t
        Rows x 3: what of it is used up, with cost shares at their low, central and high.
    receivers
        All payees that anything is paid to.
    shares
        Index into ``figures``.
    figures
        All cost shares that count.
    countries
        All that own a payee in part or whole; None: of no country of the study.
    received, owned
        Rows x countries: who is paid, and whose what is left over resource cost is: partners have a share in that.
        Each row adds up to 1.
    """

    edges: Ints
    payees: Ints
    usd_per_t: Floats
    resource_usd_per_t: Floats
    receivers: tuple[Payee, ...]
    shares: Ints
    figures: tuple[Figure, ...]
    countries: tuple[str | None, ...]
    received: Floats
    owned: Floats

    def kept(self, bound: int) -> Floats:
        """What payees keep over resource cost, USD/t, with cost shares at their low (0), central (1) or high (2)."""
        return np.asarray(self.usd_per_t - self.resource_usd_per_t[:, bound])

    def resource_cost(self, plan: Plan, bound: int) -> Floats:
        """Cost of each edge of the plan's problem with charges at resource cost, USD/t.

        Parameters
        ----------
        plan
            Whose payments these are.
        bound
            0, 1 or 2: cost shares at their low, central or high.
        """
        cost = plan.problem.edge_cost
        return np.asarray(cost - np.bincount(self.edges, self.kept(bound), len(cost)))


def payments(plan: Plan, costs: Mapping[str, EdgeCosts], payees: Sequence[Payee], values: Values) -> Payments:
    """Find who is paid on the edges of a plan.

    Parameters
    ----------
    plan, costs
        The plan, and the costs that its problem was made from.
    payees
        Who receives what; the narrower row holds.
    values
        Cost shares, and shares of partners and of countries entered.

    Returns
    -------
    Payments

    Raises
    ------
    InputError
        Lists every charge that nobody is named to receive, and every share that is missing.
    """
    paid_to: dict[tuple[str, str], Payee | None] = {}
    charges: list[_Charge] = []
    for i, (e, commodity) in enumerate(zip(plan.edge_of, plan.commodity_of, strict=True)):
        edge, charged = plan.network.edges[e], costs[commodity].parts[e]
        for part in PAID:
            usd_per_t = float(charged[PARTS.index(part)])
            if usd_per_t == 0:
                continue
            key = edge.link.id, part
            if key not in paid_to:
                paid_to[key] = payee_of(payees, edge, part)
            if payee := paid_to[key]:
                charges.append(_Charge(i, payee, commodity, usd_per_t))
    figures = _cost_shares(charges, values)
    owners = _owners(plan, charges, values)
    missing = [*_unpaid(plan, paid_to), *values.faults]
    if missing:
        raise InputError(missing)
    return _laid_out(charges, [figures[of.payee.id, of.commodity] for of in charges], owners)


def payee_of(payees: Iterable[Payee], edge: Edge, part: str) -> Payee | None:
    """Return who receives a part of what an edge costs; None if nobody is named."""
    link = edge.link
    fitting = [
        payee
        for payee in payees
        if (not payee.operators or link.operator in payee.operators)
        and (not payee.tariffs or {link.id, link.tariff} & {*payee.tariffs})
        and (not payee.parts or part in payee.parts)
    ]

    def narrowness(payee: Payee) -> tuple[bool, ...]:
        return bool(payee.parts), link.id in payee.tariffs, bool(payee.tariffs), bool(payee.operators)

    return max(fitting, key=narrowness, default=None)


class _Charge(NamedTuple):
    """What one edge of the problem charges for one part."""

    edge: int
    payee: Payee
    commodity: str
    usd_per_t: float


def _cost_shares(charges: Iterable[_Charge], values: Values) -> dict[tuple[str, str], Figure]:
    """Cost share by payee and commodity; a fault for each that lacks, once where it lacks for all that is charged."""
    charged: dict[str, set[str]] = defaultdict(set)
    for of in charges:
        charged[of.payee.id].add(of.commodity)
    found: dict[tuple[str, str], Figure] = {}
    for payee, commodities in charged.items():
        figures = {commodity: values.find("cost_share", payee, commodity=commodity) for commodity in commodities}
        found |= {(payee, commodity): figure for commodity, figure in figures.items() if figure}
        lacking = sorted(commodity for commodity, figure in figures.items() if not figure)
        for commodity in (None,) if len(lacking) == len(commodities) else lacking:
            values.miss("cost_share", payee, commodity=commodity)
    return found


class _Owners(NamedTuple):
    """Country to its share in a charge, and in what is left of it over resource cost."""

    received: Mapping[str | None, float]
    owned: Mapping[str | None, float]


def _unpaid(plan: Plan, paid_to: Mapping[tuple[str, str], Payee | None]) -> Iterator[Fault]:
    """Charges that nobody is named to receive, by operator."""
    operators = {edge.link.id: edge.link.operator for edge in plan.network.edges}
    lacking: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (link, part), payee in paid_to.items():
        if payee is None:
            lacking[part, operators[link]].append(link)
    for (part, operator), links in lacking.items():
        message = f'nobody is named who receives the {part} of operator "{operator}" (as on {min(links)}). Add a row.'
        yield Fault("payees.csv", None, "operators", message)


def _owners(plan: Plan, charges: Sequence[_Charge], values: Values) -> list[_Owners]:
    """Whose each charge is; a payee's charges on one edge are alike."""
    found: dict[tuple[str, int], _Owners] = {}
    for of in charges:
        key = of.payee.id, plan.edge_of[of.edge]
        if key not in found:
            found[key] = _owners_of(of.payee, plan.network.edges[key[1]], plan, values)
    return [found[of.payee.id, plan.edge_of[of.edge]] for of in charges]


def _owners_of(payee: Payee, edge: Edge, plan: Plan, values: Values) -> _Owners:
    entered = plan.network.nodes[edge.head].country
    entry = values.find("entry_share", payee.id) if edge.link.kind == "border" else None
    partner = values.need("partner_share", payee.id) if payee.partner else None
    there = entry.central if entry and entered != payee.country else 0.0
    received: dict[str | None, float] = {payee.country: 1 - there}
    if there:
        received[entered] = there
    owned = defaultdict(float, received)
    if partner:
        theirs = (1 - there) * partner.central
        owned[payee.country] -= theirs
        owned[payee.partner] += theirs
    return _Owners(received, owned)


def _laid_out(charges: Sequence[_Charge], figures: Sequence[Figure], owners: Sequence[_Owners]) -> Payments:
    receivers = {of.payee.id: of.payee for of in charges}
    at = {name: i for i, name in enumerate(receivers)}
    distinct = {id(figure): figure for figure in figures}
    place = {key: i for i, key in enumerate(distinct)}
    named = {country for of in owners for country in of.owned}
    countries = tuple(sorted(named, key=lambda country: (country is None, country)))

    def by_country(rows: Iterable[Mapping[str | None, float]]) -> Floats:
        cells = [[of.get(country, 0.0) for country in countries] for of in rows]
        return np.array(cells, dtype=np.float64).reshape(len(charges), len(countries))

    usd_per_t = np.array([of.usd_per_t for of in charges], dtype=np.float64)
    return Payments(
        edges=np.array([of.edge for of in charges], dtype=np.int64),
        payees=np.array([at[of.payee.id] for of in charges], dtype=np.int64),
        usd_per_t=usd_per_t,
        resource_usd_per_t=usd_per_t[:, None] * np.array([figure.span for figure in figures]).reshape(-1, BOUNDS),
        receivers=tuple(receivers.values()),
        shares=np.array([place[id(figure)] for figure in figures], dtype=np.int64),
        figures=tuple(distinct.values()),
        countries=countries,
        received=by_country(of.received for of in owners),
        owned=by_country(of.owned for of in owners),
    )
