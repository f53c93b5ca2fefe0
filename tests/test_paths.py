"""Shortest paths agree with relaxation until nothing moves, on random graphs with parallel and unusable edges."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.paths import shortest_paths

edges = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.one_of(st.floats(0, 100), st.just(float("nan")))), max_size=40
)


@given(edges, st.lists(st.integers(0, 7), min_size=1, max_size=3, unique=True))
def test_distances_and_paths(graph: list[tuple[int, int, float]], sources: list[int]) -> None:
    tail = np.array([t for t, _, _ in graph], dtype=np.int64)
    head = np.array([h for _, h, _ in graph], dtype=np.int64)
    weight = np.array([w for _, _, w in graph], dtype=np.float64)
    found = shortest_paths(8, tail, head, weight, sources)
    for place, source in enumerate(sources):
        best = np.full(8, np.inf)
        best[source] = 0
        for _ in range(8):
            for t, h, w in graph:
                if not np.isnan(w):
                    best[h] = min(best[h], best[t] + w)
        np.testing.assert_allclose(found.distance[place], best, atol=1e-9)
        for vertex in range(8):
            path = found.path(place, vertex)
            if path:
                assert tail[path[0]] == source
                assert head[path[-1]] == vertex
                assert all(head[a] == tail[b] for a, b in pairwise(path))
                assert weight[path].sum() == pytest.approx(best[vertex], abs=1e-9)
            else:
                assert vertex == source or not np.isfinite(best[vertex])


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="edge 1 has a negative weight"):
        shortest_paths(2, np.array([0, 0]), np.array([1, 1]), np.array([1.0, -1.0]), [0])
