"""Rebuild the committed geography of a study: ``python -m corridor.geography data/geo``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from corridor.audit import Finding, audit
from corridor.geodata import chains, natural_earth, sea, snapshot
from corridor.geodata.geoparquet import write_geoparquet
from corridor.geodata.graph import MODES, GeoGraph
from corridor.geodata.places import Places
from corridor.study import read_study
from corridor.tables import Tables

QUAY_KM, LEAST_QUAY_KM = 25.0, 0.5
"""How far track may lie from a berth that it serves, and how long the way between them is at least."""
SHAPE_TOLERANCE_DEG = 0.01
"""Lines of links are for maps of the whole region."""


def build(folder: str | Path) -> list[Path]:
    """Write outlines, sea routes, graphs of rail and road, and a line for every link.

    Parameters
    ----------
    folder
        Holds the typed tables of the geography and gets the files; the study's tables lie beside it.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    MissingExtraError
        If a source is not installed: ``pip install corridor[geodata]``.

    Notes
    -----
    The same inputs give the same bytes.
    """
    folder = Path(folder)
    tables = read_study().tables
    berths = sorted({link.from_node for link in tables["links"] if link.kind == "sea"})
    markets = sorted({link.to_node for link in tables["links"] if link.kind == "sea"})
    files = [natural_earth.write_outlines(folder)]
    files.append(sea.build(_places(tables, berths), _places(tables, markets), folder))
    files += snapshot.build(folder).files
    land = GeoGraph.read(folder, "joined", shapes=True)
    files += with_sea(land, tables, folder).write(folder, "joined")
    files.append(write_shapes(folder, audit(tables, folder)))
    return files


def with_sea(land: GeoGraph, tables: Tables, folder: Path) -> GeoGraph:
    """Join the sea routes to a graph.

    Every route has two nodes of its own at sea, in no country, and a port at either end: a berth's track, or the place
    of sale. So whoever goes by sea pays a port at both ends, and no two routes meet but over a quay.
    """
    routes = sea.read_sea_routes(folder / sea.SEA_ROUTES)
    nodes = {node.id: node for node in tables["nodes"]}
    markets = {name: land.n_nodes + i for i, name in enumerate(sorted({route.destination for route in routes}))}
    berths = sorted({route.origin for route in routes})
    at = [(nodes[name].longitude_deg, nodes[name].latitude_deg) for name in berths]
    track, km = chains.nearest(land, *np.array(at).T, among=land.gauge_mm > 0)
    quays = {
        name: (int(node), max(float(away), LEAST_QUAY_KM)) for name, node, away in zip(berths, track, km, strict=True)
    }
    kept = [route for route in routes if quays[route.origin][1] <= QUAY_KM]
    places = [nodes[name] for name in markets]
    first = land.n_nodes + len(places)
    starts, ends = first + 2 * np.arange(len(kept)), first + 2 * np.arange(len(kept)) + 1
    at_sea = np.array([point for route in kept for point in (route.line[0], route.line[-1])])
    whole = GeoGraph(
        longitude_deg=np.concatenate([land.longitude_deg, [p.longitude_deg for p in places], at_sea[:, 0]]),
        latitude_deg=np.concatenate([land.latitude_deg, [p.latitude_deg for p in places], at_sea[:, 1]]),
        country=np.concatenate([land.country, [p.country for p in places], np.full(2 * len(kept), "")]),
        gauge_mm=np.concatenate([land.gauge_mm, np.zeros(len(places) + 2 * len(kept), dtype=np.int64)]),
        edge_from=np.concatenate([land.edge_from, starts]),
        edge_to=np.concatenate([land.edge_to, ends]),
        length_km=np.concatenate([land.length_km, [route.length_km for route in kept]]),
        mode=np.concatenate([land.mode, np.full(len(kept), MODES.index("sea"))]),
        schematic=np.concatenate([land.schematic, np.zeros(len(kept), dtype=np.bool_)]),
        shape=[*land.shape, *(route.line for route in kept)],
    )
    origin = [quays[route.origin] for route in kept]
    market = np.array([markets[route.destination] for route in kept])
    whole = chains.with_edges(
        whole, np.array([n for n, _ in origin]), starts, np.array([d for _, d in origin]), "transfer"
    )
    return chains.with_edges(whole, market, ends, np.full(len(kept), LEAST_QUAY_KM), "transfer")


def write_shapes(folder: Path, findings: list[Finding]) -> Path:
    """Write ``link_shapes.parquet``: the line of every link for maps, marked where it is schematic."""
    import shapely

    path = folder / "link_shapes.parquet"
    lines = shapely.simplify(np.array([shapely.LineString(f.line) for f in findings]), SHAPE_TOLERANCE_DEG)
    columns = {"link": [f.link for f in findings], "schematic": [f.schematic for f in findings]}
    write_geoparquet(path, columns, shapely.set_precision(lines, 0.001), "LineString")
    return path


def _places(tables: Tables, ids: list[str]) -> Places:
    at = {node.id: node for node in tables["nodes"]}
    longitude, latitude = ([getattr(at[i], name) for i in ids] for name in ("longitude_deg", "latitude_deg"))
    return Places(np.array(ids), np.array(longitude), np.array(latitude))


if __name__ == "__main__":
    for made in build(sys.argv[1]):
        sys.stderr.write(f"{made} {made.stat().st_size / 1000:.0f} kB\n")
