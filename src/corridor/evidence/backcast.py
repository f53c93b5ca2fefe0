"""Years as they were, solved and set beside what was shipped."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, NoReturn

import numpy as np

from corridor import units
from corridor.errors import Fault, InputError, did_you_mean
from corridor.evidence.ask import PERCENTILES
from corridor.evidence.carried import Carried
from corridor.evidence.days import Days
from corridor.paths import Floats
from corridor.schema import Shipment
from corridor.study import Outcome, Study

YEARS = (2013, 2015, 2017, 2019, 2021, 2023, 2024)
"""Which are solved where none are named."""
DRAWS = 64
"""Of each year's numbers: every one is a plan that is solved."""
LEAST_FOR_R_SQUARED = 4
"""Observed crossings of a year below which a share of explained variance says nothing."""
EVERYTHING = "all"

Span = tuple[float, float, float]


class Shipped(NamedTuple):
    """A figure of what was shipped, beside the year's plan.

    Attributes
    ----------
    shipment
        The row.
    observed, model
        Low, central and high, Mt/yr, or a share where the row has one. The model's low and high are percentiles of
        the plans for the draws, moved out to the central plan where it lies beyond them.
    rival, rival_year
        What last year's share of the total would have said, and of which year it is; None where none is known.
    """

    shipment: Shipment
    observed: Span
    model: Span
    rival: float | None = None
    rival_year: int | None = None

    @property
    def error(self) -> float:
        """The plan's less the observed."""
        return self.model[1] - self.observed[1]

    @property
    def width(self) -> float:
        """Of the plan's range."""
        return self.model[2] - self.model[0]

    @property
    def rival_error(self) -> float | None:
        """The rival forecast's less the observed."""
        return None if self.rival is None else self.rival - self.observed[1]

    @property
    def overlap(self) -> bool:
        """Whether the ranges have a value in common."""
        return self.observed[0] <= self.model[2] and self.model[0] <= self.observed[2]


class YearFit(NamedTuple):
    """How well the crossings of a year and commodity are met: all that were observed, beside the rival where it exists.

    Crossings that were only observed together count as one. ``r_squared`` is None where fewer than four were observed,
    ``rival_r_squared`` where the rival exists for fewer.
    """

    year: int
    commodity: str
    crossings: int
    mean_absolute_error: float
    mean_width: float
    overlaps: int
    rival_crossings: int
    rival_mean_absolute_error: float | None
    error_beside_rival: float | None
    r_squared: float | None
    rival_r_squared: float | None


class Backcast(NamedTuple):
    """All figures beside the plans, and what is wrong with the others."""

    rows: tuple[Shipped, ...]
    faults: tuple[Fault, ...]

    def fits(self) -> list[YearFit]:
        """Crossings by year and commodity; of crossings told together and apart too, those told apart count."""
        groups: dict[tuple[int, str], list[Shipped]] = defaultdict(list)
        for row in self.rows:
            if row.shipment.measure == "crossing":
                groups[row.shipment.year, row.shipment.commodity].append(row)
        return [_fit(year, commodity, _apart(rows)) for (year, commodity), rows in sorted(groups.items())]


def r_squared(observed: Sequence[float], model: Sequence[float]) -> float | None:
    """1 less the squared errors over the squared deviations from the observed mean; None below four, or all alike.

    Below 0 the mean of what was observed would have been nearer.
    """
    if len(observed) < LEAST_FOR_R_SQUARED:
        return None
    mean = math.fsum(observed) / len(observed)
    spread = math.fsum((one - mean) ** 2 for one in observed)
    missed = math.fsum((one - other) ** 2 for one, other in zip(observed, model, strict=True))
    return 1 - missed / spread if spread else None


def _apart(rows: Iterable[Shipped]) -> list[Shipped]:
    """Rows that have no crossing in common, those of fewest crossings first."""
    seen: set[str] = set()
    apart: list[Shipped] = []
    for row in sorted(rows, key=lambda row: len(row.shipment.places)):
        if seen.isdisjoint(row.shipment.places):
            apart.append(row)
            seen |= {*row.shipment.places}
    return apart


