"""What OpenStreetMap says of railways and roads -> graphs that freight can use."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.errors import Fault, InputError
from corridor.geodata.graph import MODES, Flags, Floats, GeoGraph, Ints, Words

OsmnxGraph = Any  # a networkx.MultiDiGraph, which ships no type hints
Kind = Literal["rail", "road"]

SERVICE_TRACKS = ("yard", "siding", "spur", "crossover")
"""Tracks beside the line: through freight does not run on them, and they outnumber the lines."""

ROADS = ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified")
"""Classes of ``highway`` that trucks run on, their links included."""

THROUGH_GAUGE_MM = {1524: 1520}
"""Gauges that wagons pass between without a stop: Finland's 1524 and Russia's 1520 are one network."""

TAGS = (
    "bridge",
    "electrified",
    "gauge",
    "highspeed",
    "highway",
    "maxspeed",
    "railway",
    "service",
    "tunnel",
    "usage",
)
"""What is kept of each way."""

_TEXTS = ("usage", "electrified", "service", "highway")
_YES = {"yes", "true", "1"}
_NO = {"", "no", "false", "0"}
_KM_PER_MILE = 1.609344


class Piece(NamedTuple):
    """A part of the graph that nothing joins to the rest."""

    nodes: int
    length_km: float


class GaugeBreak(NamedTuple):
    """Two nodes at one place, of two gauges, that no edge joins.

    ``first`` and ``second`` are positions in the graph's nodes; a gauge of 0 is unknown.
    """

    first: int
    second: int
    first_gauge_mm: int
    second_gauge_mm: int
    longitude_deg: float
    latitude_deg: float


@dataclass(frozen=True, slots=True)
class Report:
    """What was read, and what was left out.

    Attributes
    ----------
    ways
        OSM ways in the graph.
    incomplete
        Ways dropped because the file lacks some of their nodes: it was cut there. Always 0 from a server.
    highspeed
        Ways dropped because they are tagged as high-speed lines.
    zero_length
        Edges without length, dropped; the nodes at their ends became one.
    loops
        Edges from a node to itself, dropped: no way through the graph uses them.
    gauge_assumed
        Edges without a gauge of their own that took the only gauge that they meet.
    gauge_unknown
        Edges whose gauge stayed unknown: nothing with a gauge meets them, or several gauges do.
    pieces
        Parts that are not joined, by nodes, largest first. More than one is for the reader to judge.
    gauge_breaks
        Places where gauges meet.
    """

    ways: int
    incomplete: int
    highspeed: int
    zero_length: int
    loops: int
    gauge_assumed: int
    gauge_unknown: int
    pieces: tuple[Piece, ...]
    gauge_breaks: tuple[GaugeBreak, ...]

    def __str__(self) -> str:
        sizes = ", ".join(f"{piece.length_km:,.1f} km" for piece in self.pieces[:5])
        more = ", ..." if len(self.pieces) > 5 else ""  # noqa: PLR2004  # as many as one line shows
        lines = [
            f"{self.ways} ways in {len(self.pieces)} pieces ({sizes}{more})",
            f"{self.incomplete} ways dropped: some of their nodes are missing",
            f"{self.highspeed} ways dropped: high-speed lines",
            f"{self.zero_length} edges without length and {self.loops} loops dropped",
            f"{self.gauge_assumed} edges took the gauge of their neighbours, {self.gauge_unknown} have none",
            f"{len(self.gauge_breaks)} pairs of nodes where gauges meet",
        ]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, eq=False)
class OsmGraph:
    """A graph read from OpenStreetMap, with its tags.

    Attributes
    ----------
    graph
        Nodes and edges. A node carries one gauge: where tracks of two gauges meet, two nodes stand at one place and no
        edge joins them, so that a change of gauge is never free. Track of two gauges is two edges. Countries are blank.
    tags
        Column of :func:`edges_frame` to array, one value an edge.
    report
        What was read and what was left out.
    """

    graph: GeoGraph
    tags: Mapping[str, npt.NDArray[Any]]
    report: Report


class _Edges(NamedTuple):
    """Undirected edges between places; one entry an edge in each."""

    start: Ints
    end: Ints
    length_km: Floats
    facts: list[dict[str, Any]]
    lines: list[Floats]


def as_freight_graph(found: OsmnxGraph, kind: Kind, source: str, *, incomplete: int, keep_highspeed: bool) -> OsmGraph:
    """Leave out what no freight runs on, merge what belongs together, split by gauge, and count all of it."""
    fast = [] if keep_highspeed else [key for key, facts in _each(found) if facts.get("highspeed") in _YES]
    highspeed = len({found.edges[key]["osmid"] for key in fast})
    found.remove_edges_from(fast)
    if not found.edges:
        rest = f"; {highspeed} ways are high-speed lines" if highspeed else ""
        rest += f"; {incomplete} ways lack nodes" if incomplete else ""
        raise InputError([Fault(source, None, None, f"holds no {kind}{rest}.")])
    ways = len({facts["osmid"] for _, facts in _each(found)})
    positions, edges, zero_length, loops = _undirected(_simplified(found, kind))
    if not edges.facts:
        raise InputError([Fault(source, None, None, f"holds no {kind} that leads from one place to another.")])
    gauges = [_gauges(facts["gauge"]) for facts in edges.facts]
    assumed = _assume(gauges, edges.start, edges.end, len(positions)) if kind == "rail" else []
    row = np.repeat(np.arange(len(gauges)), [len(several) for several in gauges])
    gauge_mm = np.array([one for several in gauges for one in several], dtype=np.int64)
    ends = np.concatenate([edges.start[row], edges.end[row]])
    nodes, ordinal = np.unique(np.column_stack([ends, np.tile(gauge_mm, 2)]), axis=0, return_inverse=True)
    place, node_gauge_mm = nodes.T
    graph = GeoGraph(
        longitude_deg=positions[place, 0],
        latitude_deg=positions[place, 1],
        country=np.full(len(nodes), "", dtype=np.str_),
        gauge_mm=node_gauge_mm,
        edge_from=ordinal.reshape(2, -1)[0],
        edge_to=ordinal.reshape(2, -1)[1],
        length_km=edges.length_km[row],
        mode=np.full(len(row), MODES.index(kind), dtype=np.int64),
        schematic=np.zeros(len(row), dtype=np.bool_),
        shape=[edges.lines[i] for i in row],
    )
    is_assumed = np.isin(row, assumed)
    facts = [edges.facts[i] for i in row]
    report = Report(
        ways=ways,
        incomplete=incomplete,
        highspeed=highspeed,
        zero_length=zero_length,
        loops=loops,
        gauge_assumed=len(assumed),
        gauge_unknown=int((gauge_mm == 0).sum()) if kind == "rail" else 0,
        pieces=_pieces(graph),
        gauge_breaks=tuple(_gauge_breaks(graph, place)),
    )
    return OsmGraph(graph, {"gauge_mm": gauge_mm, "gauge_assumed": is_assumed, **_columns(facts)}, report)


def _each(graph: OsmnxGraph) -> Iterable[tuple[tuple[int, int, int], dict[str, Any]]]:
    return (((u, v, key), facts) for u, v, key, facts in graph.edges(keys=True, data=True))


def _simplified(graph: OsmnxGraph, kind: Kind) -> OsmnxGraph:
    """Merge what lies between junctions and changes of gauge."""
    import osmnx

    for _, facts in _each(graph):
        facts["gauge"] = gauge_text(facts.get("gauge", "")) if kind == "rail" else ""
        speed_kmh = read_speed_kmh(facts.get("maxspeed", ""))
        facts["limited_km"] = facts["length"] / 1000 if speed_kmh else 0.0
        facts["limited_h"] = facts["limited_km"] / speed_kmh if speed_kmh else 0.0
    return osmnx.simplification.simplify_graph(
        graph,
        edge_attrs_differ=["gauge"],
        remove_rings=False,  # a ring that nothing meets is a piece to report, not to lose
        edge_attr_aggs={"length": sum, "limited_km": sum, "limited_h": sum},
    )


def _undirected(graph: OsmnxGraph) -> tuple[Floats, _Edges, int, int]:
    """Positions of places, edges between them, and the numbers of edges without length and of loops left out.

    Each edge is in the graph in both directions, once from the smaller number to the larger.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    numbers = sorted(graph.nodes)
    ordinal = {number: i for i, number in enumerate(numbers)}
    positions = np.array([(graph.nodes[number]["x"], graph.nodes[number]["y"]) for number in numbers], dtype=np.float64)
    rows = sorted(
        ((ordinal[u], ordinal[v], float(facts["length"]) / 1000, facts) for (u, v, _), facts in _each(graph) if u <= v),
        key=lambda row: row[:3],
    )
    start = np.array([row[0] for row in rows], dtype=np.int64)
    end = np.array([row[1] for row in rows], dtype=np.int64)
    length_km = np.array([row[2] for row in rows], dtype=np.float64)
    # Two nodes on one spot are one place: an edge without length would be a free link, a gap would cut the line.
    empty = ~(length_km > 0)
    joined = coo_array((np.ones(empty.sum()), (start[empty], end[empty])), shape=(len(numbers),) * 2)
    _, place = connected_components(joined, directed=False)
    first = np.unique(place, return_index=True)[1]
    loop = ~empty & (place[start] == place[end])
    kept = np.flatnonzero(~empty & ~loop)
    edges = _Edges(
        start=np.asarray(place[start[kept]], dtype=np.int64),
        end=np.asarray(place[end[kept]], dtype=np.int64),
        length_km=length_km[kept],
        facts=[rows[i][3] for i in kept],
        lines=[_line(rows[i][3], positions[[start[i], end[i]]]) for i in kept],
    )
    ring = loop & (start == end)  # such a loop is there once for each way around
    return positions[first], edges, int(empty.sum()), int((loop & ~ring).sum() + (ring.sum() + 1) // 2)


def _line(facts: Mapping[str, Any], ends: Floats) -> Floats:
    import shapely

    return shapely.get_coordinates(facts["geometry"]) if "geometry" in facts else ends


def gauge_text(tag: str) -> str:
    """Gauges of a tag, sorted, so that equal tracks have equal text; blank where none can be read."""
    named = {"standard": "1435"}
    found = re.findall(r"(?<![\d.])\d{3,4}(?![\d.])", named.get(tag.strip().lower(), tag))
    return ";".join(map(str, sorted({THROUGH_GAUGE_MM.get(int(one), int(one)) for one in found})))


def _gauges(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(";"))) if text else (0,)


