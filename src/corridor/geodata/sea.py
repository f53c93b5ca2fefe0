"""Sea routes of a study: between its ports over the seas of Natural Earth as mended by hand, and their file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridor.errors import Fault, InputError, NoAnswerError
from corridor.geodata.corrections import Correction, read_corrections
from corridor.geodata.geoparquet import LINE, NUMBER, TEXT, read_columns, read_lines, write_geoparquet
from corridor.geodata.graph import Floats
from corridor.geodata.natural_earth import land
from corridor.geodata.places import Places
from corridor.geodata.water import CELL_DEG, SeaRoutes, WaterGrid

if TYPE_CHECKING:
    import shapely

LANE_FACTOR = 1.0
"""What lengths are multiplied by for traffic lanes and fairways. 1: published distances are 0 to 3 % longer, too
few for a factor; the ranges of the committed study's lengths, to 6 or 8 % more, allow for lanes."""

BY_HAND = "sea_by_hand.csv"
SEA_ROUTES = "sea_routes.parquet"

_TURN_DEG = 360.0
_DRAWN_DEG = 0.02  # how far a drawn line may be off the way that was measured
_DIGITS_DEG = 5  # about 1 m
_DIGITS_KM = 3


def sea_routes(
    origins: Places,
    destinations: Places,
    corrections: Sequence[Correction],
    cell_deg: float = CELL_DEG,
    lane_factor: float = LANE_FACTOR,
) -> SeaRoutes:
    """Shortest ways over the seas of Natural Earth, as mended by hand.

    Parameters
    ----------
    origins, destinations
        Ports; cells are fine near all of them.
    corrections
        With one ``bounds``.
    cell_deg
        Side of a cell far from ports.
    lane_factor
        Lengths are multiplied by it, for traffic lanes and fairways; at least 1.

    Raises
    ------
    InputError
        If there is not one ``bounds``, or a place is too far from the sea.
    NoAnswerError
        Lists pairs that no water joins.
    MissingExtraError
        If Natural Earth is not installed.

    Notes
    -----
    A grid of the northern half of the earth takes 2 GB of memory, a few seconds, and some 3 s for each origin or each
    destination, whichever are fewer.
    """
    boxes = [correction.box for correction in corrections if correction.kind == "bounds"]
    if len(boxes) != 1 or boxes[0] is None:
        raise InputError([Fault(BY_HAND, None, "kind", f'needs one row "bounds", has {len(boxes)}.')])
    shore = land(boxes[0])
    distance = np.full((len(origins), len(destinations)), np.inf)
    shape = [[np.empty((0, 2))] * len(destinations) for _ in range(len(origins))]
    # rows that exempt somebody ask for a grid of their own; origins of one kind of grid are searched together
    lifted: dict[frozenset[Correction], list[tuple[int, int]]] = {}
    for i, origin in enumerate(origins.id):
        for j, destination in enumerate(destinations.id):
            off = frozenset(c for c in corrections if not c.exempt.isdisjoint((str(origin), str(destination))))
            lifted.setdefault(off, []).append((i, j))
    for off, pairs in lifted.items():
        grid = WaterGrid.over(
            shore, boxes[0], cell_deg, [c for c in corrections if c not in off], (origins, destinations)
        )
        rows, columns = (sorted(set(positions)) for positions in zip(*pairs, strict=True))
        found = grid.routes(origins.take(rows), destinations.take(columns), lane_factor)
        for i, j in pairs:
            row, column = rows.index(i), columns.index(j)
            distance[i, j] = found.distance_km[row, column]
            shape[i][j] = found.shape[row][column]
    apart = [f"{origins.id[i]} and {destinations.id[j]}" for i, j in np.argwhere(~np.isfinite(distance))]
    if apart:
        raise NoAnswerError(f"No water joins {'; '.join(apart)}.")
    return SeaRoutes(origins.id, destinations.id, distance, shape)


def write_sea_routes(path: str | Path, routes: SeaRoutes) -> Path:
    """Write ways as GeoParquet with ``from``, ``to``, ``length_km`` and ``geometry``.

    The same ways give the same bytes. Lines are simplified for maps (0.02 degrees) and cut at the antimeridian;
    ``length_km`` is as measured.

    Parameters
    ----------
    path
        File.
    routes
        With a way for every pair.

    Raises
    ------
    NoAnswerError
        If a pair has no way.
    """
    if not np.isfinite(routes.distance_km).all():
        raise NoAnswerError("Not every pair is joined by water; nothing is written.")
    path = Path(path)
    columns = {
        "from": np.repeat(routes.origin, len(routes.destination)).tolist(),
        "to": np.tile(routes.destination, len(routes.origin)).tolist(),
        "length_km": np.round(routes.distance_km, _DIGITS_KM).ravel(),
    }
    lines = [_drawn(line) for row in routes.shape for line in row]
    write_geoparquet(path, columns, np.array(lines, dtype=np.object_), "MultiLineString")
    return path


class SeaRoute(NamedTuple):
    """A way over water between two places of ``sea_routes.parquet``; its line is points x (longitude, latitude)."""

    origin: str
    destination: str
    length_km: float
    line: Floats


def read_sea_routes(path: str | Path) -> list[SeaRoute]:
    """Read what :func:`write_sea_routes` wrote.

    Raises
    ------
    InputError
        If the file is missing, damaged or has other columns.
    """
    kinds = {"from": TEXT, "to": TEXT, "length_km": NUMBER, "geometry": LINE}
    columns = read_columns(Path(path), kinds)
    ends_and_length = (columns[name].tolist() for name in ("from", "to", "length_km"))
    lines = read_lines(columns["geometry"], str(path))
    return [SeaRoute(*route) for route in zip(*ends_and_length, lines, strict=True)]


def build(berths: Places, markets: Places, folder: str | Path) -> Path:
    """Measure the ways from berths to markets and write them.

    Parameters
    ----------
    berths, markets
        Ports.
    folder
        Has ``sea_by_hand.csv``; gets ``sea_routes.parquet``.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InputError, NoAnswerError, MissingExtraError
        As :func:`read_corrections` and :func:`sea_routes`.
    """
    folder = Path(folder)
    routes = sea_routes(berths, markets, read_corrections(folder / BY_HAND))
    return write_sea_routes(folder / SEA_ROUTES, routes)


def _drawn(line: Floats) -> shapely.MultiLineString:
    """A line for maps, cut at the antimeridian as GeoJSON (RFC 7946) asks for."""
    import shapely

    simple = shapely.simplify(shapely.LineString(line), _DRAWN_DEG)
    half = _TURN_DEG / 2
    parts = []
    for turn in (-_TURN_DEG, 0.0, _TURN_DEG):
        inside = shapely.get_parts(shapely.intersection(simple, shapely.box(turn - half, -90, turn + half, 90)))
        parts += [shapely.get_coordinates(part) - (turn, 0.0) for part in inside[shapely.length(inside) > 0]]
    return shapely.MultiLineString([np.round(part, _DIGITS_DEG) for part in parts])
