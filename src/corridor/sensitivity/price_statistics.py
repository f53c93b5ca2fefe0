"""How prices move together: dispersions and correlations, from the study's table or from monthly prices."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from corridor.errors import Fault, InputError
from corridor.paths import Floats
from corridor.schema import MonthlyPrice, PriceStatistic
from corridor.tables import read_rows

TABLE = "price_statistics.csv"
LEAST_MONTHS = 36
"""Fewer monthly prices tell too little of 12-month changes: there would be fewer than 24 of them."""
MONTHS_PER_YEAR = 12
MOST_REPAIRED = 0.1
"""Correlations that would have to be moved by more than this to fit together are refused."""
NEGATIVE = 1e-9
"""Eigenvalues above minus this are rounding."""


@dataclass(frozen=True, slots=True)
class Dispersion:
    """How far one price strays.

    Attributes
    ----------
    reference
        The price.
    value
        Standard deviation of its log in the long run.
    source, basis, grade
        Of the row that says so.
    proxy
        The price that it follows where it has no correlations of its own, and by how much.
    """

    reference: str
    value: float
    source: str
    basis: str
    grade: str
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class PriceStatistics:
    """What prices are drawn by.

    Attributes
    ----------
    dispersions
        By price, in a fixed order.
    correlation
        Prices x prices, positive semidefinite.
    notes
        What was mended, to be told.
    """

    dispersions: tuple[Dispersion, ...]
    correlation: Floats
    notes: tuple[str, ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        """The prices, in the order of the matrix."""
        return tuple(row.reference for row in self.dispersions)

    def root(self) -> Floats:
        """The symmetric root of the correlations: independent normal scores times it are correlated ones."""
        values, vectors = np.linalg.eigh(self.correlation)
        return np.asarray((vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)


def price_statistics(
    rows: Sequence[PriceStatistic], references: Sequence[str], own: Sequence[PriceStatistic] = ()
) -> PriceStatistics:
    """Gather the long-run statistics of some prices.

    Parameters
    ----------
    rows
        The study's table.
    references
        The prices that are asked for; those of which nothing is known are left out.
    own
        Rows that come before the study's: see :func:`statistics_of`.

    Raises
    ------
    InputError
        If a correlation is missing, or correlations do not fit together.
    """
    known = {row.id: row for row in (*rows, *own)}
    proxies = {row.reference: row for row in known.values() if row.kind == "proxy"}
    spread = {row.reference: row for row in known.values() if row.kind == "dispersion_of_levels"}
    spread |= {name: spread[row.other] for name, row in proxies.items() if name not in spread and row.other in spread}
    found = sorted(name for name in references if name in spread)
    correlation, missing = np.eye(len(found)), []
    for (i, one), (j, two) in combinations(enumerate(found), 2):
        value = _correlation(known, proxies, one, two)
        if value is None:
            message = f"has no correlation_12_month of {one} and {two}, and no proxy that tells it. Add a sourced row."
            missing.append(Fault(TABLE, None, None, message))
        correlation[i, j] = correlation[j, i] = value or 0.0
    if missing:
        raise InputError(missing)
    correlation, notes = repaired(correlation, found)
    dispersions = tuple(_dispersion(name, spread[name], proxies.get(name)) for name in found)
    return PriceStatistics(dispersions, correlation, notes)


def _dispersion(name: str, row: PriceStatistic, proxy: PriceStatistic | None) -> Dispersion:
    follows = f"{proxy.other} ({proxy.value:.2f})" if proxy else ""
    return Dispersion(name, row.value, row.source, row.basis, row.grade, follows)


def _correlation(
    known: Mapping[str, PriceStatistic], proxies: Mapping[str, PriceStatistic], one: str, two: str
) -> float | None:
    """That of a row, or what follows from the prices that the two follow."""
    if one == two:
        return 1.0
    direct = known.get(" ".join(["correlation_12_month", *sorted((one, two))]))
    if direct:
        return direct.value
    for name, other in ((one, two), (two, one)):
        if name in proxies and (proxy := proxies[name]).other:
            behind = _correlation(known, {k: v for k, v in proxies.items() if k != name}, proxy.other, other)
            return None if behind is None else proxy.value * behind
    return None


def repaired(correlation: Floats, names: Sequence[str]) -> tuple[Floats, tuple[str, ...]]:
    """Make a matrix of correlations positive semidefinite: negative eigenvalues become 0.

    Returns
    -------
    correlation, notes
        And by how much it was moved, where it was.

    Raises
    ------
    InputError
        If any correlation would move by more than :data:`MOST_REPAIRED`.
    """
    values, vectors = np.linalg.eigh(correlation)
    if not len(values) or values[0] >= -NEGATIVE:
        return correlation, ()
    clipped = (vectors * np.maximum(values, 0)) @ vectors.T
    scale = np.sqrt(np.diag(clipped))
    fitting = clipped / np.outer(scale, scale)
    moved = float(np.abs(fitting - correlation).max())
    worst = [names[i] for i in np.unravel_index(np.abs(fitting - correlation).argmax(), correlation.shape)]
    what = f"correlations of {', '.join(names)} do not fit together (least eigenvalue {values[0]:.3g})"
    if moved > MOST_REPAIRED:
        message = f"{what}: that of {worst[0]} and {worst[1]} would have to move by {moved:.2f}. Mend them."
        raise InputError([Fault(TABLE, None, "value", message)])
    return fitting, (f"{what}: repaired, by {moved:.3f} at most ({worst[0]}, {worst[1]})",)


def statistics_of(prices: str | Path) -> tuple[PriceStatistic, ...]:
    """Compute dispersions of levels and correlations of 12-month changes from a file of monthly prices.

    Parameters
    ----------
    prices
        CSV file with the columns month, reference, price.

    Raises
    ------
    InputError
        Lists every fault at once: a cell, a month twice, a price with too few months or that never moves.
    """
    path = Path(prices)
    read, _ = read_rows(path, MonthlyPrice)
    series, faults = _series(path.name, read)
    if faults:
        raise InputError(faults)
    cited = {"source": "own_estimate", "locator": path.name, "basis": "estimated", "grade": "B"}
    rows = []
    for name, logs in series.items():
        spread = float(np.std(list(logs.values()), ddof=1))
        rows.append({"kind": "dispersion_of_levels", "reference": name, "value": spread, "observations": len(logs)})
    changes = {name: _yearly_changes(logs) for name, logs in series.items()}
    for one, two in combinations(sorted(series), 2):
        both = sorted({*changes[one]} & {*changes[two]})
        if len(both) >= LEAST_MONTHS - MONTHS_PER_YEAR:
            pair = np.array([[changes[name][month] for month in both] for name in (one, two)])
            value = float(np.clip(np.corrcoef(pair)[0, 1], -1, 1))
            told = {"kind": "correlation_12_month", "reference": one, "other": two, "value": value}
            rows.append({**told, "observations": len(both)})
    return tuple(PriceStatistic.model_validate({**row, **cited}) for row in rows)


def _series(file: str, read: Sequence[MonthlyPrice]) -> tuple[dict[str, dict[int, float]], list[Fault]]:
    """Log prices by month since the year 0, and what is wrong with them."""
    series: dict[str, dict[int, float]] = defaultdict(dict)
    faults = []
    for row in read:
        year, month = row.month.split("-")
        at = int(year) * MONTHS_PER_YEAR + int(month)
        if at in series[row.reference]:
            faults.append(Fault(file, row.number, "month", f"{row.reference} has two prices in {row.month}. Keep one."))
        series[row.reference][at] = math.log(row.price)
    for name, logs in series.items():
        if len(_yearly_changes(logs)) < LEAST_MONTHS - MONTHS_PER_YEAR:
            message = f"{name} has {len(logs)} months: {LEAST_MONTHS} months in a row are needed at least."
            faults.append(Fault(file, None, "reference", message))
        elif len({*logs.values()}) == 1:
            faults.append(Fault(file, None, "price", f"{name} has one price in all months. Leave it out."))
    return series, faults


def _yearly_changes(logs: Mapping[int, float]) -> dict[int, float]:
    before = MONTHS_PER_YEAR
    return {month: value - logs[month - before] for month, value in logs.items() if month - before in logs}