def _assume(gauges: list[tuple[int, ...]], start: Ints, end: Ints, n_places: int) -> list[int]:
    """Give track without gauge the only gauge that it meets, in place; return the edges that got one.

    A stretch that meets two gauges holds a change of gauge that nobody can place: it stays unknown.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    unknown = [i for i, several in enumerate(gauges) if several == (0,)]
    joined = coo_array((np.ones(len(unknown)), (start[unknown], end[unknown])), shape=(n_places, n_places))
    _, stretch = connected_components(joined, directed=False)
    meets: dict[int, set[int]] = defaultdict(set)
    for i, several in enumerate(gauges):
        if several != (0,):
            meets[int(stretch[start[i]])].update(several)
            meets[int(stretch[end[i]])].update(several)
    assumed = [i for i in unknown if len(meets[int(stretch[start[i]])]) == 1]
    for i in assumed:
        gauges[i] = tuple(meets[int(stretch[start[i]])])
    return assumed


def _gauge_breaks(graph: GeoGraph, place: Ints) -> Iterator[GaugeBreak]:
    """Pairs of nodes at one place; nodes are in the order of places."""
    for _, several in itertools.groupby(range(graph.n_nodes), key=lambda node: place[node]):
        for first, second in itertools.combinations(several, 2):
            yield GaugeBreak(
                first,
                second,
                int(graph.gauge_mm[first]),
                int(graph.gauge_mm[second]),
                float(graph.longitude_deg[first]),
                float(graph.latitude_deg[first]),
            )


def _pieces(graph: GeoGraph) -> tuple[Piece, ...]:
    piece = graph.component()
    nodes = np.bincount(piece)
    length_km = np.bincount(piece[graph.edge_from], weights=graph.length_km, minlength=len(nodes))
    return tuple(Piece(int(n), float(km)) for n, km in zip(nodes, length_km, strict=True))


def _columns(facts: Sequence[Mapping[str, Any]]) -> dict[str, Words | Floats | Flags]:
    """Tags of edges as arrays; osmnx has a list where the merged parts differ."""
    columns: dict[str, Words | Floats | Flags] = {}
    for tag in _TEXTS:
        columns[tag] = np.array([";".join(sorted(_values(one.get(tag)))) for one in facts], dtype=np.str_)
    hours = np.array([one["limited_h"] for one in facts], dtype=np.float64)
    km = np.array([one["limited_km"] for one in facts], dtype=np.float64)
    columns["maxspeed_kmh"] = np.divide(km, hours, out=np.full(len(facts), math.nan), where=hours > 0)
    columns["highspeed"] = np.array([bool(_YES & _values(one.get("highspeed"))) for one in facts], dtype=np.bool_)
    for tag in ("bridge", "tunnel"):
        columns[tag] = np.array([bool(_values(one.get(tag)) - _NO) for one in facts], dtype=np.bool_)
    return columns


def _values(tag: str | list[str] | None) -> set[str]:
    return {tag} if isinstance(tag, str) else {*(tag or ())}


def read_speed_kmh(tag: str) -> float:
    """Lowest speed that a tag names; 0 where it names none."""
    found = re.findall(r"(\d+(?:\.\d+)?)\s*(mph)?", tag)
    return min((float(number) * (_KM_PER_MILE if mph else 1.0) for number, mph in found), default=0.0)
