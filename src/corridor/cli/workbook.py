"""Commands on workbooks: tables out, and in again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from corridor.cli.door import StudyPath, app, say, workbook_name, write
from corridor.errors import UsageError
from corridor.study import read_study

Workbook = Annotated[Path, Parameter(help="The workbook: a file that ends in .xlsx.")]


@app.command(name="export")
def export_tables(*, xlsx: Workbook, study: StudyPath = None) -> None:
    """Write the tables of a study as a workbook: a sheet a table, with drop-downs, notes and sources.

    Example: corridor export --xlsx tables.xlsx
    """
    from corridor.workbook import write_workbook

    place = workbook_name(xlsx)
    read = read_study(study)
    write({place: write_workbook(read.tables, read.file.title, read.input_hash)})


@app.command(name="import")
def import_tables(
    *,
    xlsx: Workbook,
    place: Annotated[Path, Parameter(name=("-o", "--output"), help="Folder for the tables: new or empty.")],
    overwrite: bool = False,
) -> None:
    """Read a workbook's tables into a folder of CSV files, after all checks; with any fault nothing is written.

    Example: corridor import --xlsx tables.xlsx -o data/mine

    Parameters
    ----------
    overwrite
        Write over tables that are in the folder already.
    """
    from corridor.workbook import read_workbook

    if not overwrite and place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise UsageError(f"{place} exists and is not empty. Name a new folder, or say --overwrite.")
    found = read_workbook(xlsx, place)
    rows = sum(len(table) for table in found.tables.rows.values())
    write({place / name: text for name, text in found.texts.items()})
    say(f"{os.path.relpath(place)}: {rows} rows in {len(found.texts)} tables: no fault")
