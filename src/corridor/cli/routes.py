"""Commands on routes and the plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

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
    say,
    write_workbook,
)
from corridor.errors import NoAnswerError
from corridor.flow import write_lp

Names = Annotated[
    tuple[str, ...], Parameter(help="Node or crossing on the way; may be given several times.", consume_multiple=False)
]


@app.command
def compare(
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
    """Compare routes from mines to markets by every gateway and entry.

    Without names a summary: for each commodity the best route of each corridor to its main market.

    Example: corridor compare --commodity washed_coking_coal --market pohang

    Parameters
    ----------
    origin
        Mine.
    commodity
        What is shipped.
    market
        Node of sale.
    """
    outcome = run_study(study, scenario)
    names = (origin, commodity, market)
    if xlsx is not None:
        tables = report.tables_of(report.compare(outcome, *names))
        write_workbook(xlsx, {"routes": tables["rows"], "unreachable": tables["unreachable"]})
    if form != "table":
        document = report.compare(outcome, *names)
        deliver(form, place, document, {"routes": report.tables_of(document)["rows"]})
        if form == "csv" and document["unreachable"]:
            say(
                f"{len(document['unreachable'])} pairs of gateway and market are not reached; --format json lists them."
            )
    elif names == (None, None, None):
        blocks = report.summary(outcome)
        draw(screen.compare_summary(outcome, blocks), place)
        if any(block["best_netback"] for block in blocks):
            return
    else:
        draw(screen.compare_routes(outcome, *report.asked(outcome, *names)), place)
    routes, missing = report.asked(outcome, *names)
    if not any(route.usable for route in routes):
        what = "is lawful" if routes else "is reachable"
        ends = sorted({f"the way ends at {pair.node}: {pair.reason}" for pair in missing})[:5]
        raise NoAnswerError(f"no route {what} on {outcome.as_of}. " + " ".join(ends))


@app.command
def netback(
    *,
    origin: str | None = None,
    commodity: str | None = None,
    market: str | None = None,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Show at which commodity price a route stops paying, and at which another route pays better.

    Without names the best sale of each corridor from every mine; with names all routes.

    Example: corridor netback --origin ukhaa_khudag --commodity washed_coking_coal --market pohang

    Parameters
    ----------
    origin
        Mine.
    commodity
        What is shipped.
    market
        Node of sale.
    """
    outcome = run_study(study, scenario)
    names = (origin, commodity, market)
    document = report.netback(outcome, *names)
    if form != "table":
        deliver(form, place, document, report.tables_of(document))
    else:
        draw(screen.netback(outcome, document, full=names != (None, None, None)), place)
    if not any(row["usable"] for row in document["routes"]):
        what = "lawful" if document["routes"] else "reachable"
        raise NoAnswerError(f"no route is {what} on {outcome.as_of}; corridor compare tells where each way ends.")


@app.command
def solve(
    *,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
    export: Path | None = None,
) -> None:
    """Find the best lawful plan for all mines and markets at once, with shared capacities.

    Example: corridor solve --scenario essay

    Parameters
    ----------
    export
        Write the linear programme too, for other solvers: a file that ends in .mps or .lp.
    """
    outcome = run_study(study, scenario)
    document = report.solve(outcome)
    if export is not None:
        say(f"{write_lp(outcome.plan.problem, export)} written: net cost is to be minimised there.")
    if form == "table":
        draw(screen.solve_summary(outcome, document), place)
    else:
        deliver(form, place, document, report.tables_of(document))


@app.command
def explain(
    origin: str,
    market: str,
    *,
    commodity: str,
    via: Names = (),
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Show the ledger of one route: every dollar and hour with its source and basis.

    Example: corridor explain sharyn_gol pohang --commodity thermal_coal --via khasan_tumangang --via rajin_pier3

    Parameters
    ----------
    origin
        Mine.
    market
        Node of sale.
    commodity
        What is shipped.
    """
    outcome = run_study(study, scenario)
    document = report.explain(outcome, origin, market, commodity, via)
    if form == "table":
        draw(screen.ledger(outcome, document), place)
    else:
        tables = report.tables_of(document)
        deliver(form, place, document, {"ledger": [*tables["ledger"], *tables["emissions"]]})
