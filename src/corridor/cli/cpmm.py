"""The command on CPMM indicators."""

from __future__ import annotations

from corridor import report, screen
from corridor.cli.door import (
    FormatName,
    OutputPath,
    ScenarioName,
    StudyPath,
    WorkbookPath,
    app,
    deliver,
    draw,
    run_study,
    write_workbook,
)


@app.command
def cpmm(
    *,
    origin: str | None = None,
    commodity: str | None = None,
    market: str | None = None,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
    xlsx: WorkbookPath = None,
) -> None:
    """Show routes in CAREC's CPMM indicators: time and fees at borders, cost per 500 km and 20 t, speed.

    Example: corridor cpmm --scenario essay --xlsx cpmm.xlsx

    Parameters
    ----------
    origin
        Mine.
    commodity
        What is shipped.
    market
        Node of sale.
    """
    from corridor.report.cpmm import cpmm as document_of

    outcome = run_study(study, scenario)
    document = document_of(outcome, origin, commodity, market)
    if xlsx is not None:
        write_workbook(xlsx, report.tables_of(document))
    if form == "table":
        draw(screen.cpmm(outcome, document), place)
    else:
        deliver(form, place, document, report.tables_of(document))
