"""One question of a published case -> what the model says on its day: central value and draws."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from corridor import market, units
from corridor.cost import CostModel
from corridor.errors import did_you_mean
from corridor.evidence.days import Days
from corridor.network import Network
from corridor.paths import Floats
from corridor.schema import NOT_CASH, PARTS, Case, Commodity, LinkKind
from corridor.sensitivity.parameters import find_parameter
from corridor.study import Outcome
from corridor.values import BOUNDS, Level, Values
from corridor.ways import way_over

UNITS = {
    "cost": "USD/t",
    "generalised": "USD/t",
    "time": "h",
    "distance": "km",
    "speed": "km/h",
    "moving_speed": "km/h",
    "cost_per_km": "USD/t-km",
    "parcel": "t",
    "bid": "USD/t",
    "netback": "USD/t",
    "cost_share": "share",
}
"""Coherent unit of what is asked; that of a number of the tables is its own."""

PERCENTILES = (5, 95)
"""Of the draws: the model's range."""
KINDS: tuple[LinkKind, ...] = ("rail", "road", "sea", "border", "gauge_break", "transload", "port")


class Answer(NamedTuple):
    """What the model says.

    Attributes
    ----------
    unit
        Coherent, or money in the currency of the case.
    central
        With every number at its centre.
    draws
        One value a draw.
    law_status
        The strictest on the way; blank where no way is asked for.
    links
        The way.
    """

    unit: str
    central: float
    draws: Floats
    law_status: str = ""
    links: tuple[str, ...] = ()

    @property
    def span(self) -> tuple[float, float, float]:
        """The 5th percentile of the draws, the central value, the 95th; the central value lies within."""
        low, high = np.percentile(self.draws, PERCENTILES).tolist()
        return min(low, self.central), self.central, max(high, self.central)


class CaseError(Exception):
    """A case that cannot be asked: the column at fault, and what would be right."""

    def __init__(self, column: str, message: str) -> None:
        self.column = column
        super().__init__(message)


def ask(days: Days, case: Case) -> Answer:
    """Ask the model what a case asks, without its relation to another.

    Raises
    ------
    CaseError
        If the case does not fit the study.
    InputError
        If the tables lack what its day needs.
    UsageError
        If its scenario or parameter is none of the study's.
    """
    scenario, as_of = days.day_of(case.scenario, case.as_of, case.year)
    outcome = days.outcome(scenario, as_of, case.year)
    values = days.drawn(scenario, as_of, case.year)
    if case.quantity == "parameter":
        parameter = find_parameter(outcome, case.parameter)
        figure = values.find(parameter.row.parameter, parameter.row.subject, commodity=parameter.row.commodity)
        if figure is None:
            raise CaseError("parameter", f'"{case.parameter}" does not hold on {as_of}.')
        drawn = np.full(values.width - BOUNDS, figure.central) if figure.drawn is None else figure.drawn
        return Answer(units.parse(parameter.row.unit)[0], figure.central, drawn)
    commodity = _commodity(outcome, case)
    if case.quantity == "bid":
        if commodity is None:
            raise CaseError("commodity", "is blank: a bid is for a commodity.")
        return _answer(case, _bid(outcome, values, case, commodity))
    chain = _way(outcome, case, commodity)
    columns = _along(outcome, values, case, commodity or next(iter(outcome.network.commodities.values())), chain)
    return _answer(case, columns, *_legal(outcome, case, commodity, chain))


def _answer(case: Case, columns: Floats, law_status: str = "", links: tuple[str, ...] = ()) -> Answer:
    if not np.isfinite(columns).all():
        raise CaseError("quantity", f"the way has no {case.quantity}: nothing of it is counted, or no ship fits.")
    return Answer(UNITS[case.quantity], float(columns[1]), columns[BOUNDS:], law_status, links)


def _commodity(outcome: Outcome, case: Case) -> Commodity | None:
    if case.commodity is None:
        if case.quantity != "distance":
            raise CaseError("commodity", f"is blank: {case.quantity} depends on what is shipped.")
        return None
    return outcome.network.commodities[_known(case.commodity, outcome.network.commodities, "commodity", "commodity")]


def _known(word: str | None, known: Collection[str], kind: str, column: str) -> str:
    if not word:
        raise CaseError(column, f"is blank: name a {kind}.")
    if word not in known:
        raise CaseError(column, f'"{word}" is no {kind} of this study.{did_you_mean(word, sorted(known))}')
    return word


