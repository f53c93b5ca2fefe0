"""Shortest paths over arrays: once over a small network, or again and again over a large one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
T = TypeVar("T")


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


LEAST_WEIGHT = 1e-12
"""SciPy takes a weight of zero for no edge: free edges weigh this instead. Costs are summed from the edges."""


MOST_DISTANCE = float(np.finfo(np.float64).max)
"""Any distance but infinity: where an edge may not be used, SciPy would otherwise search on at an infinite distance."""


class Trees(NamedTuple):
    """Shortest-path trees of some sources.

    Attributes
    ----------
    distance
        Sources x vertices; infinite where there is no way.
    parent
        Sources x vertices: the vertex before; negative at sources and where there is no way.
    """

    distance: Floats
    parent: npt.NDArray[np.int32]


class WeightedGraph:
    """A graph in compressed rows, to be weighted again and again.

    Parameters
    ----------
    n_vertices
        Number of vertices.
    ends
        Ends of each edge, edges x 2. Parallel edges are fine: the cheapest counts.
    one_way
        Whether edges lead from their first end to their second only.

    Attributes
    ----------
    parallel
        Whether several edges join the same two vertices in the same direction.

    Notes
    -----
    SciPy's Dijkstra on compressed rows: of the libraries tried on 113,000 nodes it was the fastest that is exact.
    """

    def __init__(self, n_vertices: int, ends: Ints, *, one_way: bool = False) -> None:
        self.n_vertices = n_vertices
        self._n_edges = len(ends)
        tail, head = (ends if one_way else np.concatenate([ends, ends[:, ::-1]])).T
        edge = np.arange(len(ends)) if one_way else np.tile(np.arange(len(ends)), 2)
        self._key = tail * np.int64(n_vertices) + head
        order = np.argsort(self._key)
        self._key, self._edge = self._key[order], edge[order]
        self._first = np.flatnonzero(np.concatenate([[True], self._key[1:] != self._key[:-1]])[: len(self._key)])
        self._pair = self._key[self._first]
        self._indices = (self._pair % n_vertices).astype(np.int32)
        counts = np.bincount(self._pair // n_vertices, minlength=n_vertices)
        self._indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        self.parallel = len(self._pair) < len(self._key)

    def trees(self, weight: Floats, sources: Sequence[int] | Ints, at_once: int = 16) -> Iterator[tuple[slice, Trees]]:
        """Find the cheapest ways from sources to all vertices, some sources at a time.

        Parameters
        ----------
        weight
            One an edge, at least 0; infinite: not to be used.
        sources
            Vertices.
        at_once
            Sources in one batch: bounds the memory, 12 bytes a source and vertex.

        Yields
        ------
        slice, Trees
            Which sources, and their trees.

        Raises
        ------
        ValueError
            If a weight is negative or not a number.
        """
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        if len(weight) != self._n_edges or not np.all(weight >= 0):
            raise ValueError("weights must be one an edge, and at least 0")
        data = np.maximum(self._cheapest(weight), LEAST_WEIGHT)
        graph = csr_array((data, self._indices, self._indptr), shape=(self.n_vertices, self.n_vertices))
        for start in range(0, len(sources), at_once):
            part = slice(start, min(start + at_once, len(sources)))
            indices = np.asarray(sources[part])
            distance, parent = dijkstra(graph, indices=indices, return_predecessors=True, limit=MOST_DISTANCE)
            yield part, Trees(distance, parent)

    def edges_between(self, weight: Floats, tail: Ints, head: Ints) -> Ints:
        """Return the cheapest edge between each pair of neighbours."""
        place = np.searchsorted(self._pair, tail * np.int64(self.n_vertices) + head)
        if not self.parallel:
            return np.asarray(self._edge[self._first[place]])
        return np.asarray(self._chosen(weight)[place])

    def _cheapest(self, weight: Floats) -> Floats:
        along = weight[self._edge]
        return np.asarray(np.minimum.reduceat(along, self._first) if self.parallel else along)

    def _chosen(self, weight: Floats) -> Ints:
        """For each pair of neighbours the cheapest of its parallel edges."""
        dearest_first = np.argsort(-weight[self._edge], kind="stable")
        chosen = np.empty(len(self._pair), dtype=np.int64)
        pair_of = np.cumsum(np.concatenate([[False], self._key[1:] != self._key[:-1]]))
        chosen[pair_of[dearest_first]] = self._edge[dearest_first]
        return chosen


def reached(pairs: Iterable[tuple[T, T]], starts: Iterable[T]) -> set[T]:
    """Everything that can be reached from some starts, those too; pairs are of before and after."""
    onward: dict[T, list[T]] = defaultdict(list)
    for before, after in pairs:
        onward[before].append(after)
    found = set(starts)
    queue = list(found)
    while queue:
        for after in onward.get(queue.pop(), ()):
            if after not in found:
                found.add(after)
                queue.append(after)
    return found


def pieces(n_vertices: int, tail: Ints, head: Ints) -> Ints:
    """Number of the piece that each vertex lies in: no edge, in whatever direction, joins two pieces."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(n_vertices, n_vertices))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


