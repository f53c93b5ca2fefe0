"""Records -> JSON, CSV and XLSX files, written whole or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor.errors import UsageError

Record = Mapping[str, Any]
_ALWAYS = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""When every workbook was made: the same content is the same file."""
_LONGEST_CELL = 32_767
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


def as_json(document: Record) -> str:
    """JSON text of a document; NaN and infinity are refused, since JSON has neither."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def as_csv(records: Sequence[Record]) -> str:
    """CSV text of records with the same keys; lists become words, nested records become columns of their own."""
    flat = [_flat(record) for record in records]
    text = io.StringIO()
    columns = list(dict.fromkeys(key for record in flat for key in record))
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in record.items()} for record in flat)
    return text.getvalue()


def as_parquet(records: Sequence[Record]) -> bytes:
    """Parquet file of records with the same keys; lists become words."""
    import pandas as pd

    flat = [{key: _joined(value) for key, value in _flat(record).items()} for record in records]
    return bytes(pd.DataFrame(flat).to_parquet(index=False))


def as_xlsx(tables: Mapping[str, Sequence[Record]]) -> bytes:
    """Workbook with a sheet for each table of records with the same keys; text is never run as a formula.

    Parameters
    ----------
    tables
        Sheet to its records; lists become words, nested records columns of their own.
    """

    def fill(book: Any) -> None:
        bold = book.add_format({"bold": True})
        for name, records in tables.items():
            flat = [_flat(record) for record in records]
            columns = list(dict.fromkeys(key for record in flat for key in record))
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, key in enumerate(columns):
                sheet.write_string(0, column, key, bold)
                for row, record in enumerate(flat, start=1):
                    write_cell(sheet, row, column, _joined(record.get(key)))
            sheet.autofit()

    return spreadsheet(fill)


def spreadsheet(fill: Callable[[Any], None]) -> bytes:
    """Workbook that a function fills; the same bytes for the same content."""
    import xlsxwriter

    text = io.BytesIO()
    book = xlsxwriter.Workbook(text, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _ALWAYS})
    fill(book)
    book.close()
    return text.getvalue()


def write_cell(sheet: Any, row: int, column: int, value: Any, form: Any = None) -> None:
    """Write text as text, a number as a number, and nothing for None.

    A number of more digits than a workbook keeps is written as text, so that it comes back as it was.

    Raises
    ------
    UsageError
        If a text is longer than a cell can be.
    """
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, int | float):
        if float(f"{value:.16G}") == value:
            sheet.write_number(row, column, value, form)
            return
        value = repr(value)
    if value not in (None, ""):
        if len(str(value)) > _LONGEST_CELL:
            raise UsageError(f"a text of {len(str(value)):,} characters fits no cell of a workbook. Write CSV instead.")
        sheet.write_string(row, column, str(value), form)


def _joined(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _flat(record: Record) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{inner}": cell for inner, cell in value.items()}
        else:
            flat[key] = value
    return flat


def _cell(value: Any) -> Any:
    value = _joined(value)
    if isinstance(value, str) and value.startswith(_FORMULA_MARKS):
        return f"'{value}"  # a spreadsheet would run it as a formula
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value


def write_files(texts: Mapping[Path, str | bytes]) -> None:
    """Write files whole or not at all: all to temporary names first, then renamed.

    Parameters
    ----------
    texts
        File to its text (or bytes). Folders are made where they are missing.

    Raises
    ------
    UsageError
        If a place cannot be written; nothing is left behind.
    """
    waiting: dict[Path, Path] = {}
    try:
        for path, text in {path.resolve(): text for path, text in texts.items()}.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and not path.is_file():
                raise IsADirectoryError(None, "is a folder or a device", str(path))
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            waiting[path] = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode("utf-8") if isinstance(text, str) else text)
            Path(name).chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
        for path, temporary in waiting.items():
            temporary.replace(path)
    except OSError as error:
        place = error.filename or next(iter(texts), "")
        raise UsageError(f"cannot write {place}: {error.strerror}. Name another place with -o.") from None
    finally:
        for temporary in waiting.values():
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    """What the user takes away from the rights of new files; it can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
