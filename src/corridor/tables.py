"""Read a data folder, check all of it, hold it: the only door through which numbers come in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from corridor import checks
from corridor.errors import Fault, InputError, did_you_mean
from corridor.schema import TABLES, Row

MAY_BE_ABSENT = (
    "capital",
    "fx",
    "ships",
    "ports",
    "rules",
    "price_statistics",
    "payees",
    "cost_shares",
    "countries",
    "validation",
    "shipments",
    "emissions",
)
"""Tables that a study can do without, or leave empty."""
Cells = Sequence[Sequence[str]]
"""Rows of cells, the header first."""
_DECIMAL_COMMA = re.compile(r"^-?\d+,\d+$")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_THOUSANDS = re.compile(r"^-?\d{1,3}(\.\d{3})+$")
_ID_WORDS = "may hold only a-z, 0-9, _, - and ., and begin with a letter or digit"


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows of a data folder, checked.

    Attributes
    ----------
    folder
        Where they were read.
    rows
        Table name to rows, in file order; each knows its row in the file.
    notes
        What was taken for granted while reading (a semicolon for a comma, say), to be told to the user.
    """

    folder: Path
    rows: Mapping[str, tuple[Row, ...]]
    notes: tuple[str, ...] = field(default=())

    def __getitem__(self, table: str) -> tuple[Any, ...]:
        return self.rows[table]

    def replace(self, table: str, rows: tuple[Row, ...]) -> Tables:
        """Return the same tables with other rows in one of them."""
        return Tables(self.folder, MappingProxyType({**self.rows, table: rows}), self.notes)


def read_tables(folder: str | Path) -> Tables:
    """Read and check a data folder.

    Parameters
    ----------
    folder
        Holds one CSV file a table (see :data:`corridor.schema.TABLES`), UTF-8, comma or semicolon separated.

    Returns
    -------
    Tables

    Raises
    ------
    InputError
        Lists every fault of every file at once.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError([Fault(str(folder), None, None, "is not a folder. Name the folder that holds the tables.")])
    notes: list[str] = []
    read = {table: _read_table(folder / f"{table}.csv", table, model, notes) for table, model in TABLES.items()}
    return _checked(folder, read, _stray_files(folder), notes)


def tables_of_cells(
    folder: Path, cells: Mapping[str, Cells], called: Callable[[str], str], faults: Sequence[Fault] = ()
) -> Tables:
    """Check tables that stand in no CSV files, as if they did.

    Parameters
    ----------
    folder
        Where they are to lie.
    cells
        Table to its rows of cells, the header first; tables that are not there are missed.
    called
        What messages call a table.
    faults
        What is wrong with them already.

    Raises
    ------
    InputError
        Lists every fault at once.
    """
    read: dict[str, list[Row | Fault]] = {}
    for table, model in TABLES.items():
        if table in cells:
            hidden = list(_control_characters(called(table), cells[table]))
            read[table] = [*hidden] or _read_cells(called(table), table, cells[table], model)
        elif table in MAY_BE_ABSENT:
            read[table] = []
        else:
            read[table] = [Fault(called(table), None, None, "is missing. It is needed.")]
    return _checked(folder, read, faults, (), called)


def _checked(
    folder: Path,
    read: Mapping[str, Sequence[Row | Fault]],
    faults: Sequence[Fault],
    notes: Sequence[str],
    called: Callable[[str], str] = "{}.csv".format,
) -> Tables:
    """Look across all tables that were read, and refuse them if there is any fault."""
    rows = {table: tuple(row for row in found if isinstance(row, Row)) for table, found in read.items()}
    bad = {table: [fault for fault in found if isinstance(fault, Fault)] for table, found in read.items()}
    # Rows that could not be read would only cause false alarms about what refers to them.
    across = checks.find_faults(rows, unreadable={table for table, found in bad.items() if found})
    names = {f"{table}.csv": called(table) for table in TABLES}
    across = [Fault(names.get(f.file, f.file), f.row, f.column, f.message) for f in across]
    if every := [*faults, *(fault for found in bad.values() for fault in found), *across]:
        raise InputError(every)
    return Tables(folder, MappingProxyType(rows), (*notes, *checks.remarks(rows)))


def read_rows(path: str | Path, model: type[Row]) -> tuple[list[Any], list[str]]:
    """Read one CSV file that is no table of a study.

    Parameters
    ----------
    path
        UTF-8, comma or semicolon separated, with the columns of ``model``.
    model
        What a row is.

    Returns
    -------
    rows, notes
        And what was taken for granted while reading.

    Raises
    ------
    InputError
        Lists every fault at once.
    """
    rows, faults, notes = read_some(path, model)
    if faults:
        raise InputError(faults)
    return rows, notes


def read_some(path: str | Path, model: type[Row]) -> tuple[list[Any], list[Fault], list[str]]:
    """Like :func:`read_rows`, but faults are handed back beside the rows that are well.

    Returns
    -------
    rows, faults, notes
    """
    notes: list[str] = []
    read = _read_table(Path(path), "", model, notes)
    return [row for row in read if isinstance(row, Row)], [row for row in read if isinstance(row, Fault)], notes


def _stray_files(folder: Path) -> list[Fault]:
    known = [f"{table}.csv" for table in TABLES]
    strays = sorted(path.name for path in folder.glob("*.csv") if path.name not in known)
    return [
        Fault(name, None, None, f"is no table of a study.{did_you_mean(name, known)} Rename or remove it.")
        for name in strays
    ]


def _text(path: Path) -> str | Fault:
    """What a file holds, or why it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return Fault(path.name, None, None, "is missing. It is needed.")
    except UnicodeDecodeError as error:
        return Fault(path.name, None, None, f"is not UTF-8 (byte {error.start}). Save it as CSV UTF-8.")
    except OSError as error:
        return Fault(path.name, None, None, f"cannot be read: {error.strerror}.")
    if "\x00" in text:
        return Fault(path.name, None, None, "holds zero bytes: it is damaged or no CSV file. Save it as CSV UTF-8.")
    return text


