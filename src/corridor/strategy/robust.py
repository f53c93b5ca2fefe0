"""The plan that stands closures best: least tail of losses, or least greatest regret, as linear programmes.

A plan is chosen before anything closes and is booked: after a closure s it can only shrink. What is left is
``V_s(x) = max{v(y) : y <= x, y balances, nothing of y passes s}``: a linear programme with the plan x as its bounds, so
concave in x, and the lower envelope of the planes of its dual prices. The master programme chooses x under the planes
known so far (Benders' cuts); each closure is then solved for that x and gives a plane that is exact there. It ends when
what the master promises is what the plan keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from corridor.flow import FlowProblem, FlowSolution, LimitRow, Prepared
from corridor.paths import Floats
from corridor.strategy.closures import Booked, Closure
from corridor.strategy.columns import Column, cargo, row, tonnes, with_columns

Aim = Literal["cvar", "regret"]

CLOSE = 1e-6
"""Share of the undisturbed net value to which an aim is met; also how much of it is given for the better plan."""

MOST_ROUNDS = 200

LEAST_PRICE = 1e-6
"""USD/t below which the price of a booked tonne is rounding."""


@dataclass(frozen=True, slots=True)
class Robust:
    """A plan chosen for what is left of it after closures.

    Attributes
    ----------
    aim
        ``cvar`` or ``regret``.
    value
        Least conditional value at risk of the loss, or least greatest regret, million USD/yr.
    gap
        So much less it may be at most: what is not proved.
    plan
        Of all plans that reach it, one with the greatest net value where nothing closes.
    rounds
        How often the master was solved.
    """

    aim: Aim
    value: float
    gap: float
    plan: FlowSolution
    rounds: int


def cvar(losses: Floats, alpha: float) -> float:
    """Mean of the worst ``1 - alpha`` of equally likely losses; a loss that lies on the edge counts in part."""
    weight = np.full(len(losses), 1 / len(losses))
    order = np.argsort(-losses)
    taken = np.clip((1 - alpha) - np.append(0.0, np.cumsum(weight)[:-1]), 0.0, weight)
    return float(losses[order] @ taken / (1 - alpha))


def robust(
    problem: FlowProblem,
    best: FlowSolution,
    closed: Sequence[Closure],
    rerouted: Floats,
    aim: Aim,
    alpha: float,
) -> Robust:
    """Choose the plan that closures harm least.

    Parameters
    ----------
    problem
        What may flow.
    best
        Its plan where nothing closes.
    closed
        What may close; each as likely as any other.
    rerouted
        For each closure the net value of the best plan made for it, million USD/yr.
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
    RuntimeError
        If the rounds do not come together.
    """
    master = _Master(problem, best.net_value, closed, rerouted, aim, alpha)
    tolerance = CLOSE * master.unit
    found, promised = master.look(best), 0.0
    while found - promised > tolerance:
        plan, promised = master.solve()
        found = min(found, master.look(plan))
    master.hold(found + tolerance)
    plan, _ = master.solve()
    while (value := master.look(plan)) > found + 2 * tolerance:
        plan, _ = master.solve()
    return Robust(aim, value, max(0.0, value - promised), plan, master.rounds)


class _Master:
    """Chooses a plan under what is known of what is left of plans after closures."""

    def __init__(
        self,
        problem: FlowProblem,
        best: float,
        closed: Sequence[Closure],
        rerouted: Floats,
        aim: Aim,
        alpha: float,
    ) -> None:
        self.unit = max(best, 1.0)
        self.rounds = 0
        self._problem, self._closed, self._aim, self._alpha = problem, closed, aim, alpha
        self._value = np.concatenate([-problem.edge_cost, problem.bid_price, -problem.offer_cost])
        # a loss is against the best plan where nothing closes, a regret against the best one made for the closure
        self._against = np.full(len(closed), best) if aim == "cvar" else rerouted
        self._best = best
        self._planes: list[list[Floats]] = [[] for _ in closed]
        if aim == "regret":
            self._columns = [Column("greatest regret", 1.0, 1.0)]
        else:
            tail = 1 / ((1 - alpha) * len(closed))
            beyond = [Column(f"beyond it: {one.kind} {one.name}", 1.0, tail) for one in closed]
            self._columns = [Column("threshold of the tail", 1.0, 1.0), *beyond]
        further = with_columns(problem, self._columns)
        self._framed = further.replace(edge_cost=0.0, bid_price=0.0, offer_cost=_last(further, self._columns))
        self._held: tuple[LimitRow, ...] = ()

    def look(self, plan: FlowSolution) -> float:
        """Find what the aim is for a plan, and note the planes that show it."""
        booked = Booked(self._problem, plan)
        x = tonnes(plan)
        short = np.zeros(len(self._closed))
        for i, closure in enumerate(self._closed):
            kept = booked.kept(closure)
            short[i] = self._against[i] - kept.net_value
            plane = _plane(kept, closure)
            if min((known @ x for known in self._planes[i]), default=np.inf) > plane @ x + CLOSE * self.unit / 10:
                self._planes[i].append(plane)
        if self._aim == "cvar":
            return cvar(short, self._alpha)
        return float(max(self._best - plan.net_value, np.max(short)))

    def solve(self) -> tuple[FlowSolution, float]:
        """Choose a plan: the plan, and what the aim would be if the planes were all."""
        self.rounds += 1
        if self.rounds > MOST_ROUNDS:
            raise RuntimeError(f"the plan of least {self._aim} was not found within {MOST_ROUNDS} rounds")
        rows = tuple(self._rows())
        limits = (*self._problem.limits, *rows, *self._held)
        found = Prepared(self._framed.replace(limits=limits), engine="edges").solution
        plan = cargo(found, len(self._columns))
        return replace(plan, net_value=float(self._value @ tonnes(plan))), -found.net_value * self.unit

    def hold(self, most: float) -> None:
        """Keep the aim to a bound from now on, and look for the greatest net value instead."""
        costs = np.array([column.cost for column in self._columns])
        nothing = np.zeros(len(self._value))
        self._held = (row(self._problem, "aim", most / self.unit, nothing, costs),)
        further = with_columns(self._problem, self._columns)
        offer_cost = np.append(self._problem.offer_cost, np.zeros(len(costs)))
        self._framed = further.replace(offer_cost=offer_cost)

    def _rows(self) -> Iterator[LimitRow]:
        """For each plane: what is left of a plan by it, and what is short, are at least what it is held against."""
        for i, planes in enumerate(self._planes):
            further = np.zeros(len(self._columns))
            further[0] = -1.0
            if self._aim == "cvar":
                further[i + 1] = -1.0
            for n, plane in enumerate(planes):
                bound = -self._against[i] / self.unit
                yield row(self._problem, f"{self._closed[i].name} {n}", bound, -plane / self.unit, further)
        if self._aim == "regret":
            yield row(self._problem, "nothing closes", -self._best / self.unit, -self._value / self.unit, [-1.0])


def _last(further: FlowProblem, columns: Sequence[Column]) -> Floats:
    """Costs of offers where nothing but the further columns costs anything."""
    return np.append(np.zeros(further.count("offer") - len(columns)), [column.cost for column in columns])


def _plane(kept: FlowSolution, closure: Closure) -> Floats:
    """What a booked tonne of each column is worth, million USD/yr per Mt/yr: no plan keeps more than the sum."""
    edges = kept.edge_price.copy()
    edges[closure.edges] = 0.0
    bids, offers = np.maximum(-kept.bid_reduced_cost, 0.0), np.maximum(-kept.offer_reduced_cost, 0.0)
    plane = np.concatenate([edges, bids, offers])
    return np.where(plane > LEAST_PRICE, plane, 0.0)
