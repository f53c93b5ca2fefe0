"""The command on who gains."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from corridor import report, screen
from corridor.cli.door import FormatName, OutputPath, ScenarioName, StudyPath, app, deliver, draw, run_study
from corridor.errors import NoAnswerError


@app.command
def gains(
    *,
    players: Annotated[tuple[str, ...], Parameter(consume_multiple=False)] = (),
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Show who gains: what each coalition of countries can make, Shapley values, the core, and rents by owner.

    Example: corridor gains --scenario essay

    Parameters
    ----------
    players
        Country (code or name) or corridor; may be given several times. Default: the countries with mines and those of
        the corridors.
    """
    from corridor.report.gains import NOTHING_MUSD
    from corridor.report.gains import gains as document_of
    from corridor.strategy.gains import gains as found_in

    outcome = run_study(study, scenario)
    document = document_of(outcome, found_in(outcome, players))
    if form == "table":
        draw(screen.gains(outcome, document), place)
    else:
        deliver(form, place, document, report.tables_of(document))
    if document["grand_coalition_musd_per_yr"] <= NOTHING_MUSD:
        raise NoAnswerError(f"no coalition gains anything on {outcome.as_of}.")
