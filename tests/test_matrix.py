"""Cost matrices agree with networkx, add up by element and country, and refuse what they cannot cost."""

from __future__ import annotations

import itertools
import re

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.errors import InputError, UsageError
from corridor.geodata import GeoGraph
from corridor.matrix import ELEMENTS, MatrixModel, Points, Weight

WEIGHTS = [
    Weight("rail", "MN", 0.02, 0.0, 20.0, 0.0),
    Weight("rail", "CN", 0.015, 0.0, 40.0, 0.0),
    Weight("road", "*", 0.10, 0.0, 30.0, 0.0),
    Weight("transfer", "*", 0.0, 2.0, np.inf, 12.0),
    Weight("gauge_break", "*", 0.0, 5.0, np.inf, 24.0),
    Weight("border_rail", "*", 0.0, 1.0, np.inf, 6.0),
    Weight("border_road", "*", 0.0, 3.0, np.inf, 8.0),
]


def line(**changed: object) -> GeoGraph:
    """Mongolian track, border, change of gauge, Chinese track, transfer to a road."""
    columns: dict[str, object] = {
        "longitude_deg": np.array([105.0, 106.0, 106.1, 106.11, 107.0, 107.01, 107.5]),
        "latitude_deg": np.array([47.0, 46.0, 45.9, 45.9, 45.0, 45.0, 45.0]),
        "country": np.array(["MN", "MN", "CN", "CN", "CN", "CN", "CN"]),
        "gauge_mm": np.array([1520, 1520, 1520, 1435, 1435, 0, 0]),
        "edge_from": np.arange(6),
        "edge_to": np.arange(1, 7),
        "length_km": np.array([150.0, 10.0, 1.0, 120.0, 1.0, 40.0]),
        "mode": np.array([0, 0, 3, 0, 3, 1]),
        "schematic": np.zeros(6, dtype=bool),
        **changed,
    }
    return GeoGraph(**columns)  # type: ignore[arg-type]


def at(graph: GeoGraph, *nodes: int) -> Points:
    """Points on nodes."""
    which = list(nodes)
    return Points(tuple(f"p{n}" for n in which), graph.longitude_deg[which], graph.latitude_deg[which])


def test_a_line_by_hand() -> None:
    graph = line()
    found = MatrixModel(graph).matrix(at(graph, 0), at(graph, 6), WEIGHTS, time_usd_per_t_h=0.01)
    border_rate = (0.02 + 0.015) / 2
    cash = [150 * 0.02, 10 * border_rate + 1, 5, 120 * 0.015, 2, 40 * 0.10]
    hours = [150 / 20, 10 * (1 / 20 + 1 / 40) / 2 + 6, 24, 120 / 40, 12, 40 / 30]
    assert found.cash_usd_per_t[0, 0] == pytest.approx(sum(cash))
    assert found.hours[0, 0] == pytest.approx(sum(hours))
    assert found.km[0, 0] == pytest.approx(322)
    assert found.generalised_usd_per_t[0, 0] == pytest.approx(sum(cash) + 0.01 * sum(hours))
    split = dict(zip(zip(found.split.element, found.split.country, strict=True), found.split.usd_per_t, strict=True))
    assert split == pytest.approx(
        {
            ("rail", "MN"): cash[0],
            ("border_rail", "CN-MN"): cash[1],
            ("gauge_break", "CN"): cash[2],
            ("rail", "CN"): cash[3],
            ("transfer", "CN"): cash[4],
            ("road", "CN"): cash[5],
        }
    )


@st.composite
def graphs(draw: st.DrawFn) -> GeoGraph:
    """Small graphs with parallel edges, loops and pieces apart."""
    n = draw(st.integers(2, 9))
    ends = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), min_size=1, max_size=20))
    m = len(ends)
    return GeoGraph(
        longitude_deg=100.0 + np.arange(n),
        latitude_deg=40.0 + np.zeros(n),
        country=np.array(draw(st.lists(st.sampled_from(["MN", "CN"]), min_size=n, max_size=n))),
        gauge_mm=np.array(draw(st.lists(st.sampled_from([1435, 1520]), min_size=n, max_size=n))),
        edge_from=np.array([a for a, _ in ends]),
        edge_to=np.array([b for _, b in ends]),
        length_km=np.array(draw(st.lists(st.floats(0.1, 500), min_size=m, max_size=m))),
        mode=np.array(draw(st.lists(st.sampled_from([0, 1, 3]), min_size=m, max_size=m))),
        schematic=np.zeros(m, dtype=bool),
    )


