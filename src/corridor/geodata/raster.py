"""Cells of a grid that polygons touch and lines cross, by arithmetic on their points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridor.geodata.graph import Flags, Floats, Ints

if TYPE_CHECKING:
    import shapely

_CORNER = 1e-12  # share of a line below which two borders are crossed at once


Edges = tuple[Floats, Floats]
"""Where the edges of polygons begin and end, each as points x (longitude, latitude); land lies to one side of them."""


def shore_edges(shore: shapely.Geometry) -> Edges:
    """Edges of polygons of land, all rings turned the same way; the polygons may overlap."""
    import shapely

    polygons = shapely.orient_polygons(shapely.get_parts(shore))
    xy, ring = shapely.get_coordinates(shapely.get_rings(polygons), return_index=True)
    same = ring[1:] == ring[:-1]
    return xy[:-1][same], xy[1:][same]


def touched_cells(edges: Edges, west_deg: float, north_deg: float, cell_deg: float, size: tuple[int, int]) -> Flags:
    """Cells that land touches: crossed by its edge, or with their centre inside.

    Own arithmetic on the points of the edge, exact and faster than asking shapely of every cell; it needs no GDAL.
    """
    start, end = ((xy - (west_deg, north_deg)) / (cell_deg, -cell_deg) for xy in edges)  # columns right, rows down
    low, high = np.minimum(start, end), np.maximum(start, end)
    beside = (high[:, 1] >= 0) & (low[:, 1] <= size[0])  # those further west tell what is inside
    touched = _inside(start[beside], end[beside], size)
    among = beside & (high[:, 0] >= 0) & (low[:, 0] <= size[1])
    row, column = crossed_cells(start[among], end[among]).T
    held = (row >= 0) & (row < size[0]) & (column >= 0) & (column < size[1])
    touched[row[held], column[held]] = True
    return touched


def crossed_cells(start: Floats, end: Floats) -> Ints:
    """Cells that straight lines pass through, as n x (row, column); lines are given as points x (column, row)."""
    line, cut = [np.tile(np.arange(len(start)), 2)], [np.repeat([0.0, 1.0], len(start))]
    for axis in (0, 1):
        low, high = np.minimum(start[:, axis], end[:, axis]), np.maximum(start[:, axis], end[:, axis])
        first = np.floor(low).astype(np.int64) + 1
        which, border = _runs(first, np.ceil(high).astype(np.int64))
        line.append(which)
        cut.append((border - start[which, axis]) / (end[which, axis] - start[which, axis]))
    which, share = np.concatenate(line), np.concatenate(cut)
    order = np.lexsort((share, which))
    which, share = which[order], share[order]
    # the middle of each piece between two borders lies in one cell; a piece without length is a corner
    piece = (which[1:] == which[:-1]) & (np.diff(share) > _CORNER)
    middle = ((share[1:] + share[:-1]) / 2)[piece][:, None]
    which = which[1:][piece]
    column_row = np.floor(start[which] + middle * (end[which] - start[which])).astype(np.int64)
    return np.asarray(column_row[:, ::-1], dtype=np.int64)


def _inside(start: Floats, end: Floats, size: tuple[int, int]) -> Flags:
    """Cells whose centre the oriented rings run around (winding number, so that overlaps do no harm)."""
    rows, columns = size
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    first = np.clip(np.ceil(low - 0.5), 0, rows).astype(np.int64)
    which, row = _runs(first, np.clip(np.ceil(high - 0.5), 0, rows).astype(np.int64))
    along = (row + 0.5 - start[which, 1]) / (end[which, 1] - start[which, 1])
    at = start[which, 0] + along * (end[which, 0] - start[which, 0])
    column = np.clip(np.ceil(at - 0.5), 0, columns).astype(np.int64)
    winding = np.zeros((rows, columns + 1), dtype=np.int32)
    np.add.at(winding, (row, column), np.where(end[which, 1] > start[which, 1], 1, -1))
    return np.asarray(np.cumsum(winding, axis=1)[:, :columns] != 0)


def _runs(first: Ints, stop: Ints) -> tuple[Ints, Ints]:
    """Whole numbers from first to below stop of every pair: position of the pair, and number."""
    count = np.maximum(stop - first, 0)
    which = np.repeat(np.arange(len(count)), count)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
