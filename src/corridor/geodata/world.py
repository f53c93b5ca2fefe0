"""Railways and roads of the world as an installed package has them: read, clipped, given countries and gauges."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.earth import great_circle_km
from corridor.errors import Fault, InputError, MissingExtraError, UsageError
from corridor.geodata.chains import part, shortest_only
from corridor.geodata.graph import MODES, Bounds, Flags, Floats, GeoGraph, Ints, Words, inside
from corridor.geodata.joints import break_gauges, part_borders, second_tracks
from corridor.geodata.mend import Mending, Row, add_rows, join_ends
from corridor.geodata.typed import read_csv

Kind = Literal["rail", "road"]

PACKAGE = "scgraph_data"
"""Name in the package index of what carries both graphs."""

FILES = {"rail": "world_railways.py", "road": "world_highways.py"}
ATTRIBUTION = "© OpenStreetMap contributors"
LICENCE = "Open Database License 1.0 (ODbL), https://opendatacommons.org/licenses/odbl/1-0/"
"""The package calls itself MIT; what it holds is derived from OpenStreetMap, whose licence goes with it."""

NORTHEAST_ASIA: Bounds = (85.0, 30.0, 150.0, 60.0)

GAUGE_MM = {"CN": 1435, "KP": 1435, "KR": 1435, "MN": 1520, "RU": 1520, "KZ": 1520, "JP": 1067}
"""Track gauge that a country's railways have unless a typed box says otherwise."""

BOX_COLUMNS = tuple("id west south east north country gauge_mm second_gauge_mm reason".split())  # noqa: SIM905

STRAIGHT_SHARE = 1.05
STRAIGHT_LEAST_KM = 5.0
STRAY_KM = 25.0
STRAY_OFF_KM = 2.0
_KEY = re.compile(r"(\d+):")


def read_world(kind: Kind, bounds: Bounds = NORTHEAST_ASIA, *, path: str | Path | None = None) -> GeoGraph:
    """Railways or roads inside a box, as the package ``scgraph_data`` has them.

    The package's Python is read as text and never run: importing it would build the whole world as dictionaries.

    Parameters
    ----------
    kind
        ``rail`` or ``road``.
    bounds
        West, south, east, north (degrees). An edge is kept where both its nodes lie inside.
    path
        Text to read in place of the installed package's.

    Returns
    -------
    GeoGraph
        Nodes in the order of the source, without countries and gauges; edges once each, straight between their nodes,
        with the length in km that the source gives. An edge is schematic where it is at least
        :data:`STRAIGHT_LEAST_KM` long and over :data:`STRAIGHT_SHARE` times as long as it is drawn.

    Raises
    ------
    UsageError
        If the kind or the box is none.
    MissingExtraError
        If the package is not installed.
    InputError
        If the text has another form than it had in version 2.0, or holds nothing inside the box.

    Notes
    -----
    © OpenStreetMap contributors, ODbL 1.0, by https://pypi.org/project/scgraph-data. Positions are rounded to 0.001
    degree, nothing but length is known of an edge, and high-speed lines cannot be told from others.
    """
    if kind not in FILES:
        raise UsageError(f'kind is "{kind}"; it must be one of {", ".join(FILES)}.')
    west, south, east, north = bounds
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004 -- the earth
        raise UsageError(f"bounds {bounds} are no box of west, south, east, north in degrees.")
    file = Path(path) if path is not None else _installed(FILES[kind])
    neighbours, places = _parsed(file)
    latitude, longitude = places[:, 0], places[:, 1]
    within = inside(bounds, longitude, latitude)
    if not within.any():
        raise InputError([Fault(str(file), None, None, f"has no {kind} inside {bounds}.")])
    number = np.cumsum(within) - 1
    start, end, km = _edges(neighbours, within)
    if len(end) and end.max() >= len(places):
        raise InputError([_other_form(file, "an edge ends at a node that is not there")])
    both = within[end]  # starts are inside already
    start, end, km = _once(number[start[both]], number[end[both]], km[both])
    return raw_graph(longitude[within], latitude[within], start, end, km, MODES.index(kind))