def _read_table(path: Path, table: str, model: type[Row], notes: list[str]) -> list[Row | Fault]:
    if table in MAY_BE_ABSENT and not path.exists():
        return []
    text, file = _text(path), path.name
    if isinstance(text, Fault):
        return [text]
    delimiter = _delimiter(text)
    if delimiter != ",":
        name = {";": "semicolons", "\t": "tabs"}[delimiter]
        notes.append(f"{file}: read as separated by {name}, with decimal commas")
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return [Fault(file, None, None, f"breaks off or is not CSV: {error}.")]
    if _CONTROL.search(text):  # looked for cell by cell only where there is one: that takes long
        return [*_control_characters(file, cells)]
    return _read_cells(file, table, cells, model, decimal_comma=delimiter != ",")


def _read_cells(
    file: str, table: str, cells: Cells, model: type[Row], *, decimal_comma: bool = False
) -> list[Row | Fault]:
    if not cells:
        return [Fault(file, None, None, "is empty. Give it at least its header.")]
    header, body = [name.strip() for name in cells[0]], cells[1:]
    bad_header = list(_header_faults(file, header, model))
    if bad_header:
        return bad_header  # type: ignore[return-value]  # list is invariant; every item is a Fault
    read: list[Row | Fault] = []
    for number, record in enumerate(body, start=2):
        if any(cell.strip() for cell in record):  # spreadsheets leave rows of empty cells behind
            read += _read_row(file, number, header, record, model, decimal_comma=decimal_comma)
    if not read and table not in MAY_BE_ABSENT:
        read.append(Fault(file, None, None, "has no rows. It needs at least one."))
    return read


def _control_characters(file: str, cells: Cells) -> Iterator[Fault]:
    """Characters that would steer a terminal."""
    for number, record in enumerate(cells, start=1):
        for cell in record:
            found = _CONTROL.search(cell)
            if found:
                yield Fault(file, number, None, f"holds the control character {found[0]!r}. Remove it.")


