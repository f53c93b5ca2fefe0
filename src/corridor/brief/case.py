"""A scenario as a brief looks at it: who carries what, what each way costs, what the law says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from corridor import report
from corridor.brief import evidence
from corridor.brief.facts import Evidence
from corridor.brief.names import Names
from corridor.errors import NoAnswerError
from corridor.plan import NEGLIGIBLE_MTPA
from corridor.routes import Route
from corridor.schema import EFFECTS, Rule
from corridor.sensitivity.breakeven import Nearest, nearest
from corridor.study import Outcome, Study


class Sale(NamedTuple):
    """The way of a commodity from its largest mine to its main market.

    Attributes
    ----------
    commodity, origin, market
        Ends; the market is blank where the commodity has no main one that is reached.
    lawful
        Corridor to its cheapest route that may be used.
    anyhow
        Corridor to its cheapest route whatever the law says.
    """

    commodity: str
    origin: str
    market: str
    lawful: Mapping[str, Route]
    anyhow: Mapping[str, Route]

    @property
    def cheapest(self) -> Route | None:
        """The cheapest route that may be used."""
        return min(self.lawful.values(), key=lambda route: route.generalised, default=None)


class Standing(NamedTuple):
    """What the law says of a commodity and a corridor: the mildest status of any of its ways, and the rules behind it.

    Attributes
    ----------
    status
        One of :data:`corridor.schema.EFFECTS`; None where no way leads.
    rules
        Ids of the rules on the ways of that status.
    ways
        How many ways there are of each status.
    """

    status: str | None
    rules: tuple[str, ...]
    ways: Mapping[str, int]


@dataclass(frozen=True)
class Case:
    """A scenario of a study.

    Attributes
    ----------
    outcome
        As it was run.
    focus
        The corridor that the study asks about; None where it asks about none.
    """

    outcome: Outcome
    focus: str | None

    @cached_property
    def names(self) -> Names:
        """Names as they stand in a sentence."""
        return Names(self.outcome)

    @property
    def scenario(self) -> str:
        """Its name."""
        return self.outcome.scenario

    @property
    def lifted(self) -> tuple[str, ...]:
        """Measures that are treated as if lifted."""
        return self.outcome.lifted_measures

    @cached_property
    def corridors(self) -> list[str]:
        """Corridors of the study, and others by which ways lead."""
        own = [*self.outcome.study.file.corridors]
        return [*own, *sorted({route.corridor for route in self.outcome.routes} - {*own})]

    @cached_property
    def commodities(self) -> list[str]:
        """Commodities that are both offered and bid for."""
        return sorted({s.commodity for s in self.outcome.sellers} & {b.commodity for b in self.outcome.buyers})

    @cached_property
    def carried(self) -> dict[tuple[str, str], float]:
        """Mt/yr by corridor and commodity in the best lawful plan."""
        return self.outcome.plan.corridors() if self.any_lawful else {}

    @cached_property
    def any_lawful(self) -> bool:
        """Whether any way from a mine to a market may be used."""
        return any(route.usable for route in self.outcome.routes)

    @cached_property
    def by_corridor(self) -> dict[str, float]:
        """Mt/yr by corridor, what carries most first."""
        total: dict[str, float] = defaultdict(float)
        for (corridor, _), mtpa in self.carried.items():
            total[corridor] += mtpa
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def winners(self) -> dict[str, str | None]:
        """Commodity to the corridor that carries most of it; None where nothing of it is shipped, or in a tie."""
        found: dict[str, str | None] = {}
        for commodity in self.commodities:
            own = sorted(((mtpa, corridor) for (corridor, what), mtpa in self.carried.items() if what == commodity))
            tie = len(own) > 1 and own[-1][0] - own[-2][0] <= NEGLIGIBLE_MTPA
            found[commodity] = own[-1][1] if own and not tie else None
        return found

    @cached_property
    def won(self) -> dict[str, list[str]]:
        """Corridor to the commodities of which it carries most, the most of them first."""
        found: dict[str, list[str]] = defaultdict(list)
        for commodity, corridor in self.winners.items():
            if corridor:
                found[corridor].append(commodity)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), -self.by_corridor[item[0]], item[0])))

    @cached_property
    def idle(self) -> list[str]:
        """Commodities of which the best plan ships nothing."""
        shipped = {commodity for _, commodity in self.carried}
        return [commodity for commodity in self.commodities if commodity not in shipped]

    @cached_property
    def tied(self) -> list[str]:
        """Commodities of which several corridors carry the same, and none more."""
        return [
            commodity for commodity, corridor in self.winners.items() if not corridor and commodity not in self.idle
        ]

    @cached_property
    def sales(self) -> list[Sale]:
        """For each commodity the ways from its largest mine to its main market."""
        found = []
        for block in report.summary(self.outcome):
            lawful = {route.corridor: route for route in block["lawful"]}
            anyhow = {**lawful, **{route.corridor: route for route in block["not_lawful"]}}
            found.append(Sale(block["commodity"], block["origin"], block["market"], lawful, anyhow))
        return found

    @cached_property
    def flagship(self) -> Sale | None:
        """The sale of the largest mine, among those that the corridor asked about reaches where there are any."""
        output = {(seller.node, seller.commodity): seller.output_mtpa for seller in self.outcome.sellers}
        ways = [sale for sale in self.sales if sale.anyhow]
        through = [sale for sale in ways if self.focus in sale.anyhow]
        return max(through or ways, key=lambda sale: output[sale.origin, sale.commodity], default=None)

    def standing(self, commodity: str, corridor: str) -> Standing:
        """What the law says of a commodity's ways by a corridor, from any mine to any market."""
        ways: dict[str, int] = defaultdict(int)
        rules: dict[str, dict[str, None]] = defaultdict(dict)
        for route in self.outcome.routes:
            if (route.commodity, route.corridor) == (commodity, corridor):
                ways[route.law_status] += 1
                rules[route.law_status] |= dict.fromkeys(route.law_rules)
        mildest = min(ways, key=EFFECTS.index, default=None)
        return Standing(mildest, tuple(rules[mildest]) if mildest else (), dict(ways))

    def may(self, commodity: str, corridor: str) -> bool:
        """Whether any way of a commodity by a corridor may be used."""
        return self.standing(commodity, corridor).status in self.outcome.study.file.assumptions.use

    @cached_property
    def rules_in_the_way(self) -> list[Rule]:
        """Rules that keep the plan off the mildest ways by the corridor asked about, each once."""
        standings = [self.standing(commodity, self.focus or "") for commodity in self.commodities]
        use = self.outcome.study.file.assumptions.use
        wanted = {rule for found in standings if found.status not in use for rule in found.rules}
        return [rule for rule in self.outcome.tables["rules"] if rule.id in wanted and rule.effect not in use]

    @property
    def in_the_way(self) -> list[str]:
        """The measures of these rules, each once."""
        return list(dict.fromkeys(rule.measure for rule in self.rules_in_the_way))

    @property
    def is_default(self) -> bool:
        """Whether it is the study's own scenario."""
        return self.scenario == self.outcome.study.file.default_scenario

    @cached_property
    def nearest(self) -> Nearest | None:
        """The lawful route of the corridor asked about that is least behind the plan; None where there is none."""
        if self.focus is None:
            return None
        try:
            return nearest(self.outcome, self.focus)
        except NoAnswerError:
            return None

    @cached_property
    def ways_of_focus(self) -> dict[str, int]:
        """How many ways by the corridor asked about have each legal status."""
        ways: dict[str, int] = defaultdict(int)
        for route in self.outcome.routes:
            if route.corridor == self.focus:
                ways[route.law_status] += 1
        return dict(ways)

    @property
    def lawful_through_focus(self) -> bool:
        """Whether any way by the corridor asked about may be used."""
        return any(self.ways_of_focus.get(status) for status in self.outcome.study.file.assumptions.use)

    @cached_property
    def plan_evidence(self) -> Evidence:
        """What the plan rests on."""
        return evidence.of_plan(self.outcome)


def focus_of(study: Study) -> str | None:
    """The corridor that a study asks about: as its file says, else the first that carries nothing in it."""
    if study.file.focus is not None:
        return study.file.focus
    outcome = study.run()
    carrying = {corridor for corridor, _ in outcome.plan.corridors()} if any(r.usable for r in outcome.routes) else {}
    return next((corridor for corridor in study.file.corridors if corridor not in carrying), None)
