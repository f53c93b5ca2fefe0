"""At which value of a parameter the answer changes, and what would have to change for a corridor to carry anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from corridor.errors import InputError, NoAnswerError, UsageError, did_you_mean
from corridor.flow import FlowSolution, Prepared
from corridor.flow.curve import between
from corridor.plan import NEGLIGIBLE_MTPA, Plan
from corridor.routes import Route
from corridor.schema import PARAMETERS, Value
from corridor.sensitivity.along import Along, Stretch, along, through
from corridor.sensitivity.numbers import AT_ONCE, base_plan, by_row, joined, numbers
from corridor.sensitivity.parameters import PRICES, Parameter, moved, parameters
from corridor.study import Outcome
from corridor.units import parse

FAR = 10.0
"""How far a change is looked for: to so many times the upper end of a parameter's range, and down to the least that
it may be."""


class Turn(NamedTuple):
    """Something that changes at a value of the parameter.

    Attributes
    ----------
    at
        The value, in the unit of the parameter's row.
    kind, name
        ``corridor`` (with its commodity), ``sale`` (a bid) or ``mine`` (an offer).
    what
        ``enters``, ``leaves``, ``more`` or ``less``, with the parameter rising.
    before, after
        Mt/yr.
    """

    at: float
    kind: str
    name: str
    what: str
    before: float
    after: float


class History(NamedTuple):
    """What a price has been.

    Attributes
    ----------
    low, high
        Lowest and highest month of all years, in dollars of the parameter's own year.
    first, last
        Years.
    """

    low: float
    high: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Needed:
    """A change of one parameter that makes a corridor, node or crossing carry something.

    Attributes
    ----------
    parameter
        What has to change.
    needed
        The value nearest to today's at which the target carries, in the unit of the parameter's row.
    bracket
        How exactly it is known: 0 if exact.
    commodities
        What it carries first.
    """

    parameter: Parameter
    needed: float
    bracket: float
    commodities: tuple[str, ...]

    @property
    def change(self) -> float:
        """Change from today's value as a share of it; infinite where that is 0."""
        today = self.parameter.row.central
        return (self.needed - today) / abs(today) if today else float("inf")

    @property
    def within_range(self) -> bool:
        """Whether the value lies within the parameter's own range."""
        return self.parameter.row.low <= self.needed <= self.parameter.row.high


def turns(found: Along, commodity: str | None = None) -> list[Turn]:
    """What changes where along a parameter; of one commodity if named."""
    made = []
    commodity_of = {**{b.bid: b.commodity for s in found.stretches[:1] for b in s.plan.buyers}}
    commodity_of |= {seller.id: seller.commodity for s in found.stretches[:1] for seller in s.plan.sellers}
    for left, right in pairwise(found.stretches):
        for kind, name, before, after in _differences(left, right):
            what = name.rsplit(" ", 1)[-1] if kind == "corridor" else commodity_of.get(name)
            if commodity in (None, what):
                made.append(Turn(right.low, kind, name, _word(before, after), before, after))
    return made


def _differences(left: Stretch, right: Stretch) -> Iterator[tuple[str, str, float, float]]:
    corridors = (left.plan.corridors(left.last), right.plan.corridors(right.first))
    deals = (left.deals(), right.deals())
    for kind, (one, other) in (("corridor", corridors), ("", deals)):
        for key in dict.fromkeys([*one, *other]):
            before, after = one.get(key, 0.0), other.get(key, 0.0)
            if abs(after - before) > NEGLIGIBLE_MTPA:
                yield kind or key[0], f"{key[0]} {key[1]}" if kind else key[1], before, after


def _word(before: float, after: float) -> str:
    if before <= NEGLIGIBLE_MTPA:
        return "enters"
    if after <= NEGLIGIBLE_MTPA:
        return "leaves"
    return "more" if after > before else "less"


def history(outcome: Outcome, parameter: Parameter) -> History | None:
    """What a reference price has been in all years of the tables; nothing for what is no price."""
    if parameter.table != PRICES:
        return None
    rows = [row for row in outcome.study.tables[PRICES] if row.subject == parameter.row.subject]
    own = outcome.values.restated(parameter.row.year)
    restated = [(row, outcome.values.restated(row.year) / own) for row in rows]
    return History(
        min(row.low * factor for row, factor in restated),
        max(row.high * factor for row, factor in restated),
        min(row.year for row in rows),
        max(row.year for row in rows),
    )


