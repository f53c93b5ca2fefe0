"""Commands on how far the numbers can be trusted: published cases, years as they were, calibration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from corridor import report
from corridor.cli.door import (
    FormatName,
    OutputPath,
    ScenarioName,
    StudyPath,
    app,
    deliver,
    draw,
    run_study,
    say,
    write,
)
from corridor.errors import Fault, InputError, NoAnswerError


@app.command
def validate(
    *,
    cases: Path | None = None,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Set published route costs, prices, distances and times beside what the model says of their day.

    Cases that name no scenario are asked under the one named here.

    Example: corridor validate --format csv -o validation

    Parameters
    ----------
    cases
        CSV file of cases, with the columns of validation.csv. Default: that of the study.
    """
    from corridor.evidence.validate import validate as set_beside
    from corridor.report.evidence import validation as as_document
    from corridor.schema import Case
    from corridor.screen.evidence import validation as as_table
    from corridor.tables import read_some

    outcome = run_study(study, scenario)
    rows = list(outcome.study.tables["validation"])
    unreadable: list[Fault] = []
    if cases is not None:
        rows, unreadable, notes = read_some(cases, Case)
        for note in notes:
            say(note)
    if not rows and not unreadable:
        raise NoAnswerError("the study has no validation.csv, or it is empty. Name a file of cases with --cases.")
    found = set_beside(outcome.study, rows, "validation.csv" if cases is None else cases.name, outcome.scenario)
    if not found.rows and not found.faulty:
        raise InputError(unreadable)
    document = as_document(outcome, found)
    if form == "table":
        draw(as_table(outcome, document), place)
    else:
        deliver(form, place, document, report.tables_of(document))
    if unreadable or found.faults:
        raise InputError([*unreadable, *found.faults], "The other cases were compared.")


@app.command
def backcast(
    *,
    year: Annotated[tuple[int, ...], Parameter(consume_multiple=True)] = (),
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Solve years as they were, and set the plans beside what was shipped.

    The scenario's changes hold in each year; its day and its dollars do not.

    Example: corridor backcast --year 2019 2023

    Parameters
    ----------
    year
        Which; several may be given. Default: 2013, 2015, 2017, 2019, 2021, 2023 and 2024.
    """
    from corridor.evidence.backcast import YEARS
    from corridor.evidence.backcast import backcast as solve_years
    from corridor.report.evidence import backcasts as as_document
    from corridor.screen.evidence import backcasts as as_table

    outcome = run_study(study, scenario)
    shipments = outcome.study.tables["shipments"]
    if not shipments:
        raise NoAnswerError("the study has no shipments.csv, or it is empty: there is nothing to hold a plan to.")
    found = solve_years(outcome.study, shipments, year or YEARS, outcome.scenario)
    if not found.rows:
        raise InputError(found.faults)
    document = as_document(outcome, found)
    if form == "table":
        draw(as_table(outcome, document), place)
    else:
        tables = report.tables_of(document)
        deliver(form, place, document, {name: tables[name] for name in ("rows", "fits")})
    if found.faults:
        raise InputError(found.faults, "The other figures were compared.")


@app.command
def calibrate(
    *,
    parameter: Annotated[tuple[str, ...], Parameter(consume_multiple=True)],
    case: Annotated[tuple[str, ...], Parameter(consume_multiple=True)],
    cases: Path | None = None,
    name: str = "calibrated",
    into: Path | None = None,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Fit a few numbers to published cases within their ranges; what comes of it is a scenario, never a table.

    Example: corridor calibrate --scenario essay --parameter tariffs:rzd_transit:rate:coal --case pacific_trial_2011

    Parameters
    ----------
    parameter
        Names of numbers that hold in the scenario: table:subject:parameter.
    case
        Ids of cases to fit them to.
    cases
        CSV file of cases. Default: that of the study.
    name
        What the scenario is called.
    into
        Write the scenario's text there, for the study file.
    """
    from corridor.evidence.calibrate import calibrate as fit
    from corridor.evidence.calibrate import scenario_text
    from corridor.report.evidence import calibration as as_document
    from corridor.schema import Case
    from corridor.screen.evidence import calibration as as_table
    from corridor.tables import read_rows

    outcome = run_study(study, scenario)
    rows = outcome.study.tables["validation"] if cases is None else read_rows(cases, Case)[0]
    found = fit(outcome, parameter, case, rows)
    text = scenario_text(outcome, found, name)
    document = as_document(outcome, found, text)
    if form == "table":
        draw(as_table(outcome, document), place)
    else:
        tables = report.tables_of(document)
        deliver(form, place, document, {name: tables[name] for name in ("parameters", "cases")})
    if into is not None:
        write({into: text})
