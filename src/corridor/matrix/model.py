"""Many-to-many cost, distance and time over a transport graph, split by component and country."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from corridor.errors import Fault, InputError, UsageError
from corridor.geodata.chains import nearest
from corridor.geodata.graph import MODES, GeoGraph, position_faults
from corridor.matrix.layout import Layout, classes, lay
from corridor.matrix.values import BY_STRETCH, CostMatrix, Points, Split, Weight
from corridor.paths import Floats, Ints


class MatrixModel:
    """A graph made ready for cost matrices: classes of edges and compressed rows are laid once, weights change.

    Weights with charges by stretch ask for gates: the rows are then laid for them.

    Parameters
    ----------
    graph
        Nodes and edges.
    """

    def __init__(self, graph: GeoGraph) -> None:
        self.graph = graph
        names, self._class_of = classes(graph)
        self.classes = names
        self._plain = lay(graph, names, self._class_of, ())
        # Points never stand at sea: the ends of sea routes have only sea and a quay.
        at_sea = np.zeros(graph.n_nodes, dtype=bool)
        sea = graph.mode == MODES.index("sea")
        at_sea[graph.edge_from[sea]] = at_sea[graph.edge_to[sea]] = True
        self._ashore = ~(at_sea & (graph.country == ""))

    def snap(self, points: Points, limit_km: float) -> tuple[Ints, Floats]:
        """Find the node nearest to each point.

        Parameters
        ----------
        points
            Where.
        limit_km
            Farther is an error.

        Returns
        -------
        nodes, km

        Raises
        ------
        InputError
            Lists every point that is outside the earth, swapped, or too far from the network.
        """
        [found] = self._snapped([points], limit_km)
        return found

    def _snapped(self, sides: Sequence[Points], limit_km: float) -> list[tuple[Ints, Floats]]:
        """Node and distance of each point of several files; the faults of all files are told at once."""
        if not 0 < limit_km < np.inf:
            raise UsageError(f"the limit is {limit_km:g} km: it must be a number above 0.")
        if not self._ashore.any():
            raise InputError([Fault("graph", None, None, "the network is empty: there is nothing to snap to.")])
        faults: list[Fault] = []
        found = []
        for points in sides:
            outside = position_faults(points.file, points.longitude_deg, points.latitude_deg, first_row=0)
            wrong = {fault.row for fault in outside}
            faults += [replace(fault, row=_row(points, fault.row or 0)) for fault in outside]
            right = np.array([place for place in range(len(points.name)) if place not in wrong], dtype=np.int64)
            where = points.longitude_deg[right], points.latitude_deg[right]
            node, km = nearest(self.graph, *where, among=self._ashore)
            faults += [
                Fault(
                    points.file,
                    _row(points, place),
                    None,
                    f'"{points.name[place]}" lies {away:.0f} km from the network; the limit is {limit_km:g} km.',
                )
                for place, away in zip(right.tolist(), km.tolist(), strict=True)
                if away > limit_km
            ]
            found.append((node, km))
        if faults:
            raise InputError(faults)
        return found

    def matrix(
        self,
        origins: Points,
        destinations: Points,
        weights: Sequence[Weight],
        *,
        time_usd_per_t_h: float = 0.0,
        limit_km: float = 25.0,
    ) -> CostMatrix:
        """Find the best path from each origin to each destination by generalised cost.

        Parameters
        ----------
        origins, destinations
            Points; each is taken to its nearest node.
        weights
            What elements cost; every element and country of the graph needs a row.
        time_usd_per_t_h
            Value of time, part of generalised cost.
        limit_km
            How far from the network a point may lie.

        Returns
        -------
        CostMatrix

        Raises
        ------
        InputError
            If a weight is missing or a point too far away.
        """
        (starts, from_km), (ends, to_km) = self._snapped([origins, destinations], limit_km)
        laid, cash, hours, usable = self._edge_costs(weights)
        weight = np.where(usable, cash + time_usd_per_t_h * hours, np.inf)
        distinct, back = np.unique(starts, return_inverse=True)
        shape = len(origins.name), len(destinations.name)
        total = np.full(shape, np.nan)
        sums = np.zeros((*shape, len(self.classes), 3))
        per_edge = np.column_stack([cash, laid.km, hours])
        for part, trees in laid.rows.trees(weight, distinct):
            reached = np.isfinite(trees.distance[:, ends])
            found = self._along(laid, trees.parent, distinct[part], ends, reached, weight, per_edge)
            for place in np.flatnonzero((back >= part.start) & (back < part.stop)).tolist():
                row = back[place] - part.start
                total[place] = np.where(reached[row], trees.distance[row, ends], np.nan)
                sums[place] = found[row]
        there = np.isfinite(total)
        whole = np.where(there[..., None], sums.sum(axis=2), np.nan)
        return CostMatrix(
            origins=origins,
            destinations=destinations,
            generalised_usd_per_t=whole[..., 0] + time_usd_per_t_h * whole[..., 2],
            cash_usd_per_t=whole[..., 0],
            km=whole[..., 1],
            hours=whole[..., 2],
            origin_snap_km=from_km,
            destination_snap_km=to_km,
            split=self._split(sums, there),
        )

    def _edge_costs(self, weights: Sequence[Weight]) -> tuple[Layout, Floats, Floats, npt.NDArray[np.bool_]]:
        """The graph as it is laid for these weights, and cash, hours and usability of each edge of the layout."""
        faults = [
            Fault(
                "weights",
                None,
                "hours",
                f"{w.element} in {w.country}: a wait would be kept on every edge. Put it on transfer, port or border.",
            )
            for w in weights
            if w.element in BY_STRETCH and w.hours
        ]
        rows = {(weight.element, weight.country): weight for weight in weights}
        by_class = np.array([_of_class(name, rows, faults) for name in self.classes]).reshape(-1, 6)
        if faults:
            raise InputError(faults)
        stretch = by_class[:, 5]
        charged = tuple(np.flatnonzero(stretch > 0).tolist())
        laid = lay(self.graph, self.classes, self._class_of, charged) if charged else self._plain
        rate, charge, slowness, hours, usable, _ = by_class[laid.class_of].T
        cash = np.where(laid.gate, stretch[laid.class_of] / 2, rate * laid.km + charge)
        return laid, cash, np.where(laid.gate, 0.0, slowness * laid.km + hours), usable > 0

    def _along(
        self,
        laid: Layout,
        parent: npt.NDArray[np.int32],
        sources: Ints,
        ends: Ints,
        reached: npt.NDArray[np.bool_],
        weight: Floats,
        per_edge: Floats,
    ) -> Floats:
        """Sum cash, km and hours by class along each path, all paths in step from their ends to their sources."""
        n_classes = len(self.classes)
        sums = np.zeros((len(sources) * len(ends), n_classes, 3))
        row = np.repeat(np.arange(len(sources)), len(ends))
        at = np.tile(ends, len(sources))
        path = np.flatnonzero(reached.ravel() & (at != sources[row]))
        row, at = row[path], at[path]
        while len(path):
            before = parent[row, at].astype(np.int64)
            edge = laid.rows.edges_between(weight, before, at)
            sums[path, laid.class_of[edge]] += per_edge[edge]
            going_on = before != sources[row]
            path, row, at = path[going_on], row[going_on], before[going_on]
        return sums.reshape(len(sources), len(ends), n_classes, 3)

    def _split(self, sums: Floats, there: npt.NDArray[np.bool_]) -> Split:
        used = np.any(sums != 0, axis=3) & there[..., None]
        origin, destination, of_class = np.nonzero(used)
        cash, km, hours = sums[origin, destination, of_class].T
        names = [self.classes[c] for c in of_class.tolist()]
        return Split(origin, destination, tuple(e for e, _ in names), tuple(c for _, c in names), cash, km, hours)


def _row(points: Points, place: int) -> int:
    """Row of a point in its file, as a spreadsheet shows it."""
    return points.row[place] if points.row else place + 2


def _of_class(
    name: tuple[str, str], rows: dict[tuple[str, str], Weight], faults: list[Fault]
) -> tuple[float, float, float, float, float, float]:
    """Rate, charge, hours a km, hours, usability and charge by stretch.

    A border adds its own to the mean haulage of both sides, and is no part of a stretch on either.
    """
    element, country = name
    mode = element.removeprefix("border_")
    sides = country.split("-")
    found = []
    for wanted in {element, mode} if mode != element else {element}:
        for side in sides:
            weight = rows.get((wanted, side)) or rows.get((wanted, "*"))
            if weight is None:
                where = side or "at sea"
                faults.append(Fault("weights", None, "element", f"no row for {wanted} in {where}, and none for *."))
                return (np.nan,) * 6
            found.append((wanted, weight))
    hauls = [weight for wanted, weight in found if wanted == mode]
    borders = [weight for wanted, weight in found if wanted != mode]
    of_haul = float(np.mean([weight.usd_per_t for weight in hauls]))
    once = mode in BY_STRETCH
    charge = (0.0 if once else of_haul) + max((w.usd_per_t for w in borders), default=0.0)
    stretch = of_haul if once and element == mode else 0.0
    hours = float(np.mean([weight.hours for weight in hauls])) + max((w.hours for w in borders), default=0.0)
    rate = float(np.mean([weight.usd_per_t_km for weight in hauls]))
    slowness = float(np.mean([1 / weight.km_per_h for weight in hauls]))
    usable = all(weight.usable for _, weight in found)
    return rate, charge, slowness, hours, float(usable), stretch