def raw_graph(longitude_deg: Floats, latitude_deg: Floats, start: Ints, end: Ints, km: Floats, mode: int) -> GeoGraph:
    """Graph without countries and gauges, its edges straight lines."""
    straight = great_circle_km(longitude_deg[start], latitude_deg[start], longitude_deg[end], latitude_deg[end])
    positions = np.column_stack([longitude_deg, latitude_deg])
    return GeoGraph(
        longitude_deg=longitude_deg,
        latitude_deg=latitude_deg,
        country=np.full(len(longitude_deg), "", dtype="<U2"),
        gauge_mm=np.zeros(len(longitude_deg), dtype=np.int64),
        edge_from=start,
        edge_to=end,
        length_km=km,
        mode=np.full(len(km), mode, dtype=np.int64),
        schematic=(km >= STRAIGHT_LEAST_KM) & (km > STRAIGHT_SHARE * straight),
        shape=list(positions[np.column_stack([start, end])]),
    )


def _installed(name: str) -> Path:
    """File of the package on disk; the package itself is only looked for."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / name
        if path.is_file():
            return path
    raise MissingExtraError(f"{PACKAGE} is not installed. Install it with: pip install {PACKAGE}")


def _parsed(file: Path) -> tuple[list[dict[str, float]], Floats]:
    """Neighbours of each node, and latitude and longitude of each, from the package's text."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError([Fault(str(file), None, None, "is missing.")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Fault(str(file), None, None, f"cannot be read as text: {error}.")]) from None
    found = {}
    for line in text.splitlines():
        name, is_set, value = line.partition("=")
        if is_set and name in {"graph", "nodes"}:
            found[name] = value
    if len(found) < len({"graph", "nodes"}):
        raise InputError([_other_form(file, "no line sets graph, or none sets nodes")])
    try:
        neighbours = json.loads(_KEY.sub(r'"\1":', found["graph"]))  # as JSON has it, but for the quotes of keys
        places = np.array(json.loads(found["nodes"]), dtype=np.float64)
    except ValueError as error:
        raise InputError([_other_form(file, str(error))]) from None
    if places.ndim != 2 or places.shape[1] != 2:  # noqa: PLR2004 -- latitude and longitude
        raise InputError([_other_form(file, "nodes are no pairs")])
    if len(neighbours) != len(places) or not all(isinstance(row, dict) for row in neighbours):
        raise InputError([_other_form(file, f"{len(neighbours)} rows of edges for {len(places)} nodes")])
    return neighbours, places


def _other_form(file: Path, what: str) -> Fault:
    return Fault(str(file), None, None, f"has another form than {PACKAGE} 2.0 had: {what}.")


def _edges(neighbours: Sequence[dict[str, float]], within: Flags) -> tuple[Ints, Ints, Floats]:
    """Edges that leave nodes inside, loops and edges without length left out."""
    rows = np.flatnonzero(within).tolist()
    start = np.repeat(rows, [len(neighbours[row]) for row in rows]).astype(np.int64)
    end = np.array([int(node) for row in rows for node in neighbours[row]], dtype=np.int64)
    km = np.array([length for row in rows for length in neighbours[row].values()], dtype=np.float64)
    real = (start != end) & (km > 0)
    return start[real], end[real], km[real]


