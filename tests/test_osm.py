"""OpenStreetMap by a server on this machine that answers what is recorded in tests/overpass, and from local files."""

from __future__ import annotations

import errno
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs

import geopandas as gpd
import numpy as np
import osmnx
import pytest
import shapely
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import shortest_path

from corridor.errors import InputError, MissingExtraError, UsageError
from corridor.geodata.osm import download, edges_frame, read_file
from corridor.geodata.osm_graph import gauge_text, read_speed_kmh
from corridor.geodata.overpass import Patience, is_private

RECORDED = Path(__file__).parent / "overpass"
DOCS = Path(__file__).parents[1] / "docs"
AREA = (105.0, 47.3, 106.0, 48.0)
QUICK = Patience(timeout_s=5.0, attempts=3, back_off_s=0.01, total_s=20.0)
ZONES: dict[tuple[Any, ...], Any] = {}


class Stub(ThreadingHTTPServer):
    """Answers what it was told to, in turn; the last answer stays. Writes down what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.questions: list[str] = []
        self.answers: list[tuple[int, bytes, dict[str, str]]] = []
        self.released = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/api"

    def will(self, *answers: str | int | tuple[int, dict[str, str]]) -> None:
        """Set answers: a recorded file, a status, or a status with headers; 0 keeps silent, -1 breaks off."""
        self.answers = []
        for answer in answers:
            if isinstance(answer, str):
                self.answers.append((200, (RECORDED / answer).read_bytes(), {}))
            else:
                status, headers = answer if isinstance(answer, tuple) else (answer, {})
                self.answers.append((status, b"no", headers))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what is tested."""


class Handler(BaseHTTPRequestHandler):
    server: Stub

    def do_POST(self) -> None:
        question = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.questions.append(parse_qs(question)["data"][0])
        self.server.asked.append(f"POST {self.path}")
        status, body, headers = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        if status == 0:
            self.server.released.wait(10)
            return
        if status == -1:
            status, headers = 200, {"Content-Length": "1000"}
        self.answer(status, body, headers)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(f"GET {path}")
        self.answer(200, (RECORDED / ("status.txt" if path.endswith("/status") else "place.json")).read_bytes(), {})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is the base class's
        """Tests are quiet."""


@pytest.fixture(autouse=True)
def _stay_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test leaves this machine."""
    connect = socket.socket.connect

    def only_loopback(self: socket.socket, address: Any) -> None:
        assert address[0] == "127.0.0.1", f"a test wanted to reach {address}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_loopback)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture(autouse=True)
def _quick_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    """osmnx looks up the same UTM zone in PROJ's database again and again: most of the time of these tests."""
    look_up = gpd.GeoSeries.estimate_utm_crs

    def estimate(self: gpd.GeoSeries, datum_name: str = "WGS 84") -> Any:
        key = (str(self.crs), datum_name, *self.total_bounds.round(1))
        if key not in ZONES:
            ZONES[key] = look_up(self, datum_name)
        return ZONES[key]

    monkeypatch.setattr(gpd.GeoSeries, "estimate_utm_crs", estimate)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def get(stub: Stub, tmp_path: Path) -> Callable[..., Any]:
    """Download from the stub into one cache."""

    def call(kind: Any = "rail", area: Any = AREA, **options: Any) -> Any:
        defaults = {"cache": tmp_path / "cache", "overpass_url": stub.url, "patience": QUICK}
        return download(kind, area, **(defaults | options))

    return call


