"""The ground of a map: a projection onto the page, outlines of countries, and lines that stand beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridor.figures.layout import POINTS_PER_INCH
from corridor.geodata.shapes import Country
from corridor.values import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path as Outline

MITRE, SMOOTH_PT = 1.6, 0.3
SEA, LAND, HOME, BORDER = "#E3EDF4", "#F7F5EF", "#EFE7CD", "#B5B0A3"
EDGE_SHARE, LOWEST, HIGHEST = 0.05, 0.5, 0.72
"""Room around what is mapped; and how high a map is at least and at most, as shares of its width."""

EARTH = "+proj=laea +lat_0={lat} +lon_0={lon} +R=6371000 +units=km"
"""Lambert's equal-area projection around the middle of what is mapped: scale is true there, areas everywhere."""


class Ground(NamedTuple):
    """A map's projection: from degrees to points of the page, from the lower left corner of the map.

    Attributes
    ----------
    projection
        From degrees to km (pyproj).
    west_km, south_km
        Lower left corner, km from the centre.
    km_per_pt
        Scale at the centre.
    width_pt, height_pt
        Size of the map.
    """

    projection: Any
    west_km: float
    south_km: float
    km_per_pt: float
    width_pt: float
    height_pt: float

    def place(self, positions: Floats) -> Floats:
        """Points of the page, n x 2, of positions in degrees, n x (longitude, latitude)."""
        km = np.column_stack(self.projection(*np.asarray(positions, dtype=float).T))
        return (km - [self.west_km, self.south_km]) / self.km_per_pt

    @property
    def frame(self) -> Any:
        """The map's edge, as a shape (shapely)."""
        import shapely

        return shapely.box(0, 0, self.width_pt, self.height_pt)


def ground(positions: Floats, width_in: float) -> Ground:
    """Choose the projection that shows some positions, degrees, on a map of a width."""
    from pyproj import Proj

    unit = _on_sphere(positions).mean(axis=0)
    lon, lat = np.degrees([np.arctan2(unit[1], unit[0]), np.arctan2(unit[2], np.hypot(unit[0], unit[1]))]).tolist()
    projection = Proj(EARTH.format(lon=lon, lat=lat))
    km = np.column_stack(projection(*np.asarray(positions, dtype=float).T))
    (west, south), (east, north) = km.min(axis=0).tolist(), km.max(axis=0).tolist()
    across, up = max(east - west, 50.0), max(north - south, 50.0)
    across, up = across * (1 + 2 * EDGE_SHARE), up * (1 + 2 * EDGE_SHARE)
    up = max(up, LOWEST * across)
    across = max(across, up / HIGHEST)
    width_pt = width_in * POINTS_PER_INCH
    scale = across / width_pt
    return Ground(projection, (west + east - across) / 2, (south + north - up) / 2, scale, width_pt, up / scale)


def _on_sphere(positions: Floats) -> Floats:
    lon, lat = np.radians(np.asarray(positions, dtype=float)).T
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def draw_countries(axes: Axes, on: Ground, outlines: Mapping[str, Country], home: Sequence[str]) -> dict[str, Any]:
    """Draw land and borders, and hand back what of each country lies on the map, in points of the page.

    Where no outlines are held the map stays white: that there is sea is not known.
    """
    import shapely
    from matplotlib.patches import PathPatch

    if not outlines:
        return {}
    west, south, east, north = shapely.total_bounds(
        np.array([country.land for country in outlines.values()], dtype=object)
    ).tolist()
    held = shapely.segmentize(shapely.box(west, south, east, north), 1.0)
    sea = shapely.intersection(shapely.transform(held, on.place), on.frame)
    shown = {}
    for name, country in outlines.items():
        moved = shapely.make_valid(shapely.transform(country.land, on.place))
        cut = shapely.simplify(shapely.intersection(moved, on.frame), 0.5)
        if not cut.is_empty and cut.area > 0:
            shown[name] = cut
    if not shown:
        return {}
    for outline in _outlines(sea):
        axes.add_artist(PathPatch(outline, facecolor=SEA, edgecolor="none", zorder=0))
    for name in sorted(shown):
        for outline in _outlines(shown[name]):
            face = HOME if name in home else LAND
            axes.add_artist(PathPatch(outline, facecolor=face, edgecolor=BORDER, linewidth=0.4, zorder=0.5))
    return shown


def _outlines(shape: Any) -> list[Outline]:
    """One path for all polygons of a shape, holes left open."""
    import shapely
    from matplotlib.path import Path as Outline

    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    rings = [np.asarray(ring.coords) for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    if not rings:
        return []
    codes = [[Outline.MOVETO, *[Outline.LINETO] * (len(ring) - 2), Outline.CLOSEPOLY] for ring in rings]
    return [Outline(np.concatenate(rings)[:, :2], [code for ring in codes for code in ring])]


def beside(line: Floats, by_pt: float) -> Floats:
    """Move a line aside, to its left where ``by_pt`` is above 0; its direction stays.

    Corners are mitred, sharp ones no farther out than :data:`MITRE` times the distance.
    """
    import shapely

    line = np.asarray(line, dtype=float)
    if np.ptp(line, axis=0).max() > SMOOTH_PT:  # what is shorter than a letter's stroke has no shape
        line = shapely.get_coordinates(shapely.simplify(shapely.LineString(line), SMOOTH_PT))
    else:
        line = line[[0, -1]]
    steps = np.diff(line, axis=0)
    lengths = np.hypot(*steps.T)[:, None]
    normals = np.divide(steps[:, ::-1] * [-1, 1], lengths, out=np.zeros_like(steps), where=lengths > 0)
    before, after = np.vstack([normals[:1], normals]), np.vstack([normals, normals[-1:]])
    reach = np.maximum(1 + (before * after).sum(axis=1), 2 / MITRE**2)[:, None]
    return np.asarray(line + by_pt * (before + after) / reach)
