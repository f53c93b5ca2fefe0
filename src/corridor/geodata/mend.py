"""Repair of a transport graph: ends that nearly meet are joined by rule, missing lines are added from a typed table."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from corridor.earth import EARTH_RADIUS_KM, chord_km, unit_vectors
from corridor.errors import Fault, InputError, NoAnswerError, UsageError
from corridor.geodata.chains import line_km, nearest, part, shortest_only, with_edges, with_nodes
from corridor.geodata.graph import MODES, GeoGraph, Ints, position_faults
from corridor.geodata.typed import read_csv

END_TO_END_KM = 2.5
END_TO_NODE_KM = 0.4
DETOUR_LEAST_KM = 10.0
DETOUR_TIMES = 8.0
GAP_FACTOR = 1.05
"""A track between two ends that nearly meet is a little longer than the gap."""

COLUMNS = (
    "id kind mode gauge_mm country from_lon from_lat to_lon to_lat via length_km source reason".split()  # noqa: SIM905
)
KINDS = ("line", "stop", "gauge_break")
SNAP_KM = 1.0
_ROUNDING = 0.99  # positions are good to some hundred metres


class Mending(NamedTuple):
    """One thing that was mended.

    Attributes
    ----------
    id
        Of the typed row; blank where the rule joined two ends.
    kind
        ``joined`` by the rule, or the row's: ``line``, ``stop``, ``gauge_break``.
    country
        ISO 3166 two letters.
    from_lon_lat, to_lon_lat
        Degrees.
    gap_km
        Great-circle km between the ends.
    length_km
        Length given to the new edge; of a stop, what lies before it.
    """

    id: str
    kind: str
    country: str
    from_lon_lat: tuple[float, float]
    to_lon_lat: tuple[float, float]
    gap_km: float
    length_km: float


def join_ends(graph: GeoGraph, mode: str = "rail") -> tuple[GeoGraph, list[Mending]]:
    """Join dead ends to what they nearly meet.

    A dead end is joined to another dead end within :data:`END_TO_END_KM`, or to any node within
    :data:`END_TO_NODE_KM`, of the same country and gauge, where the way between them over the graph is longer than
    :data:`DETOUR_LEAST_KM` and than :data:`DETOUR_TIMES` times the gap. The smallest gaps are joined first, and what
    they shorten counts for the next. A gap on a border is never joined by rule: bridges there may be cut on purpose.

    Parameters
    ----------
    graph
        Nodes and edges, with countries and gauges.
    mode
        What may be joined.

    Returns
    -------
    graph, mendings
        New edges are schematic and :data:`GAP_FACTOR` times as long as the gap; nodes are unchanged.
    """
    way = graph.mode == MODES.index(mode)
    start, end = graph.edge_from[way], graph.edge_to[way]
    degree = np.bincount(np.concatenate([start, end]), minlength=graph.n_nodes)
    near: list[list[tuple[int, float]]] = [[] for _ in range(graph.n_nodes)]
    for one, two, km in zip(start.tolist(), end.tolist(), graph.length_km[way].tolist(), strict=True):
        near[one].append((two, km))
        near[two].append((one, km))
    found: list[Mending] = []
    pairs: list[tuple[int, int]] = []
    for gap, one, two in _gaps(graph, degree):
        still_ends = (len(near[one]) == 1) + (len(near[two]) == 1)  # joins made before count
        if still_ends < (1 if gap <= END_TO_NODE_KM else 2):
            continue
        most = max(DETOUR_LEAST_KM, DETOUR_TIMES * gap)
        if _within(near, one, two, most):
            continue
        km = GAP_FACTOR * gap
        near[one].append((two, km))
        near[two].append((one, km))
        pairs.append((one, two))
        ends = [(float(graph.longitude_deg[node]), float(graph.latitude_deg[node])) for node in (one, two)]
        found.append(Mending("", "joined", str(graph.country[one]), ends[0], ends[1], gap, km))
    ends_of = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return with_edges(graph, ends_of[:, 0], ends_of[:, 1], np.array([m.length_km for m in found]), mode), found


def _gaps(graph: GeoGraph, degree: Ints) -> list[tuple[float, int, int]]:
    """Dead ends and nodes near enough to be joined to them, the smallest gaps first."""
    from scipy.spatial import cKDTree

    unit = unit_vectors(graph.longitude_deg, graph.latitude_deg)
    found = set()
    dead = np.flatnonzero(degree == 1)
    for choice, most in ((dead, END_TO_END_KM), (np.flatnonzero(degree > 0), END_TO_NODE_KM)):
        if not len(choice):
            continue
        chord = 2 * math.sin(most / 2 / EARTH_RADIUS_KM)
        for one, others in zip(dead.tolist(), cKDTree(unit[choice]).query_ball_point(unit[dead], chord), strict=True):
            for two in choice[others].tolist():
                alike = graph.country[one] == graph.country[two] and graph.gauge_mm[one] == graph.gauge_mm[two]
                if alike and one != two:
                    first, second = (two, one) if degree[two] == 1 and two < one else (one, two)
                    gap = float(chord_km(np.linalg.norm(unit[first] - unit[second])))
                    found.add((gap, first, second))
    return sorted(found)


def _within(near: Sequence[Sequence[tuple[int, float]]], start: int, goal: int, most_km: float) -> bool:
    """Whether a way of at most so many km leads from one node to another."""
    best = {start: 0.0}
    queue = [(0.0, start)]
    while queue:
        km, node = heapq.heappop(queue)
        if node == goal:
            return True
        if km > best[node]:
            continue
        for other, length in near[node]:
            there = km + length
            if there <= most_km and there < best.get(other, math.inf):
                best[other] = there
                heapq.heappush(queue, (there, other))
    return False


class Row(NamedTuple):
    """A typed row of ``mended_links.csv``.

    Attributes
    ----------
    number
        Row in the file.
    id
        Its name.
    kind
        ``line``: a line that is missing, from one place to another by way of ``via``. ``stop``: a place on the line
        between two nodes that the source joins directly; ``via`` is the place, ``length_km`` what lies before it.
        ``gauge_break``: a transfer between the track of ``gauge_mm`` at one place and another gauge at the other.
    mode
        ``rail`` or ``road``.
    gauge_mm
        Track gauge; 0 of a road.
    country
        ISO 3166 two letters, of places that are new.
    from_lon_lat, to_lon_lat, via
        Degrees.
    length_km
        Above 0, and not below the line by ``via``.
    source, reason
        Who published the length, and why the row is there.
    """

    number: int
    id: str
    kind: str
    mode: str
    gauge_mm: int
    country: str
    from_lon_lat: tuple[float, float]
    to_lon_lat: tuple[float, float]
    via: tuple[tuple[float, float], ...]
    length_km: float
    source: str
    reason: str


def read_mended(path: str | Path, sources: Collection[str] | None = None) -> list[Row]:
    """Read the typed table of what is mended.

    Parameters
    ----------
    path
        CSV with the columns :data:`COLUMNS`.
    sources
        Ids that ``source`` may hold; None: any.

    Raises
    ------
    InputError
        Lists every fault.
    """
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for number, cells in read_csv(path, COLUMNS):
        found = _row(number, cells, sources)
        if isinstance(found, Row) and found.id in seen:
            found = f'id "{found.id}" stands twice.'
        if isinstance(found, Row):
            seen.add(found.id)
            rows.append(found)
        else:
            faults.append(Fault(Path(path).name, number, None, found))
    if faults:
        raise InputError(faults)
    return rows


def _row(number: int, cells: Mapping[str, str], sources: Collection[str] | None) -> Row | str:
    """A typed row, or what is wrong with it."""
    try:
        places = [tuple(float(cells[f"{end}_{axis}"]) for axis in ("lon", "lat")) for end in ("from", "to")]
        via = [tuple(map(float, place.split())) for place in cells["via"].split(";") if place.strip()]
        length, gauge = float(cells["length_km"]), int(cells["gauge_mm"] or 0)
    except ValueError as error:
        return f"holds what is no number: {error}."
    if any(len(place) != len(("lon", "lat")) for place in via):
        return 'via must be "lon lat; lon lat; ...".'
    line = np.array([places[0], *via, places[1]])
    kind = cells["kind"]
    problems = [
        (position_faults("", line[:, 0], line[:, 1]), "a position is outside the earth, or swapped."),
        (kind not in KINDS, f'kind is "{kind}"; it must be one of {", ".join(KINDS)}.'),
        (cells["mode"] not in {"rail", "road"}, f'mode is "{cells["mode"]}"; it must be rail or road.'),
        ((gauge > 0) != (cells["mode"] == "rail"), "rail has a gauge, and road has none."),
        (kind == "stop" and len(via) != 1, "a stop has one place in via."),
        (not (length > 0 and math.isfinite(length)), "length_km must be above 0."),
        (not cells["id"] or not cells["reason"], "id and reason may not be blank."),
        (sources is not None and cells["source"] not in sources, f'source "{cells["source"]}" is not known.'),
    ]
    for wrong, message in problems:
        if wrong:
            return message
    drawn = line_km(line[:2] if kind == "stop" else line)
    if length < _ROUNDING * drawn:
        return f"length_km is {length:g}, but its line is {drawn:.1f} km long already."
    return Row(
        number,
        cells["id"],
        kind,
        cells["mode"],
        gauge,
        cells["country"],
        (places[0][0], places[0][1]),
        (places[1][0], places[1][1]),
        tuple((place[0], place[1]) for place in via),
        length,
        cells["source"],
        cells["reason"],
    )


def add_rows(graph: GeoGraph, rows: Sequence[Row], file: str = "mended_links.csv") -> tuple[GeoGraph, list[Mending]]:
    """Add what the typed table says, row by row: a row may begin where one before it ends.

    Ends snap to a node of the row's gauge within :data:`SNAP_KM`; a line or stop elsewhere makes a new node.

    Returns
    -------
    graph, mendings
        New lines are schematic; the parts of a line with a stop are as the line was.

    Raises
    ------
    InputError
        Lists every row whose ends are not there, or that leaves no length on the other side of a stop.
    """
    found: list[Mending] = []
    faults: list[Fault] = []
    for row in rows:
        adding = {"line": _add_line, "stop": _add_stop, "gauge_break": _add_gauge_break}[row.kind]
        added = adding(graph, row)
        if isinstance(added, str):
            faults.append(Fault(file, row.number, None, f"{row.id}: {added}"))
            continue
        graph = added
        to = row.via[0] if row.kind == "stop" else row.to_lon_lat
        gap = line_km(np.array([row.from_lon_lat, to]))
        found.append(Mending(row.id, row.kind, row.country, row.from_lon_lat, to, gap, row.length_km))
    if faults:
        raise InputError(faults)
    return graph, found


def _add_line(graph: GeoGraph, row: Row) -> GeoGraph | str:
    graph, start = _node(graph, row, row.from_lon_lat)
    graph, end = _node(graph, row, row.to_lon_lat)
    if start == end:
        return f"both ends are the same node within {SNAP_KM:g} km."
    ends = [(graph.longitude_deg[node], graph.latitude_deg[node]) for node in (start, end)]
    line = np.array([ends[0], *row.via, ends[1]])
    return with_edges(graph, [start], [end], [row.length_km], row.mode, [line])


def _add_stop(graph: GeoGraph, row: Row) -> GeoGraph | str:
    start, end = _there(graph, row, row.from_lon_lat), _there(graph, row, row.to_lon_lat)
    if start is None or end is None:
        return f"there is no node within {SNAP_KM:g} km of an end."
    graph, stop = _node(graph, row, row.via[0])
    between = (np.minimum(graph.edge_from, graph.edge_to) == min(start, end)) & (
        np.maximum(graph.edge_from, graph.edge_to) == max(start, end)
    )
    edges = np.flatnonzero(between & (graph.mode == MODES.index(row.mode)))
    if not len(edges):
        return "no edge joins the two ends directly."
    whole = graph.length_km[edges].min()
    positions = [(float(graph.longitude_deg[node]), float(graph.latitude_deg[node])) for node in (start, stop, end)]
    rest, least = whole - row.length_km, line_km(np.array(positions[1:]))
    if rest < _ROUNDING * least:
        return f"of {whole:g} km only {rest:g} are left beyond the stop, and {least:.1f} km lie there already."
    drawn = bool(graph.schematic[edges[np.argmin(graph.length_km[edges])]])
    left = np.ones(graph.n_edges, dtype=np.bool_)
    left[edges] = False  # all of them: tracks side by side both pass the stop
    graph = part(graph, nodes=np.ones(graph.n_nodes, dtype=np.bool_), edges=left)
    return with_edges(graph, [start, stop], [stop, end], [row.length_km, rest], row.mode, schematic=drawn)


def _add_gauge_break(graph: GeoGraph, row: Row) -> GeoGraph | str:
    start, end = _there(graph, row, row.from_lon_lat), _there(graph, row, row.to_lon_lat, other=True)
    if start is None or end is None:
        return f"there is no track of each gauge within {SNAP_KM:g} km."
    return with_edges(graph, [start], [end], [row.length_km], "transfer")


def _there(graph: GeoGraph, row: Row, lon_lat: tuple[float, float], *, other: bool = False) -> int | None:
    """Node of the row's gauge (or of another) within the limit, if there is one."""
    track = graph.gauge_mm > 0
    among = track & (graph.gauge_mm != row.gauge_mm) if other else graph.gauge_mm == row.gauge_mm
    if not among.any():
        return None
    node, km = nearest(graph, np.array([lon_lat[0]]), np.array([lon_lat[1]]), among=among)
    return int(node[0]) if km[0] <= SNAP_KM else None


