"""Which number holds on a date, in coherent units and dollars of one year."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor import units
from corridor.errors import Fault
from corridor.schema import CARGO, PARAMETERS, VALUE_TABLES, Commodity, Value
from corridor.tables import Tables

Floats = npt.NDArray[np.float64]
_Place = tuple[str, Value]
Span = tuple[float, float, float]
"""The cheap end, the central value and the dear end."""
Level = float | Floats
"""A number, or an array of it: three times at the centre, then one for each draw."""
Drawn = Callable[[Value], Floats | None]
"""The draws of a row, in the row's own unit; None: it stays at its centre."""
BOUNDS = 3
"""Columns of spans before those of draws: the cheap end, the central value and the dear end."""


class Figure(NamedTuple):
    """A number of a table, converted, with the row that it came from.

    Attributes
    ----------
    low, central, high
        In the coherent unit of the parameter; money in dollars of the price year.
    span
        The same from the cheap to the dear end: a high speed is cheap, a high rate is dear. Parameters that do not
        move costs stay central.
    row
        The table row: source, basis, grade, year.
    place
        File and row as the spreadsheet shows it.
    drawn
        One value a draw where values are drawn, else None.
    """

    low: float
    central: float
    high: float
    span: Span
    row: Value
    place: str
    drawn: Floats | None = None

    @property
    def columns(self) -> Floats | Span:
        """The span, and after it the draws where there are any."""
        return self.span if self.drawn is None else np.concatenate([self.span, self.drawn])

    @property
    def level(self) -> Level:
        """The central value; where values are drawn an array as wide as :attr:`columns`, central at all bounds."""
        return self.central if self.drawn is None else np.concatenate([(self.central,) * BOUNDS, self.drawn])


