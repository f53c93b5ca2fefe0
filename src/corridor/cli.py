"""The commands: the only room that prints."""

from __future__ import annotations

import gc
import io
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console, RenderableType

from corridor import output, report, screen
from corridor.errors import CorridorError, InputError, NoAnswerError, UsageError
from corridor.flow import write_lp
from corridor.starter import new_project
from corridor.study import Outcome, Study, hash_with, read_study
from corridor.study_file import committed_study
from corridor.tables import Tables

if TYPE_CHECKING:
    from corridor.sensitivity.regime import Regime

MOST_FAULTS_SHOWN = 100

Format = Literal["table", "json", "csv"]
MatrixFormat = Literal["table", "json", "csv", "parquet"]
StudyPath = Annotated[Path | None, Parameter(name="--study", help="Study file (TOML). Default: the committed study.")]
ScenarioName = Annotated[
    str | None, Parameter(name="--scenario", help="Scenario of the study. Default: the study's own.")
]
MatrixFormatName = Annotated[
    MatrixFormat, Parameter(name="--format", help="table for reading; json, csv or parquet for other programs.")
]
FormatName = Annotated[Format, Parameter(name="--format", help="table for reading, json or csv for other programs.")]
OutputPath = Annotated[
    Path | None,
    Parameter(name=("-o", "--output"), help="Write there instead of printing; a folder for several CSV tables."),
]
FigurePath = Annotated[Path, Parameter(name=("-o", "--output"), help="File to write: .svg, .png or .pdf.")]
Names = Annotated[
    tuple[str, ...], Parameter(help="Node or crossing on the way; may be given several times.", consume_multiple=False)
]

app = App(
    name="corridor",
    version=lambda: version("corridor"),
    help="Compare what it costs to bring minerals to market by one corridor or another.",
    help_format="plaintext",
    result_action="return_value",
    suppress_keyboard_interrupt=False,  # main says what became of what was under way
)


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
    outcome = _outcome(study, scenario)
    names = (origin, commodity, market)
    if form != "table":
        document = report.compare(outcome, *names)
        _deliver(form, place, document, {"routes": report.tables_of(document)["rows"]})
        if form == "csv" and document["unreachable"]:
            _say(
                f"{len(document['unreachable'])} pairs of gateway and market are not reached; --format json lists them."
            )
    elif names == (None, None, None):
        blocks = report.summary(outcome)
        _draw(screen.compare_summary(outcome, blocks), place)
        if any(block["best_netback"] for block in blocks):
            return
    else:
        _draw(screen.compare_routes(outcome, *report.asked(outcome, *names)), place)
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
    outcome = _outcome(study, scenario)
    names = (origin, commodity, market)
    document = report.netback(outcome, *names)
    if form != "table":
        _deliver(form, place, document, report.tables_of(document))
    else:
        _draw(screen.netback(outcome, document, full=names != (None, None, None)), place)
    if not any(row["usable"] for row in document["routes"]):
        what = "lawful" if document["routes"] else "reachable"
        raise NoAnswerError(f"no route is {what} on {outcome.as_of}; corridor compare tells where each way ends.")


