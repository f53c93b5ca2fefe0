"""The committed geography: complete, audited, joined to the sea, and good for a cost matrix by the command."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

import corridor
from corridor.audit import MOST_DIFFERENCE, audit, faults
from corridor.cli import main
from corridor.geodata import MODES, GeoGraph
from corridor.geodata.geoparquet import read_columns
from corridor.study import Study
from corridor.weights import read_points, read_weights

GEO = Path(__file__).parents[1] / "data" / "geo"


def test_the_audit_passes(rason: Study) -> None:
    findings = {finding.link: finding for finding in audit(rason.tables, GEO)}
    assert {finding.verdict for finding in findings.values()} <= {"agrees", "exception", "not judged"}
    kinds = ("rail", "road", "sea")
    assert set(findings) == {link.id for link in rason.tables["links"] if link.kind in kinds}
    for finding in findings.values():
        if finding.kind != "road" and finding.status == "open" and finding.verdict == "agrees":
            assert finding.difference is not None
            assert abs(finding.difference) <= MOST_DIFFERENCE


@pytest.fixture
def geography(tmp_path: Path) -> Path:
    """The committed geography, to be changed."""
    copy = tmp_path / "geo"
    copy.mkdir()
    for name in ("rail_nodes", "rail_edges", "road_nodes", "road_edges", "sea_routes"):
        (copy / f"{name}.parquet").symlink_to(GEO / f"{name}.parquet")
    (copy / "exceptions.csv").write_bytes((GEO / "exceptions.csv").read_bytes())
    return copy


HARBIN = "rail_harbin_mudanjiang,-0.19,-0.17,"  # measured: 18.0 % shorter
MANZHOULI = "rail_zabaikalsk_manzhouli_border,,,"  # cannot be measured


@pytest.mark.parametrize(
    ("old", "new", "link", "verdict"),
    [
        (HARBIN, HARBIN, "rail_harbin_mudanjiang", "exception"),
        (HARBIN, HARBIN.replace("-0.17", "-0.185"), "rail_harbin_mudanjiang", "differs"),
        (HARBIN, HARBIN.replace("-0.19", "-0.175"), "rail_harbin_mudanjiang", "differs"),
        (HARBIN, "rail_harbin_mudanjiang,,,", "rail_harbin_mudanjiang", "differs"),
        (HARBIN, "rail_ulan_ude_chita,-0.5,0.5,", "rail_harbin_mudanjiang", "differs"),
        (HARBIN, HARBIN + "some reason\nrail_ulan_ude_chita,-0.5,0.5,", "rail_ulan_ude_chita", "needless exception"),
        (MANZHOULI, MANZHOULI.replace(",,,", ",-0.1,0.1,"), "rail_zabaikalsk_manzhouli_border", "not measured"),
        ("rail_rashaant_maanit,0.15,0.17", "rail_rashaant_maanit,0.17,0.18", "rail_rashaant_maanit", "differs"),
    ],
)
def test_an_exception_covers_the_difference_that_it_states(
    rason: Study, geography: Path, old: str, new: str, link: str, verdict: str
) -> None:
    written = geography / "exceptions.csv"
    text = written.read_text("utf-8")
    assert old in text
    written.write_text(text.replace(old, new), "utf-8")
    findings = audit(rason.tables, geography)
    assert {finding.link: finding.verdict for finding in findings}[link] == verdict
    told = {fault.column: fault for fault in faults(findings)}
    assert (link in told) == (verdict != "exception")
    if verdict == "needless exception":
        assert told[link].file == "exceptions.csv"
        assert "Remove its row" in told[link].message


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (HARBIN, HARBIN.replace("-0.17", ""), "exceptions.csv:10: give both"),
        (HARBIN, HARBIN.replace("-0.17", "-0.2"), "exceptions.csv:10: least_difference -0.19 lies above"),
        (
            HARBIN,
            HARBIN.replace("-0.19", "nan"),
            "exceptions.csv:10: column \"least_difference\": 'nan' is not a number",
        ),
        (HARBIN, HARBIN.replace("harbin_", "harbni_"), '"rail_harbni_mudanjiang" is no link'),
        (
            HARBIN,
            HARBIN.replace("rail_harbin_mudanjiang", "border_khasan"),
            '"border_khasan" is no link that is measured',
        ),
        (HARBIN, HARBIN + "some reason\n" + HARBIN, "stands in row 10 already"),
    ],
)
def test_exceptions_are_checked(rason: Study, geography: Path, old: str, new: str, expected: str) -> None:
    written = geography / "exceptions.csv"
    written.write_text(written.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(corridor.InputError) as caught:
        audit(rason.tables, geography)
    assert expected in str(caught.value)


def test_a_wrong_length_is_told(rason: Study) -> None:
    rows = tuple(
        row.model_copy(update={"low": row.low * 1.2, "central": row.central * 1.2, "high": row.high * 1.2})
        if row.subject == "rail_ulan_ude_chita"
        else row
        for row in rason.tables["lengths"]
    )
    told = {finding.link: finding.verdict for finding in audit(rason.tables.replace("lengths", rows), GEO)}
    assert told["rail_ulan_ude_chita"] == "differs"


def test_a_failed_audit_is_written_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corridor.audit.MOST_DIFFERENCE", 1e-6)
    assert main(["audit", "--format", "csv", "-o", str(tmp_path / "audit.csv")]) == 3
    told = capsys.readouterr().err
    assert "The audit is complete." in told
    assert "Nothing was" not in told
    assert "differs" in (tmp_path / "audit.csv").read_text()


def test_every_link_has_a_line(rason: Study) -> None:
    shapes = read_columns(GEO / "link_shapes.parquet", ["link", "schematic"])
    kinds = ("rail", "road", "sea")
    assert set(shapes["link"].tolist()) == {link.id for link in rason.tables["links"] if link.kind in kinds}
    planned = {link.id for link in rason.tables["links"] if link.status == "planned"}
    for link, schematic in zip(shapes["link"].tolist(), shapes["schematic"].tolist(), strict=True):
        assert schematic or link not in planned


def test_the_joined_graph_reaches_the_sea() -> None:
    graph = GeoGraph.read(GEO, "joined")
    assert {MODES[mode] for mode in np.unique(graph.mode)} == set(MODES)
    at_sea = graph.country == ""
    piece = graph.component()
    assert (piece[at_sea] == 0).all()
    degree = np.bincount(np.concatenate([graph.edge_from, graph.edge_to]), minlength=graph.n_nodes)
    assert (degree[at_sea] == 2).all()  # a sea route and a quay: no two routes meet at sea
    assert sum(path.stat().st_size for path in GEO.glob("*.parquet")) < 3_000_000


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """A mine, and a berth and a port abroad."""
    (tmp_path / "from.csv").write_text("id,longitude_deg,latitude_deg\nerdenet,104.13,49.03\n")
    (tmp_path / "to.csv").write_text("id,longitude_deg,latitude_deg\nrajin,130.30,42.25\npohang,129.38,36.05\n")
    return tmp_path / "from.csv", tmp_path / "to.csv"


def test_the_command_from_files_to_matrix(places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["matrix", "--origins", str(places[0]), "--destinations", str(places[1]), "--commodity", "iron_ore"]
    assert main([*arguments, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    pairs = {row["destination"]: row for row in told["matrix"]}
    assert 4000 < pairs["rajin"]["distance_km"] < 4700
    for destination, pair in pairs.items():
        parts = [row for row in told["parts"] if row["destination"] == destination]
        assert sum(row["cash_usd_per_t"] for row in parts) == pytest.approx(pair["cash_usd_per_t"])
        assert sum(row["distance_km"] for row in parts) == pytest.approx(pair["distance_km"])
        assert pair["generalised_usd_per_t"] >= pair["cash_usd_per_t"]
    assert {row["element"] for row in told["parts"] if row["destination"] == "pohang"} >= {"rail", "sea", "port"}
    assert main([*arguments, "--wide", "--format", "csv"]) == 0
    wide = next(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert float(wide["rajin"]) == pytest.approx(pairs["rajin"]["generalised_usd_per_t"])
    assert main(arguments) == 0
    assert "erdenet" in capsys.readouterr().out


def test_a_point_in_the_ocean_is_refused(places: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    places[1].write_text("id,longitude_deg,latitude_deg\nocean,150,20\n")
    assert main(["matrix", "--origins", str(places[0]), "--destinations", str(places[1])]) == 3
    assert '"ocean" lies' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("element,country\nrail,*\n", "neither a tariff nor usd_per_t_km and km_per_h"),
        ("element,country,tariff\nrail,*,nobody\n", '"nobody" has no rate and no speed'),
        ("element,country,tariff\nrail,MN,ubtz\nrail,MN,ubtz\n", "stands in row 2 already"),
        ("element,country\nair,*\n", "must be one of"),
    ],
)
def test_weights_are_checked(rason: Study, tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "weights.csv").write_text(text)
    with pytest.raises(corridor.InputError) as caught:
        read_weights(tmp_path / "weights.csv", rason.run("today").values)
    assert expected in str(caught.value)


def test_points_are_checked(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("id,longitude_deg,latitude_deg\na,105,47\na,east,47\nb,106,x\n")
    with pytest.raises(corridor.InputError) as caught:
        read_points(tmp_path / "points.csv")
    assert "points.csv:3" in str(caught.value)
    assert "points.csv:4" in str(caught.value)


def test_parquet_and_another_coordinate_system(places: tuple[Path, Path], tmp_path: Path) -> None:
    arguments = ["matrix", "--origins", str(places[0]), "--destinations", str(places[1]), "--format", "parquet"]
    assert main(arguments) == 2
    assert main([*arguments, "-o", str(tmp_path / "out")]) == 0
    found = read_columns(tmp_path / "out" / "matrix.parquet", ["origin", "destination", "distance_km"])
    assert found["destination"].tolist() == ["rajin", "pohang"]
    frame = gpd.read_parquet(GEO / "rail_nodes.parquet").head(5).to_crs("EPSG:32648")
    frame.to_parquet(tmp_path / "rail_nodes.parquet")
    with pytest.raises(corridor.InputError, match="longitude and latitude on WGS 84"):
        GeoGraph.read(tmp_path, "rail")
