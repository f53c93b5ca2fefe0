"""A graph in compressed rows: classes of its edges, and gates where charges by stretch are paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.geodata.graph import MODES, GeoGraph
from corridor.paths import Floats, Ints, WeightedGraph


class Layout(NamedTuple):
    """A graph in compressed rows, with gates where charges by stretch are paid.

    Attributes
    ----------
    rows
        Nodes of the graph, then their twins on charged railways and roads; edges of the graph, then gates.
    class_of, km, gate
        One an edge: element and country, length, and whether it is a gate.
    """

    rows: WeightedGraph
    class_of: Ints
    km: Floats
    gate: npt.NDArray[np.bool_]


def lay(graph: GeoGraph, names: Sequence[tuple[str, str]], class_of: Ints, charged: Sequence[int]) -> Layout:
    """Lay a graph so that a charge by stretch is paid once for it, whatever it begins and ends with.

    Each node on a charged railway or road gets a twin: the charged edges join the twins, all other edges the nodes, and
    a gate joins each node to its twin. Whoever goes on passes one gate, whoever leaves another, each for half the
    charge: from a transfer, a border, a port, or a point on the track. A change of gauge within a country joins the
    twins, since cargo stays on its railway.
    """
    ends = np.column_stack([graph.edge_from, graph.edge_to])
    stretch = np.full(len(ends), -1)
    at_home = graph.country[ends[:, 0]] == graph.country[ends[:, 1]]
    for one in charged:
        mode, country = names[one]
        stretch[class_of == one] = one
        if mode == "rail" and ("gauge_break", country) in names:
            stretch[(class_of == names.index(("gauge_break", country))) & at_home] = one
    on = stretch >= 0
    twins, twin = np.unique(ends[on] * np.int64(len(names)) + stretch[on, None], return_inverse=True)
    ends[on] = graph.n_nodes + twin.reshape(-1, 2)
    gates = np.column_stack([twins // len(names), graph.n_nodes + np.arange(len(twins))])
    return Layout(
        WeightedGraph(graph.n_nodes + len(twins), np.concatenate([ends, gates])),
        np.concatenate([class_of, twins % len(names)]),
        np.concatenate([graph.length_km, np.zeros(len(twins))]),
        np.arange(len(ends) + len(twins)) >= len(ends),
    )


def classes(graph: GeoGraph) -> tuple[tuple[tuple[str, str], ...], Ints]:
    """Element and country of each edge; of a border both countries."""
    one, other = graph.country[graph.edge_from], graph.country[graph.edge_to]
    gauges = graph.gauge_mm[graph.edge_from], graph.gauge_mm[graph.edge_to]
    transfer = graph.mode == MODES.index("transfer")
    breaks = transfer & (gauges[0] != gauges[1]) & (gauges[0] > 0) & (gauges[1] > 0)
    abroad = (one != other) & (one != "") & (other != "") & ~transfer
    element = np.array(MODES, dtype=object)[graph.mode]
    element[breaks] = "gauge_break"
    element[transfer & ((one == "") != (other == ""))] = "port"  # nodes at sea lie in no country
    element[abroad] = "border_" + element[abroad]
    low, high = np.where(one < other, one, other), np.where(one < other, other, one)
    country = np.where(abroad, np.char.add(np.char.add(low, "-"), high), high)
    pairs = np.char.add(np.char.add(element.astype(np.str_), "|"), country)
    names, class_of = np.unique(pairs, return_inverse=True)
    return tuple((name.split("|")[0], name.split("|")[1]) for name in names.tolist()), class_of
