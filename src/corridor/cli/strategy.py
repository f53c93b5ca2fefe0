"""Commands on dependence and resilience."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from corridor import report, screen
from corridor.cli.door import FormatName, OutputPath, ScenarioName, StudyPath, app, deliver, draw, run_study
from corridor.errors import UsageError
from corridor.study import Outcome

ASKED_ABOUT = "rason"
"""The corridor that a study is asked about where it has one of that name."""

Names = Annotated[tuple[str, ...], Parameter(consume_multiple=False)]


@app.command
def frontier(
    *,
    by: Literal["country", "corridor", "gateway", "emissions"] = "country",
    count: Literal["all", "transit"] = "all",
    measure: Literal["tonnes", "value"] = "tonnes",
    only: Names = (),
    cap: float | None = None,
    without: str | None = None,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Price each percentage point of dependence: best net value against the largest share that one country may carry.

    Example: corridor frontier --measure value --scenario essay

    Parameters
    ----------
    by
        country: each foreign one a tonne enters; corridor; gateway: berth or crossing out; emissions: of all cargo.
    count
        Of countries: all that are entered, or those that are left again (transit).
    measure
        tonnes, or value: tonnes x value at loading.
    only
        Cap this country, corridor or gateway alone; may be given several times.
    cap
        Tell of this largest share too: 0.97 for 97 %.
    without
        Show it without this corridor or country too. Default: rason where the study has it; of emissions none.
    """
    from corridor.report import strategy as documents
    from corridor.strategy import frontier as room
    from corridor.strategy.cap import share

    if by == "emissions":
        if (count, measure, only, cap) != ("all", "tonnes", (), None):
            raise UsageError("emissions are one total: --count, --measure, --only and --cap do not go with it.")
        _abatement(run_study(study, scenario), without, form, place)
        return
    share(cap)
    outcome = run_study(study, scenario)
    found = room.frontier(outcome, by, count, measure, only, without or _asked_about(outcome))
    document = documents.frontier(outcome, found, cap)
    if form == "table":
        draw(screen.frontier(outcome, document), place)
    else:
        deliver(form, place, document, report.tables_of(document))


def _abatement(outcome: Outcome, without: str | None, form: FormatName, place: OutputPath) -> None:
    from corridor.report import abatement as documents
    from corridor.strategy import abatement as room

    document = documents.abatement(outcome, room.abatement(outcome, without))
    if form == "table":
        draw(screen.abatement(outcome, document), place)
    else:
        deliver(form, place, document, report.tables_of(document))


@app.command
def disrupt(
    *,
    close: Names = (),
    cap: float | None = None,
    alpha: float | None = None,
    by: Literal["country", "corridor"] = "country",
    count: Literal["all", "transit"] = "all",
    measure: Literal["tonnes", "value"] = "tonnes",
    only: Names = (),
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Close each border, port and country for a year: what today's plan loses, and what a diversified one would.

    Example: corridor disrupt --cap 0.97

    Parameters
    ----------
    close
        Crossing, node or country; may be given several times. Default: all that lawful cargo may pass.
    cap
        Largest share of the diversified plan. Default: where the frontier becomes steeper than it is on the whole.
    alpha
        Share of the closures that the tail leaves out. Default: 0.9, so that it is the worst tenth.
    by
        What the largest share is of: each country that a tonne enters, or the corridor where it is loaded or sold.
    count
        Of countries: all that are entered, or those that are left again (transit).
    measure
        tonnes, or value: tonnes x value at loading.
    only
        Cap this country or corridor alone; may be given several times.
    """
    from corridor.report import strategy as documents
    from corridor.strategy import disrupt as room

    outcome = run_study(study, scenario)
    tail = room.ALPHA if alpha is None else alpha
    document = documents.disrupt(outcome, room.disrupt(outcome, close, cap, tail, by, count, measure, only))
    if form == "table":
        draw(screen.disrupt(outcome, document), place)
    else:
        deliver(form, place, document, report.tables_of(document))


def _asked_about(outcome: Outcome) -> str | None:
    return ASKED_ABOUT if ASKED_ABOUT in outcome.study.file.corridors else None