@app.command
def figure(
    name: str,
    *,
    place: FigurePath,
    origin: str | None = None,
    commodity: str | None = None,
    market: str | None = None,
    x: str | None = None,
    y: str | None = None,
    study: StudyPath = None,
    scenario: ScenarioName = None,
) -> None:
    """Draw a figure: netback (of one mine and commodity against its price) or regime (who carries most in a plane).

    The alternative text goes to stderr, and into the file.

    Example: corridor figure netback --origin ukhaa_khudag --commodity washed_coking_coal -o netback.svg

    Parameters
    ----------
    name
        Which figure.
    origin
        Mine.
    commodity
        What is shipped.
    market
        Node of sale; the best sale of each corridor where none is named.
    x, y
        The plane of a regime map: prices or other parameters, as for corridor regime.
    """
    from corridor import figures

    form = figures.form_of(name, place)
    outcome = _outcome(study, scenario)
    if name == "regime":
        if x is None or y is None or origin is not None or market is not None:
            raise UsageError("a regime map takes --x and --y, and --commodity where one alone counts.")
        picture = figures.regime_of(outcome, _plane(outcome, commodity, (x, None, None), (y, None, None)))
    elif x is not None or y is not None:
        raise UsageError(f"--x and --y are for a regime map; {name} takes --origin, --commodity and --market.")
    else:
        picture = figures.netback(outcome, report.asked(outcome, origin, commodity, market)[0])
    unknown = picture.unknown_characters()
    if unknown:
        _say(f"the font lacks {unknown}: boxes stand for it in .png and .pdf.")
    _write({place: picture.render(form)})
    _say(picture.alt)


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
    outcome = _outcome(study, scenario)
    document = report.solve(outcome)
    if export is not None:
        _say(f"{write_lp(outcome.plan.problem, export)} written: net cost is to be minimised there.")
    if form == "table":
        _draw(screen.solve_summary(outcome, document), place)
    else:
        _deliver(form, place, document, report.tables_of(document))


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
    from corridor import report_sensitivity
    from corridor.sensitivity import breakeven as room
    from corridor.sensitivity.along import along
    from corridor.sensitivity.parameters import find_parameter, find_price

    outcome = _outcome(study, scenario)
    report.known(outcome, commodity)
    if target is not None:
        room.known_target(outcome, target)
    if price is not None and parameter is not None:
        raise UsageError("name a price or a parameter, not both.")
    if price is None and parameter is None:
        if target is None or low is not None or high is not None:
            raise UsageError("name what moves, by --price or --parameter; or a --target alone.")
        near = room.nearest(outcome, target, commodity)
        found = room.what_would_have_to_change(outcome, target, commodity, _progress)
        document = report_sensitivity.needed(outcome, target, commodity, found, near)
        shown, rows = screen.needed, {"needed": report.tables_of(document)["needed"]}
    else:
        moving = find_price(outcome, price) if price is not None else find_parameter(outcome, parameter or "")
        whole = along(outcome, moving, *room.ends_of(outcome, moving, low, high))
        document = report_sensitivity.along_parameter(outcome, whole, commodity, target)
        shown, rows = screen.along_parameter, report.tables_of(document)
    if form == "table":
        _draw(shown(outcome, document), place)
    else:
        _deliver(form, place, document, rows)


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
    from corridor import report_sensitivity

    outcome = _outcome(study, scenario)
    document = report_sensitivity.regime(outcome, _plane(outcome, commodity, (x, x_from, x_to), (y, y_from, y_to)))
    if form == "table":
        _draw(screen.regime(outcome, document), place)
    else:
        _deliver(form, place, document, {"areas": report.tables_of(document)["areas"]})


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
    outcome = _outcome(study, scenario)
    document = report.explain(outcome, origin, market, commodity, via)
    if form == "table":
        _draw(screen.ledger(outcome, document), place)
    else:
        _deliver(form, place, document, {"ledger": report.tables_of(document)["ledger"]})


@app.command
def matrix(
    *,
    origins: Path,
    destinations: Path,
    weights: Path | None = None,
    graph: Path | None = None,
    commodity: str | None = None,
    limit_km: float = 25.0,
    wide: bool = False,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: MatrixFormatName = "table",
    place: OutputPath = None,
) -> None:
    """Cost, distance and time from many points to many, over the railways and roads of a graph.

    Example: corridor matrix --origins mines.csv --destinations ports.csv --commodity iron_ore

    Parameters
    ----------
    origins, destinations
        CSV files with the columns id, longitude_deg, latitude_deg.
    weights
        CSV file of what the elements of the graph cost. Default: data/geo/weights.csv.
    graph
        Graph without the ending _nodes.parquet. Default: data/geo/joined.
    commodity
        What is shipped: decides tariffs and the value of time. Default: what holds for all, and time at no cost.
    limit_km
        How far from the network a point may lie.
    wide
        One row an origin and one column a destination, generalised cost alone.
    """
    from corridor.geodata import GeoGraph
    from corridor.matrix import MatrixModel
    from corridor.weights import read_ends, read_weights

    outcome = _outcome(study, scenario)
    geography = _geography(outcome)
    weights = weights or geography / "weights.csv"
    costs, notes = read_weights(weights, outcome.values, report.known(outcome, commodity))
    starts, ends, more = read_ends(origins, destinations)
    for note in (*notes, *more):
        _say(note)
    reserved = {"origin", "scenario", "as_of", "price_year", "as_if_lifted", "law"} & {*ends.name}
    if wide and reserved:
        raise UsageError(f"a destination called {min(reserved)} would hide a column of that name. Call it otherwise.")
    network = graph or geography / "joined"
    model = MatrixModel(GeoGraph.read(network.parent, network.name))
    found = model.matrix(starts, ends, costs, time_usd_per_t_h=outcome.time_usd_per_t_h(commodity), limit_km=limit_km)
    rows = found.wide() if wide else found.pairs()
    if form == "table":
        _draw(screen.matrix(outcome, found, wide=wide), place)
    else:
        asked = {"commodity": commodity, "graph": str(network), "weights": str(weights)}
        nodes, edges = GeoGraph.files(network.parent, network.name)
        read = {"origins": origins, "destinations": destinations, "weights": weights, "nodes": nodes, "edges": edges}
        document = {
            **report.heading(outcome),
            "input_hash": hash_with(outcome.study.input_hash, read),
            **asked,
            "limit_km": limit_km,
            "law": "not applied",
            "attribution": "railways and roads: (c) OpenStreetMap contributors, ODbL 1.0",
            "matrix": [{**row, "law": "not applied"} for row in rows],
            **({} if wide else {"parts": found.parts()}),
        }
        _deliver(form, place, document, report.tables_of(document))
    if not any(pair["status"] == "reached" for pair in found.pairs()):
        raise NoAnswerError("no way leads from any origin to any destination.")