def _once(start: Ints, end: Ints, km: Floats) -> tuple[Ints, Ints, Floats]:
    """Each pair of nodes once, whichever way it is written, with the least length, in order of nodes."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    order = np.lexsort((km, high, low))
    low, high, km = low[order], high[order], km[order]
    first = np.ones(len(low), dtype=np.bool_)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    return low[first], high[first], km[first]


class Box(NamedTuple):
    """A typed row of ``countries_by_hand.csv``: what holds inside a box, whatever polygons say.

    Attributes
    ----------
    id
        Its name.
    bounds
        West, south, east, north (degrees).
    country
        ISO 3166 two letters.
    gauge_mm
        Track gauge; 0: the country's.
    second_gauge_mm
        Gauge of a second track beside every first one; 0: there is none.
    """

    id: str
    bounds: Bounds
    country: str
    gauge_mm: int
    second_gauge_mm: int

    def holds(self, longitude_deg: Floats, latitude_deg: Floats) -> Flags:
        """Whether points lie inside."""
        return inside(self.bounds, longitude_deg, latitude_deg)


def read_boxes(path: str | Path) -> list[Box]:
    """Read the typed table of countries and gauges.

    Raises
    ------
    InputError
        Lists every fault.
    """
    boxes: list[Box] = []
    faults: list[Fault] = []
    for number, cells in read_csv(path, BOX_COLUMNS):
        try:
            west, south, east, north = (float(cells[side]) for side in BOX_COLUMNS[1:5])
            first, second = (int(cells[name] or 0) for name in ("gauge_mm", "second_gauge_mm"))
        except ValueError as error:
            faults.append(Fault(Path(path).name, number, None, f"holds what is no number: {error}."))
            continue
        if not (west < east and south < north):
            faults.append(Fault(Path(path).name, number, None, "is no box: west < east and south < north."))
        if not (cells["id"] and cells["reason"] and len(cells["country"]) == len("MN")):
            faults.append(Fault(Path(path).name, number, None, "needs id, reason and a country of two letters."))
        boxes.append(Box(cells["id"], (west, south, east, north), cells["country"], first, second))
    if faults:
        raise InputError(faults)
    return boxes


def with_countries(graph: GeoGraph, boxes: Sequence[Box] = ()) -> GeoGraph:
    """Give nodes their countries and gauges.

    A node has the country of its box, else of the polygon that it lies in, else of the nearest. Then strays are
    settled, the shortest first: a piece of one country's network that is in no box, has less than :data:`STRAY_KM` of
    way, touches one other country only and there a longer piece, and lies within :data:`STRAY_OFF_KM` of that
    country's polygon, belongs to that country. Polygons at 1:10m are a few km off.

    Parameters
    ----------
    graph
        As :func:`read_world` gives it.
    boxes
        The first that holds a node counts.

    Returns
    -------
    GeoGraph
        With ``country``, and with ``gauge_mm`` where rail ends at the node.

    Raises
    ------
    MissingExtraError
        If Natural Earth is not installed.
    InputError
        If a country with rail has no gauge in :data:`GAUGE_MM`.
    """
    country = _settled(graph, countries_of(graph.longitude_deg, graph.latitude_deg, boxes), boxes)
    rail = np.zeros(graph.n_nodes, dtype=np.bool_)
    of_rail = graph.mode == MODES.index("rail")
    rail[graph.edge_from[of_rail]] = rail[graph.edge_to[of_rail]] = True
    unknown = sorted({*country[rail].tolist()} - {*GAUGE_MM})
    if unknown:
        raise InputError([Fault("graph", None, "gauge_mm", f"no gauge is known of {', '.join(unknown)}.")])
    gauge = np.array([GAUGE_MM.get(code, 0) for code in country.tolist()], dtype=np.int64)
    for box in reversed(boxes):
        if box.gauge_mm:
            gauge[box.holds(graph.longitude_deg, graph.latitude_deg)] = box.gauge_mm
    return replace(graph, country=country, gauge_mm=np.where(rail, gauge, 0))


def countries_of(longitude_deg: Floats, latitude_deg: Floats, boxes: Sequence[Box] = ()) -> Words:
    """Country of each point by typed boxes, else by Natural Earth's polygons; of points at sea, the nearest country's.

    Raises
    ------
    MissingExtraError
        If Natural Earth is not installed.
    """
    import shapely

    from corridor.geodata.natural_earth import countries

    code = np.full(len(longitude_deg), "", dtype="<U2")
    if not len(code):
        return code
    table = countries()
    codes = table["iso_a2"].to_numpy(dtype=np.str_)
    shapes = table.geometry.to_numpy()
    points = shapely.points(longitude_deg, latitude_deg)
    near = np.flatnonzero(shapely.intersects(shapely.box(*shapely.total_bounds(points)), shapes))
    for row in near[codes[near] != ""].tolist():
        shapely.prepare(shapes[row])
        code[shapely.intersects_xy(shapes[row], longitude_deg, latitude_deg)] = codes[row]
    at_sea = np.flatnonzero(code == "")
    if len(at_sea):
        of_point, row = shapely.STRtree(shapes).query_nearest(points[at_sea], all_matches=False)
        code[at_sea[of_point]] = codes[row]
    for box in reversed(boxes):
        code[box.holds(longitude_deg, latitude_deg)] = box.country
    return code


def _settled(graph: GeoGraph, country: Words, boxes: Sequence[Box]) -> Words:
    """Countries of nodes once strays have gone to the country around them, the shortest stray first."""
    fixed = np.zeros(graph.n_nodes, dtype=np.bool_)
    for box in boxes:
        fixed |= box.holds(graph.longitude_deg, graph.latitude_deg)
    country = country.copy()
    tried: set[tuple[int, ...]] = set()
    while True:
        for nodes, other in _strays(graph, country, fixed):
            key = tuple(nodes.tolist())
            if key not in tried:
                tried.add(key)
                off = _off_km(graph.longitude_deg[nodes], graph.latitude_deg[nodes], other)
                if off.max() <= STRAY_OFF_KM:
                    country[nodes] = other
                    break
        else:
            return country


def _strays(graph: GeoGraph, country: Words, fixed: npt.NDArray[np.bool_]) -> list[tuple[Ints, str]]:
    """Short pieces of one country that touch a longer piece of another, and no third; the shortest first."""
    one, two = country[graph.edge_from], country[graph.edge_to]
    across = one != two
    inner = part(graph, nodes=np.ones(graph.n_nodes, dtype=np.bool_), edges=~across)
    piece = inner.component()
    n_pieces = int(piece.max(initial=-1)) + 1
    km = np.bincount(piece[inner.edge_from], weights=inner.length_km, minlength=n_pieces)
    free = np.bincount(piece[fixed], minlength=n_pieces) == 0
    around: dict[int, set[int]] = {}
    for start, end in ((graph.edge_from, graph.edge_to), (graph.edge_to, graph.edge_from)):
        for edge in np.flatnonzero(across & free[piece[start]] & (km[piece[start]] < STRAY_KM)).tolist():
            around.setdefault(int(piece[start[edge]]), set()).add(int(piece[end[edge]]))
    _, of_piece = np.unique(piece, return_index=True)  # a node of each
    found = []
    for stray, others in around.items():
        codes = {str(country[of_piece[other]]) for other in others}
        if len(codes) == 1 and max(km[other] for other in others) > km[stray]:
            found.append((float(km[stray]), int(of_piece[stray]), stray, codes.pop()))
    return [(np.flatnonzero(piece == stray), code) for _, _, stray, code in sorted(found)]


def _off_km(longitude_deg: Floats, latitude_deg: Floats, country: str) -> Floats:
    """How far points lie from a country's polygon, roughly."""
    import shapely

    from corridor.geodata.natural_earth import countries

    table = countries()
    shape = shapely.union_all(table.geometry.to_numpy()[table["iso_a2"].to_numpy() == country])
    points = shapely.points(longitude_deg, latitude_deg)
    line = shapely.shortest_line(points, shape)
    ends = shapely.get_coordinates(line).reshape(-1, 2, 2)
    return great_circle_km(ends[:, 0, 0], ends[:, 0, 1], ends[:, 1, 0], ends[:, 1, 1])


