"""Many-source shortest paths over arrays, with the edges along the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LEAST_WEIGHT = 1e-12
"""Sparse graphs drop edges of weight zero: free edges weigh this instead. Costs are summed from the edges."""


@dataclass(frozen=True, slots=True)
class ShortestPaths:
    """Shortest-path trees.

    Attributes
    ----------
    distance
        Sources x vertices, sum of weights; infinite where there is no way.
    parent, parent_edge
        Sources x vertices: the vertex before, and the edge from it; negative at sources and where there is no way.
    """

    distance: Floats
    parent: Ints
    parent_edge: Ints

    def path(self, source: int, vertex: int) -> list[int]:
        """Return the edges from a source (its position) to a vertex, in order."""
        edges = []
        while self.parent_edge[source, vertex] >= 0:
            edges.append(int(self.parent_edge[source, vertex]))
            vertex = int(self.parent[source, vertex])
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
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    usable = np.flatnonzero(np.isfinite(weight))
    if np.any(weight[usable] < 0):
        raise ValueError(f"edge {usable[np.argmin(weight[usable])]} has a negative weight")
    order = usable[np.lexsort((weight[usable], head[usable], tail[usable]))]
    key = tail[order] * n_vertices + head[order]
    key, first = np.unique(key, return_index=True)  # of parallel edges the cheapest comes first
    edge = order[first]
    weights = np.maximum(weight[edge], LEAST_WEIGHT)
    graph = csr_array((weights, (tail[edge], head[edge])), shape=(n_vertices, n_vertices))
    distance, parent = dijkstra(graph, indices=list(sources), return_predecessors=True)
    parents: Ints = np.asarray(parent, dtype=np.int64)
    parent_edge: Ints = np.full(parents.shape, -1, dtype=np.int64)
    at = np.nonzero(parents >= 0)
    if len(key):
        parent_edge[at] = edge[np.searchsorted(key, parents[at] * n_vertices + at[1])]
    return ShortestPaths(distance, parents, parent_edge)