def _way(outcome: Outcome, case: Case, commodity: Commodity | None) -> tuple[int, ...]:
    """Edges of the cheapest way, lawful where that is possible; the shortest where no commodity is named."""
    network = outcome.network
    start, end = (_known(getattr(case, name), network.nodes, "node", name) for name in ("origin", "market"))
    places = {*network.nodes, *(edge.link.crossing for edge in network.edges if edge.link.crossing)}
    via = [_known(place, places, f"node or crossing that is open on {outcome.as_of}", "via") for place in case.via]
    if commodity is None:
        chain = way_over(network, start, end, via, outcome.cost_model.km())
    else:
        taken = np.array([network.takes(edge.link, commodity) for edge in network.edges], dtype=bool)
        cost = outcome.cost_model.edge_costs(commodity, taken).generalised
        allowed = outcome.law.verdict(commodity, network.nodes[start].country).allows(
            outcome.study.file.assumptions.use
        )
        chain = way_over(network, start, end, via, np.where(allowed, cost, np.nan)) or way_over(
            network, start, end, via, cost
        )
    if not chain:
        over = f" over {', '.join(case.via)}" if case.via else ""
        raise CaseError("market", f"no open way leads from {case.origin} to {case.market}{over} on {outcome.as_of}.")
    return chain


def _legal(
    outcome: Outcome, case: Case, commodity: Commodity | None, chain: tuple[int, ...]
) -> tuple[str, tuple[str, ...]]:
    links = tuple(outcome.network.edges[e].id for e in chain)
    if commodity is None or case.origin is None:
        return "", links
    effect, _ = outcome.law.along(commodity, outcome.network.nodes[case.origin].country, chain)
    return effect, links


def _along(outcome: Outcome, values: Values, case: Case, commodity: Commodity, chain: tuple[int, ...]) -> Floats:
    """What a case asks of a way: cheap, central, dear, then the draws."""
    network = Network(
        outcome.network.nodes, tuple(outcome.network.edges[e] for e in chain), outcome.network.commodities
    )
    kinds = _words(case.kinds, KINDS, "kinds")
    kept = [i for i, edge in enumerate(network.edges) if edge.link.kind in kinds]
    if not kept:
        raise CaseError("kinds", "the way has no link of these kinds: nothing is left of it.")
    model = CostModel(values, network)
    if case.quantity == "parcel":
        at_sea = [i for i in kept if network.edges[i].link.kind == "sea"]
        if not at_sea:
            raise CaseError("market", "no ship sails on the way: a parcel is asked of a sea link.")
        return model.parcel(at_sea[0], commodity)
    spread = model.spread(commodity)
    km = spread.km[kept].sum(axis=0)
    hours = {label: span[kept].sum(axis=0) for label, span in spread.hours.items()}
    counted = PARTS if case.quantity == "generalised" else [part for part in PARTS if part not in NOT_CASH]
    parts = [
        PARTS.index(part) for part in (_words(case.parts, PARTS, "parts") if case.parts else PARTS) if part in counted
    ]
    cost = spread.parts[kept][:, parts].sum(axis=(0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        match case.quantity:
            case "distance":
                return np.asarray(km)
            case "time":
                return np.asarray(sum(hours.values()))
            case "speed":
                return np.asarray(km / sum(hours.values()))
            case "moving_speed":
                return np.asarray(km / (hours["moving"] + hours.get("at sea", 0.0)))
            case "cost_per_km":
                return np.asarray(cost / km)
            case "netback":
                return np.asarray(_bid(outcome, values, case, commodity) - cost)
            case "cost_share":
                return np.asarray(cost / _bid(outcome, values, case, commodity))
    return np.asarray(cost)


def _words(said: tuple[str, ...], known: tuple[str, ...], column: str) -> set[str]:
    """The words that are meant: those named, or all but those after ``!``; all where none is named."""
    bare = [_known(word.removeprefix("!"), known, column.removesuffix("s"), column) for word in said]
    without = {word.removeprefix("!") for word in said if word.startswith("!")}
    named = {word for word in bare if word not in without}
    return (named or {*known}) - without


def _bid(outcome: Outcome, values: Values, case: Case, commodity: Commodity) -> Floats:
    """The best bid at a market, USD/t; of the grade of a mine where one is named."""
    here = [b for b in market.buyers(outcome.tables, values) if (b.node, b.commodity) == (case.market, commodity.id)]
    if not here:
        nodes = {bid.node for bid in outcome.tables["bids"] if bid.commodity == commodity.id}
        _known(case.market, nodes, f"market for {commodity.id}", "market")
    best = max(here, key=lambda buyer: buyer.price)
    price = np.concatenate([np.full(BOUNDS, best.price), best.draws.price if best.draws else []])
    premium = values.find("quality_premium", case.origin, commodity=commodity.id) if case.origin else None
    level: Level = premium.level if premium else 0.0
    return np.asarray(price + level)
