"""Which number holds on a date, in coherent units and dollars of one year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from corridor import units
from corridor.errors import Fault
from corridor.schema import PARAMETERS, VALUE_TABLES, Commodity, Value
from corridor.tables import Tables

Bound = Literal["low", "central", "high"]
"""``low`` and ``high`` are the cheap and the dear end: a high speed belongs to ``low``."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a table, converted, with the row that it came from.

    Attributes
    ----------
    low, central, high
        In the coherent unit of the parameter; money in dollars of the price year.
    row
        The table row: source, basis, grade, year.
    place
        File and row as the spreadsheet shows it.
    """

    low: float
    central: float
    high: float
    row: Value
    place: str

    def at(self, bound: Bound) -> float:
        """Return the value at the cheap or dear end; parameters that do not move costs stay central."""
        sense = PARAMETERS[self.row.parameter].sense
        if bound == "central" or sense == 0:
            return self.central
        return self.low if (bound == "low") == (sense > 0) else self.high


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
    """

    def __init__(self, tables: Tables, as_of: dt.date, price_year: int) -> None:
        self.as_of = as_of
        self.price_year = price_year
        self.faults: list[Fault] = []
        self._fx = {(row.subject.upper(), row.year): row.central for row in tables["fx"]}
        self._index = {row.year: row.central for row in tables["price_index"]}
        self._groups = {commodity.id: commodity.group for commodity in tables["commodities"]}
        self._figures: dict[tuple[str, str, str | None], Figure] = {}
        if price_year not in self._index:
            self.faults.append(
                Fault(
                    "price_index.csv", None, "year", f"has no row for the price year {price_year}. Add a sourced one."
                )
            )
            return
        for table in VALUE_TABLES:
            for number, row in enumerate(tables[table], start=2):
                if holds(row.valid_from, row.valid_until, as_of):
                    self._figures[row.parameter, row.subject, row.commodity] = self._convert(
                        row, f"{table}.csv:{number}"
                    )

    def _convert(self, row: Value, place: str) -> Figure:
        _, factor, currency = units.parse(row.unit)
        if currency:
            factor *= self._index[self.price_year] / self._index[row.year]
        if currency and currency != "USD":
            factor /= self._fx[currency, row.year]
        return Figure(row.low * factor, row.central * factor, row.high * factor, row, place)

    def find(self, parameter: str, *subjects: str | None, commodity: str | None = None) -> Figure | None:
        """Return the figure of the first subject that has one; the commodity's own before its group's before all's."""
        group = self._groups.get(commodity) if commodity else None
        for subject in subjects:
            if subject:
                for key in (commodity, group, None):
                    figure = self._figures.get((parameter, subject, key))
                    if figure:
                        return figure
        return None

    def need(self, parameter: str, *subjects: str | None, commodity: str | None = None) -> Figure | None:
        """Like :meth:`find`, but note a fault where there is none: a missing cost is never zero."""
        figure = self.find(parameter, *subjects, commodity=commodity)
        if figure is None:
            of = " or ".join(subject for subject in subjects if subject)
            cargo = f" for {commodity}" if commodity else ""
            file = f"{PARAMETERS[parameter].table}.csv"
            self.faults.append(
                Fault(
                    file,
                    None,
                    "parameter",
                    f"no {parameter} of {of}{cargo} holds on {self.as_of}. Add a row or mend its dates.",
                )
            )
        return figure

    def of(self, parameter: str) -> Iterator[Figure]:
        """All figures of a parameter."""
        return (figure for (name, _, _), figure in self._figures.items() if name == parameter)

    def value_at_loading(self, commodity: Commodity) -> tuple[float, tuple[Figure, ...]]:
        """Value of a shipped tonne at loading, USD/t, with the figures behind it."""
        price = self.need("price", commodity.price_reference)
        factor = self.need("value_factor", commodity.id)
        if price is None or factor is None:
            return 0.0, ()  # the fault is noted; nothing is computed from this zero
        return price.central * factor.central, (price, factor)


def holds(valid_from: dt.date | None, valid_until: dt.date | None, day: dt.date) -> bool:
    """Tell whether a dated row holds on a day; both ends belong to the period."""
    return (valid_from is None or valid_from <= day) and (valid_until is None or day <= valid_until)
