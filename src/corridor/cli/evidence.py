"""Commands on how far the numbers can be trusted: published cases, years as they were, calibration."""

from __future__ import annotations

from pathlib import Path

from corridor import report
from corridor.cli.door import FormatName, OutputPath, ScenarioName, StudyPath, app, deliver, draw, run_study, say
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
    found = set_beside(outcome.study, rows, "validation.csv" if cases is None else cases.name)
    document = as_document(outcome, found)
    if form == "table":
        draw(as_table(outcome, document), place)
    else:
        deliver(form, place, document, report.tables_of(document))
    if unreadable or found.faults:
        raise InputError([*unreadable, *found.faults], "The other cases were compared.")
