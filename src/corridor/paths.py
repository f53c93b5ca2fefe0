"""Many-source shortest paths over arrays, with the edges along the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class ShortestPaths(NamedTuple):
    """Shortest-path trees.

    Attributes
    ----------
    distance
        Sources x vertices, sum of weights; infinite where there is no way.
    parent, parent_edge
        For each source, by vertex: the vertex before, and the edge from it; -1 at sources and where there is no way.
    """

    distance: Floats
    parent: Sequence[Sequence[int]]
    parent_edge: Sequence[Sequence[int]]

    def path(self, source: int, vertex: int) -> list[int]:
        """Return the edges from a source (its position) to a vertex, in order."""
        parent, parent_edge = self.parent[source], self.parent_edge[source]
        edges = []
        while parent_edge[vertex] >= 0:
            edges.append(parent_edge[vertex])
            vertex = parent[vertex]
        return edges[::-1]


def shortest_paths(n_vertices: int, tail: Ints, head: Ints, weight: Floats, sources: Sequence[int]) -> ShortestPaths:
    """Find the cheapest way from each source to every vertex.

    Parameters
    ----------
    n_vertices
        Number of vertices.
    tail, head
        Ends of each edge. Parallel edges are fine.
    weight
        At least 0 for each edge; NaN or infinite: the edge may not be used.
    sources
        Vertices to start from.

    Returns
    -------
    ShortestPaths

    Raises
    ------
    ValueError
        If a weight is negative: Dijkstra's method would be wrong.
    """
    # Fifty times quicker to import than scipy.sparse.csgraph, on which a command would spend more than on its answer.
    import rustworkx

    usable = np.flatnonzero(np.isfinite(weight))
    if np.any(weight[usable] < 0):
        raise ValueError(f"edge {usable[np.argmin(weight[usable])]} has a negative weight")
    dearest_first = usable[np.argsort(-weight[usable], kind="stable")]
    ends = zip(tail[dearest_first].tolist(), head[dearest_first].tolist(), strict=True)
    edge_between = dict(zip(ends, dearest_first.tolist(), strict=True))  # of parallel edges the cheapest stays
    graph = rustworkx.PyDiGraph(multigraph=False, node_count_hint=n_vertices)
    graph.add_nodes_from(range(n_vertices))
    graph.extend_from_weighted_edge_list([(t, h, float(weight[e])) for (t, h), e in edge_between.items()])
    distance = np.full((len(sources), n_vertices), np.inf)
    parent, parent_edge = ([[-1] * n_vertices for _ in sources] for _ in range(2))
    for place, source in enumerate(sources):
        distance[place, source] = 0.0
        lengths = rustworkx.digraph_dijkstra_shortest_path_lengths(graph, source, float)
        distance[place, list(lengths.keys())] = list(lengths.values())
        for vertex, path in rustworkx.digraph_dijkstra_shortest_paths(graph, source, None, float).items():
            before = path[len(path) - 2]
            parent[place][vertex] = before
            parent_edge[place][vertex] = edge_between[before, vertex]
    return ShortestPaths(distance, parent, parent_edge)
