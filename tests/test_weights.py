"""What elements of a graph cost: by tariffs, ships and numbers of one price year; and what the command says it read."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import corridor
from corridor.cli import main
from corridor.geodata import GeoGraph
from corridor.matrix import Weight
from corridor.ocean import Fleet
from corridor.study import Study
from corridor.weights import read_weights

GEO = Path(__file__).parents[1] / "data" / "geo"
HEAD = "element,country,tariff,stretch_tariff,ship,berths,usd_per_t_km,usd_per_t,price_year,km_per_h,hours\n"


@pytest.fixture
def written(rason: Study, tmp_path: Path) -> Callable[..., list[Weight]]:
    """Weights of a file with some rows, under a scenario."""

    def read(rows: str, scenario: str = "today", commodity: str | None = None) -> list[Weight]:
        (tmp_path / "weights.csv").write_text(HEAD + rows)
        return read_weights(tmp_path / "weights.csv", rason.run(scenario).values, commodity)[0]

    return read


def test_typed_dollars_are_restated_to_the_price_year_of_the_scenario(written: Callable[..., list[Weight]]) -> None:
    row = "sea,,,,,,0.002,4,2020,25,110\n"
    for scenario, index in (("today", 321.943), ("essay", 237.017)):  # of 2025 and 2015, over that of 2020
        [weight] = written(row, scenario)
        assert weight.usd_per_t_km == pytest.approx(0.002 * index / 258.811)
        assert weight.usd_per_t == pytest.approx(4 * index / 258.811)
        assert (weight.km_per_h, weight.hours) == (25, 110)
    [weight] = written(row.replace("2020", "2025"))
    assert (weight.usd_per_t_km, weight.usd_per_t) == (0.002, 4)


def test_the_fixed_part_of_a_tariff_is_paid_by_the_stretch_and_nowhere_else(
    rason: Study, written: Callable[..., list[Weight]]
) -> None:
    rows = "rail,CN,cr,transload_cn,,,,,,,\ntransfer,CN,transload_cn,,,,,,,,\ngauge_break,*,gauge_break_cn,,,,,,,,\n"
    for scenario, commodity in (("today", "iron_ore"), ("essay", "washed_coking_coal"), ("today", None)):
        values = rason.run(scenario).values
        rail, transfer, gauge_break = written(rows, scenario, commodity)
        for weight, parameter, tariff in (
            (rail, "haul_charge", "transload_cn"),
            (transfer, "handling_charge", "transload_cn"),
            (gauge_break, "gauge_break_charge", "gauge_break_cn"),
        ):
            figure = values.find(parameter, tariff, commodity=commodity)
            assert figure is not None
            assert weight.usd_per_t == figure.central > 0


@pytest.mark.parametrize("scenario", ["today", "essay"])
@pytest.mark.parametrize("commodity", ["washed_coking_coal", "iron_ore", "copper_concentrate"])
@pytest.mark.parametrize("ship", ["supramax", "handysize"])
def test_a_ship_costs_by_the_sea_what_its_voyage_costs(
    rason: Study, written: Callable[..., list[Weight]], scenario: str, commodity: str, ship: str
) -> None:
    [weight] = written(f"sea,,,,{ship},rajin_pier3 pohang,,,,,\n", scenario, commodity)
    values = rason.run(scenario).values
    lot = values.find("usual_lot", commodity)
    assert lot is not None
    km = np.array([0.001, 123.4, 987.0, 22_222.0])
    ends = [("rajin_pier3", "pohang")] * len(km)
    voyages = Fleet(values, only=ship).voyages(ends, np.repeat(km[:, None], 3, axis=1), lot.span)
    np.testing.assert_allclose(weight.usd_per_t_km * km + weight.usd_per_t, voyages.usd_per_t[:, 1], rtol=1e-12)
    np.testing.assert_allclose(km / weight.km_per_h + weight.hours, voyages.hours[:, 1], rtol=1e-12)


def test_a_voyage_by_hand(written: Callable[..., list[Weight]]) -> None:
    """A supramax of today with 45,000 t of coal between berths that work 20,000 t a day."""
    [weight] = written("sea,,,,supramax,tianjin pohang,,,,,\n", commodity="washed_coking_coal")
    in_port = 2 * 45_000 / 20_000
    fuel, dues = 500, 2 * (20_000 + 0.444 * 58_328) * 321.943 / 237.017
    at_sea = 2 * 1000 / (13.5 * 1.852) / 24  # days out and back for 1,000 km
    assert weight.usd_per_t == pytest.approx((in_port * (16_068 + 4 * fuel) + dues) / 45_000)
    assert 1000 * weight.usd_per_t_km == pytest.approx(at_sea * (16_068 + 26.3 * fuel) / 45_000)
    assert weight.km_per_h == pytest.approx(13.5 * 1.852)
    assert weight.hours == pytest.approx(in_port * 24)


def test_without_a_commodity_the_ship_carries_what_it_can(written: Callable[..., list[Weight]]) -> None:
    [deep] = written("sea,,,,supramax,tianjin pohang,,,,,\n")
    assert deep.hours == pytest.approx(2 * 56_828 / 20_000 * 24)  # deadweight less stores
    [shallow] = written("sea,,,,supramax,rajin_pier3 pohang,,,,,\n")
    assert shallow.hours == pytest.approx(39_938 * (1 / 8_000 + 1 / 20_000) * 24)  # 3 m short of draft, 56.3 t a cm


def test_the_committed_weights_type_no_numbers(rason: Study) -> None:
    with (GEO / "weights.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert row["tariff"] or row["ship"] or row["usable"] == "no"
    for scenario in rason.by_scenario:
        for commodity in (None, *(row.id for row in rason.tables["commodities"])):
            assert read_weights(GEO / "weights.csv", rason.run(scenario).values, commodity)[0]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("sea,,,,,,0.002,4,,25,110\n", 'weights.csv:2: column "price_year": is empty beside numbers in dollars'),
        ("transfer,*,,,,,,4,,,12\n", 'column "price_year": is empty'),
        ("transfer,*,,,,,,4,1999,,12\n", 'column "price_year": price_index.csv has no row for 1999'),
        ("transfer,*,,,,,,4,12,,12\n", "column \"price_year\": '12' is too small"),
        ("rail,CN,cr,,,,,4,2020,,\n", 'column "usd_per_t": stands beside a tariff'),
        ("rail,CN,cr,,,,,,2020,,\n", 'column "price_year": stands beside a tariff'),
        ("sea,,,,supramax,tianjin pohang,,,,25,\n", 'column "km_per_h": stands beside a ship'),
        ("sea,,cr,,supramax,tianjin pohang,,,,,\n", 'column "ship": stands beside a tariff'),
        ("sea,,,,supermax,tianjin pohang,,,,,\n", '"supermax" is no ship of this study. Did you mean "supramax"?'),
        ("sea,,,,supramax,tianjin,,,,,\n", "must name two berths"),
        ("sea,,,,supramax,tianjin pohnag,,,,,\n", '"pohnag" is no berth of this study. Did you mean "pohang"?'),
        ("sea,,,,capesize,rajin_pier3 pohang,,,,,\n", '"capesize" cannot lie at rajin_pier3 and pohang'),
        ("sea,,,,,tianjin pohang,0.002,4,2020,25,110\n", "names berths, but no ship"),
        ("rail,CN,,,supramax,tianjin pohang,,,,,\n", "is for the sea only"),
        ("transfer,CN,transload_cn,transload_cn,,,,,,,\n", "is for rail and road only"),
        ("transfer,CN,transload_cn,,,,,,,,\n", '"transload_cn" has a haul_charge, which is paid by the stretch'),
        ("rail,MN,ubtz,transload_cn,,,,,,,\nrail,CN,cr,,,,,,,,\ntransfer,CN,transload_cn,,,,,,,,\n", "weights.csv:4:"),
        ("rail,CN,cr,load_rail_mn,,,,,,,\n", '"load_rail_mn" has no haul_charge on 2025-12-31'),
        ("rail,CN,,transload_cn,,,0.02,4,2020,25,\n", 'column "usd_per_t": stands beside a stretch_tariff'),
        ("rail,CN,,,,,0.02,,2020,25,5\n", 'column "hours": would be waited on every edge'),
    ],
)
def test_what_does_not_count_or_lacks_is_told(written: Callable[..., list[Weight]], rows: str, expected: str) -> None:
    with pytest.raises(corridor.InputError) as caught:
        written(rows)
    assert expected in str(caught.value)


@pytest.fixture
def island(tmp_path: Path) -> list[str]:
    """A graph of two nodes with points and weights, and the arguments for its matrix."""
    folder = tmp_path / "here"
    folder.mkdir()
    graph = GeoGraph(
        longitude_deg=np.array([100.0, 101.0]),
        latitude_deg=np.array([45.0, 45.0]),
        country=np.array(["MN", "MN"]),
        gauge_mm=np.array([1520, 1520]),
        edge_from=np.array([0]),
        edge_to=np.array([1]),
        length_km=np.array([80.0]),
        mode=np.array([0]),
        schematic=np.array([False]),
    )
    graph.write(folder, "island")
    (folder / "from.csv").write_text("id,longitude_deg,latitude_deg\nwest,100,45\n")
    (folder / "to.csv").write_text("id,longitude_deg,latitude_deg\neast,101,45\n")
    (folder / "costs.csv").write_text("element,country,tariff\nrail,*,ubtz\n")
    return arguments(folder)


def arguments(folder: Path) -> list[str]:
    """Words of the command for the files of a folder."""
    files = {"origins": "from.csv", "destinations": "to.csv", "weights": "costs.csv", "graph": "island"}
    return ["matrix", *(word for name, file in files.items() for word in (f"--{name}", str(folder / file)))]


def told(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Input hash of a result."""
    assert main([*words, "--format", "json"]) == 0
    return str(json.loads(capsys.readouterr().out)["input_hash"])