def rail_graph(raw: GeoGraph, boxes: Sequence[Box] = (), rows: Sequence[Row] = ()) -> tuple[GeoGraph, list[Mending]]:
    """Mended railways: countries, gauges, ends joined by rule, second tracks, typed rows, borders, breaks of gauge.

    Parameters
    ----------
    raw
        As :func:`read_world` gives it.
    boxes, rows
        Typed tables.

    Returns
    -------
    graph, mendings
    """
    graph, found = join_ends(with_countries(raw, boxes))
    second = np.zeros(graph.n_nodes, dtype=np.int64)
    for box in reversed(boxes):
        held = box.holds(graph.longitude_deg, graph.latitude_deg)
        second[held & (graph.gauge_mm > 0)] = box.second_gauge_mm
    graph, typed = add_rows(second_tracks(graph, second), [row for row in rows if row.mode == "rail"])
    return break_gauges(_parted(graph, boxes)), [*found, *typed]


def road_graph(raw: GeoGraph, boxes: Sequence[Box] = (), rows: Sequence[Row] = ()) -> tuple[GeoGraph, list[Mending]]:
    """Mended roads: countries, typed rows, borders; a road that ends is not joined, it may end at a river."""
    graph, typed = add_rows(with_countries(raw, boxes), [row for row in rows if row.mode == "road"])
    return _parted(graph, boxes), typed


def _parted(graph: GeoGraph, boxes: Sequence[Box]) -> GeoGraph:
    return part_borders(shortest_only(graph), lambda longitude, latitude: countries_of(longitude, latitude, boxes))
