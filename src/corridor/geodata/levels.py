"""Cells of the sea of two sizes, numbered as one graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from corridor.earth import EARTH_RADIUS_KM
from corridor.geodata.cells import Cells
from corridor.geodata.graph import Bounds, Flags, Floats, Ints
from corridor.geodata.raster import Edges

FINER = 5
"""How many fine cells lie along the side of a cell near a port: odd, so that one of them has the same centre."""

SEA_SHARE = 0.01
"""Water with fewer than this share of the cells of the largest water is a lake: no place is joined to it."""

_TOUCHING = np.ones((3, 3))  # cells that touch at a corner are one water: a ship may move between them


class Patch(NamedTuple):
    """Fine cells in place of some coarse ones.

    Attributes
    ----------
    cells
        Fine; no water outside the coarse cells that they stand for.
    row, column
        Of the first coarse cell.
    """

    cells: Cells
    row: int
    column: int


class Level(NamedTuple):
    """Cells of one size with their numbers in the graph, and whether they are of the sea; -1 and no on land."""

    cells: Cells
    number: npt.NDArray[np.int32]
    sea: Flags


@dataclass(frozen=True, eq=False)
class Levels:
    """Coarse cells everywhere, and fine ones beside some of them.

    A coarse cell of water has its centre in common with the fine cell in its middle, and there a ship passes from one
    size to the other: so ways may take the moves of both.

    Attributes
    ----------
    coarse
        Cells of the whole box.
    fine
        Patches that do not touch each other.
    """

    coarse: Cells
    fine: tuple[Patch, ...] = ()

    @classmethod
    def over(cls, edges: Edges, coarse: Cells, refined: Flags, closed: Sequence[Bounds] = ()) -> Levels:
        """Lay fine cells beside the coarse ones that are to be refined.

        Parameters
        ----------
        edges
            Of the land, as :func:`corridor.geodata.raster.shore_edges` gives them.
        coarse
            Cells of the whole box.
        refined
            Which of them.
        closed
            Boxes without water.
        """
        return cls(coarse, tuple(_patches(edges, coarse, refined, closed)))

    @cached_property
    def each(self) -> tuple[Level, ...]:
        """The coarse cells and each patch. Cells with a common centre have one number."""
        numbers = [_numbered(self.coarse.water, 0)]
        half = FINER // 2
        count = int(np.count_nonzero(self.coarse.water))
        for cells, row, column in self.fine:
            own = np.full(cells.water.shape, -1, dtype=np.int32)
            middle = own[half::FINER, half::FINER]
            rows, columns = middle.shape
            held = numbers[0][row : row + rows, column : column + columns]
            middle[:] = np.where(cells.water[half::FINER, half::FINER], held, -1)
            new = _numbered(cells.water & (own < 0), count)
            count += int(np.count_nonzero(new >= 0))
            numbers.append(np.maximum(own, new))
        all_cells = [self.coarse, *(patch.cells for patch in self.fine)]
        sea = _sea([cells.water for cells in all_cells], numbers, count)
        return tuple(Level(cells, number, sea[number]) for cells, number in zip(all_cells, numbers, strict=True))

    @cached_property
    def positions(self) -> Floats:
        """Centre of each numbered cell, as points x (longitude, latitude)."""
        points = np.empty((1 + max(int(level.number.max()) for level in self.each), 2))
        for cells, number, _ in reversed(self.each):  # of a common centre the coarse digits stay
            longitude, latitude = cells.centres()
            row, column = np.nonzero(number >= 0)
            points[number[row, column]] = np.column_stack([longitude[column], latitude[row]])
        return points

    def moves(self) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Floats]]:
        """Numbers of both cells of each move and its length (km); none stands twice on one side of what is yielded."""
        for cells, number, _ in self.each:
            flat = number.ravel()
            for one, other, km in cells.moves():
                yield flat[one], flat[other], km

    def nearest(self, longitude_deg: Floats, latitude_deg: Floats) -> tuple[Ints, Floats]:
        """Number of the cell of the sea nearest to each point, and its distance (km); inf where there is no sea."""
        number, distance = [], []
        for east, north in zip(longitude_deg.tolist(), latitude_deg.tolist(), strict=True):
            found = []
            for level in self.each:
                chord = np.where(level.sea, level.cells.chords(east, north), np.inf)
                best = int(chord.argmin())
                found.append((float(chord.flat[best]), int(level.number.flat[best])))
            nearest, cell = min(found)
            number.append(cell)
            distance.append(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(nearest)) if np.isfinite(nearest) else np.inf)
        return np.array(number, dtype=np.int64), np.array(distance)


def _patches(edges: Edges, coarse: Cells, refined: Flags, closed: Sequence[Bounds]) -> Iterator[Patch]:
    """Fine cells for coarse ones, one patch for each group of coarse cells that touch."""
    from scipy.ndimage import find_objects, label

    groups, _ = label(refined, _TOUCHING)
    for group, (rows, columns) in enumerate(find_objects(groups), start=1):
        west, north = coarse.west_deg + columns.start * coarse.cell_deg, coarse.north_deg - rows.start * coarse.cell_deg
        whole = groups[rows, columns] == group
        size = whole.shape[0] * FINER, whole.shape[1] * FINER
        cells = Cells.over(edges, west, north, coarse.cell_deg / FINER, size, closed)
        cells.water[...] &= whole.repeat(FINER, axis=0).repeat(FINER, axis=1)
        yield Patch(cells, rows.start, columns.start)


def _numbered(chosen: Flags, first: int) -> npt.NDArray[np.int32]:
    """Running numbers of the chosen cells; -1 elsewhere."""
    number = np.full(chosen.shape, -1, dtype=np.int32)
    number[chosen] = np.arange(first, first + np.count_nonzero(chosen), dtype=np.int32)
    return number


def _sea(waters: Sequence[Flags], numbers: Sequence[npt.NDArray[np.int32]], count: int) -> Flags:
    """Whether each numbered cell is of the sea and not of a lake; and at the end a no, for the number of land, -1."""
    from scipy.ndimage import label
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    piece = np.full(count, -1)
    first, met = 0, []
    for water, number in zip(waters, numbers, strict=True):
        found, pieces = label(water, _TOUCHING)
        own, cell = found[water] - 1 + first, number[water]
        known = piece[cell] >= 0  # a fine cell that is a coarse one too joins their waters
        met.append(np.array([piece[cell[known]], own[known]]))
        piece[cell[~known]] = own[~known]
        first += pieces
    if not count:
        return np.zeros(1, dtype=np.bool_)
    ends = np.concatenate(met, axis=1)
    joined = coo_array((np.ones(ends.shape[1], dtype=np.bool_), (ends[0], ends[1])), shape=(first, first))
    waters_joined, of_piece = connected_components(joined, directed=False)
    body = of_piece[piece]
    size = np.bincount(body[: np.count_nonzero(waters[0])], minlength=waters_joined)  # in coarse cells
    return np.append((size >= max(1.0, SEA_SHARE * size.max()))[body], False)