@app.command
def audit(
    *,
    searoute: bool = False,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """Hold the typed length of every link against the one measured on the committed geography.

    Fails where an open railway or sea route differs by more than 5 %, unless data/geo/exceptions.csv says why and by
    how much, and where it says so of a link that agrees.

    Example: corridor audit --format csv -o audit.csv

    Parameters
    ----------
    searoute
        Tell the lengths of the package searoute beside the sea routes; they are told, not judged.
    """
    from corridor.audit import audit as measured
    from corridor.audit import cross_check, faults

    outcome = _outcome(study, scenario)
    findings = measured(outcome.tables, _geography(outcome))
    beside = cross_check(outcome.tables, findings) if searoute else None
    rows = [report.finding_record(finding, beside) for finding in findings]
    if form == "table":
        _draw(screen.audit(outcome, rows), place)
    else:
        document = {**report.heading(outcome), "links": rows}
        _deliver(form, place, document, report.tables_of(document))
    wrong = faults(findings)
    if wrong:
        raise InputError(wrong, "The audit is complete.")


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
        _say(note)
    where = os.path.relpath(checked.folder)
    document = {"folder": where, "studies": list(checked.studies), "rows": checked.rows}
    studies = ", ".join(checked.studies) or "no study"
    text = f"{where}: {checked.rows} rows in {checked.tables} tables, with {studies}: no fault"
    if form == "table":
        _draw(text, place)
    else:
        _deliver(form, place, document, {"check": [document]})


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
    outcome = _outcome(study, scenario)
    asked: dict[str, Any] = {"draws": draws, "seed": seed, "chosen": parameter, "prices": prices}
    where: dict[str, Any] = {"executor": executor, "work": work, "place": all_draws, "tell": _Progress("blocks")}
    document = {**report.heading(outcome), **answer(outcome, method, **asked, **where)}
    if all_draws:
        _say(f"wrote {all_draws}")
    if form == "table":
        _draw(screen.sensitivity(outcome, document), None if all_draws else place)
    else:
        _deliver(form, None if all_draws else place, document, report.tables_of(document))


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


class _Progress:
    """Tells on stderr how far a run is and how long it may still take, every few seconds."""

    EVERY_S = 5.0

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = self._told = time.monotonic()
        self._first: int | None = None

    def __call__(self, done: int, of: int) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = done - 1
        if now - self._told >= self.EVERY_S and done < of:
            self._told = now
            left = (now - self._started) / (done - self._first) * (of - done)
            _say(f"{done} of {of} {self._what}, about {left:,.0f} s left")


@app.command
def sources(
    *,
    study: StudyPath = None,
    scenario: ScenarioName = None,
    form: FormatName = "table",
    place: OutputPath = None,
) -> None:
    """List the sources with how many numbers rest on each.

    Example: corridor sources --format csv -o sources.csv
    """
    outcome = _outcome(study, scenario)
    rows = report.sources(outcome.tables)
    if form == "table":
        _draw(screen.source_list(rows), place)
    else:
        document = {**report.heading(outcome), "sources": rows}
        _deliver(form, place, document, report.tables_of(document))


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


def _outcome(study: Path | None, scenario: str | None) -> Outcome:
    read: Study = read_study(study)
    _tell(read.tables)
    return read.run(scenario)


def _plane(
    outcome: Outcome,
    commodity: str | None,
    x: tuple[str, float | None, float | None],
    y: tuple[str, float | None, float | None],
) -> Regime:
    """Who carries in the plane of two parameters, each with its ends where they are said."""
    from corridor.sensitivity.breakeven import ends_of
    from corridor.sensitivity.parameters import find_parameter
    from corridor.sensitivity.regime import regime as found

    report.known(outcome, commodity)
    (across, *x_ends), (up, *y_ends) = ((find_parameter(outcome, axis[0]), *axis[1:]) for axis in (x, y))
    return found(outcome, across, ends_of(outcome, across, *x_ends), up, ends_of(outcome, up, *y_ends), commodity)


def _geography(outcome: Outcome) -> Path:
    """The folder ``geo`` beside the study's tables, or that of the committed study."""
    own = outcome.study.path.parent / outcome.study.file.data / ".." / "geo"
    if own.is_dir():
        return own
    committed = committed_study()
    return committed.parent / ".." / "data" / "geo"


def _tell(tables: Tables) -> None:
    for note in tables.notes:
        _say(note)


def _say(text: str) -> None:
    """Progress and remarks go to stderr: stdout carries the result."""
    print(text, file=sys.stderr)


def _progress(done: int, of: int) -> None:
    """Tell how far a long search is, on a terminal alone."""
    if sys.stderr.isatty():
        print(f"\r{done} of {of}" if done < of else "\r" + " " * 20 + "\r", end="", file=sys.stderr, flush=True)


def _draw(content: RenderableType, place: Path | None) -> None:
    if place is None:
        console = Console(markup=False, highlight=False, emoji=False)
        console.width = max(console.width, screen.NARROWEST)
        console.print(content)
        return
    console = Console(markup=False, highlight=False, emoji=False, width=120, record=True, file=io.StringIO())
    console.print(content)
    _write({place: console.export_text()})


def _deliver(
    form: MatrixFormat, place: Path | None, document: Mapping[str, Any], tables: Mapping[str, Sequence[output.Record]]
) -> None:
    if form == "parquet" and place is None:
        raise UsageError("parquet needs a place: name a file, or a folder for several tables, with -o.")
    encode: Callable[[Sequence[output.Record]], str | bytes]
    encode = output.as_parquet if form == "parquet" else output.as_csv
    if form != "json" and len(tables) > 1:
        if place is None:
            raise UsageError(f"csv of {len(tables)} tables needs a folder: name one with -o.")
        _write({place / f"{name}.{form}": encode(rows) for name, rows in tables.items()})
        return
    content = output.as_json(document) if form == "json" else encode(next(iter(tables.values())))
    if place is None:
        sys.stdout.write(str(content))
    else:
        _write({place: content})


def _write(texts: Mapping[Path, str | bytes]) -> None:
    output.write_files(texts)
    for path in texts:
        _say(f"wrote {path}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments
        Words after ``corridor``; those of the process if None.

    Returns
    -------
    int
        0 well, 2 usage, 3 bad input data, 4 no answer, 5 a missing extra. A bug of ours is a traceback and 1.
    """
    run: Callable[..., Any] = app
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="replace"
            )  # a terminal that lacks an arrow shows a question mark, not a traceback
    gc.disable()  # a command is over before garbage matters; looking for it takes a tenth of its time
    try:
        run(arguments, exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except CycloptsError as error:
        _say(f"corridor: {error}")
        return UsageError.exit_code
    except InputError as error:
        _show_faults(error)
        return error.exit_code
    except CorridorError as error:
        _say(f"corridor: {error}")
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        _say(f"corridor: cannot write: {error.strerror}.")
        return UsageError.exit_code
    except KeyboardInterrupt as stopped:
        _say(f"corridor: stopped; {str(stopped) or 'nothing was written'}.")
        return 130
    finally:
        gc.enable()
    return 0


def _show_faults(error: InputError) -> None:
    faults = error.faults
    for fault in faults[:MOST_FAULTS_SHOWN]:
        _say(str(fault))
    hidden = len(faults) - MOST_FAULTS_SHOWN
    unseen = f", {hidden} not shown" if hidden > 0 else ""
    many = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    _say(f"corridor: {many}{unseen}. {error.outcome}")
