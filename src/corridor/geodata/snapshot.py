"""The committed railways and roads: read, mended, clipped to the corridor, joined and written."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from corridor.errors import Fault, InputError
from corridor.geodata.chains import merge_chains, nearest, part
from corridor.geodata.graph import Bounds, GeoGraph, Ints, inside
from corridor.geodata.joints import join_modes
from corridor.geodata.mend import SNAP_KM, Mending, read_mended
from corridor.geodata.typed import read_csv
from corridor.geodata.world import NORTHEAST_ASIA, rail_graph, read_boxes, read_world, road_graph

CORRIDOR: Bounds = (98.0, 37.5, 141.0, 55.0)
CORRIDOR_COUNTRIES = ("MN", "CN", "RU", "KP")
PIECE_KM = 25.0
STATION_KM = 25.0
PLACE_KM = 25.0
"""How far a station may lie from a track of its gauge, and any other place from a road, to stay a node."""


def northeast_asia(
    folder: str | Path, sources: Collection[str] | None = None, bounds: Bounds = NORTHEAST_ASIA
) -> tuple[GeoGraph, GeoGraph, list[Mending]]:
    """Read and mend railways and roads of a box, every node of the source kept.

    Parameters
    ----------
    folder
        Holds ``mended_links.csv`` and ``countries_by_hand.csv``.
    sources
        Ids that typed rows may name; None: any.
    bounds
        West, south, east, north (degrees); must hold what the typed rows mend.

    Returns
    -------
    rail, road, mendings

    Raises
    ------
    MissingExtraError
        If ``scgraph_data`` or Natural Earth is not installed.
    InputError
        If a typed table has faults.
    """
    boxes = read_boxes(Path(folder) / "countries_by_hand.csv")
    rows = read_mended(Path(folder) / "mended_links.csv", sources)
    rail, of_rail = rail_graph(read_world("rail", bounds), boxes, rows)
    road, of_road = road_graph(read_world("road", bounds), boxes, rows)
    return rail, road, [*of_rail, *of_road]


def corridor_part(graph: GeoGraph, keep: Ints) -> GeoGraph:
    """Clip to :data:`CORRIDOR` and its countries, merge chains, drop pieces of less than :data:`PIECE_KM` of way.

    Parameters
    ----------
    graph
        Mended.
    keep
        Positions of nodes that stay, if they lie inside.
    """
    within = inside(CORRIDOR, graph.longitude_deg, graph.latitude_deg) & np.isin(graph.country, CORRIDOR_COUNTRIES)
    number = np.cumsum(within) - 1
    kept = np.zeros(graph.n_nodes, dtype=np.bool_)
    kept[keep] = True
    clipped = part(graph, nodes=within)
    merged = merge_chains(clipped, number[np.flatnonzero(kept & within)])
    piece = merged.component()
    km = np.bincount(piece[merged.edge_from], weights=merged.length_km, minlength=int(piece.max(initial=-1)) + 1)
    return part(merged, nodes=km[piece] >= PIECE_KM)


class Place(NamedTuple):
    """Somewhere that has to stay a node: a station of a gauge, or anything with a road (gauge 0)."""

    longitude_deg: float
    latitude_deg: float
    gauge_mm: int


def read_places(path: str | Path) -> list[Place]:
    """Places of a study in the corridor's countries.

    Parameters
    ----------
    path
        Its ``nodes.csv``, of which the columns ``country``, ``gauge``, ``latitude_deg`` and ``longitude_deg`` are read.

    Raises
    ------
    InputError
        If the file is missing, lacks a column or holds what is no number.
    """
    places = []
    for number, cells in read_csv(path):
        try:
            if cells["country"] in CORRIDOR_COUNTRIES:
                positions = float(cells["longitude_deg"]), float(cells["latitude_deg"])
                places.append(Place(*positions, int(cells["gauge"] or 0)))
        except (KeyError, ValueError) as error:
            raise InputError([Fault(Path(path).name, number, None, f"cannot be read: {error}.")]) from None
    return places


def at_places(graph: GeoGraph, places: Iterable[Place], limit_km: float) -> Ints:
    """Positions of the nodes nearest to places, on their gauge and within a limit; each once, in order."""
    found: set[int] = set()
    by_gauge: dict[int, list[Place]] = {}
    for place in places:
        by_gauge.setdefault(place.gauge_mm, []).append(place)
    for gauge, group in by_gauge.items():
        among = graph.gauge_mm == gauge
        if among.any():
            positions = np.array([(place.longitude_deg, place.latitude_deg) for place in group])
            node, km = nearest(graph, positions[:, 0], positions[:, 1], among=among)
            found.update(node[km <= limit_km].tolist())
    return np.array(sorted(found), dtype=np.int64)


class Built(NamedTuple):
    """What :func:`build` made.

    Attributes
    ----------
    files
        Paths written.
    mendings
        All that was mended in Northeast Asia, by rule or row.
    """

    files: tuple[Path, ...]
    mendings: tuple[Mending, ...]


def build(folder: str | Path, study: str | Path | None = None) -> Built:
    """Write the committed railways and roads: ``rail``, ``road`` and ``joined``, nodes and edges each.

    Parameters
    ----------
    folder
        Holds ``mended_links.csv`` and ``countries_by_hand.csv``, and gets the files.
    study
        Folder with the ``nodes.csv`` whose places stay nodes, and the ``sources.csv`` that typed rows name; None:
        ``rason`` beside the folder.

    Raises
    ------
    MissingExtraError
        If ``scgraph_data`` or Natural Earth is not installed.
    InputError
        If a typed table has faults.

    Notes
    -----
    The same inputs give the same bytes.
    """
    folder = Path(folder)
    study = Path(study) if study is not None else folder.parent / "rason"
    sources = {cells["id"] for _, cells in read_csv(study / "sources.csv")}
    rail, road, mendings = northeast_asia(folder, sources)
    places = read_places(study / "nodes.csv")
    stations = [place for place in places if place.gauge_mm]
    typed = [
        Place(*position, row.gauge_mm)
        for row in read_mended(folder / "mended_links.csv")
        for position in (row.from_lon_lat, row.to_lon_lat, *(row.via if row.kind == "stop" else ()))
    ]
    on_rail = np.concatenate([at_places(rail, stations, STATION_KM), at_places(rail, typed, SNAP_KM)])
    rail = corridor_part(rail, on_rail)
    on_road = [place._replace(gauge_mm=0) for place in places if not place.gauge_mm]
    road = corridor_part(road, at_places(road, on_road, PLACE_KM))
    both = join_modes(rail, road, at_places(rail, stations, STATION_KM))
    graphs = {"rail": rail, "road": road, "joined": both}
    return Built(tuple(path for name in graphs for path in graphs[name].write(folder, name)), tuple(mendings))
