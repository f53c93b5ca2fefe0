"""Shortest ways over water between ports, on a grid over land."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.earth import EARTH_RADIUS_KM, great_circle_km
from corridor.errors import Fault, InputError, NoAnswerError, UsageError
from corridor.geodata.corrections import Correction, read_corrections
from corridor.geodata.graph import (
    Bounds,
    Flags,
    Floats,
    Ints,
    Words,
    position_faults,
    read_columns,
    read_lines,
    write_geoparquet,
)
from corridor.geodata.natural_earth import land
from corridor.geodata.raster import crossed_cells, touched_cells

if TYPE_CHECKING:
    import shapely
    from scipy.sparse import csr_array

CELL_DEG = 0.05

MOST_STUB_KM = 25.0
"""How far a place may lie from water. The way between the two is straight, over land if need be: harbours, river mouths
and fjords narrower than a cell."""

SEA_SHARE = 0.01
"""Water with fewer than this share of the cells of the largest water is a lake: no place is joined to it."""

BY_HAND = "sea_by_hand.csv"
SEA_ROUTES = "sea_routes.parquet"

_TURN_DEG = 360.0
_POLE_DEG = 90.0
_DRAWN_DEG = 0.02  # how far a drawn line may be off the way that was measured
_DIGITS_DEG = 5  # about 1 m
_DIGITS_KM = 3

# Moves as (rows down, columns right); the other 16 are the same moves back. Over open water a path in 32 directions is
# 0.5 % longer than straight in the mean; at most 1.3 % at the equator, 2.1 % at 40 degrees, 4.5 % at 60 (about east).
_MOVES = (
    *((0, 1), (1, 0), (1, 1), (1, -1)),
    *((1, 2), (2, 1), (1, -2), (2, -1)),
    *((1, 3), (3, 1), (1, -3), (3, -1), (2, 3), (3, 2), (2, -3), (3, -2)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Points on the earth between which ships go.

    Attributes
    ----------
    id
        One a place; messages and files name it.
    longitude_deg, latitude_deg
        WGS 84; longitude from -180 to 180.

    Raises
    ------
    InputError
        If the columns differ in length, an id stands twice, or a position is not on the earth.
    """

    id: Words
    longitude_deg: Floats
    latitude_deg: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", np.atleast_1d(np.asarray(self.id, dtype=np.str_)))
        for column in ("longitude_deg", "latitude_deg"):
            object.__setattr__(self, column, np.atleast_1d(np.asarray(getattr(self, column), dtype=np.float64)))
        if not len(self.id) == len(self.longitude_deg) == len(self.latitude_deg):
            raise InputError([Fault("places", None, None, "id, longitude_deg and latitude_deg differ in length.")])
        faults = position_faults("places", self.longitude_deg, self.latitude_deg)
        names, count = np.unique(self.id, return_counts=True)
        faults += [Fault("places", None, "id", f'"{name}" stands more than once.') for name in names[count > 1]]
        if faults:
            raise InputError(faults)

    def __len__(self) -> int:
        return len(self.id)

    def take(self, positions: Sequence[int] | Ints) -> Places:
        """The places at some positions, in that order."""
        chosen = np.asarray(positions, dtype=np.int64)
        return Places(self.id[chosen], self.longitude_deg[chosen], self.latitude_deg[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class SeaRoutes:
    """Shortest ways over water.

    Attributes
    ----------
    origin, destination
        Ids.
    distance_km
        Origins x destinations; inf where no water joins the two.
    shape
        Origins x destinations: the way as points x (longitude, latitude), both places included; no points where the
        distance is inf. Longitudes run on across the antimeridian, beyond 180.
    """

    origin: Words
    destination: Words
    distance_km: Floats
    shape: Sequence[Sequence[Floats]]


@dataclass(frozen=True, eq=False)
class WaterGrid:
    """Square cells of longitude and latitude, and which of them a ship may pass.

    A cell that land touches anywhere is land. A ship moves from the centre of a cell to one of 32 near ones along a
    great circle, through water cells only.

    Attributes
    ----------
    west_deg, north_deg
        Corner of the first cell.
    cell_deg
        Side of a cell.
    water
        Rows (from the north) x columns (from the west).
    corrections
        ``open`` and ``approach`` are used by :meth:`routes`; ``closed`` is in ``water`` already.

    Notes
    -----
    Accuracy with cells of 0.05 degrees on Natural Earth 1:10m, each against the same pairs of ports: 32 directions give
    0.3 to 0.8 % more than a taut line; 16 directions would add 0.9 %; cells half as wide give 0.8 % less (from 4.5 %
    less to 0.6 % more); calling a cell land only where its centre is gives 0.9 % less. Against distances that ports
    publish: 0 % (Singapore-Rotterdam, 8,288 nmi by the port of Rotterdam), +1 % (Zhoushan-Qinhuangdao, 691 nmi by the
    port of Zhoushan), -6 % (Zhoushan-Guangzhou, 791 nmi, to a berth further up the river). Hauls under 400 km are good
    to about -10 to +15 %. Draught, ice, weather, traffic schemes and territorial waters are not looked at.
    """

    west_deg: float
    north_deg: float
    cell_deg: float
    water: Flags
    corrections: tuple[Correction, ...] = ()

    @classmethod
    def over(
        cls,
        shore: shapely.Geometry,
        bounds: Bounds,
        cell_deg: float = CELL_DEG,
        corrections: Sequence[Correction] = (),
    ) -> WaterGrid:
        """Lay a grid over land.

        Parameters
        ----------
        shore
            Polygons of land in the longitudes of ``bounds``; they may overlap.
        bounds
            West, south, east, north (degrees). East may lie beyond 180. Ways stay inside.
        cell_deg
            Side of a cell.
        corrections
            ``bounds`` among them is not used.

        Raises
        ------
        UsageError
            If the box is no multiple of the cell, is empty, or wider than the earth.
        """
        west, south, east, north = bounds
        size = np.array([north - south, east - west]) / cell_deg if cell_deg > 0 else np.zeros(2)
        rows, columns = np.rint(size).astype(int)
        whole = np.allclose(size, [rows, columns], rtol=0, atol=1e-6)
        if not (whole and min(rows, columns) > 0 and east - west <= _TURN_DEG and max(-south, north) <= _POLE_DEG):
            raise UsageError(f"bounds {bounds} are no box of whole cells of {cell_deg:g} degrees.")
        water = ~touched_cells(shore, west, north, cell_deg, (rows, columns))
        grid = cls(west, north, cell_deg, water, tuple(c for c in corrections if c.kind in {"open", "approach"}))
        longitude, latitude = grid._centres()
        for correction in corrections:
            if correction.kind == "closed" and correction.box:
                box = correction.box
                across = (longitude - box[0]) % _TURN_DEG < box[2] - box[0]
                water[np.ix_((latitude > box[1]) & (latitude < box[3]), across)] = False
        return grid

    def routes(self, origins: Places, destinations: Places, lane_factor: float = 1.0) -> SeaRoutes:
        """Shortest ways between all origins and all destinations.

        A place is joined to the centre of the nearest cell of the sea by a straight line, whose length counts; an
        ``approach`` of its id is used instead where there is one. Nothing but the same point is 0 km away.

        Parameters
        ----------
        origins, destinations
            Ports.
        lane_factor
            Lengths are multiplied by it, for traffic lanes and fairways; at least 1.

        Returns
        -------
        SeaRoutes
            Symmetric: the way back is as long. Where several ways are equally short, any of them is drawn.

        Raises
        ------
        UsageError
            If the factor is below 1.
        InputError
            Lists every place that is more than :data:`MOST_STUB_KM` from the sea, with its distance.
        """
        from scipy.sparse.csgraph import dijkstra

        if not 1.0 <= lane_factor < np.inf:
            raise UsageError(f"lane_factor is {lane_factor:g}; no lane is shorter than the shortest way.")
        ends = self._joined(origins), self._joined(destinations)
        # one search from each different cell of the side that has fewer
        turned = len({*ends[1][0].tolist()}) < len({*ends[0][0].tolist()})
        (from_cell, from_km, from_shape), (to_cell, to_km, to_shape) = ends[::-1] if turned else ends
        distance = np.full((len(from_cell), len(to_cell)), np.inf)
        shape = [[np.empty((0, 2))] * len(to_cell) for _ in from_cell]
        for cell in np.unique(from_cell):
            searched = dijkstra(self._graph, indices=np.array([cell]), return_predecessors=True)
            reach, before = (found[0] for found in searched)
            paths = {to: self._path(before, to) for to in to_cell.tolist() if np.isfinite(reach[to])}
            for i in np.flatnonzero(from_cell == cell):
                distance[i] = (from_km[i] + reach[to_cell] + to_km) * lane_factor
                for j, to in enumerate(to_cell.tolist()):
                    if to in paths:
                        line = np.concatenate([from_shape[i], paths[to], to_shape[j][::-1]])
                        shape[i][j] = line[::-1] if turned else line
        if turned:
            distance, shape = distance.T.copy(), [list(row) for row in zip(*shape, strict=True)]
        return SeaRoutes(origins.id, destinations.id, distance, shape)

    def _centres(self) -> tuple[Floats, Floats]:
        """Longitude of each column and latitude of each row (degrees)."""
        rows, columns = self.water.shape
        right, down = (np.arange(count, dtype=np.float64) + 0.5 for count in (columns, rows))
        return self.west_deg + right * self.cell_deg, self.north_deg - down * self.cell_deg

    @cached_property
    def _sea(self) -> Flags:
        """Water that is no lake."""
        from scipy.ndimage import label

        piece, _ = label(self.water, np.ones((3, 3)))
        cells = np.bincount(piece.ravel())
        cells[0] = 0
        return np.asarray((cells >= max(1.0, SEA_SHARE * cells.max()))[piece])

    @cached_property
    def _number(self) -> npt.NDArray[np.int32]:
        """Number of each water cell in the graph; -1 on land."""
        number = np.full(self.water.shape, -1, dtype=np.int32)
        number[self.water] = np.arange(np.count_nonzero(self.water), dtype=np.int32)
        return number

    @cached_property
    def _cell(self) -> Ints:
        """Place in the flattened grid of each number."""
        return np.flatnonzero(self.water)

    @cached_property
    def _graph(self) -> csr_array[np.float64, tuple[int, int]]:
        """Moves between water cells (km), both ways."""
        from scipy.sparse import csr_array

        # counted first and then filled in place: a list of all moves would take three times the memory
        count = len(self._cell)
        degree = np.zeros(count + 1, dtype=np.int64)
        for one, other, _ in self._steps():
            degree[one + 1] += 1
            degree[other + 1] += 1
        start = np.cumsum(degree)  # with narrow numbers scipy keeps head as it is, and copies nothing
        start = start.astype(np.int32 if start[-1] < np.iinfo(np.int32).max else np.int64)
        head, length = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])
        free = start[:-1].copy()
        for one, other, km in self._steps():
            for tail, tip in ((one, other), (other, one)):
                head[free[tail]] = tip
                length[free[tail]] = km
                free[tail] += 1
        return csr_array((length, head, start), shape=(count, count))

    def _steps(self) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Floats]]:
        """Numbers of the two cells of each move and its length; no cell stands twice on one side of what is yielded."""
        rows, columns = self.water.shape
        _, latitude = self._centres()
        for down, right in _MOVES:
            if rows <= down or columns <= abs(right):
                continue
            left = max(0, -right)
            height, width = rows - down, columns - abs(right)
            passable = np.ones((height, width), dtype=np.bool_)
            for i, j in crossed_cells(np.array([[0.5, 0.5]]), np.array([[right + 0.5, down + 0.5]])):
                passable &= self.water[i : i + height, left + j : left + j + width]
            one = self._number[:height, left : left + width][passable]
            other = self._number[down:, left + right : left + right + width][passable]
            km = great_circle_km(0.0, latitude[:height], right * self.cell_deg, latitude[down:])
            yield one, other, np.repeat(km, np.count_nonzero(passable, axis=1))
        for opened in self.corrections:
            if opened.kind == "open" and opened.start and opened.end:
                cells, stubs = self._nearest(*np.array([opened.start, opened.end]).T)
                straight = great_circle_km(*opened.start, *opened.end)
                km = stubs.sum() + (straight if opened.length_km is None else opened.length_km)
                ends = cells.astype(np.int32)
                yield ends[:1], ends[1:], np.array([km])

    def _nearest(self, longitude_deg: Floats, latitude_deg: Floats) -> tuple[Ints, Floats]:
        """Number of the cell of the sea nearest to each point, and its distance (km); inf where there is no sea."""
        longitude, latitude = (np.radians(values) for values in self._centres())
        number, distance = [], []
        for east, north in zip(np.radians(longitude_deg), np.radians(latitude_deg), strict=True):
            across = np.cos(north) * np.cos(latitude)[:, None] * np.sin((longitude - east) / 2) ** 2
            chord = np.where(self._sea, np.sin((latitude - north) / 2)[:, None] ** 2 + across, np.inf)
            best = int(chord.argmin())
            number.append(self._number.flat[best])
            nearest = float(chord.flat[best])
            distance.append(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(nearest)) if np.isfinite(nearest) else np.inf)
        return np.array(number, dtype=np.int64), np.array(distance)

    def _joined(self, places: Places) -> tuple[Ints, Floats, list[Floats]]:
        """Number of the cell where each place reaches the sea, the way there (km), and its points before the cell."""
        at_sea = np.column_stack([places.longitude_deg, places.latitude_deg])
        shape = [at_sea[[i]] for i in range(len(places))]
        extra = np.zeros(len(places))
        for approach in self.corrections:
            if approach.kind == "approach" and approach.end:
                for i in np.flatnonzero(places.id == approach.name).tolist():
                    straight = great_circle_km(at_sea[i, 0], at_sea[i, 1], *approach.end)
                    extra[i] = straight if approach.length_km is None else approach.length_km
                    at_sea[i] = approach.end
                    shape[i] = np.vstack([shape[i], at_sea[i]])
        cell, stub = self._nearest(*at_sea.T)
        faults = []
        for i in np.flatnonzero(~(stub <= MOST_STUB_KM)).tolist():
            message = (
                f'"{places.id[i]}" at longitude {at_sea[i, 0]:g}, latitude {at_sea[i, 1]:g} is {stub[i]:,.0f} km from '
                f"the sea; at most {MOST_STUB_KM:g} km are bridged. Name the berth, or type an approach."
            )
            faults.append(Fault("places", None, None, message))
        if faults:
            raise InputError(faults)
        # turn longitudes to lie beside the cell, so that no line is drawn around the earth
        beside = self._points(cell)[:, 0]
        for i, points in enumerate(shape):
            points[:, 0] += _TURN_DEG * np.rint((beside[i] - points[:, 0]) / _TURN_DEG)
        return cell, extra + stub, shape

    def _points(self, number: Ints) -> Floats:
        """Centres of cells as points x (longitude, latitude)."""
        longitude, latitude = self._centres()
        row, column = np.divmod(self._cell[number], self.water.shape[1])
        return np.column_stack([longitude[column], latitude[row]])

    def _path(self, before: npt.NDArray[np.int32], last: int) -> Floats:
        """Points from the source of a search to a cell."""
        path = [last]
        while before[path[-1]] >= 0:
            path.append(int(before[path[-1]]))
        return self._points(np.array(path[::-1]))


def sea_routes(
    origins: Places, destinations: Places, corrections: Sequence[Correction], cell_deg: float = CELL_DEG
) -> SeaRoutes:
    """Shortest ways over the seas of Natural Earth, as mended by hand.

    Parameters
    ----------
    origins, destinations
        Ports.
    corrections
        With one ``bounds``.
    cell_deg
        Side of a cell.

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
        grid = WaterGrid.over(shore, boxes[0], cell_deg, [c for c in corrections if c not in off])
        rows, columns = (sorted(set(positions)) for positions in zip(*pairs, strict=True))
        found = grid.routes(origins.take(rows), destinations.take(columns))
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
    columns = read_columns(Path(path), ["from", "to", "length_km", "geometry"])
    ends_and_length = (columns[name].tolist() for name in ("from", "to", "length_km"))
    return [SeaRoute(*route) for route in zip(*ends_and_length, read_lines(columns["geometry"]), strict=True)]


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
