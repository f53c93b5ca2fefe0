"""Where networks meet: borders and gauges parted, second tracks laid, railways and roads joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corridor.geodata.chains import joined, lines, nearest, part, with_edges, with_nodes
from corridor.geodata.graph import MODES, Floats, GeoGraph, Ints, Words

if TYPE_CHECKING:
    from shapely import LineString

CountryOf = Callable[[Floats, Floats], Words]
"""From longitudes and latitudes (degrees) to countries."""

BORDER_KM = 1.0
BREAK_KM = 0.5
"""Way through a yard from one gauge to the other."""

STATION_ROAD_KM = 25.0
ROAD_KM = 2.0
CELL_DEG = 0.25
ROAD_FACTOR = 1.2
TRANSFER_LEAST_KM = 0.5
"""Between a railway and a road, as the crow flies and as a lorry drives."""

_STEPS = 64  # places along a line where its country is looked up


def part_borders(graph: GeoGraph, country_of: CountryOf) -> GeoGraph:
    """Part every rail or road edge that crosses a border, so that only :data:`BORDER_KM` of it do.

    Kilometres then count for the country that they lie in, whatever the distance between junctions.

    Parameters
    ----------
    graph
        Nodes and edges, with countries.
    country_of
        From longitudes and latitudes (degrees) to countries.

    Returns
    -------
    GeoGraph
        With two nodes more an edge, either side of the place where its line enters the other country, on the wider of
        both gauges: the yard where gauges meet lies on the side of the narrower. Edges of less than three times
        :data:`BORDER_KM` stay whole, and lengths are unchanged.
    """
    from shapely import LineString
    from shapely.ops import substring

    one, two = graph.country[graph.edge_from], graph.country[graph.edge_to]
    land = np.isin(graph.mode, [MODES.index("rail"), MODES.index("road")])
    across = np.flatnonzero(land & (one != two) & (one != "") & (two != "") & (graph.length_km >= 3 * BORDER_KM))
    if not len(across):
        return graph
    every = lines(graph)
    drawn = [LineString(every[edge]) for edge in across.tolist()]
    shares = _border_shares(drawn, two[across], country_of)
    for edge, line, border in zip(across.tolist(), drawn, shares.tolist(), strict=True):
        km = float(graph.length_km[edge])
        half = BORDER_KM / 2 / km
        share = min(max(border, 2 * half), 1 - 2 * half)
        cuts = (0.0, share - half, share + half, 1.0)
        pieces = [np.array(substring(line, *cut, normalized=True).coords) for cut in pairwise(cuts)]
        start, end = int(graph.edge_from[edge]), int(graph.edge_to[edge])
        gauge = int(max(graph.gauge_mm[start], graph.gauge_mm[end]))
        first = graph.n_nodes
        places = [(float(x), float(y)) for x, y in (pieces[1][0], pieces[1][-1])]
        graph = with_nodes(graph, places, [str(one[edge]), str(two[edge])], [gauge, gauge])
        nodes = [start, first, first + 1, end]
        lengths = [(high - low) * km for low, high in pairwise(cuts)]
        way, schematic = MODES[graph.mode[edge]], bool(graph.schematic[edge])
        graph = with_edges(graph, nodes[:-1], nodes[1:], lengths, way, pieces, schematic=schematic)
    left = np.ones(graph.n_edges, dtype=np.bool_)
    left[across] = False
    return part(graph, nodes=np.ones(graph.n_nodes, dtype=np.bool_), edges=left)


def _border_shares(drawn: Sequence[LineString], country: Words, country_of: CountryOf) -> Floats:
    """How far along each line its other country begins; half-way where polygons know nothing of it."""
    steps = np.linspace(0.0, 1.0, _STEPS + 1)
    places = [line.interpolate(step, normalized=True) for line in drawn for step in steps.tolist()]
    found = country_of(np.array([place.x for place in places]), np.array([place.y for place in places]))
    abroad = found.reshape(len(drawn), -1) == country[:, None]
    first = abroad.argmax(axis=1)
    return np.where(abroad.any(axis=1) & (first > 0), steps[first] - 0.5 / _STEPS, 0.5)


def break_gauges(graph: GeoGraph) -> GeoGraph:
    """Let no edge join two gauges but a transfer.

    Where one does, the node on the narrower gauge gets a yard on the wider one beside it: the edge ends in the yard,
    with its length, and a transfer of :data:`BREAK_KM` leads from there to the node. Edges of one node share its yard.
    """
    gauges = graph.gauge_mm[graph.edge_from], graph.gauge_mm[graph.edge_to]
    rail = graph.mode == MODES.index("rail")
    mixed = np.flatnonzero(rail & (gauges[0] != gauges[1]) & (gauges[0] > 0) & (gauges[1] > 0))
    start, end = graph.edge_from.copy(), graph.edge_to.copy()
    yards: dict[tuple[int, int], int] = {}
    for edge in mixed.tolist():
        side = start if gauges[0][edge] < gauges[1][edge] else end
        key = int(side[edge]), int(max(gauges[0][edge], gauges[1][edge]))
        side[edge] = yards.setdefault(key, graph.n_nodes + len(yards))
    beside = [node for node, _ in yards]
    places = [(float(graph.longitude_deg[node]), float(graph.latitude_deg[node])) for node in beside]
    gauge = [wider for _, wider in yards]
    graph = with_nodes(graph, places, [str(graph.country[node]) for node in beside], gauge)
    graph = replace(graph, edge_from=start, edge_to=end)
    return with_edges(graph, list(yards.values()), beside, [BREAK_KM] * len(beside), "transfer")


def second_tracks(graph: GeoGraph, gauge_mm: Ints) -> GeoGraph:
    """Lay a track of another gauge beside tracks that carry two.

    Parameters
    ----------
    graph
        Nodes and edges, on the first gauge.
    gauge_mm
        Second gauge a node; 0: there is none.

    Returns
    -------
    GeoGraph
        Nodes with a second gauge have a twin on it; edges between two such nodes have a twin between the twins; edges
        from such a node to one of the second gauge lead from the twin. The two tracks are not joined.
    """
    dual = np.flatnonzero(gauge_mm > 0)
    twin = np.full(graph.n_nodes, -1)
    twin[dual] = graph.n_nodes + np.arange(len(dual))
    rail = graph.mode == MODES.index("rail")
    both = np.flatnonzero(rail & (twin[graph.edge_from] >= 0) & (twin[graph.edge_to] >= 0))
    start, end = graph.edge_from.copy(), graph.edge_to.copy()
    for side, other in ((start, graph.edge_to), (end, graph.edge_from)):
        moves = rail & (twin[side] >= 0) & (twin[other] < 0) & (gauge_mm[side] == graph.gauge_mm[other])
        side[moves] = twin[side[moves]]
    every = lines(graph)
    return GeoGraph(
        longitude_deg=np.append(graph.longitude_deg, graph.longitude_deg[dual]),
        latitude_deg=np.append(graph.latitude_deg, graph.latitude_deg[dual]),
        country=np.append(graph.country, graph.country[dual]),
        gauge_mm=np.append(graph.gauge_mm, gauge_mm[dual]),
        edge_from=np.append(start, twin[graph.edge_from[both]]),
        edge_to=np.append(end, twin[graph.edge_to[both]]),
        length_km=np.append(graph.length_km, graph.length_km[both]),
        mode=np.append(graph.mode, graph.mode[both]),
        schematic=np.append(graph.schematic, graph.schematic[both]),
        shape=[*every, *(every[edge] for edge in both.tolist())],
    )


def join_modes(rail: GeoGraph, road: GeoGraph, stations: npt.ArrayLike = ()) -> GeoGraph:
    """Join railways and roads where cargo may change from one to the other.

    Each station is joined to the nearest road of its country within :data:`STATION_ROAD_KM`. The source does not know
    stations, so that of all other rail nodes with a road of their country within :data:`ROAD_KM` the nearest to it in
    each cell of :data:`CELL_DEG` is joined too, for each gauge: a place to load about every 25 km.

    Parameters
    ----------
    rail, road
        Graphs with countries.
    stations
        Positions of rail nodes that are stations.

    Returns
    -------
    GeoGraph
        Nodes of ``rail``, then of ``road``; edges likewise, then the transfers: :data:`ROAD_FACTOR` times as long as
        the straight line, and at least :data:`TRANSFER_LEAST_KM`.
    """
    station = np.zeros(rail.n_nodes, dtype=np.bool_)
    station[np.asarray(stations, dtype=np.int64)] = True
    on_rail = np.flatnonzero(rail.gauge_mm > 0)
    to_road, km = np.full(rail.n_nodes, -1), np.full(rail.n_nodes, np.inf)
    for code in np.unique(rail.country[on_rail]).tolist():
        here, there = on_rail[rail.country[on_rail] == code], road.country == code
        if there.any():
            to_road[here], km[here] = nearest(road, rail.longitude_deg[here], rail.latitude_deg[here], among=there)
    cell = np.floor(np.column_stack([rail.longitude_deg, rail.latitude_deg]) / CELL_DEG).astype(np.int64)
    order = np.lexsort((km, rail.gauge_mm, cell[:, 1], cell[:, 0], rail.country))
    order = order[km[order] <= ROAD_KM]
    _, first = np.unique(
        np.column_stack([np.unique(rail.country, return_inverse=True)[1], cell, rail.gauge_mm])[order],
        axis=0,
        return_index=True,
    )
    chosen = station & (km <= STATION_ROAD_KM)
    chosen[order[first]] = True
    at = np.flatnonzero(chosen)
    length = np.maximum(ROAD_FACTOR * km[at], TRANSFER_LEAST_KM)
    return with_edges(joined(rail, road), at, rail.n_nodes + to_road[at], length, "transfer")