def _fit(year: int, commodity: str, rows: Sequence[Shipped]) -> YearFit:
    beside = [(row, row.rival) for row in rows if row.rival is not None]
    return YearFit(
        year=year,
        commodity=commodity,
        crossings=len(rows),
        mean_absolute_error=_mean([abs(row.error) for row in rows]),
        mean_width=_mean([row.width for row in rows]),
        overlaps=sum(row.overlap for row in rows),
        rival_crossings=len(beside),
        rival_mean_absolute_error=_mean([abs(rival - row.observed[1]) for row, rival in beside]) if beside else None,
        error_beside_rival=_mean([abs(row.error) for row, _ in beside]) if beside else None,
        r_squared=r_squared([row.observed[1] for row in rows], [row.model[1] for row in rows]),
        rival_r_squared=r_squared([row.observed[1] for row, _ in beside], [rival for _, rival in beside]),
    )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def backcast(
    study: Study, shipments: Sequence[Shipment], years: Iterable[int] = YEARS, scenario: str | None = None
) -> Backcast:
    """Solve years as they were, and set the plans beside what was shipped.

    Parameters
    ----------
    study
        A scenario is moved to 30 June of each year, with the numbers, links and rules that held then, in dollars of
        that year.
    shipments
        What was shipped; rows of other years serve the rival forecast.
    years
        Which are solved.
    scenario
        Whose changes hold; the study's default if None.

    Raises
    ------
    InputError
        If the tables lack what a year needs.
    """
    days = Days(study, DRAWS, scenario)
    rows: list[Shipped] = []
    faults: list[Fault] = []
    for year in sorted(set(years)):
        own = [row for row in shipments if row.year == year]
        if not own:
            faults.append(
                Fault("shipments.csv", None, "year", f"has nothing of {year}: there is nothing to hold it to.")
            )
            continue
        carried = Carried.of(days, year)
        for row in own:
            try:
                rows.append(_beside(carried, row, shipments))
            except InputError as wrong:
                faults += wrong.faults
    return Backcast(tuple(rows), tuple(faults))


def _beside(carried: Carried, row: Shipment, shipments: Sequence[Shipment]) -> Shipped:
    commodities = _commodities(carried.outcome, row)
    _check_places(carried.outcome, row)
    coherent, factor = _unit(row)
    found = carried.mtpa(commodities, row.measure, row.places)
    if coherent == "share":
        found = _shares(row, found, carried.mtpa(commodities, "total", ()))
    central = float(found[0])
    low, high = np.nanpercentile(found[1:], PERCENTILES).tolist()
    observed = (row.low * factor, row.central * factor, row.high * factor)
    model = (min(low, central), central, max(high, central))
    return Shipped(row, observed, model, *_rival(row, shipments))


def _shares(row: Shipment, found: Floats, total: Floats) -> Floats:
    """Of the plans' totals; not a number in draws whose plan ships nothing."""
    if not total[0] or not total[1:].any():
        _refuse(row, "unit", f"the plan of {row.year} ships no {row.commodity}: a share of nothing is no number.")
    return np.divide(found, total, out=np.full_like(found, np.nan), where=total > 0)


def _rival(row: Shipment, shipments: Sequence[Shipment]) -> tuple[float | None, int | None]:
    """The last known year's share of the total, times this year's total: Mt/yr, and that year."""
    tonnes = [(r, r.central * unit[1]) for r in shipments if (unit := _parsed(r.unit)) and unit[0] == "Mt/yr"]
    if row.measure == "total" or not any(r is row for r, _ in tonnes):
        return None, None
    totals = {r.year: mtpa for r, mtpa in tonnes if r.measure == "total" and r.commodity == row.commodity}
    shares = {
        r.year: mtpa / totals[r.year]
        for r, mtpa in tonnes
        if (r.commodity, r.measure, r.places) == (row.commodity, row.measure, row.places)
        and r.year < row.year
        and totals.get(r.year)
    }
    if not shares or row.year not in totals:
        return None, None
    last = max(shares)
    return shares[last] * totals[row.year], last


def _unit(row: Shipment) -> tuple[str, float]:
    unit = _parsed(row.unit)
    if unit is None:
        _refuse(row, "unit", f'"{row.unit}" is no unit of a shipment: write Mt/yr, kt/yr or percent of the total.')
    return unit


def _parsed(unit: str) -> tuple[str, float] | None:
    """Coherent unit and factor, if it is one of a shipment."""
    try:
        coherent, factor, _ = units.parse(unit)
    except KeyError:
        return None
    return (coherent, factor) if coherent in ("Mt/yr", "share") else None


def _commodities(outcome: Outcome, row: Shipment) -> set[str]:
    groups: Mapping[str, str] = {name: each.group for name, each in outcome.network.commodities.items()}
    if row.commodity == EVERYTHING:
        return {*groups}
    own = {name for name, group in groups.items() if row.commodity in (name, group)}
    if not own:
        known = sorted({*groups, *groups.values(), EVERYTHING})
        _refuse(row, "commodity", f'"{row.commodity}" is no commodity or group.{did_you_mean(row.commodity, known)}')
    return own


def _check_places(outcome: Outcome, row: Shipment) -> None:
    links = outcome.tables["links"]
    known = {
        "crossing": {link.crossing for link in links if link.crossing},
        "gateway": {link.from_node for link in links if link.kind == "sea"},
        "corridor": {*outcome.corridor_of.values()},
        "sold_in": {node.country for node in outcome.network.nodes.values()},
        "total": set(),
    }[row.measure]
    for place in row.places:
        if place not in known:
            _refuse(row, "places", f'"{place}" is no {row.measure} of this study.{did_you_mean(place, sorted(known))}')


def _refuse(row: Shipment, column: str, message: str) -> NoReturn:
    raise InputError([Fault("shipments.csv", row.number, column, message)])