def ends_of(outcome: Outcome, parameter: Parameter, low: float | None, high: float | None) -> tuple[float, float]:
    """From where to where a parameter is moved: as said, else a price through its history and all else its range.

    Raises
    ------
    UsageError
        If neither is said and the parameter has no range, or if it may not be so low or so high as is said.
    """
    past = history(outcome, parameter)
    own = (past.low, past.high) if past else (parameter.row.low, parameter.row.high)
    if low is None and high is None and not own[0] < own[1]:
        raise UsageError(f"{parameter.name} has no range of its own: say from where to where.")
    for said in (low, high):
        if said is not None:
            _may_be(outcome, parameter, said)
    return (own[0] if low is None else low), (own[1] if high is None else high)


def _may_be(outcome: Outcome, parameter: Parameter, value: float) -> None:
    """Refuse an end that the tables would: their file is not at fault, what was asked is."""
    try:
        moved(outcome, {parameter: value})
    except InputError as error:
        told = dict.fromkeys(fault.message for fault in error.faults)
        raise UsageError(f"{parameter.name} cannot go to {value:g}: {' '.join(told)}") from None


def known_target(outcome: Outcome, target: str) -> str:
    """Return the name of a corridor, node or crossing.

    Raises
    ------
    UsageError
        If there is none; the message has the nearest names.
    """
    crossings = [edge.link.crossing for edge in outcome.network.edges if edge.link.crossing]
    known = list(dict.fromkeys([*outcome.study.file.corridors, *outcome.network.nodes, *crossings]))
    if target not in known:
        raise UsageError(f'"{target}" is no corridor, node or crossing.{did_you_mean(target, known)}')
    return target


class Nearest(NamedTuple):
    """The lawful route through a target that would cost the plan least, and how much: USD for each tonne on it.

    Such a subsidy on every tonne would make it carry; infinite where no route can take cargo.
    """

    route: Route
    behind_usd_per_t: float


def nearest(outcome: Outcome, target: str, commodity: str | None = None) -> Nearest:
    """Find the lawful route through a target that is least behind the best plan.

    Raises
    ------
    NoAnswerError
        If no lawful way leads through it.
    """
    plan = outcome.plan
    # what prices say is the least that a tonne can cost, so that the first whose real cost is less than all that follow
    # say is the nearest
    routes = sorted(_lawful(outcome, target, commodity), key=plan.behind)
    best = Nearest(routes[0], float("inf"))
    for route in routes:
        if plan.behind(route) >= best.behind_usd_per_t:
            break
        cost = plan.forced(route)
        if cost < best.behind_usd_per_t:
            best = Nearest(route, max(0.0, cost))
    return best


