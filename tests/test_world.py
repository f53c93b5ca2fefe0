"""Laws of the world's railways and roads: read, mended, merged, joined; and what the committed files hold."""

import csv
import importlib.util
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from corridor.errors import InputError, MissingExtraError, NoAnswerError, UsageError
from corridor.geodata import MODES, GeoGraph, world
from corridor.geodata.chains import merge_chains, of_modes, part
from corridor.geodata.joints import BORDER_KM, BREAK_KM, break_gauges, join_modes, part_borders, second_tracks
from corridor.geodata.mend import COLUMNS, GAP_FACTOR, Row, add_rows, join_ends, measure, read_mended
from corridor.geodata.snapshot import build
from corridor.geodata.world import Box, countries_of, read_boxes, read_world, with_countries

DATA = Path(__file__).parent.parent / "data"
RAIL, ROAD, TRANSFER = (MODES.index(mode) for mode in ("rail", "road", "transfer"))
KM_PER_DEG = 111.19493  # of latitude, on the sphere that lengths are measured on


def text_of(rows: Sequence[str], nodes: Sequence[tuple[float, float]]) -> str:
    """Text in the form of the package; it must be read and never run."""
    places = ", ".join(f"[{latitude}, {longitude}]" for longitude, latitude in nodes)
    return (
        "\nraise SystemExit  # running this would end the test\n"
        f"graph=[{', '.join(rows)}]\nnodes=[{places}]\nworld_railways_geograph = GeoGraph(graph=graph, nodes=nodes)\n"
    )


def graph_of(
    positions: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int, float]],
    *,
    country: str | Sequence[str] = "MN",
    gauge: int | Sequence[int] = 1520,
    mode: int | Sequence[int] = RAIL,
    schematic: bool | Sequence[bool] = False,
) -> GeoGraph:
    places = np.array(positions, dtype=float).reshape(-1, 2)
    ends = np.array([edge[:2] for edge in edges], dtype=np.int64).reshape(-1, 2)
    return GeoGraph(
        longitude_deg=places[:, 0],
        latitude_deg=places[:, 1],
        country=np.array(np.broadcast_to(np.array(country, dtype="<U2"), len(places))),
        gauge_mm=np.array(np.broadcast_to(gauge, len(places)), dtype=np.int64),
        edge_from=ends[:, 0],
        edge_to=ends[:, 1],
        length_km=np.array([edge[2] for edge in edges], dtype=float),
        mode=np.array(np.broadcast_to(mode, len(edges)), dtype=np.int64),
        schematic=np.array(np.broadcast_to(schematic, len(edges)), dtype=np.bool_),
    )


def north(*km: float) -> list[tuple[float, float]]:
    """Places on a meridian, so many km north of the first."""
    return [(106.0, 45.0 + distance / KM_PER_DEG) for distance in km]


def distances(graph: GeoGraph) -> np.ndarray:
    """Shortest km between all nodes."""
    best: dict[tuple[int, int], float] = {}
    for one, two, km in zip(graph.edge_from, graph.edge_to, graph.length_km, strict=True):
        key = min(one, two), max(one, two)
        if one != two:
            best[key] = min(km, best.get(key, np.inf))
    ends = np.array(list(best), dtype=np.int64).reshape(-1, 2)
    shape = (graph.n_nodes, graph.n_nodes)
    return dijkstra(coo_array((list(best.values()), (ends[:, 0], ends[:, 1])), shape=shape).tocsr(), directed=False)


# Reading