def _node(graph: GeoGraph, row: Row, lon_lat: tuple[float, float]) -> tuple[GeoGraph, int]:
    """Node at a place: one that is there, or a new one of the row's country and gauge."""
    there = _there(graph, row, lon_lat)
    if there is not None:
        return graph, there
    return with_nodes(graph, [lon_lat], [row.country], [row.gauge_mm]), graph.n_nodes


def measure(
    graph: GeoGraph,
    from_lon_lat: tuple[float, float],
    to_lon_lat: tuple[float, float],
    mode: str = "rail",
    *,
    gauge_mm: int | None = None,
    limit_km: float = 5.0,
) -> float:
    """Length of the shortest way over one mode.

    Parameters
    ----------
    graph
        Nodes and edges.
    from_lon_lat, to_lon_lat
        Degrees. Each snaps to the nearest node with an edge of the mode; where several nodes stand at one place (tracks
        of two gauges, say), to whichever makes the way shortest.
    mode
        One of :data:`corridor.geodata.graph.MODES`.
    gauge_mm
        Gauge of the track; None: any.
    limit_km
        How far from a node each may lie.

    Returns
    -------
    float
        km, what was snapped not counted.

    Raises
    ------
    UsageError
        If the mode is none.
    InputError
        If a place is farther from the network than the limit.
    NoAnswerError
        If no way of this mode joins the two.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    if mode not in MODES:
        raise UsageError(f'mode is "{mode}"; it must be one of {", ".join(MODES)}.')
    of_gauge = np.ones(graph.n_nodes, dtype=np.bool_) if gauge_mm is None else graph.gauge_mm == gauge_mm
    used = (graph.mode == MODES.index(mode)) & of_gauge[graph.edge_from] & of_gauge[graph.edge_to]
    way = shortest_only(part(graph, edges=used))
    places = np.array([from_lon_lat, to_lon_lat])
    node, away = nearest(way, places[:, 0], places[:, 1])
    faults = [
        Fault("places", None, None, f"{lon:g} {lat:g} lies {km:.1f} km from {mode}; the limit is {limit_km:g} km.")
        for (lon, lat), km in zip(places.tolist(), away.tolist(), strict=True)
        if km > limit_km
    ]
    if faults:
        raise InputError(faults)
    starts, ends = (
        np.flatnonzero((way.longitude_deg == way.longitude_deg[k]) & (way.latitude_deg == way.latitude_deg[k]))
        for k in node.tolist()
    )
    rows = coo_array((way.length_km, (way.edge_from, way.edge_to)), shape=(way.n_nodes, way.n_nodes)).tocsr()
    km = float(dijkstra(rows, directed=False, indices=starts)[:, ends].min())
    if not math.isfinite(km):
        raise NoAnswerError(f"no {mode} joins {from_lon_lat} and {to_lon_lat}.")
    return km
