"""Cost matrices agree with networkx, add up by element and country, and refuse what they cannot cost."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.errors import InputError, UsageError
from corridor.geodata import MODES, GeoGraph
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
def graphs(draw: st.DrawFn, most_nodes: int = 9, most_edges: int = 20) -> GeoGraph:
    """Small graphs with parallel edges, loops and pieces apart."""
    n = draw(st.integers(2, most_nodes))
    ends = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), min_size=1, max_size=most_edges))
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
    _, cash, hours, _ = model._edge_costs(WEIGHTS)
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
def test_a_wait_that_every_edge_would_keep_is_refused(mode: str) -> None:
    graph = line()
    waiting = [*WEIGHTS, Weight(mode, "KP", 0.02, 0.0, 20.0, 5.0)]
    with pytest.raises(InputError, match="kept on every edge"):
        MatrixModel(graph).matrix(at(graph, 0), at(graph, 6), waiting)


CHARGED = [
    *(weight._replace(usd_per_t=10.0) if weight[:2] == ("rail", "CN") else weight for weight in WEIGHTS),
    Weight("rail", "KP", 0.03, 0.0, 20.0, 0.0),
    Weight("sea", "", 0.002, 4.0, 25.0, 0.0),
    Weight("port", "*", 0.0, 6.0, np.inf, 48.0),
]
"""As above, and a fixed charge of 10 USD/t for each stretch on rails in China."""


def chain(*way: str) -> GeoGraph:
    """Nodes (country and gauge, ``CN1435``; a road has no gauge, the sea no country) and what joins one to the next."""
    nodes, modes = way[::2], way[1::2]
    n = len(nodes)
    return GeoGraph(
        longitude_deg=110.0 + np.arange(n),
        latitude_deg=np.full(n, 42.0),
        country=np.array([node[:2].strip() for node in nodes]),
        gauge_mm=np.array([int(node[2:] or 0) for node in nodes]),
        edge_from=np.arange(n - 1),
        edge_to=np.arange(1, n),
        length_km=np.full(n - 1, 100.0),
        mode=np.array([MODES.index(mode) for mode in modes]),
        schematic=np.zeros(n - 1, dtype=bool),
    )


R = "CN1435"
TO_CHINA = ("MN1520", "rail", "MN1520", "rail", "CN1520")  # the second of them over the border


@pytest.mark.parametrize(
    ("way", "times"),
    [
        pytest.param(("CN", "transfer", R, "rail", R, "rail", R, "transfer", "CN"), 1, id="road rail rail road"),
        pytest.param(("CN", "transfer", R, "rail", R), 1, id="road rail, to a place on the track"),
        pytest.param((R, "rail", R, "rail", R), 1, id="from a place on the track to another"),
        pytest.param(("CN", "road", "CN", "transfer", "CN", "road", "CN"), 0, id="road to road"),
        pytest.param(("CN", "transfer", R, "transfer", "CN"), 0, id="through a station without going by rail"),
        pytest.param((R, "rail", R, "transfer", "CN", "transfer", R, "rail", R), 2, id="off the rails and on again"),
        pytest.param(("MN1435", "rail", R, "rail", R, "transfer", "CN"), 1, id="over a border on one gauge"),
        pytest.param(
            (*TO_CHINA, "rail", "CN1520", "transfer", R, "rail", R), 1, id="over a border, then a gauge break"
        ),
        pytest.param((*TO_CHINA, "transfer", R, "rail", R), 1, id="a gauge break at the border itself"),
        pytest.param((*TO_CHINA, "transfer", "CN"), 0, id="over a border and onto a lorry there"),
        pytest.param((R, "rail", R, "rail", "KP1435", "rail", "KP1435", "rail", R, "rail", R), 2, id="abroad between"),
        pytest.param(("  ", "sea", "  ", "transfer", R, "rail", R, "transfer", "CN"), 1, id="from a port"),
        pytest.param(("  ", "sea", "  ", "transfer", R, "transfer", "CN"), 0, id="from a port onto a lorry"),
        pytest.param(("KP1520", "transfer", "KP1435", "rail", "KP1435"), 0, id="a gauge break elsewhere"),
        pytest.param(("MN1520", "rail", "MN1520", "transfer", "MN"), 0, id="rails elsewhere"),
    ],
)
def test_the_fixed_charge_is_paid_once_for_each_stretch(way: tuple[str, ...], times: int) -> None:
    graph = chain(*way)
    model = MatrixModel(graph)
    model._ashore[:] = True  # the sea may be an end here: what it costs to go ashore is asked
    ends = at(graph, 0), at(graph, graph.n_nodes - 1)
    free = [weight._replace(usd_per_t=0.0) if weight.element == "rail" else weight for weight in CHARGED]
    for one, other in (ends, ends[::-1]):
        found, without = model.matrix(one, other, CHARGED), model.matrix(one, other, free)
        assert found.cash_usd_per_t[0, 0] - without.cash_usd_per_t[0, 0] == pytest.approx(10 * times)
        assert found.km[0, 0] == without.km[0, 0] == 100 * graph.n_edges
        assert found.hours[0, 0] == without.hours[0, 0]
        of_rail = sum(
            part["cash_usd_per_t"] - 0.015 * part["distance_km"]
            for part in found.parts()
            if (part["element"], part["country"]) == ("rail", "CN")
        )
        assert of_rail == pytest.approx(10 * times)


def stretches(graph: GeoGraph, edges: list[int]) -> list[tuple[str, str]]:
    """Railways and roads of one country that a way of these edges goes by, each stretch once."""
    labels = []
    for e in edges:
        a, b = graph.edge_from[e], graph.edge_to[e]
        mode = MODES[graph.mode[e]]
        gauges = graph.gauge_mm[[a, b]]
        on_rail = mode == "rail" or (mode == "transfer" and gauges.all() and gauges[0] != gauges[1])
        inland = graph.country[a] == graph.country[b] and (on_rail or mode == "road")
        labels.append(("rail" if on_rail else "road", str(graph.country[a])) if inland else None)
    return [label for label, _ in itertools.groupby(labels) if label]


@given(graphs(most_nodes=5, most_edges=8), st.integers(0, 20), st.integers(0, 20))
@settings(deadline=None, max_examples=60)
def test_charges_by_stretch_agree_with_all_ways_there_are(graph: GeoGraph, by_rail: int, by_road: int) -> None:
    there = MatrixModel(graph).classes  # a change of gauge where there are no rails pays for none
    charge = {("rail", "CN"): float(by_rail), ("road", "MN"): float(by_road)}
    own = [Weight("road", "MN", 0.10, 0.0, 30.0, 0.0), *WEIGHTS]
    weights = [
        weight._replace(usd_per_t=charge.get((weight.element, weight.country), weight.usd_per_t)) for weight in own
    ]
    model = MatrixModel(graph)
    everywhere = at(graph, *range(graph.n_nodes))
    found = model.matrix(everywhere, everywhere, weights, time_usd_per_t_h=0.02)
    _, cash, hours, _ = model._edge_costs(own)
    peer = nx.MultiGraph()
    peer.add_nodes_from(range(graph.n_nodes))
    peer.add_edges_from(
        (int(a), int(b), e) for e, (a, b) in enumerate(zip(graph.edge_from, graph.edge_to, strict=True))
    )
    for a, b in itertools.permutations(range(graph.n_nodes), 2):
        least = min(
            (
                sum(cash[e] + 0.02 * hours[e] for _, _, e in way)
                + sum(charge.get(label, 0.0) for label in stretches(graph, [e for _, _, e in way]) if label in there)
                for way in nx.all_simple_edge_paths(peer, a, b)
            ),
            default=np.nan,
        )
        assert found.generalised_usd_per_t[a, b] == pytest.approx(least, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), float("inf")])
def test_the_limit_is_a_number_above_zero(limit: float) -> None:
    graph = line()
    with pytest.raises(UsageError, match="above 0"):
        MatrixModel(graph).snap(at(graph, 0), limit)


def test_points_far_away_or_swapped_are_named_all_at_once() -> None:
    model = MatrixModel(line())
    names = ("steppe", "near", "ocean", "swapped", "swapped too")
    places = np.array([105.0, 105.0, 150.0, 47.0, 46.0]), np.array([48.0, 47.01, 20.0, 105.0, 106.0])
    far = Points(names, *places, "mines/from.csv", (2, 3, 5, 6, 9))  # rows 4, 7 and 8 of the file are empty
    ports = Points(("atoll",), np.array([-140.0]), np.array([-10.0]), "to.csv")
    with pytest.raises(InputError) as caught:
        model.matrix(far, ports, WEIGHTS)
    told = [str(fault) for fault in caught.value.faults]
    assert [text.split(":")[:2] for text in told] == [
        ["mines/from.csv", "2"],
        ["mines/from.csv", "5"],
        ["mines/from.csv", "6"],
        ["mines/from.csv", "9"],
        ["to.csv", "2"],
    ]
    assert told[0].endswith('"steppe" lies 111 km from the network; the limit is 25 km.')
    assert '"ocean" lies' in told[1]
    assert told[2].endswith("105 is outside -90..90. Are the columns swapped?")
    assert told[3].endswith("106 is outside -90..90. Are the columns swapped?")
    assert '"atoll" lies' in told[4]