@given(graphs())
@settings(deadline=None, max_examples=60)
def test_agrees_with_networkx_adds_up_and_is_symmetric(graph: GeoGraph) -> None:
    model = MatrixModel(graph)
    everywhere = at(graph, *range(graph.n_nodes))
    found = model.matrix(everywhere, everywhere, WEIGHTS, time_usd_per_t_h=0.02)
    cash, hours, _ = model._edge_costs(WEIGHTS)
    peer = nx.MultiGraph()
    peer.add_nodes_from(range(graph.n_nodes))
    for a, b, cost in zip(graph.edge_from, graph.edge_to, cash + 0.02 * hours, strict=True):
        peer.add_edge(int(a), int(b), weight=float(cost))
    lengths = dict(nx.all_pairs_dijkstra_path_length(peer))
    for a, b in itertools.product(range(graph.n_nodes), repeat=2):
        expected = lengths[a].get(b, np.nan)
        assert found.generalised_usd_per_t[a, b] == pytest.approx(expected, rel=1e-9, nan_ok=True)
    np.testing.assert_allclose(found.generalised_usd_per_t, found.generalised_usd_per_t.T, rtol=1e-9)
    summed = np.zeros_like(found.cash_usd_per_t)
    np.add.at(summed, (found.split.origin, found.split.destination), found.split.usd_per_t)
    there = np.isfinite(found.cash_usd_per_t)
    np.testing.assert_allclose(summed[there], found.cash_usd_per_t[there], rtol=1e-9, atol=1e-12)


def test_weights_change_without_laying_the_graph_anew() -> None:
    graph = line()
    model = MatrixModel(graph)
    before = model.matrix(at(graph, 0), at(graph, 4), WEIGHTS)
    dearer = [weight._replace(usd_per_t_km=2 * weight.usd_per_t_km) for weight in WEIGHTS]
    after = model.matrix(at(graph, 0), at(graph, 4), dearer)
    charges = 1 + 5
    assert after.cash_usd_per_t[0, 0] - charges == pytest.approx(2 * (before.cash_usd_per_t[0, 0] - charges))


def test_what_may_not_be_used_is_not_used() -> None:
    graph = line()
    closed = [weight._replace(usable=weight.element != "gauge_break") for weight in WEIGHTS]
    found = MatrixModel(graph).matrix(at(graph, 0), at(graph, 2, 6), closed)
    assert np.isfinite(found.km[0, 0])
    assert np.isnan(found.km[0, 1])
    assert 1 not in found.split.destination


def test_a_missing_weight_is_an_error_and_not_free() -> None:
    graph = line()
    for element in ("rail", "road", "transfer", "gauge_break", "border_rail"):
        assert element in ELEMENTS
        with pytest.raises(InputError, match=f"no row for {element} in "):
            MatrixModel(graph).matrix(at(graph, 0), at(graph, 6), [w for w in WEIGHTS if w.element != element])


@pytest.mark.parametrize("mode", ["rail", "road"])
def test_a_charge_that_every_edge_would_pay_is_refused(mode: str) -> None:
    graph = line()
    charged = [*WEIGHTS, Weight(mode, "KP", 0.02, 5.0, 20.0, 0.0)]
    with pytest.raises(InputError, match="paid on every edge"):
        MatrixModel(graph).matrix(at(graph, 0), at(graph, 6), charged)


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), float("inf")])
def test_the_limit_is_a_number_above_zero(limit: float) -> None:
    graph = line()
    with pytest.raises(UsageError, match="above 0"):
        MatrixModel(graph).snap(at(graph, 0), limit)


def test_points_far_away_or_swapped_are_named_all_at_once() -> None:
    model = MatrixModel(line())
    far = Points(("steppe", "near", "ocean"), np.array([105.0, 105.0, 150.0]), np.array([48.0, 47.01, 20.0]))
    with pytest.raises(InputError) as caught:
        model.snap(far, 25.0, "origins.csv")
    text = str(caught.value)
    assert re.search(r'origins\.csv:2: "steppe" lies 111 km from the network; the limit is 25 km', text)
    assert '"ocean"' in text
    assert '"near"' not in text
    with pytest.raises(InputError, match=re.escape("105 is outside -90..90. Are the columns swapped?")):
        model.snap(Points(("x",), np.array([47.0]), np.array([105.0])), 25.0)
