"""The plan that stands closures best: the least tail of losses, or the least greatest regret, as linear programmes.

A plan is a set of shipments, and a closure stops those that pass it: what is left is linear in their tonnes, so both
aims are linear programmes. Their columns are shipments. Those that a few plans use are there from the start; then ways
are added as long as one would help. What a way is worth depends on which closures it meets, so the network is searched
once for every set of closures that it may avoid, among those that matter at the prices of the moment. Where no search
finds a way that helps, none does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from corridor.flow import FlowProblem, FlowSolution, LimitRow, Prepared
from corridor.flow.pricing import Pricing, Ways
from corridor.flow.rows import shared_rows
from corridor.paths import Floats, Ints
from corridor.strategy.closures import Closure
from corridor.strategy.columns import Column, row, with_columns
from corridor.strategy.shipments import Shipments, meet, values

Aim = Literal["cvar", "regret"]

CLOSE = 1e-7
"""Share of the undisturbed net value by which a way must help, and that is given for the better of plans that tie."""

MOST_SEARCHED = 10
"""So many closures that matter at once are searched in all their sets; with more the plan is not proved the best."""


@dataclass(frozen=True, slots=True)
class Robust:
    """A plan chosen for what is left of it after closures.

    Attributes
    ----------
    aim
        ``cvar`` or ``regret``.
    value
        Least conditional value at risk of the loss, or least greatest regret, million USD/yr.
    proved
        Whether all ways were searched, so that no plan does better.
    shipments
        Of all plans that reach it, one with the greatest net value where nothing closes.
    rounds
        How often the programme was solved.
    """

    aim: Aim
    value: float
    proved: bool
    shipments: Shipments
    rounds: int


def cvar(losses: Floats, alpha: float) -> float:
    """Mean of the worst ``1 - alpha`` of equally likely losses; a loss that lies on the edge counts in part."""
    weight = np.full(len(losses), 1 / len(losses))
    order = np.argsort(-losses)
    taken = np.clip((1 - alpha) - np.append(0.0, np.cumsum(weight)[:-1]), 0.0, weight)
    return float(losses[order] @ taken / (1 - alpha))


def robust(
    problem: FlowProblem,
    best: float,
    closed: Sequence[Closure],
    rerouted: Floats,
    known: Iterable[Shipments],
    aim: Aim,
    alpha: float,
) -> Robust:
    """Choose the plan that closures harm least.

    Parameters
    ----------
    problem
        What may flow; no tonne is lost on its edges.
    best
        Its net value where nothing closes, million USD/yr.
    closed
        What may close; each as likely as any other.
    rerouted
        For each closure the net value of the best plan made for it, million USD/yr.
    known
        Shipments to begin with.
    aim
        ``cvar``: mean loss against ``best`` over the worst ``1 - alpha`` of the closures. ``regret``: the most by which
        the plan falls short of the best one made for what happens, be it a closure or nothing.
    alpha
        Share of the closures that the tail leaves out, from 0 up and below 1.

    Returns
    -------
    Robust

    Raises
    ------
    ValueError
        If tonnes are lost on an edge, or an edge or a limit bounds them: shipments here share facilities alone.
    """
    if problem.limits or np.any(np.isfinite(problem.edge_capacity)) or np.any(problem.edge_gain != 1):
        raise ValueError("the problem has limits, bounded edges or losses")
    master = _Master(problem, best, closed, rerouted, aim, alpha)
    for shipments in known:
        master.add(shipments.ways)
    value = -master.improve().net_value * master.unit
    master.hold(value + CLOSE * master.unit)
    plan = master.improve()
    return Robust(aim, value, master.proved, master.shipments(plan), master.rounds)


class _Master:
    """The programme over the shipments known so far."""

    def __init__(
        self, problem: FlowProblem, best: float, closed: Sequence[Closure], rerouted: Floats, aim: Aim, alpha: float
    ) -> None:
        self.unit = max(best, 1.0)
        self.rounds, self.proved = 0, True
        self._problem, self._closed, self._best = problem, closed, best
        self._regret = aim == "regret"
        self._value = values(problem)
        self._pricing = Pricing(problem)
        self._uses_of = shared_rows(problem)  # of facilities, since there are no limits
        self._ways = Ways.none()
        self._mark = np.random.default_rng(0).random(len(self._value))  # ways are told apart by a sum of these
        self._marks: set[float] = set()
        # a loss is against the best plan where nothing closes, a regret against the best one made for the closure
        self._against = rerouted if self._regret else np.full(len(closed), best)
        if self._regret:
            self._columns = [Column("greatest regret", 1.0, 1.0)]
        else:
            tail = 1 / ((1 - alpha) * len(closed))
            # shipping nothing loses ``best``, so the aim is at most that, and no part of it can be more
            beyond = [Column(f"beyond it: {one.kind} {one.name}", 1 / tail, tail) for one in closed]
            self._columns = [Column("threshold of the tail", 1.0, 1.0), *beyond]
        self._most: float | None = None

    def add(self, ways: Ways) -> bool:
        """Make ways columns, and tell whether any is new."""
        marks = ways.total(self._mark).round(9).tolist()
        new = np.zeros(ways.n_ways, dtype=np.bool_)
        for i, mark in enumerate(marks):
            new[i] = mark not in self._marks
            self._marks.add(mark)
        self._ways = Ways.joined([self._ways, ways.only(new)])
        return bool(new.any())

    def hold(self, most: float) -> None:
        """Keep the aim to a bound from now on, and look for the greatest net value instead."""
        self._most = most

    def improve(self) -> FlowSolution:
        """Solve, and add ways until none helps."""
        while True:
            self.rounds += 1
            found = Prepared(self._programme(), engine="edges").solution
            if not self.add(Ways.joined([Ways.none(), *self._helpful(found)])):
                return found

    def shipments(self, plan: FlowSolution) -> Shipments:
        """What a solution ships."""
        used = plan.flows > 0
        ways = self._ways.only(used)
        return Shipments(ways, plan.flows[used], ways.total(self._value))

    def _programme(self) -> FlowProblem:
        """A state for each offer and each bid, an edge for each way, and the rows of the aim."""
        n_edges, n_bids = self._problem.count("edge"), self._problem.count("bid")
        ways, n_offers = self._ways, self._problem.count("offer")
        ends = ways.column >= n_edges
        bid, offer = np.zeros(ways.n_ways, dtype=np.int64), np.zeros(ways.n_ways, dtype=np.int64)
        at, column = ways.way[ends], ways.column[ends] - n_edges
        bid[at[column < n_bids]] = column[column < n_bids]
        offer[at[column >= n_bids]] = column[column >= n_bids] - n_bids
        use_edge, use_facility, amount = self._uses()
        bare = FlowProblem(
            n_states=n_offers + n_bids,
            edge_from=offer,
            edge_to=n_offers + bid,
            edge_cost=np.zeros(ways.n_ways),
            facility_capacity=self._problem.facility_capacity,
            use_edge=use_edge,
            use_facility=use_facility,
            use_amount=amount,
            bid_state=n_offers + np.arange(n_bids),
            bid_most=self._problem.bid_most,
            bid_price=np.zeros(n_bids),
            offer_state=np.arange(n_offers),
            offer_most=self._problem.offer_most,
            offer_cost=np.zeros(n_offers),
        )
        margin = ways.total(self._value)
        costs = np.array([column.cost for column in self._columns])
        framed = with_columns(bare, self._columns)
        limits = [*self._rows(bare, margin)]
        if self._most is None:
            return framed.replace(limits=limits)
        limits.append(row(bare, "aim", self._most / self.unit, np.zeros(_width(bare)), costs))
        offer_cost = np.zeros(framed.count("offer"))
        return framed.replace(limits=limits, edge_cost=-margin / self.unit, offer_cost=offer_cost)

    def _uses(self) -> tuple[Ints, Ints, Floats]:
        """Facilities that ways take: way, facility, amount."""
        from scipy.sparse import csr_array

        ways = self._ways
        by_way = csr_array((ways.tonnes, (ways.way, ways.column)), shape=(ways.n_ways, len(self._value)))
        used = (by_way @ self._uses_of.T).tocoo()
        return used.row.astype(np.int64), used.col.astype(np.int64), used.data

    def _rows(self, bare: FlowProblem, margin: Floats) -> Iterator[LimitRow]:
        """For each closure: what is kept, and what is short, are at least what it is held against."""
        rest = np.zeros(_width(bare) - len(margin))
        earns = margin / self.unit
        kept = 1.0 - meet(self._ways, self._closed)
        for i, closure in enumerate(self._closed):
            further = np.zeros(len(self._columns))
            further[0] = -1.0
            if not self._regret:
                further[i + 1] = -1.0
            bound = -self._against[i] / self.unit
            yield row(bare, f"{closure.kind} {closure.name}", bound, np.append(-kept[i] * earns, rest), further)
        if self._regret:
            yield row(bare, "nothing closes", -self._best / self.unit, np.append(-earns, rest), np.full(1, -1.0))

    def _helpful(self, found: FlowSolution) -> Iterator[Ways]:
        """For each set of closures that a way may avoid, ways that would help at the programme's prices."""
        n_closed, n_offers = len(self._closed), self._problem.count("offer")
        price = found.limit_price[:n_closed] / self.unit
        always = 0.0 if self._most is None else 1 / self.unit
        always += found.limit_price[n_closed] / self.unit if self._regret else 0.0
        matter = [int(i) for i in np.argsort(-price) if price[i] > CLOSE / self.unit]
        self.proved = self.proved and len(matter) <= MOST_SEARCHED
        by_column: Floats = np.asarray(self._uses_of.T @ found.shadow_price)
        edge_shadow = by_column[: self._problem.count("edge")]
        at_mine = found.node_price[:n_offers]
        at_bid = found.node_price[n_offers : n_offers + self._problem.count("bid")]
        for avoided in _sets([self._closed[i] for i in matter[:MOST_SEARCHED]]):
            worth = always + sum(price[matter[i]] for i in avoided)
            if worth <= 0:
                continue
            weight = worth * self._problem.edge_cost + edge_shadow
            for i in avoided:
                weight[self._closed[matter[i]].edges] = np.inf
            supply = self._pricing.supply(weight, worth * self._problem.offer_cost + at_mine)
            gain = worth * self._problem.bid_price + at_bid - supply.cost[self._problem.bid_state]
            helps = np.flatnonzero(gain > CLOSE)
            if len(helps):
                yield self._pricing.ways(supply, helps)


def _width(problem: FlowProblem) -> int:
    return sum(problem.count(kind) for kind in ("edge", "bid", "offer"))


def _sets(closed: Sequence[Closure]) -> Iterator[tuple[int, ...]]:
    """Sets of closures that a way may avoid together, without those that avoid one more for nothing."""
    edges = [set(one.edges.tolist()) for one in closed]
    for size in range(len(closed) + 1):
        for chosen in combinations(range(len(closed)), size):
            shut = set().union(*(edges[i] for i in chosen))
            if not any(edges[i] <= shut for i in range(len(closed)) if i not in chosen):
                yield chosen