def kept(folder: Path) -> list[Path]:
    """All that is in a cache; nothing is left there but whole answers."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert all(json.loads(path.read_text("utf-8")) for path in files)
    assert not list(folder.rglob(".part-*"))
    return files


HEAD = '<?xml version="1.0"?><osm version="0.6">'


# From a server


def test_first_call_asks_and_second_does_not(stub: Stub, get: Callable[..., Any], tmp_path: Path) -> None:
    stub.will("rail.json")
    lines: list[str] = []
    first = get(progress=lines.append)
    assert stub.asked == ["POST /api/interpreter"]
    assert '["railway"="rail"]["service"!~"^(yard|siding|spur|crossover)$"]' in stub.questions[0]
    assert len(lines) == 1
    assert "received" in lines[0]
    assert len(kept(tmp_path / "cache")) == 1
    second = get()
    assert len(stub.asked) == 1
    assert second.report == first.report
    np.testing.assert_array_equal(second.graph.length_km, first.graph.length_km)


def test_what_the_server_sent_becomes_a_graph(stub: Stub, get: Callable[..., Any]) -> None:
    stub.will("rail.json")
    found = get()
    report = found.report
    assert (report.ways, report.highspeed, report.incomplete, report.gauge_unknown) == (2, 1, 0, 0)
    frame = edges_frame(found)
    assert isinstance(frame, gpd.GeoDataFrame)
    assert frame.crs == "OGC:CRS84"
    russian, standard = frame.set_index("gauge_mm").loc[1520], frame.set_index("gauge_mm").loc[1435]
    assert russian.maxspeed_kmh == pytest.approx(80)
    assert (russian.electrified, standard.electrified) == ("", "contact_line")
    assert not russian.tunnel
    assert standard.bridge
    assert np.isnan(standard.maxspeed_kmh)
    assert not frame.highspeed.any()
    assert len(russian.geometry.coords) == 3
    # Cut at the first node beyond the area: 106.3, not 106.6.
    assert found.graph.longitude_deg.max() == 106.3
    # One gauge ends where the other begins: two nodes there, and no way between them.
    [site] = report.gauge_breaks
    assert (site.first_gauge_mm, site.second_gauge_mm) == (1435, 1520)
    assert (site.longitude_deg, site.latitude_deg) == (105.5, 47.6)
    piece = found.graph.component()
    assert piece[site.first] != piece[site.second]
    assert [one.nodes for one in report.pieces] == [2, 2]
    assert sum(one.length_km for one in report.pieces) == pytest.approx(found.graph.length_km.sum())
    assert "1 ways dropped: high-speed lines" in str(report)


def test_high_speed_lines_are_kept_on_demand(stub: Stub, get: Callable[..., Any]) -> None:
    stub.will("rail.json")
    found = get(keep_highspeed=True)
    assert found.report.highspeed == 0
    assert edges_frame(found).highspeed.any()


def test_roads_are_undirected_and_without_gauge(stub: Stub, get: Callable[..., Any]) -> None:
    stub.will("road.json")
    found = get("road")
    assert '["highway"~"^(motorway|' in stub.questions[0]
    frame = edges_frame(found)
    assert len(frame) == 1
    assert frame.highway[0] == "trunk"
    assert frame.maxspeed_kmh[0] == pytest.approx(80.4672)
    assert not found.graph.gauge_mm.any()
    assert found.report.gauge_unknown == found.report.gauge_assumed == 0


def test_by_polygon_and_by_place(stub: Stub, get: Callable[..., Any]) -> None:
    stub.will("rail.json")
    by_polygon = get(area=shapely.box(*AREA))
    home = stub.url.removesuffix("/api")
    by_place = get(area="Drawn Province", nominatim_url=home)
    assert stub.asked.count("GET /search") == 1
    assert by_place.report == by_polygon.report
    get(area="Drawn Province", nominatim_url=home)
    assert len(stub.asked) == 3  # one for the polygon, two for the place, none for the place again


def test_a_public_server_is_asked_for_a_slot_first(stub: Stub, get: Callable[..., Any]) -> None:
    stub.will("rail.json")
    get(rate_limit=True)
    assert stub.asked == ["GET /api/status", "POST /api/interpreter"]
    assert is_private(stub.url)
    assert is_private("http://overpass/api")
    assert not is_private("https://overpass-api.de/api")


def test_the_url_may_name_the_interpreter(stub: Stub, get: Callable[..., Any]) -> None:
    stub.will("rail.json")
    get(overpass_url=f"{stub.url}/interpreter/")
    assert stub.asked == ["POST /api/interpreter"]


def test_a_server_that_is_down(stub: Stub, get: Callable[..., Any], tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}/api"
    lines: list[str] = []
    with pytest.raises(MissingExtraError, match=r"cannot be reached \(attempt 3 of 3\)") as caught:
        get(overpass_url=nobody, progress=lines.append)
    assert caught.value.exit_code == 5
    assert len(lines) == 2  # said before each further attempt
    assert kept(tmp_path / "cache") == []


def test_a_cache_needs_no_server(stub: Stub, get: Callable[..., Any]) -> None:
    stub.will("rail.json")
    first = get()
    stub.will(503)
    assert get().report == first.report
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("refused.html", "not JSON"),
        ("place.json", "answered something that has no elements"),
        ("halfway.json", "broke off halfway: runtime error: Query timed out"),
        ("without-nodes.json", "ways without their nodes"),
        (429, "answered 429"),
        (504, "answered 504"),
        (-1, "cannot be reached"),
    ],
)
def test_bad_answers_are_asked_again_and_never_kept(
    answer: str | int, message: str, stub: Stub, get: Callable[..., Any], tmp_path: Path
) -> None:
    stub.will(answer)
    with pytest.raises(MissingExtraError, match=re.escape(message)):
        get(patience=QUICK._replace(attempts=2))
    assert len(stub.asked) == 2
    assert kept(tmp_path / "cache") == []
    stub.will(answer, "rail.json")
    assert get().report.ways == 2
    assert len(stub.asked) == 4


def test_a_query_that_is_refused_is_not_asked_again(stub: Stub, get: Callable[..., Any]) -> None:
    stub.will(400)
    with pytest.raises(MissingExtraError, match="answered 400"):
        get()
    assert len(stub.asked) == 1


def test_a_wait_that_the_server_demands_is_kept_or_declined(stub: Stub, get: Callable[..., Any]) -> None:
    lines: list[str] = []
    stub.will((429, {"Retry-After": "1"}), "rail.json")
    get(progress=lines.append)
    assert "in 1 s" in lines[0]
    stub.will((429, {"Retry-After": "900"}), "road.json")
    with pytest.raises(MissingExtraError, match="no more within 20 s"):
        get("road")


def test_a_slow_server(stub: Stub, get: Callable[..., Any]) -> None:
    stub.will(0, "rail.json")
    patience = QUICK._replace(timeout_s=0.3)
    lines: list[str] = []
    assert get(patience=patience, progress=lines.append).report.ways == 2
    assert "did not answer within 0.3 s" in lines[0]
    stub.will(0)
    with pytest.raises(MissingExtraError, match="did not answer within"):
        get("road", patience=patience._replace(attempts=2))


def test_the_time_in_all_has_an_end(stub: Stub, get: Callable[..., Any]) -> None:
    stub.will("rail.json")
    with pytest.raises(MissingExtraError, match="took too long in all"):
        get(patience=QUICK._replace(total_s=0.0))


def test_a_download_in_parts_goes_on_where_it_stopped(stub: Stub, get: Callable[..., Any], tmp_path: Path) -> None:
    stub.will("rail.json", "rail.json", 503)
    wide = {"area": (*AREA[:2], 110.0, 51.0)}
    with pytest.raises(MissingExtraError, match="run again to go on"):
        get(**wide)
    received = len(kept(tmp_path / "cache"))
    assert received == 2
    stub.asked.clear()
    stub.will("rail.json")
    get(**wide)
    assert len(stub.asked) == len(kept(tmp_path / "cache")) - received > 0


@pytest.mark.parametrize("rest", ["", '{"version": 0.6, "elements": [{"type"', '{"elements": 1}'])
def test_a_damaged_cache_is_fetched_anew(rest: str, stub: Stub, get: Callable[..., Any], tmp_path: Path) -> None:
    stub.will("rail.json")
    first = get()
    [path] = kept(tmp_path / "cache")
    path.write_text(rest, "utf-8")
    lines: list[str] = []
    assert get(progress=lines.append).report == first.report
    assert len(stub.asked) == 2
    assert "is damaged" in lines[0]
    assert kept(tmp_path / "cache") == [path]


def test_a_disk_that_fills(
    stub: Stub, get: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.will("rail.json")
    write = Path.write_text

    def half(self: Path, text: str, **options: Any) -> int:
        write(self, text[:100], **options)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", half)
        with pytest.raises(InputError, match="cannot be kept here: No space left"):
            get()
    assert kept(tmp_path / "cache") == []
    assert get().report.ways == 2


def test_a_disk_without_links(
    stub: Stub, get: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    stub.will("rail.json")
    get()
    get()
    assert len(stub.asked) == len(kept(tmp_path / "cache")) == 1


def test_a_cache_that_is_no_folder(get: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("here already", "utf-8")
    with pytest.raises(InputError, match="answers cannot be kept here"):
        get()


def test_settings_of_osmnx_are_put_back(stub: Stub, get: Callable[..., Any]) -> None:
    def now() -> dict[str, Any]:
        return {name: value for name, value in vars(osmnx.settings).items() if not name.startswith("__")}

    before, resolve = now(), socket.getaddrinfo
    stub.will("rail.json")
    get()
    stub.will(400)
    with pytest.raises(MissingExtraError):
        get("road")
    assert now() == before
    assert socket.getaddrinfo is resolve


def test_an_area_without_railways(stub: Stub, get: Callable[..., Any]) -> None:
    stub.will("empty.json")
    with pytest.raises(InputError, match="area: holds no rail"):
        get()
    stub.will("rail.json")
    with pytest.raises(InputError, match="area: holds no rail"):
        get(area=(10.0, 47.0, 11.0, 48.0))  # what the server sent lies elsewhere


@pytest.mark.parametrize(
    ("area", "message"),
    [
        ((47.3, 105.0, 48.0, 106.0), "latitude 105 is outside -90..90; columns swapped?"),
        ((105.0, 47.3, 200.0, 48.0), "longitude 200 is outside -180..180"),
        ((105.0, float("nan"), 106.0, 48.0), "latitude nan is outside -90..90"),
        ((170.0, 47.0, -170.0, 48.0), "170 is not west of -170"),
        ((105.0, 48.0, 106.0, 47.0), "48 is not south of 47"),
        ((105.0, 47.0, 105.0, 48.0), "has no area"),
        ((105.0, 47.0, 106.0), "must be four numbers"),
        (shapely.Point(105, 47), "must be a polygon with an area, not Point"),
        (shapely.Polygon(), "must be a polygon with an area"),
        (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), "is not valid: Self-intersection"),
        (shapely.box(47, 105, 48, 106), "columns swapped?"),
    ],
)
def test_areas_that_are_none(area: Any, message: str, get: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        get(area=area)


def test_calls_that_cannot_be(stub: Stub, get: Callable[..., Any]) -> None:
    with pytest.raises(UsageError, match="must be one of rail, road"):
        get("tram")
    with pytest.raises(UsageError, match="no URL of a server"):
        get(overpass_url="overpass-api.de/api")
    with pytest.raises(UsageError, match="no URL of a server"):
        get(overpass_url="http://localhost:123456/api")
    with pytest.raises(UsageError, match="name of the place is empty"):
        get(area=" ")


# From a file


def test_an_extract_that_was_cut() -> None:
    found = read_file(RECORDED / "cut.osm", "rail")
    report, graph = found.report, found.graph
    assert report.incomplete == 1
    assert report.highspeed == 1
    assert report.zero_length == 1
    assert report.loops == 1
    assert (graph.length_km > 0).all()
    # 1524 mm and 1520 mm are one network: West end, junction and the stub hang together.
    assert (105.0, 47.0) in zip(graph.longitude_deg, graph.latitude_deg, strict=True)
    assert set(graph.gauge_mm) == {0, 1435, 1520}
    # What lies between two gauges belongs to neither: it hangs on nothing, and both its ends are reported.
    assert (report.gauge_assumed, report.gauge_unknown) == (0, 1)
    assert [(site.first_gauge_mm, site.second_gauge_mm) for site in report.gauge_breaks] == [
        (1435, 1520),
        (0, 1435),
        (0, 1520),
    ]
    assert len(report.pieces) == 4
    assert sum(piece.nodes for piece in report.pieces) == graph.n_nodes
    assert len(set(graph.component())) == 4


def test_no_edge_joins_gauges() -> None:
    for path in (RECORDED / "cut.osm", DOCS / "another-region" / "island.osm"):
        graph = read_file(path, "rail").graph
        assert (graph.gauge_mm[graph.edge_from] == graph.gauge_mm[graph.edge_to]).all()


def test_track_of_two_gauges_is_two_edges_and_gauge_is_taken_from_neighbours() -> None:
    found = read_file(DOCS / "another-region" / "island.osm", "rail")
    frame = edges_frame(found)
    assert sorted(frame[frame.usage == "industrial"].gauge_mm) == [1435, 1520, 1520]
    assert list(frame[frame.gauge_assumed].gauge_mm) == [1520]
    assert found.report.gauge_assumed == 1
    assert len(found.report.gauge_breaks) == 2


def test_within_bounds() -> None:
    whole = read_file(DOCS / "another-region" / "island.osm", "rail")
    west = read_file(DOCS / "another-region" / "island.osm", "rail", bounds=(0.05, 0.45, 0.35, 0.65))
    assert west.graph.n_edges < whole.graph.n_edges
    assert west.graph.longitude_deg.max() == 0.5  # the first node beyond
    with pytest.raises(InputError, match="holds no rail within"):
        read_file(DOCS / "another-region" / "island.osm", "rail", bounds=(10.0, 0.0, 11.0, 1.0))
    with pytest.raises(InputError, match=re.escape("latitude 105 is outside -90..90; columns swapped?")):
        read_file(DOCS / "another-region" / "island.osm", "rail", bounds=(47.0, 105.0, 48.0, 106.0))


def test_the_binary_form_reads_alike(tmp_path: Path) -> None:
    import osmium

    source = DOCS / "another-region" / "island.osm"
    target = tmp_path / "island.osm.pbf"
    with osmium.SimpleWriter(str(target)) as writer:
        for entity in osmium.FileProcessor(str(source)):
            writer.add(entity)
    text, binary = read_file(source, "rail"), read_file(target, "rail")
    assert binary.report == text.report
    np.testing.assert_allclose(binary.graph.length_km, text.graph.length_km)
    target.write_bytes(target.read_bytes()[:-40])
    with pytest.raises(InputError, match="cannot be read as OpenStreetMap data"):
        read_file(target, "rail")


def test_a_graph_is_written_and_read_back(tmp_path: Path) -> None:
    graph = read_file(DOCS / "another-region" / "island.osm", "rail").graph
    graph.write(tmp_path, "island")
    again = type(graph).read(tmp_path, "island", shapes=True)
    np.testing.assert_array_equal(again.gauge_mm, graph.gauge_mm)
    np.testing.assert_array_equal(again.length_km, graph.length_km)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.osm", HEAD + '<node id="1" lat="47" lon="105"/><way id="1">', "cannot be read as OpenStreetMap data"),
        ("a.osm", "<html><body/></html>", "cannot be read as OpenStreetMap data"),
        ("a.osm", "", "cannot be read as OpenStreetMap data"),
        ("a.osm.pbf", "this is text", "cannot be read as OpenStreetMap data"),
        ("a.csv", "lat,lon", "cannot be read as OpenStreetMap data"),
        ("a.osm", HEAD + "</osm>", "holds no rail."),
        (
            "a.osm",
            HEAD + '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="railway" v="rail"/></way></osm>',
            "holds no rail; 1 ways lack nodes.",
        ),
        (
            "a.osm",
            HEAD + '<node id="1" lat="105" lon="47"/><node id="2" lat="106" lon="47"/>'
            '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="railway" v="rail"/></way></osm>',
            "node 1: latitude 105 is outside -90..90; columns swapped?",
        ),
        (
            "a.osm",
            HEAD + '<node id="1" lat="47" lon="105"/><node id="2" lat="47" lon="105"/>'
            '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="railway" v="rail"/></way></osm>',
            "holds no rail that leads from one place to another",
        ),
        (
            "a.osm",
            HEAD + '<node id="1" lat="47" lon="105"/><node id="2" lat="48" lon="105"/><way id="1"><nd ref="1"/>'
            '<nd ref="2"/><tag k="railway" v="rail"/><tag k="highspeed" v="yes"/></way></osm>',
            "holds no rail; 1 ways are high-speed lines.",
        ),
    ],
)
def test_files_that_are_none(name: str, text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=re.escape(message)):
        read_file(path, "rail")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is missing"):
        read_file(tmp_path / "nothing.osm", "rail")
    with pytest.raises(InputError, match="is a folder"):
        read_file(tmp_path, "rail")


GAUGES = {"1435": (1435,), "1520": (1520,), "1435;1520": (1435, 1520)}
WAYS = st.lists(
    st.tuples(st.lists(st.integers(1, 8), min_size=2, max_size=5), st.sampled_from(sorted(GAUGES))),
    min_size=1,
    max_size=8,
)


@settings(deadline=None)  # the first call imports
@given(WAYS)
@example([([1, 2, 3, 1], "1520")])  # a ring that nothing meets
@example([([1, 2, 3], "1520"), ([1, 4, 3], "1520"), ([3, 2, 1], "1435")])
def test_distances_are_those_of_every_single_stretch(ways: list[tuple[list[int], str]]) -> None:
    """Merging between junctions, and splitting by gauge, leaves the shortest ways as long as they were."""
    place = {number: (100 + number * number / 64, 40 + number / 8) for number in range(1, 9)}
    text = HEAD + "".join(f'<node id="{n}" lon="{x}" lat="{y}"/>' for n, (x, y) in place.items())
    stretches: dict[tuple[int, int, int], float] = {}
    for i, (refs, tag) in enumerate(ways):
        points = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        text += f'<way id="{i + 1}">{points}<tag k="railway" v="rail"/><tag k="gauge" v="{tag}"/></way>'
        for u, v in pairwise(refs):
            length_km = osmnx.distance.great_circle(*place[u][::-1], *place[v][::-1]) / 1000
            stretches.update({(u, v, gauge): float(length_km) for gauge in GAUGES[tag] if u != v})
    assume(stretches)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.osm"
        path.write_text(text + "</osm>", "utf-8")
        try:
            graph = read_file(path, "rail").graph
        except InputError:  # rings that share one node: each leads back to it
            reject()
    nodes = sorted({(gauge, number) for u, v, gauge in stretches for number in (u, v)})
    row = {node: i for i, node in enumerate(nodes)}
    whole = distances(
        len(nodes),
        [row[gauge, u] for u, _, gauge in stretches],
        [row[gauge, v] for _, v, gauge in stretches],
        list(stretches.values()),
    )
    number = {position: n for n, position in place.items()}
    position = zip(graph.longitude_deg.tolist(), graph.latitude_deg.tolist(), strict=True)
    among = [row[int(g), number[at]] for g, at in zip(graph.gauge_mm, position, strict=True)]
    merged = distances(graph.n_nodes, graph.edge_from, graph.edge_to, graph.length_km)
    np.testing.assert_allclose(merged, whole[np.ix_(among, among)], rtol=1e-9)


def distances(n: int, start: Any, end: Any, length_km: Any) -> Any:
    dense = np.full((n, n), np.inf)
    np.minimum.at(dense, (start, end), length_km)
    return shortest_path(np.minimum(dense, dense.T), directed=False)


@pytest.mark.parametrize(
    ("tag", "gauges"),
    [
        ("1520", "1520"),
        ("1524", "1520"),
        ("1520;1435", "1435;1520"),
        ("1435; 1520", "1435;1520"),
        ("1520;1524", "1520"),
        ("762", "762"),
        ("1435 mm", "1435"),
        ("standard", "1435"),
        ("", ""),
        ("narrow", ""),
        ("152000", ""),
    ],
)
def test_gauges(tag: str, gauges: str) -> None:
    assert gauge_text(tag) == gauges


@pytest.mark.parametrize(
    ("tag", "speed"), [("80", 80), ("50 mph", 80.4672), ("60;80", 60), ("none", 0), ("", 0), ("RU:urban", 0)]
)
def test_speeds(tag: str, speed: float) -> None:
    assert read_speed_kmh(tag) == pytest.approx(speed)


# The page that shows how


def test_the_page_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = (DOCS / "another-region.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").symlink_to(DOCS)
    names: dict[str, Any] = {}
    blocks = re.findall(r"```(python|text)\n(.*?)```", text, re.DOTALL)
    assert any(language == "python" for language, _ in blocks)
    for language, block in blocks:
        if language == "python":
            exec(compile(block, "another-region.md", "exec"), names)  # noqa: S102  # our own page
        else:
            assert block in capsys.readouterr().out
    assert list(tmp_path.glob("**/*.parquet"))
