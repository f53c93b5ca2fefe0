"""What all commands share: the application, common options, and the only functions that print or write."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, Parameter
from rich.console import Console, RenderableType

from corridor import output, screen
from corridor.errors import UsageError
from corridor.study import Outcome, Study, read_study
from corridor.tables import Tables

Format = Literal["table", "json", "csv"]
MatrixFormat = Literal["table", "json", "csv", "parquet"]
StudyPath = Annotated[Path | None, Parameter(name="--study", help="Study file (TOML). Default: the committed study.")]
ScenarioName = Annotated[
    str | None, Parameter(name="--scenario", help="Scenario of the study. Default: the study's own.")
]
FormatName = Annotated[Format, Parameter(name="--format", help="table for reading, json or csv for other programs.")]
MatrixFormatName = Annotated[
    MatrixFormat, Parameter(name="--format", help="table for reading; json, csv or parquet for other programs.")
]
WorkbookPath = Annotated[Path | None, Parameter(name="--xlsx", help="Write the tables as a workbook too: FILE.xlsx.")]
OutputPath = Annotated[
    Path | None,
    Parameter(name=("-o", "--output"), help="Write there instead of printing; a folder for several CSV tables."),
]

app = App(
    name="corridor",
    version=lambda: version("corridor"),
    help="Compare what it costs to bring minerals to market by one corridor or another.",
    help_format="plaintext",
    result_action="return_value",
    default_parameter=Parameter(negative_iterable=()),  # to name nothing there is leaving the option out
    suppress_keyboard_interrupt=False,  # main says what became of what was under way
)


def run_study(study: Path | None, scenario: str | None) -> Outcome:
    """Read a study and set up a scenario; what its tables have to remark goes to stderr."""
    read: Study = read_study(study)
    _tell(read.tables)
    return read.run(scenario)


def _tell(tables: Tables) -> None:
    for note in tables.notes:
        say(note)


def say(text: str) -> None:
    """Progress and remarks go to stderr: stdout carries the result."""
    print(text, file=sys.stderr)


class Progress:
    """Tells on stderr how far a run is and how long it may still take, every few seconds."""

    EVERY_S = 5.0

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = self._told = time.monotonic()
        self._first: int | None = None

    def __call__(self, done: int, of: int) -> None:
        """Take note that so many are done; tell it if it is time."""
        now = time.monotonic()
        if self._first is None:
            self._first = done - 1
        if now - self._told >= self.EVERY_S and done < of:
            self._told = now
            left = (now - self._started) / (done - self._first) * (of - done)
            say(f"{done:,} of {of:,} {self._what}, about {left:,.0f} s left")


def draw(content: RenderableType, place: Path | None) -> None:
    """Show a table on the terminal, or write it as text."""
    if place is None:
        console = Console(markup=False, highlight=False, emoji=False)
        console.width = max(console.width, screen.NARROWEST)
        console.print(content)
        return
    console = Console(markup=False, highlight=False, emoji=False, width=120, record=True, file=io.StringIO())
    console.print(content)
    write({place: console.export_text()})


def deliver(
    form: MatrixFormat, place: Path | None, document: Mapping[str, Any], tables: Mapping[str, Sequence[output.Record]]
) -> None:
    """Write a document as JSON, or its tables as CSV or Parquet: one file, or a folder of several."""
    if form == "parquet" and place is None:
        raise UsageError("parquet needs a place: name a file, or a folder for several tables, with -o.")
    encode: Callable[[Sequence[output.Record]], str | bytes]
    encode = output.as_parquet if form == "parquet" else output.as_csv
    if form != "json" and len(tables) > 1:
        if place is None:
            raise UsageError(f"csv of {len(tables)} tables needs a folder: name one with -o.")
        write({place / f"{name}.{form}": encode(rows) for name, rows in tables.items()})
        return
    content = output.as_json(document) if form == "json" else encode(next(iter(tables.values())))
    if place is None:
        sys.stdout.write(str(content))
    else:
        write({place: content})


def write_workbook(place: Path, tables: Mapping[str, Sequence[output.Record]]) -> None:
    """Write tables as a workbook, a sheet each."""
    write({workbook_name(place): output.as_xlsx(tables)})


def workbook_name(place: Path) -> Path:
    """Hand a file on if its name is that of a workbook.

    Raises
    ------
    UsageError
        If it is not.
    """
    if place.suffix.lower() != ".xlsx":
        raise UsageError(f"{place} is no name of a workbook. End it in .xlsx.")
    return place


def write(texts: Mapping[Path, str | bytes]) -> None:
    """Write all files or none, and say which."""
    output.write_files(texts)
    for path in texts:
        say(f"wrote {path}")