def test_reads_the_text_clips_it_and_drops_loops(tmp_path: Path) -> None:
    file = tmp_path / "world.py"
    nodes = [(100.0, 45.0), (100.0, 45.1), (100.2, 45.1), (120.0, 45.0)]
    file.write_text(text_of(["{1: 11.2, 0: 0.0, 2: 30.0}", "{0: 11.2, 3: 9}", "{2: 0.4, 0: 30.0}", "{1: 9}"], nodes))
    graph = read_world("rail", (99, 44, 101, 46), path=file)
    assert (graph.n_nodes, graph.n_edges) == (3, 2)
    assert graph.length_km.tolist() == [11.2, 30.0]
    assert graph.schematic.tolist() == [False, True]  # 30 km of track are drawn as 19
    assert np.array_equal(graph.shape[0], [(100.0, 45.0), (100.0, 45.1)])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("graph=[{1: 2}, {0: 2}]\n", "nodes"),
        ("graph=[{1: 2}, {0: 2}\nnodes=[[1, 2], [3, 4]]\n", "other form|another form"),
        ("graph=[{1: 2}]\nnodes=[[1, 2], [3, 4]]\n", "1 rows of edges for 2 nodes"),
        ("graph=[{5: 2}, {0: 2}]\nnodes=[[45, 100], [45, 101]]\n", "a node that is not there"),
        ("graph=[[5], [6]]\nnodes=[[45, 100], [45, 101]]\n", "2 rows of edges"),
        ("graph=[{}, {}]\nnodes=[[45], [45]]\n", "no pairs"),
        ("graph=[{}]\nnodes=[[45, 10]]\n", "no rail inside"),
    ],
)
def test_text_of_another_form_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "world.py"
    file.write_text(text)
    with pytest.raises(InputError, match=said):
        read_world("rail", path=file)


def test_what_is_absent_or_wrong_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="west, south, east, north"):
        read_world("rail", (30, 85, 60, 150))
    with pytest.raises(UsageError, match="rail, road"):
        read_world("sea")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="missing"):
        read_world("rail", path=tmp_path / "none.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="pip install scgraph_data"):
        read_world("rail")


# Countries


def test_countries_by_polygons_boxes_and_the_nearest_land() -> None:
    longitude, latitude = np.array([106.9, 129.9, 132.0, 130.29]), np.array([47.9, 41.9, 42.9, 42.24])
    assert countries_of(longitude, latitude).tolist() == ["MN", "KP", "RU", "KP"]
    box = Box("here", (129, 41, 131, 42), "RU", 0, 0)
    assert countries_of(longitude, latitude, [box]).tolist() == ["MN", "RU", "RU", "KP"]


@pytest.mark.parametrize(("off_km", "expected"), [(1.0, ["RU"] * 5), (9.0, ["RU", "RU", "CN", "RU", "RU"])])
def test_a_stray_near_a_border_goes_to_the_country_around_it(
    monkeypatch: pytest.MonkeyPatch, off_km: float, expected: list[str]
) -> None:
    graph = graph_of(north(0, 10, 20, 30, 40), [(0, 1, 10), (1, 2, 10), (2, 3, 10), (3, 4, 10)], gauge=0)
    monkeypatch.setattr(world, "countries_of", lambda *_: np.array(["RU", "RU", "CN", "RU", "RU"]))
    monkeypatch.setattr(world, "_off_km", lambda longitude, *_: np.full(len(longitude), off_km))
    placed = with_countries(graph)
    assert placed.country.tolist() == expected
    assert placed.gauge_mm.tolist() == [world.GAUGE_MM[code] for code in expected]
    fixed = with_countries(graph, [Box("fixed", (105, 45.1, 107, 45.2), "CN", 1067, 0)])
    assert fixed.country[2] == "CN"
    assert fixed.gauge_mm[2] == 1067


def test_faulty_boxes_are_listed_together(tmp_path: Path) -> None:
    file = tmp_path / "countries_by_hand.csv"
    file.write_text(f"{','.join(world.BOX_COLUMNS)}\na,1,2,x,4,CN,,,why\nb,3,2,1,4,CN,,,why\nc,1,2,3,4,CHN,,,why\n")
    with pytest.raises(InputError) as caught:
        read_boxes(file)
    assert [fault.row for fault in caught.value.faults] == [2, 3, 4]


# Chains


@st.composite
def graphs(draw: st.DrawFn) -> GeoGraph:
    """Small graphs of long chains, with loops, edges side by side and several countries, gauges and modes."""
    n = draw(st.integers(2, 12))
    steps = [(node, node + 1) for node in range(n - 1) if draw(st.integers(0, 5))]
    more = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=5))
    ends = steps + more
    return graph_of(
        [(100.0 + node, 40.0) for node in range(n)],
        [(one, two, float(draw(st.integers(1, 20)))) for one, two in ends],
        country=[draw(st.sampled_from(["CN", "CN", "CN", "RU"])) for _ in range(n)],
        gauge=[draw(st.sampled_from([1435, 1435, 1435, 1520])) for _ in range(n)],
        mode=[draw(st.sampled_from([RAIL, RAIL, RAIL, ROAD])) for _ in ends],
        schematic=[draw(st.sampled_from([False, False, True])) for _ in ends],
    )


