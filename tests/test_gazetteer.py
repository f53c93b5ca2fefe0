"""Places and ports from files of the user; every file here was made up for this project."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from corridor.errors import InputError, UsageError
from corridor.geodata.gazetteer import places_of, read_places, read_world_port_index

POINTS = [(130.29, 42.23), (129.38, 36.05), (-118.18, 33.77)]


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def table(**columns: list[object]) -> gpd.GeoDataFrame:
    made = {"id": ["rajin", "pohang", "long_beach"], "name": ["Rajin", "Pohang", "Long Beach"], **columns}
    return gpd.GeoDataFrame(made, geometry=[shapely.Point(at) for at in POINTS], crs="OGC:CRS84")


def told(error: InputError) -> list[tuple[int | None, str | None]]:
    return [(fault.row, fault.column) for fault in error.faults]


@pytest.mark.parametrize("columns", ["longitude_deg,latitude_deg", "longitude,latitude", "lon,lat"])
def test_places_of_a_table(tmp_path: Path, columns: str) -> None:
    rows = "rajin,Rajin,KP,130.29,42.23\npohang,,,129.38,36.05\n"
    found = read_places(written(tmp_path / "places.csv", f"id,name,country,{columns}\n{rows}"))
    assert list(found.columns) == ["id", "name", "country", "geometry"]
    assert found["name"].tolist() == ["Rajin", "pohang"]
    assert found["country"].tolist() == ["KP", ""]
    assert found.crs.equals("OGC:CRS84")
    assert [(point.x, point.y) for point in found.geometry] == POINTS[:2]


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "parquet"])
def test_places_of_a_map_are_brought_to_longitude_and_latitude(tmp_path: Path, kind: str) -> None:
    frame = table().to_crs("OGC:CRS84" if kind == "geojson" else "EPSG:3857")
    path = tmp_path / f"places.{kind}"
    frame.to_parquet(path) if kind == "parquet" else frame.to_file(path)
    found = read_places(path)
    assert found.crs.equals("OGC:CRS84")
    assert found["id"].tolist() == ["rajin", "pohang", "long_beach"]
    for point, at in zip(found.geometry, POINTS, strict=True):
        assert (point.x, point.y) == pytest.approx(at)
    ports = places_of(found.to_crs("EPSG:3857"))
    assert ports.id.tolist() == ["rajin", "pohang", "long_beach"]
    assert ports.longitude_deg == pytest.approx([at[0] for at in POINTS])


def test_a_coordinate_system_that_is_not_known_is_refused(tmp_path: Path) -> None:
    table().set_crs(None, allow_override=True).to_parquet(tmp_path / "places.parquet")
    with pytest.raises(InputError, match="does not say on which coordinate system"):
        read_places(tmp_path / "places.parquet")
    with pytest.raises(InputError, match="not known"):
        places_of(table().set_crs(None, allow_override=True))


def test_other_names_of_columns_and_numbers_as_ids(tmp_path: Path) -> None:
    frame = table(osm_id=[5, 6, 7], port=["a", None, "c"])
    frame.to_file(tmp_path / "places.gpkg")
    found = read_places(tmp_path / "places.gpkg", id_column="osm_id", name_column="port")
    assert found["id"].tolist() == ["5", "6", "7"]
    assert found["name"].tolist() == ["a", "6", "c"]
    with pytest.raises(InputError, match=r'column "osm_ids": is missing\. Did you mean "osm_id"'):
        read_places(tmp_path / "places.gpkg", id_column="osm_ids")


def test_every_fault_of_a_table_is_listed(tmp_path: Path) -> None:
    rows = [
        "rajin,130.29,42.23",
        "rajin,130.30,42.24",  # twice
        ",131,43",  # no id
        "swapped,42.23,130.29",
        "gap,,36.05",
        "word,129.38,north",
        "far,181,36",
    ]
    with pytest.raises(InputError) as refused:
        read_places(written(tmp_path / "places.csv", "id,longitude,latitude\n" + "\n".join(rows)))
    expected = [(3, "id"), (4, "id"), (5, "latitude_deg"), (6, "longitude"), (7, "latitude"), (8, "longitude_deg")]
    assert told(refused.value) == expected
    assert "Are the columns swapped?" in str(refused.value)


def test_every_fault_of_a_map_is_listed(tmp_path: Path) -> None:
    shapes = [None, shapely.LineString([(0, 0), (1, 1)]), shapely.Point(42.23, 130.29), shapely.Point()]
    places = [
        {"type": "Feature", "properties": {"id": "a"}, "geometry": shape and shapely.geometry.mapping(shape)}
        for shape in shapes[:3]
    ]
    path = written(tmp_path / "places.geojson", json.dumps({"type": "FeatureCollection", "features": places}))
    with pytest.raises(InputError) as refused:
        read_places(path)
    assert told(refused.value) == [(1, "geometry"), (2, "geometry"), (2, "id"), (3, "id"), (3, "latitude_deg")]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("places.csv", "", "has no places"),
        ("places.csv", "id,longitude,latitude\n", "has no places"),
        ("places.csv", "id,longitude,latitudes\na,1,2\n", 'column "latitude_deg": is missing'),
        ("places.csv", "name,lon,lat\na,1,2\n", 'column "id": is missing'),
        ("places.geojson", "{", "cannot be read as a map"),
        ("places.parquet", "PAR1", "cannot be read as a map"),
        ("places.geojson", '{"type": "FeatureCollection", "features": []}', "has no places"),
    ],
)
def test_what_is_no_file_of_places_is_refused(tmp_path: Path, name: str, text: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        read_places(written(tmp_path / name, text))
    with pytest.raises(InputError, match="is missing"):
        read_places(tmp_path / "nowhere.csv")


HEAD = "World Port Index Number,Main Port Name,UN/LOCODE,Country Code,Cargo Pier Depth (m),Latitude,Longitude\n"


def test_ports_of_the_world_port_index(tmp_path: Path) -> None:
    rows = "60010.0,Here,,North Korea,7.9,42.23,130.29\n60020,There, ,South Korea,0.0,36.05,129.38\n"
    found = read_world_port_index(written(tmp_path / "pub150.csv", "\ufeff" + HEAD + rows))
    assert list(found.columns) == ["id", "name", "country", "cargo_pier_depth", "geometry"]
    assert found["id"].tolist() == ["60010", "60020"]
    assert found["country"].tolist() == ["North Korea", "South Korea"]
    assert found["cargo_pier_depth"].tolist() == ["7.9", ""]
    assert (found.geometry[0].x, found.geometry[0].y) == (130.29, 42.23)
    assert "never the binding" in str(read_world_port_index.__doc__)


def test_ports_outside_the_bounds_are_left_out_with_their_faults(tmp_path: Path) -> None:
    rows = "1,West,,X,,1,178\n2,East,,X,,1,-178\n3,Far,,X,,1,10\n3,Far too,,X,,1,11\n"
    path = written(tmp_path / "pub150.csv", HEAD + rows)
    assert read_world_port_index(path, (170, -5, 190, 5))["name"].tolist() == ["West", "East"]
    with pytest.raises(InputError, match='"3" stands in row 4 already'):
        read_world_port_index(path)
    with pytest.raises(UsageError, match="are no box"):
        read_world_port_index(path, (190, -5, 170, 5))


def test_another_layout_of_the_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_world_port_index(
            written(tmp_path / "old.csv", "INDEX_NO,PORT_NAME,COUNTRY,LATITUDE,LONGITUDE\n1,a,b,1,2\n")
        )
    assert len(refused.value.faults) == 6
