"""A grid of the sea, finer near ports, and the shortest ways over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corridor.earth import great_circle_km
from corridor.errors import Fault, InputError, UsageError
from corridor.geodata.cells import Cells
from corridor.geodata.corrections import Correction
from corridor.geodata.graph import Bounds, Floats, Ints, Words
from corridor.geodata.levels import Levels
from corridor.geodata.places import Places
from corridor.geodata.raster import shore_edges

if TYPE_CHECKING:
    import shapely
    from scipy.sparse import csr_array

CELL_DEG = 0.05
"""Side of a cell far from ports."""

NEAR_DEG = 0.5
"""How far from a port, in longitude and in latitude, cells are fine. An inlet that is longer and narrower than a coarse
cell leads nowhere: type an approach."""

MOST_STUB_KM = 25.0
"""How far a place may lie from water. The way between the two is straight, over land if need be: harbours, river mouths
and fjords narrower than a fine cell."""

_TURN_DEG = 360.0
_POLE_DEG = 90.0
_ROUNDING_DEG = 1e-9


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
    """Cells of the sea that a ship may pass, small ones near ports.

    Attributes
    ----------
    levels
        The cells, and which of them are of the sea.
    corrections
        ``open`` and ``approach`` are used by :meth:`routes`; ``closed`` is in the cells already.

    Notes
    -----
    Accuracy with cells of 0.05 degrees, and of 0.01 within half a degree of a port, on Natural Earth 1:10m. Against
    fine cells everywhere, for 253 pairs of 23 ports from Jinzhou to Niigata: of the 61 under 400 km the ways are 0.3 %
    longer in the mean and 3.9 % at most (without fine cells 6 % in the mean, from -6 to +20 %), of the others 1.1 % and
    10.5 % (1.9 % and 15 %), the most where the shortest way runs between islands far from any port. 32 directions give
    0.3 to 0.8 % more than a taut line. A port of the committed study lies 1.2 km from a cell in the mean and 3.9 km at
    most (5.9 and 21.5 km without).

    Against distances that are published, at the outer port of each: 0 % Singapore-Rotterdam (8,288 nmi, port of
    Rotterdam), -3 % Zhoushan-Qinhuangdao (691), -6 % Zhoushan-Guangzhou (791, to a berth up the river), -2 %
    Shanghai-Hong Kong (809), -2 % Lianyungang-Incheon (393). They are shorter since ships keep to lanes and off shoals,
    most of all among islands in shallow water: -27 % Zhoushan-Shanghai (135, to the city up the Huangpu). Draught, ice,
    weather, traffic schemes and territorial waters are not looked at.
    """

    levels: Levels
    corrections: tuple[Correction, ...] = ()

    @classmethod
    def over(
        cls,
        shore: shapely.Geometry,
        bounds: Bounds,
        cell_deg: float = CELL_DEG,
        corrections: Sequence[Correction] = (),
        near: Sequence[Places] = (),
    ) -> WaterGrid:
        """Lay a grid over land.

        Parameters
        ----------
        shore
            Polygons of land in the longitudes of ``bounds``; they may overlap.
        bounds
            West, south, east, north (degrees). East may lie beyond 180. Ways stay inside.
        cell_deg
            Side of a coarse cell.
        corrections
            ``bounds`` among them is not used.
        near
            Ports around which cells are fine, within :data:`NEAR_DEG`; where there is an ``approach``, around
            its end. Distances between ports are a metric on one grid: ask for all ports of a study on the same one.

        Raises
        ------
        UsageError
            If the box is no multiple of the cell, is empty, or wider than the earth.
        """
        west, south, east, north = bounds
        size = np.array([north - south, east - west]) / cell_deg if cell_deg > 0 else np.zeros(2)
        rows, columns = np.rint(size).astype(int).tolist()
        whole = np.allclose(size, [rows, columns], rtol=0, atol=1e-6)
        if not (whole and min(rows, columns) > 0 and east - west <= _TURN_DEG and max(-south, north) <= _POLE_DEG):
            raise UsageError(f"bounds {bounds} are no box of whole cells of {cell_deg:g} degrees.")
        edges = shore_edges(shore)
        closed = [c.box for c in corrections if c.kind == "closed" and c.box]
        coarse = Cells.over(edges, west, north, cell_deg, (rows, columns), closed)
        ends = {c.name: c.end for c in corrections if c.kind == "approach" and c.end}
        refined = np.zeros_like(coarse.water)
        for ports in near:
            for name, *position in zip(
                *(c.tolist() for c in (ports.id, ports.longitude_deg, ports.latitude_deg)), strict=True
            ):
                longitude, latitude = ends.get(name, position)
                refined |= coarse.near(longitude, latitude, NEAR_DEG + _ROUNDING_DEG)
        used = tuple(c for c in corrections if c.kind in {"open", "approach"})
        return cls(Levels.over(edges, coarse, refined, closed), used)

    def routes(self, origins: Places, destinations: Places, lane_factor: float = 1.0) -> SeaRoutes:
        """Shortest ways between all origins and all destinations.

        A place is joined to the centre of the nearest cell of the sea by a straight line, whose length counts; an
        ``approach`` of its id is used instead where there is one. Nothing but the same point is 0 km away.

        Parameters
        ----------
        origins, destinations
            Ports; any, but only near those that the grid was laid for it is fine.
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

    def stub_km(self, places: Places) -> Floats:
        """How far each place, or the end of its approach, lies from the nearest cell of the sea, over land if need be.

        Raises
        ------
        InputError
            As :meth:`routes`.
        """
        at_sea, _, _ = self._reached(places)
        return self._stubs(places, at_sea)[1]

    @cached_property
    def _graph(self) -> csr_array[np.float64, tuple[int, int]]:
        """Moves between water cells (km), both ways."""
        from scipy.sparse import csr_array

        # counted first and then filled in place: a list of all moves would take three times the memory
        count = len(self.levels.positions)
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
        yield from self.levels.moves()
        for opened in self.corrections:
            if opened.kind == "open" and opened.start and opened.end:
                numbers, stubs = self.levels.nearest(*np.array([opened.start, opened.end]).T)
                straight = great_circle_km(*opened.start, *opened.end)
                km = stubs.sum() + (straight if opened.length_km is None else opened.length_km)
                ends = numbers.astype(np.int32)
                yield ends[:1], ends[1:], np.array([km])

    def _reached(self, places: Places) -> tuple[Floats, Floats, list[Floats]]:
        """Where each place reaches the sea, by its approach or by itself; the way there (km); and its points."""
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
        return at_sea, extra, shape

    def _stubs(self, places: Places, at_sea: Floats) -> tuple[Ints, Floats]:
        """Number of the cell nearest to where each place reaches the sea, and its distance (km)."""
        cell, stub = self.levels.nearest(*at_sea.T)
        faults = []
        for i in np.flatnonzero(~(stub <= MOST_STUB_KM)).tolist():
            message = (
                f'"{places.id[i]}" at longitude {at_sea[i, 0]:g}, latitude {at_sea[i, 1]:g} is {stub[i]:,.0f} km from '
                f"the sea; at most {MOST_STUB_KM:g} km are bridged. Name the berth, or type an approach."
            )
            faults.append(Fault("places", None, None, message))
        if faults:
            raise InputError(faults)
        return cell, stub

    def _joined(self, places: Places) -> tuple[Ints, Floats, list[Floats]]:
        """Number of the cell where each place reaches the sea, the way there (km), and its points before the cell."""
        at_sea, extra, shape = self._reached(places)
        cell, stub = self._stubs(places, at_sea)
        # turn longitudes to lie beside the cell, so that no line is drawn around the earth
        beside = self.levels.positions[cell, 0]
        for i, points in enumerate(shape):
            points[:, 0] += _TURN_DEG * np.rint((beside[i] - points[:, 0]) / _TURN_DEG)
        return cell, extra + stub, shape

    def _path(self, before: npt.NDArray[np.int32], last: int) -> Floats:
        """Points from the source of a search to a cell."""
        path = [last]
        while before[path[-1]] >= 0:
            path.append(int(before[path[-1]]))
        return np.asarray(self.levels.positions[path[::-1]])
