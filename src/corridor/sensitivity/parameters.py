"""The parameters of a scenario: every number of the tables that holds on its day, by name, and how to move them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corridor import checks
from corridor.errors import InputError, UsageError, did_you_mean
from corridor.schema import COST_SHARES, PARAMETERS, VALUE_TABLES, Value
from corridor.study import Outcome
from corridor.values import holds

PRICES, PRICE = "prices", "price"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the tables that holds on a scenario's day.

    Attributes
    ----------
    table
        Where its row stands.
    row
        The row: range, unit, source, basis.
    """

    table: str
    row: Value

    @property
    def name(self) -> str:
        """``table:subject:parameter``, and ``:commodity`` where it holds for one commodity or group."""
        parts = (self.table, self.row.subject, self.row.parameter, *filter(None, [self.row.commodity]))
        return ":".join(parts)

    @property
    def linear(self) -> bool:
        """Whether the schema marks it as one in which costs, prices and capacities are linear."""
        return PARAMETERS[self.row.parameter].linear

    @property
    def place(self) -> str:
        """File and row as the spreadsheet shows it."""
        return f"{self.table}.csv:{self.row.number}"


def parameters(outcome: Outcome) -> dict[str, Parameter]:
    """All parameters that a scenario's plan may rest on by their names, in the order of the tables."""
    found = {}
    for table in (name for name in VALUE_TABLES if name != COST_SHARES):
        for row in outcome.tables[table]:
            if holds(row.valid_from, row.valid_until, outcome.as_of):
                parameter = Parameter(table, row)
                found[parameter.name] = parameter
    return found


def find_parameter(outcome: Outcome, name: str) -> Parameter:
    """Return a parameter by its name; the commodity may be left out where there is only one.

    A reference price may be named by itself.

    Raises
    ------
    UsageError
        If there is none, or several; the message has the nearest names.
    """
    known = parameters(outcome)
    price = f"{PRICES}:{name}:{PRICE}"
    if name in known or price in known:
        return known[name if name in known else price]
    several = [other for other in known if other.startswith(f"{name}:")]
    if len(several) == 1:
        return known[several[0]]
    if several:
        raise UsageError(f'"{name}" stands for several: {", ".join(several)}. Name one.')
    raise UsageError(f'there is no parameter "{name}" on {outcome.as_of}.{did_you_mean(name, list(known))}')


def find_price(outcome: Outcome, reference: str) -> Parameter:
    """Return the parameter of a reference price.

    Raises
    ------
    UsageError
        If no such price holds; the message has the nearest names.
    """
    known = {p.row.subject: p for p in parameters(outcome).values() if p.table == PRICES}
    if reference not in known:
        hint = did_you_mean(reference, list(known)) or f" There are: {', '.join(known)}."
        raise UsageError(f'there is no price "{reference}" on {outcome.as_of}.{hint}')
    return known[reference]


def moved(outcome: Outcome, values: Mapping[Parameter, float]) -> Outcome:
    """The scenario with other central values, each in the unit of its own row; low and high move with it.

    Raises
    ------
    InputError
        Lists every value that is outside what the parameter may be.
    """
    by_row = {id(parameter.row): value for parameter, value in values.items()}
    tables = outcome.tables
    for table in {parameter.table for parameter in values}:
        rows = tuple(
            row.model_copy(update=dict.fromkeys(("low", "central", "high"), by_row[id(row)])).in_row(row.number)
            if id(row) in by_row
            else row
            for row in tables[table]
        )
        tables = tables.replace(table, rows)
    faults = checks.find_faults(tables.rows, well=outcome.tables.rows)
    if faults:
        raise InputError(faults)
    return outcome.with_values(tables)
