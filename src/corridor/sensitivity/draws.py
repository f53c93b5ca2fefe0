"""What is drawn: the inputs of a scenario, their distributions, and points that are the same in every scenario."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.errors import UsageError, did_you_mean
from corridor.paths import Floats
from corridor.schema import PARAMETERS, Link, PriceStatistic, Value
from corridor.sensitivity.parameters import PRICES, Parameter, find_parameter, parameters
from corridor.sensitivity.pert import Quantiles
from corridor.sensitivity.price_statistics import PriceStatistics, price_statistics
from corridor.study import Outcome
from corridor.values import Drawn

OPERATORS, RATE, EMISSIONS = "operators", "rate", "emissions"
LEAST_SHARE = 2.0**-32
"""Scrambled points may fall on 0, where a normal score would be infinite; this is half a step of them."""


@dataclass(frozen=True, slots=True)
class Input:
    """What is drawn by one number: a parameter, or all rates of one operator together.

    Attributes
    ----------
    name
        Of the parameter; ``operators:NAME:rate``.
    parameters
        What moves with it.
    dispersion
        Of the log, where it is a price with statistics; else None: within low, central and high.
    """

    name: str
    parameters: tuple[Parameter, ...]
    dispersion: float | None = None

    @property
    def group(self) -> str:
        """What it belongs to: all prices, or all inputs of a kind."""
        first = self.parameters[0]
        return PRICES if first.table == PRICES else f"{first.table}:{first.row.parameter}"


@dataclass(frozen=True, slots=True)
class Space:
    """All inputs of a scenario.

    Attributes
    ----------
    inputs
        In the order of their names, prices with statistics first and in the order of ``statistics``.
    places
        Of each input among the dimensions.
    dimensions
        Of all scenarios of the study together, so that each input has the same place in all.
    statistics
        Of the prices.
    quantiles
        Of all ranges.
    notes
        What is to be told.
    """

    inputs: tuple[Input, ...]
    places: tuple[int, ...]
    dimensions: int
    statistics: PriceStatistics
    quantiles: Quantiles
    notes: tuple[str, ...]

    @property
    def prices(self) -> int:
        """How many prices are drawn by statistics: the first inputs."""
        return len(self.statistics.references)

    def scores(self, shares: Floats) -> Floats:
        """Scores of inputs (draws x inputs) from independent shares: those of prices normal and correlated."""
        from scipy.special import ndtri

        scores = np.array(shares, dtype=np.float64)
        if self.prices:
            normal = ndtri(np.clip(scores[:, : self.prices], LEAST_SHARE, 1 - LEAST_SHARE))
            scores[:, : self.prices] = normal @ self.statistics.root()
        return scores

    def centre(self, draws: int) -> Floats:
        """Scores (draws x inputs) at which every row has its central value."""
        return np.column_stack([np.full(draws, self._central(each)) for each in self.inputs])

    @staticmethod
    def _central(each: Input) -> float:
        return 0.0 if each.dispersion is not None else np.nan

    def drawn(self, scores: Floats) -> Drawn:
        """Draws of the rows of the scenario's tables; a NaN score is the central value.

        They are computed when they are asked for, and once: most rows are of no use to any one scenario.
        """
        of_row = {id(p.row): i for i, each in enumerate(self.inputs) for p in each.parameters}
        found: dict[int, Floats] = {}

        def draws_of(row: Value) -> Floats | None:
            if id(row) not in of_row:
                return None
            if id(row) not in found:
                i = of_row[id(row)]
                found[id(row)] = self.value(i, row, scores[:, i])
            return found[id(row)]

        return draws_of

    def value(self, i: int, row: Value, score: Floats) -> Floats:
        """A row of the i-th input at scores: normal scores of a price with statistics, else shares of its range."""
        dispersion = self.inputs[i].dispersion
        if dispersion is not None:
            return np.asarray(row.central * np.exp(dispersion * score))
        return self.quantiles(row, score)


def space(outcome: Outcome, chosen: Sequence[str] = (), own_statistics: Sequence[PriceStatistic] = ()) -> Space:
    """Find what is drawn in a scenario.

    Parameters
    ----------
    outcome
        The scenario.
    chosen
        Names of parameters, or of all rates of an operator (``operators:rzd:rate``); all that have a range if empty.
    own_statistics
        See :func:`corridor.sensitivity.price_statistics.statistics_of`.

    Raises
    ------
    UsageError
        If a name is none of the scenario's; the message has the nearest ones.
    InputError
        If the statistics of prices do not fit together.
    """
    every = every_input(outcome)
    wanted = _chosen(outcome, every, chosen) if chosen else every
    rows = outcome.tables["price_statistics"]
    references = [p.row.subject for each in wanted for p in each.parameters if p.table == PRICES]
    statistics = price_statistics(rows, references, own_statistics)
    spread = {row.reference: row.value for row in statistics.dispersions}
    drawn = [
        Input(each.name, each.parameters, spread.get(each.parameters[0].row.subject) if _is_price(each) else None)
        for each in wanted
    ]
    drawn = [each for each in drawn if each.dispersion is not None or _has_range(each)]
    idle = [each.name for each in wanted if each not in drawn and each.name not in {d.name for d in drawn}]
    if chosen and idle:
        raise UsageError(f"{', '.join(idle)}: low, central and high are the same, so that there is nothing to draw.")
    if not drawn:
        raise UsageError("no parameter of the scenario has a range: there is nothing to draw.")
    unknown = [each.name for each in drawn if _is_price(each) and each.dispersion is None]
    notes = [f"{name} has no statistics: it is drawn within its own range" for name in unknown]
    drawn.sort(key=lambda each: (each.dispersion is None, each.name))
    order = _dimensions(outcome)
    places = tuple(order[each.name] for each in drawn)
    quantiles = Quantiles.of(p.row for each in drawn if each.dispersion is None for p in each.parameters)
    return Space(tuple(drawn), places, len(order), statistics, quantiles, (*statistics.notes, *notes))


def every_input(outcome: Outcome) -> list[Input]:
    """All that moves a cost or a price of a scenario: what is emitted moves none while carbon has no price."""
    found = parameters(outcome).values()
    priced = any(p.row.parameter == "carbon_price" and p.row.high > 0 for p in found)
    return _joined(outcome, [p for p in found if priced or p.table != EMISSIONS])


def _is_price(each: Input) -> bool:
    return each.parameters[0].table == PRICES


def _has_range(each: Input) -> bool:
    return any(p.row.low < p.row.high for p in each.parameters)


def _joined(outcome: Outcome, found: Iterable[Parameter]) -> list[Input]:
    """Parameters as inputs, with the rates of each operator joined: they are set by one hand."""
    operators = _operators(outcome.tables["links"])
    joined: dict[str, list[Parameter]] = defaultdict(list)
    for parameter in found:
        operator = operators.get(parameter.row.subject) if parameter.row.parameter == RATE else None
        joined[f"{OPERATORS}:{operator}:{RATE}" if operator else parameter.name].append(parameter)
    return [Input(name, tuple(of_it)) for name, of_it in joined.items()]


def _operators(links: Iterable[Link]) -> dict[str, str]:
    """Link or tariff to the operator whose it is; several operators of one tariff stand together."""
    of: dict[str, set[str]] = defaultdict(set)
    for link in links:
        for name in filter(None, (link.id, link.tariff)):
            of[name].add(link.operator)
    return {name: "+".join(sorted(operators)) for name, operators in of.items()}


def _chosen(outcome: Outcome, every: Sequence[Input], names: Sequence[str]) -> list[Input]:
    by_name = {each.name: each for each in every}
    wanted: dict[str, Parameter] = {}
    faults = []
    for name in names:
        if name in by_name:
            wanted |= {p.name: p for p in by_name[name].parameters}
            continue
        if name.startswith(f"{OPERATORS}:"):
            known = [other for other in by_name if other.startswith(f"{OPERATORS}:")]
            faults.append(f'there is no operator\'s rate "{name}".{did_you_mean(name, known)}')
            continue
        try:
            found = find_parameter(outcome, name)
        except UsageError as error:
            faults.append(str(error))
        else:
            if found.table == EMISSIONS and found.name not in by_name:
                faults.append(f"{name} moves nothing while carbon has no price.")
            wanted[found.name] = found
    if faults:
        raise UsageError("\n".join(faults))
    return _joined(outcome, wanted.values())


def _dimensions(outcome: Outcome) -> dict[str, int]:
    """Input to its dimension, prices first: those of all scenarios, so that a draw is the same in each."""
    names = set()
    for scenario in outcome.study.by_scenario:
        other = outcome.study.run(scenario)
        names |= {(not _is_price(each), each.name) for each in every_input(other)}
    return {name: place for place, (_, name) in enumerate(sorted(names))}


def shares(seed: int, dimensions: int, start: int, draws: int) -> Floats:
    """Scrambled Sobol points (draws x dimensions) within 0 and 1.

    Parameters
    ----------
    seed
        Of the scrambling.
    dimensions
        How many.
    start
        The first point; a multiple of ``draws``.
    draws
        How many; a power of two, which keeps the points balanced.
    """
    from scipy.stats import qmc

    engine = qmc.Sobol(dimensions, scramble=True, rng=seed)
    if start:
        engine.fast_forward(start)
    return np.asarray(engine.random(draws))


def distribution(each: Input) -> dict[str, Any]:
    """An input in words: its distribution and the rows behind it."""
    first = each.parameters[0].row
    if each.dispersion is not None:
        how = f"log-normal, median at the study's price, dispersion of the log {each.dispersion:g}"
    else:
        how = "PERT within low, central and high"
    return {
        "input": each.name,
        "group": each.group,
        "distribution": how,
        "rows": [p.place for p in each.parameters],
        "low": first.low,
        "central": first.central,
        "high": first.high,
        "unit": first.unit,
        "basis": first.basis,
        "meaning": PARAMETERS[first.parameter].meaning,
    }
