"""Commands on geography: many-to-many costs, and typed lengths against measured ones."""

from __future__ import annotations

from pathlib import Path

from corridor import report, screen
from corridor.cli.door import (
    FormatName,
    MatrixFormatName,
    OutputPath,
    ScenarioName,
    StudyPath,
    app,
    deliver,
    draw,
    run_study,
    say,
)
from corridor.errors import InputError, NoAnswerError, UsageError
from corridor.study import geography_of, hash_with


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

    outcome = run_study(study, scenario)
    geography = geography_of(outcome)
    weights = weights or geography / "weights.csv"
    costs, notes = read_weights(weights, outcome.values, report.known(outcome, commodity))
    starts, ends, more = read_ends(origins, destinations)
    for note in (*notes, *more):
        say(note)
    reserved = {"origin", "scenario", "as_of", "price_year", "as_if_lifted", "law"} & {*ends.name}
    if wide and reserved:
        raise UsageError(f"a destination called {min(reserved)} would hide a column of that name. Call it otherwise.")
    network = graph or geography / "joined"
    model = MatrixModel(GeoGraph.read(network.parent, network.name))
    found = model.matrix(starts, ends, costs, time_usd_per_t_h=outcome.time_usd_per_t_h(commodity), limit_km=limit_km)
    rows = found.wide() if wide else found.pairs()
    if form == "table":
        draw(screen.matrix(outcome, found, wide=wide), place)
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
        deliver(form, place, document, report.tables_of(document))
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

    outcome = run_study(study, scenario)
    findings = measured(outcome.tables, geography_of(outcome))
    beside = cross_check(outcome.tables, findings) if searoute else None
    rows = [report.finding_record(finding, beside) for finding in findings]
    if form == "table":
        draw(screen.audit(outcome, rows), place)
    else:
        document = {**report.heading(outcome), "links": rows}
        deliver(form, place, document, report.tables_of(document))
    wrong = faults(findings)
    if wrong:
        raise InputError(wrong, "The audit is complete.")
