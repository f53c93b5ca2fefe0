"""Cost matrices of 60 x 200 points on the railways and roads of Northeast Asia, side by side with igraph and networkx.

Prints medians, ratios, the largest difference from networkx, and peak memory of this program's own part; records what
the page of benchmarks shows.
"""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable

import igraph
import networkx as nx
import numpy as np

from corridor.geodata import GeoGraph
from corridor.geodata.chains import part
from corridor.geodata.joints import join_modes
from corridor.geodata.snapshot import northeast_asia
from corridor.matrix import ELEMENTS, MatrixModel, Points, Weight
from report import record

ORIGINS, DESTINATIONS, ROUNDS = 60, 200, 5
WEIGHTS = [
    Weight(element, "*", rate, charge, speed, hours)
    for element, rate, charge, speed, hours in (
        ("rail", 0.02, 0.0, 30.0, 0.0),
        ("road", 0.10, 0.0, 40.0, 0.0),
        *((element, 0.0, 3.0, np.inf, 12.0) for element in ELEMENTS if element not in ("rail", "road", "sea")),
    )
]


def timed(run: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median seconds."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main() -> None:
    """Build the graph, pick points, measure."""
    rail, road, _ = northeast_asia("data/geo")
    whole = join_modes(rail, road)
    graph = part(whole, nodes=whole.component() == 0)
    chosen = np.random.default_rng(1).choice(graph.n_nodes, ORIGINS + DESTINATIONS, replace=False)
    points = [
        Points(tuple(map(str, at.tolist())), graph.longitude_deg[at], graph.latitude_deg[at])
        for at in (chosen[:ORIGINS], chosen[ORIGINS:])
    ]
    print(f"{graph.n_nodes:,} nodes, {graph.n_edges:,} edges; {ORIGINS} x {DESTINATIONS}, paths and split included")
    model = MatrixModel(graph)
    _, cash, hours, _ = model._edge_costs(WEIGHTS)
    weight = cash + 0.01 * hours

    def ours() -> np.ndarray:
        return model.matrix(*points, WEIGHTS, time_usd_per_t_h=0.01).generalised_usd_per_t

    starts, ends = (model.snap(side, 1.0)[0].tolist() for side in points)
    peer = igraph.Graph(graph.n_nodes, np.column_stack([graph.edge_from, graph.edge_to]).tolist())

    def by_igraph() -> list[object]:
        return [peer.get_shortest_paths(start, to=ends, weights=weight, output="epath") for start in starts]

    plain = nx.Graph()
    for a, b, w in zip(graph.edge_from.tolist(), graph.edge_to.tolist(), weight.tolist(), strict=True):
        if w < plain.get_edge_data(a, b, {"weight": np.inf})["weight"]:
            plain.add_edge(a, b, weight=w)

    def by_networkx() -> list[dict[int, float]]:
        return [nx.single_source_dijkstra(plain, start)[0] for start in starts]

    mine, theirs, slow = timed(ours), timed(by_igraph), timed(by_networkx, 1)
    exact = by_networkx()
    reference = np.array([[row.get(end, np.nan) for end in ends] for row in exact])
    worst = np.nanmax(np.abs(ours() / np.where(reference > 0, reference, np.nan) - 1))
    print(f"corridor {mine:.2f} s")
    for name, seconds in (("igraph", theirs), ("networkx", slow)):
        print(f"{name} {seconds:.2f} s: {seconds / mine:.1f} times as long")
    print(f"largest relative difference from networkx: {worst:.1e}")
    tracemalloc.start()
    ours()
    print(f"peak memory of a matrix: {tracemalloc.get_traced_memory()[1] / 1e6:.0f} MB")
    tracemalloc.stop()
    weighing = timed(lambda: model._edge_costs(WEIGHTS))
    ratio = 1 + weighing / (mine - weighing)
    print(f"another scenario: {weighing * 1000:.1f} ms to weigh anew, {ratio:.3f} times the query alone")
    laying = timed(lambda: MatrixModel(graph), 3)
    print(f"the graph is laid once, in {laying:.2f} s")
    loading = timed(lambda: GeoGraph.read("data/geo", "joined"))
    print(f"committed graph into arrays: {loading:.2f} s")
    sizes = {"origins": ORIGINS, "destinations": DESTINATIONS, "nodes": graph.n_nodes, "edges": graph.n_edges}
    spent = {"corridor_s": mine, "igraph_s": theirs, "networkx_s": slow}
    record("matrix", {**sizes, **spent, "difference": float(worst)})


if __name__ == "__main__":
    main()
