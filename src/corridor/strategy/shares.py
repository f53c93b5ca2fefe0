"""What a plan depends on: tonnes, or their value, by the country entered or by the corridor taken."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from corridor.errors import NoAnswerError, UsageError, did_you_mean
from corridor.flow import FlowProblem
from corridor.paths import Floats
from corridor.plan import NEGLIGIBLE_MTPA, Plan
from corridor.strategy.cap import Cap, Measure
from corridor.strategy.gateways import Layered, layered
from corridor.study import Outcome

By = Literal["country", "corridor"]
Place = Literal["country", "corridor", "gateway"]
Count = Literal["all", "transit"]
Unit = Literal["tonnes", "value"]


def dependence(
    outcome: Outcome, by: By = "country", count: Count = "all", measure: Unit = "tonnes", only: Collection[str] = ()
) -> Cap:
    """Say what the largest share is a share of, and hold the total at what the scenario's plan ships.

    Parameters
    ----------
    outcome
        The scenario.
    by
        ``country``: a tonne counts at each border, on land or at sea, by which it enters a country that is not its own.
        ``corridor``: it counts once, for the country of its berth of loading or, sold over land, of its buyer.
    count
        Of countries, ``all`` that are entered, or those that are left again: ``transit``.
    measure
        ``tonnes``, or ``value``: tonnes x the commodity's value at loading, million USD/yr.
    only
        Names to cap; all if none is given.

    Raises
    ------
    UsageError
        If a choice or a name is unknown.
    NoAnswerError
        If the plan ships nothing: there is no share of nothing.
    """
    for word, of in ((by, By), (count, Count)):
        _one_of(word, get_args(of))
    if count == "transit" and by != "country":
        raise UsageError("transit is counted by country: a corridor is where cargo is loaded or sold.")
    plan, worth = outcome.plan, _worth(outcome, measure)
    family = _family(plan, _countries(plan, count) if by == "country" else _corridors(plan), worth.of)
    return _cap(outcome, by, family, plan.problem, worth, only)


def by_gateway(outcome: Outcome, measure: Unit = "tonnes", only: Collection[str] = ()) -> tuple[Cap, Layered]:
    """Say the same of gateways: berths of loading and, for sales over land, crossings out of the cargo's country.

    The cap is one of the layered problem, which tells cargo apart by where it leaves. Errors are those of
    :func:`dependence`.
    """
    worth = _worth(outcome, measure)
    layers = layered(outcome.plan, worth.of)
    return _cap(outcome, "gateway", layers.family, layers.problem, worth, only), layers


class _Worth(NamedTuple):
    """What a tonne of each commodity counts, and the unit of that: 1 t, or its value at loading in USD."""

    unit: str
    of: dict[str, float]


def _one_of(word: str, known: Sequence[str]) -> None:
    if word not in known:
        raise UsageError(f'"{word}" is none of {", ".join(known)}.{did_you_mean(word, known)}')


def _cap(
    outcome: Outcome,
    by: Place,
    family: Sequence[Measure],
    problem: FlowProblem,
    worth: _Worth,
    only: Collection[str],
) -> Cap:
    """Cap a family, as far as it is named, and hold the total at what the scenario's plan ships."""
    _check(outcome, by, only, [measured.name for measured in family])
    before = np.zeros(problem.count("edge") + problem.count("bid"))
    of_sellers = np.array([worth.of[seller.commodity] for seller in outcome.plan.sellers])
    purchases = outcome.plan.solution.purchases
    if float(np.sum(purchases)) <= NEGLIGIBLE_MTPA:
        raise NoAnswerError(f"nothing is carried in {outcome.scenario}: there are no shares of nothing.")
    total = float(of_sellers @ purchases)
    shipped = Measure("shipped in all", np.append(before, of_sellers))
    return Cap(tuple(one for one in family if not only or one.name in only), total, worth.unit, ((shipped, total),))


