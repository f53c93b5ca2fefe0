"""Railways and roads of OpenStreetMap, asked of an Overpass server or read from a file."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import Fault, InputError, UsageError
from corridor.geodata.geoparquet import CRS84
from corridor.geodata.graph import Bounds
from corridor.geodata.osm_graph import ROADS, SERVICE_TRACKS, TAGS, Kind, OsmGraph, OsmnxGraph, as_freight_graph
from corridor.geodata.overpass import (
    NOMINATIM_URL,
    OVERPASS_URL,
    PATIENCE,
    SERVER_S,
    Patience,
    is_private,
    persist,
    quiet,
    server,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

_FILTERS = {
    "rail": f'["railway"="rail"]["service"!~"^({"|".join(SERVICE_TRACKS)})$"]',
    "road": f'["highway"~"^({"|".join(ROADS)})(_link)?$"]',
}
_QUERY_M2 = 1e11  # osmnx's own 2.5e9 asks 582 times for Mongolia, this asks 20 times


def download(
    kind: Kind,
    area: Bounds | shapely.Polygon | shapely.MultiPolygon | str,
    *,
    cache: str | Path,
    overpass_url: str = OVERPASS_URL,
    nominatim_url: str = NOMINATIM_URL,
    rate_limit: bool | None = None,
    patience: Patience = PATIENCE,
    keep_highspeed: bool = False,
    progress: Callable[[str], object] | None = None,
) -> OsmGraph:
    """Download the railways or roads of an area from an Overpass server.

    A large area is asked for in parts. Every part is kept as soon as it is whole, so a download that stopped goes on
    where it was, and one that is complete needs no server.

    Parameters
    ----------
    kind
        ``rail``: ``railway=rail`` without :data:`SERVICE_TRACKS`. ``road``: :data:`ROADS`.
    area
        (west, south, east, north) in degrees; or a polygon of (longitude, latitude); or the name of a place, whose
        outline Nominatim gives.
    cache
        Folder that keeps the answers; made where absent.
    overpass_url
        Server, without ``/interpreter``.
    nominatim_url
        Server that knows places by name.
    rate_limit
        Whether to ask the server for a free slot before each question, and to wait for it. Unless told: yes, but not
        on a private host, since a server that knows no slots costs a minute each time.
    patience
        When to ask again, and when to stop.
    keep_highspeed
        Whether to keep high-speed lines, for maps; freight does not run on them.
    progress
        Is given a line for each answer and each failure.

    Returns
    -------
    OsmGraph
        Graph, tags and report. The first node beyond the area is in it.

    Raises
    ------
    UsageError
        If the kind or a URL cannot be.
    InputError
        If the area is none, holds nothing of this kind, or the cache cannot be written.
    MissingExtraError
        If the server is down, refuses, answers something else or is too slow, after the last attempt.

    Notes
    -----
    The data is OpenStreetMap's, under the Open Database Licence: name its contributors where results are shown.
    """
    import osmnx

    _check_kind(kind)
    overpass_url = server(overpass_url).removesuffix("/interpreter")
    outline = area.strip() if isinstance(area, str) else _outline(area)
    if outline == "":
        raise UsageError("The name of the place is empty.")
    private = is_private(overpass_url)
    settings = {
        "bidirectional_network_types": ["all"],
        "cache_only_mode": False,
        "default_crs": "epsg:4326",
        "doh_url_template": None,  # or osmnx asks a third party for the address of a server that is down
        "max_query_area_size": _QUERY_M2,
        "nominatim_url": server(nominatim_url),
        "overpass_memory": None,
        "overpass_rate_limit": not private if rate_limit is None else rate_limit,
        "overpass_settings": f"[out:json][timeout:{SERVER_S}]",
        "overpass_url": overpass_url,
        "use_cache": True,
        "useful_tags_node": [],
        "useful_tags_way": list(TAGS),
    }

    def ask() -> OsmnxGraph:
        polygon = _place(outline) if isinstance(outline, str) else outline
        with warnings.catch_warnings():
            # An area that needs many questions is what this is for.
            warnings.filterwarnings("ignore", message="This area is", category=UserWarning)
            try:
                return osmnx.graph.graph_from_polygon(
                    polygon, simplify=False, retain_all=True, truncate_by_edge=True, custom_filter=_FILTERS[kind]
                )
            except ValueError as error:  # osmnx's word for an answer without elements
                if isinstance(error, OSError):  # requests' word for a URL that cannot be
                    raise
                raise InputError([Fault("area", None, None, f"holds no {kind}: {error}")]) from None

    key = outline if isinstance(outline, str) else outline.wkt
    name = sha256(f"{overpass_url} {_FILTERS[kind]} {key}".encode()).hexdigest()[:16]
    found = persist(ask, Path(cache) / f"{kind}-{name}", settings, patience, progress or quiet)
    return as_freight_graph(found, kind, "area", incomplete=0, keep_highspeed=keep_highspeed)


def read_file(path: str | Path, kind: Kind, *, bounds: Bounds | None = None, keep_highspeed: bool = False) -> OsmGraph:
    """Read the railways or roads of a local extract.

    Parameters
    ----------
    path
        ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.osm.pbf``.
    kind
        As in :func:`download`.
    bounds
        (west, south, east, north) in degrees: what lies outside is left out, but for the first node beyond. Unless
        given, all of the file.
    keep_highspeed
        As in :func:`download`.

    Returns
    -------
    OsmGraph
        Graph, tags and report.

    Raises
    ------
    UsageError
        If the kind cannot be.
    InputError
        If the file is missing, damaged, cut short or not OpenStreetMap's, or holds nothing of this kind.

    Notes
    -----
    A way of which a node is missing is dropped, counted in the report: extracts are cut at their border.
    """
    import osmnx

    _check_kind(kind)
    if bounds is not None:
        _check_bounds(bounds)
    path = Path(path)
    if not path.is_file():
        raise InputError([Fault(str(path), None, None, "is a folder." if path.is_dir() else "is missing.")])
    try:
        graph, incomplete = _read(path, kind)
    except RuntimeError as error:  # what osmium raises, whatever is wrong
        message = f"cannot be read as OpenStreetMap data: {error}. Is it whole, and is it .osm or .osm.pbf?"
        raise InputError([Fault(str(path), None, None, message)]) from None
    if graph and bounds is not None:
        try:
            graph = osmnx.truncate.truncate_graph_bbox(graph, bounds, truncate_by_edge=True)
        except ValueError:  # osmnx's word for nothing left
            raise InputError([Fault(str(path), None, None, f"holds no {kind} within {bounds}.")]) from None
    return as_freight_graph(graph, kind, str(path), incomplete=incomplete, keep_highspeed=keep_highspeed)


def edges_frame(osm: OsmGraph) -> gpd.GeoDataFrame:
    """One row an edge of the graph, in its order, with tags and line; CRS84.

    Returns
    -------
    GeoDataFrame
        ``from``, ``to``: nodes. ``length_km``. ``gauge_mm``: 0 on a road, and where unknown. ``gauge_assumed``:
        whether the gauge is that of the neighbours. ``usage``, ``electrified``, ``service``, ``highway``: text as
        tagged; several values along the edge stand sorted with ``;`` between; blank without tag. ``maxspeed_kmh``:
        mean by time over the tagged part of the edge; NaN without tag. ``highspeed``, ``bridge``, ``tunnel``: whether
        any part is. ``geometry``: line of (longitude, latitude).
    """
    import geopandas as gpd
    import shapely

    graph = osm.graph
    columns = {"from": graph.edge_from, "to": graph.edge_to, "length_km": graph.length_km, **osm.tags}
    return gpd.GeoDataFrame(columns, geometry=[shapely.LineString(line) for line in graph.shape], crs=CRS84)


def _check_kind(kind: str) -> None:
    if kind not in _FILTERS:
        raise UsageError(f'kind is "{kind}"; it must be one of {", ".join(_FILTERS)}.')


def _check_bounds(bounds: Sequence[float], name: str = "bounds") -> None:
    if len(bounds) != 4:  # noqa: PLR2004  # west, south, east, north
        raise InputError([Fault(name, None, None, "must be four numbers: west, south, east, north.")])
    west, south, east, north = bounds
    faults = []
    for column, value in (("south", south), ("north", north)):
        if not abs(value) <= 90:  # noqa: PLR2004  # not: NaN is outside too
            swapped = "; columns swapped?" if abs(value) <= 180 else ""  # noqa: PLR2004
            faults.append(Fault(name, None, column, f"latitude {value:g} is outside -90..90{swapped}"))
    for column, value in (("west", west), ("east", east)):
        if not abs(value) <= 180:  # noqa: PLR2004
            faults.append(Fault(name, None, column, f"longitude {value:g} is outside -180..180"))
    if not faults and west > east:
        message = f"{west:g} is not west of {east:g}. An area across the 180th meridian is asked for in two halves."
        faults.append(Fault(name, None, "west", message))
    if not faults and south > north:
        faults.append(Fault(name, None, "south", f"{south:g} is not south of {north:g}"))
    if not faults and (west == east or south == north):
        faults.append(Fault(name, None, None, f"{tuple(bounds)} has no area."))
    if faults:
        raise InputError(faults)


def _outline(area: Any) -> shapely.Polygon | shapely.MultiPolygon:
    import shapely

    if not isinstance(area, shapely.Geometry):
        _check_bounds(area, "area")
        return shapely.box(*area)
    if area.is_empty or not isinstance(area, shapely.Polygon | shapely.MultiPolygon):
        raise InputError([Fault("area", None, None, f"must be a polygon with an area, not {area.geom_type}.")])
    if not area.is_valid:
        raise InputError([Fault("area", None, None, f"is not valid: {shapely.is_valid_reason(area)}.")])
    _check_bounds(area.bounds, "area")
    return area


def _place(name: str) -> shapely.Polygon | shapely.MultiPolygon:
    import osmnx

    try:
        return osmnx.geocoder.geocode_to_gdf(name).geometry.iloc[0]
    except (ValueError, TypeError):  # osmnx's words for nothing found, and for a place without outline
        raise InputError([Fault("area", None, None, f'no place "{name}" with an outline is known.')]) from None


def _read(path: Path, kind: Kind) -> tuple[OsmnxGraph, int]:
    """Nodes and wanted ways of a file as osmnx would have them, and the number of ways that lack a node."""
    import networkx as nx  # type: ignore[import-untyped]  # ships no hints
    import osmium
    import osmnx

    ways: dict[int, tuple[list[int], dict[str, str]]] = {}
    key = "railway" if kind == "rail" else "highway"
    in_ways: Iterable[Any] = osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter(key))
    for way in in_ways:
        tags = {name: way.tags[name] for name in TAGS if name in way.tags}
        if _is_wanted(kind, tags):
            ways[way.id] = [ref for ref, _ in itertools.groupby(node.ref for node in way.nodes)], tags
    wanted = {ref for refs, _ in ways.values() for ref in refs}
    only = osmium.filter.IdFilter(wanted)
    in_nodes: Iterable[Any] = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(only)
    places: dict[int, tuple[float, float]] = {}
    for node in in_nodes:
        longitude_deg, latitude_deg = node.location.lon_without_check(), node.location.lat_without_check()
        if node.location.valid():
            places[node.id] = longitude_deg, latitude_deg
        elif abs(latitude_deg) <= 180:  # noqa: PLR2004  # beyond stands what has no position
            message = f"node {node.id}: latitude {latitude_deg:g} is outside -90..90; columns swapped?"
            raise InputError([Fault(str(path), None, None, message)])
    graph = nx.MultiDiGraph(crs="epsg:4326")
    incomplete = 0
    for number, (refs, tags) in sorted(ways.items()):
        if not places.keys() >= {*refs}:
            incomplete += 1
            continue
        graph.add_nodes_from((ref, {"x": places[ref][0], "y": places[ref][1]}) for ref in refs)
        for pairs in (itertools.pairwise(refs), itertools.pairwise(reversed(refs))):
            graph.add_edges_from(pairs, osmid=number, **tags)
    return (osmnx.distance.add_edge_lengths(graph) if graph.edges else graph), incomplete


def _is_wanted(kind: Kind, tags: Mapping[str, str]) -> bool:
    """The same choice as the filter of a query."""
    if kind == "rail":
        return tags.get("railway") == "rail" and tags.get("service") not in SERVICE_TRACKS
    return tags.get("highway", "").removesuffix("_link") in ROADS
