"""Scenarios: the same tables with some rows changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from corridor import checks
from corridor.errors import Fault, UsageError, did_you_mean
from corridor.schema import TABLES, Row, Value, refuse_control_characters
from corridor.tables import Tables, explain

Cell = str | int | float | bool | dt.date


class Strict(BaseModel):
    """What a study file may hold: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _printable(cls, value: object) -> object:
        return refuse_control_characters(value)


class Change(Strict):
    """Rows of one table that a scenario changes: which (``where``), and how (one of the others).

    ``set`` names columns; in value tables ``value`` stands for low, central and high together. ``scale`` and ``add``
    change low, central and high of value tables.
    """

    table: str
    where: Mapping[str, Cell | tuple[Cell, ...]]
    set: Mapping[str, Cell] | None = None
    scale: Annotated[float, Field(ge=0)] | None = None
    add: float | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Change:
        if sum(way is not None for way in (self.set, self.scale, self.add)) != 1:
            raise ValueError("a change has exactly one of set, scale and add")
        return self


class Scenario(Strict):
    """A named variation of the study, with the reason for it."""

    reason: Annotated[str, Field(min_length=1)]
    as_of: dt.date | None = None
    price_year: int | None = None
    changes: tuple[Change, ...] = ()
    assume: Literal["as if lifted"] | None = None
    lifts_measures: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_so(self) -> Scenario:
        against = bool(self.lifts_measures) or any(change.table == "rules" for change in self.changes)
        if against != (self.assume is not None):
            raise ValueError(
                "a scenario that lifts measures names them in lifts_measures and says assume"
                ' = "as if lifted"; one that changes rows of rules says so too'
            )
        return self


def apply_scenario(file: str, name: str, scenario: Scenario, tables: Tables) -> tuple[Tables, list[Fault]]:
    """Change the tables as a scenario says, and check what comes of it."""
    faults: list[Fault] = []
    measures = {rule.measure for rule in tables["rules"]}
    for measure in scenario.lifts_measures:
        if measure not in measures:
            hint = did_you_mean(measure, sorted(measures))
            faults.append(
                Fault(file, None, f"scenarios.{name}.lifts_measures", f'"{measure}" is no measure in rules.csv.{hint}')
            )
    changed = tables
    for position, change in enumerate(scenario.changes):
        column = f"scenarios.{name}.changes.{position}"
        try:
            changed = changed.replace(change.table, _changed_rows(change, changed))
        except UsageError as error:
            faults.append(Fault(file, None, column, str(error)))
    if scenario.changes and not faults:
        same_ids = all(
            (TABLES[c.table] is Value and "subject" not in (c.set or ()))
            or (c.table == "rules" and "id" not in (c.set or ()))
            for c in scenario.changes
        )
        faults = [
            Fault(
                file,
                None,
                f"scenarios.{name}",
                f"makes {fault.file} row {fault.row} wrong: {fault.column}: {fault.message}",
            )
            for fault in checks.find_faults(changed.rows, well=tables.rows if same_ids else None)
        ]
    return changed, faults


def _changed_rows(change: Change, tables: Tables) -> tuple[Row, ...]:
    if change.table not in tables.rows:
        raise UsageError(f'"{change.table}" is no table.{did_you_mean(change.table, list(tables.rows))}')
    rows = tables[change.table]
    columns = list(TABLES[change.table].model_fields)
    is_value = TABLES[change.table] is Value
    for name in (*change.where, *(change.set or ())):
        if name not in columns and not (name == "value" and is_value):
            raise UsageError(f'"{name}" is no column of {change.table}.{did_you_mean(name, columns)}')
    if change.set is None and not is_value:
        raise UsageError(f"scale and add change values; {change.table} has none. Use set.")
    if not change.where:
        raise UsageError(f"where is empty: that would change every row of {change.table}. Say which.")
    matched = [_matches(row, change.where) for row in rows]
    if not any(matched):
        raise UsageError(
            f"matches no row of {change.table}: {dict(change.where)}. A change that changes nothing is an error."
        )
    for column, wanted in change.where.items():
        for option in wanted if isinstance(wanted, tuple) else ():
            if not any(_is(getattr(row, column), option) for row, match in zip(rows, matched, strict=True) if match):
                raise UsageError(f'"{option}" as {column} matches no row of {change.table} that the change speaks of.')
    units = {row.unit for row, match in zip(rows, matched, strict=True) if match} if change.add is not None else set()
    if len(units) > 1:
        raise UsageError(
            f"adds {change.add:g} to rows in different units: {', '.join(sorted(units))}. Make it several."
        )
    try:
        return tuple(_changed(row, change) if match else row for row, match in zip(rows, matched, strict=True))
    except ValidationError as error:
        raise UsageError(
            "; ".join(
                f"{detail['loc'][-1] if detail['loc'] else 'row'}: {explain(detail)}" for detail in error.errors()
            )
        ) from None


def _matches(row: Row, where: Mapping[str, Cell | tuple[Cell, ...]]) -> bool:
    for column, wanted in where.items():
        found = getattr(row, column)
        if not any(_is(found, option) for option in (wanted if isinstance(wanted, tuple) else (wanted,))):
            return False
    return True


def _is(found: object, wanted: Cell) -> bool:
    """Whether a cell holds what is wanted; a blank cell is wanted as an empty text."""
    return wanted == "" if found is None else found == wanted or str(found) == wanted


def _changed(row: Row, change: Change) -> Row:
    cells: dict[str, Any] = row.model_dump()
    if change.set is not None:
        for column, cell in change.set.items():
            for name in ("low", "central", "high") if column == "value" else (column,):
                cells[name] = cell
    else:
        for name in ("low", "central", "high"):
            cells[name] = cells[name] * change.scale if change.scale is not None else cells[name] + change.add
    return type(row).model_validate(cells).in_row(row.number)