def test_the_input_hash_covers_every_file_wherever_it_lies(
    island: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], rason: Study
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    first = told(island, capsys)
    assert first == told(island, capsys) != rason.input_hash
    shutil.copytree(here, there)
    assert told(arguments(there), capsys) == first
    seen = {first}
    for name in ("from.csv", "to.csv", "costs.csv"):
        with (there / name).open("a") as file:
            file.write("\n")
        seen.add(told(arguments(there), capsys))
    graph = GeoGraph.read(there, "island")
    longer = GeoGraph(**{name: getattr(graph, name) for name in GeoGraph.__slots__} | {"length_km": np.array([81.0])})
    longer.write(there, "island")
    seen.add(told(arguments(there), capsys))
    moved = {name: getattr(longer, name) for name in GeoGraph.__slots__} | {"gauge_mm": np.array([1520, 1435])}
    GeoGraph(**moved).write(there, "island")
    seen.add(told(arguments(there), capsys))
    assert len(seen) == 6
    for name in ("from.csv", "to.csv"):  # the same files the other way round are another question
        (there / name).write_bytes((here / ("to.csv" if name == "from.csv" else "from.csv")).read_bytes())
    shutil.copy(here / "costs.csv", there)
    for part in ("nodes", "edges"):
        shutil.copy(here / f"island_{part}.parquet", there)
    assert told(arguments(there), capsys) not in seen


def test_faults_of_both_files_of_points_are_told_at_once(
    island: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = tmp_path / "here"
    (here / "from.csv").write_text("id,longitude_deg,latitude_deg\nwest,100,45\n,,\nfar,100,55\n")
    (here / "to.csv").write_text("id,longitude_deg,latitude_deg\nswapped,45,100\n")
    assert main(island) == 3
    err = capsys.readouterr().err
    assert f'{here}/from.csv:4: "far" lies 1112 km from the network; the limit is 25 km.' in err.replace("\n", " ")
    assert f'{here}/to.csv:2: column "latitude_deg": 100 is outside' in err.replace("\n", " ")
    (here / "from.csv").write_text("id,longitude_deg,latitude_deg\nwest,east,45\n")
    (here / "to.csv").write_text("id,longitude_deg,latitude_deg\na,101,45\na,101,45\n")
    assert main(island) == 3
    err = capsys.readouterr().err
    assert f"{here}/from.csv:2:" in err
    assert f"{here}/to.csv:3:" in err