def what_would_have_to_change(
    outcome: Outcome,
    target: str,
    commodity: str | None = None,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> list[Needed]:
    """Find, parameter by parameter, the smallest change that makes a target carry something, all else as it is.

    Parameters
    ----------
    outcome
        The scenario. Only what is lawful in it counts.
    target
        A corridor, node or crossing that carries nothing in the best plan.
    commodity
        What it should carry; anything if None.
    progress
        Told how many of how many parameters are done.

    Returns
    -------
    list of Needed
        The smallest share of today's value first. Parameters that no value makes suffice are not in it.

    Raises
    ------
    NoAnswerError
        If no lawful way leads through the target, or it carries something already.

    Notes
    -----
    Parameters are those behind the costs of the target's lawful routes and of the best routes of the same mines, and
    behind their bids. Each is looked at down to the least that the schema allows and up to :data:`FAR` times its range;
    within that the break is exact where the parameter enters linearly.
    """
    plan = outcome.plan
    if through(plan, plan.solution, target, commodity) > NEGLIGIBLE_MTPA:
        raise NoAnswerError(f"{target} carries something already: nothing has to change.")
    found: list[Needed] = []
    asked = _promising(outcome, _behind(outcome, target, commodity), target, commodity)
    for done, parameter in enumerate(asked):
        progress(done, len(asked))
        found += _needed(outcome, parameter, target, commodity)
    progress(len(asked), len(asked))
    return sorted(found, key=lambda needed: abs(needed.change))


def _promising(outcome: Outcome, asked: list[Parameter], target: str, commodity: str | None) -> list[Parameter]:
    """Those that make the target carry something at a far end, and those that do not enter linearly.

    The far ends of all others are solved together; these are looked at one by one.
    """
    plan = base_plan(outcome)
    ends = [(p, end) for p in asked if p.linear for end in _far_ends(p) if end != p.row.central]
    parts = []
    for start in range(0, len(ends), AT_ONCE):
        some = ends[start : start + AT_ONCE]
        drawn = {p: np.array([end if other is p else p.row.central for other, end in some]) for p, _ in some}
        parts.append(numbers(outcome, plan, len(some), by_row(drawn)))
    if not parts:
        return asked
    plans = Prepared(plan.problem, engine="paths").resolve_many(**joined(parts))
    carrying = {
        p.name
        for (p, _), shipment in zip(ends, plans.shipments(), strict=True)
        if through(plan, shipment, target, commodity) > NEGLIGIBLE_MTPA
    }
    return [p for p in asked if not p.linear or p.name in carrying]


def _needed(outcome: Outcome, parameter: Parameter, target: str, commodity: str | None) -> Iterator[Needed]:
    """The value nearest to today's, on either side, at which the target carries something."""
    today = parameter.row.central
    for end, plan, solution in _at_far_ends(outcome, parameter):
        if through(plan, solution, target, commodity) <= NEGLIGIBLE_MTPA:
            continue
        line = along(outcome, parameter, min(today, end), max(today, end))
        stretches = line.stretches if end > today else line.stretches[::-1]
        first = next((s for s in stretches if s.through(target, commodity) > NEGLIGIBLE_MTPA), None)
        if first is not None:
            names = {what for _, what in first.corridors() if first.through(target, what) > NEGLIGIBLE_MTPA}
            nearest = first.low if end > today else first.high
            yield Needed(parameter, nearest, line.bracket, tuple(sorted(names)))


def _at_far_ends(outcome: Outcome, parameter: Parameter) -> Iterator[tuple[float, Plan, FlowSolution]]:
    """The best plans at both far ends of a parameter; the second by going as far the other way where it is linear."""
    plan, today = outcome.plan, parameter.row.central
    far = [end for end in _far_ends(parameter) if end != today]
    toward, first = None, today
    for end in far:
        if toward is None or not parameter.linear:
            there = moved(outcome, {parameter: end}).plan
            if not plan.problem.same_network(there.problem):
                yield end, there, there.solution
                continue
            toward, first = between(plan.problem, there.problem), end
        yield end, plan, plan.prepared.resolve(**toward((end - today) / (first - today)))


def _far_ends(parameter: Parameter) -> tuple[float, float]:
    """How low and how high a parameter is looked at, in the unit of its row."""
    kind, row = PARAMETERS[parameter.row.parameter], parameter.row
    _, factor, currency = parse(row.unit)
    size = max(abs(row.low), abs(row.high))
    if currency not in (None, "USD"):
        return (0.0 if kind.minimum >= 0 else -FAR * size), FAR * size
    return max(kind.minimum / factor, -FAR * size), min(kind.maximum / factor, FAR * size)


def _behind(outcome: Outcome, target: str, commodity: str | None) -> list[Parameter]:
    """Parameters behind the target's lawful routes, the best routes of the same mines, and their bids."""
    wanted = _lawful(outcome, target, commodity)
    routes = [route for route in outcome.routes if route.usable and commodity in (None, route.commodity)]
    mines = {(route.origin, route.commodity) for route in wanted}
    best: dict[tuple[str, str, str], Route] = {}
    for route in routes:
        key = route.origin, route.commodity, route.corridor
        if key[:2] in mines and (key not in best or route.decision_netback > best[key].decision_netback):
            best[key] = route
    rows: dict[int, Value] = {}
    for route in {*wanted, *best.values()}:
        kind = outcome.network.commodities[route.commodity]
        for e in route.edges:
            for item in outcome.cost_model.ledger(e, kind):
                rows |= {id(figure.row): figure.row for figure in item.figures}
        buyer = next(buyer for buyer in outcome.buyers if buyer.bid == route.bid)
        rows |= {id(figure.row): figure.row for figure in buyer.figures}
        seller = next(s for s in outcome.sellers if (s.node, s.commodity) == (route.origin, route.commodity))
        rows |= {id(figure.row): figure.row for figure in seller.figures}
    return [parameter for parameter in parameters(outcome).values() if id(parameter.row) in rows]


def _lawful(outcome: Outcome, target: str, commodity: str | None) -> list[Route]:
    """Usable routes through a target.

    Raises
    ------
    NoAnswerError
        If there are none; the message has the rules that bar the way.
    """
    through_it = [
        route for route in outcome.routes if commodity in (None, route.commodity) and _passes(outcome, route, target)
    ]
    lawful = [route for route in through_it if route.usable]
    if not lawful:
        rules = sorted({rule for route in through_it for rule in route.law_rules})
        why = f" Rules: {', '.join(rules)}." if rules else ""
        raise NoAnswerError(f"no lawful way leads through {target} on {outcome.as_of}: no number changes that.{why}")
    return lawful


def _passes(outcome: Outcome, route: Route, target: str) -> bool:
    """Whether a route is by a corridor, or over a node or crossing."""
    edges = [outcome.network.edges[e] for e in route.edges]
    places = {route.corridor, *(edge.tail for edge in edges), *(edge.head for edge in edges)}
    return target in places or any(edge.link.crossing == target for edge in edges)