ROUNDS_BETWEEN_LOOKS = 8
"""Rounds of relaxation between two looks for a closed way among the parents."""


class Labels(NamedTuple):
    """Least labels, or the closed way that keeps them from ending.

    Attributes
    ----------
    label
        By vertex; infinite where nothing leads. Not the least where there is a cycle.
    parent_edge
        Edge by which the label came; -1 where it is the start's own.
    cycle
        Edges of a closed way that makes labels smaller each time it is gone round; empty where there is none.
    """

    label: Floats
    parent_edge: Ints
    cycle: list[int]


class LabelGraph:
    """A directed graph on which labels are carried along: by edges that add (of any sign) and multiply.

    Parameters
    ----------
    n_vertices
        Number of vertices.
    tail, head
        Ends of each edge.

    Notes
    -----
    Label correcting in rounds (Bellman and Ford), from the vertices whose label has just changed. Slower than
    Dijkstra's method, and right where that is not: with negative weights, and where edges lose or make a share of what
    they carry.
    """

    def __init__(self, n_vertices: int, tail: Ints, head: Ints) -> None:
        self.n_vertices = n_vertices
        self._tail, self._head = tail, head
        self._order = np.argsort(tail, kind="stable")
        self._first = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=n_vertices))])

    def labels(self, start: Floats, add: Floats, factor: Floats | None = None, tolerance: float = 0.0) -> Labels:
        """Carry labels until none gets smaller: label[head] <= label[tail] * factor + add along every edge.

        Parameters
        ----------
        start
            By vertex; infinite where nothing starts.
        add, factor
            By edge; factors are above 0, and 1 where not given.
        tolerance
            A label is replaced only by one that is smaller by more than this share of it (of 1, where it is below 1):
            keeps rounding errors from going round.
        """
        label = np.array(start, dtype=np.float64)
        parent_edge = np.full(self.n_vertices, -1)
        changed = np.flatnonzero(np.isfinite(label))
        for round_number in count(1):  # ends: labels settle, or a closed way shows up among the parents
            edges = self._leaving(changed)
            reach = label[self._tail[edges]]
            reach = (reach if factor is None else reach * factor[edges]) + add[edges]
            old = label[self._head[edges]]
            with np.errstate(invalid="ignore"):  # an infinite label minus itself
                margin = tolerance * np.maximum(1.0, np.abs(old)) if tolerance else 0.0
                better = np.isinf(old) | (reach < old - margin)
            edges, reach = edges[better], reach[better]
            if not len(edges):
                break
            head = self._head[edges]
            np.minimum.at(label, head, reach)
            best = reach == label[head]
            parent_edge[head[best][::-1]] = edges[best][::-1]  # of equal ones the first
            changed = np.unique(head)
            if round_number % ROUNDS_BETWEEN_LOOKS == 0:
                cycle = self._cycle(parent_edge)
                if cycle:
                    return Labels(label, parent_edge, cycle)
        return Labels(label, parent_edge, [])

    def _leaving(self, vertices: Ints) -> Ints:
        """Edges that leave some vertices."""
        first = self._first[vertices]
        degree = self._first[vertices + 1] - first
        offset = np.arange(degree.sum()) - np.repeat(np.cumsum(degree) - degree, degree)
        return np.asarray(self._order[np.repeat(first, degree) + offset])

    def _cycle(self, parent_edge: Ints) -> list[int]:
        """Edges of a cycle among the parents (there is one only if labels have no end); empty if there is none."""
        n_vertices = self.n_vertices
        # one more place past the last vertex stands for "no parent" and is its own parent
        parent = np.append(np.where(parent_edge >= 0, self._tail[parent_edge], n_vertices), n_vertices)
        ancestor = parent
        for _ in range(n_vertices.bit_length()):  # each step doubles the generations that are skipped
            ancestor = ancestor[ancestor]
        on_cycle = ancestor[ancestor < n_vertices]
        if not len(on_cycle):
            return []
        cycle: list[int] = []
        vertex = start = int(on_cycle[0])
        while not cycle or vertex != start:
            cycle.append(int(parent_edge[vertex]))
            vertex = int(self._tail[cycle[-1]])
        return cycle[::-1]
