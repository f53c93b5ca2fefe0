"""Laws of geographic graphs: parts taken, graphs put side by side, nodes and edges added, chains merged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from corridor.earth import chord_km, great_circle_km, unit_vectors
from corridor.errors import Fault, InputError
from corridor.geodata.graph import MODES, Flags, Floats, GeoGraph, Ints, position_faults

_THROUGH = 2  # edges at a node that a line only passes


def line_km(line: Floats) -> float:
    """Great-circle km along a line of points x (longitude, latitude)."""
    return float(great_circle_km(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1]).sum())


def lines(graph: GeoGraph) -> Sequence[Floats]:
    """Line of each edge; straight where the graph holds none."""
    if graph.shape or not graph.n_edges:
        return graph.shape
    positions = np.column_stack([graph.longitude_deg, graph.latitude_deg])
    return list(positions[np.column_stack([graph.edge_from, graph.edge_to])])


def part(graph: GeoGraph, *, nodes: Flags | None = None, edges: Flags | None = None) -> GeoGraph:
    """What is left of a graph.

    Parameters
    ----------
    graph
        Whole.
    nodes
        One a node: whether it stays; None: those with an edge that stays.
    edges
        One an edge: whether it stays, if both its nodes do; None: all.

    Returns
    -------
    GeoGraph
        In the same order.
    """
    stays = np.ones(graph.n_edges, dtype=np.bool_) if edges is None else edges
    if nodes is None:
        nodes = np.zeros(graph.n_nodes, dtype=np.bool_)
        nodes[graph.edge_from[stays]] = nodes[graph.edge_to[stays]] = True
    stays = stays & nodes[graph.edge_from] & nodes[graph.edge_to]
    number = np.cumsum(nodes) - 1
    return GeoGraph(
        longitude_deg=graph.longitude_deg[nodes],
        latitude_deg=graph.latitude_deg[nodes],
        country=graph.country[nodes],
        gauge_mm=graph.gauge_mm[nodes],
        edge_from=number[graph.edge_from[stays]],
        edge_to=number[graph.edge_to[stays]],
        length_km=graph.length_km[stays],
        mode=graph.mode[stays],
        schematic=graph.schematic[stays],
        shape=[graph.shape[e] for e in np.flatnonzero(stays).tolist()] if graph.shape else (),
    )


def of_modes(graph: GeoGraph, modes: Collection[str]) -> GeoGraph:
    """Edges of some modes, and the nodes that they join."""
    return part(graph, edges=np.isin(graph.mode, [MODES.index(mode) for mode in modes]))


def joined(*graphs: GeoGraph) -> GeoGraph:
    """Graphs side by side in one, without an edge between them."""
    if len({bool(graph.shape) for graph in graphs if graph.n_edges}) > 1:
        graphs = tuple(replace(graph, shape=lines(graph)) for graph in graphs)
    first = np.cumsum([0, *(graph.n_nodes for graph in graphs[:-1])])
    return GeoGraph(
        longitude_deg=np.concatenate([graph.longitude_deg for graph in graphs]),
        latitude_deg=np.concatenate([graph.latitude_deg for graph in graphs]),
        country=np.concatenate([graph.country for graph in graphs]),
        gauge_mm=np.concatenate([graph.gauge_mm for graph in graphs]),
        edge_from=np.concatenate([graph.edge_from + k for graph, k in zip(graphs, first, strict=True)]),
        edge_to=np.concatenate([graph.edge_to + k for graph, k in zip(graphs, first, strict=True)]),
        length_km=np.concatenate([graph.length_km for graph in graphs]),
        mode=np.concatenate([graph.mode for graph in graphs]),
        schematic=np.concatenate([graph.schematic for graph in graphs]),
        shape=[line for graph in graphs for line in graph.shape],
    )


def nearest(
    graph: GeoGraph, longitude_deg: Floats, latitude_deg: Floats, *, among: Flags | None = None
) -> tuple[Ints, Floats]:
    """Node nearest to each point, and its distance in km.

    Parameters
    ----------
    graph
        Nodes to choose from.
    longitude_deg, latitude_deg
        Points.
    among
        One a node: whether it may be chosen; None: all.

    Raises
    ------
    InputError
        If a point lies outside the earth, or there is no node to choose.
    """
    from scipy.spatial import cKDTree

    if faults := position_faults("points", longitude_deg, latitude_deg):
        raise InputError(faults)
    choice = np.arange(graph.n_nodes) if among is None else np.flatnonzero(among)
    if not len(choice):
        raise InputError([Fault("graph", None, None, "has no node to snap to.")])
    tree = cKDTree(unit_vectors(graph.longitude_deg[choice], graph.latitude_deg[choice]))
    chord, found = tree.query(unit_vectors(longitude_deg, latitude_deg))
    return choice[found], chord_km(chord)


def with_nodes(
    graph: GeoGraph, lon_lat: Sequence[tuple[float, float]], country: Sequence[str], gauge_mm: Sequence[int]
) -> GeoGraph:
    """Return the graph with more nodes at its end."""
    places = np.array(lon_lat, dtype=np.float64).reshape(-1, 2)
    return replace(
        graph,
        longitude_deg=np.append(graph.longitude_deg, places[:, 0]),
        latitude_deg=np.append(graph.latitude_deg, places[:, 1]),
        country=np.append(graph.country, np.array(country, dtype=graph.country.dtype)),
        gauge_mm=np.append(graph.gauge_mm, np.array(gauge_mm, dtype=np.int64)),
    )


def with_edges(
    graph: GeoGraph,
    start: Sequence[int] | Ints,
    end: Sequence[int] | Ints,
    length_km: Sequence[float] | Floats,
    mode: str,
    shape: Sequence[Floats] | None = None,
    *,
    schematic: bool = True,
) -> GeoGraph:
    """Return the graph with more edges at its end, straight unless their lines are given."""
    start, end = np.asarray(start, dtype=np.int64), np.asarray(end, dtype=np.int64)
    positions = np.column_stack([graph.longitude_deg, graph.latitude_deg])
    straight = list(positions[np.column_stack([start, end])]) if shape is None else list(shape)
    return replace(
        graph,
        edge_from=np.append(graph.edge_from, start),
        edge_to=np.append(graph.edge_to, end),
        length_km=np.append(graph.length_km, np.asarray(length_km, dtype=np.float64)),
        mode=np.append(graph.mode, np.full(len(start), MODES.index(mode))),
        schematic=np.append(graph.schematic, np.full(len(start), schematic)),
        shape=[*lines(graph), *straight],
    )


def merge_chains(graph: GeoGraph, keep: npt.ArrayLike = ()) -> GeoGraph:
    """Replace every chain of nodes that a line only passes by one edge.

    A node is passed if two edges end at it, of one mode and both schematic or both not, to two other nodes, and all
    three have one country and one gauge. Distances between nodes that stay are unchanged.

    Parameters
    ----------
    graph
        Nodes and edges.
    keep
        Positions of nodes that stay whatever passes them.

    Returns
    -------
    GeoGraph
        Nodes that stay, in their order. Of edges side by side (same nodes, same mode) the shortest stays. Loops are
        left out: no shortest path uses them. A ring that nothing joins keeps one node and no edge.
    """
    stays = np.zeros(graph.n_nodes, dtype=np.bool_)
    stays[np.asarray(keep, dtype=np.int64)] = True
    graph = replace(graph, shape=lines(graph))
    number = np.arange(graph.n_nodes)
    while True:  # of two edges side by side one goes, and its ends may then be passed
        graph = shortest_only(graph)
        passed = _passed(graph, stays[number])
        if not passed.any():
            return graph
        graph, left = _merged(graph, passed)
        number = number[left]


def shortest_only(graph: GeoGraph) -> GeoGraph:
    """Without loops, and of edges side by side the shortest: the first of equals."""
    low, high = np.minimum(graph.edge_from, graph.edge_to), np.maximum(graph.edge_from, graph.edge_to)
    order = np.lexsort((graph.length_km, graph.mode, high, low))
    key = np.column_stack([low, high, graph.mode])[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = np.any(key[1:] != key[:-1], axis=1)
    stays = np.zeros(graph.n_edges, dtype=np.bool_)
    stays[order[first]] = True
    stays &= low != high
    return graph if stays.all() else part(graph, nodes=np.ones(graph.n_nodes, dtype=np.bool_), edges=stays)


def _passed(graph: GeoGraph, stays: Flags) -> Flags:
    """Nodes that a line only passes; of a ring of such nodes the first is none."""
    ends = np.concatenate([graph.edge_from, graph.edge_to])
    others = np.concatenate([graph.edge_to, graph.edge_from])
    like = np.tile(graph.mode * 2 + graph.schematic, 2)
    order = np.argsort(ends, kind="stable")
    degree = np.bincount(ends, minlength=graph.n_nodes)
    node = np.flatnonzero((degree == _THROUGH) & ~stays)
    at = (np.cumsum(degree) - degree)[node]
    one, two = order[at], order[at + 1]
    same = (like[one] == like[two]) & (others[one] != others[two])
    for edge in (one, two):
        same &= (graph.country[others[edge]] == graph.country[node]) & (
            graph.gauge_mm[others[edge]] == graph.gauge_mm[node]
        )
    passed = np.zeros(graph.n_nodes, dtype=np.bool_)
    passed[node[same]] = True
    inner = part(graph, nodes=passed)
    piece = inner.component()
    n_nodes, n_edges = np.bincount(piece), np.bincount(piece[inner.edge_from], minlength=piece.max(initial=-1) + 1)
    _, first = np.unique(piece, return_index=True)
    passed[np.flatnonzero(passed)[first[n_nodes == n_edges]]] = False
    return passed


def _merged(graph: GeoGraph, passed: Flags) -> tuple[GeoGraph, Ints]:
    """One edge for each chain of passed nodes; and the nodes that are left."""
    at_node: dict[int, list[int]] = {node: [] for node in np.flatnonzero(passed).tolist()}
    ends = list(zip(graph.edge_from.tolist(), graph.edge_to.tolist(), strict=True))
    for edge in np.flatnonzero(passed[graph.edge_from] | passed[graph.edge_to]).tolist():
        for node in ends[edge]:
            if node in at_node:
                at_node[node].append(edge)
    length, shape = graph.length_km.copy(), list(graph.shape)
    start, end = graph.edge_from.copy(), graph.edge_to.copy()
    gone = np.zeros(graph.n_edges, dtype=np.bool_)
    for edge in np.flatnonzero(passed[graph.edge_from] ^ passed[graph.edge_to]).tolist():
        if gone[edge]:
            continue
        first, node = ends[edge] if ends[edge][1] in at_node else ends[edge][::-1]
        chain = [edge]
        line = [_from(graph, edge, first)]
        while node in at_node:
            one, two = at_node[node]
            chain.append(two if one == chain[-1] else one)
            line.append(_from(graph, chain[-1], node)[1:])
            one, two = ends[chain[-1]]
            node = one if two == node else two
        gone[chain[1:]] = True
        start[chain[0]], end[chain[0]] = first, node
        length[chain[0]] = graph.length_km[chain].sum()
        shape[chain[0]] = np.concatenate(line)
    whole = replace(graph, edge_from=start, edge_to=end, length_km=length, shape=shape)
    return part(whole, nodes=~passed, edges=~gone), np.flatnonzero(~passed)


def _from(graph: GeoGraph, edge: int, node: int) -> Floats:
    """Line of an edge, beginning at one of its nodes."""
    line = graph.shape[edge]
    return line if graph.edge_from[edge] == node else line[::-1]
