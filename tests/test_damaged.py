"""Damaged files of the geography: always a fault that names the file, and column and row where there are any."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.cli import main
from corridor.errors import InputError
from corridor.geodata import GeoGraph
from corridor.geodata.geoparquet import read_columns, write_geoparquet
from corridor.geodata.sea import read_sea_routes

Columns = dict[str, Any]
WKB = shapely.to_wkb(shapely.points([100.0, 101.0, 102.0], [45.0, 45.0, 45.0])).tolist()
LINES = shapely.to_wkb(
    [shapely.LineString([(100, 45), (101, 45)]), shapely.LineString([(101, 45), (102, 45)])]
).tolist()
POLYGON = shapely.to_wkb(shapely.box(100, 45, 101, 46))
NODES: Columns = {"country": ["MN", "MN", "CN"], "gauge_mm": [1520, 1520, 1435], "geometry": WKB}
EDGES: Columns = {
    "from": [0, 1],
    "to": [1, 2],
    "length_km": [80.0, 79.0],
    "mode": [0, 3],
    "schematic": [False, True],
    "geometry": LINES,
}
ROUTES: Columns = {"from": ["a", "b"], "to": ["c", "d"], "length_km": [80.0, 79.0], "geometry": LINES}
TABLES: Mapping[str, Columns] = {"g_nodes": NODES, "g_edges": EDGES, "sea_routes": ROUTES}
READ: Mapping[str, Callable[[Path], object]] = {
    "g_nodes": lambda folder: GeoGraph.read(folder, "g", shapes=True),
    "g_edges": lambda folder: GeoGraph.read(folder, "g", shapes=True),
    "sea_routes": lambda folder: read_sea_routes(folder / "sea_routes.parquet"),
}


def write(folder: Path, name: str, columns: Mapping[str, Any], geo: object = None) -> Path:
    """Write columns as parquet, with some text as GeoParquet's metadata."""
    table = pa.table(dict(columns))
    if geo is not None:
        table = table.replace_schema_metadata({"geo": geo if isinstance(geo, bytes) else json.dumps(geo)})
    pq.write_table(table, folder / f"{name}.parquet")
    return folder / f"{name}.parquet"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three small files that are well."""
    for name, columns in TABLES.items():
        write(tmp_path, name, columns)
    return tmp_path


def faults(folder: Path, name: str) -> list[tuple[str, int | None, str | None]]:
    """File, row and column of the faults that reading tells of."""
    with pytest.raises(InputError) as caught:
        READ[name](folder)
    return [(Path(fault.file).name, fault.row, fault.column) for fault in caught.value.faults]


def test_the_files_are_well(folder: Path) -> None:
    graph = GeoGraph.read(folder, "g", shapes=True)
    assert (graph.n_nodes, graph.n_edges, len(graph.shape)) == (3, 2, 2)
    assert [route.length_km for route in read_sea_routes(folder / "sea_routes.parquet")] == [80.0, 79.0]


@pytest.mark.parametrize(
    ("name", "column", "cells", "row"),
    [
        ("g_nodes", "geometry", [WKB[0], b"\x01\x01", WKB[2]], 2),
        ("g_nodes", "geometry", [WKB[0], WKB[1], b""], 3),
        ("g_nodes", "geometry", [WKB[0], None, WKB[2]], 2),
        ("g_nodes", "geometry", [LINES[0], WKB[1], WKB[2]], 1),
        ("g_nodes", "geometry", [WKB[0], shapely.to_wkb(shapely.Point()), WKB[2]], 2),
        ("g_nodes", "geometry", [shapely.to_wkb(shapely.MultiPoint([(1, 2), (3, 4)])), WKB[1], WKB[2]], 1),
        ("g_nodes", "geometry", [WKB[0], WKB[1], shapely.to_wkb(shapely.Point(45, 100))], 3),
        ("g_nodes", "geometry", [WKB[0], WKB[1], shapely.to_wkb(shapely.Point(np.inf, 45))], 3),
        ("g_nodes", "geometry", ["POINT (1 2)"] * 3, None),
        ("g_nodes", "geometry", [1.0, 2.0, 3.0], None),
        ("g_nodes", "geometry", [[100.0, 45.0]] * 3, None),
        ("g_nodes", "geometry", [{"x": 100.0, "y": 45.0}] * 3, None),
        ("g_nodes", "gauge_mm", ["1520", "1520", "1435"], None),
        ("g_nodes", "gauge_mm", [1520.0, 1520.0, 1435.0], None),
        ("g_nodes", "gauge_mm", [1520, None, 1435], 2),
        ("g_nodes", "gauge_mm", [[1520], [1435], []], None),
        ("g_nodes", "country", [1, 2, 3], None),
        ("g_nodes", "country", ["MN", "MN", None], 3),
        ("g_nodes", "country", ["MN", "MN", "China"], 3),
        ("g_nodes", "country", ["M|", "MN", "CN"], 1),
        ("g_nodes", "country", [["MN"], ["MN"], ["CN"]], None),
        ("g_nodes", "country", [None, None, None], None),
        ("g_edges", "from", [0.0, 1.5], None),
        ("g_edges", "from", ["0", "1"], None),
        ("g_edges", "from", [0, 3], 2),
        ("g_edges", "from", [-1, 1], 1),
        ("g_edges", "to", [1, None], 2),
        ("g_edges", "to", [[1], [2]], None),
        ("g_edges", "to", pa.array([1, 2**64 - 1], pa.uint64()), 2),
        ("g_edges", "length_km", ["80", "79"], None),
        ("g_edges", "length_km", [80.0, np.nan], 2),
        ("g_edges", "length_km", [np.inf, 79.0], 1),
        ("g_edges", "length_km", [80.0, 0.0], 2),
        ("g_edges", "length_km", [-80.0, 79.0], 1),
        ("g_edges", "length_km", [None, 79.0], 1),
        ("g_edges", "length_km", [[80.0], [79.0]], None),
        ("g_edges", "mode", [0, 9], 2),
        ("g_edges", "mode", ["rail", "transfer"], None),
        ("g_edges", "schematic", [0, 1], None),
        ("g_edges", "schematic", [None, True], 1),
        ("g_edges", "geometry", [LINES[0], WKB[0]], 2),
        ("g_edges", "geometry", [LINES[0][:-3], LINES[1]], 1),
        ("g_edges", "geometry", [POLYGON, LINES[1]], 1),
        ("g_edges", "geometry", [LINES[0], shapely.to_wkb(shapely.LineString())], 2),
        ("sea_routes", "length_km", ["80", "79"], None),
        ("sea_routes", "length_km", [80.0, np.nan], 2),
        ("sea_routes", "from", [["a"], ["b"]], None),
        ("sea_routes", "to", ["c", None], 2),
        ("sea_routes", "from", [1.5, 2.5], None),
        ("sea_routes", "geometry", [LINES[0], b"nonsense"], 2),
        ("sea_routes", "geometry", [None, LINES[1]], 1),
    ],
)
def test_a_damaged_column_is_named_with_file_and_row(
    folder: Path, name: str, column: str, cells: Any, row: int | None
) -> None:
    write(folder, name, TABLES[name] | {column: cells})
    assert (f"{name}.parquet", row, column) in faults(folder, name)


def test_a_sea_route_that_is_no_line_is_refused(folder: Path) -> None:
    for shape in (WKB[0], POLYGON, shapely.to_wkb(shapely.LineString())):
        write(folder, "sea_routes", ROUTES | {"geometry": [LINES[0], shape]})
        assert [(row, column) for _, row, column in faults(folder, "sea_routes")] == [(2, "geometry")]


def test_all_faults_of_a_file_are_told_and_many_of_a_kind_in_short(folder: Path) -> None:
    write(folder, "g_nodes", {"country": [None] * 500, "gauge_mm": ["x"] * 500, "geometry": [b""] * 500})
    found = faults(folder, "g_nodes")
    assert {column for _, _, column in found} == {"country", "gauge_mm", "geometry"}
    assert len(found) < 50


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    "geo",
    [
        b"not json",
        b"\xff\xfe",
        b"[1, 2]",
        b"null",
        {"columns": None},
        {"columns": ["geometry"]},
        {"columns": {"geometry": "WKB"}},
        {"columns": {"geometry": {"encoding": "point"}}},
        {"columns": {"geometry": {"encoding": ["WKB"]}}},
        {"columns": {"geometry": {"crs": None}}},
        {"columns": {"geometry": {"crs": "EPSG:3857"}}},
        {"columns": {"geometry": {"crs": {"id": [1]}}}},
        {"columns": {"geometry": {"crs": {"name": "elsewhere", "id": {"authority": "EPSG", "code": 3857}}}}},
    ],
)
def test_metadata_that_is_wrong_is_told(folder: Path, name: str, geo: object) -> None:
    write(folder, name, TABLES[name], geo)
    assert faults(folder, name) == [(f"{name}.parquet", None, "geometry")]


@pytest.mark.parametrize("name", TABLES)
def test_a_file_that_cannot_be_read_is_told(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / f"{name}.parquet"
    whole = path.read_bytes()
    bad = [b"", b"PAR1", b"PAR1PAR1", b"id,from\n1,2\n", whole[:-1], whole[: len(whole) // 2], whole[:4] + whole[-8:]]
    for content in bad:
        path.write_bytes(content)
        assert faults(folder, name) == [(f"{name}.parquet", None, None)]

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", forbidden)
        with pytest.raises(InputError, match="cannot be read as parquet: Permission denied"):
            READ[name](folder)
    path.unlink()
    assert faults(folder, name) == [(f"{name}.parquet", None, None)]
    path.mkdir()
    write(path, "part", TABLES[name])  # a folder of parts is another format
    assert faults(folder, name) == [(f"{name}.parquet", None, None)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_does_not_hang_the_reader(folder: Path) -> None:
    path = folder / "g_nodes.parquet"
    path.unlink()
    os.mkfifo(path)
    assert faults(folder, "g_nodes") == [("g_nodes.parquet", None, None)]


@pytest.mark.parametrize("name", TABLES)
def test_columns_that_lack_or_stand_twice_are_told(folder: Path, name: str) -> None:
    for column in TABLES[name]:
        write(folder, name, {key: cells for key, cells in TABLES[name].items() if key != column})
        with pytest.raises(InputError, match=rf"{name}\.parquet: has no column {column}\."):
            READ[name](folder)
        twice = pa.table(
            [*map(pa.array, TABLES[name].values()), pa.array(TABLES[name][column])], [*TABLES[name], column]
        )
        pq.write_table(twice, folder / f"{name}.parquet")
        assert (f"{name}.parquet", None, column) in faults(folder, name)


def test_text_that_is_no_utf8_is_told(folder: Path) -> None:
    bad = pa.Array.from_buffers(pa.string(), 3, pa.array([b"MN", b"\xff\xfe", b"CN"]).buffers())
    write(folder, "g_nodes", NODES | {"country": bad})
    assert faults(folder, "g_nodes") == [("g_nodes.parquet", None, None)]


def test_names_of_columns_that_are_no_utf8_are_told(folder: Path) -> None:
    path = folder / "g_nodes.parquet"
    path.write_bytes(path.read_bytes().replace(b"country", b"countr\xff"))
    assert faults(folder, "g_nodes") == [("g_nodes.parquet", None, None)]


def test_other_writers_of_the_same_content_are_read(folder: Path) -> None:
    """Categories, wide text and bytes, narrow numbers."""
    wide = {
        "country": pa.array(["MN", "MN", "CN"]).dictionary_encode(),
        "gauge_mm": pa.array([1520, 1520, 1435], pa.uint16()),
        "geometry": pa.array(WKB, pa.large_binary()),
    }
    write(folder, "g_nodes", wide)
    write(folder, "g_edges", EDGES | {"length_km": pa.array([80, 79], pa.int32())})
    graph = GeoGraph.read(folder, "g", shapes=True)
    assert graph.country.tolist() == ["MN", "MN", "CN"]
    assert graph.length_km.tolist() == [80.0, 79.0]


def read_or_told(folder: Path, name: str) -> set[str]:
    """Files that reading tells of; none where it is well. Anything but an InputError is a bug of ours."""
    try:
        READ[name](folder)
    except InputError as error:
        return {Path(fault.file).name for fault in error.faults}
    return set()


@given(st.sampled_from(sorted(TABLES)), st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255))))
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_that_were_changed_are_read_or_refused(folder: Path, name: str, changes: list[tuple[float, int]]) -> None:
    path = write(folder, name, TABLES[name])
    content = bytearray(path.read_bytes())
    for place, byte in changes:
        content[int(place * len(content))] = byte
    path.write_bytes(content)
    told = read_or_told(folder, name)
    write(folder, name, TABLES[name])
    assert told <= {f"{one}.parquet" for one in TABLES}


CELLS = (
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.booleans(),
    st.text(max_size=3),
    st.binary(max_size=50),
    st.lists(st.floats(), max_size=2),
    st.dates(),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-99, max_value=99),
)


@given(st.data(), st.sampled_from([(name, column) for name, columns in TABLES.items() for column in columns]))
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_column_holds_is_read_or_refused(folder: Path, data: st.DataObject, place: tuple[str, str]) -> None:
    name, column = place
    cell = st.none() | data.draw(st.sampled_from(CELLS))
    n = len(TABLES[name][column])
    write(folder, name, TABLES[name] | {column: data.draw(st.lists(cell, min_size=n, max_size=n))})
    told = read_or_told(folder, name)
    write(folder, name, TABLES[name])
    assert told <= {f"{one}.parquet" for one in TABLES}


def test_the_command_names_the_file_and_ends_with_3(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points = folder / "points.csv"
    points.write_text("id,longitude_deg,latitude_deg\nwest,100,45\n")
    write(folder, "g_nodes", NODES | {"geometry": [WKB[0], b"\x01", WKB[2]]})
    words = ["matrix", "--origins", str(points), "--destinations", str(points), "--graph", str(folder / "g")]
    assert main(words) == 3
    assert 'g_nodes.parquet:2: column "geometry": holds no points as WKB' in capsys.readouterr().err.replace("\n", " ")


def test_what_is_written_is_read_in_the_order_of_its_rows(tmp_path: Path) -> None:
    write_geoparquet(tmp_path / "a.parquet", {"name": ["x", "y"]}, shapely.points([1.0, 2.0], [3.0, 4.0]), "Point")
    assert read_columns(tmp_path / "a.parquet", ["name"])["name"].tolist() == ["x", "y"]