class Values:
    """The numbers that hold on a date.

    Parameters
    ----------
    tables
        Checked tables.
    as_of
        The day.
    price_year
        Dollars are restated to this year; other currencies convert at the mean rate of their own year first.
    draws, drawn
        How many draws of the numbers there are besides, and those of each row.

    Attributes
    ----------
    width
        Columns of a span: three, and one for each draw.
    """

    def __init__(
        self, tables: Tables, as_of: dt.date, price_year: int, draws: int = 0, drawn: Drawn | None = None
    ) -> None:
        self.as_of = as_of
        self.price_year = price_year
        self.width = BOUNDS + draws
        self.faults: list[Fault] = []
        self._drawn = drawn
        self._fx = {(row.subject.upper(), row.year): row for row in tables["fx"]}
        self._index = {row.year: row for row in tables["price_index"]}
        self._groups = {commodity.id: commodity.group for commodity in tables["commodities"]}
        # commodity, group or None for all -> parameter -> subject -> table and row
        self._rows: dict[str | None, dict[str, dict[str, _Place]]] = defaultdict(lambda: defaultdict(dict))
        self._figures: dict[int, Figure] = {}
        self._by_commodity: dict[str | None, Mapping[str, Mapping[str, _Place]]] = {}
        if price_year not in self._index:
            self.faults.append(
                Fault(
                    "price_index.csv", None, "year", f"has no row for the price year {price_year}. Add a sourced one."
                )
            )
            return
        for table in VALUE_TABLES:
            for row in tables[table]:
                if holds(row.valid_from, row.valid_until, as_of):
                    self._rows[row.commodity][row.parameter][row.subject] = table, row

    def _figure(self, place: _Place) -> Figure:
        table, row = place
        if id(row) not in self._figures:
            self._figures[id(row)] = self._convert(row, f"{table}.csv:{row.number}")
        return self._figures[id(row)]

    def _convert(self, row: Value, place: str) -> Figure:
        _, factor, currency = units.parse(row.unit)
        drawn = None if self._drawn is None else self._draws_of(row) * factor
        if currency:
            factor *= self.restated(row.year)
            if drawn is not None:
                drawn *= self._draws_of(self._index[self.price_year]) / self._draws_of(self._index[row.year])
        if currency and currency != "USD":
            rate = self._fx[currency, row.year]
            factor /= rate.central
            if drawn is not None:
                drawn /= self._draws_of(rate)
        low, central, high = row.low * factor, row.central * factor, row.high * factor
        sense = PARAMETERS[row.parameter].sense
        span = (low, central, high) if sense > 0 else (high, central, low) if sense < 0 else (central,) * 3
        return Figure(low, central, high, span, row, place, drawn)

    def _draws_of(self, row: Value) -> Floats:
        """One value a draw, in the row's own unit."""
        drawn = self._drawn(row) if self._drawn else None
        return np.full(self.width - BOUNDS, row.central) if drawn is None else drawn

    def restated(self, year: int) -> float:
        """Dollars of the price year for a dollar of a year.

        Raises
        ------
        KeyError
            If the price index has no row for the year.
        """
        return float(self._index[self.price_year].central / self._index[year].central)

    def exchange_rate(self, currency: str, year: int) -> float:
        """Units of a currency for a dollar, mean of the year.

        Raises
        ------
        KeyError
            If the tables have no rate for the year.
        """
        return 1.0 if currency == "USD" else float(self._fx[currency, year].central)

    def _holding(self, parameter: str, commodity: str | None) -> Mapping[str, _Place]:
        """Subject to the row that holds for a commodity: its own before its group's before that for all."""
        if commodity not in self._by_commodity:
            narrowing = [self._rows[key] for key in (None, self._groups.get(commodity or ""), commodity)]
            names = {name for places in narrowing for name in places}
            self._by_commodity[commodity] = {
                name: {s: place for places in narrowing for s, place in places.get(name, {}).items()} for name in names
            }
        return self._by_commodity[commodity].get(parameter, {})

    def holds(self, parameter: str, *subjects: str | None) -> bool:
        """Tell whether one of the subjects has a row that holds for every commodity."""
        places = self._rows[None].get(parameter, {})
        return any(subject in places for subject in subjects)

    def differs(self, parameter: str, commodity: str) -> bool:
        """Tell whether a commodity or its group has rows of its own."""
        return any(self._rows[key].get(parameter) for key in (commodity, self._groups[commodity]) if key in self._rows)

    def find(self, parameter: str, *subjects: str | None, commodity: str | None = None) -> Figure | None:
        """Return the figure of the first subject that has one; the commodity's own before its group's before all's."""
        places = self._holding(parameter, commodity)
        for subject in subjects:
            if subject and subject in places:
                return self._figure(places[subject])
        return None

    def need(self, parameter: str, *subjects: str | None, commodity: str | None = None) -> Figure | None:
        """Like :meth:`find`, but note a fault where there is none: a missing cost is never zero."""
        figure = self.find(parameter, *subjects, commodity=commodity)
        if figure is None:
            self.miss(parameter, *subjects, commodity=commodity)
        return figure

    def miss(self, parameter: str, *subjects: str | None, commodity: str | None = None) -> None:
        """Note that a number is needed and that none holds."""
        of = " or ".join(subject for subject in subjects if subject)
        cargo = f" for {commodity}" if commodity else ""
        file = f"{PARAMETERS[parameter].table}.csv"
        message = f"no {parameter} of {of}{cargo} holds on {self.as_of}. Add a row or mend its dates."
        self.faults.append(Fault(file, None, "parameter", message))

    def of(self, parameter: str) -> Iterator[Figure]:
        """All figures of a parameter, for any commodity."""
        return (self._figure(place) for by in self._rows.values() for place in by.get(parameter, {}).values())

    def value_at_loading(self, commodity: Commodity) -> tuple[Level, tuple[Figure, ...]]:
        """Value of a shipped tonne at loading, USD/t, with the figures behind it."""
        price = self.need("price", commodity.price_reference)
        factor = self.need("value_factor", commodity.id)
        if price is None or factor is None:
            return 0.0, ()  # the fault is noted; nothing is computed from this zero
        return price.level * factor.level, (price, factor)

    def waiting(self, commodity: Commodity) -> tuple[Level, tuple[Figure, ...]]:
        """What a tonne costs while it waits or moves, USD/t/yr as a span and its draws, with the figures behind it.

        The value at loading stays at its centre at both bounds, as it does in every other part of cost.
        """
        value, behind = self.value_at_loading(commodity)
        capital, holding = (self.need(name, CARGO, commodity=commodity.id) for name in ("capital_rate", "holding_rate"))
        if capital is None or holding is None:
            return 0.0, ()  # as above
        return value * np.add(capital.columns, holding.columns), (*behind, capital, holding)


def holds(valid_from: dt.date | None, valid_until: dt.date | None, day: dt.date) -> bool:
    """Tell whether a dated row holds on a day; both ends belong to the period."""
    return (valid_from is None or valid_from <= day) and (valid_until is None or day <= valid_until)
