"""Numbers of a scenario as facts: each with its key, how it was computed and what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from corridor.brief import evidence
from corridor.brief.case import Case
from corridor.brief.facts import Evidence, Fact
from corridor.plan import FORCED_MTPA
from corridor.routes import Route
from corridor.schema import NOT_CASH, PARTS
from corridor.sensitivity.breakeven import Nearest
from corridor.units import HOURS_PER_DAY
from corridor.wording import day, money, percent, range_of, tonnes


@dataclass(frozen=True)
class Numbers:
    """Makes facts of a scenario.

    Attributes
    ----------
    case
        The scenario.
    """

    case: Case

    def fact(
        self,
        key: str,
        value: float,
        shown: Callable[[float], str],
        unit: str,
        formula: str,
        behind: Evidence,
        ends: tuple[float, float] | None = None,
    ) -> Fact:
        """A number, with its range in brackets where it has one."""
        printed = shown(value)
        if ends is not None:
            printed += f" ({range_of(*ends, shown)})"
        low, high = ends or (None, None)
        return Fact(f"{self.case.scenario}/{key}", printed, float(value), unit, formula, behind, low, high)

    @cached_property
    def of_plan(self) -> Evidence:
        """What the best plan rests on."""
        return self.case.plan_evidence

    @cached_property
    def of_routes(self) -> Evidence:
        """The comparison of all routes."""
        return evidence.of_tables(self.case.outcome, "routes", "all routes, compared", "compare", "--format", "csv")

    @cached_property
    def of_study(self) -> Evidence:
        """The study file."""
        name = self.case.outcome.study.path.name
        return evidence.of_tables(self.case.outcome, "study", "the study file", "check", rows=(name,))

    @cached_property
    def as_of(self) -> Fact:
        """The day."""
        date = self.case.outcome.as_of
        key = f"{self.case.scenario}/as_of"
        return Fact(key, day(date), date.isoformat(), "day", "the scenario's as_of", self.of_study)

    @cached_property
    def price_year(self) -> Fact:
        """The year of whose dollars all money is."""
        year = self.case.outcome.price_year
        key = f"{self.case.scenario}/price_year"
        return Fact(key, str(year), float(year), "year", "the scenario's price_year", self.of_study)

    def count(self, key: str, number: int, formula: str, behind: Evidence | None = None, *, none: str = "0") -> Fact:
        """How many there are of something; ``none`` is what none is called."""
        return self.fact(key, number, lambda n: f"{n:,.0f}" if n else none, "1", formula, behind or self.of_routes)

    def of_them(self, key: str, number: int, formula: str) -> Fact:
        """How many there are of something in the best plan."""
        return self.count(key, number, formula, self.of_plan)

    def behind(self, near: Nearest) -> Fact:
        """How far the nearest way of the corridor asked about is behind the plan."""
        formula = f"loss of net value for each tonne if {FORCED_MTPA} Mt/yr must go by the route: solved anew"
        return self.of_route(near.route, "behind", near.behind_usd_per_t, money, "USD/t", formula=formula)

    def carried(self, corridor: str, commodity: str | None = None) -> Fact:
        """Mt a year by a corridor, of one commodity or of all."""
        of = self.case.carried
        mtpa = sum(v for (c, what), v in of.items() if c == corridor and commodity in (None, what))
        formula = "tonnes at the berth of loading, or at the place of sale over land, in the best lawful plan"
        return self.fact(f"carried/{corridor}/{commodity or 'all'}", mtpa, tonnes, "Mt/yr", formula, self.of_plan)

    @cached_property
    def net_value(self) -> Fact:
        """Net value of the best plan."""
        formula = "sales at bids less generalised cost of transport and cost at the mines, in the best lawful plan"
        value = self.case.outcome.plan.solution.net_value
        return self.fact("net_value", value, money, "million USD/yr", formula, self.of_plan)

    @cached_property
    def plan_assumed(self) -> Fact:
        """How much of the dollars behind the plan is assumed."""
        share = self.of_plan.assumed_share or 0.0
        formula = "dollars of the plan whose worst row is assumed, over all dollars of it"
        return self.fact("plan_assumed", share, percent, "share", formula, self.of_plan)

    def route_evidence(self, route: Route) -> Evidence:
        """What a route's cost rests on."""
        key = (route.commodity, route.origin, route.market, route.gateway, route.entry)
        if key not in self._behind:
            self._behind[key] = evidence.of_route(self.case.outcome, route)
        return self._behind[key]

    @cached_property
    def _behind(self) -> dict[tuple[str, ...], Evidence]:
        return {}

    def of_route(
        self, route: Route, what: str, value: float, shown: Callable[[float], str], unit: str, **more: Any
    ) -> Fact:
        """A number of a route."""
        behind = self.route_evidence(route)
        return self.fact(f"{what}/{behind.key}", value, shown, unit, behind=behind, **more)

    def cost(self, route: Route, *, ranged: bool = True) -> Fact:
        """Generalised cost of a route, with its range."""
        formula = "sum of the parts of generalised cost over the links of the route; range: every part at its bound"
        ends = {"ends": (route.low, route.high)} if ranged else {}
        what = "cost_ranged" if ranged else "cost"
        return self.of_route(route, what, route.generalised, money, "USD/t", formula=formula, **ends)

    def cash(self, route: Route) -> Fact:
        """What is invoiced."""
        formula = f"generalised cost without {', '.join(NOT_CASH)}"
        return self.of_route(route, "cash", route.cash, money, "USD/t", formula=formula)

    def part(self, route: Route, part: str) -> Fact:
        """One part of generalised cost."""
        value = route.parts[PARTS.index(part)]
        return self.of_route(route, f"part_{part}", value, money, "USD/t", formula=f"the part {part} over its links")

    def days(self, route: Route) -> Fact:
        """Time on the way."""
        value = route.time_h / HOURS_PER_DAY
        return self.of_route(
            route, "days", value, lambda v: f"{v:.0f}", "days", formula="hours moving and standing / 24"
        )

    def kilometres(self, route: Route) -> Fact:
        """Distance."""
        return self.of_route(
            route, "km", route.distance_km, lambda v: f"{v:,.0f}", "km", formula="lengths of its links"
        )

    def netback(self, route: Route) -> Fact:
        """What is left at the mine."""
        formula = "bid less cash on the way"
        return self.of_route(route, "netback", route.netback, money, "USD/t", formula=formula)

    def assumed(self, route: Route) -> Fact:
        """How much of a route's cost is assumed."""
        share = self.route_evidence(route).assumed_share or 0.0
        formula = "dollars of the route whose worst row is assumed, over all its dollars"
        return self.of_route(route, "assumed", share, percent, "share", formula=formula)

    def gap(self, route: Route, cheapest: Route) -> Fact:
        """How much dearer a route is than another."""
        formula = f"generalised cost less that of the way by {cheapest.gateway} and {cheapest.entry or 'no crossing'}"
        return self.of_route(
            route,
            f"gap/{cheapest.gateway}/{cheapest.entry}",
            route.generalised - cheapest.generalised,
            money,
            "USD/t",
            formula=formula,
        )