@given(graphs(), st.data())
@settings(max_examples=300, deadline=None)
def test_merging_chains_keeps_distances_lines_and_what_is_asked_for(graph: GeoGraph, data: st.DataObject) -> None:
    keep = data.draw(st.lists(st.integers(0, graph.n_nodes - 1), max_size=3))
    merged = merge_chains(graph, keep)
    left = [round(longitude - 100) for longitude in merged.longitude_deg.tolist()]  # positions tell who is who
    assert {*keep} <= {*left}
    assert np.allclose(distances(merged), distances(graph)[np.ix_(left, left)])
    assert np.array_equal(merged.country, graph.country[left])
    for edge, line in enumerate(merged.shape):
        ends = merged.longitude_deg[[merged.edge_from[edge], merged.edge_to[edge]]]
        assert line[[0, -1], 0].tolist() == ends.tolist()
    assert not np.any(merged.edge_from == merged.edge_to)
    pairs = [
        (min(one, two), max(one, two), mode)
        for one, two, mode in zip(merged.edge_from, merged.edge_to, merged.mode, strict=True)
    ]
    assert len({*pairs}) == len(pairs)
    again = merge_chains(merged, [left.index(node) for node in keep])
    assert (again.n_nodes, again.n_edges) == (merged.n_nodes, merged.n_edges)


def test_a_chain_becomes_one_edge_with_its_line_and_stops_at_a_border() -> None:
    edges = [(1, 0, 3.0), (1, 2, 4.0), (2, 3, 5.0), (4, 3, 6.0)]
    merged = merge_chains(graph_of(north(0, 2, 4, 6, 8), edges))
    assert (merged.n_nodes, merged.length_km.tolist()) == (2, [18.0])
    assert len(merged.shape[0]) == 5
    abroad = merge_chains(graph_of(north(0, 2, 4, 6, 8), edges, country=["MN", "MN", "MN", "CN", "CN"]))
    assert sorted(abroad.length_km.tolist()) == [5.0, 6.0, 7.0]
    kept = merge_chains(graph_of(north(0, 2, 4, 6, 8), edges), [2])
    assert sorted(kept.length_km.tolist()) == [7.0, 11.0]


def test_rings_loops_and_edges_side_by_side() -> None:
    ring = merge_chains(graph_of(north(0, 1, 2), [(0, 1, 1.0), (1, 2, 1.0), (2, 0, 2.0)]))
    assert (ring.n_nodes, ring.n_edges) == (1, 0)
    side = merge_chains(graph_of(north(0, 1, 2), [(0, 1, 5.0), (0, 1, 3.0), (1, 2, 1.0), (2, 2, 9.0)]))
    assert (side.n_nodes, side.length_km.tolist()) == (2, [4.0])
    pocket = merge_chains(graph_of(north(0, 1, 2, 3), [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 1, 1.0)]))
    assert (pocket.n_nodes, pocket.length_km.tolist()) == (2, [1.0])


# Mending


