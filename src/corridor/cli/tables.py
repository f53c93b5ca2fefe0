"""Commands on tables: check them, list their sources, begin new ones."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console

from corridor import report, screen
from corridor.cli.door import (
    Format,
    FormatName,
    OutputPath,
    Progress,
    ScenarioName,
    StudyPath,
    app,
    deliver,
    draw,
    run_study,
    say,
)
from corridor.starter import new_project
from corridor.study import Outcome, read_study


@app.command
def check(
    folder: Path | None = None,
    *,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Check a data folder and the studies that use it; list every fault at once.

    Example: corridor check data/rason

    Parameters
    ----------
    folder
        Data folder, or a folder with models/ and data/. Default: that of the study.
    """
    from corridor.study import check_folder

    if study or scenario:
        folder = folder or read_study(study).run(scenario).tables.folder
    checked = check_folder(folder)
    for note in checked.notes:
        say(note)
    where = os.path.relpath(checked.folder)
    document = {"folder": where, "studies": list(checked.studies), "rows": checked.rows}
    studies = ", ".join(checked.studies) or "no study"
    text = f"{where}: {checked.rows} rows in {checked.tables} tables, with {studies}: no fault"
    if form == "table":
        draw(text, place)
    else:
        deliver(form, place, document, {"check": [document]})


@app.command
def sources(
    *,
    audit: bool = False,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """List the sources with how many numbers rest on each; or audit what the answer rests on.

    Example: corridor sources --format csv -o sources.csv

    Parameters
    ----------
    audit
        Tell instead how the numbers are graded, what the cost of the headline routes rests on, and which assumed
        numbers move the answer most.
    """
    outcome = run_study(study, scenario)
    if audit:
        _audit(outcome, form, place)
        return
    rows = report.sources(outcome.tables)
    if form == "table":
        draw(screen.source_list(rows), place)
    else:
        document = {**report.heading(outcome), "sources": rows}
        deliver(form, place, document, report.tables_of(document))


def _audit(outcome: Outcome, form: Format, place: Path | None) -> None:
    from corridor.evidence.quality import MOST, grades, grounded, work_list
    from corridor.report.evidence import quality as as_document
    from corridor.screen.evidence import quality as as_table

    headline = [route for block in report.summary(outcome) for route in (*block["lawful"], *block["not_lawful"])]
    routes = grounded(outcome, headline)
    document = as_document(outcome, grades(outcome), routes, work_list(outcome, routes, Progress("blocks")))
    document["assumptions"] = document["assumptions"][:MOST]
    if form == "table":
        draw(as_table(outcome, document), place)
    else:
        deliver(form, place, document, report.tables_of(document))


@app.command
def new(folder: Path) -> None:
    """Make a small project that runs, to be filled with another corridor.

    Example: corridor new my-corridor

    Parameters
    ----------
    folder
        Must not exist, or be empty.
    """
    study = new_project(folder)
    Console(markup=False, highlight=False).print(
        f"made {folder}; try: corridor compare --study {study}", soft_wrap=True
    )
