"""The tables of a study as a workbook and back: a sheet a table, with drop-downs, notes and the same checks."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

from corridor import units
from corridor.errors import Fault, InputError, did_you_mean
from corridor.output import spreadsheet, write_cell
from corridor.schema import PARAMETERS, TABLES, Row, Value
from corridor.tables import Cells, Tables, tables_of_cells

ABOUT, LISTS = "about", "parameters"
"""Sheets that are no tables: what the workbook is, and what value tables may hold."""
ROOM_FOR_ROWS = 500
"""Rows below the last one that have drop-downs too."""
LARGEST_BYTES = 300_000_000
"""A workbook that unpacks to more is refused."""
_FIRST_DAY = dt.date(1900, 3, 1)
"""Spreadsheets count the days before this one in two ways: earlier dates are written as text."""
_REFERENCES = {"source": "sources", "from_node": "nodes", "to_node": "nodes", "node": "nodes"}
"""Columns whose cells are ids of another table."""
_ERROR_CELL = re.compile(rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"')


class Imported(NamedTuple):
    """What a workbook holds.

    Attributes
    ----------
    tables
        Checked.
    texts
        File name to its text, CSV: the same tables.
    """

    tables: Tables
    texts: dict[str, str]


def write_workbook(tables: Tables, title: str, input_hash: str) -> bytes:
    """Write tables as a workbook.

    Parameters
    ----------
    tables
        Checked.
    title, input_hash
        Of the study, for the first sheet.

    Returns
    -------
    bytes
        XLSX; the same for the same tables.

    Notes
    -----
    Text is written as text, so that a cell that begins with ``=`` is no formula. Headers carry what a column means;
    columns of few words, units, sources and nodes have drop-downs, which warn; :func:`read_workbook` is what refuses.
    """

    def fill(book: Any) -> None:
        _about(book, title, input_hash)
        units_of = _lists(book)
        for table, model in TABLES.items():
            _sheet(book, table, model, tables, units_of)

    return spreadsheet(fill)


def _about(book: Any, title: str, input_hash: str) -> None:
    sheet = book.add_worksheet(ABOUT)
    sheet.set_column(0, 0, 100)
    lines = (
        title,
        f"Tables of the study, input hash {input_hash}.",
        "One sheet a table; what a column means stands as a note on its header. Do not rename sheets or headers.",
        "Dates are dates or 2015-06-22. Numbers have no units and no thousands separators. Leave no merged cells.",
        "Every number names its source, an id of the sheet sources; a missing number is an error, never zero.",
        f"What value tables may hold stands in the sheet {LISTS}.",
        "Back into a folder of CSV files, with every check: corridor import --xlsx FILE -o FOLDER",
    )
    for row, line in enumerate(lines):
        write_cell(sheet, row, 0, line, book.add_format({"bold": row == 0, "text_wrap": True}))


def _lists(book: Any) -> dict[str, str]:
    """The sheet of parameters; returns each value table's range of units."""
    sheet, bold = book.add_worksheet(LISTS), book.add_format({"bold": True})
    header = ("table", "parameter", "of a", "unit", "smallest", "largest", "meaning")
    for column, name in enumerate(header):
        write_cell(sheet, 0, column, name, bold)
    for row, (name, p) in enumerate(PARAMETERS.items(), start=1):
        cells = (p.table, name, p.subject, p.unit, p.minimum, p.maximum, p.meaning)
        for column, cell in enumerate(cells):
            write_cell(sheet, row, column, cell)
    ranges = {}
    first = len(header) + 1
    for column, table in enumerate(dict.fromkeys(p.table for p in PARAMETERS.values()), start=first):
        written = list(
            dict.fromkeys(unit for p in PARAMETERS.values() if p.table == table for unit in _written(p.unit))
        )
        write_cell(sheet, 0, column, f"units in {table}", bold)
        for row, unit in enumerate(written, start=1):
            write_cell(sheet, row, column, unit)
        letter = _letters(column)
        ranges[table] = f"={LISTS}!${letter}$2:${letter}${len(written) + 1}"
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    return ranges


def _written(unit: str) -> Iterator[str]:
    """How a unit may be written, in every currency."""
    for known in units.known(unit):
        yield known
        if "USD" in known and not known.endswith("/USD"):
            yield from (known.replace("USD", currency, 1) for currency in units.CURRENCIES[1:])


def _sheet(book: Any, table: str, model: type[Row], tables: Tables, units_of: Mapping[str, str]) -> None:
    sheet, bold = book.add_worksheet(table), book.add_format({"bold": True})
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    last = len(tables[table]) + ROOM_FOR_ROWS
    for column, (name, field) in enumerate(model.model_fields.items()):
        write_cell(sheet, 0, column, name, bold)
        if field.description:
            sheet.write_comment(0, column, field.description, {"author": ""})
        allowed = _allowed(table, name, field.annotation, tables, units_of)
        if allowed:
            sheet.data_validation(
                1, column, last, column, {"validate": "list", "error_type": "warning", "source": allowed}
            )
        for row, record in enumerate(tables[table], start=1):
            value = getattr(record, name)
            if isinstance(value, dt.date) and value >= _FIRST_DAY:
                sheet.write_datetime(row, column, value, date)
            else:
                write_cell(sheet, row, column, " ".join(value) if isinstance(value, tuple) else value)
    sheet.freeze_panes(1, 1)
    sheet.autofit(300)


