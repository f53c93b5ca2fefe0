"""What maps are drawn from: a line for every link, and outlines of countries."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from corridor.geodata.geoparquet import FLAG, LINE, SHAPE, TEXT, read_columns
from corridor.geodata.graph import Floats

LINK_SHAPES, OUTLINES = "link_shapes.parquet", "outlines.parquet"


class LinkShape(NamedTuple):
    """Line of a link.

    Attributes
    ----------
    line
        Points x (longitude, latitude), degrees.
    schematic
        Whether it is straight between the places that are known.
    """

    line: Floats
    schematic: bool


def read_link_shapes(folder: Path) -> dict[str, LinkShape]:
    """Lines by link; none where the folder holds none.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    import shapely

    path = folder / LINK_SHAPES
    if not path.exists():
        return {}
    found = read_columns(path, {"link": TEXT, "schematic": FLAG, "geometry": LINE})
    lines = shapely.from_wkb(found["geometry"])
    return {
        str(link): LinkShape(shapely.get_coordinates(line), bool(schematic))
        for link, schematic, line in zip(found["link"], found["schematic"], lines, strict=True)
    }


class Country(NamedTuple):
    """Name of a country, and its land as a shape (shapely)."""

    name: str
    land: Any


def read_outlines(folder: Path) -> dict[str, Country]:
    """Land by country, ISO 3166 two letters; none where the folder holds none.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    import shapely

    path = folder / OUTLINES
    if not path.exists():
        return {}
    found = read_columns(path, {"iso_a2": TEXT, "name": TEXT, "geometry": SHAPE})
    shapes = shapely.from_wkb(found["geometry"])
    return {
        str(country): Country(str(name), shape)
        for country, name, shape in zip(found["iso_a2"], found["name"], shapes, strict=True)
    }
