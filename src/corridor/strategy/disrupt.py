"""Borders, ports and countries closed for a year: what today's plan, a diversified one and the sturdiest ones lose."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from corridor.errors import UsageError
from corridor.paths import Floats
from corridor.strategy.cap import Cap, Traced, share, trace
from corridor.strategy.closures import Closure, closures, rerouted
from corridor.strategy.robust import Robust, cvar, robust
from corridor.strategy.shares import By, Count, Unit, dependence
from corridor.strategy.shipments import Shipments, shipments
from corridor.study import Outcome

ALPHA = 0.9
"""The tail is the worst tenth of the closures, unless said otherwise: a convention, not a finding."""

PlanName = Literal["today", "diversified", "cvar", "regret"]


@dataclass(frozen=True, slots=True)
class Disruptions:
    """What closures cost, plan by plan. All money is million USD/yr.

    Attributes
    ----------
    best
        Net value of the scenario's own plan where nothing closes: what all losses are against.
    closed
        What closes, one at a time, for a year.
    rerouted
        By closure, net value of the best plan made for it: any plan, re-routed at once and for nothing.
    plans
        ``today``: the scenario's own. ``diversified``: the best under ``cap``. ``cvar`` and ``regret``: those that are
        chosen for the closures.
    cap, traced, dependence
        Largest share that the diversified plan allows, the frontier that it lies on, and what the shares are of.
    by
        What the shares are by.
    alpha
        Share of the closures that the tail leaves out.
    sturdiest
        How the last two plans were found.
    """

    best: float
    closed: tuple[Closure, ...]
    rerouted: Floats
    plans: Mapping[PlanName, Shipments]
    cap: float
    traced: Traced
    dependence: Cap
    by: str
    alpha: float
    sturdiest: Mapping[PlanName, Robust]

    def premium(self, plan: PlanName) -> float:
        """What a plan costs while nothing closes."""
        return self.best - self.plans[plan].net_value

    def largest_share(self, plan: PlanName) -> float:
        """The largest share in a plan, of the total that today's plan ships."""
        shipped = self.plans[plan]
        shares = [float(shipped.ways.total(one.per_column) @ shipped.mtpa) for one in self.dependence.family]
        return max(shares, default=0.0) / self.dependence.whole

    def losses(self, plan: PlanName) -> Floats:
        """By closure, what is lost if nothing is re-routed: all that passes it, and what the plan costs anyway."""
        return self.best - self.plans[plan].kept(self.closed)

    def rerouted_losses(self) -> Floats:
        """By closure, what is lost in the best plan made for it."""
        return self.best - self.rerouted

    def cvar(self, plan: PlanName) -> float:
        """Mean loss over the worst closures, each as likely as any other."""
        return cvar(self.losses(plan), self.alpha)

    def regret(self, plan: PlanName) -> float:
        """The most that a plan falls short of the best one made for what happens, be it a closure or nothing."""
        return float(max(self.premium(plan), np.max(self.losses(plan) - self.rerouted_losses())))


def disrupt(
    outcome: Outcome,
    close: Sequence[str] = (),
    cap: float | None = None,
    alpha: float = ALPHA,
    by: By = "country",
    count: Count = "all",
    measure: Unit = "tonnes",
    only: Collection[str] = (),
) -> Disruptions:
    """Find what each closure costs each plan.

    Parameters
    ----------
    outcome
        The scenario: only what is lawful in it is used, before and after a closure.
    close
        Crossings, nodes or countries; all crossings, berths and foreign countries that cargo may pass if none is given.
    cap
        Largest share of the diversified plan; if None, where the frontier becomes steeper than it is on the whole.
    alpha
        Share of the closures that the tail leaves out, from 0 up and below 1.
    by, count, measure, only
        What the largest share is of, as for :func:`corridor.strategy.frontier.frontier`.

    Returns
    -------
    Disruptions

    Raises
    ------
    UsageError
        If a name is unknown, or a number is no share.
    NoAnswerError
        If the plan ships nothing, nothing can close, or the cap is below the smallest feasible one.
    """
    if not 0 <= alpha < 1:
        raise UsageError(f"alpha is {alpha:g}: write a share from 0 up and below 1, as 0.9 for the worst tenth.")
    share(cap)
    plan = outcome.plan
    capped = dependence(outcome, by, count, measure, only)
    closed = closures(outcome, close)
    traced = trace(plan.problem, capped, capped.largest(plan.solution))
    chosen = knee(traced) if cap is None else cap
    made = rerouted(plan, closed)
    values = np.array([one.net_value for one in made])
    best = plan.solution.net_value
    plans: dict[PlanName, Shipments] = {
        "today": shipments(plan.problem, plan.solution),
        "diversified": shipments(plan.problem, traced.plan(chosen)),
    }
    known = [*plans.values(), *(shipments(plan.problem, one) for one in made)]
    sturdiest: dict[PlanName, Robust] = {
        "cvar": robust(plan.problem, best, closed, values, known, "cvar", alpha),
        "regret": robust(plan.problem, best, closed, values, known, "regret", alpha),
    }
    plans |= {name: found.shipments for name, found in sturdiest.items()}
    return Disruptions(best, closed, values, plans, chosen, traced, capped, by, alpha, sturdiest)


def knee(traced: Traced) -> float:
    """The cap below which each percentage point costs more than the frontier's mean; its end where none does."""
    slopes = traced.slopes()
    if len(slopes) <= 1:
        return traced.least
    mean = (traced.values[-1] - traced.values[0]) / (traced.caps[-1] - traced.caps[0])
    return float(traced.caps[int(np.argmax(slopes > mean))])