def _allowed(
    table: str, name: str, annotation: Any, tables: Tables, units_of: Mapping[str, str]
) -> list[str] | str | None:
    """What a drop-down offers: words, or a range of cells; None: no drop-down."""
    if name in _REFERENCES:
        other = _REFERENCES[name]
        return f"={other}!$A$2:$A${len(tables[other]) + ROOM_FOR_ROWS}"
    if TABLES[table] is Value and name == "unit":
        return units_of[table]
    if TABLES[table] is Value and name == "parameter":
        return [parameter for parameter, p in PARAMETERS.items() if p.table == table]
    if "Literal" in str(annotation):
        options = [option for found in get_args(annotation) for option in (get_args(found) or (found,))]
        return [str(option) for option in options if isinstance(option, str | int)]
    return None


def _letters(column: int) -> str:
    """Name of a column, counted from 0, as the spreadsheet shows it."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_workbook(path: Path, folder: Path) -> Imported:
    """Read tables from a workbook and check them as CSV files are checked.

    Parameters
    ----------
    path
        XLSX, as :func:`write_workbook` makes it, edited by whatever program.
    folder
        Where the tables are to lie; nothing is written there.

    Returns
    -------
    Imported

    Raises
    ------
    InputError
        Lists every fault at once, with sheet and row as the spreadsheet shows them.
    """

    def called(table: str) -> str:
        return f"{path.name}, sheet {table}"

    cells, faults = _cells(path, called)
    tables = tables_of_cells(folder, cells, called, faults)
    return Imported(tables, {f"{table}.csv": _csv(rows) for table, rows in cells.items()})


def _cells(path: Path, called: Callable[[str], str]) -> tuple[dict[str, Cells], list[Fault]]:
    import python_calamine as calamine

    faults: list[Fault] = []
    _refuse_no_workbook(path)
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        errors = _error_cells(path, book.sheet_names)
        cells: dict[str, Cells] = {}
        for name in book.sheet_names:
            if name in TABLES:
                sheet = book.get_sheet_by_name(name)
                merged = sheet.merged_cell_ranges or []
                faults += [_merged(called(name), *corners) for corners in merged]
                faults += [_error_cell(called(name), *place) for place in errors.get(name, ())]
                rows, beyond = _as_text(called(name), sheet.to_python(skip_empty_area=False))
                cells[name] = rows
                faults += beyond
            elif name not in (ABOUT, LISTS):
                shown = f'"{name}"' if name.isprintable() else repr(name)
                hint = did_you_mean(name, list(TABLES))
                message = f"sheet {shown} is no table of a study.{hint} Rename or remove it."
                faults.append(Fault(path.name, None, None, message))
    except (calamine.CalamineError, zipfile.BadZipFile, KeyError) as error:
        raise _no_workbook(path, f"cannot be read as a workbook: {error}") from None
    return cells, faults


def _refuse_no_workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as book:
            unpacked = sum(part.file_size for part in book.infolist())
    except FileNotFoundError:
        raise _no_workbook(path, "there is no such file") from None
    except zipfile.BadZipFile:
        raise _no_workbook(path, "is no XLSX workbook, or is locked by a password. Save it as XLSX") from None
    except OSError as error:
        raise _no_workbook(path, f"cannot be read: {error.strerror}") from None
    if unpacked > LARGEST_BYTES:
        raise _no_workbook(path, f"unpacks to {unpacked / 1e6:,.0f} MB: tables of a study are far smaller")


def _no_workbook(path: Path, why: str) -> InputError:
    return InputError([Fault(path.name, None, None, f"{why}.")])


def _error_cells(path: Path, names: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """Cells with an error (#N/A) by sheet: they would be read as blank ones."""
    found = {}
    with zipfile.ZipFile(path) as book:
        targets = dict(_attributes(book.read("xl/_rels/workbook.xml.rels"), b"Relationship", b"Id", b"Target"))
        for name, target in _attributes(book.read("xl/workbook.xml"), b"sheet", b"name", b"r:id"):
            part = "xl/" + targets.get(target, "").removeprefix("/xl/")
            if name in names and part in book.namelist():
                found[name] = [(column.decode(), int(row)) for column, row in _ERROR_CELL.findall(book.read(part))]
    return found


def _attributes(xml: bytes, element: bytes, *names: bytes) -> Iterator[tuple[str, str]]:
    """Two attributes of each element of a name, in whatever order they stand."""
    for tag in re.findall(rb"<" + element + rb"\b[^>]*>", xml):
        one, other = (re.search(rb"\s" + name + rb'="([^"]*)"', tag) for name in names)
        if one and other:
            yield one[1].decode(), other[1].decode()


def _merged(sheet: str, first: tuple[int, int], last: tuple[int, int]) -> Fault:
    corners = "".join(f"{_letters(column)}{row + 1}:" for row, column in (first, last)).rstrip(":")
    return Fault(sheet, first[0] + 1, None, f"cells {corners} are merged: only the first would be read. Unmerge them.")


def _error_cell(sheet: str, column: str, row: int) -> Fault:
    return Fault(
        sheet, row, None, f"cell {column}{row} holds an error, not a value. Mend its formula or type the value."
    )


def _as_text(sheet: str, found: Sequence[Sequence[Any]]) -> tuple[Cells, list[Fault]]:
    """Cells as a CSV file would have them, and what stands right of the last column."""
    rows = [[_text(cell) for cell in record] for record in found]
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        return [], []
    width = max((place for place, cell in enumerate(rows[0], start=1) if cell.strip()), default=0)
    beyond = [
        Fault(sheet, number, None, f"cell {_letters(place)}{number} lies right of the last column. Clear it.")
        for number, record in enumerate(rows, start=1)
        for place, cell in enumerate(record)
        if place >= width and cell.strip()
    ]
    return [record[:width] for record in rows], beyond


def _text(cell: Any) -> str:
    """A cell as a CSV file would have it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)


def _csv(rows: Cells) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(record for record in rows if any(cell.strip() for cell in record))
    return text.getvalue()