def two_ends(gap: float, **changed: object) -> GeoGraph:
    """Two lines of 20 km whose ends lie apart by the gap."""
    return graph_of(north(-20, 0, gap, gap + 20), [(0, 1, 20.0), (2, 3, 20.0)], **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("gap", [0.2, 2.0, 2.4])
def test_ends_that_nearly_meet_are_joined(gap: float) -> None:
    graph, found = join_ends(two_ends(gap))
    assert [(m.kind, m.country) for m in found] == [("joined", "MN")]
    assert graph.length_km[-1] == pytest.approx(GAP_FACTOR * gap, rel=1e-5)
    assert graph.schematic.tolist() == [False, False, True]
    assert {*graph.component().tolist()} == {0}


@pytest.mark.parametrize(
    "graph",
    [
        two_ends(2.6),
        two_ends(1.0, country=["MN", "MN", "CN", "CN"]),
        two_ends(1.0, gauge=[1520, 1520, 1435, 1435]),
        two_ends(1.0, mode=ROAD),
        # the ends of a siding: the way round is no detour
        graph_of(north(0, 3, 5, 8), [(0, 1, 3.0), (2, 3, 3.0), (0, 3, 2.0)]),
    ],
    ids=["far", "border", "gauge", "road", "siding"],
)
def test_other_ends_are_not_joined(graph: GeoGraph) -> None:
    mended, found = join_ends(graph)
    assert not found
    assert mended.n_edges == graph.n_edges


@pytest.mark.parametrize(("off", "joined"), [(0.3, 1), (0.5, 0)])
def test_an_end_is_joined_to_a_line_that_passes_near(off: float, joined: int) -> None:
    passing = [(105.5, 45.0), (106.0, 45.0), (106.5, 45.0)]
    graph = graph_of([*passing, *north(off, 15)], [(0, 1, 39.0), (1, 2, 39.0), (3, 4, 15.0)])
    assert len(join_ends(graph)[1]) == joined


def row(kind: str, start: tuple[float, float], end: tuple[float, float], km: float, **changed: object) -> Row:
    given = {"via": (), "gauge_mm": 1520, "mode": "rail", "country": "MN", "source": "", "reason": "so"} | changed
    return Row(number=7, id="it", kind=kind, from_lon_lat=start, to_lon_lat=end, length_km=km, **given)  # type: ignore[arg-type]


def test_typed_lines_stops_and_breaks_are_added() -> None:
    a, b, stop, far = north(0, 100, 40, 300)
    graph = graph_of([a, b], [(0, 1, 110.0)])
    rows = [
        row("stop", a, b, 44.0, via=(stop,)),
        row("line", stop, far, 290.0),
        row("line", far, north(310)[0], 12.0, gauge_mm=1435, country="CN"),
        row("gauge_break", far, far, 0.5),
    ]
    mended, found = add_rows(graph, rows)
    assert measure(mended, a, b) == pytest.approx(110.0)
    assert measure(mended, a, stop) == pytest.approx(44.0)
    assert measure(mended, a, far) == pytest.approx(334.0)
    assert mended.gauge_mm.tolist() == [1520, 1520, 1520, 1520, 1435, 1435]
    assert [MODES[mode] for mode in mended.mode] == ["rail"] * 4 + ["transfer"]
    assert [m.kind for m in found] == ["stop", "line", "line", "gauge_break"]
    assert mended.schematic.tolist() == [False, False, True, True, True]
    with pytest.raises(NoAnswerError, match="no rail joins"):
        measure(mended, a, north(310)[0])


def test_typed_rows_that_do_not_fit_are_listed_together() -> None:
    a, b, middle = north(0, 100, 40)
    graph = graph_of([a, b], [(0, 1, 110.0)])
    rows = [
        row("stop", a, middle, 10.0, via=(b,)),
        row("stop", a, b, 80.0, via=(middle,)),
        row("line", a, a, 3.0),
        row("gauge_break", a, b, 1.0),
    ]
    with pytest.raises(InputError) as caught:
        add_rows(graph, rows)
    text = str(caught.value)
    assert len(caught.value.faults) == 4
    for said in ("no node within", "only 30 are left", "the same node", "no track of each gauge"):
        assert said in text


def test_faults_of_the_typed_table_are_listed_together(tmp_path: Path) -> None:
    good = "g,line,rail,1520,MN,106,45,106,46,106.1 45.5,120,known,why"
    bad = [
        good.replace("120", "90"),
        good.replace("line", "lime"),
        good.replace("1520", ""),
        good.replace("known", "unknown"),
        good.replace("106,46", "46,106"),
        good.replace("106.1 45.5", "106.1"),
        good.replace("why", ""),
        good.replace("120", "long"),
        good,
    ]
    file = tmp_path / "mended_links.csv"
    file.write_text("\n".join([",".join(COLUMNS), good, *bad]) + "\n")
    with pytest.raises(InputError) as caught:
        read_mended(file, {"known"})
    assert [fault.row for fault in caught.value.faults] == list(range(3, 12))
    file.write_text(good)
    with pytest.raises(InputError, match="columns must be"):
        read_mended(file)


def test_measure_snaps_within_its_limit_and_takes_the_shorter_of_two_tracks() -> None:
    a, b = north(0, 10)
    graph = graph_of([a, b, b], [(0, 1, 12.0), (0, 2, 11.0), (0, 1, 30.0)])
    assert measure(graph, a, north(10.5)[0]) == 11.0
    with pytest.raises(InputError, match=r"10\.0 km from rail; the limit is 5 km"):
        measure(graph, a, north(20)[0])
    with pytest.raises(UsageError, match="mode"):
        measure(graph, a, b, "air")
    with pytest.raises(InputError, match="no node"):
        measure(graph, a, b, gauge_mm=1435)


# Borders, gauges, modes


def test_an_edge_is_parted_on_the_border_and_changes_gauge_beyond_it() -> None:
    a, b = north(0, 100)
    graph = graph_of([a, b], [(0, 1, 120.0)], country=["MN", "CN"], gauge=[1520, 1435])
    border = north(70)[0][1]
    parted = part_borders(graph, lambda _, latitude: np.where(latitude < border, "MN", "CN"))
    assert parted.length_km.sum() == pytest.approx(120.0)
    abroad = parted.country[parted.edge_from] != parted.country[parted.edge_to]
    assert parted.length_km[abroad] == pytest.approx([BORDER_KM])
    assert parted.length_km[0] == pytest.approx(120 * 0.7, abs=2)
    broken = break_gauges(parted)
    assert_gauges_meet_in_transfers_only(broken)
    assert broken.length_km[broken.mode == TRANSFER].tolist() == [BREAK_KM]
    assert distances(broken)[0, 1] == pytest.approx(120 + BREAK_KM)
    yard = broken.n_nodes - 1
    assert (broken.country[yard], broken.gauge_mm[yard]) == ("CN", 1520)


def assert_gauges_meet_in_transfers_only(graph: GeoGraph) -> None:
    one, two = graph.gauge_mm[graph.edge_from], graph.gauge_mm[graph.edge_to]
    assert np.all((one == two) | (graph.mode == TRANSFER))
    assert np.all((one > 0) == (graph.mode != ROAD), where=graph.mode != TRANSFER)


def test_a_short_crossing_stays_whole_and_tracks_share_a_yard() -> None:
    graph = graph_of(north(0, 1, 2), [(0, 2, 2.0), (1, 2, 1.0)], country=["MN", "MN", "CN"], gauge=[1520, 1520, 1435])
    assert part_borders(graph, lambda *_: pytest.fail("asked")).n_nodes == 3
    broken = break_gauges(graph)
    assert (broken.n_nodes, int((broken.mode == TRANSFER).sum())) == (4, 1)
    assert_gauges_meet_in_transfers_only(broken)


def test_a_second_track_is_no_break_of_gauge_and_not_joined_to_the_first() -> None:
    graph = graph_of(
        north(0, 10, 20, 30), [(0, 1, 10.0), (1, 2, 11.0), (2, 3, 12.0)], gauge=[1520, 1435, 1435, 1435], country="KP"
    )
    dual = second_tracks(graph, np.array([0, 1520, 1520, 0]))
    assert_gauges_meet_in_transfers_only(dual)
    ends = [(float(dual.longitude_deg[k]), float(dual.latitude_deg[k])) for k in (0, 2, 3)]
    assert measure(dual, ends[0], ends[1]) == 21.0
    assert measure(dual, ends[1], ends[2]) == 12.0
    assert int(dual.component().max()) == 1


def test_railways_and_roads_meet_at_stations_and_once_a_cell_within_a_country() -> None:
    rail = graph_of(
        [(106.01, 45.01), (106.02, 45.01), (107.01, 45.01), (108.01, 45.01)],
        [(0, 1, 1.0), (1, 2, 79.0), (2, 3, 79.0)],
        country=["MN", "MN", "MN", "CN"],
    )
    road = graph_of(
        [(106.021, 45.01), (107.11, 45.01), (108.01, 45.011)], [(0, 1, 86.0), (1, 2, 72.0)], gauge=0, mode=ROAD
    )
    plain = join_modes(rail, road)
    both = join_modes(rail, road, [2])
    transfers = [
        (int(a), int(b)) for a, b, m in zip(both.edge_from, both.edge_to, both.mode, strict=True) if m == TRANSFER
    ]
    assert (plain.mode == TRANSFER).sum() == 1
    assert transfers == [(1, 4), (2, 5)]  # not node 3: the road beside it is abroad
    assert both.length_km[both.mode == TRANSFER][1] == pytest.approx(1.2 * 7.86, rel=0.01)
    assert of_modes(both, ["road"]).n_nodes == 3


# Build and what is committed


def tiny_world(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Railways and roads of four nodes each in Mongolia and China, and typed tables."""
    line = ["{1: 60.0}", "{0: 60.0, 2: 60.0}", "{1: 60.0, 3: 70.0}", "{2: 70.0}"]
    nodes = [(110.0, 45.0), (110.5, 44.7), (111.0, 44.4), (112.5, 43.0)]
    for name in world.FILES.values():
        (folder / name).write_text(text_of(line, nodes))
    monkeypatch.setattr(world, "_installed", lambda name: folder / name)
    geo, study = folder / "geo", folder / "study"
    geo.mkdir()
    study.mkdir()
    (geo / "countries_by_hand.csv").write_text(",".join(world.BOX_COLUMNS) + "\n")
    (geo / "mended_links.csv").write_text(
        f"{','.join(COLUMNS)}\nbranch,line,rail,1520,MN,110.5,44.7,110.5,44.2,,60,said,it is missing\n"
    )
    (study / "sources.csv").write_text("id,citation\nsaid,somebody\n")
    (study / "nodes.csv").write_text("id,country,gauge,latitude_deg,longitude_deg\na,MN,1520,44.4,111\nb,KR,,37,127\n")
    return geo, study


def test_build_gives_the_same_bytes_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    geo, study = tiny_world(tmp_path, monkeypatch)
    first = build(geo, study)
    assert [path.name for path in first.files[:2]] == ["rail_nodes.parquet", "rail_edges.parquet"]
    assert [m.id for m in first.mendings] == ["branch"]
    read = [path.read_bytes() for path in first.files]
    assert [path.read_bytes() for path in build(geo, study).files] == read
    rail = GeoGraph.read(geo, "rail", shapes=True)
    assert_gauges_meet_in_transfers_only(rail)
    assert measure(rail, (110.0, 45.0), (110.5, 44.2)) == pytest.approx(120.0)
    assert measure(rail, (110.0, 45.0), (111.0, 44.4)) == pytest.approx(120.0)  # a station stays a node
    assert {*rail.country.tolist()} == {"MN", "CN"}


@pytest.fixture(scope="module")
def committed() -> GeoGraph:
    """The railways and roads of the joined graph, without its sea."""
    graph = GeoGraph.read(DATA / "geo", "joined")
    by_land = np.isin(graph.mode, [RAIL, MODES.index("road")])
    ends = np.concatenate([graph.edge_from[by_land], graph.edge_to[by_land]])
    return part(graph, nodes=np.isin(np.arange(graph.n_nodes), ends))


def test_committed_graphs_open_are_small_and_are_written_back_the_same(tmp_path: Path) -> None:
    size = 0
    for name in ("rail", "road", "joined"):
        graph = GeoGraph.read(DATA / "geo", name, shapes=True)
        for path in graph.write(tmp_path, name):
            there = (DATA / "geo" / path.name).read_bytes()
            assert path.read_bytes() == there
            size += len(there)
    assert size < 1.9e6


def test_committed_graph_is_one_piece_but_for_remnants(committed: GeoGraph) -> None:
    main = committed.component() == 0
    assert 25_000 < committed.n_nodes < 28_000
    assert main.mean() > 0.98
    assert {*committed.country.tolist()} == {"MN", "CN", "RU", "KP"}
    for code in ("MN", "CN", "RU", "KP"):
        assert main[committed.country == code].mean() > 0.9
    rail = of_modes(committed, ["rail", "transfer"])
    assert (rail.component() == 0).mean() > 0.98


def test_no_committed_edge_is_free_or_joins_two_gauges_or_two_modes_without_a_transfer(committed: GeoGraph) -> None:
    assert_gauges_meet_in_transfers_only(committed)
    assert committed.length_km.min() > 0
    transfer = committed.mode == TRANSFER
    assert committed.length_km[transfer].min() >= BREAK_KM
    assert np.all((committed.country[committed.edge_from] == committed.country[committed.edge_to])[transfer])
    gauges = {
        code: {*committed.gauge_mm[committed.country == code].tolist()} - {0} for code in ("MN", "CN", "RU", "KP")
    }
    assert gauges == {"MN": {1435, 1520}, "CN": {1435, 1520}, "RU": {1520}, "KP": {1435, 1520}}


def test_committed_crossings_are_short_so_that_km_count_where_they_lie(committed: GeoGraph) -> None:
    one, two = committed.country[committed.edge_from], committed.country[committed.edge_to]
    assert committed.length_km[one != two].max() < 3 * BORDER_KM
    by_rail = (one != two) & (committed.mode == RAIL)
    pairs = {"-".join(sorted(pair)) for pair in zip(one[by_rail].tolist(), two[by_rail].tolist(), strict=True)}
    assert pairs == {"CN-MN", "CN-RU", "CN-KP", "KP-RU", "MN-RU"}


def stations() -> dict[str, tuple[float, float]]:
    with (DATA / "rason" / "nodes.csv").open(encoding="utf-8", newline="") as file:
        return {r["id"]: (float(r["longitude_deg"]), float(r["latitude_deg"])) for r in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("start", "end", "gauge", "published_km"),
    [
        ("ulaanbaatar", "zamyn_uud", 1520, 709),
        ("sukhbaatar", "ulaanbaatar", 1520, 383),
        ("khasan", "rajin_1520", 1520, 54),
        ("tumen", "rajin_1435", 1435, 162.5),
        ("naushki", "ulan_ude", 1520, 253),
        ("ulan_ude", "vladivostok_station", 1520, 3650),
        ("borzya", "karymskaya", 1520, 247),
        ("erenhot_1435", "jining", 1435, 333),
        ("manzhouli", "harbin", 1435, 934.8),
        ("harbin", "dalian_station", 1435, 946),
        ("ganqimaodu_station", "baotou", 1435, 354),
        ("tavan_tolgoi_station", "gashuunsukhait_station", 1520, 240),
        ("bagakhangai", "baganuur_station", 1520, 96),
        ("namyang", "chongjin_station", 1435, 172.3),
    ],
)
def test_committed_lengths_are_near_the_published(
    committed: GeoGraph, start: str, end: str, gauge: int, published_km: float
) -> None:
    place = stations()
    km = measure(committed, place[start], place[end], gauge_mm=gauge, limit_km=25)
    assert km == pytest.approx(published_km, rel=0.05)


def test_broad_gauge_reaches_rajin_from_mongolia_and_china_only_by_transfer(committed: GeoGraph) -> None:
    place = stations()
    km = measure(committed, place["ulaanbaatar"], place["rajin_1520"], gauge_mm=1520, limit_km=25)
    assert 4000 < km < 4600
    for start in ("ulaanbaatar", "tavan_tolgoi_station"):
        with pytest.raises(NoAnswerError):
            measure(committed, place[start], place["harbin"], "rail", limit_km=25)
    broad = part(committed, nodes=committed.gauge_mm == 1520)
    standard = part(committed, nodes=committed.gauge_mm == 1435)
    for graph, start, end in ((broad, "khasan", "rajin_1520"), (standard, "tumen", "rajin_1435")):
        assert measure(graph, place[start], place[end], limit_km=25) > 0


def test_typed_tables_are_sound_and_name_known_sources() -> None:
    with (DATA / "rason" / "sources.csv").open(encoding="utf-8", newline="") as file:
        known = {r["id"] for r in csv.DictReader(file)}
    rows = read_mended(DATA / "geo" / "mended_links.csv", known)
    assert len(rows) > 50
    assert all(len(r.country) == 2 and r.reason for r in rows)
    boxes = read_boxes(DATA / "geo" / "countries_by_hand.csv")
    assert len({box.id for box in boxes}) == len(boxes)
    assert not [
        (one.id, two.id)
        for one, two in itertools.combinations(boxes, 2)
        if one.country != two.country
        and max(one.bounds[0], two.bounds[0]) < min(one.bounds[2], two.bounds[2])
        and max(one.bounds[1], two.bounds[1]) < min(one.bounds[3], two.bounds[3])
    ]