def _check(outcome: Outcome, by: Place, only: Collection[str], usable: Sequence[str]) -> None:
    """Refuse names that are unknown, and those for which there is nothing to cap."""
    nodes, corridors = outcome.network.nodes, outcome.corridor_of
    home = {nodes[seller.node].country for seller in outcome.sellers}
    known = {
        "country": {node.country for node in nodes.values()} - home,
        "corridor": {*corridors.values(), *usable},
        "gateway": {*_gateways(outcome), *usable},
    }[by]
    for name in only:
        if name not in known:
            hint = did_you_mean(name.upper() if by == "country" else name, sorted(known))
            raise UsageError(f'"{name}" is no {by} of this study.{hint} There are: {", ".join(sorted(known))}.')
        if name not in usable:
            raise NoAnswerError(f"no lawful way leads through {name} in {outcome.scenario}: there is nothing to cap.")


class _Count(NamedTuple):
    """A column of the problem counts for a name, so many times."""

    column: int
    name: str
    times: float


def _countries(plan: Plan, count: Count) -> Iterator[_Count]:
    """Edges that cross a border into a country (or out of it) that is not the cargo's own."""
    nodes = plan.network.nodes
    for column, (e, origin) in enumerate(zip(plan.edge_of, plan.origin_of, strict=True)):
        edge = plan.network.edges[e]
        left, entered = nodes[edge.tail].country, nodes[edge.head].country
        counts = entered if count == "all" else left
        if left != entered and counts != origin:
            yield _Count(column, counts, 1.0)


def _corridors(plan: Plan) -> Iterator[_Count]:
    """As :meth:`corridor.plan.Plan.corridors`: at the berth of loading, all that did not come by sea at its sale."""
    ashore = {edge.head for edge in plan.network.edges if edge.link.kind != "sea"}
    for column, e in enumerate(plan.edge_of):
        edge = plan.network.edges[e]
        if edge.link.kind == "sea":
            yield _Count(column, plan.corridor_at(edge.tail), 1.0)
            if edge.head in ashore:
                yield _Count(column, plan.corridor_at(edge.head), -1.0)
    mines = {seller.node for seller in plan.sellers}
    for bid, buyer in enumerate(plan.buyers, start=plan.problem.count("edge")):
        if buyer.node in ashore or buyer.node in mines:
            yield _Count(bid, plan.corridor_at(buyer.node), 1.0)


def _family(plan: Plan, counts: Iterator[_Count], worth: Mapping[str, float]) -> tuple[Measure, ...]:
    """A measure for each name."""
    problem = plan.problem
    commodity = [*plan.commodity_of, *("" for _ in plan.handovers), *(buyer.commodity for buyer in plan.buyers)]
    by_name: dict[str, Floats] = {}
    for column, name, times in counts:
        if name not in by_name:
            by_name[name] = np.zeros(sum(problem.count(kind) for kind in ("edge", "bid", "offer")))
        by_name[name][column] += times * worth[commodity[column]]
    return tuple(Measure(name, per_column) for name, per_column in sorted(by_name.items()))


def _gateways(outcome: Outcome) -> Iterator[str]:
    """Every berth and every border crossing that is open."""
    for edge in outcome.network.edges:
        if edge.link.kind == "sea":
            yield edge.tail
        elif edge.link.kind == "border":
            yield edge.link.crossing or edge.link.id


def _worth(outcome: Outcome, measure: Unit) -> _Worth:
    _one_of(measure, get_args(Unit))
    commodities = {seller.commodity: outcome.network.commodities[seller.commodity] for seller in outcome.plan.sellers}
    if measure == "tonnes":
        return _Worth("t", dict.fromkeys(commodities, 1.0))
    levels = {name: outcome.values.value_at_loading(commodity)[0] for name, commodity in commodities.items()}
    return _Worth("USD", {name: float(np.asarray(level).flat[0]) for name, level in levels.items()})
