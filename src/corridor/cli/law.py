"""The command on the law."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from cyclopts import Parameter

from corridor import report
from corridor.cli.door import FormatName, OutputPath, ScenarioName, StudyPath, app, deliver, draw, run_study
from corridor.errors import UsageError


@app.command
def law(
    *,
    day: Annotated[str | None, Parameter(name="--date")] = None,
    commodity: str | None = None,
    node: str | None = None,
    mined_in: str | None = None,
    timeline: Annotated[bool, Parameter(negative=())] = False,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Show the legal rules in force on a day, or what changed since 2006. It informs and is not legal advice.

    Example: corridor law --commodity washed_coking_coal --node rajin --date 2018-06-01

    Parameters
    ----------
    day
        Day, as 2018-06-01. Default: the scenario's.
    commodity
        Only rules that speak of it.
    node
        Only rules that speak of a link at this node, or at all whose names begin so; with a commodity its status there.
    mined_in
        Country where the cargo was mined, two letters. Default: that of the mines for the status, any for rules.
    timeline
        What began and ended until the day, and the status of cargoes at berths in between.
    """
    from corridor.report import law as documents
    from corridor.screen import law as tables

    outcome = run_study(study, scenario)
    on = _day(day)
    if timeline:
        if mined_in is not None:
            raise UsageError("--timeline follows cargo of the mines; leave --mined-in out.")
        document = documents.timeline(outcome, on, commodity, node)
    else:
        document = documents.law(outcome, on, commodity, node, mined_in)
    if form == "table":
        draw((tables.timeline if timeline else tables.law)(outcome, document), place)
    else:
        deliver(form, place, document, report.tables_of(document))


def _day(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f'"{text}" is no day. Write it as 2018-06-01.') from None
