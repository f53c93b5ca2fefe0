"""Commands on what changes the answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from corridor import report, screen
from corridor.cli.door import (
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
from corridor.errors import UsageError

if TYPE_CHECKING:
    pass


@app.command
def breakeven(
    *,
    price: str | None = None,
    parameter: str | None = None,
    target: str | None = None,
    commodity: str | None = None,
    low: Annotated[float | None, Parameter(name="--from")] = None,
    high: Annotated[float | None, Parameter(name="--to")] = None,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Find where the best plan changes along a price or another parameter; or what would have to change for a target.

    Example: corridor breakeven --price thermal_newcastle --scenario essay

    Parameters
    ----------
    price
        Reference price that moves, with every bid tied to it.
    parameter
        Any other number of the tables that moves: table:subject:parameter.
    target
        Corridor, node or crossing to look for. Without a price or parameter: which change of any one parameter would
        make it carry something.
    commodity
        Tell of this one alone.
    low, high
        From where to where, in the unit of the table. Default: a price's history, the range of all else.
    """
    from corridor.report import sensitivity as documents
    from corridor.sensitivity import breakeven as room
    from corridor.sensitivity.along import along
    from corridor.sensitivity.parameters import find_parameter, find_price

    outcome = run_study(study, scenario)
    report.known(outcome, commodity)
    if target is not None:
        room.known_target(outcome, target)
    if price is not None and parameter is not None:
        raise UsageError("name a price or a parameter, not both.")
    if price is None and parameter is None:
        if target is None or low is not None or high is not None:
            raise UsageError("name what moves, by --price or --parameter; or a --target alone.")
        near = room.nearest(outcome, target, commodity)
        found = room.what_would_have_to_change(outcome, target, commodity, Progress("parameters"))
        document = documents.needed(outcome, target, commodity, found, near)
        shown, rows = screen.needed, {"needed": report.tables_of(document)["needed"]}
    else:
        moving = find_price(outcome, price) if price is not None else find_parameter(outcome, parameter or "")
        whole = along(outcome, moving, *room.ends_of(outcome, moving, low, high))
        document = documents.along_parameter(outcome, whole, commodity, target)
        shown, rows = screen.along_parameter, report.tables_of(document)
    if form == "table":
        draw(shown(outcome, document), place)
    else:
        deliver(form, place, document, rows)


@app.command
def regime(
    *,
    x: str,
    y: str,
    x_from: float | None = None,
    x_to: float | None = None,
    y_from: float | None = None,
    y_to: float | None = None,
    commodity: str | None = None,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Divide the plane of two parameters by who carries: exact polygons, one best plan in each.

    Example: corridor regime --x thermal_newcastle --y tariffs:rzd_transit:rate:coal --scenario essay

    Parameters
    ----------
    x, y
        Reference prices, or other numbers of the tables: table:subject:parameter.
    x_from, x_to, y_from, y_to
        Ends, in the units of the tables. Default: a price's history, the range of all else.
    commodity
        Count this one alone.
    """
    from corridor.report import sensitivity as documents
    from corridor.sensitivity.regime import plane_of

    outcome = run_study(study, scenario)
    plane = plane_of(outcome, report.known(outcome, commodity), (x, x_from, x_to), (y, y_from, y_to))
    document = documents.regime(outcome, plane)
    if form == "table":
        draw(screen.regime(outcome, document), place)
    else:
        deliver(form, place, document, {"areas": report.tables_of(document)["areas"]})


@app.command
def sensitivity(
    *,
    method: Literal["montecarlo", "sobol", "tornado"] = "montecarlo",
    draws: int | None = None,
    seed: int = 1,
    parameter: Annotated[tuple[str, ...], Parameter(consume_multiple=False)] = (),
    prices: Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    work: Path | None = None,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Draw all uncertain numbers many times: how sure is it which corridor is the best, and what decides it.

    Example: corridor sensitivity --draws 2048 -o draws.parquet

    Parameters
    ----------
    method
        montecarlo: shares of draws and percentiles; sobol: how much each group of inputs explains; tornado: each input
        at its ends.
    draws
        How many. Default: 2048; for sobol 256 base points, each answered once for each group.
    seed
        Of the draws; the same draws come in every scenario.
    parameter
        Name (tariffs:rzd_transit:rate:coal, prices:copper_lme:price) or operators:rzd:rate; may be given several times.
        Default: all that have a range.
    prices
        CSV file with the columns month, reference, price, for your own dispersions and correlations.
    workers
        Processes of this machine. Default: this one.
    scheduler
        Address of a Dask scheduler: tcp://host:8786.
    work
        Folder where finished blocks are kept, to go on from. Default: beside the file of -o.
    """
    from corridor.sensitivity.question import answer

    all_draws = place if place and place.suffix == ".parquet" else None
    if form == "csv" and (place is None or all_draws):
        raise UsageError("csv is several tables here: name a folder for them with -o.")
    executor = _executor(workers, scheduler)
    outcome = run_study(study, scenario)
    asked: dict[str, Any] = {"draws": draws, "seed": seed, "chosen": parameter, "prices": prices}
    where: dict[str, Any] = {"executor": executor, "work": work, "place": all_draws, "tell": Progress("blocks")}
    document = {**report.heading(outcome), **answer(outcome, method, **asked, **where)}
    if all_draws:
        say(f"wrote {all_draws}")
    if form == "table":
        draw(screen.draws(outcome, document), None if all_draws else place)
    else:
        deliver(form, None if all_draws else place, document, report.tables_of(document))


def _executor(workers: int | None, scheduler: str | None) -> Any:
    """Who answers blocks of draws; None: this process."""
    if workers is not None and scheduler is not None:
        raise UsageError("--workers and --scheduler exclude each other: a scheduler has workers of its own.")
    if scheduler is not None:
        from corridor.sensitivity.cluster import cluster

        return cluster(scheduler)
    if workers is not None:
        from corridor.sensitivity.workers import local

        return local(workers)
    return None