def _delimiter(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(",;\t", key=header.count) if any(mark in header for mark in ";\t") else ","


def _header_faults(file: str, header: list[str], model: type[Row]) -> Iterator[Fault]:
    known = list(model.model_fields)
    for name in header:
        if name not in known:
            yield Fault(
                file, 1, name, f"is no column of this table.{did_you_mean(name, known)} Columns: {', '.join(known)}."
            )
        elif header.count(name) > 1:
            yield Fault(file, 1, name, "stands twice in the header. Keep one.")
    for name, column in model.model_fields.items():
        if column.is_required() and name not in header:
            yield Fault(file, 1, name, "is missing from the header. Add the column.")


def _read_row(
    file: str, number: int, header: list[str], record: Sequence[str], model: type[Row], *, decimal_comma: bool
) -> list[Row | Fault]:
    if len(record) != len(header):
        much = "breaks off: it has" if len(record) < len(header) else "has"
        cells_there = f"{len(record)} cell{'s' if len(record) > 1 else ''}"
        why = "Quote cells that hold the separator." if len(record) > len(header) else "Is the file truncated?"
        return [Fault(file, number, None, f"the row {much} {cells_there} where the header has {len(header)}. {why}")]
    cells = dict(zip(header, record, strict=True))
    doubtful = [name for name, cell in cells.items() if decimal_comma and _THOUSANDS.match(cell.strip())]
    if doubtful:
        return [
            Fault(
                file, number, name, f"{cells[name]!r} may be a thousand or one: decimals are commas here. Write 1500."
            )
            for name in doubtful
        ]
    if decimal_comma:
        cells = {
            name: cell.replace(",", ".") if _DECIMAL_COMMA.match(cell.strip()) else cell for name, cell in cells.items()
        }
    try:
        return [model.model_validate(cells).in_row(number)]
    except ValidationError as error:
        return [_as_fault(file, number, detail) for detail in error.errors()]


def _as_fault(file: str, number: int, detail: ErrorDetails) -> Fault:
    column = str(detail["loc"][0]) if detail["loc"] else None
    return Fault(file, number, column, explain(detail))


def explain(detail: ErrorDetails) -> str:
    """Say in plain words what pydantic found, and what would be right."""
    kind, found, context = detail["type"], detail["input"], detail.get("ctx", {})
    shown = repr(found) if not isinstance(found, dict) else ""
    if kind in ("value_error", "assertion_error"):
        return f"{context.get('error', detail['msg'])}."
    if isinstance(found, str) and not found.strip():
        return "empty. Write a value; a missing cost is not a free one."
    match kind.split("_")[0]:
        case "float" | "int" | "finite":
            if isinstance(found, str) and _DECIMAL_COMMA.match(found):
                return f"{shown} is not a number. Use a decimal point: {found.replace(',', '.')}."
            return f"{shown} is not a number. Write digits with a decimal point, no units."
        case "date" | "datetime":
            return f"{shown} is not a date. Write it as 2015-06-22."
        case "literal":
            options = re.findall(r"'([^']*)'|(\d+)", str(context["expected"]))
            words = [text or digits for text, digits in options]
            return f"{shown} must be one of {', '.join(words)}.{did_you_mean(str(found), words)}"
        case "greater":
            return f"{shown} is too small: at least {context.get('ge', context.get('gt'))}."
        case "less":
            hint = " Are latitude and longitude swapped?" if str(detail["loc"][0]) == "latitude_deg" else ""
            return f"{shown} is too large: at most {context.get('le', context.get('lt'))}.{hint}"
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return f"{shown} does not fit: {_ID_WORDS if 'a-z' in pattern else 'must match ' + pattern}."
    if kind == "extra_forbidden":
        return "is not known here."
    if kind == "missing":
        return "is missing. Add it."
    return f"{shown} {detail['msg'][0].lower()}{detail['msg'][1:]}."
